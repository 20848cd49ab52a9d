//! Makes the claims of generic ephemeral volumes: `POD-VOLUME`, owned by the pod and gone with it.
//!
//! Follows `pkg/controller/volume/ephemeral/controller.go` of Kubernetes 1.36.

use std::sync::Arc;

use crate::clock::Time;
use crate::controllers::{Action, Announced, Controller, EventRecord, Hearing, News, Outcome, Wake, Watches};
use crate::object::{Key, Kind, Meta, Object, OwnerRef, Value, kinds};
use crate::store::{Change, View};

/// The ephemeral volume controller.
#[derive(Debug, Default)]
pub struct EphemeralVolumeController;

impl Controller for EphemeralVolumeController {
    fn name(&self) -> &'static str {
        "ephemeral-volume-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::PERSISTENT_VOLUME_CLAIM, kinds::POD])
    }

    fn hears(&self, kind: Kind) -> Hearing {
        Hearing::of(if kind == kinds::POD { News::CREATED } else { News::REMOVED })
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        match change.key.kind {
            // A pod's volumes never change.
            kinds::POD if change.before.is_none() => {
                let concerns = |it: &Arc<Object>| !it.meta.is_terminating() && volumes(it).next().is_some();
                wakes.extend(change.after.as_ref().filter(|it| concerns(it)).map(|_| Wake::now(change.key.clone())));
            }
            kinds::PERSISTENT_VOLUME_CLAIM if change.after.is_none() => {
                let owner = change.before.as_ref().and_then(|it| it.meta.controller().cloned());
                let pod = owner.filter(|it| it.kind == "Pod").and_then(|it| view.by_uid(&it.uid));
                wakes.extend(pod.map(|it| Wake::now(it.key())));
            }
            _ => {}
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, _: Time) -> Outcome {
        let mut outcome = Outcome::default();
        let Some(pod) = view.get(key).filter(|it| !it.meta.is_terminating()) else {
            return outcome;
        };
        for volume in volumes(pod) {
            let name = volume["name"].str_or_empty();
            let claim = new_claim(pod, volume);
            match view.get(&claim.key()) {
                Some(found) if found.meta.is_controlled_by(&pod.meta.uid) => {}
                Some(found) => {
                    let (namespace, claim) = (&found.meta.namespace, &found.meta.name);
                    let why = format!(
                        "PVC {namespace}/{claim} was not created for pod {namespace}/{} (pod is not owner)",
                        key.name
                    );
                    let message = format!("ephemeral volume {name}: {why}");
                    outcome.actions.push(EventRecord::warning(pod, "FailedBinding", message));
                    break;
                }
                None => {
                    let failure = format!("ephemeral volume {name}: create PVC {}: ", claim.meta.name);
                    outcome.actions.push(creation(pod, claim, failure));
                }
            }
        }
        outcome
    }
}

/// The generic ephemeral volumes of `pod`.
fn volumes(pod: &Object) -> impl Iterator<Item = &Value> {
    pod.spec()["volumes"].items().iter().filter(|it| !it["ephemeral"].is_null())
}

fn new_claim(pod: &Object, volume: &Value) -> Object {
    let template = &volume["ephemeral"]["volumeClaimTemplate"];
    let name = format!("{}-{}", pod.meta.name, volume["name"].str_or_empty());
    let mut claim = Object::new(kinds::PERSISTENT_VOLUME_CLAIM, pod.meta.namespace.clone(), name);
    let of_template = Meta::from_value(&template["metadata"]);
    claim.meta.labels = of_template.labels;
    claim.meta.annotations = of_template.annotations;
    claim.meta.owners = Arc::new(vec![OwnerRef { block_owner_deletion: Some(true), ..pod.controller_ref() }]);
    claim.body.insert("spec", &template["spec"]);
    claim
}

/// Creates `claim`; only a failure is told of.
fn creation(pod: &Arc<Object>, claim: Object, failure: String) -> Action {
    Action::Announced(Box::new(Announced {
        action: Action::Create(claim),
        about: pod.clone(),
        success: ("", String::new()),
        failures: vec![("FailedBinding", failure)],
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn a_pod_gets_the_claims_of_its_ephemeral_volumes_unless_somebody_else_has_their_names() {
        let mut store = Store::new();
        let mut pod = Object::new(kinds::POD, "default", "web");
        pod.meta.uid = "u".into();
        let spec = r#"{"volumes":[{"name":"a","emptyDir":{}},{"name":"scratch","ephemeral":{"volumeClaimTemplate":
            {"metadata":{"labels":{"for":"web"}},"spec":{"accessModes":["ReadWriteOnce"]}}}}]}"#;
        *pod.spec_mut() = Value::from_json(spec.as_bytes()).expect("valid JSON");
        let pod = store.put(pod, Time(0), "test".into());
        let mut controller = EphemeralVolumeController;
        let outcome = controller.reconcile(View::new(&store), &pod.key(), Time(0));
        let [Action::Announced(made)] = outcome.actions.as_slice() else { unreachable!("one claim: {outcome:?}") };
        let Action::Create(claim) = &made.action else { unreachable!("a claim: {made:?}") };
        assert_eq!((claim.meta.name.as_str(), claim.meta.label("for")), ("web-scratch", Some("web")));
        assert!(claim.meta.is_controlled_by("u") && claim.spec()["accessModes"][0] == Value::from("ReadWriteOnce"));
        store.put(claim.clone(), Time(0), "test".into());
        assert!(controller.reconcile(View::new(&store), &pod.key(), Time(0)).actions.is_empty());
        let mut stranger = claim.clone();
        stranger.meta.owners = Arc::default();
        store.put(stranger, Time(0), "test".into());
        let outcome = controller.reconcile(View::new(&store), &pod.key(), Time(0));
        let [Action::Event(told)] = outcome.actions.as_slice() else { unreachable!("an event: {outcome:?}") };
        assert_eq!(
            told.message,
            "ephemeral volume scratch: PVC default/web-scratch was not created for pod default/web (pod is not owner)"
        );
    }
}
