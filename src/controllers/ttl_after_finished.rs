//! TTL after finished: deletes a Job some time after it was over, its pods first.
//!
//! Follows `pkg/controller/ttlafterfinished` of Kubernetes 1.36.

use crate::api::registry::{DeleteOptions, Propagation};
use crate::clock::{Span, Time};
use crate::controllers::{Action, Controller, Outcome, Wake, Watches};
use crate::object::{Key, Object, kinds};
use crate::store::{Change, View};

/// The TTL-after-finished controller.
#[derive(Debug, Default)]
pub struct TtlAfterFinished;

impl Controller for TtlAfterFinished {
    fn name(&self) -> &'static str {
        "ttl-after-finished-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::JOB])
    }

    fn wakes(&mut self, change: &Change, _: View<'_>, wakes: &mut Vec<Wake>) {
        if change.key.kind == kinds::JOB && change.after.as_ref().is_some_and(|job| expires_at(job).is_some()) {
            wakes.push(Wake::now(change.key.clone()));
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let Some((job, due)) = view.get(key).and_then(|job| Some((job, expires_at(job)?))) else {
            return Outcome::default();
        };
        if due > now {
            return Outcome { wake_at: Some(due), ..Outcome::default() };
        }
        let options = DeleteOptions {
            propagation: Some(Propagation::Foreground),
            uid: Some(job.meta.uid.clone()),
            ..DeleteOptions::default()
        };
        Outcome { actions: vec![Action::Delete(key.clone(), options)], ..Outcome::default() }
    }
}

/// When `job` is to be deleted: `spec.ttlSecondsAfterFinished` after it was over. `None` while it is not, without that
/// field, and once its deletion has begun.
fn expires_at(job: &Object) -> Option<Time> {
    if job.meta.is_terminating() {
        return None;
    }
    let ttl = job.spec()["ttlSecondsAfterFinished"].as_i64()?;
    let over = job.status()["conditions"].items().iter().find(|it| {
        matches!(it["type"].str_or_empty(), "Complete" | "Failed") && it["status"].str_or_empty() == "True"
    })?;
    over["lastTransitionTime"].as_str().and_then(Time::parse).map(|since| since + Span::seconds(ttl))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Value;

    fn check(ttl: &str, conditions: &str, want: Option<i64>) {
        let text = format!(r#"{{"spec":{{{ttl}}},"status":{{"conditions":[{conditions}]}}}}"#);
        let job = Object::from_value(kinds::JOB, &Value::from_json(text.as_bytes()).expect("valid JSON"));
        assert_eq!(expires_at(&job), want.map(Time::from_unix), "{text}");
    }

    #[test]
    fn a_job_expires_its_time_to_live_after_it_was_over() {
        let over =
            |kind: &str| format!(r#"{{"type":"{kind}","status":"True","lastTransitionTime":"1970-01-01T00:01:00Z"}}"#);
        check(r#""ttlSecondsAfterFinished":100"#, &over("Complete"), Some(160));
        check(r#""ttlSecondsAfterFinished":0"#, &over("Failed"), Some(60));
        check(r#""ttlSecondsAfterFinished":100"#, &over("FailureTarget"), None);
        check(r#""ttlSecondsAfterFinished":100"#, "", None);
        check("", &over("Complete"), None);
    }
}
