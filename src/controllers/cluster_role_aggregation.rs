//! Fills ClusterRoles that are made of others: those with an `aggregationRule` get the rules of all that it selects.
//!
//! Follows `pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go` of Kubernetes 1.36.

use crate::clock::Time;
use crate::controllers::{Action, Controller, Outcome, Wake, Watches};
use crate::object::{Key, Object, Value, kinds, literal, matches_label_selector};
use crate::store::{Change, View};

/// The controller of aggregated ClusterRoles.
#[derive(Debug, Default)]
pub struct ClusterRoleAggregation;

impl Controller for ClusterRoleAggregation {
    fn name(&self) -> &'static str {
        "clusterrole-aggregation-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::CLUSTER_ROLE])
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        if change.key.kind == kinds::CLUSTER_ROLE {
            let aggregated = view.list(kinds::CLUSTER_ROLE).filter(|it| !selectors(it).is_empty());
            wakes.extend(aggregated.map(|it| Wake::now(it.key())));
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, _: Time) -> Outcome {
        let Some(role) = view.get(key).filter(|it| !selectors(it).is_empty()) else {
            return Outcome::default();
        };
        let rules = aggregated(view, role);
        if rules.as_slice() == role.body["rules"].items() {
            return Outcome::default();
        }
        let mut filled = Object::clone(role);
        filled.body.insert(literal!("rules"), rules);
        Outcome { actions: vec![Action::Update(filled)], ..Outcome::default() }
    }
}

fn selectors(role: &Object) -> &[Value] {
    role.body["aggregationRule"]["clusterRoleSelectors"].items()
}

/// The rules of every role that `role` selects, each once: selector by selector, by name.
fn aggregated(view: View<'_>, role: &Object) -> Vec<Value> {
    let mut rules: Vec<Value> = Vec::new();
    for selector in selectors(role) {
        let selected = view.list(kinds::CLUSTER_ROLE).filter(|it| it.meta.name != role.meta.name);
        for source in selected.filter(|it| matches_label_selector(selector, &it.meta.labels)) {
            for rule in source.body["rules"].items() {
                if !rules.contains(rule) {
                    rules.push(rule.clone());
                }
            }
        }
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;
    use crate::store::Store;

    #[test]
    fn a_role_has_the_rules_of_those_that_it_selects_once_each_in_the_order_of_their_names() {
        let mut store = Store::new();
        let value = |text: &str| Value::from_json(text.as_bytes()).expect("valid JSON");
        let mut put = |name: &str, to: &str, body: &str| {
            let mut role = Object::new(kinds::CLUSTER_ROLE, "", name);
            role.meta.labels = map! { "to" => to };
            role.body = value(body).as_map().cloned().expect("a map");
            store.put(role, Time(0), "test".into())
        };
        put("b", "view", r#"{"rules":[{"verbs":["get"]},{"verbs":["list"]}]}"#);
        put("a", "view", r#"{"rules":[{"verbs":["watch"]}]}"#);
        put("c", "edit", r#"{"rules":[{"verbs":["get"]},{"verbs":["delete"]}]}"#);
        let all = r#"{"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"to":"view"}},{"matchLabels":{"to":"edit"}}]},
            "rules":[{"verbs":["stale"]}]}"#;
        let role = put("all", "view", all);
        let rules = aggregated(View::new(&store), &role);
        let verbs: Vec<_> = rules.iter().map(|it| it["verbs"][0].str_or_empty()).collect();
        assert_eq!(verbs, ["watch", "get", "list", "delete"]);
    }
}
