//! The files that tell a container of its network: `/etc/hosts`, `/etc/resolv.conf` (`managedHostsFileContent` in
//! `pkg/kubelet/kubelet_pods.go`, `pkg/kubelet/network/dns/dns.go`).

use std::cell::RefCell;
use std::sync::Arc;

use crate::kubelet::downward::Facts;
use crate::kubelet::environment::hostname;
use crate::kubelet::shell::files::Furnisher;
use crate::object::{Lookup, Str, Value};

/// The address at which a cluster's DNS is by custom.
const DNS_ADDRESS: &str = "10.96.0.10";
/// The name that every name of the cluster ends with.
const CLUSTER_DOMAIN: &str = "cluster.local";
/// The resolver of a node.
const NODE_DNS_ADDRESS: &str = "172.18.0.1";

/// Of how many namespaces what tells of name servers is remembered.
const KEPT: usize = 256;

/// What tells of name servers in `/etc/resolv.conf`, as long as a pod adds nothing of its own: it is the same for all pods of a
/// namespace with one policy.
#[derive(Debug, Default)]
pub struct Resolvers(RefCell<Lookup<(Str, Dns), Arc<str>>>);

impl Resolvers {
    fn of(&self, spec: &Value, namespace: &Str) -> Arc<str> {
        let (dns, config) = (Dns::of(spec), &spec["dnsConfig"]);
        if !config.is_null() {
            return Arc::from(resolver(dns, namespace, config));
        }
        let mut known = self.0.borrow_mut();
        if known.len() >= KEPT {
            known.clear();
        }
        let make = || Arc::from(resolver(dns, namespace, config));
        known.entry(&(namespace.clone(), dns), make).clone()
    }
}

/// Whom a pod asks for names by its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Dns {
    /// The cluster.
    Cluster,
    /// Those whom its node asks.
    Node,
    /// Nobody but those that it names.
    Nobody,
}

impl Dns {
    fn of(spec: &Value) -> Self {
        match spec["dnsPolicy"].as_str().unwrap_or("ClusterFirst") {
            "ClusterFirst" if !spec["hostNetwork"].is_true() => Dns::Cluster,
            "ClusterFirstWithHostNet" => Dns::Cluster,
            "None" => Dns::Nobody,
            _ => Dns::Node,
        }
    }
}

/// What makes their texts when somebody looks.
pub fn files(facts: &Facts<'_>, resolvers: &Resolvers) -> Furnisher {
    let resolver = resolvers.of(facts.pod.spec(), &facts.pod.meta.namespace);
    let (pod, address, node) = (facts.pod.clone(), facts.address.cloned(), facts.node.clone());
    Box::new(move || {
        let facts = Facts { pod: &pod, address: address.as_ref(), node: &node };
        [Arc::from(hosts(&facts)), resolver]
    })
}

/// What every file of hosts begins with.
const HOSTS: &str = "# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
";
/// And that of a pod on the network of its node.
const NODE_HOSTS: &str = "# Kubernetes-managed hosts file (host network).
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
";
/// About as much comes after it, for the pod itself.
const OWN_LINE: usize = 96;

fn hosts(facts: &Facts<'_>) -> String {
    let pod = facts.pod;
    let spec = pod.spec();
    let mut text = String::with_capacity(HOSTS.len() + OWN_LINE);
    if spec["hostNetwork"].is_true() {
        text.push_str(NODE_HOSTS);
    } else {
        text.push_str(HOSTS);
        let name = hostname(pod);
        match facts.address {
            Some(address) => text.push_str(address),
            None => text.push_str(&facts.field("status.podIP").unwrap_or_default()),
        }
        for part in ["\t", &name] {
            text.push_str(part);
        }
        let overridden = !spec["hostnameOverride"].is_empty();
        if let Some(domain) = spec["subdomain"].as_str().filter(|it| !it.is_empty() && !overridden) {
            text.push_str(&format!(".{domain}.{}.svc.{CLUSTER_DOMAIN}\t{name}", pod.meta.namespace));
        }
        text.push('\n');
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

fn resolver(dns: Dns, namespace: &str, config: &Value) -> String {
    let strings = |it: &Value| it.items().iter().map(|it| it.str_or_empty().to_owned()).collect::<Vec<String>>();
    let (mut servers, mut searches, mut options) = match dns {
        Dns::Cluster => {
            let parts = [format!("{namespace}.svc.{CLUSTER_DOMAIN}"), format!("svc.{CLUSTER_DOMAIN}")];
            let searches = parts.into_iter().chain([CLUSTER_DOMAIN.to_owned()]).collect();
            (vec![DNS_ADDRESS.to_owned()], searches, vec![("ndots".to_owned(), Some("5".to_owned()))])
        }
        Dns::Nobody => (Vec::new(), Vec::new(), Vec::new()),
        Dns::Node => (vec![NODE_DNS_ADDRESS.to_owned()], Vec::new(), Vec::new()),
    };
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

    fn files_of(spec: &str, resolvers: &Resolvers) -> (String, Arc<str>) {
        let mut pod = Object::new(kinds::POD, "team", "web-0");
        pod.body.insert("spec", Value::from_json(spec.as_bytes()).expect("valid JSON"));
        let node = Arc::new(new_node("node-0", 0, Time::from_unix(0)));
        let facts = Facts { pod: &Arc::new(pod), address: Some(&Str::from("10.244.0.2")), node: &node };
        let [hosts, resolver] = files(&facts, resolvers)();
        (hosts.to_string(), resolver)
    }

    fn of(spec: &str) -> (String, String) {
        let (hosts, resolver) = files_of(spec, &Resolvers::default());
        (hosts, resolver.to_string())
    }

    #[test]
    fn pods_of_one_namespace_and_policy_share_what_tells_of_name_servers() {
        let resolvers = Resolvers::default();
        let of = |spec: &str| files_of(spec, &resolvers).1;
        assert!(Arc::ptr_eq(&of("{}"), &of(r#"{"dnsPolicy":"ClusterFirst"}"#)));
        let own = of(r#"{"dnsConfig":{"nameservers":["1.1.1.1"]}}"#);
        assert!(own.contains("nameserver 1.1.1.1\n") && !of("{}").contains("1.1.1.1"));
        assert_eq!(&*of(r#"{"hostNetwork":true}"#), "nameserver 172.18.0.1\n");
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
