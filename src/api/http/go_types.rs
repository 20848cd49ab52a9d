//! What the Go types of the API say beyond their OpenAPI schemas: protobuf numbers, pointers, `omitempty`, patch tags, list
//! types, defaults and enumerations.
//!
//! The facts are a table, `go_types.txt`, of the struct tags and markers in `types.go` of Kubernetes 1.36's API packages.
//! A line at the margin names a struct; an indented line is a field: its JSON name (`&` for an embedded struct), its number in
//! protobuf, its Go type, and then in any order `?` (omitempty), `omitzero`, `patch=`, `key=`, `list=`, `by=`, `map=`,
//! `default=`, and `enum` or `enumonly` (the description does not list the values).

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A Go struct.
#[derive(Debug, Default)]
pub(super) struct GoStruct {
    /// `+structType=atomic`.
    pub atomic: bool,
    /// Its own fields, in the order of the source.
    pub fields: Vec<GoField>,
    /// The numbers and the full names of the structs that are inlined into it.
    pub embedded: Vec<(u32, String)>,
}

/// A field of a Go struct.
#[derive(Debug, Default)]
pub(super) struct GoField {
    pub name: &'static str,
    /// Its number in protobuf.
    pub number: u32,
    /// Its type as the source has it; types of other packages with their group and version, as `core/v1.PodTemplateSpec`.
    pub ty: &'static str,
    /// `omitempty`.
    pub omits_empty: bool,
    /// `omitzero`.
    pub omits_zero: bool,
    /// `patchStrategy`, such as `merge,retainKeys`.
    pub patch_strategy: Option<&'static str>,
    /// `patchMergeKey`.
    pub patch_merge_key: Option<&'static str>,
    /// `+listType`: `atomic`, `set` or `map`.
    pub list_type: Option<&'static str>,
    /// `+listMapKey`.
    pub list_map_keys: Vec<&'static str>,
    /// `+mapType` or `+structType`.
    pub map_type: Option<&'static str>,
    /// `+default`, as JSON.
    pub default: Option<&'static str>,
    /// Whether its type is a `+enum`.
    pub is_enum: bool,
    /// Whether its description goes on with the values of the enumeration.
    pub lists_values: bool,
}

impl GoField {
    /// Whether Go holds it by a pointer, so that zero differs from absent.
    pub(super) fn is_pointer(&self) -> bool {
        self.ty.starts_with('*')
    }

    /// What Go calls its type in an error: `v1.RestartPolicy`, `[]v1.Container`, `types.UID`.
    ///
    /// `package` is the name of the package of its struct.
    pub(super) fn shown_type(&self, package: &str) -> String {
        shown(self.ty.trim_start_matches('*'), package)
    }

    /// The full name of its type, such as `io.k8s.api.core.v1.RestartPolicy`, without pointers, lists and maps around it.
    pub(super) fn named_type(&self, owner: &str) -> String {
        let innermost = self.ty.rsplit([']', '*']).next().unwrap_or_default();
        full_name(innermost, owner)
    }
}

/// Every struct by the full name that OpenAPI gives it.
#[derive(Debug)]
pub(super) struct GoTypes(BTreeMap<&'static str, GoStruct>);

/// The table, read at the first use.
pub(super) fn go_types() -> &'static GoTypes {
    static TYPES: OnceLock<GoTypes> = OnceLock::new();
    TYPES.get_or_init(|| GoTypes::parse(include_str!("go_types.txt")))
}

impl GoTypes {
    fn parse(table: &'static str) -> Self {
        let mut structs: BTreeMap<&'static str, GoStruct> = BTreeMap::new();
        let mut owner = "";
        for line in table.lines() {
            let mut words = line.split_whitespace();
            let Some(first) = words.next() else { continue };
            if !line.starts_with(' ') {
                owner = first;
                structs.insert(first, GoStruct { atomic: words.any(|it| it == "map=atomic"), ..GoStruct::default() });
                continue;
            }
            let number = words.next().and_then(|it| it.parse().ok()).unwrap_or_default();
            let ty = words.next().unwrap_or_default();
            let Some(of) = structs.get_mut(owner) else { continue };
            if first == "&" {
                of.embedded.push((number, full_name(ty.trim_start_matches('*'), owner)));
            } else {
                of.fields.push(field(first, number, ty, words));
            }
        }
        GoTypes(structs)
    }

    /// The struct with that full name, such as `io.k8s.api.core.v1.PodSpec`.
    pub(super) fn get(&self, name: &str) -> Option<&GoStruct> {
        self.0.get(name)
    }

    /// The field that JSON calls `field`, be it the struct's own or one of an embedded struct.
    pub(super) fn field(&self, owner: &str, field: &str) -> Option<&GoField> {
        let of = self.get(owner)?;
        let own = of.fields.iter().find(|it| it.name == field);
        own.or_else(|| of.embedded.iter().find_map(|(_, inner)| self.field(inner, field)))
    }
}

