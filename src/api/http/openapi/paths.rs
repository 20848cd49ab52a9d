//! The paths of a group and version with their operations (apiserver `pkg/endpoints/installer.go`), in the form of version 3.

use super::definitions::{META, PREFIX, custom_name, gvk, name_of};
use crate::map;
use crate::object::{Kind, Map, Release, Str, Value};

/// A resource of a group and version.
#[derive(Clone, Debug)]
pub(super) struct Resource<'a> {
    pub group: &'a str,
    pub version: &'a str,
    pub kind: &'a str,
    pub list_kind: String,
    pub plural: &'a str,
    pub namespaced: bool,
    pub verbs: &'a [&'a str],
    pub subresources: Vec<&'a str>,
    /// Whether a CustomResourceDefinition serves it.
    pub is_custom: bool,
}

/// The built-in resources of a group and version.
pub(super) fn built_in(group: &str, version: &str, release: Release) -> Vec<Resource<'static>> {
    let mut found = Vec::new();
    for kind in Kind::all() {
        let info = kind.info();
        for served in release.served(kind).filter(|it| it.group == group && it.version == version) {
            let subresources = info.subresources.iter().copied();
            found.push(Resource {
                group: served.group,
                version: served.version,
                kind: info.kind,
                list_kind: format!("{}List", info.kind),
                plural: info.plural,
                namespaced: info.namespaced,
                verbs: info.verbs,
                subresources: subresources.filter(|it| release.serves_subresource(kind, it)).collect(),
                is_custom: false,
            });
        }
    }
    found
}

/// A resource or subresource, and what its bodies are.
struct Place<'a> {
    resource: &'a Resource<'a>,
    /// Empty for the resource itself.
    subresource: &'a str,
    /// The group, version and kind that its bodies have.
    body: (String, String, String),
}

/// How a path is scoped and what it ends in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// One object.
    Object,
    /// A collection, within its namespace where it has one.
    Collection,
    /// The objects of all namespaces.
    AllNamespaces,
}

