//! What a host name means inside the cluster (CoreDNS's plugin `kubernetes`, and the search path that kubelets give to pods).
//!
//! Known difference: names outside of the cluster do not exist.

use crate::object::{Key, Object, Str, Value, kinds};
use crate::store::View;

/// The domain of the cluster.
const DOMAIN: &str = ".cluster.local";
/// The label of a slice with the name of its Service.
const SERVICE_NAME: &str = "kubernetes.io/service-name";
/// How many names one may stand for another.
const MOST_ALIASES: u32 = 8;

/// Whether a pod asks the cluster's DNS.
pub fn knows_cluster(pod: &Object) -> bool {
    match pod.spec()["dnsPolicy"].as_str().unwrap_or("ClusterFirst") {
        "ClusterFirst" => !pod.spec()["hostNetwork"].is_true(),
        policy => policy == "ClusterFirstWithHostNet",
    }
}

/// The full name of `host` and its addresses, as a pod of `namespace` finds it; `None` when there is no such name.
pub fn lookup(view: View<'_>, namespace: &str, host: &str) -> Option<(String, Vec<Str>)> {
    let mut host = host.to_owned();
    for _ in 0..MOST_ALIASES {
        if host.parse::<std::net::Ipv4Addr>().is_ok() {
            return Some((host.clone(), vec![Str::from(host)]));
        }
        match alias(view, namespace, &host) {
            Some(other) => host = other,
            None => break,
        }
    }
    let absolute = host.strip_suffix('.').unwrap_or(&host);
    let short = absolute.strip_suffix(DOMAIN).unwrap_or(absolute);
    if let Some(rest) = short.strip_suffix(".pod") {
        let (dashed, _) = rest.split_once('.')?;
        let address = dashed.replace('-', ".");
        address.parse::<std::net::Ipv4Addr>().ok()?;
        return Some((format!("{rest}.pod{DOMAIN}"), vec![Str::from(address)]));
    }
    let is_service = short.ends_with(".svc");
    let short = short.strip_suffix(".svc").unwrap_or(short);
    match short.split('.').collect::<Vec<_>>().as_slice() {
        [service] if !is_service => of_service(view, namespace, service),
        [first, second] => of_service(view, second, first).or_else(|| {
            let pods = (!is_service).then(|| of_pod(view, namespace, second, first));
            pods.flatten()
        }),
        [pod, service, namespace] => of_pod(view, namespace, service, pod),
        _ => None,
    }
}

/// The name that a Service of type `ExternalName` stands for.
fn alias(view: View<'_>, namespace: &str, host: &str) -> Option<String> {
    let host = host.strip_suffix('.').unwrap_or(host);
    let short = host.strip_suffix(DOMAIN).and_then(|it| it.strip_suffix(".svc")).unwrap_or(host);
    let short = short.strip_suffix(".svc").unwrap_or(short);
    let (name, namespace) = match short.split_once('.') {
        None => (short, namespace),
        Some((name, namespace)) if !namespace.contains('.') => (name, namespace),
        Some(_) => return None,
    };
    let service = view.get(&Key::new(kinds::SERVICE, namespace, name))?;
    let spec = service.spec();
    (spec["type"].as_str() == Some("ExternalName")).then(|| spec["externalName"].str_or_empty().to_owned())
}

/// A Service's own address, or those of its ready endpoints when it has none.
fn of_service(view: View<'_>, namespace: &str, name: &str) -> Option<(String, Vec<Str>)> {
    let service = view.get(&Key::new(kinds::SERVICE, namespace, name))?;
    let address = service.spec()["clusterIP"].as_shared_str().filter(|it| !it.is_empty())?;
    let addresses = match address.as_str() {
        "None" => {
            ready(view, namespace, name).iter().filter_map(|it| it["addresses"][0].as_shared_str().cloned()).collect()
        }
        _ => vec![address.clone()],
    };
    (!addresses.is_empty()).then(|| (format!("{name}.{namespace}.svc{DOMAIN}"), addresses))
}

