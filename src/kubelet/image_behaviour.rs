//! What the containers of common images do without a command: whether they run on, which ports they open, what they answer
//! and print, and how they take SIGTERM.
//!
//! An image is known by the last part of its repository, whatever registry and tag it comes with. One that is not in the
//! table runs until it is told to stop, and stops at once and well. Where an image names another signal than SIGTERM for its
//! end (nginx and PostgreSQL do), what counts is how it takes that one.

/// What is known of an image.
#[derive(Debug, PartialEq, Eq)]
pub struct ImageBehaviour {
    /// The last parts of its repositories.
    names: &'static [&'static str],
    /// The programs by which a command in a spec names it.
    programs: &'static [&'static str],
    /// Whether what a spec gives as arguments goes to an entry point that stays the same.
    pub has_entrypoint: bool,
    /// What its first process does.
    pub run: Run,
    /// The ports that it opens.
    pub ports: &'static [(u16, Speaks)],
    /// What it prints at its start, with the instant written as `strftime` has it.
    pub prints: &'static str,
}

/// What the first process of an image does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// It runs on; at SIGTERM it ends at once with this exit code.
    Until(i64),
    /// It runs on, and takes no notice of SIGTERM.
    UntilKilled,
    /// It ends at once with this exit code: a shell without anybody to talk to, say.
    Ends(i64),
}

/// What is spoken on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// HTTP: these paths are answered with 200 and a page, any other with 404.
    Pages(&'static [(&'static str, &'static str)]),
    /// HTTP: every path is answered with 200 and this page.
    Http(&'static str),
    /// gRPC, and it is well.
    Grpc,
    /// Something else.
    Raw,
}

impl ImageBehaviour {
    /// What is known of `image`, a reference as a spec has it.
    pub fn of_image(image: &str) -> Option<&'static ImageBehaviour> {
        let name = base(image);
        TABLE.iter().find(|it| it.names.contains(&name))
    }

    /// What is known of a program that a command names by itself.
    pub fn of_program(program: &str) -> Option<&'static ImageBehaviour> {
        let name = program.rsplit('/').next().unwrap_or(program);
        TABLE.iter().find(|it| it.programs.contains(&name))
    }
}

/// The last part of an image's repository.
fn base(image: &str) -> &str {
    let path = image.split('@').next().unwrap_or(image);
    let last = path.rsplit('/').next().unwrap_or(path);
    last.split(':').next().unwrap_or(last)
}

const fn server(
    names: &'static [&'static str],
    programs: &'static [&'static str],
    run: Run,
    ports: &'static [(u16, Speaks)],
    prints: &'static str,
) -> ImageBehaviour {
    ImageBehaviour { names, programs, has_entrypoint: true, run, ports, prints }
}

/// An image whose command is a shell or another interpreter, which ends when nobody types.
const fn shell(names: &'static [&'static str], code: i64, prints: &'static str) -> ImageBehaviour {
    ImageBehaviour { names, programs: &[], has_entrypoint: false, run: Run::Ends(code), ports: &[], prints }
}

use Run::{Until, UntilKilled};
use Speaks::{Grpc, Http, Pages, Raw};

