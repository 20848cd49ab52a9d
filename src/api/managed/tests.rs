//! Updates and applies as managers see them, over a small type.

use super::entries::{Managed, Manager, Operation, Owned};
use super::format::to_fields;
use super::set::FieldSet;
use super::types::{Atom, Elements, MapType, TypeId, Types};
use super::update::{ResetFields, Rules};
use super::writes::{Refused, Write, apply, conflict_status, update};
use super::{merge, open_api, scale, typed};
use crate::clock::Time;
use crate::object::{Str, Value};

fn value(text: &str) -> Value {
    Value::from_json(text.as_bytes()).expect("valid JSON")
}

/// An object with a map, a keyed list, a set, an atomic list and a status.
fn small() -> (Types, TypeId) {
    let mut types = Types::new();
    let texts = types.add_map(Types::TEXT, false);
    let set = types.add_list(Types::TEXT, Elements::Set);
    let whole = types.add_list(Types::TEXT, Elements::Atomic);
    let structure = |types: &mut Types, fields: &[(&str, TypeId)]| {
        let fields = fields.iter().map(|(name, ty)| (Str::from(*name), *ty)).collect();
        types.add(Atom { map: Some(MapType { fields, ..MapType::default() }), ..Atom::default() })
    };
    let port = structure(&mut types, &[("port", Types::NUMERIC), ("protocol", Types::TEXT), ("name", Types::TEXT)]);
    let keys = vec![(Str::from("port"), None), (Str::from("protocol"), Some(Value::from("TCP")))];
    let ports = types.add_list(port, Elements::Keyed(keys));
    let annotations =
        structure(&mut types, &[("name", Types::TEXT), ("annotations", texts), ("resourceVersion", Types::TEXT)]);
    let status = structure(&mut types, &[("ready", Types::NUMERIC)]);
    let fields = [
        ("apiVersion", Types::TEXT),
        ("kind", Types::TEXT),
        ("metadata", annotations),
        ("data", texts),
        ("ports", ports),
        ("set", set),
        ("whole", whole),
        ("size", Types::NUMERIC),
        ("status", status),
    ];
    let root = structure(&mut types, &fields);
    (types, root)
}

/// An object that managers write one after the other.
struct Desk {
    types: Types,
    root: TypeId,
    reset: ResetFields,
    live: Value,
    managed: Managed,
    second: i64,
}

impl Desk {
    fn new() -> Self {
        let (types, root) = small();
        let reset = ResetFields { except: FieldSet::of_fields(&["status"]), only: None };
        Desk { types, root, reset, live: Value::empty_map(), managed: Managed::default(), second: 0 }
    }

    fn write<'a>(&'a self, manager: &'a str) -> Write<'a> {
        Write {
            rules: Rules { types: &self.types, root: self.root, reset: &self.reset },
            api_version: Str::from("v1"),
            subresource: "",
            manager,
            now: Time::from_unix(self.second),
        }
    }

    fn apply(&mut self, manager: &str, config: &str, force: bool) -> Result<(), Refused> {
        self.second += 1;
        let empty = Value::empty_map();
        let (new, managed) =
            apply(&self.write(manager), &self.live, &value(config), &empty, self.managed.clone(), force)?;
        self.managed = managed;
        if let Some(new) = new {
            self.live = value(&new.to_json());
        }
        Ok(())
    }

    fn update(&mut self, manager: &str, new: &str) {
        self.second += 1;
        let new = value(new);
        let is_new = self.live == Value::empty_map();
        self.managed = update(&self.write(manager), &self.live, &new, self.managed.clone(), is_new);
        self.live = new;
    }

    fn fields(&self, manager: &str) -> String {
        let found = self.managed.iter().find(|(it, _)| it.name == manager);
        found.map_or_else(String::new, |(_, owned)| to_fields(&owned.fields).to_json())
    }

    fn refusal(&mut self, manager: &str, config: &str) -> String {
        match self.apply(manager, config, false).expect_err("refused") {
            Refused::Conflicts(conflicts) => conflict_status(&conflicts).message,
            Refused::For(status) => format!("{} {}", status.code, status.message),
        }
    }
}

