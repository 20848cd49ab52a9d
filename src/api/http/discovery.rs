//! What a client learns of a server before it asks for objects: health, version, groups, resources
//! (apiserver `pkg/endpoints/discovery` and `pkg/server/routes`).

use super::discovery_aggregated::{self, Group};
use super::negotiation::{DiscoveryVersion, Endpoint};
use super::{Request, Response, custom, health, metrics, negotiation};
use crate::map;
use crate::object::{Kind, KindInfo, Map, Release, Str, Value};
use crate::store::View;

/// Answers a request for one of these paths; `None` for any other.
pub(super) fn answer(view: View<'_>, request: &Request) -> Result<Option<Response>, Response> {
    let segments: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    if let Some(response) = health::answer(&request.path, &request.query) {
        return Ok(Some(response));
    }
    if segments == ["metrics"] && request.method == "GET" {
        return Ok(Some(metrics::answer(view)));
    }
    if matches!(segments.as_slice(), ["api" | "apis"])
        && request.method == "GET"
        && let Some(version) = negotiation::discovery_version(&request.accept, |it| is_told_at_once(view.release(), it))
    {
        let groups = aggregated(view, segments[0] == "api");
        return Ok(Some(discovery_aggregated::answer(version, &groups)));
    }
    let value = match segments.as_slice() {
        ["" | "index.html"] => paths(view),
        ["version"] => version(view.release()),
        ["api"] => legacy_versions(),
        ["apis"] => group_list(view),
        ["apis", group] => {
            if !groups(view.release()).contains(group) && custom::versions(view, group).is_empty() {
                return Err(Response::page_not_found());
            }
            let mut value = self::group(view, group);
            value.insert("kind", "APIGroup");
            value.insert("apiVersion", "v1");
            value
        }
        ["api", version] => match resources(view, "", version) {
            Some(list) => list,
            None => return Err(Response::no_such_resource()),
        },
        ["apis", group, version] => match resources(view, group, version) {
            Some(list) => list,
            None if view.release().serves_group(group) => return Err(Response::no_such_resource()),
            None => return Err(Response::page_not_found()),
        },
        _ => return Ok(None),
    };
    negotiation::negotiate(&request.accept, Endpoint::Plain)?;
    if request.method != "GET" {
        return Err(Response::method_not_allowed());
    }
    Ok(Some(Response::json(200, Value::Map(value))))
}

/// The paths that there are, as `/` lists them (apiserver `pkg/server/routes/index.go`).
fn paths(view: View<'_>) -> Map {
    let mut paths: Vec<String> =
        ["/api", "/api/v1", "/apis", "/metrics", "/openapi/v2", "/openapi/v3", "/version"].map(str::to_owned).into();
    for group in group_list(view)["groups"].items() {
        paths.push(format!("/apis/{}", group["name"].str_or_empty()));
        let of_version = |it: &Value| format!("/apis/{}", it["groupVersion"].str_or_empty());
        paths.extend(group["versions"].items().iter().map(of_version));
    }
    paths.extend(health::paths());
    paths.sort_unstable();
    map! { "paths" => Value::list(paths) }
}

/// The core group, or every other, with what each version serves.
fn aggregated(view: View<'_>, is_core: bool) -> Vec<Group> {
    let of_version = |group: &str, version: &Value| {
        let version = version["version"].str_or_empty();
        resources(view, group, version).map(|list| (version.to_owned(), list))
    };
    if is_core {
        let versions = of_version("", &Value::Map(map! { "version" => "v1" }));
        return vec![Group { name: String::new(), versions: versions.into_iter().collect() }];
    }
    let list = group_list(view);
    let group = |group: &Value| {
        let name = group["name"].str_or_empty().to_owned();
        let versions = group["versions"].items().iter().filter_map(|it| of_version(&name, it)).collect();
        Group { name, versions }
    };
    list["groups"].items().iter().map(group).collect()
}

/// Whether the release tells of all groups at once in this way.
fn is_told_at_once(release: Release, version: DiscoveryVersion) -> bool {
    release.minor()
        >= match version {
            DiscoveryVersion::V2 => 30,
            DiscoveryVersion::V2beta1 => 27,
        }
}

