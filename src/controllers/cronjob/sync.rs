//! One look at a CronJob (`syncCronJob` in `pkg/controller/cronjob/cronjob_controllerv2.go`).

use std::sync::Arc;

use crate::api::registry::{DeleteOptions, Propagation};
use crate::clock::Time;
use crate::controllers::cronjob::history::{End, surplus};
use crate::controllers::cronjob::jobs::{Jobs, Seen};
use crate::controllers::cronjob::memory::{CronJobMemory, Rest};
use crate::controllers::cronjob::new_job::{in_zone, name, new_job};
use crate::controllers::cronjob::run::JobRun;
use crate::controllers::cronjob::schedule::Clockwork;
use crate::controllers::cronjob::spec::{Concurrency, Fault, Spec};
use crate::controllers::cronjob::status::CronJobStatus;
use crate::controllers::{Action, EventRecord, Outcome};
use crate::object::{Key, Object, Str, Value, joined, kinds};
use crate::store::View;

/// A look under way: what is to be done, and the status as it will be.
struct Look<'a> {
    view: View<'a>,
    stored: &'a Arc<Object>,
    jobs: &'a [Seen],
    spec: &'a Spec,
    status: &'a mut CronJobStatus,
    status_changed: bool,
    /// Whether a Job is started, by which the status is written as well.
    is_starting: bool,
    actions: Vec<Action>,
    now: Time,
}

/// When to look at a CronJob again if nothing changes.
#[derive(Clone, Copy, Default)]
struct Next {
    wake_at: Option<Time>,
    /// The time up to which no Job is due, if none is due now.
    nothing_due_until: Option<Time>,
}

/// What is to be done about `stored` at `now`.
pub fn sync(view: View<'_>, stored: &Arc<Object>, now: Time, memory: &mut CronJobMemory) -> Outcome {
    let CronJobMemory { jobs, spec, status, rest } = memory;
    let jobs = jobs.get_or_insert_with(|| Jobs::list(view, &stored.meta.uid));
    let changed = jobs.count();
    if let Some(rest) = rest.as_ref().filter(|it| !changed && it.holds(stored, now)) {
        return Outcome { wake_at: rest.wake_at, ..Outcome::default() };
    }
    if spec.as_ref().is_none_or(|it| !it.is_of(stored)) {
        *spec = None;
    }
    let spec = spec.get_or_insert_with(|| Spec::of(stored));
    let (section, status) = status;
    if !section.is_shared_with(stored.status()) {
        *status = CronJobStatus::of(stored, status);
        *section = stored.status().clone();
    }
    let mut look = Look {
        view,
        stored,
        jobs: jobs.all(),
        spec,
        status,
        status_changed: false,
        is_starting: false,
        actions: Vec::new(),
        now,
    };
    let tally = jobs.tally();
    if !tally.is_within(spec.limits) || !tally.is_told_by(look.status.active_uids(), look.status.last_success) {
        look.review();
    }
    let next = look.start_what_is_due();
    *rest = look.rest(next);
    let Look { mut actions, status_changed, is_starting, .. } = look;
    if status_changed {
        // A Job that is started is noted as well, by whoever makes it.
        *section = Value::Null;
        if !is_starting {
            let written = status.put_in(stored);
            *section = written.status().clone();
            actions.push(Action::UpdateStatus(written));
        }
    }
    Outcome { actions, wake_at: next.wake_at, ..Outcome::default() }
}

