//! Controllers: each maps *(view, key, now)* to *actions* and never writes. One file or folder each.
//!
//! The scheduler and the kubelets have the same shape and implement the same [`Controller`] trait.

pub mod admission_policy_status;
pub mod certificate_cleaner;
pub mod cluster_role_aggregation;
pub mod cronjob;
pub mod custom_resource_definition;
pub mod daemonset;
pub mod deployment;
pub mod disruption;
pub mod endpoint_slice;
pub mod endpoint_slice_mirroring;
pub mod endpoints;
pub mod ephemeral_volume;
mod event_budget;
pub mod garbage_collector;
pub mod history;
pub mod horizontal_pod_autoscaler;
pub mod job;
pub mod namespace;
mod news;
pub mod node_lifecycle;
pub mod node_ttl;
pub mod persistent_volume;
pub mod pod_gc;
pub mod replicaset;
pub mod resource_quota;
pub mod service_account;
pub mod service_account_token;
pub mod shared;
pub mod statefulset;
pub mod taint_eviction;
pub mod ttl_after_finished;
pub mod volume_protection;

use std::sync::Arc;

use crate::api::Status;
use crate::api::registry::DeleteOptions;
use crate::clock::{Span, Time};
use crate::kubelet::Kubelet;
use crate::kubelet::net::ApiCall;
use crate::object::{Key, Kind, Object, Str};
use crate::store::{Change, View};
pub use event_budget::EventBudget;
pub use news::{Hearing, News, lasting_controller};

/// A loop of the control plane: which changes wake it, and what it wants done.
///
/// `&mut self` is its memory: only what the real one keeps in RAM (back-off, what was announced) or what can be derived
/// from the view at any time (caches).
pub trait Controller: std::fmt::Debug + Send {
    /// The name that it writes under: `daemonset-controller`.
    fn name(&self) -> &'static str;

    /// The kinds of which it hears, as a real one has informers for some kinds. Always the same.
    fn watches(&self) -> Watches;

    /// Which of the changes of `kind` it wants to hear of: the others are surely nothing to it. Always the same.
    fn hears(&self, _kind: Kind) -> Hearing {
        Hearing::ALL
    }

    /// Which keys `change` concerns. Called once for each change that it hears of, its own changes included.
    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>);

    /// What is to be done about `key` now.
    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome;

    /// The kubelets, if it is them: clients ask them for what happens inside of containers.
    fn kubelets(&mut self) -> Option<&mut Kubelet> {
        None
    }

    /// Hears that the lease of a node was renewed at `last` for the last time, or with `None` that it is renewed again.
    /// Returns what to reconcile for it: a lease renews itself without a change for as long as its kubelet runs.
    fn heartbeat(&mut self, _node: &Arc<Object>, _last: Option<Time>) -> Option<Wake> {
        None
    }

    /// Hears what the API answered to the first action of the last outcome for `key` that failed. The key is due again after
    /// a back-off in any case; only who tells of the failure in a status has to remember it.
    fn refused(&mut self, _key: &Key, _status: &Status) {}
}

/// The kinds that a controller hears of: a change costs only those who watch its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watches {
    /// These.
    Only(&'static [Kind]),
    /// All of them, custom kinds included, without these built-in ones.
    AllBut(&'static [Kind]),
}

impl Watches {
    /// Whether changes of `kind` are heard.
    pub fn includes(self, kind: Kind) -> bool {
        match self {
            Watches::Only(kinds) => kinds.contains(&kind),
            Watches::AllBut(kinds) => !kinds.contains(&kind),
        }
    }
}

/// A key that has to be looked at, some time after the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wake {
    /// What to reconcile.
    pub key: Key,
    /// How long after the change.
    pub after: Span,
}

impl Wake {
    /// A wake-up at once.
    pub fn now(key: Key) -> Self {
        Wake { key, after: Span::ZERO }
    }
}

/// What a reconcile came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is to be done, in this order.
    pub actions: Vec<Action>,
    /// When to look at the key again even if nothing changes.
    pub wake_at: Option<Time>,
    /// Other keys of the same controller that have to be looked at.
    pub wakes: Vec<Wake>,
    /// Who acts, when it is not the controller's own name: `kubelet node-1`.
    pub actor: Option<Str>,
}

