//! The kinds that a cluster serves: groups, versions, names in URLs and on command lines.
//!
//! A [`Kind`] is what is stored. Several group versions may serve it: core/v1 and events.k8s.io/v1 show the same Events, and
//! older releases served more. The table of the built-in kinds is [`kinds`](super::kinds).

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::kinds::BUILT_IN;
use super::{Lookup, Str, custom_kind};

/// A kind, as an index into [`BUILT_IN`] or, above it, into the custom kinds. Cheap to copy and to
/// compare; the order of built-in kinds is the table's, and custom kinds follow by group and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind(pub u16);

impl Ord for Kind {
    fn cmp(&self, other: &Self) -> Ordering {
        let built_in = BUILT_IN.len();
        if usize::from(self.0) < built_in || usize::from(other.0) < built_in || self == other {
            return self.0.cmp(&other.0);
        }
        custom_kind::compare(self.info(), other.info())
    }
}

impl PartialOrd for Kind {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A group version that serves a kind, and the releases that do so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    /// The API group; empty for the core group.
    pub group: &'static str,
    /// `v1`.
    pub version: &'static str,
    /// The first minor release that serves it by default; 0 when it is older than any that a cluster can have.
    pub since: u8,
    /// The first minor release that does not serve it any more.
    pub until: u8,
}

impl Served {
    /// A group version that no release does without.
    pub const fn in_every_release(group: &'static str, version: &'static str) -> Self {
        Served { group, version, since: 0, until: u8::MAX }
    }

    /// A group version that the releases from `1.since` on serve, and `1.until` does not any more.
    pub const fn between(group: &'static str, version: &'static str, since: u8, until: u8) -> Self {
        Served { group, version, since, until }
    }

    /// Whether the release `1.minor` serves it.
    pub const fn is_in(&self, minor: u8) -> bool {
        self.since <= minor && minor < self.until
    }

    /// `apps/v1`, or `v1` for the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { [self.group, "/", self.version].concat() }
    }
}

/// What discovery says of a kind.
#[derive(Debug)]
pub struct KindInfo {
    /// The API group of its preferred version; empty for the core group. Errors name the kind by it.
    pub group: &'static str,
    /// Its preferred version, which is also the form in which it is stored here.
    pub version: &'static str,
    /// The first minor release that serves the preferred version by default, as [`Served::since`].
    pub since: u8,
    /// The first minor release that does not serve the preferred version any more.
    pub until: u8,
    /// The other group versions that serve it.
    pub also: &'static [Served],
    /// `DaemonSet`.
    pub kind: &'static str,
    /// `daemonsets`, as in URLs.
    pub plural: &'static str,
    /// `daemonset`, as on command lines.
    pub singular: &'static str,
    /// `ds`.
    pub short_names: &'static [&'static str],
    /// `all`.
    pub categories: &'static [&'static str],
    /// Whether objects live in namespaces.
    pub namespaced: bool,
    /// Whether `metadata.generation` counts changes of what is wanted.
    pub counts_generation: bool,
    /// Subresources that are served, such as `status`.
    pub subresources: &'static [&'static str],
    /// What can be done with its objects, in the order of the words.
    pub verbs: &'static [&'static str],
    /// The first eight bytes of the SHA-256 of `group/version/Kind` as it is stored, in base64: what clients compare storage
    /// versions by. Empty for kinds that are not stored.
    pub storage_hash: &'static str,
}

impl KindInfo {
    /// A namespaced kind with every verb and nothing special: what a row of the table starts from.
    pub const PLAIN: KindInfo = KindInfo {
        group: "",
        version: "",
        since: 0,
        until: u8::MAX,
        also: &[],
        kind: "",
        plural: "",
        singular: "",
        short_names: &[],
        categories: &[],
        namespaced: true,
        counts_generation: false,
        subresources: &[],
        verbs: &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
        storage_hash: "",
    };

    /// `apps/v1`, or `v1` for the core group: the preferred version.
    pub fn api_version(&self) -> String {
        self.preferred().api_version()
    }

    /// The preferred group version.
    pub fn preferred(&self) -> Served {
        Served { group: self.group, version: self.version, since: self.since, until: self.until }
    }

