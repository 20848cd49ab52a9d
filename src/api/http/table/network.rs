//! The cells of services, of what is behind them, and of what lets traffic in.

use std::collections::BTreeSet;

use super::KindPrinter;
use super::column::{AGE, Column, NAME, field, text};
use super::row::{Row, first_three, joined, labels, or, selector_cell, string, string_or};
use crate::object::Value;

const SERVICE_SPEC: &str = "core.v1.ServiceSpec";
const SLICE: &str = "discovery.v1.EndpointSlice";

const SERVICE: &[Column] = &[
    NAME,
    field("Type", SERVICE_SPEC, "type"),
    field("Cluster-IP", SERVICE_SPEC, "clusterIP"),
    field("External-IP", SERVICE_SPEC, "externalIPs"),
    field("Port(s)", SERVICE_SPEC, "ports"),
    AGE,
    field("Selector", SERVICE_SPEC, "selector").wide(),
];

const ENDPOINTS: &[Column] = &[NAME, field("Endpoints", "core.v1.Endpoints", "subsets"), AGE];

const ENDPOINT_SLICE: &[Column] = &[
    NAME,
    text(
        "AddressType",
        "addressType specifies the type of address carried by this EndpointSlice. All addresses in this slice must be the same type. This field is immutable after creation. The following address types are currently supported: * IPv4: Represents an IPv4 Address. * IPv6: Represents an IPv6 Address. * FQDN: Represents a Fully Qualified Domain Name.",
    ),
    text(
        "Ports",
        "ports specifies the list of network ports exposed by each endpoint in this slice. Each port must have a unique name. When ports is empty, it indicates that there are no defined ports. When a port is defined with a nil port value, it indicates \"all ports\". Each slice may include a maximum of 100 ports.",
    ),
    field("Endpoints", SLICE, "endpoints"),
    AGE,
];

const INGRESS: &[Column] = &[
    NAME,
    text("Class", "The name of the IngressClass resource that should be used for additional configuration"),
    text("Hosts", "Hosts that incoming requests are matched against before the ingress rule"),
    text("Address", "Address is a list containing ingress points for the load-balancer"),
    text("Ports", "Ports of TLS configurations that open"),
    AGE,
];

const INGRESS_CLASS: &[Column] = &[
    NAME,
    text("Controller", "Controller that is responsible for handling this class"),
    text("Parameters", "A reference to a resource with additional parameters"),
    AGE,
];

const NETWORK_POLICY: &[Column] = &[
    NAME,
    text(
        "Pod-Selector",
        "Selects the pods to which this NetworkPolicy object applies.  The array of ingress rules is applied to any pods selected by this field. Multiple network policies can select the same set of pods.  In this case, the ingress rules for each are combined additively. This field is NOT optional and follows standard label selector semantics. An empty podSelector matches all pods in this namespace.",
    ),
    AGE,
];

const SERVICE_CIDR: &[Column] = &[NAME, field("CIDRs", "networking.v1.ServiceCIDRSpec", "cidrs"), AGE];
const IP_ADDRESS: &[Column] = &[NAME, field("ParentRef", "networking.v1.IPAddressSpec", "parentRef")];

pub(super) const PRINTERS: &[KindPrinter] = &[
    KindPrinter { group: "", kind: "Endpoints", columns: ENDPOINTS, cells: endpoints },
    KindPrinter { group: "", kind: "Service", columns: SERVICE, cells: service },
    KindPrinter { group: "discovery.k8s.io", kind: "EndpointSlice", columns: ENDPOINT_SLICE, cells: endpoint_slice },
    KindPrinter { group: "networking.k8s.io", kind: "IPAddress", columns: IP_ADDRESS, cells: ip_address },
    KindPrinter { group: "networking.k8s.io", kind: "Ingress", columns: INGRESS, cells: ingress },
    KindPrinter { group: "extensions", kind: "Ingress", columns: INGRESS, cells: ingress },
    KindPrinter { group: "networking.k8s.io", kind: "IngressClass", columns: INGRESS_CLASS, cells: ingress_class },
    KindPrinter { group: "networking.k8s.io", kind: "NetworkPolicy", columns: NETWORK_POLICY, cells: network_policy },
    KindPrinter { group: "networking.k8s.io", kind: "ServiceCIDR", columns: SERVICE_CIDR, cells: service_cidr },
];

