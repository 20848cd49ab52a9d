//! Steps that run a command, such as kubectl, against the scenario's own cluster, and look at what it printed.

use super::snapshot::check;
use super::target::matches_glob;
use super::{Args, Result, steps};
use crate::clock::Span;
use crate::report::Failure;
use crate::stage::{Command, CommandError, Ran};
use crate::world::{World, not_settled};

/// How much virtual time passes at most while a command waits.
const PATIENCE: Span = Span::seconds(86_400);

steps! {
    /// Runs any command in a shell, in the folder of the feature, with `KUBECONFIG` naming the scenario's own cluster; a text
    /// under the step is its standard input. A command that fails fails no step: say `Then it succeeds`. While the
    /// command works, time stands still. While it waits (`kubectl wait`, `rollout status`, a deletion), time passes from
    /// one thing that happens to the next, at most a day, or as long as is said. So it does while a log is followed and while
    /// a command runs in a container: `kubectl exec web -- sleep 5` takes five seconds. Scenarios that run kubectl are tagged
    /// `@kubectl`, and skipped where it is not installed.
    When "I run {command:code}( for at most {duration})", "When I run `kubectl get pods`" => run;
    /// Checks that the last command exited with 0.
    Then "it succeeds", "Then it succeeds" => succeeds;
    /// Checks that the last command failed, with that exit code if one is said.
    Then "it fails( with exit code {code:count})", "Then it fails with exit code 1" => fails;
    /// Checks all that the last command printed, line by line; a `*` stands for any characters.
    Then "the {stream:output} is:", "Then the output is:\n  \"\"\"\n  pod/web deleted\n  \"\"\"" => is;
    /// Checks that the last command printed nothing.
    Then "the {stream:output} is empty", "Then the error output is empty" => is_empty;
    /// Checks that these words are in what the last command printed; a `*` stands for any characters of a line.
    Then "the {stream:output} contains {part:text}", "Then the error output contains \"not found\"" => contains;
    /// Checks that these lines are in what the last command printed, one right after the other; a `*` stands for any
    /// characters.
    Then "the {stream:output} contains:", "Then the output contains:\n  \"\"\"\n  Taints: <none>\n  \"\"\"" => contains_lines;
    /// Checks that these words are not in what the last command printed.
    Then "the {stream:output} does not contain {part:text}", "Then the output does not contain \"Pending\"" => lacks;
    /// Compares what the last command printed with a snapshot, without uids. kubectl itself reckons ages in `describe` by
    /// the clock of the machine; those of `get` are the cluster's.
    Then "the {stream:output} matches <the |>snapshot {label:text}", "Then the output matches the snapshot \"pods\"" => matches;
}

async fn run(world: &mut World, args: Args) -> Result {
    let at_most = match args.optional("duration") {
        Some(_) => args.duration("duration")?,
        None => PATIENCE,
    };
    let input = if args.step.docstring.is_some() { args.docstring()? } else { String::new() };
    let folder = world.scene.file.parent().map(std::path::Path::to_owned).unwrap_or_default();
    let line = args.word("command").trim_matches('`').to_owned();
    let command = Command { line, input, folder, namespace: world.namespace.clone(), at_most };
    let ran = world.stage()?.run(command).await.map_err(|error| match error {
        CommandError::NotSettled(error) => not_settled(error),
        error => Failure::expectation(error.to_string()),
    })?;
    world.ran = Some(ran);
    Ok(())
}

fn last(world: &World) -> Result<&Ran> {
    let none = || Failure::scenario("no command was run").help("write ``When I run `kubectl get pods` `` before it");
    world.ran.as_ref().ok_or_else(none)
}

/// What the last command printed to the output that the step names.
fn printed<'a>(world: &'a World, args: &Args) -> Result<&'a str> {
    let ran = last(world)?;
    Ok(if args.word("stream") == "output" { &ran.output } else { &ran.error_output })
}

async fn succeeds(world: &mut World, _: Args) -> Result {
    expect_code(last(world)?, |code| code == 0, "0")
}

