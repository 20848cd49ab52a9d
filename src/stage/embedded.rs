//! The embedded target: a whole control plane in this process, in virtual time.

use super::service::SharedCluster;
use super::{Command, CommandError, Exec, ExecError, Happening, Ran, Stage, command, exec};
use futures::future::LocalBoxFuture;

use crate::clock::{Span, Time};
use crate::kubelet::Kubelet;
use crate::kubelet::behaviour::Direction;
use crate::kubelet::latency::Part;
use crate::kubelet::machine::NodeDirection;
use crate::object::{Key, kinds};
use crate::sim::{
    Bounds, Cluster, ClusterOptions, ControlPlaneOptions, Line, NodeSpec, NotSettled, UnknownController, control_plane,
};
use crate::store::Change;

/// An embedded control plane, shared with its clients.
#[derive(Debug)]
pub struct Embedded {
    cluster: SharedCluster,
}

impl Embedded {
    /// A cluster without nodes. Must be called inside a tokio runtime, which the client's requests run on.
    ///
    /// # Errors
    /// The API's words when it refuses what a fresh cluster holds.
    pub fn new(options: &ClusterOptions) -> Result<Self, String> {
        let mut cluster = Cluster::new(options, control_plane(&ControlPlaneOptions::default()));
        cluster.bootstrap(&[]).map_err(|status| status.message)?;
        Ok(Embedded { cluster: SharedCluster::new(cluster) })
    }

    fn happen<T: 'static>(&mut self, what: impl FnOnce(&mut Cluster) -> Result<T, NotSettled>) -> Happening<'_, T> {
        Box::pin(std::future::ready(self.cluster.with(what)))
    }
}

impl Stage for Embedded {
    fn client(&self) -> kube::Client {
        self.cluster.client("kubectl")
    }

    fn start(&self) -> Time {
        self.cluster.with(|cluster| cluster.start())
    }

    fn now(&self) -> Time {
        self.cluster.with(|cluster| cluster.now())
    }

    fn pass(&mut self, span: Span) -> Happening<'_, ()> {
        self.happen(|cluster| cluster.advance(span))
    }

    fn leap(&mut self, span: Span) -> Happening<'_, ()> {
        self.happen(|cluster| cluster.leap(span))
    }

    fn catch_up(&mut self) -> Happening<'_, ()> {
        self.happen(Cluster::run_due)
    }

    fn pass_to_next(&mut self, until: Time, listened_to: &[(String, String)]) -> Happening<'_, bool> {
        let pods: Vec<Key> = listened_to
            .iter()
            .map(|(namespace, name)| Key::new(kinds::POD, namespace.as_str(), name.as_str()))
            .collect();
        self.happen(move |cluster| match exec::next_due(cluster, &pods) {
            Some(due) if due <= until => {
                let span = (due - cluster.now()).max(Span::ZERO);
                cluster.advance(span).map(|()| true)
            }
            _ => Ok(false),
        })
    }

    fn settle(&mut self) -> Happening<'_, ()> {
        self.happen(|cluster| cluster.settle(&Bounds::default()))
    }

    fn add_node(&mut self, spec: &NodeSpec) -> Result<(), String> {
        self.cluster.with(|cluster| cluster.add_node(spec)).map_err(|status| status.message)
    }

    fn tell_kubelets(&mut self, tell: &mut dyn FnMut(&mut Kubelet)) {
        self.cluster.with(|cluster| cluster.tell_kubelets(tell));
    }

    fn set_controller(&mut self, name: &str, is_up: bool) -> Result<(), UnknownController> {
        let fresh = control_plane(&ControlPlaneOptions::default()).into_iter().find(|it| is_up && it.name() == name);
        self.cluster.with(|cluster| match fresh {
            Some(fresh) => cluster.start_controller(fresh),
            None => cluster.stop_controller(name),
        })
    }

    fn direct(&mut self, direction: &Direction) -> Result<(), String> {
        self.cluster.with(|cluster| cluster.direct(direction))
    }

    fn direct_node(&mut self, direction: &NodeDirection) -> Result<(), String> {
        self.cluster.with(|cluster| cluster.direct_node(direction))
    }

    fn set_latency(&mut self, node: Option<&str>, part: Part, span: Span) {
        self.cluster.with(|cluster| cluster.set_latency(node, part, span));
    }

    fn set_jitter(&mut self, node: Option<&str>, jitter: i64, seed: u64) {
        self.cluster.with(|cluster| cluster.set_jitter(node, jitter, seed));
    }

    fn history(&self) -> Vec<Change> {
        self.cluster.with(|cluster| cluster.view().history().cloned().collect())
    }

    fn forgotten(&self) -> Option<Time> {
        self.cluster.with(|cluster| cluster.view().forgotten())
    }

    fn tail(&self, lines: usize) -> Vec<Line> {
        self.cluster.with(|cluster| {
            let tail = cluster.timeline().tail();
            let skip = tail.len().saturating_sub(lines);
            tail.skip(skip).cloned().collect()
        })
    }

    fn digest(&self) -> u64 {
        self.cluster.with(|cluster| cluster.timeline().digest())
    }

    fn entries(&self) -> u64 {
        self.cluster.with(|cluster| cluster.timeline().entries())
    }

    fn exec(&mut self, exec: &Exec) -> LocalBoxFuture<'_, Result<Ran, ExecError>> {
        let result = exec::run(&self.cluster, exec);
        Box::pin(std::future::ready(result))
    }

    fn run(&mut self, command: Command) -> LocalBoxFuture<'_, Result<Ran, CommandError>> {
        Box::pin(command::run(self.cluster.clone(), command))
    }
}