/// The address of the pod that a Service without an address knows by a host name, or by its address with dashes.
fn of_pod(view: View<'_>, namespace: &str, service: &str, hostname: &str) -> Option<(String, Vec<Str>)> {
    let endpoints = ready(view, namespace, service);
    let is_it = |it: &&Value| match it["hostname"].as_str() {
        Some(name) => name == hostname,
        None => it["addresses"][0].str_or_empty().replace('.', "-") == hostname,
    };
    let address = endpoints.iter().find(is_it)?["addresses"][0].as_shared_str()?.clone();
    Some((format!("{hostname}.{service}.{namespace}.svc{DOMAIN}"), vec![address]))
}

/// The ready endpoints of a Service, in the order of its slices.
fn ready(view: View<'_>, namespace: &str, service: &str) -> Vec<Value> {
    let ready = |it: &Value| it["conditions"]["ready"].as_bool() != Some(false);
    endpoints(view, namespace, service, None).into_iter().map(|it| it.0).filter(ready).collect()
}

/// The endpoints of a Service, each with the number that its slice gives the port `name`.
pub fn endpoints(view: View<'_>, namespace: &str, service: &str, name: Option<&str>) -> Vec<(Value, u16)> {
    let mut found = Vec::new();
    for slice in view.list_in(kinds::ENDPOINT_SLICE, namespace) {
        if slice.meta.label(SERVICE_NAME) != Some(service) {
            continue;
        }
        let ports = slice.body["ports"].items();
        let port = match name {
            None => Some(0),
            Some(name) => ports.iter().find(|it| it["name"].str_or_empty() == name).and_then(|it| it["port"].as_i64()),
        };
        if let Some(port) = port.and_then(|it| u16::try_from(it).ok()) {
            found.extend(slice.body["endpoints"].items().iter().map(|it| (it.clone(), port)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::store::Store;

    fn store() -> Store {
        let mut store = Store::new();
        for (namespace, name, address) in [("default", "web", "10.96.0.7"), ("prod", "db", "None")] {
            let mut service = Object::new(kinds::SERVICE, namespace, name);
            service.spec_mut().set("clusterIP", address);
            store.put(service, Time(0), "test".into());
            let mut slice = Object::new(kinds::ENDPOINT_SLICE, namespace, name);
            slice.meta.set_label(SERVICE_NAME, name);
            slice.body.insert(
                "endpoints",
                Value::from_json(
                    br#"[{"addresses":["10.244.0.2"],"conditions":{"ready":true},"hostname":"db-0"},
                         {"addresses":["10.244.0.3"],"conditions":{"ready":false},"hostname":"db-1"},
                         {"addresses":["10.244.0.4"],"conditions":{"ready":true}}]"#,
                )
                .expect("JSON"),
            );
            store.put(slice, Time(0), "test".into());
        }
        let mut outside = Object::new(kinds::SERVICE, "default", "outside");
        outside.spec_mut().set("type", "ExternalName");
        outside.spec_mut().set("externalName", "db-0.db.prod.svc.cluster.local");
        store.put(outside, Time(0), "test".into());
        store
    }

    #[test]
    fn a_host_is_known_by_its_short_and_its_full_name() {
        let store = store();
        for (from, host, want) in [
            ("default", "web", Some("10.96.0.7")),
            ("default", "web.default.svc.cluster.local.", Some("10.96.0.7")),
            ("prod", "web", None),
            ("prod", "web.default", Some("10.96.0.7")),
            ("prod", "db", Some("10.244.0.2")),
            ("prod", "db-0.db", Some("10.244.0.2")),
            ("default", "db-0.db.prod.svc", Some("10.244.0.2")),
            ("prod", "db-1.db", None),
            ("prod", "10-244-0-4.db", Some("10.244.0.4")),
            ("prod", "10-244-0-9.default.pod.cluster.local", Some("10.244.0.9")),
            ("default", "outside", Some("10.244.0.2")),
            ("prod", "outside.default.svc", Some("10.244.0.2")),
            ("prod", "example.com", None),
            ("prod", "10.1.2.3", Some("10.1.2.3")),
        ] {
            let got = lookup(View::new(&store), from, host);
            assert_eq!(got.as_ref().map(|it| it.1[0].as_str()), want, "{host} from {from}");
        }
    }
}
