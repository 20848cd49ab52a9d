//! `/proxy` of services, pods and nodes (`pkg/registry/core/*/rest/subresources.go`).
//!
//! Known difference: the API server has no connection into the network of the cluster, so whoever asks for what is there
//! learns that it cannot be reached.

use super::Response;
use super::route::Target;
use crate::api::Status;
use crate::object::{Key, Object, kinds};
use crate::store::View;

/// Why there is nothing to be had through the API server.
pub(super) fn answer(view: View<'_>, target: &Target) -> Response {
    let name = object_name(&target.name);
    let Some(found) = view.get(&Key::new(target.kind, &target.namespace, name)) else {
        return Status::not_found(target.kind, name).into();
    };
    let why = match target.kind {
        kinds::SERVICE if !has_endpoints(view, found) => {
            format!("no endpoints available for service {:?}", target.name)
        }
        _ => {
            "error trying to reach service: the network of the cluster is not reached through the API server".to_owned()
        }
    };
    Status::failure(503, "ServiceUnavailable", why).into()
}

/// The name within `[scheme:]name[:port]`.
fn object_name(named: &str) -> &str {
    match named.split(':').collect::<Vec<_>>().as_slice() {
        [_, name, _] | [name, _] => name,
        _ => named,
    }
}

fn has_endpoints(view: View<'_>, service: &Object) -> bool {
    let meta = &service.meta;
    view.list_in(kinds::ENDPOINT_SLICE, &meta.namespace).any(|slice| {
        let is_of_service = slice.meta.labels["kubernetes.io/service-name"].as_str() == Some(meta.name.as_str());
        let is_ready = |it: &crate::object::Value| it["conditions"]["ready"].as_bool() != Some(false);
        is_of_service && slice.body["endpoints"].items().iter().any(is_ready)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_and_a_port_are_no_part_of_the_name() {
        let table = [
            ("web", "web"),
            ("web:80", "web"),
            ("https:web:443", "web"),
            ("https:web:", "web"),
            ("a:b:c:d", "a:b:c:d"),
        ];
        for (named, want) in table {
            assert_eq!(object_name(named), want);
        }
    }
}
