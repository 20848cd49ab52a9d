//! One look at a CronJob (`syncCronJob` in `pkg/controller/cronjob/cronjob_controllerv2.go`).

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::api::registry::{DeleteOptions, Propagation};
use crate::clock::{Span, Time};
use crate::controllers::cronjob::history::{End, Ended, end_of, surplus};
use crate::controllers::cronjob::new_job::{name, new_job};
use crate::controllers::cronjob::run::{JobRun, note};
use crate::controllers::cronjob::schedule::{Schedules, last_start, time_zone};
use crate::controllers::{Action, EventRecord, Outcome};
use crate::object::{Key, Object, Str, Value, kinds};
use crate::store::View;

/// A look under way: what is to be done, and the status as it will be.
struct Look<'a> {
    view: View<'a>,
    stored: &'a Arc<Object>,
    cron_job: Object,
    status_changed: bool,
    actions: Vec<Action>,
    now: Time,
    schedules: &'a mut Schedules,
}

/// What is to be done about `stored` at `now`; `schedules` are those that were read before.
pub fn sync(view: View<'_>, stored: &Arc<Object>, now: Time, schedules: &mut Schedules) -> Outcome {
    let mut jobs: Vec<Ended<'_>> = view
        .owned_by(&stored.meta.uid)
        .filter(|it| it.kind == kinds::JOB && it.meta.is_controlled_by(&stored.meta.uid))
        .map(|it| (it, end_of(it)))
        .collect();
    jobs.sort_by(|(a, _), (b, _)| a.meta.name.cmp(&b.meta.name));
    let cron_job = Object::clone(stored);
    let mut look = Look { view, stored, cron_job, status_changed: false, actions: Vec::new(), now, schedules };
    for job in surplus(stored.spec(), &jobs) {
        look.delete(job);
    }
    jobs.iter().for_each(|(job, end)| look.observe(job, *end));
    look.drop_missing(&jobs);
    let wake_at = look.start_what_is_due();
    if look.status_changed {
        look.actions.push(Action::UpdateStatus(look.cron_job));
    }
    Outcome { actions: look.actions, wake_at, ..Outcome::default() }
}

