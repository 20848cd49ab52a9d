//! Evicts pods from nodes that have `NoExecute` taints which they do not tolerate, or only for a time.
//!
//! Follows `pkg/controller/tainteviction/taint_eviction.go` of Kubernetes 1.36. How long a pod has been tolerating counts from
//! when the controller first saw it on the tainted node, which it remembers and nobody else does.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::registry::DeleteOptions;
use crate::clock::{Span, Time};
use crate::controllers::shared::node_fit::tolerates;
use crate::controllers::{Action, Controller, EventRecord, Hearing, News, Outcome, Wake, Watches};
use crate::map;
use crate::object::{Key, Kind, Object, Str, Value, kinds};
use crate::store::{Change, View};

const REASON: &str = "TaintManagerEviction";

/// The taint eviction controller.
#[derive(Debug, Default)]
pub struct TaintEvictionController {
    planned: BTreeMap<Key, Plan>,
}

/// An eviction that is to come.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Plan {
    uid: Str,
    /// Since when the pod tolerates.
    since: Time,
    /// When it stops to.
    until: Time,
}

/// What the taints of a node mean for a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stay {
    Forever,
    For(Span),
}

impl Controller for TaintEvictionController {
    fn name(&self) -> &'static str {
        "taint-eviction-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::NODE, kinds::POD])
    }

    fn hears(&self, kind: Kind) -> Hearing {
        if kind == kinds::POD {
            Hearing::of(News::CREATED.and(News::REMOVED).and(News::SPEC).and(News::DELETION))
        } else {
            Hearing::ALL
        }
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        match change.key.kind {
            kinds::POD if concerns(change, view) || self.planned.contains_key(&change.key) => {
                wakes.push(Wake::now(change.key.clone()));
            }
            kinds::NODE => {
                let taints = |it: &Option<Arc<Object>>| it.as_ref().map(|it| no_execute(it)).unwrap_or_default();
                if taints(&change.before) != taints(&change.after) {
                    wakes.extend(view.pods_on(&change.key.name).map(|it| Wake::now(it.key())));
                }
            }
            _ => {}
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let planned = self.planned.remove(key);
        let Some(pod) = view.get(key).filter(|it| !it.meta.is_terminating()) else {
            return Outcome::default();
        };
        let node = pod.node_name().and_then(|it| view.get(&Key::new(kinds::NODE, "", it.clone())));
        let taints = node.map(|it| no_execute(it)).unwrap_or_default();
        let planned = planned.filter(|it| it.uid == pod.meta.uid);
        match stay(&taints, pod.spec()["tolerations"].items()) {
            Stay::Forever => {
                let name = format!("{}/{}", pod.meta.namespace, pod.meta.name);
                let told = || {
                    let about = EventRecord::named(pod, &Str::new());
                    EventRecord::normal(&about, REASON, format!("Cancelling deletion of Pod {name}"))
                };
                let cancelled = planned.map(|_| told());
                Outcome { actions: cancelled.into_iter().collect(), ..Outcome::default() }
            }
            Stay::For(span) => {
                let since = planned.map_or(now, |it| it.since);
                let until = since + span;
                if until <= now {
                    return Outcome { actions: evict(pod, now), ..Outcome::default() };
                }
                self.planned.insert(key.clone(), Plan { uid: pod.meta.uid.clone(), since, until });
                Outcome { wake_at: Some(until), ..Outcome::default() }
            }
        }
    }
}

/// Whether a change of a pod is about where it runs or what it tolerates, and its node has taints that evict.
fn concerns(change: &Change, view: View<'_>) -> bool {
    let Some(pod) = &change.after else { return false };
    if change.before.as_ref().is_some_and(|before| before.spec().is_shared_with(pod.spec())) {
        return false;
    }
    let Some(node) = pod.node_name() else { return false };
    let is_news = change.before.as_ref().is_none_or(|before| {
        before.node_name().is_none() || !before.spec()["tolerations"].is_same(&pod.spec()["tolerations"])
    });
    is_news && view.get(&Key::new(kinds::NODE, "", node.clone())).is_some_and(|it| !no_execute(it).is_empty())
}

