//! The clients that images bring with their servers, and that probes of those images call.

use crate::kubelet::shell::base_name;

/// Whether `program`, which is not interpreted, asks the server beside it how it is: it is answered that all is well for as
/// long as the container runs.
pub fn answers(program: &str) -> bool {
    let name = base_name(program);
    matches!(
        name.rsplit('/').next().unwrap_or(name),
        "pg_isready"
            | "psql"
            | "redis-cli"
            | "valkey-cli"
            | "mysqladmin"
            | "mysql"
            | "mariadb"
            | "mariadb-admin"
            | "healthcheck.sh"
            | "mongo"
            | "mongosh"
            | "rabbitmq-diagnostics"
            | "rabbitmqctl"
            | "etcdctl"
            | "cqlsh"
            | "nodetool"
            | "zkServer.sh"
            | "zookeeper-ready"
            | "consul"
            | "vault"
            | "grpc_health_probe"
            | "grpc-health-probe"
    )
}
