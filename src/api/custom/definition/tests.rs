//! Definitions that are refused, and what is said of them.

use super::*;
use crate::api::field::ErrorList;
use crate::object::kinds;

fn definition(spec: &str) -> Object {
    let text = format!(r#"{{"metadata":{{"name":"widgets.example.com"}},"spec":{spec}}}"#);
    let value = Value::from_json(text.as_bytes()).expect("valid JSON");
    let mut object = Object::from_value(kinds::CUSTOM_RESOURCE_DEFINITION, &value);
    (STRATEGY.default)(&mut object);
    (STRATEGY.prepare_create)(&mut object);
    object
}

/// A definition that is fine but for its parts.
fn spec(names: &str, version: &str) -> String {
    format!(r#"{{"group":"example.com","scope":"Namespaced","names":{names},"versions":[{version}]}}"#)
}

const NAMES: &str = r#"{"plural":"widgets","kind":"Widget"}"#;

fn version(schema: &str, more: &str) -> String {
    format!(r#"{{"name":"v1","served":true,"storage":true,"schema":{{"openAPIV3Schema":{schema}}}{more}}}"#)
}

fn told(object: &Object) -> String {
    let errors: ErrorList = (STRATEGY.validate)(object);
    if errors.is_empty() { String::new() } else { errors.to_string() }
}

const OBJECT: &str =
    r#"{"type":"object","properties":{"spec":{"type":"object","properties":{"n":{"type":"integer"}}}}}"#;

#[test]
fn names_that_are_left_out_follow_from_the_kind() {
    let object = definition(&spec(NAMES, &version(OBJECT, "")));
    assert_eq!(told(&object), "");
    assert_eq!(object.spec()["names"]["singular"].str_or_empty(), "widget");
    assert_eq!(object.spec()["names"]["listKind"].str_or_empty(), "WidgetList");
    assert_eq!(object.spec()["conversion"]["strategy"].str_or_empty(), "None");
    assert_eq!(object.status()["storedVersions"][0].str_or_empty(), "v1");
}

#[test]
fn what_a_schema_may_not_say_is_told_where_all_versions_have_it() {
    let at = "spec.validation.openAPIV3Schema";
    let table = [
        ("{}", format!("{at}.type: Required value: must not be empty at the root")),
        (
            r#"{"type":"object","properties":{"a":{"type":"string","uniqueItems":true}}}"#,
            format!(
                "{at}.properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes \
                 quadratic"
            ),
        ),
        (
            r#"{"type":"object","properties":{"a":{"type":"integer","default":"x"}}}"#,
            format!(
                r#"{at}.properties[a].default: Invalid value: "string":  in body must be of type integer: "string""#
            ),
        ),
        (
            r#"{"type":"object","properties":{"a":{"type":"object","default":{"b":1}}}}"#,
            format!(r#"{at}.properties[a].default: Invalid value: {{"b":1}}: must not have unknown fields"#),
        ),
        (
            r#"{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map","items":{"type":"object","properties":{"k":{"type":"string"}}}}}}"#,
            format!(
                "{at}.properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map"
            ),
        ),
        (
            r#"{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"}}}}}}"#,
            format!(
                "{at}.properties[a].items.properties[k].default: Required value: this property is in \
                 x-kubernetes-list-map-keys, so it must have a default or be a required property"
            ),
        ),
        (
            r#"{"type":"object","properties":{"a":{"type":"strnig"}}}"#,
            format!(
                r#"{at}.properties[a].type: Unsupported value: "strnig": supported values: "array", "boolean", "integer", "number", "object", "string""#
            ),
        ),
        (
            r#"{"type":"object","properties":{"a":{"type":"string","$ref":"b"}}}"#,
            format!("{at}.properties[a].$ref: Forbidden: $ref is not supported"),
        ),
    ];
    for (schema, want) in table {
        assert_eq!(told(&definition(&spec(NAMES, &version(schema, "")))), want, "{schema}");
    }
}

#[test]
fn names_groups_scopes_and_versions_have_their_rules() {
    let one = version(OBJECT, "");
    let table = [
        (
            spec(r#"{"plural":"gadgets","kind":"Widget"}"#, &one),
            r#"metadata.name: Invalid value: "widgets.example.com": must be spec.names.plural+"."+spec.group"#.to_owned(),
        ),
        (
            spec(r#"{"plural":"widgets","kind":"Widget","listKind":"Widget"}"#, &one),
            r#"spec.names.listKind: Invalid value: "Widget": kind and listKind may not be the same"#.to_owned(),
        ),
        (
            spec(NAMES, &one).replace("Namespaced", "World"),
            r#"spec.scope: Unsupported value: "World": supported values: "Cluster", "Namespaced""#.to_owned(),
        ),
        (
            spec(NAMES, &version(OBJECT, r#","additionalPrinterColumns":[{"name":"N","type":"int","jsonPath":"spec.n"}]"#)),
            "[spec.additionalPrinterColumns[0].type: Invalid value: \"int\": must be one of \
             boolean,date,integer,number,string, spec.additionalPrinterColumns[0].JSONPath: Invalid value: \"spec.n\": must be a \
             simple json path starting with .]"
                .to_owned(),
        ),
        (
            spec(NAMES, &version(OBJECT, r#","subresources":{"scale":{"specReplicasPath":".status.n","statusReplicasPath":".status.n"}}"#)),
            r#"spec.subresources.scale.specReplicasPath: Invalid value: ".status.n": should be a json path under .spec"#.to_owned(),
        ),
        (
            spec(NAMES, &version(OBJECT, r#","selectableFields":[{"jsonPath":".spec"}]"#)),
            "spec.selectableFields[0].jsonPath: Invalid value: \".spec\": must point to a field of type string, boolean or \
             integer. Enum string fields and strings with formats are allowed."
                .to_owned(),
        ),
        (
            spec(NAMES, &version(OBJECT, r#","deprecationWarning":"old""#)),
            r#"spec.versions[0].deprecationWarning: Invalid value: "old": can only be set for deprecated versions"#.to_owned(),
        ),
        (
            spec(NAMES, r#"{"name":"v1","served":true,"storage":true}"#),
            "spec.versions[0].schema.openAPIV3Schema: Required value".to_owned(),
        ),
    ];
    for (spec, want) in table {
        assert_eq!(told(&definition(&spec)), want, "{spec}");
    }
    let none = spec(NAMES, &one).replace(r#""storage":true"#, r#""storage":false"#);
    let text = told(&definition(&none));
    assert!(text.contains("must have exactly one version marked as storage version"), "{text}");
}

#[test]
fn what_objects_are_stored_by_does_not_change() {
    let mut old = definition(&spec(NAMES, &version(OBJECT, "")));
    let mut new = old.clone();
    new.spec_mut().set("scope", "Cluster");
    let errors = |new: &Object, old: &Object| (STRATEGY.validate_update)(new, old);
    assert!(errors(&new, &old).is_empty());
    let established = conditions::Condition { ty: "Established", status: "True", reason: "x", message: "" };
    conditions::set(&mut old, established, crate::clock::Time::default());
    assert_eq!(errors(&new, &old).to_string(), r#"spec.scope: Invalid value: "Cluster": field is immutable"#);
    let mut renamed = old.clone();
    renamed.spec_mut().field_mut("versions").items_mut()[0].set("name", "v2");
    (STRATEGY.prepare_update)(&mut renamed, &old);
    let text = errors(&renamed, &old).to_string();
    assert!(
        text.contains("status.storedVersions[0]: Invalid value: \"v1\": missing from spec.versions; v1 was"),
        "{text}"
    );
}

#[test]
fn a_protected_group_needs_an_approval() {
    let text = spec(NAMES, &version(OBJECT, "")).replace("example.com", "widgets.k8s.io");
    let mut object = definition(&text);
    object.meta.name = Str::from("widgets.widgets.k8s.io");
    let said = told(&object);
    assert!(
        said.starts_with("metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups"),
        "{said}"
    );
    object.meta.set_annotation("api-approved.kubernetes.io", "unapproved, a rehearsal");
    assert_eq!(told(&object), "");
}

#[test]
fn a_deprecated_version_names_its_successor() {
    let versions = r#"{"name":"v1beta1","served":true,"storage":false,"deprecated":true,"schema":{"openAPIV3Schema":{"type":"object"}}},
        {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","description":"x"}}}"#;
    let object = definition(&spec(NAMES, versions));
    assert_eq!(told(&object), "");
    let read = Definition::read(&object).expect("it names a kind");
    let want = "example.com/v1beta1 Widget is deprecated; use example.com/v1 Widget";
    assert_eq!(read.version("v1beta1").and_then(|it| it.deprecation.as_deref()), Some(want));
    assert_eq!(read.served_versions(), ["v1", "v1beta1"]);
}
