//! What a worker sees beside its pod.

use super::behaviour::Behaviours;
use super::images::Images;
use super::latency::Latency;
use super::shell::scripts::Scripts;
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
    pub node: &'a Object,
    /// The images of all nodes.
    pub images: &'a mut Images,
    /// What a scenario said of images.
    pub behaviours: &'a Behaviours,
    /// The scripts that were read before.
    pub scripts: &'a Scripts,
    /// The other pods of the cluster.
    pub workers: &'a Lookup<Key, Worker>,
}

impl Surroundings<'_> {
    /// How long the pull of an image takes that is not there.
    pub fn pull_time(&self) -> Span {
        self.latency.pull
    }
}