fn version(release: Release) -> Map {
    let minor = release.minor();
    // A server tells since 1.33 which other releases it can act as.
    let numbers = (minor >= 33).then(|| (minor.to_string(), (minor - 1).to_string()));
    let emulates = |number: fn(&(String, String)) -> &String| numbers.as_ref().map(|it| number(it).as_str());
    map! {
        "major" => "1",
        "minor" => minor.to_string(),
        "emulationMajor" => emulates(|it| &it.0).map(|_| "1"),
        "emulationMinor" => emulates(|it| &it.0),
        "minCompatibilityMajor" => emulates(|it| &it.0).map(|_| "1"),
        "minCompatibilityMinor" => emulates(|it| &it.1),
        "gitVersion" => release.git_version(),
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

/// The groups that a server has built in, in the order in which it ranks them (kube-aggregator `pkg/controllers`).
const RANKED: [&str; 20] = [
    "apiregistration.k8s.io",
    "apps",
    "events.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "scheduling.k8s.io",
    "coordination.k8s.io",
    "node.k8s.io",
    "discovery.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "resource.k8s.io",
];

/// The named groups that are served: those that are ranked, and the others by their names.
pub(super) fn groups(release: Release) -> Vec<&'static str> {
    let mut served: Vec<&'static str> =
        Kind::all().flat_map(|kind| release.served(kind)).map(|it| it.group).filter(|it| !it.is_empty()).collect();
    served.sort_unstable();
    served.dedup();
    served.sort_by_key(|it| RANKED.iter().position(|ranked| ranked == it).unwrap_or(RANKED.len()));
    served
}

fn group_list(view: View<'_>) -> Map {
    let built_in = groups(view.release());
    let custom = custom::groups(view);
    let custom = custom.iter().map(Str::as_str).filter(|it| !built_in.contains(it));
    let groups = built_in.iter().copied().chain(custom).map(|name| Value::Map(group(view, name)));
    map! { "kind" => "APIGroupList", "apiVersion" => "v1", "groups" => Value::list(groups) }
}

/// The versions of a group that a server has built in, the preferred one first.
pub(super) fn built_in_versions(release: Release, group: &str) -> Vec<&'static str> {
    let mut versions: Vec<&str> = Vec::new();
    for served in Kind::all().flat_map(|kind| release.served(kind)).filter(|it| it.group == group) {
        if !versions.contains(&served.version) {
            versions.push(served.version);
        }
    }
    versions.sort_by_key(|version| std::cmp::Reverse(stability(version)));
    versions
}

fn group(view: View<'_>, name: &str) -> Map {
    let custom = custom::versions(view, name);
    let mut versions = built_in_versions(view.release(), name);
    for version in &custom {
        if !versions.contains(&version.as_str()) {
            versions.push(version);
        }
    }
    let shown = |version: &&str| {
        Value::Map(map! { "groupVersion" => format!("{name}/{version}"), "version" => Str::from(*version) })
    };
    map! {
        "name" => name,
        "versions" => Value::list(versions.iter().map(shown)),
        "preferredVersion" => versions.first().map(shown),
    }
}

/// How a version ranks among those of its group: stable before beta before alpha, then by the numbers
/// (apimachinery `pkg/version/helpers.go`).
fn stability(version: &str) -> (u8, u32, u32) {
    let rest = version.strip_prefix('v').unwrap_or(version);
    let (major, level, minor) = match (rest.split_once("beta"), rest.split_once("alpha")) {
        (Some((major, minor)), _) => (major, 1, minor),
        (_, Some((major, minor))) => (major, 0, minor),
        _ => (rest, 2, ""),
    };
    (level, major.parse().unwrap_or(0), minor.parse().unwrap_or(0))
}

