//! Which pod is which: names, ordinals and labels (`stateful_set_utils.go`).

use crate::controllers::history::HASH_LABEL;
use crate::object::{Object, Str};

/// The label with the pod's own name.
const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";
/// The label with the pod's ordinal.
const POD_INDEX: &str = "apps.kubernetes.io/pod-index";

/// The parent and the ordinal that a pod's name is made of: `web-2` is the third of `web`.
pub fn parse(name: &str) -> Option<(&str, i64)> {
    let (parent, ordinal) = name.rsplit_once('-')?;
    let is_number = !ordinal.is_empty() && ordinal.bytes().all(|it| it.is_ascii_digit());
    let ordinal: i32 = is_number.then(|| ordinal.parse().ok()).flatten()?;
    Some((parent, i64::from(ordinal)))
}

/// The ordinal of `pod` among the pods of `set`, if its name is one of theirs.
pub fn ordinal(set: &Object, pod: &Object) -> Option<i64> {
    parse(&pod.meta.name).filter(|(parent, _)| *parent == set.meta.name.as_str()).map(|(_, ordinal)| ordinal)
}

/// The ordinals that `set` is to have.
pub fn ordinals(set: &Object) -> std::ops::Range<i64> {
    let start = set.spec().at(&["ordinals", "start"]).as_i64().unwrap_or(0);
    start..start + set.spec()["replicas"].as_i64().unwrap_or(1)
}

/// The name of the pod with that ordinal.
pub fn name(set: &Object, ordinal: i64) -> Str {
    Str::from(format!("{}-{ordinal}", set.meta.name))
}

/// Whether `pod` carries the labels of its identity.
pub fn matches(pod: &Object) -> bool {
    pod.meta.label(POD_NAME) == Some(&pod.meta.name)
        && parse(&pod.meta.name).is_some_and(|(_, it)| pod.meta.label(POD_INDEX) == Some(&it.to_string()))
}

/// Gives `pod` the labels of its identity.
pub fn label(pod: &mut Object) {
    let name = pod.meta.name.clone();
    if let Some((_, ordinal)) = parse(&name) {
        pod.meta.set_label(POD_INDEX, ordinal.to_string());
    }
    pod.meta.set_label(POD_NAME, name);
}

/// The name of the revision that `pod` is of.
pub fn revision(pod: &Object) -> &str {
    pod.meta.label(HASH_LABEL).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pods_name_tells_its_parent_and_its_ordinal() {
        let table = [
            ("web-0", Some(("web", 0))),
            ("a-b-12", Some(("a-b", 12))),
            ("web", None),
            ("web-", None),
            ("web-x1", None),
            ("web-+1", None),
            ("web-99999999999", None),
        ];
        for (name, want) in table {
            assert_eq!(parse(name), want, "{name}");
        }
    }
}
