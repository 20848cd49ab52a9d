//! What a volume holds, and where volumes are mounted.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::table::{List, Table};
use crate::clock::Time;
use crate::object::Str;

/// The mode of a file that nobody said anything about.
pub const PLAIN: u32 = 0o644;
/// The bits of a mode that let somebody execute the file.
pub const EXECUTE: u32 = 0o111;

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A folder.
    Folder,
    /// A file.
    File {
        /// Its text.
        text: Arc<str>,
        /// When that changed last.
        changed: Time,
        /// Who may do what with it.
        mode: u32,
        /// So many bytes without meaning come after the text: they take room, and nobody holds them.
        filling: u64,
    },
}

impl Entry {
    /// The bytes that it takes up.
    pub fn size(&self) -> u64 {
        match self {
            Entry::Folder => 0,
            Entry::File { text, filling, .. } => text.len() as u64 + filling,
        }
    }
}

/// The files and folders of a volume, by their paths in it. Cloning it shares everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree(Arc<Content>);

/// What makes the content of a tree that nobody has looked at yet.
type Make = Box<dyn Fn() -> Tree + Send + Sync>;

/// The entries of a tree, made when somebody looks: most scripts never read the token that their pod is given.
#[derive(Default)]
struct Content {
    made: OnceLock<BTreeMap<String, Entry>>,
    make: Option<Make>,
}

impl Content {
    fn entries(&self) -> &BTreeMap<String, Entry> {
        self.made.get_or_init(|| self.make.as_ref().map(|make| make().0.entries().clone()).unwrap_or_default())
    }
}

impl Deref for Content {
    type Target = BTreeMap<String, Entry>;
    fn deref(&self) -> &Self::Target {
        self.entries()
    }
}

impl Clone for Content {
    fn clone(&self) -> Self {
        Content { made: OnceLock::from(self.entries().clone()), make: None }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.made, f)
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        self.entries() == other.entries()
    }
}

impl Eq for Content {}

impl Tree {
    /// What `make` makes, when somebody looks. It must always make the same.
    pub fn later(make: impl Fn() -> Tree + Send + Sync + 'static) -> Self {
        Tree(Arc::new(Content { made: OnceLock::new(), make: Some(Box::new(make)) }))
    }

    /// What is at `path`, of which `/` is the volume itself.
    pub fn get(&self, path: &str) -> Option<Entry> {
        if path == "/" { Some(Entry::Folder) } else { self.0.get(path).cloned() }
    }

    /// Puts something in its place at `path`, or nothing.
    pub fn put(&mut self, path: &str, entry: Option<Entry>) {
        let content = Arc::make_mut(&mut self.0);
        content.entries();
        let Some(entries) = content.made.get_mut() else { return };
        match entry {
            Some(entry) => drop(entries.insert(path.to_owned(), entry)),
            None => drop(entries.remove(path)),
        }
    }

    /// Puts a file at `path`, with the folders that lead to it.
    pub fn add_file(&mut self, path: &str, text: &str, changed: Time, mode: u32) {
        let mut path = super::files::absolute("/", path);
        self.put(&path.clone(), Some(Entry::File { text: Arc::from(text), changed, mode, filling: 0 }));
        while let Some(at) = path.rfind('/').filter(|it| *it > 0) {
            path.truncate(at);
            if self.get(&path).is_none() {
                self.put(&path, Some(Entry::Folder));
            }
        }
    }

    /// The text of the file at `path`.
    pub fn read(&self, path: &str) -> Option<Arc<str>> {
        match self.get(path) {
            Some(Entry::File { text, .. }) => Some(text),
            _ => None,
        }
    }

    /// Every file with its path and text.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Arc<str>)> {
        self.0.iter().filter_map(|(path, entry)| match entry {
            Entry::File { text, .. } => Some((path.as_str(), text)),
            Entry::Folder => None,
        })
    }

    /// The bytes that its files take up.
    pub fn size(&self) -> u64 {
        self.0.values().map(Entry::size).sum()
    }

    /// Changes what differs between `base` and `changed`, and nothing else.
    pub fn apply(&mut self, base: &Tree, changed: &Tree) {
        for path in base.0.keys().filter(|it| !changed.0.contains_key(*it)) {
            self.put(path, None);
        }
        for (path, entry) in changed.0.iter().filter(|(path, entry)| base.0.get(*path) != Some(entry)) {
            self.put(path, Some(entry.clone()));
        }
    }

    /// Whether the files of both have the same texts and modes, whenever they were changed.
    pub fn is_like(&self, other: &Tree) -> bool {
        if self.is_same(other) {
            return true;
        }
        let plain = |it: &Entry| match it {
            Entry::Folder => None,
            Entry::File { text, mode, .. } => Some((text.clone(), *mode)),
        };
        let shown = |it: &Tree| it.0.iter().map(|(path, entry)| (path.clone(), plain(entry))).collect::<Vec<_>>();
        shown(self) == shown(other)
    }

    /// Whether the two are one and the same.
    pub fn is_same(&self, other: &Tree) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// A volume, or a part of one, at a path of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Where it is seen: an absolute path.
    pub path: String,
    /// The name of the volume.
    pub volume: Str,
    /// The part of the volume that is seen, or empty for all of it.
    pub sub_path: String,
    /// Whether nobody may write through it.
    pub read_only: bool,
}

