//! The kinds that a cluster serves, as data: groups, versions, names in URLs and on command lines.

/// A kind, as an index into [`BUILT_IN`]. Cheap to copy and to compare; its order is the table's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub u16);

/// What discovery says of a kind.
#[derive(Debug)]
pub struct KindInfo {
    /// The API group; empty for the core group.
    pub group: &'static str,
    /// Served versions, the preferred one first.
    pub versions: &'static [&'static str],
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
    /// Whether `metadata.generation` counts changes of the spec.
    pub counts_generation: bool,
    /// Subresources that are served, such as `status`.
    pub subresources: &'static [&'static str],
}

impl KindInfo {
    /// `apps/v1`, or `v1` for the core group: the preferred version.
    pub fn api_version(&self) -> String {
        match (self.group, self.versions.first().copied().unwrap_or_default()) {
            ("", version) => version.to_owned(),
            (group, version) => format!("{group}/{version}"),
        }
    }

    /// `daemonsets.apps`, or `pods` for the core group: how error texts name the resource.
    pub fn resource(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }
}

impl Kind {
    /// What discovery says of it.
    pub fn info(self) -> &'static KindInfo {
        &BUILT_IN[usize::from(self.0)]
    }

    /// Every kind, in the table's order.
    pub fn all() -> impl Iterator<Item = Kind> {
        (0..BUILT_IN.len()).filter_map(|i| u16::try_from(i).ok()).map(Kind)
    }

    /// The kind with that `apiVersion` and `kind`, if it is served.
    pub fn by_api_version(api_version: &str, kind: &str) -> Option<Kind> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Kind::all().find(|it| {
            let info = it.info();
            info.group == group && info.kind == kind && info.versions.contains(&version)
        })
    }

    /// The kind behind `/apis/GROUP/VERSION/PLURAL`, if it is served.
    pub fn by_resource(group: &str, version: &str, plural: &str) -> Option<Kind> {
        Kind::all().find(|it| {
            let info = it.info();
            info.group == group && info.plural == plural && info.versions.contains(&version)
        })
    }

    /// The kind that people mean by `name`: kind, plural, singular or short name, in any case.
    pub fn by_any_name(name: &str) -> Option<Kind> {
        let name = name.to_ascii_lowercase();
        Kind::all().find(|it| {
            let info = it.info();
            name == info.singular
                || name == info.plural
                || info.short_names.contains(&name.as_str())
                || name == info.resource()
        })
    }
}

macro_rules! kinds {
    ($($constant:ident = $doc:literal: $group:literal [$($version:literal),*] $kind:ident $plural:literal $singular:literal
       [$($short:literal),*] [$($category:literal),*] $namespaced:literal $generation:literal [$($sub:literal),*];)*) => {
        /// One constant for each built-in kind.
        pub mod kinds {
            use super::Kind;
            #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants only count the rows of the table")]
            #[repr(u16)]
            enum Row { $($constant),* }
            $(#[doc = $doc] pub const $constant: Kind = Kind(Row::$constant as u16);)*
        }

        /// Every built-in kind, indexed by [`Kind`].
        pub static BUILT_IN: &[KindInfo] = &[$(KindInfo {
            group: $group,
            versions: &[$($version),*],
            kind: stringify!($kind),
            plural: $plural,
            singular: $singular,
            short_names: &[$($short),*],
            categories: &[$($category),*],
            namespaced: $namespaced,
            counts_generation: $generation,
            subresources: &[$($sub),*],
        }),*];
    };
}

kinds! {
    NAMESPACE = "v1 Namespace": "" ["v1"] Namespace "namespaces" "namespace" ["ns"] [] false false ["finalize", "status"];
    NODE = "v1 Node": "" ["v1"] Node "nodes" "node" ["no"] [] false false ["status"];
    POD = "v1 Pod": "" ["v1"] Pod "pods" "pod" ["po"] ["all"] true true ["binding", "ephemeralcontainers", "eviction", "resize", "status"];
    EVENT = "v1 Event": "" ["v1"] Event "events" "event" ["ev"] [] true false [];
    CONFIG_MAP = "v1 ConfigMap": "" ["v1"] ConfigMap "configmaps" "configmap" ["cm"] [] true false [];
    SECRET = "v1 Secret": "" ["v1"] Secret "secrets" "secret" [] [] true false [];
    SERVICE_ACCOUNT = "v1 ServiceAccount": "" ["v1"] ServiceAccount "serviceaccounts" "serviceaccount" ["sa"] [] true false [];
    LEASE = "coordination.k8s.io/v1 Lease": "coordination.k8s.io" ["v1"] Lease "leases" "lease" [] [] true false [];
    DAEMON_SET = "apps/v1 DaemonSet": "apps" ["v1"] DaemonSet "daemonsets" "daemonset" ["ds"] ["all"] true true ["status"];
    CONTROLLER_REVISION = "apps/v1 ControllerRevision": "apps" ["v1"] ControllerRevision "controllerrevisions" "controllerrevision" [] [] true false [];
    JOB = "batch/v1 Job": "batch" ["v1"] Job "jobs" "job" [] ["all"] true true ["status"];
    PRIORITY_CLASS = "scheduling.k8s.io/v1 PriorityClass": "scheduling.k8s.io" ["v1"] PriorityClass "priorityclasses" "priorityclass" ["pc"] [] false true [];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_found_by_every_name_people_use() {
        for name in ["DaemonSet", "daemonsets", "ds", "daemonsets.apps"] {
            assert_eq!(Kind::by_any_name(name), Some(kinds::DAEMON_SET), "{name}");
        }
        assert_eq!(Kind::by_any_name("submarine"), None);
        assert_eq!(Kind::by_api_version("batch/v1", "Job"), Some(kinds::JOB));
        assert_eq!(Kind::by_api_version("batch/v1beta1", "Job"), None);
    }
}
