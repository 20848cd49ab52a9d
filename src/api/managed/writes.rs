//! What becomes of the managers of an object when a client writes it (apimachinery `pkg/util/managedfields/internal`:
//! `fieldmanager.go`, `managedfieldsupdater.go`, `capmanagers.go`, `skipnonapplied.go`, `stripmeta.go`, `lastapplied*.go`).

use std::collections::BTreeMap;

use super::compare::compare;
use super::entries::{Managed, Manager, Operation};
use super::path::path_text;
use super::set::FieldSet;
use super::typed::{to_set, validate};
use super::update::{Conflict, Rules};
use crate::api::Status;
use crate::clock::Time;
use crate::map;
use crate::object::{Map, Str, Value};

/// The most managers that updates of an object are remembered for; the oldest become one beyond that.
const MAX_UPDATERS: usize = 10;
/// The manager that the oldest updates are put together under.
const ANCIENT: &str = "ancient-changes";
/// The manager of what was there before the first apply.
const BEFORE_FIRST_APPLY: &str = "before-first-apply";
/// The manager whose applies take over from `kubectl apply` without `--server-side`.
const KUBECTL: &str = "kubectl";
/// Where `kubectl apply` without `--server-side` keeps what it applied last.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// The most that all annotations of an object may take, in bytes.
const ANNOTATIONS_MAX: usize = 256 * 1024;

/// Fields that nobody manages.
const UNMANAGED: [&str; 12] = [
    "apiVersion",
    "kind",
    "metadata",
    "metadata.clusterName",
    "metadata.creationTimestamp",
    "metadata.generation",
    "metadata.managedFields",
    "metadata.name",
    "metadata.namespace",
    "metadata.resourceVersion",
    "metadata.selfLink",
    "metadata.uid",
];

/// A write of a client.
#[derive(Clone, Debug)]
pub struct Write<'a> {
    /// The type of the object and what the write cannot touch.
    pub rules: Rules<'a>,
    /// The version that the client speaks.
    pub api_version: Str,
    /// The subresource that it writes to, or empty.
    pub subresource: &'a str,
    /// The name of the manager.
    pub manager: &'a str,
    /// When.
    pub now: Time,
}

/// Why an apply is refused.
#[derive(Clone, Debug, PartialEq)]
pub enum Refused {
    /// Others have fields with other values.
    Conflicts(Vec<Conflict>),
    /// For another reason.
    For(Status),
}

/// Who manages what after a create, an update or a patch has made `new` of `live`, which are the objects as the version
/// shows them; a creation's `live` is what the type is with nothing in it.
pub fn update(write: &Write<'_>, live: &Value, new: &Value, mut managed: Managed, is_new: bool) -> Managed {
    if managed.is_empty() && !is_new {
        // Nobody ever said who manages this object, so it is not known now.
        return managed;
    }
    note_update(write, write.manager, live, new, &mut managed);
    managed
}

fn note_update(write: &Write<'_>, name: &str, live: &Value, new: &Value, managed: &mut Managed) {
    let manager = Manager::updating(name, &write.api_version, write.subresource);
    let this = Manager::updating("current-operation", &write.api_version, write.subresource);
    write.rules.update(live, new, managed, &this, &write.api_version);
    strip(managed, &this);
    if let Some(mut taken) = managed.remove(&this) {
        if let Some(before) = managed.get(&manager) {
            taken.fields = taken.fields.union(&before.fields);
        }
        taken.time = Some(write.now.truncated());
        managed.insert(manager, taken);
    }
    cap_updaters(managed);
}

fn strip(managed: &mut Managed, manager: &Manager) {
    if let Some(owned) = managed.get_mut(manager) {
        owned.fields = owned.fields.difference(&FieldSet::of_fields(&UNMANAGED));
        if owned.fields.is_empty() {
            managed.remove(manager);
        }
    }
}

/// Puts the oldest updaters together, version by version, until there are few enough.
fn cap_updaters(managed: &mut Managed) {
    let is_updater = |manager: &&Manager| manager.operation == Operation::Update;
    let mut count = managed.keys().filter(is_updater).count();
    if count <= MAX_UPDATERS {
        return;
    }
    let mut updaters: Vec<Manager> = managed.keys().filter(is_updater).cloned().collect();
    updaters.sort_by_key(|it| (managed.get(it).and_then(|owned| owned.time).map(Time::truncated), it.clone()));
    let mut first_of: BTreeMap<Str, Manager> = BTreeMap::new();
    for manager in updaters {
        if count <= MAX_UPDATERS {
            break;
        }
        let Some(version) = managed.get(&manager).map(|owned| owned.api_version.clone()) else {
            continue;
        };
        let Some(first) = first_of.get(&version) else {
            first_of.insert(version, manager);
            continue;
        };
        let bucket = Manager::updating(ANCIENT, &version, "");
        if !managed.contains_key(&bucket)
            && let Some(owned) = managed.remove(first)
        {
            managed.insert(bucket.clone(), owned);
        }
        if let Some(merged) = managed.remove(&manager)
            && let Some(owned) = managed.get_mut(&bucket)
        {
            owned.fields = owned.fields.union(&merged.fields);
            owned.time = merged.time;
            count -= 1;
        }
    }
}

