//! What may change in a definition (`ValidateCustomResourceDefinitionUpdate`), and the approval that the groups of the
//! Kubernetes community need.

use super::conditions;
use crate::api::field::{At, ErrorList};
use crate::api::registry::metadata::IMMUTABLE;
use crate::object::Object;

/// The annotation that tells of an approval.
const APPROVED: &str = "api-approved.kubernetes.io";

/// Checks the fields that cannot change, or not any more once the definition is established.
pub fn check(new: &Object, old: &Object, errors: &mut ErrorList) {
    let spec = At::new("spec");
    let names = spec.child("names");
    let is_established = conditions::is_true(old, "Established");
    let fields: [(&[&str], At<'_>, bool); 4] = [
        (&["scope"], spec.child("scope"), is_established),
        (&["names", "kind"], names.child("kind"), is_established),
        (&["group"], spec.child("group"), true),
        (&["names", "plural"], names.child("plural"), true),
    ];
    for (path, at, is_fixed) in fields {
        let value = new.spec().at(path);
        if is_fixed && value != old.spec().at(path) {
            errors.invalid(&at, value, IMMUTABLE);
        }
    }
}

/// Whether a definition of a protected group is approved, or says why it need not be (`GetAPIApprovalState`).
pub fn check_approval(new: &Object, old: Option<&Object>, errors: &mut ErrorList) {
    let group = new.spec()["group"].str_or_empty();
    let is_protected = ["k8s.io", "kubernetes.io"].iter().any(|it| group == *it || group.ends_with(&format!(".{it}")));
    if !is_protected {
        return;
    }
    let state = approval(new);
    if old.is_some_and(|old| approval(old) == state) {
        return;
    }
    let metadata = At::new("metadata");
    let at = metadata.child("annotations");
    let at = at.key(APPROVED);
    let see = "see https://github.com/kubernetes/enhancements/pull/1111";
    match state {
        Approval::Missing => {
            errors.required(&at, format!("protected groups must have approval annotation {APPROVED:?}, {see}"));
        }
        Approval::Invalid => {
            let annotation = new.meta.annotation(APPROVED).unwrap_or_default();
            let detail = format!(
                "protected groups must have approval annotation {APPROVED:?} with either a URL or a reason starting with \
                 \"unapproved\", {see}"
            );
            errors.invalid(&at, annotation, detail);
        }
        Approval::Given => {}
    }
}

#[derive(PartialEq, Eq)]
enum Approval {
    Given,
    Missing,
    Invalid,
}

fn approval(definition: &Object) -> Approval {
    match definition.meta.annotation(APPROVED).unwrap_or_default() {
        "" => Approval::Missing,
        text if text.starts_with("unapproved") => Approval::Given,
        text if text.split_once("://").is_some_and(|(scheme, host)| !scheme.is_empty() && !host.is_empty()) => {
            Approval::Given
        }
        _ => Approval::Invalid,
    }
}
