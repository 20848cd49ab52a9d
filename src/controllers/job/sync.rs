//! One look at a Job: gather its pods, judge, act on their number, count those that finished, write the status.
//!
//! Follows `syncJob` of `pkg/controller/job/job_controller.go`. Pods are created in a step of their own, after which the
//! Job is looked at again at the same instant, so that the status counts the pods that are really there.

use std::sync::Arc;

use crate::api::registry::DeleteOptions;
use crate::clock::{Span, Time};
use crate::controllers::job::backoff::{Record, finished_at};
use crate::controllers::job::finished::{self, FAILURE_TARGET, Failure, SUCCESS_CRITERIA_MET};
use crate::controllers::job::indexed::{Indexes, Kept, failures_before, pods_kept_for_replacement, valid_index_of};
use crate::controllers::job::memory::JobMemory;
use crate::controllers::job::new_pod::{new_indexed_pods, new_pods};
use crate::controllers::job::plan::{Plan, Standing, plan_pods};
use crate::controllers::job::pod_failure_policy::{Verdict, judge};
use crate::controllers::job::pods::{Member, Phase, Pods};
use crate::controllers::job::spec::{Spec, TRACKING_FINALIZER};
use crate::controllers::job::status::{Condition, JobStatus, Stamp, Uncounted};
use crate::controllers::job::tracking::{count_released, track};
use crate::controllers::job::wakes::BATCH;
use crate::controllers::job::{steady, success_policy};
use crate::controllers::shared::pod::is_ready;
use crate::controllers::{Action, EventRecord, Outcome};
use crate::object::{Key, Object, Str, Value, kinds, literal};
use crate::store::View;

/// The first retry after pods could not be created; each further one doubles it (`DefaultJobApiBackOff`).
const FIRST_RETRY: Span = Span::seconds(1);
/// The longest time between such retries (`MaxJobApiBackOff`).
const LAST_RETRY: Span = Span::seconds(60);

/// The condition of a Job that is or was suspended.
const SUSPENDED: Str = literal!("Suspended");

/// A Job in the course of being looked at.
#[derive(Debug)]
pub struct Sync<'a> {
    /// The Job as it is stored.
    pub job: &'a Arc<Object>,
    /// What it asks for.
    pub spec: Arc<Spec>,
    /// The present.
    pub now: Time,
    /// The same in writing, once it is needed.
    stamp: Option<Stamp>,
    /// Its pods, as they were before anything was done about them.
    pub pods: Pods,
    /// The status as it will be.
    pub status: JobStatus,
    /// The pods in flight when the look began, until they are counted.
    pub uncounted: Uncounted,
    /// `FailureTarget` or `SuccessCriteriaMet`, once the Job's fate is decided.
    pub interim: Option<Condition>,
    /// The indexes that were known to have succeeded.
    pub succeeded_before: Indexes,
    /// Those and the ones that are newly seen to have.
    pub succeeded_indexes: Indexes,
    /// The indexes that failed for good, with a back-off limit for each.
    pub failed_indexes: Option<Indexes>,
    /// The failed pods that are kept until their index has a replacement.
    pub kept: Kept,
    succeeded: i64,
    failed: i64,
    backoff: Record,
    active: i64,
    ready: i64,
    terminating: i64,
    outcome: Outcome,
}

/// What is to be done about `job`, which asks for `spec`, now.
pub fn sync(view: View<'_>, job: &Arc<Object>, spec: Arc<Spec>, now: Time, memory: &mut JobMemory) -> Outcome {
    let pods = Pods::claim(view, job, &spec, memory);
    if memory.created.is_none()
        && memory.written(job).is_some_and(|status| steady::runs_as_told(job, &spec, &pods, status, now))
    {
        return Outcome::default();
    }
    let mut sync = Sync::gather(job, spec, now, memory, pods);
    sync.decide();
    if sync.interim.is_some() {
        memory.created = None;
        sync.remove_active();
        sync.write_status(memory, false);
        return sync.outcome;
    }
    let mut managed = false;
    if let Some(expected) = memory.created.take() {
        sync.look_after_creation(view, expected, memory);
        managed = true;
    } else if !job.meta.is_terminating() {
        if sync.manage(memory) {
            return sync.outcome;
        }
        managed = true;
    }
    let changed = sync.settle_course(managed);
    sync.write_status(memory, changed);
    sync.outcome
}