/// What an apply of `applied` makes of `live`, or `None` when nothing changes, and who manages what then. `empty` is what
/// the type is with nothing in it.
///
/// # Errors
/// Conflicts, unless `force` takes the fields over, and what of `applied` does not fit the type.
pub fn apply(
    write: &Write<'_>,
    live: &Value,
    applied: &Value,
    empty: &Value,
    managed: Managed,
    force: bool,
) -> Result<(Option<Value>, Managed), Refused> {
    if !applied["metadata"]["managedFields"].is_null() {
        return Err(Refused::For(Status::bad_request("metadata.managedFields must be nil")));
    }
    validate(write.rules.types, write.rules.root, applied, false).map_err(|errors| {
        let text = |field: &str| applied["metadata"][field].str_or_empty();
        let what = format!("{}/{}; {}", text("namespace"), text("name"), go_kind(applied));
        let message = format!("failed to create typed patch object ({what}): {errors}");
        Refused::For(Status::failure(500, "", message))
    })?;
    let mut managed = managed;
    if managed.is_empty() {
        note_update(write, BEFORE_FIRST_APPLY, empty, live, &mut managed);
    }
    let (new, managed) = apply_over_last_applied(write, live, applied, &managed, force).map_err(Refused::Conflicts)?;
    if write.manager != KUBECTL || new.as_ref().unwrap_or(live)["metadata"]["annotations"][LAST_APPLIED].is_empty() {
        return Ok((new, managed));
    }
    let mut synced = new.clone().unwrap_or_else(|| live.clone());
    set_last_applied(&mut synced, applied);
    Ok(if synced == *live { (new, managed) } else { (Some(synced), managed) })
}

/// The group, version and kind of an object as Go prints them: `/v1, Kind=ConfigMap`.
pub fn go_kind(object: &Value) -> String {
    let api_version = object["apiVersion"].str_or_empty();
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    format!("{group}/{version}, Kind={}", object["kind"].str_or_empty())
}

/// Applies; fields that `kubectl apply` had set before, and nobody changed since, are no conflicts for kubectl itself.
fn apply_over_last_applied(
    write: &Write<'_>,
    live: &Value,
    applied: &Value,
    managed: &Managed,
    force: bool,
) -> Result<(Option<Value>, Managed), Vec<Conflict>> {
    let conflicts = match apply_once(write, live, applied, managed.clone(), force) {
        Err(conflicts) if write.manager == KUBECTL => conflicts,
        answer => return answer,
    };
    let Some(allowed) = last_applied_fields(write, live) else {
        return Err(conflicts);
    };
    let refused: Vec<Conflict> = conflicts.into_iter().filter(|conflict| !allowed.has(&conflict.path)).collect();
    if refused.is_empty() { apply_once(write, live, applied, managed.clone(), true) } else { Err(refused) }
}

fn apply_once(
    write: &Write<'_>,
    live: &Value,
    applied: &Value,
    mut managed: Managed,
    force: bool,
) -> Result<(Option<Value>, Managed), Vec<Conflict>> {
    let manager = Manager::applying(write.manager, write.subresource);
    let new = write.rules.apply(live, applied, &mut managed, (&manager, &write.api_version), force)?;
    strip(&mut managed, &manager);
    // An apply that changes nothing leaves the times as they are.
    if new.is_some()
        && let Some(owned) = managed.get_mut(&manager)
    {
        owned.time = Some(write.now.truncated());
    }
    Ok((new, managed))
}

/// The fields of the last client-side apply that still are as it set them.
fn last_applied_fields(write: &Write<'_>, live: &Value) -> Option<FieldSet> {
    let text = live["metadata"]["annotations"][LAST_APPLIED].str_or_empty();
    let last = Value::from_json(text.as_bytes()).ok()?;
    let Rules { types, root, .. } = write.rules;
    if *last["apiVersion"].str_or_empty() != *write.api_version
        || validate(types, root, &last, false).is_err()
        || validate(types, root, live, false).is_err()
    {
        return None;
    }
    let compared = compare(types, root, &last, live);
    Some(
        to_set(types, root, &last)
            .difference(&compared.modified)
            .difference(&compared.added)
            .difference(&compared.removed),
    )
}

/// Writes what was applied into the annotation of client-side apply, unless the annotations get too large by it.
fn set_last_applied(object: &mut Value, applied: &Value) {
    let mut applied = applied.clone();
    if !applied["metadata"]["annotations"].is_null() {
        applied.at_mut(&["metadata", "annotations"]).remove(LAST_APPLIED);
    }
    let annotations = object.at_mut(&["metadata", "annotations"]);
    annotations.set(LAST_APPLIED, format!("{}\n", applied.to_json()));
    let entries = annotations.as_map().into_iter().flat_map(Map::iter);
    if entries.map(|(key, value)| key.len() + value.str_or_empty().len()).sum::<usize>() > ANNOTATIONS_MAX {
        annotations.remove(LAST_APPLIED);
    }
}

/// The 409 that names every conflict.
pub fn conflict_status(conflicts: &[Conflict]) -> Status {
    let causes = conflicts.iter().map(|conflict| {
        Value::Map(map! {
            "reason" => "FieldManagerConflict",
            "message" => format!("conflict with {}", conflict.manager.shown()),
            "field" => path_text(&conflict.path),
        })
    });
    let mut status = Status::failure(409, "Conflict", conflict_message(conflicts));
    status.details = map! { "causes" => Value::list(causes) };
    status
}

fn conflict_message(conflicts: &[Conflict]) -> String {
    if let [conflict] = conflicts {
        let path = path_text(&conflict.path);
        return format!("Apply failed with 1 conflict: conflict with {}: {path}", conflict.manager.shown());
    }
    let mut of: BTreeMap<&Manager, Vec<String>> = BTreeMap::new();
    for conflict in conflicts {
        of.entry(&conflict.manager).or_default().push(path_text(&conflict.path));
    }
    let mut lines = Vec::new();
    for (manager, paths) in of {
        lines.push(format!("conflicts with {}:", manager.shown()));
        lines.extend(paths.into_iter().map(|path| format!("- {path}")));
    }
    format!("Apply failed with {} conflicts: {}", conflicts.len(), lines.join("\n"))
}
