//! Steps that assert over time: they read the whole history, and do not sample.

use std::collections::{BTreeMap, BTreeSet};

use super::{Args, Result, Target, steps};
use crate::clock::Time;
use crate::object::{Object, Str, kinds};
use crate::report::Failure;
use crate::stage::Stage;
use crate::store::Change;
use crate::world::World;

steps! {
    /// Checks that at every instant since the marked moment (or the start) at most so many pods of an object ran.
    Then "at most {count} pod(s) of {object} ran at once", "Then at most 2 pods of job/eight ran at once" => at_most_ran;
    /// Checks that at some instant exactly so many pods of an object ran, and never more.
    Then "{count} pod(s) of {object} ran at once", "Then two pods of job/eight ran at once" => ran;
    /// Checks that at no instant since the marked moment (or since all were available for the first time) more pods of a
    /// DaemonSet, a Deployment or a ReplicaSet were missing than that: its own count of what it wants against those that are
    /// available.
    Then "never more than {count} pod(s) of {object} <was|were> unavailable", "Then never more than 1 pod of daemonset/web was unavailable" => unavailable;
    /// Checks in how many groups the pods of an object started, and how large each was.
    Then "the pods of {object} started in {count} batch(es) of {size:count}", "Then the pods of job/eight started in 4 batches of 2" => batches;
    /// Checks how many pods of an object were created since the marked moment (or the start).
    Then "{count} pod(s) of {object} <was|were> created", "Then 8 pods of job/eight were created" => created;
    /// Checks how many pods of an object were removed since the marked moment (or the start).
    Then "{count} pod(s) of {object} <was|were> removed", "Then no pods of daemonset/web were removed" => removed;
}

/// The pods of `target` as changes, oldest first, and the moment that counting begins at. The object may be gone by now.
fn pods_of(world: &mut World, target: &Target) -> Result<(Vec<Change>, Time)> {
    let mark = world.mark;
    let stage = world.stage()?;
    let (history, start) = (stage.history(), stage.start());
    let from = mark.unwrap_or(start);
    remembered(stage, from)?;
    let is_it =
        |it: &Object| it.kind == target.kind && it.meta.name == target.name && it.meta.namespace == target.namespace;
    let uids = descent(&history, is_it);
    if uids.is_empty() {
        return Err(Failure::expectation(format!("{target} has never been there")));
    }
    let owned = |it: &Change| {
        let sides = [&it.before, &it.after];
        sides.into_iter().flatten().any(|it| it.meta.owners.iter().any(|owner| uids.contains(&owner.uid)))
    };
    Ok((history.into_iter().filter(|it| it.key.kind == kinds::POD && owned(it)).collect(), from))
}

/// The uids of the objects that `is_it` names, and of all that they own, such as a Deployment's ReplicaSets.
pub(super) fn descent(history: &[Change], is_it: impl Fn(&Object) -> bool) -> BTreeSet<Str> {
    let mut uids = BTreeSet::new();
    for object in history.iter().filter_map(Change::latest) {
        if is_it(object) || object.meta.owners.iter().any(|owner| uids.contains(&owner.uid)) {
            uids.insert(object.meta.uid.clone());
        }
    }
    uids
}

/// Checks that nothing is forgotten of what happened from `from` on.
pub(super) fn remembered(stage: &dyn Stage, from: Time) -> Result {
    match stage.forgotten().filter(|it| *it >= from) {
        None => Ok(()),
        Some(at) => {
            let until = at - stage.start();
            let failure = Failure::scenario(format!("what happened until T+{until} is not remembered any more"));
            Err(failure.help(
                "a cluster remembers a day, and 100,000 changes: look more often, or count from a later moment with `When \
                 I mark this moment`",
            ))
        }
    }
}

fn is_running(pod: &Object) -> bool {
    pod.status()["phase"].as_str() == Some("Running")
}

/// The most pods that ran at one instant from `from` on, and when that was first so.
fn most_running(changes: &[Change], from: Time) -> (usize, Time) {
    let mut running: BTreeSet<Str> = BTreeSet::new();
    let mut most = (0, from);
    for (i, change) in changes.iter().enumerate() {
        match &change.after {
            Some(pod) if is_running(pod) => running.insert(change.key.name.clone()),
            _ => running.remove(&change.key.name),
        };
        // What holds between two changes of one instant is seen by nobody.
        let last_of_instant = changes.get(i + 1).is_none_or(|next| next.time > change.time);
        if last_of_instant && change.time >= from && running.len() > most.0 {
            most = (running.len(), change.time);
        }
    }
    most
}

