//! `/metrics`: what of a server's figures is true here, in Prometheus' text format (component-base `metrics`,
//! `pkg/storage/etcd3/metrics`).
//!
//! Known difference: there are no figures about requests, latencies and processes.

use super::{Content, Response};
use crate::object::Kind;
use crate::store::View;

const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The number of stored objects by resource, and the release.
pub(super) fn answer(view: View<'_>) -> Response {
    let mut text = String::from(
        "# HELP apiserver_storage_objects [STABLE] Number of stored objects by resource.\n\
         # TYPE apiserver_storage_objects gauge\n",
    );
    for kind in Kind::stored() {
        let (resource, number) = (kind.info().resource(), view.list(kind).count());
        text.push_str(&format!("apiserver_storage_objects{{resource=\"{resource}\"}} {number}\n"));
    }
    text.push_str(&format!(
        "# HELP kubernetes_build_info [ALPHA] The version that is served.\n# TYPE kubernetes_build_info gauge\n\
         kubernetes_build_info{{git_version=\"{}\"}} 1\n",
        view.release().git_version()
    ));
    Response::new(200, Content::Bytes(text.into(), MEDIA_TYPE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn every_stored_kind_is_counted() {
        let store = Store::new();
        let Content::Bytes(text, _) = answer(View::new(&store)).content else { panic!("no text") };
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(text.contains("apiserver_storage_objects{resource=\"pods\"} 0\n"), "{text}");
        assert!(text.contains("apiserver_storage_objects{resource=\"deployments.apps\"} 0\n"), "{text}");
    }
}
