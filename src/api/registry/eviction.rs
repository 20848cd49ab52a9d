//! `pods/eviction` (`pkg/registry/core/pod/storage/eviction.go`): deleting a pod if the budget that covers it allows.

use super::binding::{Because, set_true};
use super::delete::check_preconditions;
use super::pod_disruption_budget::{DISRUPTION_ALLOWED, update_condition};
use super::{Api, DeleteOptions, Part, WriteOptions, admission};
use crate::api::Status;
use crate::map;
use crate::object::{Key, Object, Str, Value, kinds, literal, matches_label_selector};

/// The most pods of one budget that may be on their way out without its controller having seen them go
/// (`MaxDisruptedPodSize`).
const MOST_DISRUPTED_PODS: usize = 2000;
const REFUSED: &str = "Cannot evict pod as it would violate the pod's disruption budget.";
const TWO_BUDGETS: &str =
    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";

impl Api<'_> {
    /// Evicts the pod `pod`: asks its disruption budget, marks the pod as disrupted and deletes it.
    ///
    /// # Errors
    /// `TooManyRequests` when the budget does not allow it, a failure of code 500 when two budgets cover the pod, and what a
    /// deletion of the pod answers.
    pub fn evict(&mut self, pod: &Key, options: &DeleteOptions) -> Result<(), Status> {
        admission::admit_subresource(self.store, pod, &mut self.precedents.open)?;
        let Some(old) = self.store.get(pod).cloned() else {
            return Err(Status::not_found(pod.kind, &pod.name));
        };
        if !is_of_no_concern(&old) {
            self.ask_budget(&old, options.dry_run)?;
        }
        let mut options = options.clone();
        if !options.dry_run {
            check_preconditions(&old, &options)?;
            let mut marked = Object::clone(&old);
            let because = Because {
                message: Some(literal!("Eviction API: evicting")),
                reason: Some(literal!("EvictionByEvictionAPI")),
                generation: Some(marked.meta.generation).filter(|it| *it > 0),
            };
            set_true(marked.status_mut(), literal!("DisruptionTarget"), because, self.now);
            let marked = self.update(marked, Part::Status, &WriteOptions::default())?;
            let version = |_| Str::from(marked.meta.resource_version.to_string());
            options.resource_version = options.resource_version.map(version);
        }
        self.delete(pod, &options).map(|_| ())
    }

    /// Takes one disruption off the budget that covers `pod`, if there is one.
    fn ask_budget(&mut self, pod: &Object, dry_run: bool) -> Result<(), Status> {
        let budgets = self.store.list_in(kinds::POD_DISRUPTION_BUDGET, &pod.meta.namespace);
        let mut covering = budgets.filter(|it| matches_label_selector(&it.spec()["selector"], &pod.meta.labels));
        let (first, second) = (covering.next().cloned(), covering.next().is_some());
        drop(covering);
        let Some(budget) = first else {
            return Ok(());
        };
        if second {
            return Err(Status::failure(500, "", TWO_BUDGETS));
        }
        if !is_ready(pod) && goes_unguarded(&budget) {
            return Ok(());
        }
        check(&budget)?;
        if dry_run {
            return Ok(());
        }
        let mut spent = Object::clone(&budget);
        let allowed = count(&budget, "disruptionsAllowed") - 1;
        spent.status_mut().set(literal!("disruptionsAllowed"), allowed);
        if allowed == 0 {
            update_condition(&mut spent, self.now);
        }
        spent.status_mut().field_mut("disruptedPods").set(pod.meta.name.clone(), self.now.truncated());
        let mut server = Api {
            store: self.store,
            now: self.now,
            names: self.names,
            precedents: self.precedents,
            actor: literal!("kube-apiserver"),
        };
        server.update(spent, Part::Status, &WriteOptions::default()).map(drop)
    }
}

/// Whether no budget has a say about `pod`: it does not run yet, is over or is being deleted already (`canIgnorePDB`).
fn is_of_no_concern(pod: &Object) -> bool {
    matches!(pod.status()["phase"].str_or_empty(), "Succeeded" | "Failed" | "Pending") || pod.meta.is_terminating()
}

fn is_ready(pod: &Object) -> bool {
    let conditions = pod.status()["conditions"].items();
    conditions.iter().any(|it| it["type"].str_or_empty() == "Ready" && it["status"].str_or_empty() == "True")
}

