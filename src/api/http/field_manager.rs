//! `metadata.managedFields` at the face of the API: written with each request of a client, shown with each object.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::ownership::ownership;
use super::query::Params;
use super::route::Target;
use super::{conversion, empty};
use crate::api::custom::{Ownership, Served};
use crate::api::managed::entries::{Managed, is_reset};
use crate::api::managed::history::{self, Facts};
use crate::api::managed::scale;
use crate::api::managed::set::FieldSet;
use crate::api::managed::types::Types;
use crate::api::managed::update::{ResetFields, Rules};
use crate::api::managed::writes::{self, Write};
use crate::api::registry::{Api, Part, strategy};
use crate::map;
use crate::object::{Kind, Object, Str, Value, kinds};
use crate::store::View;

/// What a write of an object and of its status cannot touch (`GetResetFields` in `pkg/registry/*/strategy.go`).
fn reset_fields(kind: Kind) -> &'static (ResetFields, ResetFields) {
    static ALL: OnceLock<BTreeMap<Kind, (ResetFields, ResetFields)>> = OnceLock::new();
    static NONE: OnceLock<(ResetFields, ResetFields)> = OnceLock::new();
    let all = ALL.get_or_init(|| Kind::all().map(|kind| (kind, reset_fields_of(kind))).collect());
    all.get(&kind).unwrap_or_else(|| NONE.get_or_init(|| reset_fields_of(kind)))
}

fn reset_fields_of(kind: Kind) -> (ResetFields, ResetFields) {
    let except = |fields: &[&str]| ResetFields { except: FieldSet::of_fields(fields), only: None };
    let main = if kind.info().subresources.contains(&"status") { except(&["status"]) } else { except(&[]) };
    let status = match kind {
        kinds::POD => except(&["spec", "metadata.deletionTimestamp", "metadata.ownerReferences"]),
        kind if kind.info().kind == "Deployment" => except(&["spec", "metadata.labels"]),
        _ => except(&["spec"]),
    };
    (main, status)
}

/// The facts about the objects that `target` speaks of, in its version.
fn facts(target: &Target) -> Cow<'_, Facts<'_>> {
    match &target.custom {
        Some(custom) => Cow::Owned(facts_of_custom(custom)),
        None => Cow::Borrowed(facts_of_built_in(target.kind, &target.api_version())),
    }
}

fn facts_of_custom(custom: &Served) -> Facts<'_> {
    let version = custom.version();
    let built_in = ownership();
    let add_metadata = |types: &mut Types| types.add_copy(&built_in.types, built_in.metadata);
    let of = version.ownership.get_or_init(|| Ownership::of(version, add_metadata));
    let empty = map! {
        "apiVersion" => custom.api_version(),
        "kind" => &custom.definition().names.kind,
        "metadata" => Value::empty_map(),
    };
    Facts {
        main: Rules { types: &of.types, root: of.root, reset: &of.main },
        status: &of.status,
        empty: Value::Map(empty),
        api_version: custom.api_version(),
    }
}

fn facts_of_built_in(kind: Kind, api_version: &str) -> &'static Facts<'static> {
    static ALL: OnceLock<BTreeMap<(Kind, String), Facts<'static>>> = OnceLock::new();
    static NONE: OnceLock<Facts<'static>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let served = Kind::all().flat_map(|kind| kind.info().served().map(move |it| (kind, it.api_version())));
        served.map(|(kind, api_version)| ((kind, api_version.clone()), facts_of(kind, &api_version))).collect()
    });
    let known = all.get(&(kind, api_version.to_owned()));
    known.unwrap_or_else(|| NONE.get_or_init(|| facts_of(kind, api_version)))
}

fn facts_of(kind: Kind, api_version: &str) -> Facts<'static> {
    let ownership = ownership();
    let (main, status) = reset_fields(kind);
    let rules = Rules { types: &ownership.types, root: ownership.root(kind, api_version), reset: main };
    Facts { main: rules, status, empty: empty_object(kind, api_version), api_version: Str::from(api_version) }
}

/// An object of `kind` in which nothing is set.
fn empty_object(kind: Kind, api_version: &str) -> Value {
    let mut object = empty::empty_body(kind, api_version);
    object.insert("apiVersion", api_version);
    object.insert("kind", kind.info().kind);
    object.insert("metadata", Value::empty_map());
    Value::Map(object)
}

/// `object` as the API shows it in the version of `target`, with its managers.
pub(super) fn show(view: View<'_>, object: &Object, target: &Target) -> Value {
    complete(view, object, conversion::shown(object, target), target)
}

/// `object` as an item of a list.
pub(super) fn item(view: View<'_>, object: &Object, target: &Target) -> Value {
    complete(view, object, Value::Map(conversion::item(object, target)), target)
}

fn complete(view: View<'_>, object: &Object, mut shown: Value, target: &Target) -> Value {
    let facts = facts(target);
    empty::show_nulls(&mut shown, &facts.empty);
    add_managed_fields(view, object, &facts, &mut shown);
    shown
}

/// Puts the managers of `object` into it as it is shown.
pub(super) fn add_managed_fields(view: View<'_>, object: &Object, facts: &Facts<'_>, shown: &mut Value) {
    let fields = history::managed_fields(view, object, facts);
    if !fields.is_null() {
        shown.field_mut("metadata").set("managedFields", fields);
    }
}

/// Who writes: the `fieldManager` of the request, or the client itself.
fn manager<'a>(api: &'a Api<'_>, params: &'a Params) -> &'a str {
    match params.text("fieldManager") {
        "" => &api.actor,
        manager => manager,
    }
}

