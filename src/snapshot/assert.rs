//! Comparing a text with the snapshot that was accepted, in insta's files and by insta's rules.
//!
//! Files are written to a temporary one beside them and renamed, so that none is ever lost or half-written.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// What becomes of snapshots that are new or differ: the values of `INSTA_UPDATE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotMode {
    /// Nothing is written (`no`, and `auto` in CI).
    Check,
    /// New and changed ones are written for review (`new`, and `auto` elsewhere).
    Review,
    /// New ones are accepted, changed ones are written for review (`unseen`).
    Unseen,
    /// All are accepted (`always`, `force`).
    Accept,
}

impl SnapshotMode {
    /// The mode that the values of `INSTA_UPDATE` and `CI` ask for.
    ///
    /// # Errors
    /// The value of `INSTA_UPDATE` when insta knows none such.
    pub fn from_settings(update: Option<&str>, ci: Option<&str>) -> Result<Self, String> {
        let in_ci = ci.is_some_and(|it| !it.is_empty() && it != "false" && it != "0");
        match update.unwrap_or("auto") {
            "" | "auto" if in_ci => Ok(SnapshotMode::Check),
            "" | "auto" | "new" => Ok(SnapshotMode::Review),
            "always" | "force" => Ok(SnapshotMode::Accept),
            "unseen" => Ok(SnapshotMode::Unseen),
            "no" => Ok(SnapshotMode::Check),
            other => Err(format!("INSTA_UPDATE={other:?} is none of auto, new, always, unseen, no, force")),
        }
    }
}

/// Where a snapshot lives, and what is said of it in its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotFile {
    /// The accepted file.
    pub path: PathBuf,
    /// The feature file, relative to the project's root.
    pub feature: String,
    /// What it shows: the scenario and the label.
    pub description: String,
}

/// What a comparison came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is as accepted.
    Same,
    /// It was accepted just now.
    Accepted,
    /// There is no accepted one; whether this one was written for review.
    New {
        /// Whether a file was written.
        written: bool,
    },
    /// It differs from the accepted one.
    Different {
        /// The accepted text.
        accepted: String,
        /// Whether a file was written.
        written: bool,
    },
}