async fn at_most_ran(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let want = args.count("count")?;
    let (changes, from) = pods_of(world, &target)?;
    let (most, when) = most_running(&changes, from);
    if most <= want {
        return Ok(());
    }
    let when = when - world.stage()?.start();
    let failure = Failure::expectation(format!("at T+{when}, {most} pods of {target} ran at once"));
    Err(failure.comparing(format!("at most {want}"), most.to_string()))
}

async fn ran(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let want = args.count("count")?;
    let (changes, from) = pods_of(world, &target)?;
    let (most, _) = most_running(&changes, from);
    if most == want {
        return Ok(());
    }
    let failure = Failure::expectation(format!("another number of pods of {target} ran at once at most"));
    Err(failure.comparing(want.to_string(), most.to_string()))
}

async fn unavailable(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let want = i64::try_from(args.count("count")?).unwrap_or(i64::MAX);
    world.existing(&target).await?;
    let mark = world.mark;
    let stage = world.stage()?;
    let (history, start) = (stage.history(), stage.start());
    remembered(stage, mark.unwrap_or(start))?;
    let mut began = false;
    for change in &history {
        let Some(object) = change.after.as_ref().filter(|_| {
            change.key.kind == target.kind && change.key.name == target.name && change.key.namespace == target.namespace
        }) else {
            continue;
        };
        let (desired, available) = match object.kind {
            kinds::DAEMON_SET => (&object.status()["desiredNumberScheduled"], &object.status()["numberAvailable"]),
            _ => (&object.spec()["replicas"], &object.status()["availableReplicas"]),
        };
        let desired = desired.as_i64().unwrap_or(0);
        let missing = desired - available.as_i64().unwrap_or(0);
        began = match mark {
            Some(mark) => change.time >= mark,
            None => began || (desired > 0 && missing <= 0),
        };
        if began && missing > want {
            let at = change.time - start;
            let failure = Failure::expectation(format!("at T+{at}, {missing} pods of {target} were unavailable"));
            return Err(failure.comparing(format!("at most {want}"), missing.to_string()));
        }
    }
    if mark.is_none() && !began {
        let failure = Failure::expectation(format!("{target} has never had all its pods available"));
        return Err(failure.help("write `When I mark this moment` to count from another moment"));
    }
    Ok(())
}

async fn batches(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let (want, size) = (args.count("count")?, args.count("size")?);
    let (changes, from) = pods_of(world, &target)?;
    let start = world.stage()?.start();
    let mut starts: BTreeMap<Time, usize> = BTreeMap::new();
    for change in changes.iter().filter(|it| it.time >= from) {
        let ran = change.before.as_ref().is_some_and(|it| is_running(it));
        if !ran && change.after.as_ref().is_some_and(|it| is_running(it)) {
            *starts.entry(change.time.truncated()).or_default() += 1;
        }
    }
    if starts.len() == want && starts.values().all(|it| *it == size) {
        return Ok(());
    }
    let batch = |(time, n): (&Time, &usize)| format!("{n} at T+{}", *time - start);
    let actual = starts.iter().map(batch).collect::<Vec<_>>().join(", ");
    let failure = Failure::expectation(format!("the pods of {target} started in other batches"));
    Err(failure.comparing(format!("{want} batches of {size}"), if actual.is_empty() { "none".into() } else { actual }))
}

async fn created(world: &mut World, args: Args) -> Result {
    count_changes(world, &args, "created", |it| it.before.is_none()).await
}

async fn removed(world: &mut World, args: Args) -> Result {
    count_changes(world, &args, "removed", |it| it.after.is_none()).await
}

async fn count_changes(world: &mut World, args: &Args, verb: &str, is_one: fn(&Change) -> bool) -> Result {
    let target = world.target(args.word("object")).await?;
    let want = args.count("count")?;
    let (changes, from) = pods_of(world, &target)?;
    let found = changes.iter().filter(|it| it.time >= from && is_one(it)).count();
    if found == want {
        return Ok(());
    }
    let failure = Failure::expectation(format!("another number of pods of {target} were {verb}"));
    Err(failure.comparing(want.to_string(), found.to_string()))
}
