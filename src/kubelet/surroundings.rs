//! What a worker sees beside its pod.

use std::sync::Arc;

use super::behaviour::Behaviours;
use super::images::Images;
use super::known::Known;
use super::latency::Latency;
use super::worker::Worker;
use crate::clock::{Span, Time};
use crate::object::{Key, Lookup, Object};
use crate::store::View;

/// The instant, the cluster and the node at which a worker does its work.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// The instant.
    pub now: Time,
    /// The objects of the cluster.
    pub view: View<'a>,
    /// How long things take on the node.
    pub latency: &'a Latency,
    /// The pod's node.
    pub node: &'a Arc<Object>,
    /// The images of all nodes.
    pub images: &'a mut Images,
    /// What a scenario said of images.
    pub behaviours: &'a Behaviours,
    /// What was worked out before.
    pub known: &'a Known,
    /// The other pods of the cluster.
    pub workers: &'a Lookup<Key, Box<Worker>>,
}

impl Surroundings<'_> {
    /// Another pod of the cluster.
    pub fn worker(&self, key: &Key) -> Option<&Worker> {
        self.workers.get(key).map(|it| &**it)
    }

    /// How long the pull of an image takes that is not there.
    pub fn pull_time(&self) -> Span {
        self.latency.pull
    }
}