async fn fails(world: &mut World, args: Args) -> Result {
    let ran = last(world)?;
    if args.optional("code").is_none() {
        return expect_code(ran, |code| code != 0, "any but 0");
    }
    let want = args.count("code")?;
    expect_code(ran, |code| usize::try_from(code) == Ok(want), &want.to_string())
}

fn expect_code(ran: &Ran, fits: impl Fn(i32) -> bool, want: &str) -> Result {
    if fits(ran.code) {
        return Ok(());
    }
    let said = format!("{}{}", ran.output, ran.error_output);
    let message = format!("`{}` ended with another exit code; it printed\n{said}", ran.line);
    Err(Failure::expectation(message.trim_end()).comparing(want, ran.code.to_string()))
}

/// The lines of a text, without the white space at their ends and the empty lines at its end.
pub(super) fn lines(text: &str) -> Vec<&str> {
    text.trim_end().lines().map(str::trim_end).collect()
}

pub(super) fn fit(wanted: &[&str], found: &[&str]) -> bool {
    wanted.len() == found.len() && wanted.iter().zip(found).all(|(want, line)| matches_glob(want, line))
}

pub(super) fn whole(lines: &[&str]) -> String {
    format!("{}\n", lines.join("\n"))
}

async fn is(world: &mut World, args: Args) -> Result {
    let want = args.docstring()?;
    let printed = printed(world, &args)?;
    let (want, found) = (lines(&want), lines(printed));
    if fit(&want, &found) {
        return Ok(());
    }
    // A difference shows only the lines that differ: what a `*` stands for is no difference.
    let shown: Vec<&str> = if want.len() == found.len() {
        want.iter().zip(&found).map(|(want, line)| if matches_glob(want, line) { *want } else { *line }).collect()
    } else {
        found.clone()
    };
    Err(Failure::expectation(format!("the {} is another", args.word("stream"))).comparing(whole(&want), whole(&shown)))
}

async fn is_empty(world: &mut World, args: Args) -> Result {
    let printed = printed(world, &args)?;
    if printed.is_empty() {
        return Ok(());
    }
    Err(Failure::expectation(format!("the {} is not empty", args.word("stream"))).comparing("nothing", printed))
}

async fn contains(world: &mut World, args: Args) -> Result {
    let part = args.text("part");
    let printed = printed(world, &args)?;
    if has_words(printed, part) {
        return Ok(());
    }
    Err(Failure::expectation(format!("the {} does not contain it", args.word("stream"))).comparing(part, printed))
}

pub(super) fn has_words(printed: &str, part: &str) -> bool {
    let anywhere = format!("*{part}*");
    printed.lines().any(|line| matches_glob(&anywhere, line))
}

async fn contains_lines(world: &mut World, args: Args) -> Result {
    let want = args.docstring()?;
    let printed = printed(world, &args)?;
    let (want, found) = (lines(&want), lines(printed));
    if found.windows(want.len().max(1)).any(|window| fit(&want, window)) {
        return Ok(());
    }
    let message = format!("the {} does not contain these lines", args.word("stream"));
    Err(Failure::expectation(message).comparing(whole(&want), whole(&found)))
}

async fn lacks(world: &mut World, args: Args) -> Result {
    let part = args.text("part");
    let printed = printed(world, &args)?;
    if !has_words(printed, part) {
        return Ok(());
    }
    let want = format!("not {part}");
    Err(Failure::expectation(format!("the {} contains it", args.word("stream"))).comparing(want, printed))
}

async fn matches(world: &mut World, args: Args) -> Result {
    let text = printed(world, &args)?.to_owned();
    check(world, args.text("label"), &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_in_a_line_stands_for_any_characters_of_that_line() {
        assert!(fit(&lines("NAME  AGE\nweb-*  4s\n"), &lines("NAME  AGE\nweb-x7k2p  4s  \n\n")));
        assert!(!fit(&lines("web-*\n"), &lines("web-a\nweb-b\n")));
        assert!(has_words("a\nError: pods \"web\" not found\n", "pods * not found"));
        assert!(!has_words("pods\nnot found", "pods * not found"));
    }
}