fn field(name: &'static str, number: u32, ty: &'static str, marks: impl Iterator<Item = &'static str>) -> GoField {
    let mut field = GoField { name, number, ty, ..GoField::default() };
    for mark in marks {
        match mark.split_once('=').unwrap_or((mark, "")) {
            ("?", _) => field.omits_empty = true,
            ("omitzero", _) => field.omits_zero = true,
            ("patch", it) => field.patch_strategy = Some(it),
            ("key", it) => field.patch_merge_key = Some(it),
            ("list", it) => field.list_type = Some(it),
            ("by", it) => field.list_map_keys = it.split(',').collect(),
            ("map", it) => field.map_type = Some(it),
            ("default", it) => field.default = Some(it),
            ("enumonly", _) => field.is_enum = true,
            ("enum", _) => (field.is_enum, field.lists_values) = (true, true),
            _ => {}
        }
    }
    field
}

/// The full name of a type that is named in the package of `owner`.
pub(super) fn full_name(name: &str, owner: &str) -> String {
    let place = |package: &str| match package {
        "meta/v1" => "io.k8s.apimachinery.pkg.apis.meta.v1".to_owned(),
        "resource" => "io.k8s.apimachinery.pkg.api.resource".to_owned(),
        "intstr" => "io.k8s.apimachinery.pkg.util.intstr".to_owned(),
        "runtime" => "io.k8s.apimachinery.pkg.runtime".to_owned(),
        "types" => "io.k8s.apimachinery.pkg.types".to_owned(),
        "apiextensions/v1" => "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1".to_owned(),
        package => format!("io.k8s.api.{}", package.replace('/', ".")),
    };
    match name.split_once('.') {
        Some((package, name)) => format!("{}.{name}", place(package)),
        None => {
            let package = owner.rsplit_once('.').map_or("", |it| it.0);
            format!("{package}.{name}")
        }
    }
}

/// A type as Go's `reflect` prints it.
fn shown(ty: &str, package: &str) -> String {
    if let Some(of) = ty.strip_prefix("[]byte").filter(|rest| rest.is_empty()) {
        return format!("[]uint8{of}");
    }
    if let Some(of) = ty.strip_prefix("[]") {
        return format!("[]{}", shown(of, package));
    }
    if let Some(of) = ty.strip_prefix('*') {
        return format!("*{}", shown(of, package));
    }
    if let Some((key, of)) = ty.strip_prefix("map[").and_then(|it| it.split_once(']')) {
        return format!("map[{}]{}", shown(key, package), shown(of, package));
    }
    match ty.split_once('.') {
        Some((path, name)) => format!("{}.{name}", path.rsplit('/').next().unwrap_or(path)),
        None if ty.starts_with(|first: char| first.is_ascii_uppercase()) => format!("{package}.{ty}"),
        None => ty.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POD_SPEC: &str = "io.k8s.api.core.v1.PodSpec";

    #[test]
    fn a_field_has_the_facts_of_its_tags_and_markers() {
        let volumes = go_types().field(POD_SPEC, "volumes").expect("in the table");
        assert_eq!((volumes.number, volumes.ty, volumes.omits_empty), (1, "[]Volume", true));
        assert_eq!((volumes.patch_strategy, volumes.patch_merge_key), (Some("merge,retainKeys"), Some("name")));
        assert_eq!((volumes.list_type, volumes.list_map_keys.as_slice()), (Some("map"), ["name"].as_slice()));
        let policy = go_types().field(POD_SPEC, "restartPolicy").expect("in the table");
        assert!(policy.is_enum && policy.lists_values && !policy.is_pointer());
        assert_eq!(policy.named_type(POD_SPEC), "io.k8s.api.core.v1.RestartPolicy");
    }

    #[test]
    fn a_field_of_an_embedded_struct_is_found_under_its_owner() {
        let field = go_types().field("io.k8s.api.core.v1.Volume", "emptyDir").expect("in the table");
        assert_eq!((field.number, field.ty), (2, "*EmptyDirVolumeSource"));
        assert!(go_types().field("io.k8s.api.core.v1.Volume", "nothing").is_none());
    }

    #[test]
    fn types_are_shown_as_go_shows_them() {
        let table = [
            ("*RestartPolicy", "v1.RestartPolicy"),
            ("[]Container", "[]v1.Container"),
            ("types.UID", "types.UID"),
            ("[]byte", "[]uint8"),
            ("map[string][]byte", "map[string][]uint8"),
            ("map[ResourceName]resource.Quantity", "map[v1.ResourceName]resource.Quantity"),
            ("core/v1.PodTemplateSpec", "v1.PodTemplateSpec"),
            ("*int32", "int32"),
        ];
        for (ty, want) in table {
            assert_eq!(GoField { ty, ..GoField::default() }.shown_type("v1"), want, "{ty}");
        }
    }
}
