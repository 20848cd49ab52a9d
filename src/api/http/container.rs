//! Which container of a pod a request means, and whether its node can be asked (`pkg/registry/core/pod/strategy.go`).

use std::sync::Arc;

use crate::api::Status;
use crate::api::registry::Api;
use crate::kubelet::node;
use crate::object::{Key, Object, Str, Value, kinds};

use super::Response;
use super::route::Target;

/// The pod that a path names.
pub(super) fn pod(api: &Api<'_>, target: &Target) -> Result<Arc<Object>, Response> {
    let key = Key::new(target.kind, &target.namespace, &target.name);
    let found = api.view().get(&key).cloned();
    found.ok_or_else(|| Status::not_found(target.kind, &target.name).into())
}

/// The container that a request names, or the only one when it names none.
pub(super) fn chosen(pod: &Object, name: &str) -> Result<Str, Response> {
    let names = |list: &str| -> Vec<Str> {
        pod.spec()[list].items().iter().filter_map(|it| it["name"].as_shared_str().cloned()).collect()
    };
    let containers = names("containers");
    let inits = names("initContainers");
    let joined = |names: &[Str]| names.iter().map(Str::as_str).collect::<Vec<_>>().join(" ");
    if !name.is_empty() {
        let mut all = containers.iter().chain(&inits).chain(&names("ephemeralContainers")).cloned().collect::<Vec<_>>();
        let found = all.iter().position(|it| *it == name).map(|it| all.swap_remove(it));
        let message = || format!("container {name} is not valid for pod {}", pod.meta.name);
        return found.ok_or_else(|| Status::bad_request(message()).into());
    }
    if let [only] = containers.as_slice() {
        return Ok(only.clone());
    }
    let mut message = format!("a container name must be specified for pod {}", pod.meta.name);
    if !containers.is_empty() {
        message.push_str(&format!(", choose one of: [{}]", joined(&containers)));
        if !inits.is_empty() {
            message.push_str(&format!(" or one of the init containers: [{}]", joined(&inits)));
        }
    }
    Err(Status::bad_request(message).into())
}

/// Checks that the node of a bound pod is there, and that its kubelet answers.
pub(super) fn check_node(api: &Api<'_>, node: &str, path: &str) -> Result<(), Response> {
    let view = api.view();
    let found = view.get(&Key::new(kinds::NODE, "", node)).ok_or_else(|| Status::not_found(kinds::NODE, node))?;
    if node::has_kubelet(found) {
        return Ok(());
    }
    let addresses = found.status()["addresses"].items();
    let internal = addresses.iter().find(|it| it["type"].as_str() == Some("InternalIP")).or(addresses.first());
    let message = match internal.and_then(|it| it["address"].as_str()) {
        Some(address) => {
            let at = format!("{address}:10250");
            format!("Get \"https://{at}{path}\": dial tcp {at}: connect: connection refused")
        }
        None => "no preferred addresses found; known addresses: []".to_owned(),
    };
    Err(Status::failure(500, "", message).into())
}

/// The status of the container `name`, whichever list it stands in.
pub(super) fn status<'a>(pod: &'a Object, name: &str) -> Option<&'a Value> {
    let lists = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];
    lists.iter().flat_map(|list| pod.status()[*list].items()).find(|it| it["name"].as_str() == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(containers: &[&str], inits: &[&str]) -> Object {
        let mut pod = Object::new(kinds::POD, "default", "web");
        let list = |names: &[&str]| Value::list(names.iter().map(|it| Value::Map(crate::map! { "name" => *it })));
        pod.spec_mut().set("containers", list(containers));
        pod.spec_mut().set("initContainers", list(inits));
        pod
    }

    fn chosen(pod: &Object, name: &str) -> String {
        match super::chosen(pod, name) {
            Ok(name) => name.to_string(),
            Err(Response { content: super::super::Content::Json(value), .. }) => value["message"].str_or_empty().into(),
            Err(other) => format!("{other:?}"),
        }
    }

    #[test]
    fn a_container_is_named_unless_there_is_only_one() {
        assert_eq!(chosen(&pod(&["a"], &["i"]), ""), "a");
        assert_eq!(chosen(&pod(&["a", "b"], &["i"]), "i"), "i");
        assert_eq!(chosen(&pod(&["a"], &[]), "b"), "container b is not valid for pod web");
        let several = "a container name must be specified for pod web, choose one of: [a b]";
        assert_eq!(chosen(&pod(&["a", "b"], &[]), ""), several);
        let or_init = format!("{several} or one of the init containers: [i j]");
        assert_eq!(chosen(&pod(&["a", "b"], &["i", "j"]), ""), or_init);
    }
}