impl<'a> Sync<'a> {
    fn gather(job: &'a Arc<Object>, spec: Arc<Spec>, now: Time, memory: &mut JobMemory, mut pods: Pods) -> Self {
        let mut status = memory.status(job);
        let uncounted = status.uncounted_mut().clone();
        let actions = std::mem::take(&mut pods.actions);
        let mut sync = Sync {
            job,
            spec,
            now,
            stamp: None,
            active: pods.active,
            ready: pods.ready,
            terminating: pods.terminating,
            pods,
            status,
            uncounted,
            interim: None,
            succeeded_before: Indexes::default(),
            succeeded_indexes: Indexes::default(),
            failed_indexes: None,
            kept: Kept::default(),
            succeeded: 0,
            failed: 0,
            backoff: memory.backoff,
            outcome: Outcome { actions, ..Outcome::default() },
        };
        sync.succeeded = sync.status.succeeded + count(sync.uncounted.succeeded.len());
        sync.failed = sync.status.failed + count(sync.uncounted.failed.len());
        if sync.pods.any_ended {
            sync.count_finished();
        }
        if sync.spec.indexed {
            sync.count_indexes();
        }
        sync
    }

    /// The present, written once however often it is noted.
    fn stamp(&mut self) -> Stamp {
        self.stamp.get_or_insert_with(|| Stamp::from(self.now)).clone()
    }

    /// When the Job was started: now, if it was not yet and may be.
    fn start_time(&self) -> Option<Time> {
        let known = self.status.start_time.as_ref().map(|it| it.at);
        known.or((!self.spec.suspended).then_some(self.now))
    }

    /// Counts pods that finished and are not in the status yet.
    #[inline(never)]
    fn count_finished(&mut self) {
        let completions = self.spec.completions.unwrap_or(0);
        let (mut succeeded, mut failed, mut ignored) = (0, Vec::new(), 0);
        for member in self.pods.ended_and_tracked() {
            let pod = &member.pod;
            if self.spec.indexed && valid_index_of(pod, completions).is_none() {
                continue;
            }
            if member.phase == Phase::Succeeded && !self.uncounted.succeeded.contains(&pod.meta.uid) {
                succeeded += 1;
            } else if member.is_failed(&self.spec) && !self.uncounted.failed.contains(&pod.meta.uid) {
                failed.push(pod);
                ignored += i64::from(!judge(&self.spec.pod_failure_policy, pod).counts());
            }
        }
        self.succeeded += succeeded;
        self.failed += count(failed.len()) - ignored;
        if failed.is_empty() {
            // When the others succeeded does not matter then.
            self.backoff = if succeeded == 0 { self.backoff } else { Record::default() };
        } else {
            let failed: Vec<_> = failed.into_iter().map(|it| finished_at(it)).collect();
            self.back_off(&failed);
        }
    }

    /// Takes note of pods that failed at these times, beside those that succeeded and are not in the status yet.
    #[cold]
    fn back_off(&mut self, failed: &[Time]) {
        let completions = self.spec.completions.unwrap_or(0);
        let is_counted = |it: &Member| !self.spec.indexed || valid_index_of(&it.pod, completions).is_some();
        let is_new = |it: &Member| !self.uncounted.succeeded.contains(&it.pod.meta.uid);
        let succeeded = self.pods.ended_and_tracked().filter(|it| it.phase == Phase::Succeeded);
        let succeeded = succeeded.filter(|it| is_counted(it) && is_new(it));
        let succeeded: Vec<_> = succeeded.map(|it| finished_at(&it.pod)).collect();
        self.backoff = self.backoff.after(&succeeded, failed);
    }