/// Every path below `/api/v1` or `/apis/GROUP/VERSION`, with its operations.
pub(super) fn paths(group: &str, version: &str, resources: &[Resource<'_>]) -> Map {
    let mut paths = Map::new();
    let root = root(group, version);
    for resource in resources {
        add_resource(&mut paths, &root, resource);
        for subresource in &resource.subresources {
            add_subresource(&mut paths, &root, resource, subresource);
        }
    }
    let operation = map! {
        "description" => "get available resources",
        "operationId" => format!("get{}APIResources", title(group, version)),
        "responses" => responses(&[200], &format!("{META}APIResourceList"), &PLAIN),
        "tags" => tags(group, version),
    };
    paths.insert(format!("{root}/"), map! { "get" => operation });
    paths
}

/// `/apis/apps/v1`, or `/api/v1` for the core group.
pub(super) fn root(group: &str, version: &str) -> String {
    if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") }
}

const PLAIN: [&str; 3] = ["application/json", "application/vnd.kubernetes.protobuf", "application/yaml"];
const CUSTOM: [&str; 2] = ["application/json", "application/yaml"];
const LISTED: [&str; 5] = [
    "application/json",
    "application/json;stream=watch",
    "application/vnd.kubernetes.protobuf",
    "application/vnd.kubernetes.protobuf;stream=watch",
    "application/yaml",
];
const PATCHES: [&str; 4] = [
    "application/apply-patch+yaml",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
];

const LIST: [&str; 11] = [
    "allowWatchBookmarks",
    "continue",
    "fieldSelector",
    "labelSelector",
    "limit",
    "pretty",
    "resourceVersion",
    "resourceVersionMatch",
    "sendInitialEvents",
    "timeoutSeconds",
    "watch",
];
const WRITE: [&str; 4] = ["dryRun", "fieldManager", "fieldValidation", "pretty"];
const PATCH: [&str; 5] = ["dryRun", "fieldManager", "fieldValidation", "force", "pretty"];
const DELETE: [&str; 6] = [
    "dryRun",
    "gracePeriodSeconds",
    "ignoreStoreReadErrorWithClusterBreakingPotential",
    "orphanDependents",
    "pretty",
    "propagationPolicy",
];
const DELETE_COLLECTION: [&str; 14] = [
    "continue",
    "dryRun",
    "fieldSelector",
    "gracePeriodSeconds",
    "ignoreStoreReadErrorWithClusterBreakingPotential",
    "labelSelector",
    "limit",
    "orphanDependents",
    "pretty",
    "propagationPolicy",
    "resourceVersion",
    "resourceVersionMatch",
    "sendInitialEvents",
    "timeoutSeconds",
];

fn add_resource(paths: &mut Map, root: &str, info: &Resource<'_>) {
    let body = (info.group.to_owned(), info.version.to_owned(), info.kind.to_owned());
    let place = Place { resource: info, subresource: "", body };
    let has = |verb: &str| info.verbs.contains(&verb);
    let namespace = if info.namespaced { "/namespaces/{namespace}" } else { "" };
    let collection = format!("{root}{namespace}/{}", info.plural);
    let mut operations = Map::new();
    if has("list") {
        operations.insert("get", place.read("list", Scope::Collection));
    }
    if has("create") {
        operations.insert("post", place.write("post", Scope::Collection));
    }
    if has("deletecollection") {
        operations.insert("delete", place.delete("deletecollection", Scope::Collection));
    }
    add(paths, collection.clone(), operations, &place, Scope::Collection);
    let mut operations = Map::new();
    if has("get") {
        operations.insert("get", place.read("get", Scope::Object));
    }
    if has("update") {
        operations.insert("put", place.write("put", Scope::Object));
    }
    if has("patch") {
        operations.insert("patch", place.write("patch", Scope::Object));
    }
    if has("delete") {
        operations.insert("delete", place.delete("delete", Scope::Object));
    }
    add(paths, format!("{collection}/{{name}}"), operations, &place, Scope::Object);
    if info.namespaced && has("list") {
        let operations = map! { "get" => place.read("list", Scope::AllNamespaces) };
        add(paths, format!("{root}/{}", info.plural), operations, &place, Scope::AllNamespaces);
    }
    if has("watch") {
        let path = |rest: &str| format!("{root}/watch{rest}");
        let collection = format!("{namespace}/{}", info.plural);
        let watched = |scope: Scope| {
            let action = if scope == Scope::Object { "watch" } else { "watchlist" };
            map! { "get" => place.read(action, scope) }
        };
        add(paths, path(&collection), watched(Scope::Collection), &place, Scope::Collection);
        add(paths, path(&format!("{collection}/{{name}}")), watched(Scope::Object), &place, Scope::Object);
        if info.namespaced {
            let all = watched(Scope::AllNamespaces);
            add(paths, path(&format!("/{}", info.plural)), all, &place, Scope::AllNamespaces);
        }
    }
}

fn add_subresource(paths: &mut Map, root: &str, info: &Resource<'_>, subresource: &str) {
    let (group, version, kind): (&str, &str, String) = match subresource {
        "scale" => ("autoscaling", "v1", "Scale".to_owned()),
        "eviction" => ("policy", "v1", "Eviction".to_owned()),
        "token" => ("authentication.k8s.io", "v1", "TokenRequest".to_owned()),
        "binding" => ("", "v1", "Binding".to_owned()),
        "attach" => ("", "v1", "PodAttachOptions".to_owned()),
        "exec" => ("", "v1", "PodExecOptions".to_owned()),
        "portforward" => ("", "v1", "PodPortForwardOptions".to_owned()),
        "proxy" => ("", "v1", format!("{}ProxyOptions", info.kind)),
        _ => (info.group, info.version, info.kind.to_owned()),
    };
    let body = (group.to_owned(), version.to_owned(), kind);
    let place = Place { resource: info, subresource, body };
    let mut operations = Map::new();
    match subresource {
        "binding" | "eviction" | "token" => {
            operations.insert("post", place.write("post", Scope::Object));
        }
        "attach" | "exec" | "portforward" | "proxy" => {
            for method in ["get", "post"] {
                operations.insert(method, place.connect(method));
            }
        }
        "finalize" => {
            operations.insert("put", place.write("put", Scope::Object));
        }
        "log" => {
            operations.insert("get", place.read("get", Scope::Object));
        }
        _ => {
            operations.insert("get", place.read("get", Scope::Object));
            operations.insert("put", place.write("put", Scope::Object));
            operations.insert("patch", place.write("patch", Scope::Object));
        }
    }
    let namespace = if info.namespaced { "/namespaces/{namespace}" } else { "" };
    let path = format!("{root}{namespace}/{}/{{name}}/{subresource}", info.plural);
    add(paths, path, operations, &place, Scope::Object);
}

/// Adds a path with what all of its operations take.
fn add(paths: &mut Map, path: String, mut operations: Map, place: &Place<'_>, scope: Scope) {
    if operations.is_empty() {
        return;
    }
    let mut parameters = Vec::new();
    let in_path = |name: &str, description: String| {
        Value::Map(map! {
            "description" => description, "in" => "path", "name" => name, "required" => true,
            "schema" => map! { "type" => "string", "uniqueItems" => true },
        })
    };
    if scope == Scope::Object {
        parameters.push(in_path("name", format!("name of the {}", place.body.2)));
    }
    if place.resource.namespaced && scope != Scope::AllNamespaces {
        let description = "object name and auth scope, such as for teams and projects".to_owned();
        parameters.push(in_path("namespace", description));
    }
    if !parameters.is_empty() {
        operations.insert("parameters", Value::list(parameters));
    }
    paths.insert(path, operations);
}

impl Place<'_> {
    fn operation(&self, action: &str, verb: &str, scope: Scope) -> Map {
        let namespaced = if self.resource.namespaced && scope != Scope::AllNamespaces { "Namespaced" } else { "" };
        let everywhere = if scope == Scope::AllNamespaces { "ForAllNamespaces" } else { "" };
        let words = match self.subresource {
            "" => String::new(),
            "ephemeralcontainers" => "Ephemeralcontainers".to_owned(),
            word => word[..1].to_uppercase() + &word[1..],
        };
        let suffix = if action == "watchlist" { "List" } else { "" };
        let id = format!(
            "{verb}{}{namespaced}{}{words}{suffix}{everywhere}",
            title(self.resource.group, self.resource.version),
            self.resource.kind,
        );
        let (group, version, kind) = &self.body;
        map! {
            "operationId" => id,
            "tags" => tags(self.resource.group, self.resource.version),
            "x-kubernetes-action" => action,
            "x-kubernetes-group-version-kind" => gvk(group, version, kind),
        }
    }

    /// The definition of its bodies.
    fn definition(&self) -> String {
        self.definition_of(&self.body.2)
    }

    fn definition_of(&self, kind: &str) -> String {
        let (group, version, _) = &self.body;
        let is_own = group == self.resource.group;
        if self.resource.is_custom && is_own {
            custom_name(group, version, kind)
        } else {
            name_of(group, version, kind)
        }
    }

    /// What its answers can be.
    fn media(&self) -> &'static [&'static str] {
        if self.resource.is_custom { &CUSTOM } else { &PLAIN }
    }

    fn read(&self, action: &str, scope: Scope) -> Map {
        let of = if self.subresource.is_empty() { String::new() } else { format!("{} of ", self.subresource) };
        let kind = self.resource.kind;
        let (verb, description, answer, media): (_, _, _, &[&str]) = match action {
            "list" => {
                let list = self.definition_of(&self.resource.list_kind);
                let media: &[&str] = if self.resource.is_custom { &CUSTOM } else { &LISTED };
                ("list", format!("list or watch objects of kind {kind}"), list, media)
            }
            "watch" | "watchlist" => {
                ("watch", format!("watch changes to objects of kind {kind}"), format!("{META}WatchEvent"), &LISTED)
            }
            _ => ("read", format!("read {of}the specified {kind}"), self.definition(), self.media()),
        };
        let mut operation = self.operation(action, verb, scope);
        let takes: &[&str] = if action == "get" { &["pretty"] } else { &LIST };
        if !takes.is_empty() {
            operation.insert("parameters", parameters(takes));
        }
        operation.insert("description", description);
        operation.insert("responses", responses(&[200], &answer, media));
        operation
    }

    fn write(&self, action: &str, scope: Scope) -> Map {
        let of = if self.subresource.is_empty() { String::new() } else { format!("{} of ", self.subresource) };
        let kind = self.resource.kind;
        let (verb, description, codes): (_, _, &[u16]) = match action {
            "post" => ("create", format!("create {of}a {kind}"), &[200, 201, 202]),
            "put" => ("replace", format!("replace {of}the specified {kind}"), &[200, 201]),
            _ => ("patch", format!("partially update {of}the specified {kind}"), &[200, 201]),
        };
        let mut operation = self.operation(action, verb, scope);
        let (takes, body, media): (&[&str], _, &[&str]) = match action {
            // Custom resources know no strategic merge: kubectl looks here for how to send what it applies.
            "patch" if self.resource.is_custom => (&PATCH, format!("{META}Patch"), &PATCHES[..3]),
            "patch" => (&PATCH, format!("{META}Patch"), &PATCHES),
            _ => (&WRITE, self.definition(), &["*/*"]),
        };
        operation.insert("description", description);
        operation.insert("parameters", parameters(takes));
        operation.insert("requestBody", map! { "content" => content(&body, media), "required" => true });
        operation.insert("responses", responses(codes, &self.definition(), self.media()));
        operation
    }

    fn delete(&self, action: &str, scope: Scope) -> Map {
        let kind = self.resource.kind;
        let (verb, description, takes, codes): (_, _, &[&str], &[u16]) = match action {
            "delete" => ("delete", format!("delete a {kind}"), &DELETE, &[200, 202]),
            _ => ("deleteCollection", format!("delete collection of {kind}"), &DELETE_COLLECTION, &[200]),
        };
        let verb = if action == "delete" { verb.to_owned() } else { "deleteCollection".to_owned() };
        let mut operation = self.operation(action, &verb, scope);
        operation.insert("description", description);
        operation.insert("parameters", parameters(takes));
        operation.insert("requestBody", map! { "content" => content(&format!("{META}DeleteOptions"), &["*/*"]) });
        operation.insert("responses", responses(codes, &format!("{META}Status"), self.media()));
        operation
    }

    fn connect(&self, method: &str) -> Map {
        let mut operation = self.operation("connect", &format!("connect{}", method.to_uppercase()), Scope::Object);
        let what =
            format!("connect {} requests to {} of {}", method.to_uppercase(), self.subresource, self.resource.kind);
        operation.insert("description", what);
        let answer = map! { "schema" => map! { "type" => "string" } };
        let ok = map! { "description" => "OK", "content" => map! { "*/*" => answer } };
        operation.insert("responses", map! { "200" => ok, "401" => map! { "description" => "Unauthorized" } });
        operation
    }
}

