//! `seatrial run`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::object::Release;
use crate::report::{Failure, RunRecord, render_json, render_junit, render_summary, render_terminal};
use crate::runner::{self, Filter, Options};
use crate::snapshot::SnapshotMode;
use crate::snapshot::assert::write_whole;

/// The arguments of `seatrial run`.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct RunArguments {
    /// Feature files, folders of them, or FILE:LINE for one scenario. Folders whose name begins with `_` are left out.
    #[arg(default_value = "features")]
    paths: Vec<String>,
    /// Play only scenarios whose tags match, such as `@job and not @slow`.
    #[arg(long, short, value_name = "EXPR")]
    tags: Option<String>,
    /// Play only scenarios whose name matches.
    #[arg(long, short, value_name = "REGEX")]
    name: Option<String>,
    /// How many threads play; as many as there are processors unless said.
    #[arg(long, short, value_name = "N")]
    jobs: Option<usize>,
    /// Write a JUnit report.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write a JSON report.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Print only failures and the summary.
    #[arg(long, short)]
    quiet: bool,
    /// The release of Kubernetes whose API clusters have when their scenario does not say, from 1.20 on.
    #[arg(long, value_name = "1.N")]
    kubernetes: Option<Release>,
    /// Play in an order that follows from this seed; no result depends on it.
    #[arg(long, value_name = "SEED")]
    shuffle: Option<u64>,
    /// How many scenarios of a feature play side by side.
    #[arg(long, value_name = "N", default_value_t = 64, hide = true)]
    concurrency: usize,
    /// Write the running hash of (time, action) of every scenario.
    #[arg(long, value_name = "FILE", hide = true)]
    digest: Option<PathBuf>,
}

/// Plays, reports, and says how it went.
pub(super) fn run(arguments: &RunArguments) -> ExitCode {
    let root = std::env::current_dir().unwrap_or_default();
    let options = match options(&root, arguments) {
        Ok(options) => options,
        Err(failure) => {
            let record = RunRecord { errors: vec![failure], ..RunRecord::default() };
            super::print(&render_terminal(&record, &|_| None));
            return ExitCode::from(record.exit_code());
        }
    };
    let began = stopwatch();
    let record = runner::run(&options);
    let took = began();
    let source = |path: &str| std::fs::read_to_string(root.join(path)).ok();
    let report = if arguments.quiet { render_quiet(&record, &source) } else { render_terminal(&record, &source) };
    super::print(&report);
    super::print(&format!("in {took}\n"));
    match write_reports(arguments, &record, &source) {
        Ok(()) => ExitCode::from(record.exit_code()),
        Err(message) => {
            super::print(&format!("{message}\n"));
            ExitCode::from(record.exit_code().max(2))
        }
    }
}

fn options(root: &Path, arguments: &RunArguments) -> Result<Options, Failure> {
    let variable = |name: &str| std::env::var(name).ok();
    let (update, ci) = (variable("INSTA_UPDATE"), variable("CI"));
    let snapshots = SnapshotMode::from_settings(update.as_deref(), ci.as_deref()).map_err(Failure::scenario)?;
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(Options {
        filter: Filter::new(arguments.tags.as_deref(), arguments.name.as_deref())?,
        snapshots,
        threads: arguments.jobs.unwrap_or(processors),
        concurrency: arguments.concurrency,
        release: arguments.kubernetes.unwrap_or_default(),
        shuffle: arguments.shuffle,
        ..Options::new(root, arguments.paths.clone())
    })
}

fn render_quiet(record: &RunRecord, source: &dyn Fn(&str) -> Option<String>) -> String {
    if record.worst().is_none() {
        return render_summary(record);
    }
    let failing = record.scenarios.iter().filter(|it| it.failure().is_some()).cloned().collect();
    let only = RunRecord { scenarios: failing, errors: record.errors.clone(), ..RunRecord::default() };
    let report = render_terminal(&only, source);
    let body = report.strip_suffix(&render_summary(&only)).unwrap_or(&report).to_owned();
    body + &render_summary(record)
}

/// Starts a stopwatch; what it returns reads it.
#[expect(clippy::disallowed_types, reason = "people want to know how long they waited; nothing else does")]
fn stopwatch() -> impl Fn() -> String {
    let began = std::time::Instant::now();
    move || format!("{:.2} s", began.elapsed().as_secs_f64())
}

fn write_reports(
    arguments: &RunArguments,
    record: &RunRecord,
    source: &dyn Fn(&str) -> Option<String>,
) -> Result<(), String> {
    let write = |path: &Option<PathBuf>, text: &dyn Fn() -> String| match path {
        None => Ok(()),
        Some(path) => {
            write_whole(path, text().as_bytes()).map_err(|it| format!("cannot write {}: {it}", path.display()))
        }
    };
    write(&arguments.junit, &|| render_junit(record, source))?;
    write(&arguments.json, &|| render_json(record))?;
    write(&arguments.digest, &|| render_digests(record))
}

fn render_digests(record: &RunRecord) -> String {
    let mut out = String::new();
    for it in &record.scenarios {
        let _ = writeln!(out, "{:016x} {} {} {}", it.digest, it.entries, it.place, it.name);
    }
    out
}

/// Plays the features at `path` as a test of a crate, with the arguments of `seatrial run`: the whole of a `[[test]]`
/// target with `harness = false`. What cargo passes to every test binary is understood as well.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     seatrial::run("features")
/// }
/// ```
pub fn play_for_tests(path: &str) -> ExitCode {
    let mut arguments = <TestArguments as clap::Parser>::parse();
    if arguments.list {
        return ExitCode::SUCCESS;
    }
    let run = &mut arguments.run;
    // `cargo test WORD` hands the word to every test binary: it chooses scenarios by name unless it is a path.
    if let [word] = run.paths.as_slice()
        && word != "features"
        && !word.contains(['/', ':'])
        && !Path::new(word).exists()
    {
        run.name = Some(word.clone());
        run.paths = vec!["features".to_owned()];
    }
    if run.paths == ["features"] {
        run.paths = vec![path.to_owned()];
    }
    self::run(run)
}

/// `seatrial run` without its name, and the flags of libtest that make no difference here.
#[derive(Debug, clap::Parser)]
struct TestArguments {
    #[command(flatten)]
    run: RunArguments,
    #[arg(long, hide = true)]
    list: bool,
    #[arg(long, hide = true, alias = "no-capture")]
    nocapture: bool,
    #[arg(long, hide = true)]
    show_output: bool,
    #[arg(long, hide = true)]
    exact: bool,
    #[arg(long, hide = true)]
    ignored: bool,
    #[arg(long, hide = true)]
    include_ignored: bool,
    #[arg(long, hide = true, value_name = "N")]
    test_threads: Option<usize>,
    #[arg(long, hide = true, value_name = "FORMAT")]
    format: Option<String>,
    #[arg(long, hide = true, value_name = "WHEN")]
    color: Option<String>,
}