#[test]
fn a_value_that_others_have_otherwise_is_a_conflict_that_force_wins() {
    let mut desk = Desk::new();
    desk.apply("a", r#"{"data":{"x":"1","y":"1"}}"#, false).expect("nobody else");
    let conflict = desk.refusal("b", r#"{"data":{"x":"2","y":"2"}}"#);
    assert_eq!(conflict, "Apply failed with 2 conflicts: conflicts with \"a\":\n- .data.x\n- .data.y");
    desk.apply("b", r#"{"data":{"x":"1"}}"#, false).expect("the same value is shared");
    assert_eq!(
        (desk.fields("a").as_str(), desk.fields("b").as_str()),
        (r#"{"f:data":{"f:x":{},"f:y":{}}}"#, r#"{"f:data":{"f:x":{}}}"#)
    );
    desk.apply("b", r#"{"data":{"x":"2"}}"#, true).expect("forced");
    assert_eq!(desk.fields("a"), r#"{"f:data":{"f:y":{}}}"#);
    assert_eq!(desk.live, value(r#"{"data":{"x":"2","y":"1"}}"#));
}

#[test]
fn a_conflict_with_an_update_names_its_version() {
    let mut desk = Desk::new();
    desk.update("editor", r#"{"size":1}"#);
    assert_eq!(
        desk.refusal("a", r#"{"size":2}"#),
        "Apply failed with 1 conflict: conflict with \"editor\" using v1: .size"
    );
}

#[test]
fn what_is_applied_no_more_goes_unless_somebody_else_has_it() {
    let mut desk = Desk::new();
    desk.apply("a", r#"{"data":{"x":"1","y":"1"},"ports":[{"port":80,"name":"http"}],"set":["p","q"]}"#, false)
        .expect("new");
    desk.apply("b", r#"{"data":{"y":"1"},"ports":[{"port":81}],"set":["q","r"]}"#, false).expect("shared");
    assert_eq!(desk.live["set"], value(r#"["p","q","r"]"#));
    desk.apply("a", r#"{"ports":[{"port":80}]}"#, false).expect("its own");
    assert_eq!(desk.live, value(r#"{"data":{"y":"1"},"ports":[{"port":80},{"port":81}],"set":["q","r"]}"#));
    desk.apply("a", "{}", false).expect("its own");
    assert_eq!(desk.live["ports"], value(r#"[{"port":81}]"#));
    assert_eq!(desk.fields("a"), "");
}

#[test]
fn elements_are_told_apart_by_all_their_keys_with_their_defaults() {
    let mut desk = Desk::new();
    desk.apply("a", r#"{"ports":[{"port":53},{"port":53,"protocol":"UDP"}]}"#, false).expect("two ports");
    let want = r#"{"f:ports":{"k:{\"port\":53,\"protocol\":\"TCP\"}":{".":{},"f:port":{}},"k:{\"port\":53,\"protocol\":\"UDP\"}":{".":{},"f:port":{},"f:protocol":{}}}}"#;
    assert_eq!(desk.fields("a"), want);
    let twice = desk.refusal("b", r#"{"ports":[{"port":53},{"port":53,"protocol":"TCP"}]}"#);
    assert!(twice.ends_with(".ports: duplicate entries for key [port=53,protocol=\"TCP\"]"), "{twice}");
}

#[test]
fn an_atomic_list_is_owned_as_a_whole() {
    let mut desk = Desk::new();
    desk.apply("a", r#"{"whole":["1","2"]}"#, false).expect("new");
    assert_eq!(desk.fields("a"), r#"{"f:whole":{}}"#);
    assert!(desk.refusal("b", r#"{"whole":["1"]}"#).ends_with(".whole"));
}

#[test]
fn an_update_takes_what_it_changes_and_only_that() {
    let mut desk = Desk::new();
    desk.update("a", r#"{"data":{"x":"1","y":"1"},"status":{"ready":1}}"#);
    desk.update("b", r#"{"data":{"x":"2","z":"1"},"status":{"ready":2}}"#);
    assert_eq!(desk.fields("a"), r#"{"f:data":{}}"#);
    assert_eq!(desk.fields("b"), r#"{"f:data":{"f:x":{},"f:z":{}}}"#);
    let before = desk.managed.clone();
    desk.update("b", r#"{"data":{"x":"2","z":"1"},"status":{"ready":3}}"#);
    assert_eq!(desk.managed, before, "a status is out of reach, and times stay when nothing is taken");
}

#[test]
fn the_first_apply_to_what_nobody_manages_leaves_the_rest_to_those_before() {
    let mut desk = Desk::new();
    desk.live = value(r#"{"data":{"x":"1"},"size":3}"#);
    desk.apply("a", r#"{"data":{"y":"1"}}"#, false).expect("another field");
    assert_eq!(desk.fields("before-first-apply"), r#"{"f:data":{".":{},"f:x":{}},"f:size":{}}"#);
    assert_eq!(desk.fields("a"), r#"{"f:data":{"f:y":{}}}"#);
}

#[test]
fn kubectl_takes_over_what_it_applied_on_the_client_side() {
    let last = r#"{\"apiVersion\":\"v1\",\"data\":{\"x\":\"1\",\"y\":\"1\"}}"#;
    let live = format!(
        r#"{{"apiVersion":"v1","data":{{"x":"1","y":"9"}},"metadata":{{"annotations":{{"kubectl.kubernetes.io/last-applied-configuration":"{last}"}}}}}}"#
    );
    let mut desk = Desk::new();
    desk.update("kubectl-client-side-apply", &live);
    let config = r#"{"apiVersion":"v1","data":{"x":"2"}}"#;
    assert!(desk.refusal("somebody", config).contains("kubectl-client-side-apply"));
    let other = desk.refusal("kubectl", r#"{"apiVersion":"v1","data":{"y":"2"}}"#);
    assert!(other.ends_with(".data.y"), "it is not as it was applied: {other}");
    desk.apply("kubectl", config, false).expect("it was applied so");
    let annotation = &desk.live["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"];
    assert_eq!(annotation.str_or_empty(), format!("{config}\n"));
}

#[test]
fn of_more_than_ten_updaters_the_oldest_are_put_together() {
    let mut desk = Desk::new();
    let mut data = String::new();
    for i in 0..13 {
        let comma = if i > 0 { "," } else { "" };
        data.push_str(&format!("{comma}\"k{i:02}\":\"1\""));
        desk.update(&format!("m{i:02}"), &format!("{{\"data\":{{{data}}}}}"));
    }
    assert_eq!(desk.managed.len(), 10);
    assert_eq!(desk.fields("ancient-changes"), r#"{"f:data":{".":{},"f:k00":{},"f:k01":{},"f:k02":{},"f:k03":{}}}"#);
}

#[test]
fn what_does_not_fit_the_type_is_told_with_its_place() {
    let table = [
        (r#"{"nope":1}"#, ".nope: field not declared in schema"),
        (r#"{"size":"x"}"#, ".size: expected numeric (int or float), got string"),
        (
            r#"{"ports":[{"name":"x","port":[]}]}"#,
            ".ports[port=[],protocol=\"TCP\"].port: expected numeric (int or float), got []interface {}",
        ),
        (r#"{"set":[{}]}"#, ".set: element 0: associative list without keys has an element that's a map type"),
        (r#"{"data":[]}"#, ".data: expected map, got &{[]}"),
    ];
    let (types, root) = small();
    for (text, want) in table {
        let errors = typed::validate(&types, root, &value(text), false).expect_err(text);
        assert_eq!(errors.to_string(), want);
    }
}

#[test]
fn merged_lists_keep_the_order_of_what_is_applied_among_what_is_there() {
    let (types, root) = small();
    let merged = |live: &str, applied: &str| {
        let set = |items: &str| value(&format!("{{\"set\":[{items}]}}"));
        merge::merge(&types, root, &set(live), &set(applied))["set"].to_json()
    };
    let table = [
        (r#""a","b","c""#, r#""c","a""#, r#"["b","c","a"]"#),
        (r#""a","b","c""#, r#""d""#, r#"["a","b","c","d"]"#),
        (r#""b","c""#, r#""a","b""#, r#"["a","b","c"]"#),
        (r#""a","b""#, r#""b","x","a""#, r#"["b","x","a"]"#),
    ];
    for (live, applied, want) in table {
        assert_eq!(merged(live, applied), want, "{live} and {applied}");
    }
}

#[test]
fn a_scale_knows_who_has_the_replicas_and_the_object_who_took_them() {
    let version = Str::from("apps/v1");
    let replicas = [Str::from("spec"), Str::from("replicas")];
    let owned =
        |fields: &[&str]| Owned { fields: FieldSet::of_fields(fields), api_version: version.clone(), time: None };
    let mut parent = Managed::default();
    let applier = Manager::applying("a", "");
    parent.insert(applier.clone(), owned(&["spec.replicas", "spec.paused"]));
    let mut in_scale = scale::to_scale(&parent, &replicas);
    assert_eq!(in_scale.keys().cloned().collect::<Vec<_>>(), std::slice::from_ref(&applier));
    in_scale.remove(&applier);
    let scaler = Manager::updating("kubectl", "autoscaling/v1", "scale");
    in_scale.insert(
        scaler.clone(),
        Owned { fields: FieldSet::of_fields(&["spec.replicas"]), api_version: Str::from("autoscaling/v1"), time: None },
    );
    let merged = scale::to_parent(&parent, &in_scale, &replicas, &version);
    assert_eq!(merged.get(&applier), Some(&owned(&["spec.paused"])));
    assert_eq!(merged.get(&Manager::updating("kubectl", "apps/v1", "scale")), Some(&owned(&["spec.replicas"])));
    assert_eq!(scaler.operation, Operation::Update);
}

#[test]
fn the_types_of_custom_resources_come_from_their_schemas() {
    let schema = value(
        r#"{"type":"object","properties":{"spec":{"type":"object","properties":{
            "ports":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object","properties":{"name":{"type":"string"}}}},
            "tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
            "args":{"type":"array","items":{"type":"string"}},
            "whole":{"type":"object","x-kubernetes-map-type":"atomic","properties":{"a":{"type":"string"}}},
            "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
            "amount":{"x-kubernetes-int-or-string":true}}}}}"#,
    );
    let mut types = Types::new();
    let metadata = types.add_map(Types::TEXT, false);
    let root = open_api::add_root(&mut types, &schema, metadata);
    let object = value(
        r#"{"spec":{"ports":[{"name":"a"}],"tags":["x"],"args":["1"],"whole":{"a":"1"},"free":{"b":{"c":1}},"amount":"5%"}}"#,
    );
    assert_eq!(typed::validate(&types, root, &object, false), Ok(()));
    let want = r#"{"f:spec":{"f:amount":{},"f:args":{},"f:free":{"f:b":{".":{},"f:c":{}}},"f:ports":{"k:{\"name\":\"a\"}":{".":{},"f:name":{}}},"f:tags":{"v:\"x\"":{}},"f:whole":{}}}"#;
    assert_eq!(to_fields(&typed::to_set(&types, root, &object)).to_json(), want);
}