/// The taints of `node` that evict.
fn no_execute(node: &Object) -> Vec<Value> {
    let taints = node.spec()["taints"].items().iter();
    taints.filter(|it| it["effect"].as_str() == Some("NoExecute")).cloned().collect()
}

/// How long a pod with `tolerations` may stay under `taints` (`GetMatchingTolerations`, `getMinTolerationTime`).
fn stay(taints: &[Value], tolerations: &[Value]) -> Stay {
    let mut shortest: Option<i64> = None;
    for taint in taints {
        let Some(used) = tolerations.iter().find(|it| tolerates(it, taint)) else {
            return Stay::For(Span::ZERO);
        };
        if let Some(seconds) = used["tolerationSeconds"].as_i64() {
            shortest = Some(shortest.map_or(seconds, |it| it.min(seconds)));
        }
    }
    shortest.map_or(Stay::Forever, |it| Stay::For(Span::seconds(it.max(0))))
}

fn evict(pod: &Arc<Object>, now: Time) -> Vec<Action> {
    let name = format!("{}/{}", pod.meta.namespace, pod.meta.name);
    // The real one names the pod without its uid, so that `kubectl describe` does not find the event.
    let about = EventRecord::named(pod, &Str::new());
    let event = EventRecord::normal(&about, REASON, format!("Marking for deletion Pod {name}"));
    let mut condition = map! {
        "type" => "DisruptionTarget",
        "observedGeneration" => pod.meta.generation,
        "status" => "True",
        "lastTransitionTime" => now,
        "reason" => "DeletionByTaintManager",
        "message" => "Taint manager: deleting due to NoExecute taint",
    };
    condition.insert(crate::object::literal!("lastProbeTime"), Value::Null);
    let mut marked = Object::clone(pod);
    let conditions = marked.status_mut().field_mut("conditions").items_mut();
    conditions.retain(|it| it["type"].as_str() != Some("DisruptionTarget"));
    // The controller's patch puts what is new before what is there.
    conditions.insert(0, Value::Map(condition));
    let options = DeleteOptions { uid: Some(pod.meta.uid.clone()), ..DeleteOptions::default() };
    vec![event, Action::UpdateStatus(marked), Action::Delete(pod.key(), options)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<Value> {
        Value::from_json(text.as_bytes()).expect("valid JSON").items().to_vec()
    }

    #[test]
    fn a_pod_stays_as_long_as_it_tolerates_every_taint() {
        let maintenance = r#"[{"key":"maint","value":"now","effect":"NoExecute"}]"#;
        let both = r#"[{"key":"maint","effect":"NoExecute"},{"key":"gpu","effect":"NoExecute"}]"#;
        let table = [
            ("no taints", "[]", "[]", Stay::Forever),
            ("not tolerated", maintenance, "[]", Stay::For(Span::ZERO)),
            ("tolerated for ever", maintenance, r#"[{"key":"maint","operator":"Exists"}]"#, Stay::Forever),
            (
                "tolerated for a time",
                maintenance,
                r#"[{"key":"maint","operator":"Exists","tolerationSeconds":4}]"#,
                Stay::For(Span::seconds(4)),
            ),
            (
                "a time below zero",
                maintenance,
                r#"[{"operator":"Exists","tolerationSeconds":-3}]"#,
                Stay::For(Span::ZERO),
            ),
            (
                "the shorter of two",
                both,
                r#"[{"key":"maint","operator":"Exists","tolerationSeconds":40},{"key":"gpu","operator":"Exists","tolerationSeconds":7}]"#,
                Stay::For(Span::seconds(7)),
            ),
            ("one of two", both, r#"[{"key":"maint","operator":"Exists"}]"#, Stay::For(Span::ZERO)),
        ];
        for (what, taints, tolerations, want) in table {
            assert_eq!(stay(&list(taints), &list(tolerations)), want, "{what}");
        }
    }
}
