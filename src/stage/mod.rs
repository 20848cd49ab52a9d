//! Where a scenario plays: what the Kubernetes API cannot do, as a trait, and the targets that can do it.
//!
//! Everything else goes through the stage's `kube::Client`, so that one feature can play on any target.

mod activity;
mod command;
mod embedded;
mod exec;
mod log_stream;
pub mod server;
pub mod service;
mod session;
mod upgrade;

use std::fmt::Debug;

use futures::future::LocalBoxFuture;

pub use activity::{Activity, Glance};
pub use command::{Command, CommandError, Ran};
pub use embedded::Embedded;
pub use exec::{Exec, ExecError};

use crate::clock::{Span, Time};
use crate::kubelet::Kubelet;
use crate::kubelet::behaviour::Direction;
use crate::kubelet::latency::Part;
use crate::kubelet::machine::NodeDirection;
use crate::sim::{Line, NodeSpec, NotSettled, UnknownController};
use crate::store::Change;

/// What came of letting something happen.
pub type Happening<'a, T> = LocalBoxFuture<'a, Result<T, NotSettled>>;

/// What a scenario needs of its cluster beyond the API.
pub trait Stage: Debug {
    /// A client of the API, acting as `kubectl`.
    fn client(&self) -> kube::Client;

    /// The instant that scenario times count from: `T+0s`.
    fn start(&self) -> Time;

    /// The time of the cluster.
    fn now(&self) -> Time;

    /// Lets `span` pass.
    fn pass(&mut self, span: Span) -> Happening<'_, ()>;

    /// Puts the clock forward by `span` at once; what was due meanwhile happens late.
    fn leap(&mut self, span: Span) -> Happening<'_, ()>;

    /// Lets everything happen that is due at this instant.
    fn catch_up(&mut self) -> Happening<'_, ()>;

    /// Lets time pass to the next instant at which something happens, if there is one by `until`; returns whether there
    /// was one. What the processes of these pods do counts as well, each given by its namespace and name.
    fn pass_to_next(&mut self, until: Time, listened_to: &[(String, String)]) -> Happening<'_, bool>;

    /// Lets time pass until nothing more happens.
    fn settle(&mut self) -> Happening<'_, ()>;

    /// Starts a machine, whose kubelet registers a node.
    ///
    /// # Errors
    /// The API's words when it refuses the node.
    fn add_node(&mut self, node: &NodeSpec) -> Result<(), String>;

    /// Tells the kubelets something that no client of the API could: what a registry answers, say.
    fn tell_kubelets(&mut self, tell: &mut dyn FnMut(&mut Kubelet));

    /// Takes a controller down, or brings it back without what it remembered.
    ///
    /// # Errors
    /// That there is none of that name.
    fn set_controller(&mut self, name: &str, is_up: bool) -> Result<(), UnknownController>;

    /// Says how long one thing takes from now on, on one node or on all of them.
    fn set_latency(&mut self, node: Option<&str>, part: Part, span: Span);

    /// Says how much shorter or longer by chance everything may take from now on, in thousandths, on one node or on all of
    /// them. Chance follows from `seed`.
    fn set_jitter(&mut self, node: Option<&str>, jitter: i64, seed: u64);

    /// Every change of every object, oldest first, as far back as it is remembered.
    fn history(&self) -> Vec<Change>;

    /// When the last of the changes happened that are not remembered any more; `None` while all of them are.
    fn forgotten(&self) -> Option<Time>;

    /// Has containers do what is said of them.
    ///
    /// # Errors
    /// Why they cannot, such as that there is no such container.
    fn direct(&mut self, direction: &Direction) -> Result<(), String>;

    /// Does something to the machine under a node.
    ///
    /// # Errors
    /// Why that cannot be done, such as that no kubelet runs there.
    fn direct_node(&mut self, direction: &NodeDirection) -> Result<(), String>;

    /// The last lines of the timeline, at most `lines`, oldest first.
    fn tail(&self, lines: usize) -> Vec<Line>;

    /// The running hash of everything that happened, when and by whom.
    fn digest(&self) -> u64;

    /// How many entries of the timeline were taken.
    fn entries(&self) -> u64;

    /// Executes a command in a container, letting time pass until it ends.
    ///
    /// # Errors
    /// [`ExecError`] when it could not be executed to its end. A command that fails is no error: its exit code says so.
    fn exec(&mut self, exec: &Exec) -> LocalBoxFuture<'_, Result<Ran, ExecError>>;

    /// Runs a command against this cluster, letting time pass while it waits for something to happen.
    fn run(&mut self, command: Command) -> LocalBoxFuture<'_, Result<Ran, CommandError>>;
}