/// Makes a part of a file name of a scenario's name or a label.
pub fn file_name_part(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

impl SnapshotFile {
    /// The file of `label` in `scenario` of `feature`, which is relative to `root`.
    pub fn new(root: &Path, feature: &str, scenario: &str, label: &str) -> Self {
        let behaviour = feature.strip_prefix("features/").unwrap_or(feature);
        let behaviour = behaviour.strip_suffix(".feature").unwrap_or(behaviour);
        // A feature may lie elsewhere; its snapshots never do.
        let parts = Path::new(behaviour).components();
        let behaviour: PathBuf = parts.filter(|it| matches!(it, std::path::Component::Normal(_))).collect();
        let name = format!("{}.{}.snap", file_name_part(scenario), file_name_part(label));
        SnapshotFile {
            path: root.join("snapshots").join(behaviour).join(name),
            feature: feature.to_owned(),
            description: format!("{scenario}: {label}"),
        }
    }

    /// Where it waits for review.
    pub fn pending(&self) -> PathBuf {
        self.path.with_extension("snap.new")
    }

    /// Compares `text` with what was accepted, and writes what `mode` asks for.
    ///
    /// # Errors
    /// When a file cannot be read or written, in words that name it.
    pub fn check(&self, text: &str, mode: SnapshotMode) -> Result<Verdict, String> {
        let accepted = self.accepted()?;
        match &accepted {
            Some(accepted) if accepted.trim_end() == text.trim_end() => {
                if mode != SnapshotMode::Check {
                    remove(&self.pending())?;
                }
                return Ok(Verdict::Same);
            }
            _ => {}
        }
        let accept = mode == SnapshotMode::Accept || (mode == SnapshotMode::Unseen && accepted.is_none());
        if accept {
            self.write(&self.path, text)?;
            remove(&self.pending())?;
            return Ok(Verdict::Accepted);
        }
        let written = mode != SnapshotMode::Check;
        if written {
            self.write(&self.pending(), text)?;
        }
        Ok(match accepted {
            Some(accepted) => Verdict::Different { accepted, written },
            None => Verdict::New { written },
        })
    }

    fn accepted(&self) -> Result<Option<String>, String> {
        if !self.path.exists() {
            return Ok(None);
        }
        let snapshot = insta::Snapshot::from_file(&self.path)
            .map_err(|error| format!("cannot read the snapshot {}: {error}", self.path.display()))?;
        let text = snapshot.as_text().map(ToString::to_string);
        text.map(Some).ok_or_else(|| format!("the snapshot {} is not a text", self.path.display()))
    }

    fn write(&self, path: &Path, text: &str) -> Result<(), String> {
        let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
        // A plain path is written as insta writes it, so that accepting a snapshot changes no line but its text.
        let is_plain = self.feature.starts_with(|c: char| c.is_ascii_alphabetic())
            && self.feature.chars().all(|c| c.is_ascii_alphanumeric() || "/_.-".contains(c));
        let source = if is_plain { self.feature.clone() } else { quoted(&self.feature) };
        let content = format!(
            "---\nsource: {}\ndescription: {}\ninput_file: {}\n---\n{}\n",
            source,
            quoted(&self.description),
            source,
            text.trim_end()
        );
        write_whole(path, content.as_bytes()).map_err(|error| format!("cannot write {}: {error}", path.display()))
    }
}

fn remove(path: &Path) -> Result<(), String> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Writes a file so that it is either there in full or as it was.
///
/// # Errors
/// When the folder cannot be made or the file not written.
pub fn write_whole(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".writing-");
    // A temporary file is private to its user; what it becomes is as readable as any other file.
    #[cfg(unix)]
    builder.permissions(<std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_data()?;
    file.persist(path).map(|_| ()).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(root: &Path) -> SnapshotFile {
        SnapshotFile::new(root, "features/job/batches.feature", "Eight, two at a time", "after one batch")
    }

    #[test]
    fn a_snapshot_lies_under_its_feature() {
        let path = file(Path::new("/r")).path;
        assert_eq!(path, Path::new("/r/snapshots/job/batches/eight-two-at-a-time.after-one-batch.snap"));
    }

    #[test]
    fn in_ci_nothing_is_written() {
        assert_eq!(SnapshotMode::from_settings(None, Some("true")), Ok(SnapshotMode::Check));
        assert_eq!(SnapshotMode::from_settings(None, None), Ok(SnapshotMode::Review));
        assert_eq!(SnapshotMode::from_settings(Some("always"), Some("true")), Ok(SnapshotMode::Accept));
        assert!(SnapshotMode::from_settings(Some("perhaps"), None).is_err());
        let root = tempfile::tempdir().expect("a temporary folder");
        let file = file(root.path());
        assert_eq!(file.check("a\n", SnapshotMode::Check), Ok(Verdict::New { written: false }));
        assert!(!root.path().join("snapshots").exists());
    }

    #[test]
    fn a_new_snapshot_waits_for_review_and_a_changed_one_too() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let file = file(root.path());
        assert_eq!(file.check("a\nb\n", SnapshotMode::Review), Ok(Verdict::New { written: true }));
        assert!(file.pending().exists() && !file.path.exists());
        assert_eq!(file.check("a\nb\n", SnapshotMode::Accept), Ok(Verdict::Accepted));
        assert!(!file.pending().exists());
        assert_eq!(file.check("a\nb\n", SnapshotMode::Review), Ok(Verdict::Same));
        let accepted = "a\nb".to_owned();
        assert_eq!(file.check("a\nc\n", SnapshotMode::Review), Ok(Verdict::Different { accepted, written: true }));
        assert_eq!(file.check("a\nb\n", SnapshotMode::Review), Ok(Verdict::Same));
        assert!(!file.pending().exists(), "what was to be reviewed is gone");
    }
}
