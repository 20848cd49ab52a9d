//! Steps that compare the state or the history with an accepted snapshot.

use super::count::select;
use super::history::{descent, remembered};
use super::{Args, Result, Target, steps};
use crate::object::{Kind, Object, kinds};
use crate::report::Failure;
use crate::snapshot::{SnapshotFile, Verdict, columns, render_cluster, render_object, render_trace, without_uids};
use crate::world::World;

steps! {
    /// Compares everything that the scenario made, and the nodes, with a snapshot.
    Then "the cluster matches <the |>snapshot {label:text}", "Then the cluster matches the snapshot \"rolled out\"" => cluster;
    /// Compares a table of objects with a snapshot.
    Then "the( {state}) {resource:plural}( of {owner:object})( labelled {labels:word})( on {node})( in namespace {namespace:word}) match(es) <the |>snapshot {label:text}", "Then the pods of job/eight match the snapshot \"after one batch\"" => table;
    /// Compares one object in full with a snapshot: as YAML, with times as `T+40s` and without uids.
    Then "{object} matches <the |>snapshot {label:text}", "Then daemonset/web matches the snapshot \"with defaults\"" => object;
    /// Compares the history with a snapshot: who did what when. With an object, only what concerns it and what it owns;
    /// since the marked moment, only what happened then and later.
    Then "the trace( of {object})( {since}) matches <the |>snapshot {label:text}", "Then the trace of job/eight matches the snapshot \"four batches\"" => trace;
}

async fn cluster(world: &mut World, args: Args) -> Result {
    let mut found = Vec::new();
    let release = world.options.release;
    let is_told = |kind: &Kind| *kind != kinds::EVENT && release.preferred(*kind).is_some();
    for kind in Kind::stored().filter(is_told) {
        found.push((kind, world.list(kind, None).await?));
    }
    let stage = world.stage()?;
    let text = render_cluster(&found, stage.start(), stage.now());
    check(world, args.text("label"), &text)
}

async fn table(world: &mut World, args: Args) -> Result {
    let found = select(world, &args).await?;
    let stage = world.stage()?;
    let now = stage.now();
    let text = format!("at T+{}\n\n{}", now - stage.start(), columns::render(found.kind, &found.objects, now));
    check(world, args.text("label"), &text)
}

async fn object(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let value = world.existing(&target).await?;
    let start = world.stage()?.start();
    check(world, args.text("label"), &render_object(&value, start))
}

async fn trace(world: &mut World, args: Args) -> Result {
    let about = match args.optional("object") {
        Some(words) => Some(world.target(words).await?),
        None => None,
    };
    let since = world.mark.filter(|_| args.optional("since").is_some());
    let stage = world.stage()?;
    let (mut history, start) = (stage.history(), stage.start());
    remembered(stage, since.unwrap_or(start))?;
    let is_it = |it: &Object, target: &Target| {
        it.kind == target.kind && it.meta.name == target.name && it.meta.namespace == target.namespace
    };
    // What a Deployment does shows in the pods of its ReplicaSets; the Jobs of a CronJob have traces of their own.
    let deployment = about.as_ref().filter(|it| it.kind == kinds::DEPLOYMENT);
    let family = deployment.map(|target| descent(&history, |it| is_it(it, target))).unwrap_or_default();
    if args.optional("since").is_some() {
        let no_mark = || Failure::scenario("no moment was marked").help("write `When I mark this moment` before");
        let mark = world.mark.ok_or_else(no_mark)?;
        history.retain(|change| change.time >= mark);
    }
    let concerns = |it: &Object| match &about {
        None => it.kind != kinds::NODE || !it.meta.name.is_empty(),
        Some(target) => {
            let kind = target.kind.info().kind;
            let involved = &it.body["involvedObject"];
            is_it(it, target)
                || it.meta.owners.iter().any(|owner| owner.kind == kind && owner.name == target.name)
                || it.meta.owners.iter().any(|owner| family.contains(&owner.uid))
                || (involved["kind"].as_str() == Some(kind) && involved["name"].as_str() == Some(&target.name))
        }
    };
    check(world, args.text("label"), &render_trace(&history, start, &concerns))
}

/// Compares `text` with the snapshot `label` of this scenario.
pub(super) fn check(world: &mut World, label: &str, text: &str) -> Result {
    let text = without_uids(text);
    if crate::snapshot::assert::file_name_part(label).is_empty() {
        return Err(Failure::scenario(format!("{label:?} is no label for a snapshot")).help("use letters and digits"));
    }
    if world.trying == 0 && !world.labels.insert(crate::snapshot::assert::file_name_part(label)) {
        let failure = Failure::scenario(format!("the snapshot label {label:?} is used twice in this scenario"));
        return Err(failure.help("give each snapshot of a scenario a label of its own"));
    }
    let file = SnapshotFile::new(&world.settings.root, &world.scene.feature, &world.scene.scenario, label);
    let shown = |path: &std::path::Path| {
        path.strip_prefix(&world.settings.root).unwrap_or(path).to_string_lossy().replace('\\', "/")
    };
    let (path, pending) = (shown(&file.path), shown(&file.pending()));
    let verdict = file.check(&text, world.settings.snapshots).map_err(Failure::scenario)?;
    world.snapshots.push(path.clone());
    let review = "review it with `cargo insta review`, or accept it with `INSTA_UPDATE=always`";
    match verdict {
        Verdict::Same | Verdict::Accepted => Ok(()),
        Verdict::New { written } => {
            if written {
                world.pending.push(pending);
            }
            let mut failure = Failure::expectation(format!("there is no snapshot {path} yet")).help(review);
            failure.actual = Some(text);
            Err(failure)
        }
        Verdict::Different { accepted, written } => {
            if written {
                world.pending.push(pending);
            }
            let whole = |text: &str| format!("{}\n", text.trim_end());
            let failure = Failure::expectation(format!("the snapshot {path} differs")).help(review);
            Err(failure.comparing(whole(&accepted), whole(&text)))
        }
    }
}
