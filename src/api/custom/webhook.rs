//! A conversion webhook as those who need it meet it: it cannot be called (apiextensions-apiserver
//! `pkg/apiserver/conversion/webhook_converter.go`, apiserver `pkg/util/webhook/client.go`).
//!
//! Known difference: no webhook is ever called, also one that somebody serves.

use std::net::IpAddr;

use crate::api::Status;
use crate::map;
use crate::object::{Key, Str, Value, kinds};
use crate::store::View;

/// The port of a webhook that names none.
const HTTPS: i64 = 443;

/// `spec.conversion.webhook.clientConfig` of a definition.
#[derive(Debug)]
pub struct Webhook {
    config: Value,
}

impl Webhook {
    /// The webhook of a definition; `None` when it converts without one.
    pub fn read(conversion: &Value) -> Option<Self> {
        let is_webhook = conversion["strategy"].str_or_empty() == "Webhook";
        is_webhook.then(|| Webhook { config: conversion["webhook"]["clientConfig"].clone() })
    }

    /// The answer to whoever needs an object of `kind` that is in the version `from` in another one.
    pub fn failure(&self, view: View<'_>, from: &str, kind: &str) -> Status {
        let (url, why) = self.call(view);
        let message = format!("conversion webhook for {from}, Kind={kind} failed: Post {url:?}: {why}");
        Status::failure(500, "", message)
    }

    /// The URL that is asked, and why nobody answers there.
    fn call(&self, view: View<'_>) -> (String, String) {
        let service = &self.config["service"];
        let Some(text) = self.config["url"].as_str() else {
            let text = |field: &str| service[field].str_or_empty();
            let port = service["port"].as_i64().unwrap_or(HTTPS);
            let host = format!("{}.{}.svc:{port}", text("name"), text("namespace"));
            return (url(&host, text("path")), service_error(view, text("namespace"), text("name"), port));
        };
        let rest = text.strip_prefix("https://").unwrap_or(text);
        let (host, path) = rest.find('/').map_or((rest, ""), |i| rest.split_at(i));
        (url(host, path), host_error(host))
    }
}

fn url(host: &str, path: &str) -> String {
    format!("https://{host}/{}?timeout=30s", path.trim_matches('/'))
}

fn refused(address: &str, port: &str) -> String {
    let address = if address.contains(':') { format!("[{address}]") } else { address.to_owned() };
    format!("dial tcp {address}:{port}: connect: connection refused")
}

/// Why a Service does not answer (kube-aggregator and apiserver `pkg/util/proxy/proxy.go`, `ResolveCluster`).
fn service_error(view: View<'_>, namespace: &str, name: &str, port: i64) -> String {
    let Some(service) = view.get(&Key::new(kinds::SERVICE, namespace, name)) else {
        return format!("service {name:?} not found");
    };
    let ports = service.spec()["ports"].items();
    if !ports.iter().any(|it| it["port"].as_i64() == Some(port)) {
        return format!("no service port {port} found for service {name:?}");
    }
    refused(service.spec()["clusterIP"].str_or_empty(), &port.to_string())
}

fn host_error(host: &str) -> String {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => (name, port),
        _ => (host, "443"),
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    match name {
        "localhost" => refused("127.0.0.1", port),
        name if name.parse::<IpAddr>().is_ok() => refused(name, port),
        name => format!("dial tcp: lookup {name}: no such host"),
    }
}

/// The 500 of a server that says what went wrong inside it (`NewInternalError`).
pub fn internal_error(why: &str) -> Status {
    let mut status = Status::failure(500, "InternalError", format!("Internal error occurred: {why}"));
    let cause = Value::Map(map! { "message" => Str::from(why) });
    status.details = map! { "causes" => Value::list([cause]) };
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Cluster, ClusterOptions};

    #[test]
    fn nobody_answers_for_a_webhook() {
        let cluster = Cluster::new(&ClusterOptions::default(), Vec::new());
        let table = [
            (
                r#"{"service":{"name":"hook","namespace":"ships","path":"/convert","port":443}}"#,
                r#"Post "https://hook.ships.svc:443/convert?timeout=30s": service "hook" not found"#,
            ),
            (
                r#"{"url":"https://127.0.0.1:9443/convert"}"#,
                r#"Post "https://127.0.0.1:9443/convert?timeout=30s": dial tcp 127.0.0.1:9443: connect: connection refused"#,
            ),
            (
                r#"{"url":"https://hook.example.com"}"#,
                r#"Post "https://hook.example.com/?timeout=30s": dial tcp: lookup hook.example.com: no such host"#,
            ),
        ];
        for (config, want) in table {
            let webhook = Webhook { config: Value::from_json(config.as_bytes()).expect("valid JSON") };
            let status = webhook.failure(cluster.view(), "example.com/v1", "Boat");
            assert_eq!(status.message, format!("conversion webhook for example.com/v1, Kind=Boat failed: {want}"));
        }
    }
}
