//! What is asked before a container is started, in the order in which a kubelet does (`startContainer` in
//! `pkg/kubelet/kuberuntime/kuberuntime_container.go`).

use super::container::Hold;
use super::images;
use super::surroundings::Surroundings;
use super::worker::{Happenings, Worker};

/// What holds up the container at `index` of `worker`, whose turn has come.
pub fn check(
    worker: &mut Worker,
    index: usize,
    around: &mut Surroundings<'_>,
    happenings: &mut Happenings,
) -> Option<Hold> {
    images::check(worker, index, around, happenings)
}
