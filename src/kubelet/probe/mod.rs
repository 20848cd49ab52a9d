//! Startup, liveness and readiness probes (`pkg/kubelet/prober`).

use super::surroundings::Surroundings;
use super::worker::{Happenings, Worker};
use crate::clock::Time;

/// What is known of the probes of one container.
#[derive(Clone, Debug, Default)]
pub struct Probes;

/// The container at `index` has been started: says whether it counts as started and ready from the start.
pub fn begin(worker: &mut Worker, index: usize, _around: &Surroundings<'_>) {
    let container = &mut worker.containers[index];
    container.probes = Probes;
    (container.started, container.ready) = (true, true);
}

/// Carries out the probes that are due and act on what they find; returns whether anything changed.
pub fn advance(_worker: &mut Worker, _around: &mut Surroundings<'_>, _happenings: &mut Happenings) -> bool {
    false
}

/// When the next probe is due whose outcome is another than the last one's.
pub fn deadline(_worker: &Worker, _around: &Surroundings<'_>) -> Option<Time> {
    None
}
