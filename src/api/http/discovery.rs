//! What a client learns of a server before it asks for objects: health, version, groups, resources
//! (apiserver `pkg/endpoints/discovery` and `pkg/server/routes`).

use super::{Request, Response, negotiation, openapi};
use crate::map;
use crate::object::{Kind, KindInfo, Map, Value, kinds};

/// Answers a request for one of these paths; `None` for any other.
pub(super) fn answer(request: &Request) -> Result<Option<Response>, Response> {
    let segments: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    let text = match segments.as_slice() {
        ["healthz" | "livez" | "readyz"] | ["healthz" | "livez" | "readyz", "ping" | "log" | "etcd"] => {
            Some(Response::text(200, "ok"))
        }
        _ => None,
    };
    if text.is_some() {
        return Ok(text);
    }
    let value = match segments.as_slice() {
        ["version"] => version(),
        ["openapi", "v3"] => openapi::root(),
        ["openapi", "v3", below @ ..] => openapi::document(below)?,
        ["api"] => legacy_versions(),
        ["apis"] => group_list(),
        ["apis", group] => {
            let Some(group) = groups().find(|it| it == group) else {
                return Err(Response::page_not_found());
            };
            let mut value = self::group(group);
            value.insert("kind", "APIGroup");
            value.insert("apiVersion", "v1");
            value
        }
        ["api", version] => match resources("", version) {
            Some(list) => list,
            None => return Err(Response::no_such_resource()),
        },
        ["apis", group, version] => match resources(group, version) {
            Some(list) => list,
            None if groups().any(|it| it == *group) => return Err(Response::no_such_resource()),
            None => return Err(Response::page_not_found()),
        },
        _ => return Ok(None),
    };
    negotiation::acceptable(&request.accept)?;
    if request.method != "GET" {
        return Err(Response::method_not_allowed());
    }
    Ok(Some(Response::json(200, Value::Map(value))))
}

fn version() -> Map {
    map! {
        "major" => "1",
        "minor" => "36",
        "emulationMajor" => "1",
        "emulationMinor" => "36",
        "minCompatibilityMajor" => "1",
        "minCompatibilityMinor" => "35",
        "gitVersion" => "v1.36.2",
        "gitCommit" => "",
        "gitTreeState" => "clean",
        "buildDate" => "1970-01-01T00:00:00Z",
        "goVersion" => "",
        "compiler" => "gc",
        "platform" => "linux/amd64",
    }
}

fn legacy_versions() -> Map {
    let address = map! { "clientCIDR" => "0.0.0.0/0", "serverAddress" => "127.0.0.1" };
    map! {
        "kind" => "APIVersions",
        "versions" => Value::list(["v1"]),
        "serverAddressByClientCIDRs" => Value::list([Value::Map(address)]),
    }
}

/// The named groups in the order in which a server ranks them.
fn groups() -> impl Iterator<Item = &'static str> {
    const RANKED: [&str; 4] = ["apps", "batch", "scheduling.k8s.io", "coordination.k8s.io"];
    let served = |group: &&str| Kind::all().any(|kind| kind.info().group == *group);
    let mut others: Vec<&'static str> =
        Kind::all().map(|kind| kind.info().group).filter(|it| !it.is_empty() && !RANKED.contains(it)).collect();
    others.sort_unstable();
    others.dedup();
    RANKED.into_iter().filter(served).chain(others)
}

fn group_list() -> Map {
    let groups = groups().map(|name| Value::Map(group(name)));
    map! { "kind" => "APIGroupList", "apiVersion" => "v1", "groups" => Value::list(groups) }
}

fn group(name: &str) -> Map {
    let mut versions: Vec<&str> = Vec::new();
    for kind in Kind::all().filter(|kind| kind.info().group == name) {
        for version in kind.info().versions {
            if !versions.contains(version) {
                versions.push(version);
            }
        }
    }
    let shown =
        |version: &&str| Value::Map(map! { "groupVersion" => format!("{name}/{version}"), "version" => *version });
    map! {
        "name" => name,
        "versions" => Value::list(versions.iter().map(shown)),
        "preferredVersion" => versions.first().map(shown),
    }
}

