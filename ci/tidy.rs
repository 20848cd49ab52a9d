//! The house rules as tests: sizes, layers, names, and what must never appear below the stage.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const FILE_LINES: usize = 800;
const FUNCTION_LINES: usize = 70;

/// Each top-level module and its level: a module imports only from lower levels and from its own.
const LEVELS: &[(&str, u8)] = &[
    ("object", 0),
    ("clock", 0),
    ("store", 1),
    ("api", 2),
    ("controllers", 2),
    ("scheduler", 2),
    ("kubelet", 2),
    ("sim", 3),
    ("snapshot", 3),
    ("stage", 4),
    ("world", 4),
    ("steps", 4),
    ("report", 4),
    ("runner", 4),
    ("cli", 5),
    ("main", 5),
];

/// The lowest level that may be asynchronous and touch files, the environment and the terminal.
const STAGE: u8 = 4;

/// Files below the stage that touch files all the same, each with the reason that ARCHITECTURE.md gives.
const MAY_TOUCH_FILES: &[&str] = &["src/snapshot/assert.rs"];

/// What must not appear in the engine, and what to use instead.
const BANNED_IN_ENGINE: &[(&str, &str)] = &[
    ("async fn", "a synchronous function: the stage is where waiting begins"),
    (".await", "a synchronous call: the stage is where waiting begins"),
    ("std::fs", "text that the stage has read"),
    ("std::env", "an option that the command line has read"),
    ("std::thread", "the timeline"),
    ("thread_local!", "a field of the cluster"),
    ("SystemTime", "clock::Time"),
    ("Instant::now", "clock::Time"),
];

const BANNED_NAMES: &[&str] = &["utils", "util", "helpers", "common", "manager", "misc"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<(String, String)> {
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a source file is UTF-8 text");
        (relative(&path), text)
    };
    let found: Vec<_> = ["src", "ci", "benches"].iter().flat_map(|it| files_below(it, "rs")).map(read).collect();
    assert!(found.len() > 20, "the sources were not found");
    found
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn level_of(module: &str) -> Option<u8> {
    LEVELS.iter().find(|(name, _)| *name == module).map(|(_, level)| *level)
}

fn module_of(file: &str) -> Option<&str> {
    let inner = file.strip_prefix("src/")?;
    Some(inner.split('/').next().unwrap_or(inner).trim_end_matches(".rs"))
}

fn report(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// The line and the length of each function of a file: rustfmt puts the closing brace under the `fn`.
fn functions(text: &str) -> Vec<(usize, usize)> {
    let lines: Vec<_> = text.lines().collect();
    let starts = [
        "fn ",
        "pub fn ",
        "async fn ",
        "pub async fn ",
        "pub(crate) fn ",
        "pub(super) fn ",
        "const fn ",
        "pub const fn ",
    ];
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        if !starts.iter().any(|it| code.starts_with(it)) || code.ends_with(';') || code.ends_with('}') {
            continue;
        }
        let closing = format!("{}}}", " ".repeat(line.len() - code.len()));
        if let Some(length) = lines[start..].iter().position(|it| *it == closing) {
            found.push((start + 1, length + 1));
        }
    }
    found
}

#[test]
fn files_and_functions_are_small() {
    let mut complaints = Vec::new();
    for (file, text) in sources() {
        let lines = text.lines().count();
        if lines > FILE_LINES {
            complaints.push(format!("{file}: {lines} lines, the limit is {FILE_LINES}: split it by concept"));
        }
        for (line, length) in functions(&text) {
            if length > FUNCTION_LINES {
                complaints.push(format!("{file}:{line}: a function of {length} lines, the limit is {FUNCTION_LINES}"));
            }
        }
    }
    report(&complaints);
}

#[test]
fn modules_import_only_from_lower_levels() {
    let mut complaints = Vec::new();
    for (file, text) in sources() {
        let Some(module) = module_of(&file).filter(|it| *it != "lib") else { continue };
        let Some(level) = level_of(module) else {
            complaints.push(format!("{file}: module {module} has no level: give it one here and in ARCHITECTURE.md"));
            continue;
        };
        if is_test(&file) {
            continue;
        }
        for (number, line) in engine_lines(&text) {
            for (at, _) in line.match_indices("crate::") {
                let target: String = line[at + 7..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if level_of(&target).is_some_and(|it| it > level) {
                    complaints.push(format!("{file}:{number}: {module} (level {level}) imports the higher {target}"));
                }
            }
        }
    }
    report(&complaints);
}

fn is_test(file: &str) -> bool {
    file.ends_with("tests.rs") || file.contains("/tests/")
}

/// The lines before the file's unit tests, which may reach up to build a whole cluster; comments are left out.
fn engine_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(i, line)| (i + 1, line))
}

