//! Says of every ValidatingAdmissionPolicy that it was looked at.
//!
//! Follows `pkg/controller/validatingadmissionpolicystatus/controller.go` of Kubernetes 1.36. Known difference: the types of what
//! expressions ask for are not checked, so there are no warnings of them.

use crate::clock::Time;
use crate::controllers::{Action, Controller, Outcome, Wake, Watches};
use crate::object::{Key, Object, Value, kinds, literal};
use crate::store::{Change, View};

/// The controller of the status of ValidatingAdmissionPolicies.
#[derive(Debug, Default)]
pub struct AdmissionPolicyStatus;

impl Controller for AdmissionPolicyStatus {
    fn name(&self) -> &'static str {
        "validatingadmissionpolicy-status-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::VALIDATING_ADMISSION_POLICY])
    }

    fn wakes(&mut self, change: &Change, _: View<'_>, wakes: &mut Vec<Wake>) {
        if change.key.kind == kinds::VALIDATING_ADMISSION_POLICY && change.after.as_ref().is_some_and(|it| is_new(it)) {
            wakes.push(Wake::now(change.key.clone()));
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, _: Time) -> Outcome {
        let Some(policy) = view.get(key).filter(|it| is_new(it)) else {
            return Outcome::default();
        };
        let mut seen = Object::clone(policy);
        seen.status_mut().set(literal!("observedGeneration"), policy.meta.generation);
        seen.status_mut().set(literal!("typeChecking"), Value::empty_map());
        Outcome { actions: vec![Action::UpdateStatus(seen)], ..Outcome::default() }
    }
}

fn is_new(policy: &Object) -> bool {
    policy.status()["observedGeneration"].as_i64().unwrap_or_default() < policy.meta.generation
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn a_policy_is_looked_at_once_for_each_generation() {
        let mut store = Store::new();
        let mut policy = Object::new(kinds::VALIDATING_ADMISSION_POLICY, "", "p");
        policy.meta.generation = 2;
        let key = policy.key();
        store.put(policy, Time(0), "test".into());
        let outcome = AdmissionPolicyStatus.reconcile(View::new(&store), &key, Time(0));
        let [Action::UpdateStatus(seen)] = outcome.actions.as_slice() else { unreachable!("a status: {outcome:?}") };
        assert_eq!(seen.status().to_json(), r#"{"observedGeneration":2,"typeChecking":{}}"#);
        assert!(!is_new(seen));
    }
}
