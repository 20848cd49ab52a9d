//! Which of the names that a definition asks for it gets: those that no other definition of its group has
//! (`pkg/controller/status/naming_controller.go`).

use std::sync::Arc;

use super::status_update;
use crate::api::custom::definition::conditions::{self, Condition};
use crate::clock::Time;
use crate::controllers::{Controller, Outcome, Wake, Watches};
use crate::object::{Key, Object, Str, Value, kinds};
use crate::store::{Change, View};

/// The loop.
#[derive(Debug, Default)]
pub struct NamingController;

impl Controller for NamingController {
    fn name(&self) -> &'static str {
        "crd-naming-condition-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::CUSTOM_RESOURCE_DEFINITION])
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        if change.key.kind != kinds::CUSTOM_RESOURCE_DEFINITION {
            return;
        }
        let names = |it: Option<&Object>| it.map(|it| it.status()["acceptedNames"].clone());
        if change.after.is_some() {
            wakes.push(Wake::now(change.key.clone()));
        }
        // Names that were given up or taken matter to the other definitions of the group.
        if names(change.before.as_deref()) != names(change.after.as_deref())
            && let Some(changed) = change.latest()
        {
            let others = others(view, changed);
            wakes.extend(others.iter().map(|it| Wake::now(it.key())));
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let Some(definition) = view.get(key) else {
            return Outcome::default();
        };
        let wanted = &definition.spec()["names"];
        if *wanted == definition.status()["acceptedNames"] {
            return Outcome::default();
        }
        status_update(named(definition, &Taken::by(view, definition), now))
    }
}

/// The other definitions of a group.
fn others(view: View<'_>, definition: &Object) -> Vec<Arc<Object>> {
    let is_other =
        |it: &&Arc<Object>| it.spec()["group"] == definition.spec()["group"] && it.meta.name != definition.meta.name;
    view.list(kinds::CUSTOM_RESOURCE_DEFINITION).filter(is_other).cloned().collect()
}

/// The names that the definitions of a group have, this one's own among them.
#[derive(Debug, Default)]
struct Taken {
    resources: Vec<Str>,
    kinds: Vec<Str>,
}

impl Taken {
    fn by(view: View<'_>, definition: &Object) -> Self {
        let mut taken = Taken::default();
        for it in others(view, definition).iter().map(AsRef::as_ref).chain([definition]) {
            let names = &it.status()["acceptedNames"];
            let text = |field: &str| names[field].as_shared_str().filter(|it| !it.is_empty()).cloned();
            taken.resources.extend(["plural", "singular"].iter().filter_map(|field| text(field)));
            taken.resources.extend(names["shortNames"].items().iter().filter_map(Value::as_shared_str).cloned());
            taken.kinds.extend(["kind", "listKind"].iter().filter_map(|field| text(field)));
        }
        taken
    }
}

/// Why a name cannot be had.
fn conflict(wanted: &Value, accepted: &Value, taken: &[Str]) -> Option<String> {
    let wanted = wanted.as_shared_str()?;
    let is_free = accepted.as_shared_str() == Some(wanted) || !taken.contains(wanted);
    (!is_free).then(|| format!("{:?} is already in use", wanted.as_str()))
}

/// The definition with the names it gets and what is said about them; `None` when that is so already.
fn named(definition: &Object, taken: &Taken, now: Time) -> Option<Object> {
    let wanted = &definition.spec()["names"];
    let accepted = &definition.status()["acceptedNames"];
    let mut names = accepted.clone();
    let mut refused: Option<(&str, String)> = None;
    let fields = [
        ("plural", "PluralConflict", &taken.resources),
        ("singular", "SingularConflict", &taken.resources),
        ("shortNames", "ShortNamesConflict", &taken.resources),
        ("kind", "KindConflict", &taken.kinds),
        ("listKind", "ListKindConflict", &taken.kinds),
    ];
    for (field, reason, taken) in fields {
        let why = match field {
            "shortNames" => short_names_conflict(&wanted[field], &accepted[field], taken),
            _ => conflict(&wanted[field], &accepted[field], taken),
        };
        match why {
            Some(why) => refused = Some((reason, why)),
            None => put(&mut names, field, &wanted[field]),
        }
    }
    put(&mut names, "categories", &wanted["categories"]);
    let condition = match &refused {
        Some((reason, why)) => Condition { ty: "NamesAccepted", status: "False", reason, message: why },
        None => Condition { ty: "NamesAccepted", status: "True", reason: "NoConflicts", message: "no conflicts found" },
    };
    let said = conditions::find(definition, "NamesAccepted");
    let is_said = said["status"].str_or_empty() == condition.status
        && said["reason"].str_or_empty() == condition.reason
        && said["message"].str_or_empty() == condition.message;
    if is_said && names == *accepted {
        return None;
    }
    let mut changed = definition.clone();
    changed.status_mut().set("acceptedNames", names);
    conditions::set(&mut changed, condition, now);
    if !conditions::is_true(definition, "Established") {
        conditions::set(&mut changed, not_established(definition, refused.is_none()), now);
    }
    Some(changed)
}

fn put(names: &mut Value, field: &'static str, value: &Value) {
    if value.is_null() {
        names.remove(field);
    } else {
        names.set(field, value);
    }
}

fn short_names_conflict(wanted: &Value, accepted: &Value, taken: &[Str]) -> Option<String> {
    let fresh = wanted.items().iter().filter(|it| !accepted.items().contains(it));
    let wrong: Vec<String> = fresh.filter_map(|it| conflict(it, Value::null(), taken)).collect();
    match wrong.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        many => Some(format!("[{}]", many.join(", "))),
    }
}

/// What is said of a kind that is not established yet.
fn not_established(definition: &Object, accepted: bool) -> Condition<'_> {
    let old = conditions::find(definition, "Established");
    if accepted {
        return Condition {
            ty: "Established",
            status: "False",
            reason: "Installing",
            message: "the initial names have been accepted",
        };
    }
    let reason = old["reason"].as_str().unwrap_or("NotAccepted");
    let message = old["message"].as_str().unwrap_or("not all names are accepted");
    Condition { ty: "Established", status: "False", reason, message }
}
