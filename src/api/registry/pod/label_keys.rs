//! The labels of a pod that its own terms go by (`mutatePodAffinity` and `mutateTopologySpreadConstraints` in
//! `pkg/registry/core/pod/strategy.go`).

use crate::map;
use crate::object::{Map, Object, Value};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// Whether some term of the spec of a pod goes by labels of the pod itself.
pub fn has_label_keys(spec: &Value) -> bool {
    let names_keys =
        |term: &Value| ["matchLabelKeys", "mismatchLabelKeys"].into_iter().any(|field| !term[field].items().is_empty());
    if spec["topologySpreadConstraints"].items().iter().any(names_keys) {
        return true;
    }
    let affinity = &spec["affinity"];
    !affinity.is_null()
        && ["podAffinity", "podAntiAffinity"].into_iter().any(|kind| {
            let (required, preferred) = (affinity[kind][REQUIRED].items(), affinity[kind][PREFERRED].items());
            required.iter().any(names_keys) || preferred.iter().any(|it| names_keys(&it["podAffinityTerm"]))
        })
}

/// Writes the values of the pod's labels that `matchLabelKeys` and `mismatchLabelKeys` name into the selectors beside them.
pub fn merge_label_keys(pod: &mut Object) {
    if !has_label_keys(pod.spec()) {
        return;
    }
    let labels = pod.meta.labels.clone();
    let has = |value: &Value| !value.items().is_empty();
    if has(&pod.spec()["topologySpreadConstraints"]) {
        each(pod.spec_mut().field_mut("topologySpreadConstraints"), |it| {
            merge_keys(it, "matchLabelKeys", "In", &labels)
        });
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        if has(&pod.spec()["affinity"][kind][REQUIRED]) {
            each(pod.spec_mut().at_mut(&["affinity", kind, REQUIRED]), |it| merge_term(it, &labels));
        }
        if has(&pod.spec()["affinity"][kind][PREFERRED]) {
            let preferred = pod.spec_mut().at_mut(&["affinity", kind, PREFERRED]);
            each(preferred, |it| {
                let mut term = it["podAffinityTerm"].clone();
                merge_term(&mut term, &labels).then(|| it.set("podAffinityTerm", term)).is_some()
            });
        }
    }
}

/// Changes the items of a list, which stays shared with its template if none changes.
fn each(list: &mut Value, mut change: impl FnMut(&mut Value) -> bool) {
    let mut items = list.items().to_vec();
    let changed = items.iter_mut().fold(false, |changed, it| change(it) | changed);
    if changed {
        *list = Value::from(items);
    }
}

fn merge_term(term: &mut Value, labels: &Map) -> bool {
    merge_keys(term, "matchLabelKeys", "In", labels) | merge_keys(term, "mismatchLabelKeys", "NotIn", labels)
}

/// Adds a requirement for each key that is a label; true if there was one. Without a selector a term matches nothing.
fn merge_keys(term: &mut Value, field: &str, operator: &str, labels: &Map) -> bool {
    if term[field].items().is_empty() || term["labelSelector"].is_null() {
        return false;
    }
    let requirement = |key: &Value| {
        let value = labels.get(key.str_or_empty())?;
        Some(Value::Map(map! { "key" => key, "operator" => operator, "values" => Value::list([value]) }))
    };
    let added: Vec<Value> = term[field].items().iter().filter_map(requirement).collect();
    let has_added = !added.is_empty();
    if has_added {
        term.field_mut("labelSelector").field_mut("matchExpressions").items_mut().extend(added);
    }
    has_added
}
