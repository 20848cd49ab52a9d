//! The files of a container, in memory: enough for scripts that leave marks for each other and for probes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::clock::Time;
use crate::object::Str;

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A folder.
    Folder,
    /// A file, with its text and when that changed last.
    File(Arc<str>, Time),
}

/// A tree of files. Cloning it shares everything.
#[derive(Clone, Debug)]
pub struct Files {
    hostname: Str,
    started: Time,
    /// What was made or changed, and as `None` what was removed, on top of what every image has.
    own: Arc<BTreeMap<String, Option<Entry>>>,
}

/// The folders that every image has.
const FOLDERS: [&str; 11] =
    ["/", "/bin", "/dev", "/etc", "/home", "/root", "/tmp", "/usr", "/var", "/var/log", "/var/run"];
/// The file with the name of the host.
const HOSTNAME: &str = "/etc/hostname";

/// Why something cannot be done with a path, in the words of the C library.
pub type Refusal = &'static str;

const NOT_FOUND: Refusal = "No such file or directory";
const IS_FOLDER: Refusal = "Is a directory";
const NO_FOLDER: Refusal = "Not a directory";
const EXISTS: Refusal = "File exists";
const NOT_EMPTY: Refusal = "Directory not empty";

impl Files {
    /// The folders that every image has, and the name of the host.
    pub fn new(hostname: Str, started: Time) -> Self {
        Files { hostname, started, own: Arc::default() }
    }

    /// Whether nothing was changed in one that is not in the other.
    pub fn is_same(&self, other: &Files) -> bool {
        Arc::ptr_eq(&self.own, &other.own)
    }

    /// Whether both have the same files with the same text, whenever those were written.
    pub fn is_like(&self, other: &Files) -> bool {
        let paths = self.own.keys().chain(other.own.keys());
        let has_same = |path: &String| match (self.get(path), other.get(path)) {
            (Some(Entry::File(one, _)), Some(Entry::File(another, _))) => one == another,
            (one, another) => one == another,
        };
        paths.into_iter().all(has_same)
    }

    /// What is at `path`, which is absolute.
    pub fn get(&self, path: &str) -> Option<Entry> {
        match self.own.get(path) {
            Some(own) => own.clone(),
            None if path == HOSTNAME => Some(Entry::File(Arc::from(format!("{}\n", self.hostname)), self.started)),
            None => FOLDERS.contains(&path).then_some(Entry::Folder),
        }
    }

    fn put(&mut self, path: &str, entry: Option<Entry>) {
        Arc::make_mut(&mut self.own).insert(path.to_owned(), entry);
    }

