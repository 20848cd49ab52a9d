//! The files that tell a container of its network: `/etc/hosts`, `/etc/resolv.conf` (`managedHostsFileContent` in
//! `pkg/kubelet/kubelet_pods.go`, `pkg/kubelet/network/dns/dns.go`).

use crate::kubelet::downward::Facts;
use crate::kubelet::environment::hostname;
use crate::object::Value;

/// The address at which a cluster's DNS is by custom.
const DNS_ADDRESS: &str = "10.96.0.10";
/// The name that every name of the cluster ends with.
const CLUSTER_DOMAIN: &str = "cluster.local";
/// The resolver of a node.
const NODE_DNS_ADDRESS: &str = "172.18.0.1";

/// Each file with its text.
pub fn files(facts: &Facts<'_>) -> [(&'static str, String); 2] {
    [("/etc/hosts", hosts(facts)), ("/etc/resolv.conf", resolver(facts.pod.spec(), &facts.pod.meta.namespace))]
}

fn hosts(facts: &Facts<'_>) -> String {
    let pod = facts.pod;
    let spec = pod.spec();
    let of_host = spec["hostNetwork"].is_true();
    let mut text = if of_host {
        "# Kubernetes-managed hosts file (host network).\n".to_owned()
    } else {
        "# Kubernetes-managed hosts file.\n".to_owned()
    };
    text.push_str("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
    if !of_host {
        text.push_str(
            "fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n",
        );
        let address = facts.field("status.podIP").unwrap_or_default();
        let name = hostname(pod);
        let overridden = !spec["hostnameOverride"].is_empty();
        match spec["subdomain"].as_str().filter(|it| !it.is_empty() && !overridden) {
            Some(domain) => {
                let namespace = &pod.meta.namespace;
                text.push_str(&format!("{address}\t{name}.{domain}.{namespace}.svc.{CLUSTER_DOMAIN}\t{name}\n"));
            }
            None => text.push_str(&format!("{address}\t{name}\n")),
        }
    }
    let aliases = spec["hostAliases"].items();
    if !aliases.is_empty() {
        text.push_str("\n# Entries added by HostAliases.\n");
    }
    for alias in aliases {
        let names: Vec<&str> = alias["hostnames"].items().iter().map(Value::str_or_empty).collect();
        text.push_str(&format!("{}\t{}\n", alias["ip"].str_or_empty(), names.join("\t")));
    }
    text
}

fn resolver(spec: &Value, namespace: &str) -> String {
    let policy = spec["dnsPolicy"].as_str().unwrap_or("ClusterFirst");
    let on_host = spec["hostNetwork"].is_true();
    let strings = |it: &Value| it.items().iter().map(|it| it.str_or_empty().to_owned()).collect::<Vec<String>>();
    let of_cluster = policy == "ClusterFirstWithHostNet" || (policy == "ClusterFirst" && !on_host);
    let (mut servers, mut searches, mut options) = match policy {
        _ if of_cluster => {
            let parts = [format!("{namespace}.svc.{CLUSTER_DOMAIN}"), format!("svc.{CLUSTER_DOMAIN}")];
            let searches = parts.into_iter().chain([CLUSTER_DOMAIN.to_owned()]).collect();
            (vec![DNS_ADDRESS.to_owned()], searches, vec![("ndots".to_owned(), Some("5".to_owned()))])
        }
        "None" => (Vec::new(), Vec::new(), Vec::new()),
        _ => (vec![NODE_DNS_ADDRESS.to_owned()], Vec::new(), Vec::new()),
    };
    let config = &spec["dnsConfig"];
    let merge = |own: &mut Vec<String>, more: Vec<String>| {
        for it in more {
            if !own.contains(&it) {
                own.push(it);
            }
        }
    };
    merge(&mut servers, strings(&config["nameservers"]));
    merge(&mut searches, strings(&config["searches"]));
    for option in config["options"].items() {
        let name = option["name"].str_or_empty().to_owned();
        let value = option["value"].as_str().filter(|it| !it.is_empty()).map(str::to_owned);
        options.retain(|(it, _)| *it != name);
        options.push((name, value));
    }
    let mut text = String::new();
    if !searches.is_empty() {
        text.push_str(&format!("search {}\n", searches.join(" ")));
    }
    servers.iter().for_each(|it| text.push_str(&format!("nameserver {it}\n")));
    if !options.is_empty() {
        let option = |(name, value): &(String, Option<String>)| match value {
            Some(value) => format!("{name}:{value}"),
            None => name.clone(),
        };
        text.push_str(&format!("options {}\n", options.iter().map(option).collect::<Vec<_>>().join(" ")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::kubelet::node::new_node;
    use crate::object::{Object, kinds};

    fn of(spec: &str) -> (String, String) {
        let mut pod = Object::new(kinds::POD, "team", "web-0");
        pod.body.insert("spec", Value::from_json(spec.as_bytes()).expect("valid JSON"));
        let node = new_node("node-0", 0, Time::from_unix(0));
        let [hosts, resolver] = files(&Facts { pod: &pod, address: Some("10.244.0.2"), node: &node });
        (hosts.1, resolver.1)
    }

    #[test]
    fn a_pod_finds_itself_and_its_aliases_in_its_hosts() {
        let (hosts, _) = of(r#"{"hostAliases":[{"ip":"1.2.3.4","hostnames":["a","b"]}]}"#);
        assert!(hosts.starts_with("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n"), "{hosts}");
        assert!(hosts.ends_with("10.244.0.2\tweb-0\n\n# Entries added by HostAliases.\n1.2.3.4\ta\tb\n"), "{hosts}");
        let (hosts, _) = of(r#"{"hostname":"db","subdomain":"data"}"#);
        assert!(hosts.ends_with("10.244.0.2\tdb.data.team.svc.cluster.local\tdb\n"), "{hosts}");
    }

    #[test]
    fn a_resolver_follows_the_dns_policy_and_what_the_pod_adds() {
        let own =
            "search team.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n";
        assert_eq!(of("{}").1, own);
        assert_eq!(of(r#"{"hostNetwork":true}"#).1, "nameserver 172.18.0.1\n");
        assert_eq!(of(r#"{"hostNetwork":true,"dnsPolicy":"ClusterFirstWithHostNet"}"#).1, own);
        let config =
            r#""dnsConfig":{"nameservers":["1.1.1.1"],"searches":["x"],"options":[{"name":"ndots","value":"2"}]}"#;
        let none = of(&format!(r#"{{"dnsPolicy":"None",{config}}}"#)).1;
        assert_eq!(none, "search x\nnameserver 1.1.1.1\noptions ndots:2\n");
    }
}
