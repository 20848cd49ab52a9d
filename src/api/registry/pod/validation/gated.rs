//! What may change of a pod that waits for its scheduling gates (`validateOnlyDeletedSchedulingGates`,
//! `validateNodeSelectorMutation`, `validateNodeAffinityMutation`).

use super::SPEC;
use super::update::put_back;
use crate::api::field::{At, ErrorList, FieldError, Wrong};
use crate::api::registry::pod::go_form::{term_in_go, terms_in_go};
use crate::map;
use crate::object::{Value, literal};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";

/// Gates may only go.
pub(super) fn validate_removed_gates(new: &Value, old: &Value, errors: &mut ErrorList) {
    let gates = SPEC.child("schedulingGates");
    let had = old["schedulingGates"].items();
    for (i, gate) in new["schedulingGates"].items().iter().enumerate() {
        let name = gate["name"].str_or_empty();
        if !had.iter().any(|it| it["name"].str_or_empty() == name) {
            let detail = format!("only deletion is allowed, but found new scheduling gate '{name}'");
            errors.forbidden(&gates.index(i).child("name"), detail);
        }
    }
}

/// The nodes that a gated pod may go to may become fewer, never more; `rest` gets back what it had of that.
pub(super) fn validate_narrowing(rest: &mut Value, old: &Value, errors: &mut ErrorList) {
    if !rest["nodeSelector"].is_same(&old["nodeSelector"]) {
        validate_node_selector(&rest["nodeSelector"], &old["nodeSelector"], errors);
        put_back(rest, old, "nodeSelector");
    }
    let before = &old["affinity"]["nodeAffinity"];
    if rest["affinity"]["nodeAffinity"].is_same(before) {
        return;
    }
    validate_node_affinity(&rest["affinity"]["nodeAffinity"], before, errors);
    let others = ["podAffinity", "podAntiAffinity"];
    if rest["affinity"].is_null() {
        rest.set(literal!("affinity"), map! { "nodeAffinity" => before });
    } else if old["affinity"].is_null() && others.iter().all(|it| rest["affinity"][*it].is_null()) {
        rest.remove("affinity");
    } else {
        put_back(rest.field_mut("affinity"), &old["affinity"], "nodeAffinity");
    }
}

fn validate_node_selector(new: &Value, old: &Value, errors: &mut ErrorList) {
    let mut before = old.as_map().into_iter().flat_map(|it| it.iter());
    if before.any(|(key, value)| new.get(key) != value) {
        let detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
        errors.invalid(&SPEC.child("nodeSelector"), new, detail);
    }
}

fn validate_node_affinity(new: &Value, old: &Value, errors: &mut ErrorList) {
    let affinity = SPEC.child("affinity");
    let node = affinity.child("nodeAffinity");
    let required = node.child(REQUIRED);
    let at = required.child("nodeSelectorTerms");
    let (new, old) = (&new[REQUIRED]["nodeSelectorTerms"], &old[REQUIRED]["nodeSelectorTerms"]);
    if old.items().is_empty() {
        return;
    }
    if old.items().len() != new.items().len() {
        let detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed";
        errors.add(invalid(&at, terms_in_go(new), detail));
        return;
    }
    for (i, (new, old)) in new.items().iter().zip(old.items()).enumerate() {
        if !has_only_additions(new, old) {
            let detail = "only additions are allowed (no mutations or deletions)";
            errors.add(invalid(&at.index(i), term_in_go(new), detail));
        }
    }
}

/// A term that was empty matched nothing, and has to stay so.
fn has_only_additions(new: &Value, old: &Value) -> bool {
    const LISTS: [&str; 2] = ["matchExpressions", "matchFields"];
    let is_empty = |term: &Value| LISTS.iter().all(|it| term[*it].items().is_empty());
    if is_empty(old) && !is_empty(new) {
        return false;
    }
    LISTS.iter().all(|list| new[*list].items().starts_with(old[*list].items()))
}

fn invalid(at: &At<'_>, shown: String, detail: &str) -> FieldError {
    FieldError { wrong: Wrong::Invalid, field: at.to_string(), shown, detail: detail.to_owned() }
}