/// The mounts of a container and the volumes behind them.
#[derive(Clone, Debug, Default)]
pub struct Mounts {
    /// The longest paths first, so that the first one that fits is the innermost.
    mounts: List<Mount>,
    trees: Table<Str, Tree>,
}

impl Mounts {
    /// Adds a mount of a volume that holds `tree` if it is not mounted yet.
    pub fn add(&mut self, mount: Mount, tree: &Tree) {
        if !self.trees.contains_key(&mount.volume) {
            self.trees.insert(mount.volume.clone(), tree.clone());
        }
        if !mount.sub_path.is_empty() {
            let tree = self.trees.or_default(mount.volume.clone());
            let part = super::files::absolute("/", &mount.sub_path);
            if tree.get(&part).is_none() {
                tree.put(&part, Some(Entry::Folder));
            }
        }
        let mounts = self.mounts.make_mut();
        mounts.reserve_exact(1);
        let at = mounts.iter().position(|it| it.path.len() < mount.path.len()).unwrap_or(mounts.len());
        mounts.insert(at, mount);
    }

    /// Whether the mounts and what is in the volumes are the same.
    pub fn is_same(&self, other: &Mounts) -> bool {
        self.trees.len() == other.trees.len()
            && self.trees.iter().zip(other.trees.iter()).all(|(mine, its)| mine.0 == its.0 && mine.1.is_same(its.1))
    }

    /// Whether the volumes hold the same texts, whenever those were written.
    pub fn is_like(&self, other: &Mounts) -> bool {
        self.trees.len() == other.trees.len()
            && self.trees.iter().zip(other.trees.iter()).all(|(mine, its)| mine.0 == its.0 && mine.1.is_like(its.1))
    }

    /// The number of the mount that `path` is in, and the path in its volume.
    pub fn of(&self, path: &str) -> Option<(usize, String)> {
        let inside = |it: &Mount| {
            let rest = path.strip_prefix(&it.path)?;
            (rest.is_empty() || rest.starts_with('/') || it.path == "/").then(|| format!("{}/{rest}", it.sub_path))
        };
        let found = self.mounts.iter().enumerate().find_map(|(index, it)| Some((index, inside(it)?)));
        found.map(|(index, path)| (index, super::files::absolute("/", &path)))
    }

    /// The volume of the mount with this number.
    pub fn tree(&self, mount: usize) -> &Tree {
        static NONE: OnceLock<Tree> = OnceLock::new();
        self.trees.get(&self.mounts[mount].volume).unwrap_or_else(|| NONE.get_or_init(Tree::default))
    }

    /// The volume of the mount with this number, to be changed.
    pub fn tree_mut(&mut self, mount: usize) -> &mut Tree {
        self.trees.or_default(self.mounts[mount].volume.clone())
    }

    /// Whether nobody may write through the mount with this number.
    pub fn is_read_only(&self, mount: usize) -> bool {
        self.mounts[mount].read_only
    }

    /// Whether something is mounted at `path` itself.
    pub fn is_point(&self, path: &str) -> bool {
        self.mounts.iter().any(|it| it.path == path)
    }

    /// Whether `path` is a folder on the way to a mount.
    pub fn lead_through(&self, path: &str) -> bool {
        let below = |it: &Mount| it.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/') && rest.len() > 1);
        self.mounts.iter().any(below)
    }

    /// Every path that is there because of a mount: the way to it, itself, and what is in the volume.
    pub fn paths(&self) -> impl Iterator<Item = String> + '_ {
        self.mounts.iter().enumerate().flat_map(move |(index, mount)| {
            let ends = mount.path.match_indices('/').map(|(at, _)| at).filter(|it| *it > 0);
            let way = ends.map(|at| mount.path[..at].to_owned()).filter(move |it| self.of(it).is_none());
            let prefix = super::files::absolute("/", &mount.sub_path);
            let prefix = if prefix == "/" { String::new() } else { prefix };
            let inside = self.tree(index).0.keys().filter_map(move |it| {
                let rest = it.strip_prefix(&prefix)?;
                (rest.starts_with('/')).then(|| format!("{}{rest}", mount.path))
            });
            // What is deeper may be hidden by another mount.
            let shown = inside.filter(move |it| self.of(it).is_some_and(|(of, _)| of == index));
            way.chain([mount.path.clone()]).chain(shown)
        })
    }

    /// The names of the volumes, in order.
    pub fn volumes(&self) -> impl Iterator<Item = &Str> {
        self.trees.keys()
    }

    /// The names of the volumes that somebody here may write to, in order.
    pub fn written(&self) -> impl Iterator<Item = &Str> {
        self.trees.keys().filter(|name| self.mounts.iter().any(|it| it.volume == **name && !it.read_only))
    }

    /// What is in the volume `name`.
    pub fn volume(&self, name: &str) -> Option<&Tree> {
        self.trees.get(name)
    }

    /// Puts `tree` in the place of what is in the volume `name`, if that is mounted; returns whether it differs.
    pub fn replace(&mut self, name: &str, tree: &Tree) -> bool {
        let differs = self.trees.get(name).is_some_and(|it| !it.is_same(tree));
        if differs && let Some(old) = self.trees.get_mut(name) {
            *old = tree.clone();
        }
        differs
    }
}