    /// The text of the file at `path`.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read(&self, path: &str) -> Result<Arc<str>, Refusal> {
        match self.get(path) {
            Some(Entry::File(text, _)) => Ok(text),
            Some(Entry::Folder) => Err(IS_FOLDER),
            None => Err(NOT_FOUND),
        }
    }

    /// Writes `text` to the file at `path`, after what is there or in its place.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub fn write(&mut self, path: &str, text: &str, append: bool, now: Time) -> Result<(), Refusal> {
        let old = match self.get(path) {
            Some(Entry::Folder) => return Err(IS_FOLDER),
            Some(Entry::File(old, _)) if append => Some(old),
            _ => None,
        };
        self.check_parent(path)?;
        let text = match old {
            Some(old) => Arc::from(format!("{old}{text}")),
            None => Arc::from(text),
        };
        self.put(path, Some(Entry::File(text, now)));
        Ok(())
    }

    /// Makes the folder `path`, and with `parents` those above it too.
    ///
    /// # Errors
    /// Why it cannot be made.
    pub fn make_folder(&mut self, path: &str, parents: bool) -> Result<(), Refusal> {
        match self.get(path) {
            Some(Entry::Folder) if parents => return Ok(()),
            Some(_) => return Err(EXISTS),
            None => {}
        }
        if parents && let Some(parent) = parent(path) {
            self.make_folder(parent, true)?;
        }
        self.check_parent(path)?;
        self.put(path, Some(Entry::Folder));
        Ok(())
    }

    /// Removes what is at `path`, and with `whole` what is below it.
    ///
    /// # Errors
    /// Why it cannot be removed.
    pub fn remove(&mut self, path: &str, folder: bool, whole: bool) -> Result<(), Refusal> {
        match self.get(path) {
            None => return Err(NOT_FOUND),
            Some(Entry::Folder) if !folder && !whole => return Err(IS_FOLDER),
            Some(Entry::File(..)) if folder && !whole => return Err(NO_FOLDER),
            Some(_) => {}
        }
        let below = self.below(path);
        if !whole && !below.is_empty() {
            return Err(NOT_EMPTY);
        }
        below.iter().for_each(|it| self.put(it, None));
        self.put(path, None);
        Ok(())
    }

    /// Every path below `path`, in order.
    fn below(&self, path: &str) -> Vec<String> {
        let prefix = if path == "/" { "/".to_owned() } else { format!("{path}/") };
        let is_below = |it: &&str| it.len() > prefix.len() && it.starts_with(&prefix);
        let of_image = FOLDERS.into_iter().chain([HOSTNAME]).filter(|it| !self.own.contains_key(*it));
        let own = self.own.iter().filter(|(_, entry)| entry.is_some()).map(|(it, _)| it.as_str());
        let all: BTreeSet<&str> = of_image.chain(own).filter(is_below).collect();
        all.into_iter().map(str::to_owned).collect()
    }

    /// The names in the folder `path`, in order.
    pub fn names(&self, path: &str) -> Vec<String> {
        let start = if path == "/" { 1 } else { path.len() + 1 };
        self.below(path).into_iter().map(|it| it[start..].to_owned()).filter(|it| !it.contains('/')).collect()
    }

    fn check_parent(&self, path: &str) -> Result<(), Refusal> {
        match parent(path).map(|it| self.get(it)) {
            Some(None) => Err(NOT_FOUND),
            Some(Some(Entry::File(..))) => Err(NO_FOLDER),
            _ => Ok(()),
        }
    }
}

fn parent(path: &str) -> Option<&str> {
    match path.rfind('/')? {
        0 if path == "/" => None,
        0 => Some("/"),
        at => Some(&path[..at]),
    }
}

/// `path` as it is meant in `folder`: absolute, without `.`, `..` and doubled slashes.
pub fn absolute(folder: &str, path: &str) -> String {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(0);

    #[test]
    fn a_file_is_written_read_appended_and_removed() {
        let mut files = Files::new("web-0".into(), NOW);
        assert_eq!(files.read("/etc/hostname").as_deref(), Ok("web-0\n"));
        files.write("/tmp/healthy", "a", false, NOW).expect("written");
        files.write("/tmp/healthy", "b", true, NOW).expect("appended");
        assert_eq!(files.read("/tmp/healthy").as_deref(), Ok("ab"));
        files.remove("/tmp/healthy", false, false).expect("removed");
        assert_eq!(files.read("/tmp/healthy"), Err(NOT_FOUND));
        assert_eq!(files.write("/no/such", "", false, NOW), Err(NOT_FOUND));
        assert_eq!(files.write("/tmp", "", false, NOW), Err(IS_FOLDER));
        assert_eq!(files.write("/etc/hostname/x", "", false, NOW), Err(NO_FOLDER));
    }

    #[test]
    fn a_folder_is_removed_with_what_is_in_it_only_when_asked_to() {
        let mut files = Files::new("web-0".into(), NOW);
        files.make_folder("/data/a/b", true).expect("made");
        files.write("/data/a/b/c", "", false, NOW).expect("written");
        assert_eq!(files.make_folder("/data", false), Err(EXISTS));
        assert_eq!(files.names("/data"), ["a"]);
        assert_eq!(files.remove("/data/a", false, false), Err(IS_FOLDER));
        assert_eq!(files.remove("/data/a", true, false), Err(NOT_EMPTY));
        files.remove("/data", true, true).expect("removed");
        assert_eq!(files.below("/data").len(), 0);
    }

    #[test]
    fn a_path_is_taken_from_the_folder() {
        for (path, want) in
            [("a", "/tmp/a"), ("/a//b/", "/a/b"), ("../x/./y", "/x/y"), ("../../..", "/"), (".", "/tmp")]
        {
            assert_eq!(absolute("/tmp", path), want, "{path}");
        }
    }
}
