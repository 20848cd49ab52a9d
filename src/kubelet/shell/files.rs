//! The files of a container, in memory: those of its own, and the volumes that are mounted over them.
//!
//! Enough for scripts that leave marks for each other and for probes. Known differences: a symbolic link leads somewhere only
//! in the container that made it, the files of a ConfigMap stand in the folder of the volume themselves, and everything belongs
//! to root.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use super::table::Table;
pub use super::tree::Entry;
use super::tree::{EXECUTE, Mount, Mounts, PLAIN, Tree};
use crate::clock::Time;
use crate::object::Str;

/// A tree of files. Cloning it shares everything.
#[derive(Clone, Debug)]
pub struct Files {
    hostname: Str,
    started: Time,
    /// The texts of the files that the runtime made, at [`GIVEN`].
    given: Option<Arc<LazyLock<Texts, Furnisher>>>,
    /// What was made or changed, and as `None` what was removed, on top of what every image has.
    own: Arc<BTreeMap<String, Option<Entry>>>,
    /// Where symbolic links lead. At the path of one stands an empty file, so that its folder shows it.
    links: Table<String, String>,
    mounts: Mounts,
}

/// The folders that every image has.
const FOLDERS: [&str; 13] =
    ["/", "/bin", "/dev", "/etc", "/home", "/mnt", "/opt", "/root", "/tmp", "/usr", "/var", "/var/log", "/var/run"];
/// The files that a runtime makes for a container, in folders that every image has.
pub const GIVEN: [&str; 2] = ["/etc/hosts", "/etc/resolv.conf"];
/// Their texts.
pub type Texts = [Arc<str>; GIVEN.len()];
/// What makes them when somebody looks: most scripts never do.
pub type Furnisher = Box<dyn FnOnce() -> Texts + Send + Sync>;
/// What a container has made or changed at first.
static NOTHING: LazyLock<Arc<BTreeMap<String, Option<Entry>>>> = LazyLock::new(Arc::default);
/// The file with the name of the host.
const HOSTNAME: &str = "/etc/hostname";

/// Why something cannot be done with a path, in the words of the C library.
pub type Refusal = &'static str;

const NOT_FOUND: Refusal = "No such file or directory";
const IS_FOLDER: Refusal = "Is a directory";
const NO_FOLDER: Refusal = "Not a directory";
const EXISTS: Refusal = "File exists";
const NOT_EMPTY: Refusal = "Directory not empty";
const READ_ONLY: Refusal = "Read-only file system";
const BUSY: Refusal = "Resource busy";
/// There is no room for what is to be written.
pub const NO_SPACE: Refusal = "No space left on device";

/// The bytes that the files of a container may take together, and those of its volumes.
const MOST_HELD: usize = 128 << 20;
/// Files below this length are not added up each time.
const SHORT: usize = 4 << 10;

impl Files {
    /// The folders that every image has, and the name of the host.
    pub fn new(hostname: Str, started: Time) -> Self {
        let (own, links) = (NOTHING.clone(), Table::default());
        Files { hostname, started, given: None, own, links, mounts: Mounts::default() }
    }

    /// Puts the runtime's files there, at [`GIVEN`], before anything is mounted.
    pub fn furnish(&mut self, furnisher: Furnisher) {
        self.given = Some(Arc::new(LazyLock::new(furnisher)));
    }