impl Look<'_> {
    fn tell(&mut self, reason: &'static str, message: impl Into<Str>) {
        self.actions.push(EventRecord::normal(self.stored, reason, message));
    }

    fn warn(&mut self, reason: &'static str, message: impl Into<Str>) {
        self.actions.push(EventRecord::warning(self.stored, reason, message));
    }

    fn active(&self) -> &[Value] {
        self.cron_job.status()["active"].items()
    }

    fn is_active(&self, uid: &str) -> bool {
        self.active().iter().any(|it| it["uid"].str_or_empty() == uid)
    }

    fn drop_from_active(&mut self, uid: &str) {
        if self.is_active(uid) {
            let rest: Vec<Value> = self.active().iter().filter(|it| it["uid"].str_or_empty() != uid).cloned().collect();
            let status = self.cron_job.status_mut();
            status.remove("active");
            if !rest.is_empty() {
                status.set("active", Value::list(rest));
            }
        }
    }

    fn delete(&mut self, job: &Object) {
        let options = DeleteOptions { propagation: Some(Propagation::Background), ..DeleteOptions::default() };
        self.actions.push(Action::Delete(job.key(), options));
        self.tell("SuccessfulDelete", format!("Deleted job {}", job.meta.name));
        self.drop_from_active(&job.meta.uid);
        self.status_changed = true;
    }

    /// Takes note of how `job` is.
    fn observe(&mut self, job: &Object, end: Option<End>) {
        let active = self.is_active(&job.meta.uid);
        let Some(end) = end else {
            if !active {
                let name = &job.meta.name;
                self.warn("UnexpectedJob", format!("Saw a job that the controller did not create or forgot: {name}"));
            }
            return;
        };
        if active {
            self.drop_from_active(&job.meta.uid);
            let (name, condition) = (&job.meta.name, end.condition());
            self.tell("SawCompletedJob", format!("Saw completed job: {name}, condition: {condition}"));
            self.status_changed = true;
        }
        let completed = &job.status()["completionTime"];
        let last = self.cron_job.status()["lastSuccessfulTime"].as_str().and_then(Time::parse);
        if end == End::Complete && completed.as_str().and_then(Time::parse) > last {
            self.cron_job.status_mut().set("lastSuccessfulTime", completed);
            self.status_changed = true;
        }
    }

    /// Takes those off the active list that are no more.
    fn drop_missing(&mut self, jobs: &[Ended<'_>]) {
        for reference in self.active().to_vec() {
            let (uid, name) = (reference["uid"].str_or_empty(), reference["name"].str_or_empty());
            let key = Key::new(kinds::JOB, reference["namespace"].str_or_empty(), name);
            if jobs.iter().all(|(it, _)| it.meta.uid != uid) && self.view.get(&key).is_none() {
                self.tell("MissingJob", format!("Active job went missing: {name}"));
                self.drop_from_active(uid);
                self.status_changed = true;
            }
        }
    }

    /// Starts the Job whose time has come, if it may be started. Returns when to look again.
    fn start_what_is_due(&mut self) -> Option<Time> {
        let stored = self.stored;
        if stored.meta.is_terminating() {
            return None;
        }
        let zone = match time_zone(stored) {
            Ok(zone) => zone,
            Err(name) => {
                self.warn("UnknownTimeZone", format!("invalid timeZone: {name:?}: unknown time zone {name}"));
                return None;
            }
        };
        let spec = stored.spec();
        if spec["suspend"].is_true() {
            return None;
        }
        let text = spec["schedule"].str_or_empty();
        if text.contains("TZ") {
            let reason = "is not officially supported, see \
                          https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details";
            self.warn("UnsupportedSchedule", format!("CRON_TZ or TZ used in schedule {text:?} {reason}"));
        }
        let clockwork = match self.schedules.clockwork(stored, zone.clone()) {
            Ok(clockwork) => clockwork,
            Err(error) => {
                self.warn("UnparseableSchedule", format!("unparseable schedule: {text:?} : {error}"));
                return None;
            }
        };
        let deadline = spec["startingDeadlineSeconds"].as_i64().map(Span::seconds);
        let since = last_start(stored);
        let counted = deadline.map_or(since, |it| since.max(self.now - it));
        let due = match clockwork.due(counted, self.now) {
            Ok(due) => due,
            Err(error) => {
                self.warn("InvalidSchedule", format!("invalid schedule: {text} : {error}"));
                return None;
            }
        };
        let wake = clockwork.wake(since, self.now);
        let Some(scheduled) = due.latest else {
            return wake;
        };
        if due.is_many {
            let advice = "Set or decrease .spec.startingDeadlineSeconds or check clock skew";
            self.warn("TooManyMissedTimes", format!("too many missed start times. {advice}"));
        }
        if deadline.is_some_and(|it| scheduled + it < self.now) {
            let time = rfc1123(scheduled);
            self.warn("MissSchedule", format!("Missed scheduled time to start a job: {time}"));
            return wake;
        }
        if !self.may_start(scheduled) {
            return wake;
        }
        self.start(scheduled, &zone, clockwork.wake(scheduled, self.now))
    }

    /// Whether a Job is to be started for the time `scheduled`: it was not yet, and the one before is no hindrance.
    fn may_start(&mut self, scheduled: Time) -> bool {
        let job = name(self.stored, scheduled);
        let by_name = self.active().iter().any(|it| it["name"].str_or_empty() == job.as_str());
        let last = self.cron_job.status()["lastScheduleTime"].as_str().and_then(Time::parse);
        if by_name || last == Some(scheduled) {
            return false;
        }
        if self.stored.spec()["concurrencyPolicy"].str_or_empty() == "Forbid" && !self.active().is_empty() {
            let reason = "prior execution is running and concurrency policy is Forbid";
            self.tell("JobAlreadyActive", format!("Not starting job because {reason}"));
            return false;
        }
        true
    }

    fn start(&mut self, scheduled: Time, zone: &TimeZone, wake: Option<Time>) -> Option<Time> {
        if self.stored.spec()["concurrencyPolicy"].str_or_empty() == "Replace" {
            for reference in self.active().to_vec() {
                let namespace = reference["namespace"].str_or_empty();
                let key = Key::new(kinds::JOB, namespace, reference["name"].str_or_empty());
                if let Some(job) = self.view.get(&key).cloned() {
                    self.delete(&job);
                }
            }
        }
        let job = new_job(self.stored, scheduled, zone);
        if let Some(existing) = self.view.get(&job.key()) {
            // It was made before, and the status could not be written then; a Job of somebody else is left alone.
            if !existing.meta.is_controlled_by(&self.stored.meta.uid) || self.is_active(&existing.meta.uid) {
                return None;
            }
            note(&mut self.cron_job, existing, scheduled);
            self.status_changed = true;
            return wake;
        }
        let run = JobRun {
            job,
            about: self.stored.clone(),
            cron_job: self.cron_job.clone(),
            status_changed: std::mem::take(&mut self.status_changed),
            scheduled,
        };
        self.actions.push(Action::StartJob(Box::new(run)));
        wake
    }
}

/// `time` as Go's `time.RFC1123Z` writes it: `Mon, 02 Jan 2006 15:04:05 -0700`.
fn rfc1123(time: Time) -> String {
    let stamp = jiff::Timestamp::from_second(time.unix()).unwrap_or_default();
    stamp.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;
    use crate::store::Store;

    /// What is told of a CronJob with `fields` in its spec, an hour after its making.
    fn told(fields: &[(&'static str, &str)]) -> Vec<String> {
        let mut cron_job = Object::new(kinds::CRON_JOB, "default", "hello");
        cron_job.meta.uid = Str::from("u");
        cron_job.meta.created = Some(Time::from_unix(0));
        let mut spec = Value::Map(map! { "schedule" => "0 0 * * *" });
        fields.iter().for_each(|(field, value)| spec.set(*field, *value));
        cron_job.body.insert("spec", spec);
        let store = Store::new();
        let outcome = sync(View::new(&store), &Arc::new(cron_job), Time::from_unix(3600), &mut Schedules::default());
        let text = |action: &Action| match action {
            Action::Event(event) => Some(format!("{} {}: {}", event.warning, event.reason, event.message)),
            _ => None,
        };
        outcome.actions.iter().filter_map(text).collect()
    }

    #[test]
    fn what_an_older_server_let_through_is_told_of() {
        assert_eq!(told(&[]), [""; 0]);
        assert_eq!(
            told(&[("schedule", "TZ=UTC 0 2 * * *")]),
            [
                "true UnsupportedSchedule: CRON_TZ or TZ used in schedule \"TZ=UTC 0 2 * * *\" is not officially supported, see \
              https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details"
            ]
        );
        assert_eq!(
            told(&[("schedule", "@fortnight")]),
            ["true UnparseableSchedule: unparseable schedule: \"@fortnight\" : unrecognized descriptor: @fortnight"]
        );
        assert_eq!(
            told(&[("timeZone", "Nope/Zone")]),
            ["true UnknownTimeZone: invalid timeZone: \"Nope/Zone\": unknown time zone Nope/Zone"]
        );
    }
}