fn service(row: &Row<'_>) -> Vec<Value> {
    let cluster_ip = match row.spec("clusterIPs").items().first() {
        Some(ip) => ip.clone(),
        None => string_or(row.spec("clusterIP"), "<none>"),
    };
    vec![
        row.name(),
        string(row.spec("type")),
        cluster_ip,
        Value::from(external_ip(row)),
        Value::from(or(ports(row.spec("ports")), "<none>")),
        row.age(),
        labels(row.spec("selector")),
    ]
}

fn external_ip(row: &Row<'_>) -> String {
    let ips = joined(row.spec("externalIPs").items(), Value::str_or_empty);
    match row.spec("type").str_or_empty() {
        "ClusterIP" | "NodePort" => or(ips, "<none>"),
        "LoadBalancer" => {
            let both = [ingress_points(row), ips];
            let both: Vec<_> = both.into_iter().filter(|it| !it.is_empty()).collect();
            or(both.join(","), "<pending>")
        }
        "ExternalName" => row.spec("externalName").str_or_empty().to_owned(),
        _ => "<unknown>".to_owned(),
    }
}

/// The addresses or else the names of a load balancer, in order.
fn ingress_points(row: &Row<'_>) -> String {
    let point = |it: &Value| match it["ip"].str_or_empty() {
        "" => it["hostname"].str_or_empty().to_owned(),
        ip => ip.to_owned(),
    };
    let points: BTreeSet<String> = row.status("loadBalancer")["ingress"].items().iter().map(point).collect();
    points.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(",")
}

/// `80:30080/TCP,53/UDP`.
fn ports(ports: &Value) -> String {
    let port = |it: &Value| {
        let (number, protocol) = (it["port"].as_i64().unwrap_or(0), it["protocol"].str_or_empty());
        match it["nodePort"].as_i64() {
            Some(node_port) if node_port > 0 => format!("{number}:{node_port}/{protocol}"),
            _ => format!("{number}/{protocol}"),
        }
    };
    ports.items().iter().map(port).collect::<Vec<_>>().join(",")
}

fn endpoints(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), Value::from(endpoint_list(row.at(&["subsets"]))), row.age()]
}

/// The first three addresses with their ports, and how many more there are.
fn endpoint_list(subsets: &Value) -> String {
    const SHOWN: usize = 3;
    if subsets.items().is_empty() {
        return "<none>".to_owned();
    }
    let mut all = Vec::new();
    for subset in subsets.items() {
        let addresses = || subset["addresses"].items().iter().map(|it| it["ip"].str_or_empty());
        if subset["ports"].items().is_empty() {
            all.extend(addresses().map(str::to_owned));
        }
        for port in subset["ports"].items() {
            let port = port["port"].as_i64().unwrap_or(0);
            all.extend(
                addresses().map(|ip| if ip.contains(':') { format!("[{ip}]:{port}") } else { format!("{ip}:{port}") }),
            );
        }
    }
    match all.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{} + {more} more...", all[..SHOWN].join(",")),
        _ => all.join(","),
    }
}

fn endpoint_slice(row: &Row<'_>) -> Vec<Value> {
    let port = |it: &Value| match (it["port"].as_i64(), it["name"].as_str()) {
        (Some(port), _) => port.to_string(),
        (None, Some(name)) => name.to_owned(),
        (None, None) => "*".to_owned(),
    };
    let ports: Vec<_> = row.at(&["ports"]).items().iter().map(port).collect();
    let addresses = row.at(&["endpoints"]).items().iter().flat_map(|it| it["addresses"].items());
    let addresses: Vec<_> = addresses.map(|it| it.str_or_empty().to_owned()).collect();
    vec![row.name(), string(row.at(&["addressType"])), first_three(&ports), first_three(&addresses), row.age()]
}

fn ingress(row: &Row<'_>) -> Vec<Value> {
    let class = row.spec("ingressClassName");
    let tls = !row.spec("tls").items().is_empty();
    vec![
        row.name(),
        if class.is_null() { Value::from("<none>") } else { class.clone() },
        Value::from(hosts(row.spec("rules").items())),
        Value::from(ingress_points(row)),
        Value::from(if tls { "80, 443" } else { "80" }),
        row.age(),
    ]
}