    /// Of an Indexed Job, which indexes succeeded and failed.
    #[inline(never)]
    fn count_indexes(&mut self) {
        let Some(completions) = self.spec.completions else {
            return;
        };
        let index = |it: &Member| valid_index_of(&it.pod, completions);
        let tracked = || self.pods.ended_and_tracked();
        self.succeeded_before = Indexes::parse(&self.status.completed_indexes, completions);
        let succeeded = tracked().filter(|it| it.phase == Phase::Succeeded).filter_map(index);
        self.succeeded_indexes = self.succeeded_before.with(succeeded);
        self.succeeded = self.succeeded_indexes.total();
        if let Some(limit) = self.spec.backoff_limit_per_index {
            let known = Indexes::parse(self.status.failed_indexes.as_deref().unwrap_or_default(), completions);
            let is_index_failed = |it: &&Member| {
                it.is_failed(&self.spec)
                    && match judge(&self.spec.pod_failure_policy, &it.pod) {
                        Verdict::FailIndex => true,
                        verdict => verdict.counts() && failures_before(&it.pod).0 >= limit,
                    }
            };
            let failed = known.with(tracked().filter(is_index_failed).filter_map(index));
            let active = self.pods.active().filter_map(index);
            let settled = self.succeeded_indexes.merged(&failed).with(active);
            let kept = tracked().filter(|it| it.is_failed(&self.spec)).map(|it| &it.pod);
            self.kept = pods_kept_for_replacement(kept, &settled, completions);
            self.failed_indexes = Some(failed);
        }
    }

    /// Decides the Job's fate, if it is to be decided by failures, its deadline or its success policy.
    fn decide(&mut self) {
        let known = self.status.condition(&SUCCESS_CRITERIA_MET).or_else(|| self.status.condition(&FAILURE_TARGET));
        if let Some(known) = known {
            self.interim = Some(known.clone());
            return;
        }
        if let Some((kind, reason, message)) = self.fate() {
            self.interim = Some(Condition::new(kind, reason, message, &self.stamp()));
        } else if let Some((start, deadline)) = self.start_time().zip(self.spec.active_deadline)
            && !self.spec.suspended
        {
            self.wake_at(start + deadline);
        }
    }

    /// The interim condition that the Job gets now, its reason and message.
    fn fate(&self) -> Option<(Str, &'static str, String)> {
        let spec = &*self.spec;
        let failure = finished::failure_by_policy(spec, self.pods.ended())
            .or_else(|| {
                let restarts = finished::restarts(spec, &self.pods.all);
                finished::failure_by_limits(spec, self.failed, restarts, self.start_time(), self.now)
            })
            .or_else(|| {
                let failed = self.failed_indexes.as_ref()?;
                finished::failure_by_indexes(spec, failed, &self.succeeded_indexes)
            });
        let of_failure = |(reason, message): Failure| (FAILURE_TARGET, reason, message);
        failure.map(of_failure).or_else(|| {
            let completions = spec.completions.filter(|_| spec.indexed)?;
            let message = success_policy::met(&spec.success_policy, completions, &self.succeeded_indexes)?;
            Some((SUCCESS_CRITERIA_MET, "SuccessPolicy", message))
        })
    }

    /// Whether the Job fails, so that whatever did not succeed counts as failed.
    pub fn job_fails(&self) -> bool {
        self.interim.as_ref().is_some_and(|it| it.kind == FAILURE_TARGET)
    }

    /// Whether no pod is waited for any more: the Job is over or being deleted.
    pub fn releases_all(&self) -> bool {
        self.job.meta.is_terminating() || self.interim.is_some()
    }

    /// Whether the pod at this place among all may lose its finalizer.
    pub fn is_releasable(&self, at: usize) -> bool {
        let member = &self.pods.all[at];
        member.is_tracked && (self.releases_all() || !member.is_active())
    }

    /// The places of the pods that may lose their finalizer, in the order of their indexes.
    pub fn releasable_by_index(&self) -> Vec<usize> {
        let all = &self.pods.all;
        let mut places: Vec<usize> = (0..all.len()).filter(|at| self.is_releasable(*at)).collect();
        places.sort_by_key(|at| valid_index_of(&all[*at].pod, i64::MAX));
        places
    }

