//! `/openapi/v3`: which paths there are, and which parameters their methods take. The schemas of the objects come later.
//!
//! kubectl reads it before it writes: where PATCH takes `fieldValidation`, it leaves the validation to the server.

use super::Response;
use crate::map;
use crate::object::{Kind, KindInfo, Map, Release, Served, Str, Value};

/// The parameters that each method takes.
const METHODS: [(&str, &[&str]); 4] = [
    ("get", &["pretty"]),
    ("put", &["pretty", "dryRun", "fieldManager", "fieldValidation"]),
    ("patch", &["pretty", "dryRun", "fieldManager", "fieldValidation", "force"]),
    ("delete", &["pretty", "dryRun", "gracePeriodSeconds", "orphanDependents", "propagationPolicy"]),
];

/// The documents by group and version.
pub(super) fn root(release: Release) -> Map {
    let mut paths = Map::new();
    for kind in Kind::all() {
        let info = kind.info();
        for served in info.served_in(release.minor()) {
            let place = place(&served);
            let link = map! { "serverRelativeURL" => format!("/openapi/v3/{place}") };
            paths.insert(place, link);
        }
    }
    map! { "paths" => paths }
}

/// The document of one group and version: `segments` are those after `/openapi/v3`.
pub(super) fn document(release: Release, segments: &[&str]) -> Result<Map, Response> {
    let asked = segments.join("/");
    let mut paths = Map::new();
    for kind in Kind::all() {
        let info = kind.info();
        for served in info.served_in(release.minor()).filter(|it| place(it) == asked) {
            let namespace = if info.namespaced { "namespaces/{namespace}/" } else { "" };
            let path = format!("/{asked}/{namespace}{}/{{name}}", info.plural);
            paths.insert(path, operations(info, &served));
        }
    }
    if paths.is_empty() {
        return Err(Response::page_not_found());
    }
    Ok(map! {
        "openapi" => "3.0.0",
        "info" => map! { "title" => "Kubernetes", "version" => release.git_version() },
        "paths" => paths,
    })
}

fn place(served: &Served) -> String {
    match served.group {
        "" => format!("api/{}", served.version),
        group => format!("apis/{group}/{}", served.version),
    }
}

fn operations(info: &KindInfo, served: &Served) -> Map {
    let gvk = map! { "group" => served.group, "kind" => info.kind, "version" => served.version };
    METHODS
        .iter()
        .map(|(method, parameters)| {
            let parameter = |name: &&str| {
                Value::Map(map! { "name" => *name, "in" => "query", "schema" => map! { "type" => "string" } })
            };
            let operation = map! {
                "parameters" => Value::list(parameters.iter().map(parameter)),
                "responses" => map! { "200" => map! { "description" => "OK" } },
                "x-kubernetes-group-version-kind" => &gvk,
            };
            (Str::from(*method), Value::Map(operation))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_version_has_a_document_that_tells_what_patch_takes() {
        let paths = root(Release::LATEST);
        let places: Vec<&str> =
            paths["paths"].as_map().map(|it| it.keys().map(Str::as_str).collect()).unwrap_or_default();
        assert!(places.contains(&"apis/apps/v1"), "{places:?}");
        let document = document(Release::LATEST, &["apis", "apps", "v1"]).expect("served");
        let patch = &document["paths"]["/apis/apps/v1/namespaces/{namespace}/daemonsets/{name}"]["patch"];
        assert!(patch["parameters"].items().iter().any(|it| it["name"].str_or_empty() == "fieldValidation"));
        assert_eq!(patch["x-kubernetes-group-version-kind"]["kind"].str_or_empty(), "DaemonSet");
    }
}