impl Look<'_> {
    fn tell(&mut self, reason: &'static str, message: impl Into<Str>) {
        self.actions.push(EventRecord::normal(self.stored, reason, message));
    }

    #[cold]
    fn warn(&mut self, reason: &'static str, message: impl Into<Str>) {
        self.actions.push(EventRecord::warning(self.stored, reason, message));
    }

    /// Goes through the Jobs: deletes those that are too many, and brings the status up to date.
    #[inline(never)]
    fn review(&mut self) {
        let jobs = self.jobs;
        for seen in surplus(self.spec.limits, jobs) {
            self.delete(&seen.job);
        }
        jobs.iter().for_each(|it| self.observe(it));
        if !self.knows_all_active() {
            self.drop_missing();
        }
    }

    fn has_job(&self, uid: &str) -> bool {
        self.jobs.iter().rev().any(|it| it.job.meta.uid == uid)
    }

    fn delete(&mut self, job: &Object) {
        let options = DeleteOptions { propagation: Some(Propagation::Background), ..DeleteOptions::default() };
        self.actions.push(Action::Delete(job.key(), options));
        self.tell("SuccessfulDelete", joined(&["Deleted job ", &job.meta.name]));
        self.status.drop_from_active(&job.meta.uid);
        self.status_changed = true;
    }

    /// Takes note of how a Job is.
    fn observe(&mut self, seen: &Seen) {
        let job = &seen.job;
        let active = self.status.is_active(&job.meta.uid);
        let Some(ended) = seen.ended else {
            if !active {
                self.tell_of_unexpected(job);
            }
            return;
        };
        if active {
            self.status.drop_from_active(&job.meta.uid);
            let (name, condition) = (&job.meta.name, ended.how.condition());
            self.tell("SawCompletedJob", joined(&["Saw completed job: ", name, ", condition: ", condition]));
            self.status_changed = true;
        }
        if ended.how == End::Complete && ended.completed > self.status.last_success {
            self.status.succeeded(ended.completed, &job.status()["completionTime"]);
            self.status_changed = true;
        }
    }

    #[cold]
    fn tell_of_unexpected(&mut self, job: &Object) {
        let name = &job.meta.name;
        self.warn("UnexpectedJob", format!("Saw a job that the controller did not create or forgot: {name}"));
    }

    /// Whether every Job that is active is among those that the controller hears of.
    fn knows_all_active(&self) -> bool {
        self.status.active_uids().iter().all(|it| self.has_job(it))
    }

    /// Takes those off the active list that are no more.
    #[cold]
    fn drop_missing(&mut self) {
        let is_missing = |reference: &&Value| {
            let name = reference["name"].str_or_empty();
            let key = || Key::new(kinds::JOB, reference["namespace"].str_or_empty(), name);
            !self.has_job(reference["uid"].str_or_empty()) && self.view.get(&key()).is_none()
        };
        let missing: Vec<Value> = self.status.active().iter().filter(is_missing).cloned().collect();
        for reference in missing {
            let name = reference["name"].str_or_empty();
            self.tell("MissingJob", format!("Active job went missing: {name}"));
            self.status.drop_from_active(reference["uid"].str_or_empty());
            self.status_changed = true;
        }
    }

    /// What to keep of a look that came to nothing. What is active has to be among the Jobs: of anything else the
    /// controller does not hear.
    fn rest(&self, next: Next) -> Option<Rest> {
        let until = next.nothing_due_until.filter(|_| self.actions.is_empty() && !self.status_changed)?;
        self.knows_all_active().then(|| Rest { cron_job: self.stored.clone(), until, wake_at: next.wake_at })
    }

    /// Starts the Job whose time has come, if it may be started.
    fn start_what_is_due(&mut self) -> Next {
        if self.stored.meta.is_terminating() {
            return Next::default();
        }
        let spec = self.spec;
        if spec.is_suspended && !matches!(spec.clockwork, Err(Fault::Zone(_))) {
            return Next::default();
        }
        match &spec.clockwork {
            Ok(clockwork) => {
                if spec.schedule_names_zone {
                    self.tell_of_zone_in_schedule();
                }
                self.start_by(clockwork)
            }
            Err(fault) => {
                self.tell_of_fault(fault);
                Next::default()
            }
        }
    }

    #[cold]
    fn tell_of_zone_in_schedule(&mut self) {
        let text = &self.spec.schedule;
        let reason = "is not officially supported, see \
                      https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details";
        self.warn("UnsupportedSchedule", format!("CRON_TZ or TZ used in schedule {text:?} {reason}"));
    }

    /// Tells why no Job can ever be started.
    #[cold]
    fn tell_of_fault(&mut self, fault: &Fault) {
        match fault {
            Fault::Zone(name) => {
                self.warn("UnknownTimeZone", format!("invalid timeZone: {name:?}: unknown time zone {name}"));
            }
            Fault::Schedule(error) => {
                if self.spec.schedule_names_zone {
                    self.tell_of_zone_in_schedule();
                }
                let text = &self.spec.schedule;
                self.warn("UnparseableSchedule", format!("unparseable schedule: {text:?} : {error}"));
            }
        }
    }

    /// Starts the Job that is due by `clockwork`: times count since the last start or else the creation.
    fn start_by(&mut self, clockwork: &Clockwork) -> Next {
        let (now, deadline) = (self.now, self.spec.deadline);
        let since = self.status.last_schedule.or(self.stored.meta.created).unwrap_or_default();
        let counted = deadline.map_or(since, |it| since.max(now - it));
        if counted == since
            && let Some(next) = clockwork.upcoming(since, now)
        {
            return Next { wake_at: Some(next.wake_at), nothing_due_until: Some(next.at) };
        }
        let due = match clockwork.due(counted, now) {
            Ok(due) => due,
            Err(error) => {
                self.warn("InvalidSchedule", format!("invalid schedule: {} : {error}", self.spec.schedule));
                return Next::default();
            }
        };
        let later = || Next { wake_at: clockwork.wake(since, now), nothing_due_until: None };
        let Some(scheduled) = due.latest else {
            return later();
        };
        if due.is_many {
            let advice = "Set or decrease .spec.startingDeadlineSeconds or check clock skew";
            self.warn("TooManyMissedTimes", format!("too many missed start times. {advice}"));
        }
        if deadline.is_some_and(|it| scheduled + it < now) {
            let time = rfc1123(scheduled);
            self.warn("MissSchedule", format!("Missed scheduled time to start a job: {time}"));
            return later();
        }
        let name = name(self.stored, scheduled);
        if !self.may_start(&name, scheduled) {
            return later();
        }
        let wake_at = self.start(name, scheduled, clockwork);
        Next { wake_at, nothing_due_until: None }
    }

    /// Whether the Job `name` is to be started for the time `scheduled`: it was not yet, and the one before is no hindrance.
    fn may_start(&mut self, name: &str, scheduled: Time) -> bool {
        let by_name = self.status.active().iter().any(|it| it["name"].str_or_empty() == name);
        if by_name || self.status.last_schedule == Some(scheduled) {
            return false;
        }
        if self.spec.concurrency == Concurrency::Forbid && !self.status.active().is_empty() {
            let reason = "prior execution is running and concurrency policy is Forbid";
            self.tell("JobAlreadyActive", format!("Not starting job because {reason}"));
            return false;
        }
        true
    }

    /// Deletes the Jobs that run, so that another can take their place.
    #[inline(never)]
    fn delete_active(&mut self) {
        for reference in self.status.active().to_vec() {
            let namespace = reference["namespace"].str_or_empty();
            let key = Key::new(kinds::JOB, namespace, reference["name"].str_or_empty());
            if let Some(job) = self.view.get(&key).cloned() {
                self.delete(&job);
            }
        }
    }

    /// Starts the Job `name` for the time `scheduled`. Returns when to look again.
    fn start(&mut self, name: Str, scheduled: Time, clockwork: &Clockwork) -> Option<Time> {
        if self.spec.concurrency == Concurrency::Replace {
            self.delete_active();
        }
        let wake_at = clockwork.wake(scheduled, self.now);
        let written = scheduled.rfc3339();
        let job = new_job(self.stored, &self.spec.template, name, in_zone(&written, scheduled, clockwork.zone()));
        if let Some(existing) = self.view.get(&job.key()) {
            // It was made before, and the status could not be written then; a Job of somebody else is left alone.
            if !existing.meta.is_controlled_by(&self.stored.meta.uid) || self.status.is_active(&existing.meta.uid) {
                return None;
            }
            self.status.started(existing, scheduled, &written);
            self.status_changed = true;
            return wake_at;
        }
        let run = JobRun {
            job,
            cron_job: self.stored.clone(),
            status: self.status.clone(),
            status_changed: self.status_changed,
            scheduled,
            scheduled_text: written,
        };
        self.is_starting = true;
        self.actions.push(Action::StartJob(Box::new(run)));
        wake_at
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
        let (store, mut memory) = (Store::new(), CronJobMemory::default());
        let outcome = sync(View::new(&store), &Arc::new(cron_job), Time::from_unix(3600), &mut memory);
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
