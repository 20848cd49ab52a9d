//! The catalogue of steps for people, and the nearest known ones to a step that is unknown.

use std::fmt::Write as _;

use super::{CHAPTERS, all};
use crate::report::Failure;

/// Every step with its sentence and example, as Markdown.
pub fn render_catalogue() -> String {
    let mut out = String::from(
        "# Steps\n\n\
         What a scenario can say. `{count}`, `{duration}` and `{object}` stand for words of that kind: a number, a time\n\
         as people write it (`90 seconds`, `2m30s`), and `kind/name`, which may have `in namespace NAME` after it and may\n\
         be `the pod of KIND/NAME on NODE`. Parts in parentheses may be left out; `<a|b>` is a choice. Every step may\n\
         follow any keyword. This page is printed by `seatrial steps`.\n",
    );
    for (title, steps) in CHAPTERS {
        let _ = write!(out, "\n## {title}\n");
        for step in *steps {
            let doc = step.doc.split_whitespace().collect::<Vec<_>>().join(" ");
            let _ =
                write!(out, "\n### {} {}\n\n{doc}\n\n```gherkin\n{}\n```\n", step.keyword, step.pattern, step.example);
        }
    }
    out
}

/// The known steps that are most like `text`, the nearest first.
pub fn nearest(text: &str) -> Vec<String> {
    let words = plain(text);
    let mut scored: Vec<_> = all()
        .map(|step| {
            let example = step.example.lines().next().unwrap_or_default();
            let example = example.split_once(' ').map_or(example, |(_, rest)| rest);
            let score =
                strsim::sorensen_dice(&words, &plain(example)).max(strsim::sorensen_dice(&words, &plain(step.pattern)));
            (score, format!("{} {example}", step.keyword))
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    scored.into_iter().take(3).filter(|(score, _)| *score > 0.3).map(|(_, step)| step).collect()
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect()
}

/// The failure of a step that nobody knows.
pub fn undefined(text: &str) -> Failure {
    let near = nearest(text);
    let failure = Failure::scenario(format!("no step is written as {text:?}"));
    match near.as_slice() {
        [] => failure.help("`seatrial steps` prints every step"),
        near => {
            failure.help(format!("the nearest steps are\n  {}\n`seatrial steps` prints every step", near.join("\n  ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_matched_by_its_step_and_by_no_other() {
        for step in all() {
            let line = step.example.lines().next().unwrap_or_default();
            let text = line.split_once(' ').map_or(line, |(_, rest)| rest);
            let matching = crate::steps::compiled().iter().filter(|(regex, _)| regex.is_match(text));
            let matching: Vec<_> = matching.map(|(_, step)| *step).collect();
            assert_eq!(matching.len(), 1, "{text}: {matching:?}");
            assert_eq!(matching[0].pattern, step.pattern, "{text}");
        }
    }

    #[test]
    fn the_page_of_steps_is_what_the_command_prints() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/STEPS.md")).unwrap_or_default();
        assert!(page == render_catalogue(), "write it anew: cargo run -- steps > STEPS.md");
    }

    #[test]
    fn an_unknown_step_names_the_nearest() {
        assert_eq!(nearest("a cluster of 3 nodes")[0], "Given a cluster with 3 nodes");
        assert!(nearest("the moon is full of cheese and wine xyzzy").len() <= 3);
    }
}
