//! The APIServices of what a server serves itself, one for each group and version
//! (`pkg/controlplane/apiserver/aggregator.go`, `pkg/controlplane/controller/crdregistration`,
//! kube-aggregator `pkg/controllers/autoregister`).
//!
//! Known differences: they are made when they are read, so nobody can change or delete them, and no watch that is open tells of
//! those that come and go with a definition. What somebody stores under the same name is shown in their place.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{custom, discovery};
use crate::clock::{Names, Time};
use crate::map;
use crate::object::{Key, Object, Str, Value, kinds, literal};
use crate::store::View;

/// How the groups that a server has built in rank, in the order of `kubectl api-resources`.
const GROUPS: [(&str, i64); 23] = [
    ("", 18_000),
    ("extensions", 17_900),
    ("apps", 17_800),
    ("events.k8s.io", 17_750),
    ("authentication.k8s.io", 17_700),
    ("authorization.k8s.io", 17_600),
    ("autoscaling", 17_500),
    ("batch", 17_400),
    ("certificates.k8s.io", 17_300),
    ("networking.k8s.io", 17_200),
    ("policy", 17_100),
    ("rbac.authorization.k8s.io", 17_000),
    ("storage.k8s.io", 16_800),
    ("admissionregistration.k8s.io", 16_700),
    ("apiextensions.k8s.io", 16_700),
    ("scheduling.k8s.io", 16_600),
    ("coordination.k8s.io", 16_500),
    ("node.k8s.io", 16_300),
    ("discovery.k8s.io", 16_200),
    ("flowcontrol.apiserver.k8s.io", 16_100),
    ("internal.apiserver.k8s.io", 16_000),
    ("resource.k8s.io", 15_900),
    ("storagemigration.k8s.io", 15_800),
];
/// How a group of custom kinds ranks, and each of its versions.
const OF_DEFINITIONS: (i64, i64) = (1_000, 100);

/// How a version ranks within a group that is built in.
fn version_priority(group: &str, version: &str) -> i64 {
    match (group, version) {
        ("" | "extensions", _) | (_, "v1alpha1") | ("autoscaling", "v2beta2") => 1,
        ("autoscaling", "v2") => 30,
        ("events.k8s.io", "v1beta1") => 5,
        ("flowcontrol.apiserver.k8s.io", "v1") => 21,
        ("flowcontrol.apiserver.k8s.io", "v1beta3") => 18,
        ("flowcontrol.apiserver.k8s.io", "v1beta2") => 15,
        ("resource.k8s.io", "v1") => 20,
        (_, "v1") => 15,
        (
            "admissionregistration.k8s.io"
            | "discovery.k8s.io"
            | "flowcontrol.apiserver.k8s.io"
            | "rbac.authorization.k8s.io"
            | "scheduling.k8s.io",
            "v1beta1",
        ) => 12,
        _ => 9,
    }
}

/// Every APIService: those of the groups and versions that are served, and those that are stored, by their names.
pub(super) fn all(view: View<'_>) -> Vec<Arc<Object>> {
    let built_in = Kept { label: literal!("onstart"), since: started(view) };
    let mut all = BTreeMap::new();
    let mut add = |object: Arc<Object>| all.insert(object.meta.name.clone(), object);
    for (group, priority) in GROUPS {
        for version in discovery::built_in_versions(view.release(), group) {
            add(new(group, version, (priority, version_priority(group, version)), &built_in));
        }
    }
    for group in custom::groups(view) {
        for (version, since) in custom::versions_since(view, &group) {
            add(new(&group, &version, OF_DEFINITIONS, &Kept { label: literal!("true"), since }));
        }
    }
    view.list(kinds::API_SERVICE).cloned().for_each(|object| {
        add(object);
    });
    all.into_values().collect()
}

/// How the server looks after an APIService.
struct Kept {
    /// Since it started (`onstart`), or as long as there is a definition (`true`).
    label: Str,
    /// When it made it.
    since: Option<Time>,
}

/// When the server started, as far as the store can tell: when its first namespace was made.
fn started(view: View<'_>) -> Option<Time> {
    view.get(&Key::new(kinds::NAMESPACE, "", "default")).and_then(|it| it.meta.created)
}

fn new(group: &str, version: &str, (group_priority, version_priority): (i64, i64), kept: &Kept) -> Arc<Object> {
    let name = format!("{version}.{group}");
    let mut service = Object::new(kinds::API_SERVICE, "", name.as_str());
    // The same name has the same uid whenever it is read.
    let seed = name.bytes().fold(0x6170_6973, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
    service.meta.uid = Names::new(seed).uid();
    service.meta.resource_version = 1;
    service.meta.created = kept.since;
    service.meta.set_label(literal!("kube-aggregator.kubernetes.io/automanaged"), kept.label.clone());
    let condition = map! {
        "type" => "Available",
        "status" => "True",
        "lastTransitionTime" => kept.since,
        "reason" => "Local",
        "message" => "Local APIServices are always available",
    };
    service.body = map! {
        "spec" => map! {
            "group" => (!group.is_empty()).then_some(group),
            "groupPriorityMinimum" => group_priority,
            "version" => version,
            "versionPriority" => version_priority,
        },
        "status" => map! { "conditions" => Value::list([condition]) },
    };
    Arc::new(service)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn each_group_and_version_is_an_api_service_but_the_one_that_these_are_of() {
        let store = Store::new();
        let services = all(View::new(&store));
        let names: Vec<&str> = services.iter().map(|it| it.meta.name.as_str()).collect();
        assert!(names.is_sorted(), "{names:?}");
        assert_eq!(names[..2], ["v1.", "v1.admissionregistration.k8s.io"]);
        assert!(names.contains(&"v2.autoscaling") && !names.contains(&"v1.apiregistration.k8s.io"), "{names:?}");
        let apps = services.iter().find(|it| it.meta.name == "v1.apps").map(|it| it.spec().to_json());
        let want = r#"{"group":"apps","groupPriorityMinimum":17800,"version":"v1","versionPriority":15}"#;
        assert_eq!(apps.as_deref(), Some(want));
    }

    #[test]
    fn every_group_that_is_served_ranks_somewhere() {
        let store = Store::new();
        for group in discovery::groups(View::new(&store).release()) {
            let ranks = GROUPS.iter().any(|it| it.0 == group);
            assert!(ranks || group == "apiregistration.k8s.io", "{group}");
        }
    }

    #[test]
    fn what_is_stored_is_shown_in_the_place_of_what_is_made() {
        let mut store = Store::new();
        let mut mine = Object::new(kinds::API_SERVICE, "", "v1.apps");
        mine.body = map! { "spec" => map! { "group" => "apps" } };
        store.put(mine, Time::from_unix(0), literal!("test"));
        let services = all(View::new(&store));
        let apps: Vec<_> = services.iter().filter(|it| it.meta.name == "v1.apps").collect();
        assert_eq!((apps.len(), apps[0].spec().to_json().as_str()), (1, r#"{"group":"apps"}"#));
    }
}