/// The resources of a group and version in the order of their names, or `None` when it is not served.
fn resources(view: View<'_>, group: &str, version: &str) -> Option<Map> {
    let release = view.release();
    let mut rows: Vec<(String, Value)> = custom::resources(view, group, version);
    for kind in Kind::all() {
        let info = kind.info();
        if !release.served(kind).any(|it| it.group == group && it.version == version) {
            continue;
        }
        rows.push((info.plural.to_owned(), Value::Map(resource(info))));
        for subresource in info.subresources.iter().filter(|it| release.serves_subresource(kind, it)) {
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

fn resource(info: &KindInfo) -> Map {
    let unless_empty = |names: &'static [&'static str]| (!names.is_empty()).then(|| Value::list(names.iter().copied()));
    map! {
        "name" => info.plural,
        "singularName" => info.singular,
        "namespaced" => info.namespaced,
        "kind" => info.kind,
        "verbs" => Value::list(info.verbs.iter().copied()),
        "shortNames" => unless_empty(info.short_names),
        "categories" => unless_empty(info.categories),
        "storageVersionHash" => (!info.storage_hash.is_empty()).then_some(info.storage_hash),
    }
}

fn subresource(info: &KindInfo, subresource: &str, name: &str) -> Map {
    let proxy = format!("{}ProxyOptions", info.kind);
    let (group_version, kind, verbs): (Option<(&str, &str)>, &str, &[&str]) = match subresource {
        "attach" => (None, "PodAttachOptions", &["create", "get"]),
        "binding" => (None, "Binding", &["create"]),
        "eviction" => (Some(("policy", "v1")), "Eviction", &["create"]),
        "exec" => (None, "PodExecOptions", &["create", "get"]),
        "finalize" => (None, info.kind, &["update"]),
        "log" => (None, info.kind, &["get"]),
        "portforward" => (None, "PodPortForwardOptions", &["create", "get"]),
        "proxy" => (None, &proxy, &["create", "delete", "get", "patch", "update"]),
        "scale" => (Some(("autoscaling", "v1")), "Scale", &["get", "patch", "update"]),
        "token" => (Some(("authentication.k8s.io", "v1")), "TokenRequest", &["create"]),
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
    use crate::store::Store;

    fn get(path: &str) -> Value {
        let request = Request { method: "GET".to_owned(), path: path.to_owned(), ..Request::default() };
        match answer(View::new(&Store::new()), &request) {
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
        assert_eq!(get("/apis")["groups"][1]["name"].str_or_empty(), "apps");
        assert_eq!(get("/apis/autoscaling")["preferredVersion"]["version"].str_or_empty(), "v2");
        assert_eq!(get("/api")["versions"][0].str_or_empty(), "v1");
    }

    #[test]
    fn all_groups_are_told_at_once_to_whoever_asks() {
        let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
        let get = |path: &str| {
            let request = Request {
                method: "GET".to_owned(),
                path: path.to_owned(),
                accept: accept.to_owned(),
                ..Request::default()
            };
            match answer(View::new(&Store::new()), &request) {
                Ok(Some(Response { content: super::super::Content::JsonAs(value, media_type), .. })) => {
                    assert!(media_type.ends_with("v=v2;as=APIGroupDiscoveryList"));
                    value
                }
                other => panic!("{path}: {other:?}"),
            }
        };
        let groups = get("/apis");
        let apps = groups["items"].items().iter().find(|it| it["metadata"]["name"].as_str() == Some("apps"));
        let resources = apps.map(|it| it["versions"][0]["resources"].clone()).unwrap_or_default();
        let deployments = resources.items().iter().find(|it| it["resource"].as_str() == Some("deployments"));
        let below = deployments.map(|it| it["subresources"].to_json()).unwrap_or_default();
        assert!(below.contains(r#""responseKind":{"group":"autoscaling","kind":"Scale","version":"v1"}"#), "{below}");
        assert!(below.contains(r#""responseKind":{"group":"","kind":"Deployment","version":""}"#), "{below}");
        assert_eq!(get("/api")["items"][0]["versions"][0]["version"].str_or_empty(), "v1");
    }

    #[test]
    fn the_root_lists_the_paths() {
        let paths = get("/");
        let paths: Vec<&str> = paths["paths"].items().iter().map(Value::str_or_empty).collect();
        assert!(paths.is_sorted());
        for path in ["/api/v1", "/apis/apps/v1", "/healthz/ping", "/readyz/shutdown", "/version"] {
            assert!(paths.contains(&path), "{path}");
        }
    }

    #[test]
    fn stable_versions_come_before_the_others() {
        let mut versions = ["v1alpha1", "v2", "v1beta1", "v1", "v1beta2"];
        versions.sort_by_key(|version| std::cmp::Reverse(stability(version)));
        assert_eq!(versions, ["v2", "v1", "v1beta2", "v1beta1", "v1alpha1"]);
    }

    #[test]
    fn namespaces_cannot_be_deleted_as_a_collection() {
        let list = get("/api/v1");
        let namespaces = list["resources"].items().iter().find(|it| it["name"].str_or_empty() == "namespaces");
        let verbs = namespaces.map(|it| it["verbs"].items().len());
        assert_eq!(verbs, Some(7));
    }
}
