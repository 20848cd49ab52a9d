//! The World of one scenario: its stage, its client, the labels it used and its last failure.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::Time;
use crate::report::{Failure, Place};
use crate::sim::{ClusterOptions, NotSettled};
use crate::snapshot::SnapshotMode;
use crate::stage::{Embedded, Stage};

/// What all scenarios of a run share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The project's root: `features/` and `snapshots/` lie under it.
    pub root: PathBuf,
    /// What becomes of snapshots that are new or differ.
    pub snapshots: SnapshotMode,
}

/// Which scenario is being played.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scene {
    /// The feature file, as it was given.
    pub file: PathBuf,
    /// The feature file relative to the root, with `/` between its parts.
    pub feature: String,
    /// The scenario's name; the row of an outline has its number after it.
    pub scenario: String,
}

/// The state of one scenario.
#[derive(Debug)]
pub struct World {
    /// What all scenarios share.
    pub settings: Arc<Settings>,
    /// Which scenario this is.
    pub scene: Scene,
    /// Where the step being played starts.
    pub place: Place,
    /// What a cluster will start from.
    pub options: ClusterOptions,
    /// The namespace of objects that name none.
    pub namespace: String,
    /// The labels of snapshots taken so far.
    pub labels: BTreeSet<String>,
    /// The snapshot files looked at, relative to the root.
    pub snapshots: Vec<String>,
    /// The snapshots written for review, relative to the root.
    pub pending: Vec<String>,
    /// The API's last refusal that a step asked for.
    pub refusal: Option<crate::steps::Refusal>,
    /// The last command that was run.
    pub ran: Option<crate::stage::Ran>,
    /// Whether the last write was only tried.
    pub tried: bool,
    /// How many steps deep the one being played is tried: a failure is then kept, and unwinds nothing.
    pub trying: u32,
    /// The pods whose logs a step looks at, by namespace and name: a wait goes on when one of their processes does.
    pub listened_to: Vec<(String, String)>,
    /// The instant that assertions over time begin at.
    pub mark: Option<Time>,
    /// Why the scenario failed.
    pub failure: Option<Failure>,
    stage: Option<Box<dyn Stage>>,
    client: Option<Client>,
}

/// A client, which has nothing to show for debugging.
struct Client(kube::Client);

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

impl Default for World {
    fn default() -> Self {
        World {
            settings: Arc::new(Settings { root: PathBuf::new(), snapshots: SnapshotMode::Check }),
            scene: Scene::default(),
            place: Place::default(),
            options: ClusterOptions::default(),
            namespace: "default".into(),
            labels: BTreeSet::new(),
            snapshots: Vec::new(),
            pending: Vec::new(),
            refusal: None,
            ran: None,
            tried: false,
            trying: 0,
            listened_to: Vec::new(),
            mark: None,
            failure: None,
            stage: None,
            client: None,
        }
    }
}

impl cucumber::World for World {
    type Error = std::convert::Infallible;

    async fn new() -> Result<Self, Self::Error> {
        Ok(World::default())
    }
}

impl World {
    /// Starts the scenario's cluster, without nodes.
    ///
    /// # Errors
    /// When the scenario has one already.
    pub fn start_cluster(&mut self) -> Result<(), Failure> {
        if self.stage.is_some() {
            let message = "the scenario has a cluster already: each scenario has exactly one";
            return Err(Failure::scenario(message));
        }
        let stage = Embedded::new(&self.options).map_err(Failure::expectation)?;
        self.client = Some(Client(stage.client()));
        self.stage = Some(Box::new(stage));
        Ok(())
    }

    /// Whether the scenario has a cluster yet.
    pub fn has_cluster(&self) -> bool {
        self.stage.is_some()
    }

    /// The stage.
    ///
    /// # Errors
    /// When no step has started a cluster.
    pub fn stage(&mut self) -> Result<&mut dyn Stage, Failure> {
        match &mut self.stage {
            Some(stage) => Ok(stage.as_mut()),
            None => Err(no_cluster()),
        }
    }

    /// The client.
    ///
    /// # Errors
    /// When no step has started a cluster.
    pub fn client(&self) -> Result<kube::Client, Failure> {
        self.client.as_ref().map(|it| it.0.clone()).ok_or_else(no_cluster)
    }

    /// Lets everything happen that is due now.
    ///
    /// # Errors
    /// When that never ends.
    pub async fn catch_up(&mut self) -> Result<(), Failure> {
        self.stage()?.catch_up().await.map_err(not_settled)
    }

    /// An instant as the scenario counts it: `T+40s`, or nothing before there is a cluster.
    pub fn time(&self) -> Option<String> {
        let stage = self.stage.as_ref()?;
        Some(format!("T+{}", stage.now() - stage.start()))
    }

    /// The last `lines` of what happened: who changed what when.
    pub fn tail(&self, lines: usize) -> Vec<String> {
        let Some(stage) = &self.stage else {
            return Vec::new();
        };
        let history = stage.history();
        // Some changes are worth no line; these are enough to find those that are.
        let recent = &history[history.len().saturating_sub(lines * 10)..];
        let trace = crate::snapshot::render_trace(recent, stage.start(), &|_| true);
        let trace: Vec<_> = trace.lines().map(str::to_owned).collect();
        trace[trace.len().saturating_sub(lines)..].to_vec()
    }

    /// The running hash and the number of entries; zeroes before there is a cluster.
    pub fn account(&self) -> (u64, u64) {
        self.stage.as_ref().map_or((0, 0), |stage| (stage.digest(), stage.entries()))
    }
}

/// A bound that was reached, as a failure of its own class.
pub fn not_settled(error: NotSettled) -> Failure {
    let mut failure = Failure::new(crate::report::Class::NotSettled, format!("not settled after {}", error.bound));
    failure.tail = error.tail.iter().map(|it| format!("T+{} {}: {}", it.time - error.start, it.actor, it)).collect();
    failure.help("look for two actors that undo each other's work in the timeline below, or for a pod that never ends")
}

fn no_cluster() -> Failure {
    Failure::scenario("the scenario has no cluster yet").help("begin it with `Given a cluster with 3 nodes`")
}
