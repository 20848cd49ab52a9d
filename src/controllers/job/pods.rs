//! The pods of a Job as a reconcile sees them, after adoption and release.

use std::sync::Arc;

use crate::controllers::Action;
use crate::controllers::job::memory::JobMemory;
use crate::controllers::job::spec::{Spec, TRACKING_FINALIZER};
use crate::controllers::job::wakes::is_tracked;
use crate::controllers::shared::pod::{is_ready, phase};
use crate::controllers::shared::{Ownership, adopt, decide, release};
use crate::object::{Object, kinds};
use crate::store::View;

/// A pod of a Job, and what was read of it.
#[derive(Clone, Debug)]
pub struct Member {
    /// The pod.
    pub pod: Arc<Object>,
    /// How far along it is.
    pub phase: Phase,
    /// Whether it carries the tracking finalizer.
    pub is_tracked: bool,
}

/// `status.phase` of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not all of its containers started yet.
    Pending,
    /// Containers run.
    Running,
    /// Every container ended well.
    Succeeded,
    /// A container failed for good.
    Failed,
    /// None that is known, or none yet.
    Other,
}

impl Member {
    /// Reads `pod`.
    pub fn new(pod: Arc<Object>) -> Self {
        let phase = match phase(&pod) {
            "Pending" => Phase::Pending,
            "Running" => Phase::Running,
            "Succeeded" => Phase::Succeeded,
            "Failed" => Phase::Failed,
            _ => Phase::Other,
        };
        Member { is_tracked: is_tracked(&pod), phase, pod }
    }

    fn is_terminal(&self) -> bool {
        matches!(self.phase, Phase::Succeeded | Phase::Failed)
    }

    /// Whether its Job may still have to do something about it: it runs, or it is not counted yet.
    pub fn is_pending(&self) -> bool {
        self.is_tracked || !self.is_terminal()
    }

    /// Whether it neither came to an end nor is being deleted.
    pub fn is_active(&self) -> bool {
        !self.is_terminal() && !self.pod.meta.is_terminating()
    }

    /// Whether it is being deleted and has not come to an end.
    pub fn is_terminating(&self) -> bool {
        !self.is_terminal() && self.pod.meta.is_terminating()
    }

    /// Whether it counts as failed. A pod that is being deleted does too, because it may never get to say so, unless its
    /// replacement waits for its end.
    pub fn is_failed(&self, spec: &Spec) -> bool {
        self.phase == Phase::Failed || !spec.replaces_only_failed && self.is_terminating()
    }
}

/// The pods that a Job may have to do something about.
#[derive(Debug, Default)]
pub struct Pods {
    /// All of them, by name.
    pub all: Vec<Member>,
    /// How many are active.
    pub active: i64,
    /// How many active ones are ready.
    pub ready: i64,
    /// How many are being deleted and have not come to an end.
    pub terminating: i64,
    /// Whether any is not active.
    pub any_ended: bool,
    /// The adoptions and releases that made them the Job's.
    pub actions: Vec<Action>,
}

impl Pods {
    /// Claims the pods of `job`. An adopted pod gets the tracking finalizer, a released one loses it.
    pub fn claim(view: View<'_>, job: &Arc<Object>, spec: &Spec, memory: &mut JobMemory) -> Self {
        let mut pods = Pods::default();
        memory.each_pod(view, job, spec, |member, is_selected| {
            if is_selected { pods.add(member) } else { pods.consider(job, spec, &member.pod) }
        });
        for pod in view.without_controller(kinds::POD, &job.meta.namespace) {
            pods.consider(job, spec, pod);
        }
        pods
    }

    fn consider(&mut self, job: &Object, spec: &Spec, pod: &Arc<Object>) {
        match decide(job, &spec.selector, pod) {
            Ownership::Owned => self.add(Member::new(pod.clone())),
            Ownership::Adopt => {
                let mut adopted = adopt(job, pod);
                adopted.meta.add_finalizer(TRACKING_FINALIZER);
                self.actions.push(Action::Update(adopted.clone()));
                self.add(Member::new(Arc::new(adopted)));
            }
            Ownership::Release => {
                let mut released = release(job, pod);
                released.meta.remove_finalizer(&TRACKING_FINALIZER);
                self.actions.push(Action::Update(released));
            }
            Ownership::Foreign => {}
        }
    }

    fn add(&mut self, member: Member) {
        if member.is_active() {
            self.active += 1;
            self.ready += i64::from(is_ready(&member.pod));
        } else {
            self.any_ended = true;
            self.terminating += i64::from(member.is_terminating());
        }
        self.all.push(member);
    }

    /// Those that neither came to an end nor are being deleted.
    pub fn active(&self) -> impl Iterator<Item = &Member> {
        self.all.iter().filter(|it| it.is_active())
    }

    /// The others: those that are or may be over.
    pub fn ended(&self) -> impl Iterator<Item = &Member> {
        self.all.iter().filter(|it| !it.is_active())
    }

    /// Those of the others that carry the tracking finalizer.
    pub fn ended_and_tracked(&self) -> impl Iterator<Item = &Member> {
        self.ended().filter(|it| it.is_tracked)
    }
}