/// The resources of a group and version in the order of their names, or `None` when it is not served.
fn resources(group: &str, version: &str) -> Option<Map> {
    let mut rows: Vec<(String, Value)> = Vec::new();
    for kind in Kind::all() {
        let info = kind.info();
        if info.group != group || !info.versions.contains(&version) {
            continue;
        }
        rows.push((info.plural.to_owned(), Value::Map(resource(kind, info))));
        for subresource in info.subresources {
            let name = format!("{}/{subresource}", info.plural);
            rows.push((name.clone(), Value::Map(self::subresource(info, subresource, &name))));
        }
    }
    if rows.is_empty() {
        return None;
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let group_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    Some(map! {
        "kind" => "APIResourceList",
        "apiVersion" => "v1",
        "groupVersion" => group_version,
        "resources" => Value::list(rows.into_iter().map(|(_, row)| row)),
    })
}

fn resource(kind: Kind, info: &KindInfo) -> Map {
    let mut verbs = vec!["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    if kind == kinds::NAMESPACE {
        verbs.retain(|verb| *verb != "deletecollection");
    }
    let unless_empty = |names: &'static [&'static str]| (!names.is_empty()).then(|| Value::list(names.iter().copied()));
    map! {
        "name" => info.plural,
        "singularName" => info.singular,
        "namespaced" => info.namespaced,
        "kind" => info.kind,
        "verbs" => Value::list(verbs),
        "shortNames" => unless_empty(info.short_names),
        "categories" => unless_empty(info.categories),
        "storageVersionHash" => storage_version_hash(kind),
    }
}

/// The first eight bytes of the SHA-256 of `group/version/Kind`, in base64: what a client compares storage versions by.
fn storage_version_hash(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        kinds::NAMESPACE => "Q3oi5N2YM8M=",
        kinds::NODE => "XwShjMxG9Fs=",
        kinds::POD => "xPOwRZ+Yhw8=",
        kinds::EVENT => "r2yiGXH7wu8=",
        kinds::CONFIG_MAP => "qFsyl6wFWjQ=",
        kinds::SECRET => "S6u1pOWzb84=",
        kinds::SERVICE_ACCOUNT => "pbx9ZvyFpBE=",
        kinds::LEASE => "gqkMMb/YqFM=",
        kinds::DAEMON_SET => "dd7pWHUlMKQ=",
        kinds::CONTROLLER_REVISION => "85nkx63pcBU=",
        kinds::JOB => "mudhfqk/qZY=",
        kinds::PRIORITY_CLASS => "1QwjyaZjj3Y=",
        _ => return None,
    })
}

fn subresource(info: &KindInfo, subresource: &str, name: &str) -> Map {
    let (group_version, kind, verbs): (Option<(&str, &str)>, &str, &[&str]) = match subresource {
        "binding" => (None, "Binding", &["create"]),
        "eviction" => (Some(("policy", "v1")), "Eviction", &["create"]),
        "finalize" => (None, info.kind, &["update"]),
        "scale" => (Some(("autoscaling", "v1")), "Scale", &["get", "patch", "update"]),
        _ => (None, info.kind, &["get", "patch", "update"]),
    };
    map! {
        "name" => name,
        "singularName" => "",
        "namespaced" => info.namespaced,
        "group" => group_version.map(|(group, _)| group),
        "version" => group_version.map(|(_, version)| version),
        "kind" => kind,
        "verbs" => Value::list(verbs.iter().copied()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str) -> Value {
        let request = Request { method: "GET".to_owned(), path: path.to_owned(), ..Request::default() };
        match answer(&request) {
            Ok(Some(Response { content: super::super::Content::Json(value), .. })) => value,
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn a_group_version_lists_its_resources_in_the_order_of_their_names() {
        let list = get("/apis/apps/v1");
        let names: Vec<&str> = list["resources"].items().iter().map(|it| it["name"].str_or_empty()).collect();
        assert!(names.is_sorted(), "{names:?}");
        assert!(names.contains(&"daemonsets/status"));
        assert_eq!(get("/apis/apps")["preferredVersion"]["groupVersion"].str_or_empty(), "apps/v1");
        assert_eq!(get("/apis")["groups"][0]["name"].str_or_empty(), "apps");
        assert_eq!(get("/api")["versions"][0].str_or_empty(), "v1");
    }

    #[test]
    fn namespaces_cannot_be_deleted_as_a_collection() {
        let list = get("/api/v1");
        let namespaces = list["resources"].items().iter().find(|it| it["name"].str_or_empty() == "namespaces");
        let verbs = namespaces.map(|it| it["verbs"].items().len());
        assert_eq!(verbs, Some(7));
    }
}