    /// Deletes every active pod and leaves their finalizers on, so that they are counted.
    #[cold]
    fn remove_active(&mut self) {
        let pods: Vec<_> = self.pods.active().map(|it| it.pod.clone()).collect();
        for pod in &pods {
            self.delete(pod);
        }
    }

    fn delete(&mut self, pod: &Arc<Object>) {
        let (key, owner) = (pod.key(), self.job.clone());
        self.outcome.actions.push(Action::DeleteChild { key, options: DeleteOptions::default(), owner });
        self.active -= 1;
        self.terminating += 1;
        self.ready -= i64::from(is_ready(pod));
    }

    /// Does what the number of pods asks for; returns whether pods are created, so that there is more to see at once.
    fn manage(&mut self, memory: &mut JobMemory) -> bool {
        let done = match &self.failed_indexes {
            Some(failed) => self.succeeded_indexes.merged(failed),
            None => self.succeeded_indexes.clone(),
        };
        let standing = Standing {
            pods: &self.pods,
            succeeded: self.succeeded,
            done: &done,
            kept: &self.kept,
            backoff: self.backoff,
            now: self.now,
        };
        let objects = match plan_pods(&self.spec, &standing) {
            Plan::Nothing => return false,
            Plan::Wait(wait) => {
                self.wake_at(self.now + wait.max(BATCH));
                return false;
            }
            Plan::Remove(pods) => {
                self.remove(&pods);
                return false;
            }
            Plan::Create(count) => new_pods(self.job, &self.spec, count),
            Plan::CreateIndexes(indexes) => new_indexed_pods(self.job, &self.spec, &indexes, &self.kept),
        };
        if objects.is_empty() {
            return false;
        }
        memory.created = Some(self.active + i64::try_from(objects.len()).unwrap_or(i64::MAX));
        self.outcome.actions.push(Action::CreateChildren { objects, owner: self.job.clone() });
        self.outcome.wake_at = Some(self.now);
        true
    }

    /// Deletes `pods`, which are too many, without counting them.
    #[cold]
    fn remove(&mut self, pods: &[Arc<Object>]) {
        for pod in pods {
            self.outcome.actions.push(release(pod));
            self.delete(pod);
        }
    }

    /// Sees to a retry if some pods could not be created. In a namespace that is being deleted none ever will be.
    fn look_after_creation(&mut self, view: View<'_>, expected: i64, memory: &mut JobMemory) {
        let is_going = || {
            let namespace = view.get(&Key::new(kinds::NAMESPACE, "", self.job.meta.namespace.clone()));
            namespace.is_some_and(|it| it.meta.is_terminating())
        };
        if self.active >= expected || is_going() {
            memory.failed_creations = 0;
            return;
        }
        memory.failed_creations += 1;
        self.wake_at(self.now + FIRST_RETRY.backed_off(memory.failed_creations, LAST_RETRY));
    }

    fn wake_at(&mut self, at: Time) {
        self.outcome.wake_at = Some(self.outcome.wake_at.map_or(at, |other| other.min(at)));
    }

    /// Completes, suspends or resumes the Job; returns whether the status changed by that.
    fn settle_course(&mut self, managed: bool) -> bool {
        if finished::is_complete(self.spec.completions, self.succeeded, self.active) {
            let (reason, message) =
                (literal!("CompletionsReached"), literal!("Reached expected number of succeeded pods"));
            self.interim = Some(Condition::new(SUCCESS_CRITERIA_MET, reason, message, &self.stamp()));
            return false;
        }
        if !managed {
            return false;
        }
        if self.spec.suspended {
            return self.suspend();
        }
        self.status.tells_of(&SUSPENDED) && self.resume()
    }