    /// Every group version that ever served it, the preferred one first.
    pub fn served(&self) -> impl Iterator<Item = Served> {
        std::iter::once(self.preferred()).chain(self.also.iter().copied())
    }

    /// The group versions that the release `1.minor` serves it by, the preferred one first.
    pub fn served_in(&self, minor: u8) -> impl Iterator<Item = Served> {
        self.served().filter(move |it| it.is_in(minor))
    }

    /// Whether there are objects of it; kinds such as `TokenReview` are only asked.
    pub fn is_stored(&self) -> bool {
        !self.storage_hash.is_empty()
    }

    /// `daemonsets.apps`, or `pods` for the core group: how error texts name the resource.
    pub fn resource(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }
}

/// Group, version and a name: how a kind is asked for.
type Asked = (&'static str, &'static str, &'static str);

/// The ways to find a kind, made from the table at the first use.
struct Index {
    by_kind: Lookup<Asked, (Kind, Served)>,
    by_plural: BTreeMap<Asked, (Kind, Served)>,
    by_any_name: BTreeMap<String, Kind>,
    /// The groups of the newest release.
    groups: Vec<&'static str>,
    /// What objects of each kind are called by references to them, in the table's order.
    coordinates: Vec<Coordinates>,
}

/// What a reference calls an object by besides its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coordinates {
    /// `apps/v1`, or `v1` for the core group: the preferred version.
    pub api_version: Str,
    /// `DaemonSet`.
    pub kind: Str,
}

impl Coordinates {
    fn of(info: &KindInfo) -> Self {
        Coordinates { api_version: Str::from(info.api_version()), kind: Str::from(info.kind) }
    }
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index {
        by_kind: Lookup::default(),
        by_plural: BTreeMap::new(),
        by_any_name: BTreeMap::new(),
        groups: Vec::new(),
        coordinates: Kind::all().map(|kind| Coordinates::of(kind.info())).collect(),
    };
    for kind in Kind::all() {
        let info = kind.info();
        for it in info.served() {
            index.by_kind.insert((it.group, it.version, info.kind), (kind, it));
            index.by_plural.insert((it.group, it.version, info.plural), (kind, it));
            for name in
                [format!("{}.{}", info.plural, it.group), format!("{}.{}.{}", info.plural, it.version, it.group)]
            {
                index.by_any_name.entry(name).or_insert(kind);
            }
            if it.is_in(Kind::LATEST_MINOR) && !index.groups.contains(&it.group) {
                index.groups.push(it.group);
            }
        }
        let names = [info.singular, info.plural].into_iter().chain(info.short_names.iter().copied());
        for name in names {
            index.by_any_name.entry(name.to_owned()).or_insert(kind);
        }
    }
    index
});

impl Kind {
    /// The minor number of the newest release there is, 1.36: the one that lookups are about.
    pub const LATEST_MINOR: u8 = 36;