/// `AppsV1`, `CoreV1`, `RbacAuthorizationV1`: how operation names say the group and version.
fn title(group: &str, version: &str) -> String {
    let group = if group.is_empty() { "core" } else { group.trim_end_matches(".k8s.io") };
    let capital = |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect();
    group.split('.').chain([version]).map(capital).collect::<Vec<String>>().concat()
}

fn tags(group: &str, version: &str) -> Value {
    let group = if group.is_empty() { "core".to_owned() } else { group.trim_end_matches(".k8s.io").replace('.', "_") };
    Value::list([format!("{}_{version}", lower_camel(&group))])
}

/// `rbac_authorization` as `rbacAuthorization`.
fn lower_camel(text: &str) -> String {
    let mut words = text.split('_');
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        out.extend(word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)));
    }
    out
}

fn content(definition: &str, media: &[&str]) -> Map {
    let schema = map! { "schema" => map! { "$ref" => format!("{PREFIX}{definition}") } };
    media.iter().map(|it| (Str::from(*it), Value::Map(schema.clone()))).collect()
}

fn responses(codes: &[u16], definition: &str, media: &[&str]) -> Map {
    let mut out = map! { "401" => map! { "description" => "Unauthorized" } };
    for code in codes {
        let text = match code {
            201 => "Created",
            202 => "Accepted",
            _ => "OK",
        };
        out.insert(code.to_string(), map! { "content" => content(definition, media), "description" => text });
    }
    out
}

/// Query parameters.
fn parameters(names: &[&str]) -> Value {
    Value::list(names.iter().map(|name| {
        let ty = match *name {
            "gracePeriodSeconds" | "limit" | "timeoutSeconds" => "integer",
            "allowWatchBookmarks"
            | "force"
            | "ignoreStoreReadErrorWithClusterBreakingPotential"
            | "orphanDependents"
            | "sendInitialEvents"
            | "watch" => "boolean",
            _ => "string",
        };
        let schema = map! { "type" => ty, "uniqueItems" => true };
        Value::Map(map! { "in" => "query", "name" => *name, "schema" => schema })
    }))
}