/// One thing that a controller wants done through the API. Each can lose like any client's request.
///
/// An action that fails ends the outcome, and the key is reconciled again after a back-off; only the `*Child` and
/// `*Children` actions and events let the rest go on.
#[derive(Clone, Debug)]
pub enum Action {
    /// Create an object.
    Create(Object),
    /// Create an object for an owner, and tell so in an event on the owner: `SuccessfulCreate` "Created pod: web-x7k2p",
    /// or `FailedCreate` "Error creating: ..." (`RealPodControl` in `pkg/controller/controller_utils.go`).
    CreateChild {
        /// The new object; its owner references are the caller's business.
        object: Object,
        /// What the event is about.
        owner: Arc<Object>,
    },
    /// Create objects for an owner as [`Action::CreateChild`] does, in batches of 1, 2, 4, ...: after a batch with a failure
    /// the rest is left out (`slowStartBatch` in `pkg/controller`), so that what can never succeed is not tried a hundred times.
    CreateChildren {
        /// The new objects; their owner references are the caller's business.
        objects: Vec<Object>,
        /// What the events are about.
        owner: Arc<Object>,
    },
    /// Create a Job for a CronJob and note it in the status of that, and tell so in an event on the CronJob.
    StartJob(Box<cronjob::JobRun>),
    /// Do something, and tell how it went in an event.
    Announced(Box<Announced>),
    /// Do one after the other until one fails; what comes after the sequence goes on.
    Sequence(Vec<Action>),
    /// Take a finalizer off an object as it is stored then; an object or finalizer that is gone already is no failure.
    RemoveFinalizer {
        /// The object.
        key: Key,
        /// The uid that the object must have: another object of that name is left alone.
        uid: Str,
        /// The finalizer.
        finalizer: Str,
    },
    /// Replace an object. Its resource version must be the stored one, or 0.
    Update(Object),
    /// Replace an object's status.
    UpdateStatus(Object),
    /// Replace a namespace's `spec.finalizers` (`/finalize`).
    Finalize(Object),
    /// Delete an object; one that is gone already is no failure.
    Delete(Key, DeleteOptions),
    /// Delete an object for an owner, and tell so in an event on the owner: `SuccessfulDelete` "Deleted pod: web-x7k2p",
    /// or `FailedDelete` "Error deleting: ...".
    DeleteChild {
        /// What to delete.
        key: Key,
        /// How.
        options: DeleteOptions,
        /// What the event is about.
        owner: Arc<Object>,
    },
    /// Bind a pod to a node.
    Bind {
        /// The pod.
        pod: Key,
        /// The uid that the pod must have.
        uid: Str,
        /// The node.
        node: Str,
    },
    /// Record an event.
    Event(EventRecord),
    /// Ask the API server what a process in a container asks of it, and tell the kubelets.
    Ask(Box<ApiCall>),
    /// Have the lease of a node renewed from now on, or not any more.
    Heartbeat {
        /// The node.
        node: Str,
        /// Whether its kubelet renews it.
        beats: bool,
    },
}

/// An action, and the events that tell how it went.
#[derive(Clone, Debug)]
pub struct Announced {
    /// The action.
    pub action: Action,
    /// What the events are about.
    pub about: Arc<Object>,
    /// The reason and the sentence of the `Normal` event when it went well; without a reason there is none.
    pub success: (&'static str, String),
    /// The reason of each `Warning` event when it failed, and what its sentence has before the error.
    pub failures: Vec<(&'static str, String)>,
}

/// An event as a controller reports it. Names, counts and aggregation are the recorder's business.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRecord {
    /// What the event is about.
    pub about: Arc<Object>,
    /// The part of the object, such as `spec.containers{web}`, or empty.
    pub field_path: Str,
    /// Whether it is a `Warning` rather than `Normal`.
    pub warning: bool,
    /// The CamelCase reason.
    pub reason: &'static str,
    /// The sentence.
    pub message: Str,
    /// Which API the recorder speaks.
    pub via: EventVia,
}

/// Which recorder an event goes through; the two shape the object differently.
#[derive(Clone, Debug, PartialEq)]
pub enum EventVia {
    /// client-go `tools/record`: `source`, `count`, `firstTimestamp`; correlated and rate-limited.
    Core,
    /// As [`EventVia::Core`], for an event that occurred so many more times since it was last told, when the recorder
    /// would have dropped it: they are counted with this one.
    CoreAgain {
        /// How many times.
        untold: u32,
    },
    /// client-go `tools/events`: `reportingController`, `action`, `eventTime` (kube-scheduler, taint eviction).
    Events {
        /// What the controller did, such as `Binding`.
        action: &'static str,
        /// On whose account, if on anybody's.
        related: Option<Arc<Object>>,
    },
}

impl EventRecord {
    /// A `Normal` event.
    pub fn normal(about: &Arc<Object>, reason: &'static str, message: impl Into<Str>) -> Action {
        Self::action(about, false, reason, message)
    }

    /// A `Warning` event.
    pub fn warning(about: &Arc<Object>, reason: &'static str, message: impl Into<Str>) -> Action {
        Self::action(about, true, reason, message)
    }

    /// What an event is about whose reporter names `object` by hand: without its version, and with `uid` where it gives one.
    pub fn named(object: &Object, uid: &Str) -> Arc<Object> {
        let mut named = Object::new(object.kind, object.meta.namespace.clone(), object.meta.name.clone());
        named.meta.uid = uid.clone();
        Arc::new(named)
    }

    fn action(about: &Arc<Object>, warning: bool, reason: &'static str, message: impl Into<Str>) -> Action {
        Action::Event(EventRecord {
            about: about.clone(),
            field_path: Str::new(),
            warning,
            reason,
            message: message.into(),
            via: EventVia::Core,
        })
    }
}