    /// The paths of the runtime's files, if it made them.
    fn given_paths(&self) -> impl Iterator<Item = &'static str> {
        GIVEN.into_iter().filter(|_| self.given.is_some())
    }

    /// The runtime's file at `path`.
    fn given(&self, path: &str) -> Option<Entry> {
        let place = GIVEN.iter().position(|it| *it == path)?;
        let texts: &Texts = self.given.as_deref()?;
        Some(Entry::File { text: texts[place].clone(), changed: self.started, mode: PLAIN, filling: 0 })
    }

    /// Whether nothing was changed since the container was made.
    pub fn is_untouched(&self) -> bool {
        self.own.is_empty() && self.given.is_none()
    }

    /// Whether nothing was changed in one that is not in the other.
    pub fn is_same(&self, other: &Files) -> bool {
        Arc::ptr_eq(&self.own, &other.own)
            && self.given.as_ref().map(Arc::as_ptr) == other.given.as_ref().map(Arc::as_ptr)
            && self.links.is_same(&other.links)
            && self.mounts.is_same(&other.mounts)
    }

    /// Mounts `mount`, whose volume may hold `tree` if nothing of that volume is mounted yet.
    pub fn mount(&mut self, mount: Mount, tree: &Tree) {
        self.mounts.add(mount, tree);
    }

    /// The volumes that are mounted.
    pub fn mounts(&self) -> &Mounts {
        &self.mounts
    }

    /// The volumes that are mounted, to put other trees in.
    pub fn mounts_mut(&mut self) -> &mut Mounts {
        &mut self.mounts
    }

    /// Whether both have the same files with the same text, whenever those were written.
    pub fn is_like(&self, other: &Files) -> bool {
        let of = |it: &'_ Files| it.given_paths().map(str::to_owned).chain(it.own.keys().cloned()).collect::<Vec<_>>();
        let has_same = |path: &String| match (self.get(path), other.get(path)) {
            (Some(Entry::File { text: one, .. }), Some(Entry::File { text: another, .. })) => one == another,
            (one, another) => one == another,
        };
        of(self).iter().chain(&of(other)).all(has_same) && self.mounts.is_like(&other.mounts)
    }

    /// Makes a symbolic link to `target` at `path`.
    ///
    /// # Errors
    /// Why it cannot be made.
    pub fn link(&mut self, path: &str, target: &str, now: Time) -> Result<(), Refusal> {
        if self.target(path).is_some() || self.get(path).is_some() {
            return Err(EXISTS);
        }
        self.write(path, "", false, now)?;
        self.links.insert(path.to_owned(), target.to_owned());
        Ok(())
    }

    /// Where the symbolic link at `path` leads, as it was written down.
    pub fn target(&self, path: &str) -> Option<&str> {
        self.links.get(path).map(String::as_str)
    }

    /// `path` with every link in it followed.
    pub fn resolved(&self, path: &str) -> String {
        /// As many links may lead from one to the next.
        const MOST: usize = 40;
        let mut path = path.to_owned();
        for _ in 0..if self.links.is_empty() { 0 } else { MOST } {
            let ends = path.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0).chain([path.len()]);
            let found = ends.map(|at| path[..at].to_owned()).find(|it| self.links.contains_key(it));
            let Some(link) = found else { break };
            let at = absolute(parent(&link).unwrap_or("/"), self.target(&link).unwrap_or_default());
            path = absolute("/", &format!("{at}{}", &path[link.len()..]));
        }
        path
    }

    /// What is at `path`, which is absolute.
    pub fn get(&self, path: &str) -> Option<Entry> {
        if !self.links.is_empty() {
            let resolved = self.resolved(path);
            if resolved != path {
                return self.at(&resolved);
            }
        }
        self.at(path)
    }

    fn at(&self, path: &str) -> Option<Entry> {
        if let Some((mount, inside)) = self.mounts.of(path) {
            return self.mounts.tree(mount).get(&inside);
        }
        match self.own.get(path) {
            Some(own) => own.clone(),
            None if path == HOSTNAME => {
                let text = format!("{}\n", self.hostname);
                Some(Entry::File { text: Arc::from(text), changed: self.started, mode: PLAIN, filling: 0 })
            }
            // Whoever mounts something makes the folders that lead there.
            None if FOLDERS.contains(&path) || self.mounts.lead_through(path) => Some(Entry::Folder),
            None => self.given(path),
        }
    }

    fn put(&mut self, path: &str, entry: Option<Entry>) {
        match self.mounts.of(path) {
            Some((mount, inside)) => self.mounts.tree_mut(mount).put(&inside, entry),
            None => drop(Arc::make_mut(&mut self.own).insert(path.to_owned(), entry)),
        }
    }

    /// Whether what is at `path` may be changed.
    fn check_writable(&self, path: &str) -> Result<(), Refusal> {
        match self.mounts.of(path) {
            Some((mount, _)) if self.mounts.is_read_only(mount) => Err(READ_ONLY),
            _ => Ok(()),
        }
    }

    /// The text of the file at `path`.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read(&self, path: &str) -> Result<Arc<str>, Refusal> {
        match self.get(path) {
            Some(Entry::File { text, .. }) => Ok(text),
            Some(Entry::Folder) => Err(IS_FOLDER),
            None => Err(NOT_FOUND),
        }
    }

    /// Whether somebody may write to what is at `path`.
    pub fn is_writable(&self, path: &str) -> bool {
        self.check_writable(path).is_ok()
    }

    /// Whether the file at `path` may be executed.
    pub fn is_executable(&self, path: &str) -> bool {
        matches!(self.get(path), Some(Entry::File { mode, .. }) if mode & EXECUTE != 0)
    }

    /// Writes `text` to the file at `path`, after what is there or in its place.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub fn write(&mut self, path: &str, text: &str, append: bool, now: Time) -> Result<(), Refusal> {
        let path = &self.resolved(path);
        let (old, mode, filling) = match self.get(path) {
            Some(Entry::Folder) => return Err(IS_FOLDER),
            Some(Entry::File { text, mode, filling, .. }) if append => (Some(text), mode, filling),
            Some(Entry::File { mode, .. }) => (None, mode, 0),
            None => (None, PLAIN, 0),
        };
        self.check_parent(path)?;
        self.check_writable(path)?;
        let length = text.len() + old.as_ref().map_or(0, |it| it.len());
        if (length >= SHORT || self.own.len().is_power_of_two()) && length + self.held(path) > MOST_HELD {
            return Err(NO_SPACE);
        }
        let text = match old {
            Some(old) => Arc::from(format!("{old}{text}")),
            None => Arc::from(text),
        };
        self.put(path, Some(Entry::File { text, changed: now, mode, filling }));
        Ok(())
    }

    /// The bytes of every file that lies where the one at `path` does, but for its own.
    fn held(&self, path: &str) -> usize {
        let own = match self.get(path) {
            Some(Entry::File { text, .. }) => text.len(),
            _ => 0,
        };
        let all: usize = match self.mounts.of(path) {
            Some((mount, _)) => self.mounts.tree(mount).files().map(|(_, text)| text.len()).sum(),
            None => {
                let length = |it: &Option<Entry>| match it {
                    Some(Entry::File { text, .. }) => text.len(),
                    _ => 0,
                };
                self.own.values().map(length).sum()
            }
        };
        all.saturating_sub(own)
    }

    /// Lets the file at `path` take up so many bytes more than its text.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub fn fill(&mut self, path: &str, bytes: u64, append: bool, now: Time) -> Result<(), Refusal> {
        self.write(path, "", append, now)?;
        let path = &self.resolved(path);
        if let Some(Entry::File { text, changed, mode, filling }) = self.get(path) {
            self.put(path, Some(Entry::File { text, changed, mode, filling: filling.saturating_add(bytes) }));
        }
        Ok(())
    }

    /// The bytes that its own files take up, beside those of volumes.
    pub fn size(&self) -> u64 {
        self.own.values().flatten().map(Entry::size).sum()
    }

    /// Says who may do what with the file at `path`.
    ///
    /// # Errors
    /// Why that cannot be said.
    pub fn change_mode(&mut self, path: &str, change: impl Fn(u32) -> u32) -> Result<(), Refusal> {
        let path = &self.resolved(path);
        let entry = self.get(path).ok_or(NOT_FOUND)?;
        self.check_writable(path)?;
        if let Entry::File { text, changed, mode, filling } = entry {
            self.put(path, Some(Entry::File { text, changed, mode: change(mode), filling }));
        }
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
        self.check_writable(path)?;
        self.put(path, Some(Entry::Folder));
        Ok(())
    }

    /// Removes what is at `path`, and with `whole` what is below it.
    ///
    /// # Errors
    /// Why it cannot be removed.
    pub fn remove(&mut self, path: &str, folder: bool, whole: bool) -> Result<(), Refusal> {
        if self.links.contains_key(path) {
            self.links.remove(path);
            self.put(path, None);
            return Ok(());
        }
        match self.get(path) {
            None => return Err(NOT_FOUND),
            Some(Entry::Folder) if !folder && !whole => return Err(IS_FOLDER),
            Some(Entry::File { .. }) if folder && !whole => return Err(NO_FOLDER),
            Some(_) => {}
        }
        let below = self.below(path);
        if !whole && !below.is_empty() {
            return Err(NOT_EMPTY);
        }
        self.check_writable(path)?;
        below.iter().filter(|it| self.check_writable(it).is_ok()).cloned().collect::<Vec<_>>().iter().for_each(|it| {
            if !self.mounts.is_point(it) {
                self.put(it, None);
            }
        });
        if self.mounts.is_point(path) || self.mounts.lead_through(path) {
            return Err(BUSY);
        }
        self.put(path, None);
        Ok(())
    }

    /// Every path below `path`, in order.
    pub fn below(&self, path: &str) -> Vec<String> {
        let prefix = if path == "/" { "/".to_owned() } else { format!("{path}/") };
        let is_below = |it: &str| it.len() > prefix.len() && it.starts_with(&prefix);
        let shows = |it: &str| self.mounts.of(it).is_none();
        let of_image = FOLDERS.into_iter().chain([HOSTNAME]).chain(self.given_paths()).map(str::to_owned);
        let own = self.own.iter().filter(|(_, entry)| entry.is_some()).map(|(it, _)| it.clone());
        let own = of_image.filter(|it| !self.own.contains_key(it)).chain(own).filter(|it| shows(it));
        let all: BTreeSet<String> = own.chain(self.mounts.paths()).filter(|it| is_below(it)).collect();
        all.into_iter().collect()
    }

    /// The names in the folder `path`, in order.
    pub fn names(&self, path: &str) -> Vec<String> {
        let path = &self.resolved(path);
        let start = if path == "/" { 1 } else { path.len() + 1 };
        let first = |it: &String| it[start..].split('/').next().unwrap_or_default().to_owned();
        let names: BTreeSet<String> = self.below(path).iter().map(first).collect();
        names.into_iter().collect()
    }

    fn check_parent(&self, path: &str) -> Result<(), Refusal> {
        match parent(path).map(|it| self.get(it)) {
            Some(None) => Err(NOT_FOUND),
            Some(Some(Entry::File { .. })) => Err(NO_FOLDER),
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

/// Whether `path` is absolute, and nothing in it is to be left out.
fn is_plain(path: &str) -> bool {
    let parts = path.as_bytes().windows(2).all(|it| it[0] != b'/' || !matches!(it[1], b'/' | b'.'));
    path.starts_with('/') && parts && (path.len() == 1 || !path.ends_with('/'))
}

/// `path` as it is meant in `folder`: absolute, without `.`, `..` and doubled slashes.
pub fn absolute(folder: &str, path: &str) -> String {
    if is_plain(path) {
        return path.to_owned();
    }
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

    fn volume(name: &str, path: &str, sub_path: &str, read_only: bool) -> Mount {
        Mount { path: path.to_owned(), volume: name.into(), sub_path: sub_path.to_owned(), read_only }
    }

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
    fn files_take_no_more_than_there_is() {
        let mut files = Files::new("web-0".into(), NOW);
        let text = "x".repeat(MOST_HELD / 2);
        files.write("/tmp/a", &text, false, NOW).expect("written");
        files.write("/tmp/b", &text, false, NOW).expect("written");
        assert_eq!(files.write("/tmp/b", "y", true, NOW), Err(NO_SPACE));
        files.write("/tmp/b", &text, false, NOW).expect("written anew");
        files.write("/tmp/a", "", false, NOW).expect("emptied");
        files.write("/tmp/b", "y", true, NOW).expect("appended");
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
                .into_iter()
                .chain([
                    ("/a/b.c", "/a/b.c"),
                    ("/a/", "/a"),
                    ("/a/.b", "/a/.b"),
                    ("/a/..", "/"),
                    ("/", "/"),
                    ("//", "/"),
                ])
        {
            assert_eq!(absolute("/tmp", path), want, "{path}");
        }
    }

    #[test]
    fn a_volume_is_seen_at_every_place_where_it_is_mounted() {
        let mut files = Files::new("web-0".into(), NOW);
        files.mount(volume("data", "/data/in", "", false), &Tree::default());
        files.mount(volume("data", "/view", "", true), &Tree::default());
        assert_eq!(files.names("/data"), ["in"]);
        files.write("/data/in/a", "x", false, NOW).expect("written");
        assert_eq!(files.read("/view/a").as_deref(), Ok("x"));
        assert_eq!(files.write("/view/a", "y", false, NOW), Err(READ_ONLY));
        assert_eq!(files.write("/view/b", "y", false, NOW), Err(READ_ONLY));
        assert_eq!(files.remove("/view/a", false, false), Err(READ_ONLY));
        assert_eq!(files.remove("/data/in", true, true), Err(BUSY));
        assert_eq!((files.names("/view").len(), files.names("/")), (0, sorted_root()));
    }

    fn sorted_root() -> Vec<String> {
        let mut names: Vec<String> = ["data", "view"].map(str::to_owned).to_vec();
        names.extend(
            FOLDERS
                .iter()
                .filter_map(|it| it.strip_prefix('/'))
                .filter(|it| !it.is_empty() && !it.contains('/'))
                .map(str::to_owned),
        );
        names.sort();
        names
    }

    #[test]
    fn a_sub_path_is_a_folder_or_a_file_of_the_volume() {
        let mut tree = Tree::default();
        tree.put("/app.conf", Some(Entry::File { text: Arc::from("a=1"), changed: NOW, mode: PLAIN, filling: 0 }));
        tree.put("/logs", Some(Entry::Folder));
        let mut files = Files::new("web-0".into(), NOW);
        files.mount(volume("data", "/etc/app.conf", "app.conf", false), &tree);
        files.mount(volume("data", "/var/log/app", "logs", false), &tree);
        assert_eq!(files.read("/etc/app.conf").as_deref(), Ok("a=1"));
        files.write("/var/log/app/x", "hello", false, NOW).expect("written");
        assert_eq!(files.mounts().volume("data").map(|it| it.read("/logs/x")), Some(Some("hello".into())));
        assert_eq!(files.names("/var/log"), ["app"]);
        assert_eq!(files.names("/etc"), ["app.conf", "hostname"]);
    }
}