/// The hosts of the rules up to the third; `*` when none names a host.
fn hosts(rules: &[Value]) -> String {
    const SHOWN: usize = 3;
    let mut hosts = Vec::new();
    let mut more = false;
    for rule in rules {
        more |= hosts.len() == SHOWN;
        let host = rule["host"].str_or_empty();
        if !more && !host.is_empty() {
            hosts.push(host);
        }
    }
    match hosts.join(",") {
        all if all.is_empty() => "*".to_owned(),
        all if more => format!("{all} + {} more...", rules.len() - SHOWN),
        all => all,
    }
}

fn ingress_class(row: &Row<'_>) -> Vec<Value> {
    let parameters = row.spec("parameters");
    let text = if parameters.is_null() {
        "<none>".to_owned()
    } else {
        let group = parameters["apiGroup"].as_str().map(|it| format!(".{it}")).unwrap_or_default();
        format!("{}{group}/{}", parameters["kind"].str_or_empty(), parameters["name"].str_or_empty())
    };
    vec![row.name(), string(row.spec("controller")), Value::from(text), row.age()]
}

fn network_policy(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), selector_cell(row.spec("podSelector")), row.age()]
}

fn service_cidr(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), Value::from(joined(row.spec("cidrs").items(), Value::str_or_empty)), row.age()]
}

/// An address' row has a cell more than the table has columns, as upstream's has.
fn ip_address(row: &Row<'_>) -> Vec<Value> {
    let parent = row.spec("parentRef");
    let part = |field: &str| parent[field].str_or_empty();
    let text = if parent.is_null() {
        "<none>".to_owned()
    } else {
        let mut text = part("resource").to_lowercase();
        if !part("group").is_empty() {
            text = format!("{text}.{}", part("group").to_lowercase());
        }
        if !part("namespace").is_empty() {
            text = format!("{text}/{}", part("namespace"));
        }
        format!("{text}/{}", part("name"))
    };
    vec![row.name(), Value::from(text), row.age()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;

    fn cells(cells: fn(&Row<'_>) -> Vec<Value>, json: &str) -> String {
        let object = Value::from_json(json.as_bytes()).expect("valid JSON");
        Value::from(cells(&Row { object: &object, now: Time::from_unix(0) })).to_json()
    }

    #[test]
    fn a_service_shows_where_it_is_reached() {
        let table = [
            (
                r#"{"type":"ClusterIP","clusterIPs":["None"]}"#,
                r#"["","ClusterIP","None","<none>","<none>","<unknown>","<none>"]"#,
            ),
            (
                r#"{"type":"LoadBalancer","clusterIPs":["10.0.0.1"],"ports":[{"port":80,"nodePort":30080,"protocol":"TCP"}],"selector":{"a":"b"}}"#,
                r#"["","LoadBalancer","10.0.0.1","<pending>","80:30080/TCP","<unknown>","a=b"]"#,
            ),
        ];
        for (spec, want) in table {
            assert_eq!(cells(service, &format!(r#"{{"spec":{spec}}}"#)), want);
        }
    }

    #[test]
    fn more_than_three_endpoints_are_counted() {
        let json = r#"{"subsets":[{"addresses":[{"ip":"1"},{"ip":"2"}],"ports":[{"port":80},{"port":81}]}]}"#;
        assert_eq!(cells(endpoints, json), r#"["","1:80,2:80,1:81 + 1 more...","<unknown>"]"#);
        assert_eq!(
            cells(endpoint_slice, r#"{"addressType":"IPv4","ports":null}"#),
            r#"["","IPv4","<unset>","<unset>","<unknown>"]"#
        );
    }

    #[test]
    fn an_ingress_without_hosts_takes_them_all() {
        assert_eq!(hosts(&[]), "*");
        let rules: Vec<Value> =
            ["a", "b", "c", "d"].iter().map(|it| Value::Map(crate::map! { "host" => *it })).collect();
        assert_eq!(hosts(&rules), "a,b,c + 1 more...");
    }
}
