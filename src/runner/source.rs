//! Finding and parsing feature files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cucumber::feature::Ext as _;
use cucumber::gherkin::{EnvError, Feature, GherkinEnv, ParseFileError};

use super::Options;
use crate::report::{Failure, Place, RunRecord};

/// What was found under the paths.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The features, outlines expanded, by path.
    pub features: Vec<Feature>,
    /// What is wrong with the others.
    pub errors: Vec<Failure>,
    /// Whether every path is a folder: then snapshots that no scenario looked at are orphans.
    pub whole: bool,
}

/// Finds and parses every feature that `options` name.
pub(super) fn load(options: &Options) -> Found {
    let mut found = Found { whole: true, ..Found::default() };
    let mut files: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
    for path in &options.paths {
        let (name, lines) = with_lines(path);
        let full = options.root.join(name);
        found.whole &= lines.is_empty() && full.is_dir();
        if !full.exists() {
            let help = "paths are relative to the folder that you are in";
            found.errors.push(Failure::scenario(format!("there is no file or folder {name:?}")).help(help));
        } else if full.is_dir() {
            for file in feature_files(&full, &mut found.errors) {
                files.entry(file).or_default();
            }
        } else {
            files.entry(full).or_default().extend(lines);
        }
    }
    for (file, lines) in files {
        match parse(options, &file) {
            Ok(mut feature) => {
                name_rows_apart(&mut feature);
                options.filter.apply(&mut feature, &lines);
                if !feature.scenarios.is_empty() || !feature.rules.is_empty() {
                    found.features.push(feature);
                }
            }
            Err(failure) => found.errors.push(failure),
        }
    }
    found
}

/// Splits `FILE:LINE` or `FILE:LINE:COLUMN`.
fn with_lines(path: &str) -> (&str, Vec<usize>) {
    let mut name = path;
    let mut numbers = Vec::new();
    while let Some((rest, number)) = name.rsplit_once(':') {
        let Ok(number) = number.parse() else {
            break;
        };
        numbers.insert(0, number);
        name = rest;
    }
    numbers.truncate(1);
    (name, numbers)
}

/// Every `*.feature` under `folder`, sorted; folders whose name begins with `_` or `.` are for other uses.
fn feature_files(folder: &Path, errors: &mut Vec<Failure>) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            errors.push(Failure::scenario(format!("cannot read {}: {error}", folder.display())));
            return out;
        }
    };
    let mut paths: Vec<_> = entries.filter_map(Result::ok).map(|it| it.path()).collect();
    paths.sort();
    for path in paths {
        let hidden = path.file_name().is_some_and(|it| it.to_string_lossy().starts_with(['_', '.']));
        if path.is_dir() {
            if !hidden {
                out.extend(feature_files(&path, errors));
            }
        } else if path.extension().is_some_and(|it| it == "feature") {
            out.push(path);
        }
    }
    out
}

/// A path as reports show it: relative to the root, with `/` between its parts.
pub(super) fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn parse(options: &Options, file: &Path) -> Result<Feature, Failure> {
    let path = shown(&options.root, file);
    let parsed = Feature::parse_path(file, GherkinEnv::default()).map_err(|error| parse_failure(&path, file, error))?;
    let text = std::fs::read_to_string(file).unwrap_or_default();
    if let Some(at) = uneven_row(&text) {
        return Err(uneven(&path, at));
    }
    parsed.expand_examples().map_err(|error| {
        let place = Place { path: path.clone(), line: error.pos.line, column: error.pos.col };
        Failure::scenario(format!("the examples have no column {:?}", error.name))
            .at(place)
            .help("name it in the header of the table, or take the `<..>` out of the step")
    })
}

fn parse_failure(path: &str, file: &Path, error: ParseFileError) -> Failure {
    match error {
        ParseFileError::Reading { source, .. } => Failure::scenario(format!("cannot read {path}: {source}")),
        ParseFileError::Parsing { error, source, .. } => {
            // The parser keeps its position to itself, and tells it only in its text: `Error at LINE:COLUMN: ..`.
            let told = source.to_string();
            let mut numbers = told.split(|c: char| !c.is_ascii_digit()).filter_map(|it| it.parse::<usize>().ok());
            let at = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1));
            let text = std::fs::read_to_string(file).unwrap_or_default();
            if let Some(at) = uneven_row(&text) {
                return uneven(path, at);
            }
            let (why, (line, column)) = explain(&text, error, at);
            Failure::scenario(format!("the feature does not parse: {why}"))
                .at(Place { path: path.to_owned(), line, column })
                .help(
                    "a file begins with `Feature:`, each of its scenarios with `Scenario:`, and every step with Given, When, \
                     Then, And or But",
                )
        }
    }
}

