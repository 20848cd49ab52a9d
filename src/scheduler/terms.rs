//! What a pod says of the pods that it wants near, or not near (`AffinityTerm` in `pkg/scheduler/framework/types.go`).

use std::collections::BTreeSet;

use crate::object::{Key, Map, Object, Str, Value, kinds, matches_label_selector};
use crate::store::View;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// One term: pods in some namespaces with some labels, and what being near them means.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// The namespaces that it names, or that of its pod.
    pub namespaces: BTreeSet<Str>,
    /// Which other namespaces it means by their labels; null when none.
    pub namespace_selector: Value,
    /// Which pods it means.
    pub selector: Value,
    /// The label of nodes that are near each other.
    pub topology_key: Str,
    /// How much it counts; 0 when it is required.
    pub weight: i64,
}

impl Term {
    fn of(term: &Value, namespace: &Str, weight: i64) -> Self {
        let mut namespaces: BTreeSet<Str> =
            term["namespaces"].items().iter().filter_map(|it| it.as_shared_str().cloned()).collect();
        if namespaces.is_empty() && term["namespaceSelector"].is_null() {
            namespaces.insert(namespace.clone());
        }
        Term {
            namespaces,
            namespace_selector: term["namespaceSelector"].clone(),
            selector: term["labelSelector"].clone(),
            topology_key: term["topologyKey"].as_shared_str().cloned().unwrap_or_default(),
            weight,
        }
    }

    /// Whether the term means `pod`, in a namespace with `namespace_labels`.
    pub fn matches(&self, pod: &Object, namespace_labels: &Map) -> bool {
        (self.namespaces.contains(&pod.meta.namespace)
            || matches_label_selector(&self.namespace_selector, namespace_labels))
            && matches_label_selector(&self.selector, &pod.meta.labels)
    }

    /// The same term with the namespaces named that its selector means now (`mergeAffinityTermNamespacesIfNotEmpty`).
    pub fn resolved(mut self, view: View<'_>) -> Self {
        if self.namespace_selector.is_null() {
            return self;
        }
        let selector = std::mem::take(&mut self.namespace_selector);
        let meant = view.list(kinds::NAMESPACE).filter(|it| matches_label_selector(&selector, &it.meta.labels));
        self.namespaces.extend(meant.map(|it| it.meta.name.clone()));
        self
    }
}

/// The labels of the namespace called `name`.
pub fn namespace_labels(view: View<'_>, name: &str) -> Map {
    view.get(&Key::new(kinds::NAMESPACE, "", name)).map(|it| it.meta.labels.clone()).unwrap_or_default()
}

/// All terms of a pod.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    /// Pods that have to be near.
    pub affinity: Vec<Term>,
    /// Pods that must not be near.
    pub anti_affinity: Vec<Term>,
    /// Pods that had better be near.
    pub preferred: Vec<Term>,
    /// Pods that had better not be near.
    pub preferred_anti: Vec<Term>,
}

impl Terms {
    /// The terms of a pod with `spec` in `namespace`: `None` when it has none.
    pub fn of(spec: &Value, namespace: &Str) -> Option<Self> {
        let affinity = &spec["affinity"];
        if affinity["podAffinity"].is_null() && affinity["podAntiAffinity"].is_null() {
            return None;
        }
        let required =
            |kind: &str| affinity[kind][REQUIRED].items().iter().map(|it| Term::of(it, namespace, 0)).collect();
        let preferred = |kind: &str| {
            let weighted = affinity[kind][PREFERRED].items().iter();
            weighted.map(|it| Term::of(&it["podAffinityTerm"], namespace, it["weight"].as_i64().unwrap_or(0))).collect()
        };
        Some(Terms {
            affinity: required("podAffinity"),
            anti_affinity: required("podAntiAffinity"),
            preferred: preferred("podAffinity"),
            preferred_anti: preferred("podAntiAffinity"),
        })
    }

    /// Whether a pod with `spec` has any.
    pub fn any(spec: &Value) -> bool {
        let affinity = &spec["affinity"];
        !(affinity["podAffinity"].is_null() && affinity["podAntiAffinity"].is_null())
    }

    /// The same terms with their namespaces named.
    pub fn resolved(self, view: View<'_>) -> Self {
        let all = |terms: Vec<Term>| terms.into_iter().map(|it| it.resolved(view)).collect();
        Terms {
            affinity: all(self.affinity),
            anti_affinity: all(self.anti_affinity),
            preferred: all(self.preferred),
            preferred_anti: all(self.preferred_anti),
        }
    }
}

/// Whether `pod` is meant by all of `terms`, of which there are some (`podMatchesAllAffinityTerms`).
pub fn matches_all(terms: &[Term], pod: &Object, namespace_labels: &Map) -> bool {
    !terms.is_empty() && terms.iter().all(|it| it.matches(pod, namespace_labels))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        Value::from_json(text.as_bytes()).expect("valid JSON")
    }

    #[test]
    fn a_term_means_its_own_namespace_unless_it_names_or_selects_others() {
        let table = [
            (r"{}", "ns", true),
            (r"{}", "other", false),
            (r#"{"namespaces":["other"]}"#, "ns", false),
            (r#"{"namespaces":["other"]}"#, "other", true),
            (r#"{"namespaceSelector":{}}"#, "other", true),
            (r#"{"namespaceSelector":{"matchLabels":{"team":"x"}}}"#, "other", true),
            (r#"{"namespaceSelector":{"matchLabels":{"team":"y"}}}"#, "ns", false),
            (r#"{"namespaces":["ns"],"namespaceSelector":{"matchLabels":{"team":"y"}}}"#, "ns", true),
        ];
        let namespace_labels = json(r#"{"team":"x"}"#);
        for (term, namespace, want) in table {
            let mut term = json(term);
            term.set("labelSelector", json(r#"{"matchLabels":{"app":"web"}}"#));
            let mut pod = Object::new(kinds::POD, namespace, "p");
            pod.meta.set_label("app", "web");
            let labels = namespace_labels.as_map().cloned().unwrap_or_default();
            let it = Term::of(&term, &Str::from("ns"), 0);
            assert_eq!(it.matches(&pod, &labels), want, "{term} in {namespace}");
            pod.meta.set_label("app", "db");
            assert!(!it.matches(&pod, &labels), "{term}");
        }
    }

    #[test]
    fn a_term_without_a_label_selector_means_no_pod() {
        let pod = Object::new(kinds::POD, "ns", "p");
        assert!(!Term::of(&json("{}"), &Str::from("ns"), 0).matches(&pod, &Map::new()));
    }
}
