//! The variables that tell a container of Services (`pkg/kubelet/envvars/envvars.go`).
//!
//! They are the same for all pods of a namespace until one of its Services changes, so that they are worked out once for them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kubelet::shell::{Environment, exported};
use crate::object::{Key, Lookup, Object, Str, Value, kinds, literal};
use crate::store::View;

/// Of how many namespaces the variables are remembered.
const KEPT: usize = 256;

/// The variables that were worked out so far, by the namespace and by whether its own Services are among them.
#[derive(Debug, Default)]
pub struct Told(RefCell<Lookup<(Str, bool), Telling>>);

/// The variables that tell of some Services.
#[derive(Debug, Default)]
struct Telling {
    /// The last change of a Service when they were last looked at.
    seen: u64,
    services: Vec<Arc<Object>>,
    variables: Environment,
}

impl Told {
    /// The variables for `pod`.
    pub fn variables(&self, pod: &Object, view: View<'_>) -> Environment {
        let namespace = &pod.meta.namespace;
        let links = pod.spec()["enableServiceLinks"].as_bool().unwrap_or(true);
        let mut known = self.0.borrow_mut();
        if known.len() >= KEPT {
            known.clear();
        }
        let telling = known.entry(&(namespace.clone(), links), Telling::default);
        let last = view.store().last_change_of(kinds::SERVICE);
        if telling.seen == last {
            return telling.variables.clone();
        }
        telling.seen = last;
        if !telling.services.iter().map(Arc::as_ptr).eq(services(namespace, links, view).map(Arc::as_ptr)) {
            telling.services = services(namespace, links, view).cloned().collect();
            let all: BTreeMap<Str, Str> = telling.services.iter().flat_map(|it| variables_of(it)).collect();
            telling.variables = all.into_iter().map(|(name, value)| (name, exported(value))).collect();
        }
        telling.variables.clone()
    }
}

/// The Services that the pods of `namespace` are told of: with `links` those of the namespace, and `kubernetes` in any case.
fn services<'a>(namespace: &'a Str, links: bool, view: View<'a>) -> impl Iterator<Item = &'a Arc<Object>> {
    let own = links.then(|| view.store().list_in(kinds::SERVICE, namespace)).into_iter().flatten();
    let master_in = |namespace: Str| view.store().get(&Key::new(kinds::SERVICE, namespace, literal!("kubernetes")));
    let is_told = links && (namespace == "default" || master_in(namespace.clone()).is_some());
    let master = if is_told { None } else { master_in(literal!("default")) };
    own.chain(master)
}

/// The variables that tell of `service`, where the later of two with one name counts.
fn variables_of(service: &Object) -> Vec<(Str, Str)> {
    let spec = service.spec();
    let address = spec["clusterIP"].str_or_empty();
    if matches!(address, "" | "None") || spec["ports"].is_empty() {
        return Vec::new();
    }
    let name = variable_name(&service.meta.name);
    let ports = spec["ports"].items();
    let text = |it: &Value| it.as_i64().unwrap_or_default().to_string();
    let mut variables = Vec::new();
    let mut tell = |name: String, value: String| variables.push((Str::from(name), Str::from(value)));
    tell(format!("{name}_SERVICE_HOST"), address.to_owned());
    tell(format!("{name}_SERVICE_PORT"), text(&ports[0]["port"]));
    for port in ports.iter().filter(|it| !it["name"].is_empty()) {
        let of = variable_name(port["name"].str_or_empty());
        tell(format!("{name}_SERVICE_PORT_{of}"), text(&port["port"]));
    }
    let host = if address.contains(':') { format!("[{address}]") } else { address.to_owned() };
    for (index, port) in ports.iter().enumerate() {
        let protocol = port["protocol"].as_str().unwrap_or("TCP");
        let number = text(&port["port"]);
        let url = format!("{}://{host}:{number}", protocol.to_lowercase());
        if index == 0 {
            tell(format!("{name}_PORT"), url.clone());
        }
        let prefix = format!("{name}_PORT_{number}_{}", protocol.to_uppercase());
        tell(format!("{prefix}_PROTO"), protocol.to_lowercase());
        tell(format!("{prefix}_PORT"), number);
        tell(format!("{prefix}_ADDR"), address.to_owned());
        tell(prefix, url);
    }
    variables
}

fn variable_name(name: &str) -> String {
    name.chars().map(|it| if it == '-' { '_' } else { it.to_ascii_uppercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::store::Store;

    fn put(store: &mut Store, namespace: &str, name: &str, spec: &str) {
        let mut service = Object::new(kinds::SERVICE, namespace, name);
        service.body.insert("spec", Value::from_json(spec.as_bytes()).expect("valid JSON"));
        store.put(service, Time::from_unix(0), Str::from("test"));
    }

    fn hosts(told: &Told, store: &Store, namespace: &str, links: bool) -> String {
        let mut pod = Object::new(kinds::POD, namespace, "web");
        pod.spec_mut().set("enableServiceLinks", links);
        let all = told.variables(&pod, View::new(store));
        let hosts = all.iter().filter_map(|(name, it)| Some((name.strip_suffix("_SERVICE_HOST")?, it)));
        let line = |(name, it): (&str, &crate::kubelet::shell::Variable)| {
            format!("{name}={}", it.value.as_deref().unwrap_or_default())
        };
        hosts.map(line).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn pods_are_told_of_the_services_of_their_namespace_as_these_are_then() {
        let (told, mut store) = (Told::default(), Store::new());
        put(&mut store, "default", "kubernetes", r#"{"clusterIP":"10.96.0.1","ports":[{"port":443}]}"#);
        let front = |ip: &str| format!(r#"{{"clusterIP":{ip:?},"ports":[{{"port":80}}]}}"#);
        put(&mut store, "team", "front", &front("10.96.0.9"));
        assert_eq!(hosts(&told, &store, "team", true), "FRONT=10.96.0.9 KUBERNETES=10.96.0.1");
        assert_eq!(hosts(&told, &store, "team", false), "KUBERNETES=10.96.0.1");
        assert_eq!(hosts(&told, &store, "default", true), "KUBERNETES=10.96.0.1");
        put(&mut store, "team", "front", &front("10.96.0.10"));
        assert_eq!(hosts(&told, &store, "team", true), "FRONT=10.96.0.10 KUBERNETES=10.96.0.1");
        put(&mut store, "team", "back", &front("10.96.0.11"));
        assert_eq!(hosts(&told, &store, "team", true), "BACK=10.96.0.11 FRONT=10.96.0.10 KUBERNETES=10.96.0.1");
        put(&mut store, "team", "kubernetes", &front("10.96.0.12"));
        assert_eq!(hosts(&told, &store, "team", true), "BACK=10.96.0.11 FRONT=10.96.0.10 KUBERNETES=10.96.0.12");
        store.remove(&Key::new(kinds::SERVICE, "team", "front"), Time::from_unix(1), Str::from("test"));
        assert_eq!(hosts(&told, &store, "team", true), "BACK=10.96.0.11 KUBERNETES=10.96.0.12");
    }

    #[test]
    fn pods_of_one_namespace_share_what_they_are_told() {
        let (told, mut store) = (Told::default(), Store::new());
        put(&mut store, "default", "kubernetes", r#"{"clusterIP":"10.96.0.1","ports":[{"port":443}]}"#);
        let of = |name: &str| told.variables(&Object::new(kinds::POD, "default", name), View::new(&store));
        assert!(of("one").is_same(&of("other")));
    }
}
