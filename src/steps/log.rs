//! Steps about what containers print.

use super::command::{fit, has_words, lines, whole};
use super::snapshot::check;
use super::{Args, Result, Target, steps};
use crate::object::{Value, kinds};
use crate::report::Failure;
use crate::world::World;

steps! {
    /// Checks all that a container printed, line by line; a `*` stands for any characters. `the previous log` is that of the
    /// run before the last restart. The object is a pod, or what owns just one.
    Then "the <log|previous log> of {object}( container {container:word}) is:", "Then the log of pod/hello is:\n  \"\"\"\n  * UTC 2026\n  Hello from the Kubernetes cluster\n  \"\"\"" => is;
    /// Checks that a container has printed nothing.
    Then "the <log|previous log> of {object}( container {container:word}) is empty", "Then the log of pod/web container sidecar is empty" => is_empty;
    /// Checks that these words are in a line that a container printed; a `*` stands for any characters of a line.
    Then "the <log|previous log> of {object}( container {container:word}) contains {part:text}", "Then the log of job/pi contains \"3.14159\"" => contains;
    /// Checks that these lines are in what a container printed, one right after the other; a `*` stands for any characters.
    Then "the <log|previous log> of {object}( container {container:word}) contains:", "Then the log of pod/web contains:\n  \"\"\"\n  ready\n  serving\n  \"\"\"" => contains_lines;
    /// Checks that these words are not in what a container printed.
    Then "the <log|previous log> of {object}( container {container:word}) does not contain {part:text}", "Then the log of pod/web does not contain \"error\"" => lacks;
    /// Compares what a container printed with a snapshot, without uids.
    Then "the <log|previous log> of {object}( container {container:word}) matches <the |>snapshot {label:text}", "Then the log of pod/web matches the snapshot \"start\"" => matches;
}

/// How much of a log that has not the words is shown.
const SHOWN: usize = 20;

impl World {
    /// The pod that is meant: the one that is named, or the only one that the object owns.
    async fn pod_meant(&self, words: &str) -> Result<Target> {
        let target = self.target(words).await?;
        if target.kind == kinds::POD {
            return Ok(target);
        }
        let pods = self.owned_by(&target, kinds::POD).await?;
        let names: Vec<&str> = pods.iter().map(|it| it.at(&["metadata", "name"]).str_or_empty()).collect();
        match names.as_slice() {
            [name] => Ok(Target { kind: kinds::POD, api_version: None, name: (*name).to_owned(), ..target }),
            [] => Err(Failure::expectation(format!("{target} owns no pods"))),
            several => {
                let message = format!("{target} owns {} pods: {}", several.len(), several.join(", "));
                Err(Failure::scenario(message).help("name one of them"))
            }
        }
    }

    /// The last lines that a container of a pod printed; none when there is no log.
    pub(super) async fn log_tail(&self, pod: &Value, container: &str, previous: bool, count: usize) -> Vec<String> {
        let text = |field: &str| pod.at(&["metadata", field]).str_or_empty().to_owned();
        let target = Target { kind: kinds::POD, api_version: None, namespace: text("namespace"), name: text("name") };
        let parameters = format!("container={container}&tailLines={count}&previous={previous}");
        let log = self.read_log(&target, &parameters).await;
        log.ok().and_then(std::result::Result::ok).unwrap_or_default().lines().map(str::to_owned).collect()
    }
}

/// The log that a step names.
async fn log(world: &mut World, args: &Args) -> Result<String> {
    let pod = world.pod_meant(args.word("object")).await?;
    world.listened_to.push((pod.namespace.clone(), pod.name.clone()));
    let previous = args.step.value.contains("the previous log of ");
    let parameters = format!("container={}&previous={previous}", args.word("container"));
    let answer = world.read_log(&pod, &parameters).await?;
    answer.map_err(|refusal| Failure::expectation(refusal.to_string()))
}

fn another(args: &Args, what: &str) -> Failure {
    let which = if args.step.value.contains("the previous log of ") { "previous log" } else { "log" };
    Failure::expectation(format!("the {which} of {} {what}", args.word("object")))
}

/// The end of a log, as much as is worth reading.
fn tail(text: &str) -> String {
    let lines = lines(text);
    let skipped = lines.len().saturating_sub(SHOWN);
    let head = if skipped > 0 { format!("({skipped} lines before)\n") } else { String::new() };
    if lines.is_empty() { "nothing".to_owned() } else { head + &whole(&lines[skipped..]) }
}

async fn is(world: &mut World, args: Args) -> Result {
    let want = args.docstring()?;
    let log = log(world, &args).await?;
    if fit(&lines(&want), &lines(&log)) {
        return Ok(());
    }
    Err(another(&args, "is another").comparing(whole(&lines(&want)), whole(&lines(&log))))
}

async fn is_empty(world: &mut World, args: Args) -> Result {
    let log = log(world, &args).await?;
    if log.is_empty() {
        return Ok(());
    }
    Err(another(&args, "is not empty").comparing("nothing", tail(&log)))
}

async fn contains(world: &mut World, args: Args) -> Result {
    let log = log(world, &args).await?;
    if has_words(&log, args.text("part")) {
        return Ok(());
    }
    Err(another(&args, "does not contain it").comparing(args.text("part"), tail(&log)))
}

async fn contains_lines(world: &mut World, args: Args) -> Result {
    let want = args.docstring()?;
    let log = log(world, &args).await?;
    let want = lines(&want);
    if lines(&log).windows(want.len().max(1)).any(|window| fit(&want, window)) {
        return Ok(());
    }
    Err(another(&args, "does not contain these lines").comparing(whole(&want), tail(&log)))
}

async fn lacks(world: &mut World, args: Args) -> Result {
    let log = log(world, &args).await?;
    if !has_words(&log, args.text("part")) {
        return Ok(());
    }
    Err(another(&args, "contains it").comparing(format!("not {}", args.text("part")), tail(&log)))
}

async fn matches(world: &mut World, args: Args) -> Result {
    let log = log(world, &args).await?;
    check(world, args.text("label"), &log)
}
