//! Removes requests for certificates that are over: denied, failed or issued ones an hour later, and those that nobody answered
//! after a day.
//!
//! Follows `pkg/controller/certificates/cleaner/cleaner.go` of Kubernetes 1.36. The hourly rounds fall on whole hours, and take place
//! only while there is something to look at. Known difference: when an issued certificate itself expires is not looked at.

use crate::api::registry::DeleteOptions;
use crate::clock::{Span, Time};
use crate::controllers::{Action, Controller, Outcome, Wake, Watches};
use crate::object::{Key, Object, Value, kinds};
use crate::store::{Change, View};

/// The time between two rounds.
const PERIOD: Span = Span::seconds(3600);
/// How long a request is kept that was answered.
const ANSWERED: Span = Span::seconds(3600);
/// How long a request is kept that nobody answers.
const PENDING: Span = Span::seconds(24 * 3600);

/// The cleaner of CertificateSigningRequests.
#[derive(Debug, Default)]
pub struct CertificateCleaner;

impl Controller for CertificateCleaner {
    fn name(&self) -> &'static str {
        "certificatesigningrequest-cleaner"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::CERTIFICATE_SIGNING_REQUEST])
    }

    fn wakes(&mut self, change: &Change, _: View<'_>, wakes: &mut Vec<Wake>) {
        if change.key.kind == kinds::CERTIFICATE_SIGNING_REQUEST && change.after.is_some() {
            wakes.push(Wake::now(change.key.clone()));
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let Some((request, over)) = view.get(key).and_then(|it| Some((it, over_at(it)?))) else {
            return Outcome::default();
        };
        let round = first_round_after(over);
        if now < round {
            return Outcome { wake_at: Some(round), ..Outcome::default() };
        }
        let options = DeleteOptions { uid: Some(request.meta.uid.clone()), ..DeleteOptions::default() };
        Outcome { actions: vec![Action::Delete(key.clone(), options)], ..Outcome::default() }
    }
}

/// The first round after `time`: a request must be strictly older than its limit.
fn first_round_after(time: Time) -> Time {
    Time(time.0 - time.0.rem_euclid(PERIOD.0)) + PERIOD
}

/// When `request` has been kept for as long as it may; `None` for one that is approved and waits for its signer.
fn over_at(request: &Object) -> Option<Time> {
    let conditions = request.status()["conditions"].items();
    if conditions.is_empty() {
        return request.meta.created.map(|it| it + PENDING);
    }
    let is_issued = !request.status()["certificate"].is_empty();
    let ends = |it: &&Value| match it["type"].str_or_empty() {
        "Approved" => is_issued,
        kind => matches!(kind, "Denied" | "Failed"),
    };
    let since = |it: &Value| it["lastUpdateTime"].as_str().and_then(Time::parse);
    conditions.iter().filter(ends).filter_map(since).min().map(|it| it + ANSWERED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_kept_for_an_hour_after_its_answer_and_for_a_day_without_one() {
        let table = [
            ("{}", Some(86_400 + 10)),
            (r#"{"conditions":[{"type":"Approved","lastUpdateTime":"1970-01-01T00:01:00Z"}]}"#, None),
            (
                r#"{"conditions":[{"type":"Approved","lastUpdateTime":"1970-01-01T00:01:00Z"}],"certificate":"YQ=="}"#,
                Some(3_660),
            ),
            (r#"{"conditions":[{"type":"Denied","lastUpdateTime":"1970-01-01T00:01:00Z"}]}"#, Some(3_660)),
        ];
        for (status, want) in table {
            let mut request = Object::new(kinds::CERTIFICATE_SIGNING_REQUEST, "", "r");
            request.meta.created = Some(Time::from_unix(10));
            *request.status_mut() = Value::from_json(status.as_bytes()).expect("valid JSON");
            assert_eq!(over_at(&request), want.map(Time::from_unix), "{status}");
        }
        assert_eq!(first_round_after(Time::from_unix(3_660)), Time::from_unix(7_200));
        assert_eq!(first_round_after(Time::from_unix(3_600)), Time::from_unix(7_200));
    }
}