    #[cold]
    fn suspend(&mut self) -> bool {
        let started = self.status.start_time.take().is_some();
        let suspended = Condition::new(SUSPENDED, "JobSuspended", "Job suspended", &self.stamp());
        let changed = self.status.ensure(suspended);
        if changed {
            self.outcome.actions.push(EventRecord::normal(self.job, "Suspended", "Job suspended"));
        }
        changed || started
    }

    #[cold]
    fn resume(&mut self) -> bool {
        let resumed = Condition::new_false(SUSPENDED, "JobResumed", "Job resumed", &self.stamp());
        let changed = self.status.ensure(resumed);
        if changed {
            self.outcome.actions.push(EventRecord::normal(self.job, "Resumed", "Job resumed"));
            self.status.start_time = Some(self.stamp());
        }
        changed
    }

    /// Writes what was seen, in two phases, and ends the Job if nothing is left of it. It is the last that happens.
    fn write_status(&mut self, memory: &mut JobMemory, mut changed: bool) {
        changed |= self.active != self.status.active
            || self.status.ready != Some(self.ready)
            || self.status.terminating != Some(self.terminating);
        self.status.active = self.active;
        self.status.ready = Some(self.ready);
        self.status.terminating = Some(self.terminating);
        if self.status.start_time.is_none() && !self.spec.suspended {
            self.status.start_time = Some(self.stamp());
        }
        changed |= count_released(&mut self.status, &self.pods.all);
        let tracked = track(self);
        changed |= tracked.changed;
        changed |= self.spec.indexed && self.write_indexes();
        let terminal = self.interim.take().map(|interim| {
            let now = self.stamp();
            let (terminal, is_new) = finished::begin(&mut self.status, interim, &now);
            changed |= is_new;
            terminal
        });
        let mut written = None;
        if changed {
            memory.backoff = self.backoff;
            written = Some(self.update_status(self.job.meta.resource_version));
        }
        for pod in &tracked.release {
            self.outcome.actions.push(release(pod));
        }
        let mut changed = count_released(&mut self.status, &self.pods.all);
        let at_rest = self.terminating == 0 && self.status.uncounted.as_ref().is_none_or(Uncounted::is_empty);
        let ended = terminal.filter(|_| !tracked.full && at_rest);
        if let Some(terminal) = &ended {
            if terminal.kind == finished::COMPLETE {
                self.status.completion_time = Some(self.stamp());
            }
            self.status.ensure(terminal.clone());
            self.outcome.wake_at = None;
            changed = true;
        }
        if changed {
            written = Some(self.update_status(0));
        }
        if let Some(terminal) = ended {
            let actions = &mut self.outcome.actions;
            finished::tell(self.job, self.spec.completions, self.status.succeeded, &terminal, actions);
        } else if let Some(section) = written {
            memory.wrote(section, std::mem::take(&mut self.status));
        }
    }

    /// Writes the indexes of an Indexed Job that succeeded and failed; returns whether they changed.
    #[inline(never)]
    fn write_indexes(&mut self) -> bool {
        let succeeded = self.succeeded_indexes.to_string();
        let failed = self.failed_indexes.as_ref().map(Indexes::to_string);
        let changed = succeeded != self.status.completed_indexes || failed != self.status.failed_indexes;
        self.status.succeeded = self.succeeded_indexes.total();
        self.status.completed_indexes = succeeded;
        self.status.failed_indexes = failed;
        changed
    }

    /// Writes the status over the revision `resource_version`, or over whatever is there if that is 0; returns what it wrote.
    fn update_status(&mut self, resource_version: u64) -> Value {
        let section = self.status.to_value();
        let mut job = self.job.with_status(section.clone());
        job.meta.resource_version = resource_version;
        self.outcome.actions.push(Action::UpdateStatus(job));
        section
    }
}

fn count(pods: usize) -> i64 {
    i64::try_from(pods).unwrap_or(i64::MAX)
}

/// Takes the tracking finalizer off `pod`.
pub fn release(pod: &Object) -> Action {
    Action::RemoveFinalizer { key: pod.key(), uid: pod.meta.uid.clone(), finalizer: TRACKING_FINALIZER }
}
