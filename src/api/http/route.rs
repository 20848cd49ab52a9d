//! Which resource a path names.

use super::Response;
use crate::api::Status;
use crate::api::custom::{Served, serving};
use crate::object::{Kind, Str};
use crate::store::View;

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub kind: Kind,
    /// The group in the path; empty for the core group.
    pub group: Str,
    /// The version in the path, such as `v1`.
    pub version: Str,
    /// The namespace; empty for cluster-scoped kinds and for all namespaces.
    pub namespace: Str,
    /// The name; empty for a collection.
    pub name: Str,
    /// The subresource, or empty.
    pub subresource: Str,
    /// Whether it is the old form of a watch, `/api/v1/watch/...`.
    pub legacy_watch: bool,
    /// The version of the definition, for a custom kind.
    pub custom: Option<Served>,
}

impl Target {
    /// `apps/v1`, or `v1` for the core group.
    pub(super) fn api_version(&self) -> Str {
        if self.group.is_empty() {
            return self.version.clone();
        }
        Str::from(format!("{}/{}", self.group, self.version))
    }

    /// The kind of a list, such as `PodList`.
    pub(super) fn list_kind(&self) -> Str {
        match &self.custom {
            Some(custom) => custom.definition().names.list_kind.clone(),
            None => Str::from(format!("{}List", self.kind.info().kind)),
        }
    }

    /// Whether it is a collection over all namespaces of a kind that lives in namespaces.
    pub(super) fn spans_namespaces(&self) -> bool {
        self.kind.info().namespaced && self.namespace.is_empty()
    }
}

/// Finds what `path` names.
///
/// A path outside of every group that is served is a plain page not found; one below a served group is a `Status`.
pub(super) fn resolve(view: View<'_>, path: &str) -> Result<Target, Response> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (group, version, rest) = match segments.as_slice() {
        ["api", version, rest @ ..] => ("", *version, rest),
        ["apis", group, version, rest @ ..] if !group.is_empty() => (*group, *version, rest),
        _ => return Err(Response::page_not_found()),
    };
    let release = view.release();
    let is_built_in = release.serves_group(group);
    let (legacy_watch, rest) = match rest {
        ["watch", rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let (namespace, rest) = match rest {
        ["namespaces", _, "status" | "finalize"] if group.is_empty() => ("", rest),
        ["namespaces", namespace, below @ ..] if !below.is_empty() => (*namespace, below),
        rest => ("", rest),
    };
    let (plural, name, subresource) = match rest {
        [plural] => (*plural, "", ""),
        [plural, name] => (*plural, *name, ""),
        [plural, name, subresource] => (*plural, *name, *subresource),
        [plural, name, "proxy", ..] => (*plural, *name, "proxy"),
        _ if !is_built_in => return Err(Response::page_not_found()),
        _ => return Err(Response::no_such_resource()),
    };
    let place = Place { group, version, namespace, plural, name, subresource, legacy_watch };
    if !is_built_in {
        return place.custom(view);
    }
    let kind = release.by_resource(group, version, plural).ok_or_else(Response::no_such_resource)?;
    let info = kind.info();
    let misplaced = if info.namespaced { namespace.is_empty() && !name.is_empty() } else { !namespace.is_empty() };
    let serves = |it: &str| info.subresources.contains(&it) && release.serves_subresource(kind, it);
    if misplaced || !(subresource.is_empty() || serves(subresource)) {
        return Err(Response::no_such_resource());
    }
    Ok(place.target(kind, None))
}

/// A path below a group and version, taken apart.
struct Place<'p> {
    group: &'p str,
    version: &'p str,
    namespace: &'p str,
    plural: &'p str,
    name: &'p str,
    subresource: &'p str,
    legacy_watch: bool,
}

impl Place<'_> {
    fn target(&self, kind: Kind, custom: Option<Served>) -> Target {
        Target {
            kind,
            group: Str::from(self.group),
            version: Str::from(self.version),
            namespace: Str::from(self.namespace),
            name: Str::from(self.name),
            subresource: Str::from(self.subresource),
            legacy_watch: self.legacy_watch,
            custom,
        }
    }

    /// What the path names among the custom kinds. What none of them serves is a plain page not found.
    fn custom(&self, view: View<'_>) -> Result<Target, Response> {
        let served = serving::by_resource(view, self.group, self.version, self.plural);
        let Some(served) = served.filter(|_| !self.legacy_watch) else {
            return Err(Response::page_not_found());
        };
        let kind = served.definition().kind;
        let is_namespaced = served.definition().namespaced;
        let has_namespace = !self.namespace.is_empty();
        if has_namespace != is_namespaced && (has_namespace || !self.name.is_empty()) {
            return Err(Response::page_not_found());
        }
        if !self.subresource.is_empty() && !served.has_subresource(self.subresource) {
            return Err(Status::not_found(kind, self.name).into());
        }
        Ok(self.target(kind, Some(served)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn shown(path: &str) -> String {
        match resolve(View::new(&Store::new()), path) {
            Ok(it) => format!("{}|{}|{}|{}", it.kind.info().plural, it.namespace, it.name, it.subresource),
            Err(response) => match response.content {
                super::super::Content::Text(_) => "page".to_owned(),
                _ => "status".to_owned(),
            },
        }
    }

    #[test]
    fn a_path_names_a_collection_an_object_or_a_subresource() {
        let table = [
            ("/api/v1/pods", "pods|||"),
            ("/api/v1/namespaces/a/pods", "pods|a||"),
            ("/api/v1/namespaces/a/pods/p", "pods|a|p|"),
            ("/api/v1/namespaces/a/pods/p/status", "pods|a|p|status"),
            ("/api/v1/namespaces", "namespaces|||"),
            ("/api/v1/namespaces/a", "namespaces||a|"),
            ("/api/v1/namespaces/a/finalize", "namespaces||a|finalize"),
            ("/api/v1/nodes/n/status", "nodes||n|status"),
            ("/apis/apps/v1/namespaces/a/daemonsets/d", "daemonsets|a|d|"),
            ("/api/v1/watch/namespaces/a/pods", "pods|a||"),
        ];
        for (path, want) in table {
            assert_eq!(shown(path), want, "{path}");
        }
    }

    #[test]
    fn what_is_not_served_is_a_status_below_a_served_group_and_a_page_elsewhere() {
        let table = [
            ("/apis/apps/v1/namespaces/a/daemonsets/d/scale", "status"),
            ("/apis/apps/v1/namespaces/a/pods", "status"),
            ("/apis/batch/v1beta1/namespaces/a/jobs", "status"),
            ("/api/v1/pods/p", "status"),
            ("/api/v1/namespaces/a/nodes", "status"),
            ("/apis/example.com/v1/boats", "page"),
            ("/somewhere", "page"),
        ];
        for (path, want) in table {
            assert_eq!(shown(path), want, "{path}");
        }
    }
}