#[test]
fn the_engine_neither_waits_nor_touches_the_machine() {
    let mut complaints = Vec::new();
    for (file, text) in sources() {
        let Some(level) = module_of(&file).and_then(level_of) else { continue };
        if level >= STAGE || is_test(&file) || MAY_TOUCH_FILES.contains(&file.as_str()) {
            continue;
        }
        for (number, line) in engine_lines(&text) {
            for (banned, instead) in BANNED_IN_ENGINE {
                if line.contains(banned) {
                    complaints.push(format!("{file}:{number}: error: {banned} is banned in the engine, use {instead}"));
                }
            }
        }
    }
    report(&complaints);
}

#[test]
fn every_file_says_what_it_is_and_has_a_name_that_means_something() {
    let mut complaints = Vec::new();
    for (file, text) in sources() {
        if !text.starts_with("//!") {
            complaints.push(format!("{file}: the first line must be a `//!` that says what the file is"));
        }
        let stem = Path::new(&file).file_stem().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        if BANNED_NAMES.contains(&stem.as_str()) {
            complaints.push(format!("{file}: {stem} says nothing: name the file after its concept"));
        }
        if text.lines().any(|line| line.ends_with(' ')) || !text.ends_with('\n') || text.ends_with("\n\n") {
            complaints.push(format!("{file}: trailing white space, or not exactly one line end at the end"));
        }
    }
    report(&complaints);
}

#[test]
fn every_snapshot_belongs_to_a_feature() {
    let mut complaints = Vec::new();
    for path in files_below("snapshots", "snap") {
        let folder = path.parent().map(relative).unwrap_or_default();
        let feature = folder.replacen("snapshots/", "features/", 1) + ".feature";
        if !root().join(&feature).is_file() {
            complaints.push(format!("{}: there is no {feature}", relative(&path)));
        }
    }
    report(&complaints);
}

#[test]
fn dependencies_come_from_the_registry_under_permissive_licences() {
    let output = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let policy = fs::read_to_string(root().join("deny.toml")).expect("deny.toml is there");
    let allowed: Vec<_> = policy.lines().filter_map(|it| it.trim().strip_prefix('"')?.strip_suffix("\",")).collect();
    assert!(allowed.contains(&"MIT"), "deny.toml was not understood");
    let mut complaints = Vec::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().unwrap_or_default();
        if package["source"].as_str().is_some_and(|it| !it.starts_with("registry+")) {
            complaints.push(format!("{name}: comes from {}", package["source"]));
        }
        let licence = package["license"].as_str().unwrap_or_default();
        if !is_allowed(licence, &allowed) {
            complaints.push(format!("{name}: licence {licence:?} is not in deny.toml"));
        }
    }
    report(&complaints);
}

/// Whether an SPDX expression can be met by the allowed licences: every `AND` part by some `OR` part.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let flat = expression.replace(['(', ')'], "").replace('/', " OR ");
    let met = |part: &str| part.split(" OR ").any(|it| allowed.contains(&it.trim()));
    !flat.is_empty() && flat.split(" AND ").all(met)
}

#[test]
fn a_licence_expression_needs_every_and_and_one_or() {
    let allowed = ["MIT", "ISC"];
    let table = BTreeMap::from([
        ("MIT OR Apache-2.0", true),
        ("GPL-3.0", false),
        ("ISC AND (MIT OR GPL-3.0)", true),
        ("MIT AND GPL-3.0", false),
        ("", false),
    ]);
    for (expression, want) in table {
        assert_eq!(is_allowed(expression, &allowed), want, "{expression}");
    }
}

#[test]
fn a_long_function_is_seen() {
    let long = format!("fn long() {{\n{}}}\n", "    work();\n".repeat(80));
    assert_eq!(functions(&long), [(1, 82)]);
}

#[test]
fn the_readme_shows_a_feature_that_is_played() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md is there");
    let feature = fs::read_to_string(root().join("features/rehearsal.feature")).expect("the feature is there");
    assert!(readme.contains(feature.trim_end()), "README.md and features/rehearsal.feature differ");
}