    /// What discovery says of it.
    pub fn info(self) -> &'static KindInfo {
        let index = usize::from(self.0);
        BUILT_IN.get(index).unwrap_or_else(|| custom_kind::info(index - BUILT_IN.len()))
    }

    /// What its objects are called by references to them. Those of a built-in kind share these texts.
    pub fn coordinates(self) -> Coordinates {
        let made = INDEX.coordinates.get(usize::from(self.0));
        made.cloned().unwrap_or_else(|| Coordinates::of(self.info()))
    }

    /// Whether a CustomResourceDefinition made it.
    pub fn is_custom(self) -> bool {
        usize::from(self.0) >= BUILT_IN.len()
    }

    /// Every built-in kind, in the table's order.
    pub fn all() -> impl Iterator<Item = Kind> {
        (0..BUILT_IN.len()).filter_map(|i| u16::try_from(i).ok()).map(Kind)
    }

    /// Every built-in kind of which there are objects, in the table's order.
    pub fn stored() -> impl Iterator<Item = Kind> {
        Kind::all().filter(|kind| kind.info().is_stored())
    }

    /// The API groups that the newest release serves, the core group among them, in the table's order.
    pub fn groups() -> &'static [&'static str] {
        &INDEX.groups
    }

    /// The API groups that the release `1.minor` serves, each as often as it serves a kind.
    pub(super) fn groups_in(minor: u8) -> impl Iterator<Item = &'static str> {
        INDEX.by_plural.values().filter(move |(_, served)| served.is_in(minor)).map(|(_, served)| served.group)
    }

    /// The kind with that `apiVersion` and `kind`, if the newest release serves it.
    pub fn by_api_version(api_version: &str, kind: &str) -> Option<Kind> {
        Kind::ever_served(api_version, kind).filter(|(_, served)| served.is_in(Kind::LATEST_MINOR)).map(|it| it.0)
    }

    /// The kind with that `apiVersion` and `kind`, and which releases serve it so, if any does.
    pub fn ever_served(api_version: &str, kind: &str) -> Option<(Kind, Served)> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        INDEX.by_kind.get(&(group, version, kind)).copied()
    }

    /// The kind behind `/apis/GROUP/VERSION/PLURAL`, if the newest release serves it.
    pub fn by_resource(group: &str, version: &str, plural: &str) -> Option<Kind> {
        Kind::by_resource_in(Kind::LATEST_MINOR, group, version, plural)
    }

    /// The kind behind `/apis/GROUP/VERSION/PLURAL`, if the release `1.minor` serves it.
    pub(super) fn by_resource_in(minor: u8, group: &str, version: &str, plural: &str) -> Option<Kind> {
        let (kind, served) = INDEX.by_plural.get(&(group, version, plural))?;
        served.is_in(minor).then_some(*kind)
    }

    /// The kind that people mean by `name`: kind, plural, singular or short name, alone or with version and group, in any
    /// case.
    pub fn by_any_name(name: &str) -> Option<Kind> {
        INDEX.by_any_name.get(&name.to_ascii_lowercase()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::super::kinds;
    use super::*;

    #[test]
    fn a_kind_is_found_by_every_name_people_use() {
        for name in ["DaemonSet", "daemonsets", "ds", "daemonsets.apps", "daemonsets.v1.apps"] {
            assert_eq!(Kind::by_any_name(name), Some(kinds::DAEMON_SET), "{name}");
        }
        assert_eq!(Kind::by_any_name("submarine"), None);
        assert_eq!(Kind::by_api_version("batch/v1", "Job"), Some(kinds::JOB));
        assert_eq!(Kind::by_api_version("batch/v1beta1", "Job"), None);
    }

    #[test]
    fn references_to_objects_of_a_kind_share_its_texts() {
        let (one, other) = (kinds::JOB.coordinates(), kinds::JOB.coordinates());
        assert_eq!((one.api_version.as_str(), one.kind.as_str()), ("batch/v1", "Job"));
        assert!(Str::ptr_eq(&one.api_version, &other.api_version) && Str::ptr_eq(&one.kind, &other.kind));
        assert_eq!(kinds::POD.coordinates().api_version, "v1");
    }

    #[test]
    fn several_group_versions_serve_one_kind() {
        assert_eq!(Kind::by_api_version("events.k8s.io/v1", "Event"), Some(kinds::EVENT));
        assert_eq!(Kind::by_resource("", "v1", "events"), Some(kinds::EVENT));
        for version in ["v1", "v2"] {
            let found = Kind::by_resource("autoscaling", version, "horizontalpodautoscalers");
            assert_eq!(found, Some(kinds::HORIZONTAL_POD_AUTOSCALER), "{version}");
        }
        assert_eq!(kinds::HORIZONTAL_POD_AUTOSCALER.info().api_version(), "autoscaling/v2");
        assert_eq!(kinds::HORIZONTAL_POD_AUTOSCALER.info().served_in(20).count(), 3);
        assert_eq!(kinds::HORIZONTAL_POD_AUTOSCALER.info().served_in(36).count(), 2);
    }

    #[test]
    fn no_two_kinds_have_a_name_in_common() {
        let mut seen = BTreeMap::new();
        for kind in Kind::all() {
            let info = kind.info();
            let names = [info.singular, info.plural].into_iter().chain(info.short_names.iter().copied());
            for name in names {
                let before = seen.insert(name, kind);
                assert!(before.is_none_or(|it| it == kind), "{name}");
            }
            assert_eq!(info.singular, info.kind.to_ascii_lowercase());
            assert!(info.subresources.is_sorted() && info.verbs.is_sorted(), "{}", info.kind);
        }
    }
}