const WELCOME: &str = "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n<style>\nhtml { color-scheme: light dark; }\nbody { width: 35em; margin: 0 auto;\nfont-family: Tahoma, Verdana, Arial, sans-serif; }\n</style>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>If you see this page, the nginx web server is successfully installed and\nworking. Further configuration is required.</p>\n\n<p>For online documentation and support please refer to\n<a href=\"http://nginx.org/\">nginx.org</a>.<br/>\nCommercial support is available at\n<a href=\"http://nginx.com/\">nginx.com</a>.</p>\n\n<p><em>Thank you for using nginx.</em></p>\n</body>\n</html>\n";
const NGINX_STARTS: &str = "/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration\n/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/\n/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh\n10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf\n10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf\n/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh\n/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh\n/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh\n/docker-entrypoint.sh: Configuration complete; ready for start up\n%Y/%m/%d %H:%M:%S [notice] 1#1: using the \"epoll\" event method\n%Y/%m/%d %H:%M:%S [notice] 1#1: start worker processes\n";
const REDIS_STARTS: &str = "1:C %d %b %Y %H:%M:%S.000 * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n1:M %d %b %Y %H:%M:%S.000 * Running mode=standalone, port=6379.\n1:M %d %b %Y %H:%M:%S.000 * Server initialized\n1:M %d %b %Y %H:%M:%S.000 * Ready to accept connections tcp\n";
const POSTGRES_STARTS: &str = "\nPostgreSQL init process complete; ready for start up.\n\n%Y-%m-%d %H:%M:%S.000 UTC [1] LOG:  listening on IPv4 address \"0.0.0.0\", port 5432\n%Y-%m-%d %H:%M:%S.000 UTC [1] LOG:  database system is ready to accept connections\n";
const MYSQL_STARTS: &str = "%Y-%m-%dT%H:%M:%S.000000Z 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '9.5.0'  socket: '/var/run/mysqld/mysqld.sock'  port: 3306  MySQL Community Server - GPL.\n";
const MARIADB_STARTS: &str = "%Y-%m-%d %H:%M:%S 0 [Note] mariadbd: ready for connections.\nVersion: '12.1.2-MariaDB-ubu2404'  socket: '/run/mysqld/mysqld.sock'  port: 3306  mariadb.org binary distribution\n";
const HTTPD_STARTS: &str = "[%a %b %d %H:%M:%S.000000 %Y] [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4.66 (Unix) configured -- resuming normal operations\n[%a %b %d %H:%M:%S.000000 %Y] [core:notice] [pid 1:tid 1] AH00094: Command line: 'httpd -D FOREGROUND'\n";
const HELLO_WORLD: &str =
    "\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n\n";

