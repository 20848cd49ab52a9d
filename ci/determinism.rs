//! Plays every feature twice, in two processes that differ in threads, order and the seeds of their hash maps, and compares
//! every byte: the snapshots, and the running hash of (time, action) of every scenario.
#![expect(clippy::print_stderr, reason = "what is played again says why")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Copies a folder; scenarios read nothing else.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder can be made");
    for entry in fs::read_dir(from).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let target = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("the file can be copied");
        }
    }
}

/// Every file under `folder` with its content, by path.
fn contents(folder: &Path, under: &Path, out: &mut BTreeMap<PathBuf, String>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.map(|it| it.expect("a readable entry").path()) {
        if path.is_dir() {
            contents(&path, under, out);
        } else {
            let name = path.strip_prefix(under).expect("it lies under it").to_owned();
            out.insert(name, fs::read_to_string(&path).expect("a text"));
        }
    }
}

/// Plays the scenarios with these tags in a fresh copy, and returns everything written: snapshots, digests and the JSON report.
fn play(tags: &str, arguments: &[&str]) -> BTreeMap<PathBuf, String> {
    let root = tempfile::tempdir().expect("a temporary folder");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("features"), &root.path().join("features"));
    let output = Command::new(env!("CARGO_BIN_EXE_seatrial"))
        .args(["run", "--tags", tags])
        .args(["--digest", "written/digests", "--json", "written/report.json"])
        .args(arguments)
        .current_dir(root.path())
        .env("INSTA_UPDATE", "always")
        .output()
        .expect("the command starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let mut out = BTreeMap::new();
    for folder in ["snapshots", "written"] {
        contents(&root.path().join(folder), root.path(), &mut out);
    }
    assert!(out.keys().any(|it| it.ends_with("digests")), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    out
}

/// The first line in which two texts differ, as both have it; nothing when they are the same. A whole text is too long to
/// be found in what CI prints.
fn first_difference(one: &str, other: &str) -> Option<String> {
    if one == other {
        return None;
    }
    let same = one.lines().zip(other.lines()).take_while(|(left, right)| left == right).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(the end)").chars().take(400).collect::<String>();
    Some(format!("line {}\n  one:   {}\n  other: {}", same + 1, line(one), line(other)))
}

/// In what two plays differ, a line each; none of them may be empty.
fn differences(one: &BTreeMap<PathBuf, String>, other: &BTreeMap<PathBuf, String>) -> Vec<String> {
    let digests = one.iter().find(|(path, _)| path.ends_with("digests")).map(|(_, text)| text.lines().count());
    assert!(digests.is_some_and(|it| it > 0), "some scenario was played");
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "the same files are written");
    one.iter()
        .filter_map(|(path, text)| Some(format!("{}: {}", path.display(), first_difference(text, &other[path])?)))
        .collect()
}

#[test]
fn order_threads_and_hash_seeds_change_no_byte() {
    let play = |arguments: &[&str]| play("not @kubectl", arguments);
    let one = play(&["--jobs", "1", "--concurrency", "1"]);
    let other = play(&["--jobs", "4", "--concurrency", "64", "--shuffle", "7"]);
    let found = differences(&one, &other);
    assert!(found.is_empty(), "{} files differ:\n{}", found.len(), found.join("\n"));
}

/// A kubectl is a program of its own that works by the machine's clock. One that the machine holds up for long, between two
/// requests, is taken to wait; so a difference counts when it shows a second time. What kubectl writes by that clock, or
/// draws by chance, is not compared at all.
#[test]
fn scenarios_that_run_kubectl_give_the_same_bytes_again() {
    if Command::new("kubectl").args(["version", "--client"]).output().is_err() {
        return;
    }
    let play = |arguments: &[&str]| play("@kubectl and not @wall-clock", arguments);
    let compare = || {
        let one = play(&["--jobs", "1", "--concurrency", "4"]);
        differences(&one, &play(&["--jobs", "2", "--concurrency", "8", "--shuffle", "7"]))
    };
    let found = compare();
    if found.is_empty() {
        return;
    }
    eprintln!("played again, because {} files differ:\n{}", found.len(), found.join("\n"));
    let again = compare();
    assert!(again.is_empty(), "{} files differ again:\n{}", again.len(), again.join("\n"));
}
