//! Discovery of all groups at once, `APIGroupDiscoveryList` (apiserver `pkg/endpoints/discovery/aggregated`).
//!
//! It is made of the lists that each group version answers with on its own, so that both kinds of discovery tell the same.

use super::negotiation::DiscoveryVersion;
use super::{Content, Response};
use crate::map;
use crate::object::{Map, Value};

/// A group with its versions, the preferred one first, and the `APIResourceList` of each.
pub(super) struct Group {
    /// Empty for the core group.
    pub name: String,
    pub versions: Vec<(String, Map)>,
}

/// The answer that lists `groups`.
pub(super) fn answer(version: DiscoveryVersion, groups: &[Group]) -> Response {
    let (api_version, media_type) = match version {
        DiscoveryVersion::V2 => {
            ("apidiscovery.k8s.io/v2", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
        }
        DiscoveryVersion::V2beta1 => {
            ("apidiscovery.k8s.io/v2beta1", "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList")
        }
    };
    let list = map! {
        "kind" => "APIGroupDiscoveryList",
        "apiVersion" => api_version,
        "metadata" => Value::empty_map(),
        "items" => Value::list(groups.iter().map(|it| Value::Map(group(it)))),
    };
    Response { content: Content::JsonAs(Value::Map(list), media_type), ..Response::json(200, Value::Null) }
}

fn group(group: &Group) -> Map {
    let versions = group.versions.iter().map(|(version, list)| {
        Value::Map(map! { "version" => version.clone(), "resources" => resources(list), "freshness" => "Current" })
    });
    let name = (!group.name.is_empty()).then(|| group.name.clone());
    map! { "metadata" => map! { "name" => name }, "versions" => Value::list(versions) }
}

/// The resources of a list, each with its subresources.
fn resources(list: &Map) -> Value {
    let rows = list["resources"].items();
    let parts = |row: &Value| row["name"].str_or_empty().split_once('/').map(|(a, b)| (a.to_owned(), b.to_owned()));
    let resource = |row: &Value| {
        let name = row["name"].str_or_empty();
        let below =
            rows.iter().filter_map(|it| parts(it).filter(|(parent, _)| parent == name).map(|(_, sub)| (sub, it)));
        let below: Vec<Value> = below
            .map(|(sub, it)| {
                let verbs = &it["verbs"];
                Value::Map(map! { "subresource" => sub, "responseKind" => response_kind(it), "verbs" => verbs })
            })
            .collect();
        Value::Map(map! {
            "resource" => name,
            "responseKind" => response_kind(row),
            "scope" => if row["namespaced"].is_true() { "Namespaced" } else { "Cluster" },
            "singularResource" => &row["singularName"],
            "verbs" => &row["verbs"],
            "shortNames" => &row["shortNames"],
            "categories" => &row["categories"],
            "subresources" => (!below.is_empty()).then_some(below),
        })
    };
    Value::list(rows.iter().filter(|it| parts(it).is_none()).map(resource))
}

/// Group and version are empty where they are those of the list.
fn response_kind(row: &Value) -> Map {
    map! { "group" => row["group"].str_or_empty(), "version" => row["version"].str_or_empty(), "kind" => &row["kind"] }
}