/// The table. Of two rows with one name the first counts.
static TABLE: &[ImageBehaviour] = &[
    server(
        &["nginx"],
        &["nginx", "nginx-debug"],
        Until(0),
        &[(80, Pages(&[("/", WELCOME), ("/index.html", WELCOME)]))],
        NGINX_STARTS,
    ),
    server(
        &["nginx-unprivileged"],
        &[],
        Until(0),
        &[(8080, Pages(&[("/", WELCOME), ("/index.html", WELCOME)]))],
        NGINX_STARTS,
    ),
    server(
        &["httpd", "apache"],
        &["httpd-foreground", "apache2-foreground", "apachectl"],
        Until(0),
        &[(
            80,
            Pages(&[
                ("/", "<html><body><h1>It works!</h1></body></html>\n"),
                ("/index.html", "<html><body><h1>It works!</h1></body></html>\n"),
            ]),
        )],
        HTTPD_STARTS,
    ),
    server(
        &["caddy"],
        &["caddy"],
        Until(0),
        &[(80, Pages(&[("/", "<!DOCTYPE html>\n<title>Caddy works!</title>\n")])), (2019, Http("{}\n"))],
        "",
    ),
    server(&["haproxy"], &["haproxy"], Until(0), &[], ""),
    server(&["traefik"], &["traefik"], Until(0), &[(80, Pages(&[])), (8080, Http(""))], ""),
    server(&["envoy", "envoyproxy"], &["envoy"], Until(0), &[(9901, Http("LIVE\n")), (10000, Http(""))], ""),
    server(&["tomcat"], &["catalina.sh"], Until(143), &[(8080, Pages(&[]))], ""),
    server(
        &["redis", "valkey", "redis-stack-server"],
        &["redis-server", "valkey-server"],
        Until(0),
        &[(6379, Raw)],
        REDIS_STARTS,
    ),
    server(&["memcached"], &["memcached"], Until(0), &[(11211, Raw)], ""),
    server(
        &["postgres", "postgresql", "postgis", "timescaledb"],
        &["postgres"],
        Until(0),
        &[(5432, Raw)],
        POSTGRES_STARTS,
    ),
    server(&["mysql", "mysql-server"], &["mysqld"], Until(0), &[(3306, Raw), (33060, Raw)], MYSQL_STARTS),
    server(&["mariadb"], &["mariadbd"], Until(0), &[(3306, Raw)], MARIADB_STARTS),
    server(
        &["mongo", "mongodb", "mongodb-community-server"],
        &["mongod"],
        Until(0),
        &[(27017, Raw)],
        "{\"t\":{\"$date\":\"%Y-%m-%dT%H:%M:%S.000+00:00\"},\"s\":\"I\",  \"c\":\"NETWORK\",  \"id\":23016,   \"ctx\":\"listener\",\"msg\":\"Waiting for connections\",\"attr\":{\"port\":27017,\"ssl\":\"off\"}}\n",
    ),
    server(&["cassandra"], &["cassandra"], Until(143), &[(9042, Raw), (7000, Raw)], ""),
    server(
        &["rabbitmq"],
        &["rabbitmq-server"],
        Until(0),
        &[(5672, Raw), (15672, Http("<!doctype html>\n")), (15692, Http(""))],
        " completed with 4 plugins.\n",
    ),
    server(&["kafka", "cp-kafka"], &[], Until(143), &[(9092, Raw)], ""),
    server(&["zookeeper"], &["zkServer.sh"], Until(143), &[(2181, Raw), (8080, Http("{}\n"))], ""),
    server(
        &["nats"],
        &["nats-server"],
        Until(1),
        &[(4222, Raw), (8222, Http("{\"status\":\"ok\"}\n"))],
        "[1] %Y/%m/%d %H:%M:%S.000000 [INF] Server is ready\n",
    ),
    server(
        &["etcd"],
        &["etcd"],
        Until(0),
        &[(2379, Http("{\"health\":\"true\",\"reason\":\"\"}")), (2380, Raw), (2381, Http("ok\n"))],
        "",
    ),
    server(&["consul"], &["consul"], Until(0), &[(8500, Http("\"127.0.0.1:8300\""))], ""),
    server(&["vault"], &[], Until(0), &[(8200, Http("{\"initialized\":true,\"sealed\":false}\n"))], ""),
    server(
        &["elasticsearch", "opensearch"],
        &["elasticsearch"],
        Until(143),
        &[(9200, Http("{\n  \"tagline\" : \"You Know, for Search\"\n}\n")), (9300, Raw)],
        "",
    ),
    server(&["kibana"], &["kibana"], Until(0), &[(5601, Http(""))], ""),
    server(&["logstash"], &["logstash"], Until(143), &[(9600, Http("{}\n"))], ""),
    server(&["minio"], &["minio"], Until(0), &[(9000, Http("")), (9001, Http(""))], ""),
    server(
        &["prometheus"],
        &["prometheus"],
        Until(0),
        &[(9090, Http("Prometheus Server is Healthy.\n"))],
        "time=%Y-%m-%dT%H:%M:%S.000Z level=INFO source=main.go msg=\"Server is ready to receive web requests.\"\n",
    ),
    server(&["node-exporter"], &["node_exporter"], UntilKilled, &[(9100, Http(""))], ""),
    server(&["alertmanager"], &["alertmanager"], Until(0), &[(9093, Http("OK"))], ""),
    server(&["grafana", "grafana-oss"], &[], Until(0), &[(3000, Http("{\n  \"database\": \"ok\"\n}"))], ""),
    server(
        &["fluentd", "fluentd-kubernetes-daemonset", "fluentd_elasticsearch"],
        &["fluentd"],
        Until(0),
        &[(24224, Raw), (24231, Http(""))],
        "%Y-%m-%d %H:%M:%S +0000 [info]: #0 fluentd worker is now running worker=0\n",
    ),
    server(
        &["fluent-bit"],
        &["fluent-bit"],
        Until(0),
        &[(2020, Http("ok\n")), (24224, Raw)],
        "[%Y/%m/%d %H:%M:%S] [ info] [sp] stream processor started\n",
    ),
    server(&["filebeat", "metricbeat"], &["filebeat"], Until(0), &[], ""),
    server(&["vector"], &["vector"], Until(0), &[(8686, Http("{\"ok\":true}"))], ""),
    server(
        &["coredns"],
        &["coredns"],
        Until(0),
        &[(53, Raw), (8080, Http("OK")), (8181, Http("OK")), (9153, Http(""))],
        ".:53\nCoreDNS-1.13.1\n",
    ),
    server(&["metrics-server"], &["metrics-server"], Until(0), &[(10250, Http("ok")), (4443, Http("ok"))], ""),
    server(&["registry"], &["registry"], UntilKilled, &[(5000, Http("{}"))], ""),
    server(&["jenkins"], &[], Until(143), &[(8080, Http("")), (50000, Raw)], ""),
    server(&["wordpress"], &[], Until(0), &[(80, Http(""))], HTTPD_STARTS),
    server(&["phpmyadmin", "nextcloud", "drupal"], &[], Until(0), &[(80, Http(""))], HTTPD_STARTS),
    server(&["ghost"], &[], Until(0), &[(2368, Http(""))], ""),
    server(&["php-fpm"], &["php-fpm"], Until(0), &[(9000, Raw)], ""),
    server(&["pause", "pause-amd64"], &["pause"], Until(0), &[], ""),
    server(&["agnhost"], &[], Until(0), &[], "Paused\n"),
    server(
        &["http-echo"],
        &[],
        Until(0),
        &[(5678, Http("hello-world\n"))],
        "%Y/%m/%d %H:%M:%S [INFO] server is listening on :5678\n",
    ),
    server(
        &["echo-server", "echoserver", "http-echo-server"],
        &[],
        UntilKilled,
        &[(80, Http("Request served\n")), (8080, Http("Request served\n"))],
        "",
    ),
    server(
        &["hello-app"],
        &[],
        Until(2),
        &[(8080, Http("Hello, world!\nVersion: 1.0.0\n"))],
        "%Y/%m/%d %H:%M:%S Server listening on port 8080\n",
    ),
    server(&["whoami"], &[], Until(0), &[(80, Http("Hostname: whoami\n"))], ""),
    server(&["podinfo"], &["podinfo"], Until(0), &[(9898, Http("OK")), (9797, Http("")), (9999, Grpc)], ""),
    server(&["httpbin", "go-httpbin"], &[], Until(0), &[(80, Http("{}\n")), (8080, Http("{}\n"))], ""),
    server(
        &["kubernetes-bootcamp"],
        &[],
        UntilKilled,
        &[(8080, Http("Hello Kubernetes bootcamp! | v=1\n"))],
        "Kubernetes Bootcamp App Started At: %Y-%m-%dT%H:%M:%S.000Z\n",
    ),
    server(&["hpa-example"], &[], Until(0), &[(80, Http("OK!"))], HTTPD_STARTS),
    server(&["guestbook", "gb-frontend"], &[], Until(0), &[(80, Http("")), (3000, Http(""))], ""),
    shell(
        &[
            "busybox",
            "alpine",
            "bash",
            "debian",
            "ubuntu",
            "centos",
            "fedora",
            "rockylinux",
            "almalinux",
            "amazonlinux",
            "archlinux",
            "opensuse",
            "buildpack-deps",
            "debian-base",
            "ubi",
            "ubi-minimal",
            "toolbox",
            "golang",
            "rust",
            "gcc",
            "maven",
            "gradle",
            "network-multitool",
        ],
        0,
        "",
    ),
    shell(
        &[
            "perl", "python", "node", "ruby", "php", "openjdk", "jshell", "groovy", "erlang", "elixir", "julia",
            "r-base",
        ],
        0,
        "",
    ),
    shell(&["curl"], 2, "curl: try 'curl --help' or 'curl --manual' for more information\n"),
    shell(&["kubectl"], 0, "kubectl controls the Kubernetes cluster manager.\n"),
    shell(&["hello-world"], 0, HELLO_WORLD),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_known_whatever_its_registry_and_tag() {
        let table = [
            ("nginx", Some(Until(0))),
            ("docker.io/library/nginx:1.29@sha256:12", Some(Until(0))),
            ("localhost:5000/team/redis:7", Some(Until(0))),
            ("registry.k8s.io/pause:3.10", Some(Until(0))),
            ("busybox:1.37", Some(Run::Ends(0))),
            ("example.com/team/api:1", None),
        ];
        for (image, want) in table {
            assert_eq!(ImageBehaviour::of_image(image).map(|it| it.run), want, "{image}");
        }
    }

    #[test]
    fn a_server_is_known_by_its_program_too() {
        assert_eq!(ImageBehaviour::of_program("/usr/sbin/nginx"), ImageBehaviour::of_image("nginx"));
        assert_eq!(ImageBehaviour::of_program("sh"), None);
    }

    #[test]
    fn no_name_is_in_the_table_twice() {
        let mut names: Vec<_> = TABLE.iter().flat_map(|it| it.names).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