fn subresource(part: Part) -> &'static str {
    match part {
        Part::Main => "",
        Part::Status => "status",
        Part::EphemeralContainers => "ephemeralcontainers",
        Part::Approval => "approval",
        Part::Resize => "resize",
        Part::Finalize => "finalize",
    }
}

fn write<'a>(api: &'a Api<'_>, params: &'a Params, facts: &'a Facts<'_>, part: Part) -> Write<'a> {
    let reset = if part == Part::Status { facts.status } else { facts.main.reset };
    Write {
        rules: Rules { reset, ..facts.main },
        api_version: facts.api_version.clone(),
        subresource: subresource(part),
        manager: manager(api, params),
        now: api.now,
    }
}

/// The managers that a write begins with: those that the client sends, where it may, or those of the stored object.
fn given_or_live(given: &Value, part: Part, live: impl FnOnce() -> Managed) -> Managed {
    if part != Part::Main {
        return live();
    }
    if is_reset(given) {
        return Managed::default();
    }
    match Managed::read(given) {
        Ok(managed) if !managed.is_empty() => managed,
        _ => live(),
    }
}

/// The object with its defaults and with what is written of it even when it is empty.
fn completed(object: &Object) -> Object {
    let mut object = object.clone();
    empty::fill(&mut object);
    (strategy(object.kind).default)(&mut object);
    object
}

/// Records who manages what of a new object.
pub(super) fn record_creation(api: &Api<'_>, object: &mut Object, target: &Target, params: &Params) {
    let facts = facts(target);
    let managed = given_or_live(&object.meta.managed_fields, Part::Main, Managed::default);
    object.meta.managed_fields = Value::Null;
    let new = conversion::shown(&completed(object), target);
    let managed = writes::update(&write(api, params, &facts, Part::Main), &facts.empty, &new, managed, true);
    object.meta.managed_fields = managed.to_kept();
}

/// Records who manages what after an update of `live` to `object`, and tells whether the managers are the same as before.
pub(super) fn record_update(
    api: &Api<'_>,
    live: &Object,
    object: &mut Object,
    (target, params, part): (&Target, &Params, Part),
) -> bool {
    let facts = facts(target);
    let before = history::managed(api.view(), live, &facts);
    let managed = given_or_live(&object.meta.managed_fields, part, || before.clone());
    object.meta.managed_fields = Value::Null;
    let old = conversion::shown(live, target);
    let new = conversion::shown(&completed(object), target);
    let managed = writes::update(&write(api, params, &facts, part), &old, &new, managed, false);
    object.meta.managed_fields = managed.to_kept();
    managed.is_same_but_for_times(&before)
}

/// Records who has the wanted number of replicas, the field at `path`, after a write of the scale of `live`.
pub(super) fn record_scaling(
    api: &Api<'_>,
    live: &Object,
    object: &mut Object,
    (target, params): (&Target, &Params),
    path: &[Str],
) {
    if live.body == object.body {
        return;
    }
    let facts = facts(target);
    let parent = history::managed(api.view(), live, &facts);
    let merged = scale::scaled(&parent, manager(api, params), path, &facts.api_version);
    object.meta.managed_fields = merged.to_kept();
}

/// What an apply comes to.
pub(super) struct Applied {
    /// The object after it, with its managers in the form in which they are kept.
    pub value: Value,
    /// The managers.
    pub managed_fields: Value,
    /// Whether the managers are the same as before.
    pub same_managers: bool,
}

/// Applies `patch` to `live`, or to nothing.
pub(super) fn apply(
    api: &Api<'_>,
    live: Option<&Object>,
    patch: &Value,
    (target, params, part): (&Target, &Params, Part),
) -> Result<Applied, writes::Refused> {
    let facts = facts(target);
    let before = live.map(|live| history::managed(api.view(), live, &facts)).unwrap_or_default();
    let old = live.map_or_else(|| facts.empty.clone(), |live| conversion::shown(live, target));
    let force = params.flag("force") == Some(true);
    let write = write(api, params, &facts, part);
    let (new, managed) = writes::apply(&write, &old, patch, &facts.empty, before.clone(), force)?;
    Ok(Applied {
        value: new.unwrap_or(old),
        managed_fields: managed.to_kept(),
        same_managers: managed.is_same_but_for_times(&before),
    })
}

/// The managers of an object after a write of its scale.
pub(super) struct ScaleManagers {
    /// In the form in which they are kept.
    pub value: Value,
    /// Whether they are the same as before.
    pub is_same: bool,
}

/// Applies `patch` to the scale `old` of `live`, whose wanted number is at `path`.
pub(super) fn apply_scale(
    api: &Api<'_>,
    live: &Object,
    (old, patch): (Value, &Value),
    (target, params): (&Target, &Params),
    path: &[Str],
) -> Result<(Value, ScaleManagers), writes::Refused> {
    let nothing = ResetFields::default();
    let facts = facts(target);
    let ownership = ownership();
    let write = Write {
        rules: Rules { types: &ownership.types, root: ownership.scale, reset: &nothing },
        api_version: scale::SCALE_VERSION,
        subresource: "scale",
        manager: manager(api, params),
        now: api.now,
    };
    let empty =
        Value::Map(map! { "apiVersion" => "autoscaling/v1", "kind" => "Scale", "metadata" => Value::empty_map() });
    let parent = history::managed(api.view(), live, &facts);
    let before = scale::to_scale(&parent, path);
    let force = params.flag("force") == Some(true);
    let (new, managed) = writes::apply(&write, &old, patch, &empty, before, force)?;
    let merged = scale::to_parent(&parent, &managed, path, &facts.api_version);
    let managers = ScaleManagers { value: merged.to_kept(), is_same: merged.is_same_but_for_times(&parent) };
    Ok((new.unwrap_or(old), managers))
}