fn count(budget: &Object, field: &str) -> i64 {
    budget.status()[field].as_i64().unwrap_or_default()
}

/// Whether a pod that is not ready may go without being counted.
fn goes_unguarded(budget: &Object) -> bool {
    let desired = count(budget, "desiredHealthy");
    budget.spec()["unhealthyPodEvictionPolicy"].str_or_empty() == "AlwaysAllow"
        || (count(budget, "currentHealthy") >= desired && desired > 0)
}

/// Whether `budget` allows one more disruption (`checkAndDecrement`).
fn check(budget: &Object) -> Result<(), Status> {
    let name = &budget.meta.name;
    if count(budget, "observedGeneration") < budget.meta.generation {
        let mut status =
            too_many_requests(format!("The disruption budget {name} is still being processed by the server."));
        status.details.insert("retryAfterSeconds", 10_i64);
        return Err(status);
    }
    if budget.status()["disruptedPods"].as_map().is_some_and(|it| it.len() > MOST_DISRUPTED_PODS) {
        let why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller";
        let mut status = Status::forbidden(budget.kind, name, why);
        status.message = format!("poddisruptionbudget.policy {:?} is forbidden: {why}", name.as_str());
        status.details.insert("kind", "poddisruptionbudget");
        return Err(status);
    }
    if count(budget, "disruptionsAllowed") > 0 { Ok(()) } else { Err(too_many_requests(reason(budget))) }
}

/// Why `budget` allows no disruption.
fn reason(budget: &Object) -> String {
    let name = &budget.meta.name;
    let conditions = budget.status()["conditions"].items().iter();
    let says_why = |it: &&Value| {
        it["type"].str_or_empty() == DISRUPTION_ALLOWED
            && it["status"].str_or_empty() == "False"
            && !it["message"].str_or_empty().is_empty()
    };
    let told = conditions.clone().find(says_why).map(|it| (it["reason"].str_or_empty(), it["message"].str_or_empty()));
    let (desired, current) = (count(budget, "desiredHealthy"), count(budget, "currentHealthy"));
    match told {
        // The numbers are of the last time that it did not fail.
        Some(("SyncFailed", why)) => {
            format!("The disruption budget {name} does not allow evicting pods currently because it failed sync: {why}")
        }
        _ if current <= desired => {
            format!("The disruption budget {name} needs {desired} healthy pods and has {current} currently")
        }
        Some((reason, why)) => {
            format!("The disruption budget {name} does not allow evicting pods currently ({reason}): {why}")
        }
        None => format!("The disruption budget {name} does not allow evicting pods currently"),
    }
}

