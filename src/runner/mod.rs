//! Plays features: finds and parses them, plays every scenario on a cluster of its own, and records what became of each.
//!
//! Features are shared out among threads, and the scenarios of a feature play side by side on one. No thread and no order
//! reaches a cluster, so neither changes a byte of a result.

mod listen;
mod play;
mod select;
mod skip;
mod source;

use std::path::PathBuf;

pub use select::Filter;

use crate::object::Release;
use crate::report::{Failure, RunRecord};
use crate::snapshot::SnapshotMode;

/// What to play, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The project's root; paths are relative to it, and `snapshots/` lies under it.
    pub root: PathBuf,
    /// Feature files, folders of them, or `FILE:LINE` for one scenario.
    pub paths: Vec<String>,
    /// Which scenarios to play.
    pub filter: Filter,
    /// What becomes of snapshots that are new or differ.
    pub snapshots: SnapshotMode,
    /// How many threads play.
    pub threads: usize,
    /// How many scenarios of a feature play side by side.
    pub concurrency: usize,
    /// Which release of Kubernetes a cluster is when its scenario does not say.
    pub release: Release,
    /// Shuffles the order of features and scenarios.
    pub shuffle: Option<u64>,
    /// Whether there is a kubectl to run: scenarios tagged `@kubectl` are skipped without one.
    pub kubectl: bool,
}

impl Options {
    /// Every scenario under `paths`, with nothing written.
    pub fn new(root: impl Into<PathBuf>, paths: Vec<String>) -> Self {
        Options {
            root: root.into(),
            paths,
            filter: Filter::default(),
            snapshots: SnapshotMode::Check,
            threads: 1,
            concurrency: 64,
            release: Release::LATEST,
            shuffle: None,
            kubectl: skip::has_program("kubectl"),
        }
    }
}

/// Plays what `options` say. Files that cannot be played are errors of the record; everything else still plays.
pub fn run(options: &Options) -> RunRecord {
    let mut found = source::load(options);
    let mut record = RunRecord { features: found.features.len(), ..RunRecord::default() };
    record.errors.append(&mut found.errors);
    if found.features.is_empty() && record.errors.is_empty() {
        let message = format!("there is no feature under {}", options.paths.join(", "));
        record.errors.push(Failure::scenario(message).help("name files or folders of *.feature files"));
    }
    if let Some(seed) = options.shuffle {
        select::shuffle(&mut found.features, seed);
    }
    let played = play::play(options, found.features);
    record.scenarios = played.scenarios;
    record.scenarios.sort_by(|a, b| a.place.cmp(&b.place).then_with(|| a.name.cmp(&b.name)));
    record.pending = played.pending;
    record.pending.sort();
    if options.filter.is_everything() && found.whole {
        record.unreferenced = source::unreferenced(options, &record);
    }
    record
}
