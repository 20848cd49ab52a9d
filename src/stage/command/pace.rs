//! When time passes while a command runs.
//!
//! What a command sees must not depend on how fast the machine is, so time stands still while the command works: computes,
//! has a request under way, or has just been told something. It passes when the command waits, one due instant after
//! the other:
//!
//! - with a watch open (`kubectl wait`, `rollout status`, a deletion that waits), a log followed or a command executed in a
//!   container, until it tells something;
//! - without one but asleep (`kubectl drain`, a loop with `sleep`), until something changes, and then no further before the
//!   next request.
//!
//! In all no more virtual time passes than the command is allowed. Then time stands still, and the command ends by its own
//! timeout.

use std::time::Duration;

use super::asleep;
use crate::clock::{Span, Time};
use crate::sim::{Cluster, NotSettled};
use crate::stage::Activity;
use crate::stage::activity::Glance;
use crate::stage::service::SharedCluster;

/// How often to look whether the command waits.
const LOOK: Duration = Duration::from_millis(4);
/// How long a command must have slept in the end, if it has slept since its last request before.
const PAUSE: Duration = Duration::from_millis(10);
/// How many looks in a row must find nothing going on before a watch is what the command waits for.
const LOOKS_WITH_A_WATCH: u32 = 5;
/// How long a command must have slept in one piece after its last request. What client-go's caches are told before they are
/// in sync is noticed by a poll every 100 ms (`syncedPollPeriod` of `tools/cache/shared_informer.go`), through which kubectl
/// sleeps without waiting for anything of ours.
const PAUSE_AFTER_A_REQUEST: Duration = Duration::from_millis(130);
/// After so many of these pauses a command that never sleeps for long, and asks for nothing, is known to be of that kind.
const PAUSES_FOR_THE_RESTLESS: u32 = 15;
/// The same for a command that sleeps: it may only be starting another program.
const LOOKS_WITHOUT: u32 = 75;

/// Lets time pass while the command waits; returns only when that never ends.
pub(super) async fn keep(
    cluster: &SharedCluster,
    activity: &Activity,
    group: Option<u32>,
    at_most: Span,
) -> NotSettled {
    let until = cluster.with(|cluster| cluster.now()) + at_most;
    // The request after which a sleeping command was last shown a change.
    let mut shown_after = None;
    let mut heard = 0;
    loop {
        let glance = idle(activity, group, heard).await;
        heard = glance.requests;
        let waits = if glance.watches > 0 {
            true
        } else {
            // Before its first request a command is starting, however long that takes.
            glance.requests > 0 && shown_after != Some(glance.requests)
        };
        if !waits {
            tokio::time::sleep(LOOK).await;
            continue;
        }
        if let Err(error) = pass(cluster, activity, until, glance).await {
            return error;
        }
        if glance.watches == 0 {
            shown_after = Some(glance.requests);
        }
    }
}

/// Waits until nothing has gone on for a while: no request, no event, and every process of the command asleep. `heard` is
/// the count of requests at the last time that this was so.
async fn idle(activity: &Activity, group: Option<u32>, heard: u64) -> Glance {
    let mut last = activity.glance();
    let (mut quiet, mut restless) = (0, 0);
    loop {
        tokio::time::sleep(LOOK).await;
        let now = activity.glance();
        quiet = if now == last && now.unanswered == 0 { quiet + 1 } else { 0 };
        restless = if now.requests == last.requests { restless } else { 0_u32 };
        last = now;
        let enough = if now.watches > 0 { LOOKS_WITH_A_WATCH } else { LOOKS_WITHOUT };
        if quiet < enough {
            continue;
        }
        // Threads take turns, so that each may sleep at the moment when it is looked at: they must not have run meanwhile.
        // What a command sent just before it fell asleep is read in the pause.
        let before = asleep::run_time_if_asleep(group);
        let is_known = now.requests == heard || restless > PAUSES_FOR_THE_RESTLESS;
        tokio::time::sleep(if is_known { PAUSE } else { PAUSE_AFTER_A_REQUEST }).await;
        let after = asleep::run_time_if_asleep(group);
        if before.is_some() && before == after && activity.glance() == now {
            return now;
        }
        last = activity.glance();
        restless += 1;
        quiet = enough.saturating_sub(2);
    }
}

/// Goes from one due instant to the next until the command has something to look at, or nothing is due any more.
async fn pass(cluster: &SharedCluster, activity: &Activity, until: Time, before: Glance) -> Result<(), NotSettled> {
    let version = cluster.with(|cluster| cluster.view().version());
    loop {
        let told_at = activity.next_due();
        let moved = cluster.with(|cluster| step(cluster, told_at, until))?;
        let Some((version_now, now)) = moved else {
            return Ok(());
        };
        while !activity.has_seen(version_now, now) {
            tokio::task::yield_now().await;
        }
        let something = if before.watches > 0 { activity.glance() != before } else { version_now != version };
        if something {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
}

/// Goes to what is due next, be it an entry or at `told_at`, if it is due by `until`; returns the version and the time then.
fn step(cluster: &mut Cluster, told_at: Option<Time>, until: Time) -> Result<Option<(u64, Time)>, NotSettled> {
    match cluster.next_due().into_iter().chain(told_at).min() {
        Some(due) if due <= until => {
            let span = (due - cluster.now()).max(Span::ZERO);
            cluster.advance(span)?;
            Ok(Some((cluster.view().version(), cluster.now())))
        }
        _ => Ok(None),
    }
}
