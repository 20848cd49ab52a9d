//! What the downward API says of a pod and its containers (`pkg/fieldpath/fieldpath.go`, `pkg/api/v1/resource/helpers.go`,
//! `pkg/kubelet/kubelet_pods.go`).

use std::sync::Arc;

use crate::object::{Map, Object, Quantity, Str, Value};

/// A pod at its place, as the downward API knows it.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The pod.
    pub pod: &'a Arc<Object>,
    /// Its address, once it has one.
    pub address: Option<&'a Str>,
    /// Its node.
    pub node: &'a Arc<Object>,
}

impl Facts<'_> {
    fn host(&self) -> String {
        super::network::host_address(self.node).map(|it| it.to_string()).unwrap_or_default()
    }

    fn own_address(&self) -> String {
        if self.pod.spec()["hostNetwork"].is_true() {
            return self.host();
        }
        let stored = || self.pod.status()["podIP"].str_or_empty();
        self.address.map_or_else(stored, Str::as_str).to_owned()
    }

    /// The text of a field of the pod.
    ///
    /// # Errors
    /// The path is not one of those that the downward API has.
    pub fn field(&self, path: &str) -> Result<String, String> {
        let pod = self.pod;
        let text = match path {
            "metadata.name" => pod.meta.name.to_string(),
            "metadata.namespace" => pod.meta.namespace.to_string(),
            "metadata.uid" => pod.meta.uid.to_string(),
            "metadata.labels" => lines(&pod.meta.labels),
            "metadata.annotations" => lines(&pod.meta.annotations),
            "spec.nodeName" => pod.spec()["nodeName"].str_or_empty().to_owned(),
            "spec.serviceAccountName" => pod.spec()["serviceAccountName"].str_or_empty().to_owned(),
            "status.hostIP" | "status.hostIPs" => self.host(),
            "status.podIP" | "status.podIPs" => self.own_address(),
            _ => {
                let keyed = |of: &str| path.strip_prefix(of)?.strip_prefix("['")?.strip_suffix("']");
                match (keyed("metadata.labels"), keyed("metadata.annotations")) {
                    (Some(key), _) => pod.meta.label(key).unwrap_or_default().to_owned(),
                    (_, Some(key)) => pod.meta.annotation(key).unwrap_or_default().to_owned(),
                    _ => return Err(format!("unsupported fieldPath: {path}")),
                }
            }
        };
        Ok(text)
    }

    /// The amount of a resource that `container` asks for or is limited to, by a `resourceFieldRef`.
    ///
    /// # Errors
    /// The reference is none to a resource, or to a container that the pod does not have.
    pub fn resource(&self, reference: &Value, container: Option<&Value>) -> Result<String, String> {
        let name = reference["containerName"].str_or_empty();
        let spec = self.pod.spec();
        let all = spec["containers"].items().iter().chain(spec["initContainers"].items());
        let named = all.into_iter().find(|it| it["name"].as_str() == Some(name));
        let container = if name.is_empty() { container } else { named };
        let container = container.ok_or_else(|| format!("container {name} not found"))?;
        let resource = reference["resource"].str_or_empty();
        let unsupported = || format!("unsupported container resource : {resource}");
        let (list, key) = resource.split_once('.').ok_or_else(unsupported)?;
        let mut amount = Quantity::or_zero(&container["resources"][list][key]);
        match list {
            "limits" if amount.is_zero() && matches!(key, "cpu" | "memory" | "ephemeral-storage") => {
                amount = Quantity::or_zero(&self.node.status()["allocatable"][key]);
            }
            "limits" | "requests" => {}
            _ => return Err(unsupported()),
        }
        let divisor = Quantity::or_zero(&reference["divisor"]);
        let divisor = if divisor.is_zero() { Quantity::from_units(1) } else { divisor };
        let (amount, divisor) = match key {
            "cpu" => (amount.milli_value(), divisor.milli_value()),
            _ => (amount.value(), divisor.value()),
        };
        // Rounded up, so that what asks for a part of a unit counts as one.
        Ok(divided_up(amount, divisor.max(1)).to_string())
    }
}

fn divided_up(amount: i64, divisor: i64) -> i64 {
    amount / divisor + i64::from(amount % divisor > 0)
}

/// Labels or annotations as a file shows them: `key="value"`, one a line, in order.
fn lines(map: &Map) -> String {
    let line = |(key, value): (&crate::object::Str, &Value)| format!("{key}={:?}", value.str_or_empty());
    map.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::kubelet::node::new_node;
    use crate::object::kinds;

    fn pod() -> Arc<Object> {
        let mut pod = Object::new(kinds::POD, "team", "web");
        pod.meta.set_label("app", "web");
        pod.meta.set_label("tier", "a\"b");
        let spec = r#"{"nodeName":"node-0","containers":[{"name":"c","resources":{"requests":{"cpu":"250m","memory":"1500Ki"},
            "limits":{"cpu":"1500m"}}}]}"#;
        pod.body.insert("spec", Value::from_json(spec.as_bytes()).expect("valid JSON"));
        Arc::new(pod)
    }

    #[test]
    fn a_field_is_told_as_text() {
        let (pod, node) = (pod(), Arc::new(new_node("node-0", 0, Time::from_unix(0))));
        let facts = Facts { pod: &pod, address: Some(&Str::from("10.244.0.2")), node: &node };
        for (path, want) in [
            ("metadata.name", "web"),
            ("metadata.namespace", "team"),
            ("metadata.labels['app']", "web"),
            ("metadata.annotations['none']", ""),
            ("metadata.labels", "app=\"web\"\ntier=\"a\\\"b\""),
            ("spec.nodeName", "node-0"),
            ("status.podIP", "10.244.0.2"),
            ("status.hostIP", "10.0.0.1"),
        ] {
            assert_eq!(facts.field(path).as_deref(), Ok(want), "{path}");
        }
        assert!(facts.field("spec.containers").is_err());
    }

    #[test]
    fn a_resource_is_divided_and_rounded_up_and_a_limit_that_is_not_set_is_the_nodes() {
        let (pod, node) = (pod(), Arc::new(new_node("node-0", 0, Time::from_unix(0))));
        let facts = Facts { pod: &pod, address: None, node: &node };
        for (reference, want) in [
            (r#"{"resource":"requests.cpu"}"#, "1"),
            (r#"{"resource":"requests.cpu","divisor":"1m"}"#, "250"),
            (r#"{"resource":"limits.cpu"}"#, "2"),
            (r#"{"resource":"requests.memory"}"#, "1536000"),
            (r#"{"resource":"requests.memory","divisor":"1Mi"}"#, "2"),
            (r#"{"resource":"limits.memory","divisor":"1Gi","containerName":"c"}"#, "16"),
            (r#"{"resource":"requests.ephemeral-storage"}"#, "0"),
        ] {
            let value = Value::from_json(reference.as_bytes()).expect("valid JSON");
            let got = facts.resource(&value, Some(&pod.spec()["containers"][0]));
            assert_eq!(got.as_deref(), Ok(want), "{reference}");
        }
    }
}