fn uneven(path: &str, (line, column): (usize, usize)) -> Failure {
    Failure::scenario("a row of the table has another number of cells than its header")
        .at(Place { path: path.to_owned(), line, column })
        .help("give it as many cells as the header; a `|` inside a cell is written `\\|`")
}

/// The first row of a table that is shorter or longer than the row above it. The parser lets some of them pass.
fn uneven_row(text: &str) -> Option<(usize, usize)> {
    let mut above = None;
    let mut quoted = false;
    for (i, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        quoted ^= trimmed.starts_with("\"\"\"") || trimmed.starts_with("```");
        if quoted || !trimmed.starts_with('|') {
            // A comment does not end a table.
            above = above.filter(|_| trimmed.starts_with('#'));
            continue;
        }
        let cells = trimmed.replace("\\\\", "").replace("\\|", "").matches('|').count();
        if above.is_some_and(|it| it != cells) {
            return Some((i + 1, line.len() - line.trim_start().len() + 1));
        }
        above = Some(cells);
    }
    None
}

/// What is wrong with the text of a feature, and where: the parser notices some things only lines later.
fn explain(text: &str, error: Option<EnvError>, at: (usize, usize)) -> (String, (usize, usize)) {
    let indent = |line: &str| line.len() - line.trim_start().len() + 1;
    match error {
        Some(EnvError::UnknownKeyword(word)) => {
            let found = text.lines().enumerate().find(|(_, line)| line.trim_start().starts_with(&word));
            let at = found.map_or(at, |(i, line)| (i + 1, indent(line)));
            (format!("no keyword begins with {word:?}"), at)
        }
        Some(other) => (other.to_string().trim_end_matches('.').to_owned(), at),
        None => ("a keyword, a step, a table or a text was expected".to_owned(), at),
    }
}

/// Gives the second scenario of a name a number, as the rows of an outline often share theirs: snapshots go by names.
fn name_rows_apart(feature: &mut Feature) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let scenarios = feature.scenarios.iter_mut().chain(feature.rules.iter_mut().flat_map(|it| &mut it.scenarios));
    for scenario in scenarios {
        let count = seen.entry(scenario.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            scenario.name = format!("{} ({count})", scenario.name);
        }
    }
}

/// The snapshot files under `snapshots/` of the features' folders that no scenario looked at.
pub(super) fn unreferenced(options: &Options, record: &RunRecord) -> Vec<String> {
    let seen: BTreeSet<&String> = record.scenarios.iter().flat_map(|it| &it.snapshots).collect();
    let failed = |path: &str| {
        // A scenario that ended early may have had snapshots still to come.
        record.scenarios.iter().filter(|it| it.failure().is_some() || it.skipped.is_some()).any(|it| {
            let prefix = crate::snapshot::SnapshotFile::new(Path::new(""), &it.place.path, &it.name, "");
            path.starts_with(prefix.path.to_string_lossy().trim_end_matches("snap").trim_end_matches('.'))
        })
    };
    let mut out = Vec::new();
    for path in &options.paths {
        let under = path.trim_end_matches('/').strip_prefix("features").unwrap_or(path).trim_start_matches('/');
        collect_snapshots(&options.root, &options.root.join("snapshots").join(under), &mut out);
    }
    out.sort();
    out.dedup();
    out.retain(|it| !seen.contains(it) && !failed(it));
    out
}

fn collect_snapshots(root: &Path, folder: &Path, out: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for path in entries.filter_map(Result::ok).map(|it| it.path()) {
        let hidden = path.file_name().is_some_and(|it| it.to_string_lossy().starts_with(['_', '.']));
        if path.is_dir() && !hidden {
            collect_snapshots(root, &path, out);
        } else if path.extension().is_some_and(|it| it == "snap") {
            out.push(shown(root, &path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uneven_row_is_found_outside_of_texts() {
        assert_eq!(uneven_row("  | a | b |\n  # why\n  | c |\n"), Some((3, 3)));
        assert_eq!(uneven_row("| a | b |\n| c \\| d | e |\n\n| f |\n"), None);
        assert_eq!(uneven_row("\"\"\"\n| a |\n| b | c |\n\"\"\"\n"), None);
    }

    #[test]
    fn a_path_may_name_a_line() {
        assert_eq!(with_lines("features/a.feature:12"), ("features/a.feature", vec![12]));
        assert_eq!(with_lines("features/a.feature:12:5"), ("features/a.feature", vec![12]));
        assert_eq!(with_lines("features"), ("features", vec![]));
    }
}
