//! The words of one step, read.

use std::collections::BTreeMap;

use cucumber::gherkin;
use cucumber::step::Context;

use super::Result;
use super::pattern::parse_duration;
use crate::clock::Span;
use crate::report::Failure;

/// The words that a step's pattern matched, and what is written under it.
#[derive(Clone, Debug)]
pub struct Args {
    named: BTreeMap<String, String>,
    /// The step as it stands in the feature.
    pub step: gherkin::Step,
}

impl Args {
    /// The arguments of a matched step.
    pub fn new(context: Context) -> Self {
        let named = context.matches.into_iter().filter_map(|(name, text)| Some((name?, text)));
        Args { named: named.filter(|(_, text)| !text.is_empty()).collect(), step: context.step }
    }

    /// The words under `name`, or `""` when that part of the pattern is absent.
    pub fn word(&self, name: &str) -> &str {
        self.named.get(name).map_or("", String::as_str)
    }

    /// The words under `name`, if that part of the pattern is there.
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.named.get(name).map(String::as_str)
    }

    /// The text under `name` without its quotes.
    pub fn text(&self, name: &str) -> &str {
        unquoted(self.word(name))
    }

    /// The number under `name`: digits, or a word up to ten.
    ///
    /// # Errors
    /// When it is too large to count.
    pub fn count(&self, name: &str) -> Result<usize> {
        const WORDS: [&str; 11] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
        let word = self.word(name);
        let number = WORDS.iter().position(|it| *it == word).or_else(|| word.parse().ok());
        number.ok_or_else(|| Failure::scenario(format!("{word:?} is no number that can be counted to")))
    }

    /// The duration under `name`.
    ///
    /// # Errors
    /// When it is none.
    pub fn duration(&self, name: &str) -> Result<Span> {
        let word = self.word(name);
        parse_duration(word).ok_or_else(|| {
            Failure::scenario(format!("{word:?} is no duration")).help("write it as `90 seconds`, `2m30s` or `1 hour`")
        })
    }

    /// The docstring under the step.
    ///
    /// # Errors
    /// When there is none.
    pub fn docstring(&self) -> Result<String> {
        let missing = || Failure::scenario("the step needs a text under it, between two lines of `\"\"\"`");
        let text = self.step.docstring.as_deref().ok_or_else(missing)?;
        // The first line is what follows the opening quotes: nothing, or the type of the text.
        Ok(dedented(text.split_once('\n').map_or("", |(_, rest)| rest)))
    }

    /// The header and the rows of the table under the step.
    ///
    /// # Errors
    /// When there is none.
    pub fn table(&self) -> Result<(&[String], &[Vec<String>])> {
        let rows = self.step.table.as_ref().map_or(&[] as &[Vec<String>], |table| &table.rows);
        match rows.split_first() {
            Some((header, rows)) => Ok((header, rows)),
            None => Err(Failure::scenario("the step needs a table under it").help("begin each line with `|`")),
        }
    }
}

/// `text` without the indentation that all its lines share.
fn dedented(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let shared = text.lines().filter(|it| !it.trim().is_empty()).map(indent).min().unwrap_or(0);
    text.lines().map(|line| format!("{}\n", line.get(shared..).unwrap_or_default().trim_end())).collect()
}

/// `text` without the double quotes around it, if there are any.
pub fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(text)
}