fn too_many_requests(cause: String) -> Status {
    let mut status = Status::failure(429, "TooManyRequests", REFUSED);
    let cause = map! { "reason" => "DisruptionBudget", "message" => cause };
    status.details.insert("causes", Value::list([cause]));
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::registry::Precedents;
    use crate::clock::{Names, Time};
    use crate::store::Store;

    const RUNNING: &str = r#"{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}"#;
    const UNREADY: &str = r#"{"phase":"Running","conditions":[{"type":"Ready","status":"False"}]}"#;

    fn value(text: &str) -> Value {
        Value::from_json(text.as_bytes()).expect("valid JSON")
    }

    fn store(pod: &str, spec: &str, status: &str) -> Store {
        let mut store = Store::new();
        store.put(Object::new(kinds::NAMESPACE, "", "default"), Time(0), "test".into());
        let mut web = Object::new(kinds::POD, "default", "web");
        web.meta.labels = map! { "app" => "web" };
        *web.spec_mut() = value(r#"{"containers":[{"name":"c","image":"i"}]}"#);
        *web.status_mut() = value(pod);
        web.meta.deletion_grace_seconds = None;
        store.put(web, Time(0), "test".into());
        let mut budget = Object::new(kinds::POD_DISRUPTION_BUDGET, "default", "b");
        budget.meta.generation = 1;
        *budget.spec_mut() = value(spec);
        *budget.status_mut() = value(status);
        store.put(budget, Time(0), "test".into());
        store
    }

    fn evict(store: &mut Store, options: &DeleteOptions) -> Result<(), Status> {
        let mut names = Names::new(1);
        let mut api = Api {
            store,
            now: Time::from_unix(5),
            names: &mut names,
            precedents: &mut Precedents::default(),
            actor: "test".into(),
        };
        api.evict(&Key::new(kinds::POD, "default", "web"), options)
    }

    fn cause(status: &Status) -> String {
        status.details["causes"].items().iter().map(|it| it["message"].str_or_empty()).collect()
    }

    #[test]
    fn a_budget_guards_pods_that_run_and_are_ready() {
        let spec = r#"{"minAvailable":3,"selector":{"matchLabels":{"app":"web"}}}"#;
        let always = r#"{"selector":{},"unhealthyPodEvictionPolicy":"AlwaysAllow"}"#;
        let spent = r#"{"observedGeneration":1,"disruptionsAllowed":0,"desiredHealthy":3,"currentHealthy":3}"#;
        let short = r#"{"observedGeneration":1,"disruptionsAllowed":0,"desiredHealthy":3,"currentHealthy":2}"#;
        let needs = |n: i64| format!("The disruption budget b needs 3 healthy pods and has {n} currently");
        let table = [
            (RUNNING, spec, r#"{"observedGeneration":1,"disruptionsAllowed":1}"#, String::new()),
            (RUNNING, r#"{"minAvailable":3}"#, spent, String::new()),
            (RUNNING, spec, spent, needs(3)),
            (RUNNING, always, short, needs(2)),
            (UNREADY, always, short, String::new()),
            (UNREADY, spec, spent, String::new()),
            (UNREADY, spec, short, needs(2)),
            (r#"{"phase":"Pending"}"#, spec, short, String::new()),
            (r#"{"phase":"Failed"}"#, spec, short, String::new()),
            (RUNNING, spec, "{}", "The disruption budget b is still being processed by the server.".to_owned()),
            (
                RUNNING,
                spec,
                r#"{"observedGeneration":1,"conditions":[{"type":"DisruptionAllowed","status":"False",
                    "reason":"SyncFailed","message":"why"}]}"#,
                "The disruption budget b does not allow evicting pods currently because it failed sync: why".to_owned(),
            ),
        ];
        for (pod, spec, status, want) in table {
            let mut store = store(pod, spec, status);
            let result = evict(&mut store, &DeleteOptions::default());
            assert_eq!(result.as_ref().err().map(cause).unwrap_or_default(), want, "{pod} {status}");
            if let Err(refusal) = result {
                assert_eq!((refusal.code, refusal.message.as_str()), (429, REFUSED));
            }
        }
    }

    #[test]
    fn an_eviction_is_noted_in_the_budget_unless_it_is_a_dry_run() {
        let status = r#"{"observedGeneration":1,"disruptionsAllowed":1,"desiredHealthy":1,"currentHealthy":2}"#;
        let mut store = store(RUNNING, r#"{"selector":{}}"#, status);
        let budget = Key::new(kinds::POD_DISRUPTION_BUDGET, "default", "b");
        evict(&mut store, &DeleteOptions { dry_run: true, ..DeleteOptions::default() }).expect("allowed");
        assert_eq!(store.get(&budget).expect("there").status()["disruptionsAllowed"].as_i64(), Some(1));
        evict(&mut store, &DeleteOptions::default()).expect("allowed");
        let after = store.get(&budget).expect("there").status().clone();
        assert_eq!(after["disruptionsAllowed"].as_i64(), Some(0));
        assert_eq!(after["disruptedPods"].to_json(), r#"{"web":"1970-01-01T00:00:05Z"}"#);
        assert_eq!(after["conditions"].items()[0]["reason"].str_or_empty(), "InsufficientPods");
    }

    #[test]
    fn two_budgets_over_one_pod_are_an_error_and_preconditions_hold() {
        let status = r#"{"observedGeneration":1,"disruptionsAllowed":1}"#;
        let mut store = store(RUNNING, r#"{"selector":{}}"#, status);
        let options = DeleteOptions { uid: Some("other".into()), ..DeleteOptions::default() };
        let conflict = evict(&mut store, &options).expect_err("another uid");
        assert!(
            conflict.message.starts_with("Operation cannot be fulfilled on Pod \"web\": the UID in the precondition")
        );
        let mut twin = Object::new(kinds::POD_DISRUPTION_BUDGET, "default", "c");
        *twin.spec_mut() = value(r#"{"selector":{}}"#);
        store.put(twin, Time(0), "test".into());
        let refusal = evict(&mut store, &DeleteOptions::default()).expect_err("two budgets");
        assert_eq!((refusal.code, refusal.reason, refusal.message.as_str()), (500, "", TWO_BUDGETS));
    }
}
