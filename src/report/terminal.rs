//! The report that people read.

use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

use super::failure::Failure;
use super::record::{RunRecord, ScenarioRecord, StepRecord};

/// The whole report: a line for each scenario, the failures in full, and the summary.
///
/// `source` gives the text of a file, for showing a step in its place.
pub fn render_terminal(run: &RunRecord, source: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut file = "";
    for scenario in &run.scenarios {
        if scenario.place.path != file {
            file = &scenario.place.path;
            let _ = writeln!(out, "{file}");
        }
        let mark = if scenario.failure().is_some() { "FAILED" } else { "ok" };
        let _ = match &scenario.skipped {
            Some(why) => writeln!(out, "  skipped {}  {why}", scenario.name),
            None if scenario.time.is_empty() => writeln!(out, "  {mark:<6} {}", scenario.name),
            None => writeln!(out, "  {mark:<6} {}  {}", scenario.name, scenario.time),
        };
    }
    for error in &run.errors {
        out.push('\n');
        out.push_str(&render_error(error, source));
    }
    for scenario in &run.scenarios {
        if let Some((step, failure)) = scenario.failure() {
            out.push('\n');
            out.push_str(&render_failure(scenario, step, failure, source));
        }
    }
    out.push('\n');
    out.push_str(&render_summary(run));
    out
}

/// One failed scenario: the step in its source, what was expected, why, what happened last, and how to see it again.
pub fn render_failure(
    scenario: &ScenarioRecord,
    step: &StepRecord,
    failure: &Failure,
    source: &dyn Fn(&str) -> Option<String>,
) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}: {}", failure.class.name(), scenario.name);
    let _ = writeln!(out, "  --> {}", step.place);
    let shown = source(&step.place.path).unwrap_or_default();
    out.push_str(&excerpt(&shown, step.place.line, step.place.column, step.keyword.len() + 1 + step.text.len()));
    if let Some(place) = &failure.place {
        let _ = writeln!(out, "  --> {place}");
        out.push_str(&excerpt(&source(&place.path).unwrap_or_default(), place.line, place.column, 1));
    }
    let time = failure.time.as_ref().map(|time| format!("at {time}: ")).unwrap_or_default();
    push_block(&mut out, "", &format!("{time}{}", failure.message));
    push_details(&mut out, failure);
    let _ = writeln!(out, "  again: seatrial run {}:{}", scenario.place.path, scenario.place.line);
    out
}

fn render_error(failure: &Failure, source: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}: {}", failure.class.name(), failure.message);
    if let Some(place) = &failure.place {
        let _ = writeln!(out, "  --> {place}");
        out.push_str(&excerpt(&source(&place.path).unwrap_or_default(), place.line, place.column, 1));
    }
    push_details(&mut out, failure);
    out
}

fn push_details(out: &mut String, failure: &Failure) {
    match (&failure.expected, &failure.actual) {
        (Some(expected), Some(actual)) if expected.contains('\n') && actual.contains('\n') => {
            let _ = writeln!(out, "  difference (- expected, + actual):");
            for line in render_diff(expected, actual) {
                let _ = writeln!(out, "{}", format!("    {line}").trim_end());
            }
        }
        (expected, actual) => {
            if let Some(expected) = expected {
                push_block(out, "expected: ", expected);
            }
            if let Some(actual) = actual {
                push_block(out, "actual:   ", actual);
            }
        }
    }
    if let Some(help) = &failure.help {
        push_block(out, "help: ", help);
    }
    for (title, lines) in [("why:", &failure.why), ("timeline:", &failure.tail)] {
        if !lines.is_empty() {
            let _ = writeln!(out, "  {title}");
        }
        for line in lines {
            let _ = writeln!(out, "    {line}");
        }
    }
}

fn push_block(out: &mut String, title: &str, text: &str) {
    for (i, line) in text.lines().enumerate() {
        let lead = if i == 0 { title.to_owned() } else { " ".repeat(title.len()) };
        let _ = writeln!(out, "{}", format!("  {lead}{line}").trim_end());
    }
}

/// The line of `source` with its number, and a row of carets under what is meant.
fn excerpt(source: &str, line: usize, column: usize, width: usize) -> String {
    let Some(text) = line.checked_sub(1).and_then(|i| source.lines().nth(i)) else {
        return String::new();
    };
    let number = line.to_string();
    let gap = " ".repeat(number.len());
    let column = column.max(1);
    let room = text.chars().count().saturating_sub(column - 1).max(1);
    let carets = "^".repeat(width.clamp(1, room));
    format!("  {gap} |\n  {number} | {text}\n  {gap} | {}{carets}\n", " ".repeat(column - 1))
}

/// The lines of a difference, with a few equal ones around each.
fn render_diff(expected: &str, actual: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(expected, actual);
    let mut out = Vec::new();
    for (i, group) in diff.grouped_ops(3).iter().enumerate() {
        if i > 0 {
            out.push("...".to_owned());
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            out.push(format!("{sign} {}", change.value().trim_end_matches('\n')).trim_end().to_owned());
        }
    }
    out
}

/// The last lines: counts, snapshots to look at, and the verdict.
pub fn render_summary(run: &RunRecord) -> String {
    let mut out = String::new();
    let failed = run.failed();
    let steps: usize = run.scenarios.iter().map(|it| it.steps.len()).sum();
    let _ = write!(
        out,
        "{}, {}, {}",
        counted(run.features, "feature"),
        counted(run.scenarios.len(), "scenario"),
        counted(steps, "step")
    );
    let skipped = run.skipped();
    let _ = match (failed, run.errors.len()) {
        (0, 0) if !skipped.is_empty() => writeln!(out, ": all that were played passed"),
        (0, 0) => writeln!(out, ": all passed"),
        (failed, 0) => writeln!(out, ": {failed} failed"),
        (0, errors) => writeln!(out, ": {}", counted(errors, "error")),
        (failed, errors) => writeln!(out, ": {failed} failed, {}", counted(errors, "error")),
    };
    for (reason, n) in skipped {
        let _ = writeln!(out, "{} skipped: {reason}", counted(n, "scenario"));
    }
    for (title, paths) in [
        ("to be reviewed with `cargo insta review`", &run.pending),
        ("looked at by no scenario (delete it, or find out why)", &run.unreferenced),
    ] {
        if !paths.is_empty() {
            let _ = writeln!(out, "{} {title}:", counted(paths.len(), "snapshot"));
        }
        for path in paths {
            let _ = writeln!(out, "  {path}");
        }
    }
    out
}

fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_points_at_the_column() {
        assert_eq!(excerpt("a\n  bc d\n", 2, 3, 2), "    |\n  2 |   bc d\n    |   ^^\n");
        assert_eq!(excerpt("a\n", 9, 1, 1), "");
    }

    #[test]
    fn a_difference_shows_both_sides() {
        assert_eq!(render_diff("a\nb\n", "a\nc\n"), ["  a", "- b", "+ c"]);
    }
}
