//! Scenarios that must fail, and the report that each must give: `features/_failing/NAME.feature` and `NAME.report`.
//!
//! `INSTA_UPDATE=always cargo test --test failing` writes the reports anew.

use std::fs;
use std::path::{Path, PathBuf};

use seatrial::report::render_terminal;
use seatrial::runner::{Options, run};

const FOLDER: &str = "features/_failing";

fn files(extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER)).expect("the folder is there");
    let paths = entries.map(|it| it.expect("a readable entry").path());
    let mut paths: Vec<_> = paths.filter(|it| it.extension().is_some_and(|it| it == extension)).collect();
    paths.sort();
    paths
}

#[test]
fn every_failing_feature_gives_its_report() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let update = std::env::var("INSTA_UPDATE").is_ok_and(|it| it == "always");
    let mut wrong = Vec::new();
    for file in files("feature") {
        let name = file.strip_prefix(root).expect("it lies under the root").to_string_lossy().into_owned();
        let record = run(&Options::new(root, vec![name.clone()]));
        assert_ne!(record.exit_code(), 0, "{name} passes");
        let source = |path: &str| fs::read_to_string(root.join(path)).ok();
        let report = format!("{}exit code {}\n", render_terminal(&record, &source), record.exit_code());
        let golden = file.with_extension("report");
        if update {
            fs::write(&golden, &report).expect("the report can be written");
        } else if fs::read_to_string(&golden).unwrap_or_default() != report {
            wrong.push(format!("{name} gives another report:\n{report}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_report_is_left_over() {
    for report in files("report") {
        assert!(report.with_extension("feature").exists(), "{} has no feature", report.display());
    }
}

#[test]
fn every_exit_code_is_shown() {
    let reports: String = files("report").iter().filter_map(|it| fs::read_to_string(it).ok()).collect();
    for code in [1, 2, 3] {
        assert!(reports.contains(&format!("exit code {code}\n")), "no report ends with exit code {code}");
    }
}

#[test]
fn other_scenarios_still_run_beside_a_broken_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let paths = ["broken_gherkin.feature", "absent_object.feature"].map(|it| format!("{FOLDER}/{it}"));
    let record = run(&Options::new(root, paths.to_vec()));
    assert_eq!(record.errors.len(), 1);
    assert!(!record.scenarios.is_empty());
}

#[test]
fn the_command_ends_with_the_exit_code_of_the_worst_failure() {
    for (path, code) in [
        ("features/cluster/time.feature", 0),
        ("features/_failing/expectation.feature:3", 1),
        ("features/_failing/undefined_step.feature", 2),
        ("features/_failing/no_such.feature", 2),
        ("features/_failing/not_settled.feature", 3),
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_seatrial"));
        let output = command.args(["run", path]).env("CI", "true").current_dir(env!("CARGO_MANIFEST_DIR")).output();
        assert_eq!(output.expect("the command starts").status.code(), Some(code), "{path}");
    }
}
