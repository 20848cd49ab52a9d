//! The checks of `metadata` (apimachinery `pkg/api/validation/objectmeta.go`, `pkg/apis/core/validation/validation.go`).

use std::sync::Arc;

use super::{addresses, syntax};
use crate::api::field::{At, ErrorList, FieldError, Wrong};
use crate::object::{Kind, Map, Meta, OwnerRef, Str, Value, kinds};

/// The most that all annotations of an object may take, keys and values, in bytes.
const ANNOTATIONS_MAX: usize = 256 * 1024;

/// The finalizers that need no domain.
const STANDARD_FINALIZERS: [&str; 3] = ["kubernetes", "orphan", "foregroundDeletion"];

const METADATA: At<'static> = At::new("metadata");

/// What the names of a kind have to be.
struct NameRule {
    /// Whether a name surely is.
    is_fine: fn(&str) -> bool,
    /// What is wrong with a name.
    errors: fn(&str) -> Vec<String>,
}

fn name_rule(kind: Kind) -> NameRule {
    match kind {
        kinds::NAMESPACE | kinds::STATEFUL_SET => NameRule { is_fine: syntax::is_dns_label, errors: syntax::dns_label },
        kinds::EVENT
        | kinds::ROLE
        | kinds::ROLE_BINDING
        | kinds::CLUSTER_ROLE
        | kinds::CLUSTER_ROLE_BINDING
        | kinds::CSI_DRIVER
        | kinds::POD_DISRUPTION_BUDGET => NameRule { is_fine: syntax::is_path_segment, errors: syntax::path_segment },
        // What can be the beginning of an address cannot be told from the address.
        kinds::IP_ADDRESS => NameRule { is_fine: |_| false, errors: addresses::canonical_ip },
        kinds::SERVICE => NameRule { is_fine: syntax::is_dns_label, errors: service_name_errors },
        _ => NameRule { is_fine: syntax::is_dns_subdomain, errors: syntax::dns_subdomain },
    }
}

/// What is wrong with a name of `kind`, or with the prefix of one.
pub fn name_errors(kind: Kind, name: &str) -> Vec<String> {
    (name_rule(kind).errors)(name)
}

/// The length of a service's name is counted in characters where others count bytes (`ValidateServiceName`).
fn service_name_errors(name: &str) -> Vec<String> {
    let in_characters = |text: String| match text.strip_suffix("63 bytes") {
        Some(start) => format!("{start}63 characters"),
        None => text,
    };
    syntax::dns_label(name).into_iter().map(in_characters).collect()
}

/// Checks the metadata of a new object (`ValidateObjectMeta`).
pub fn validate(kind: Kind, meta: &Meta, errors: &mut ErrorList) {
    validate_new(kind, meta, &mut SoundLabels::default(), errors);
}

/// Does what [`validate`] does for one of many new objects.
pub(super) fn validate_new(kind: Kind, meta: &Meta, known: &mut SoundLabels, errors: &mut ErrorList) {
    if !is_sound(kind, meta, known) {
        describe(kind, meta, errors);
    }
}

/// The labels that were found sound last: a Job and its pods, and the pods of a template, have the very same. The next Job has
/// other values under the same keys.
#[derive(Debug, Default)]
pub(super) struct SoundLabels(Map);

impl SoundLabels {
    /// Whether `labels` are sound.
    fn are(&mut self, labels: &Map) -> bool {
        if labels.is_shared_with(&self.0) {
            return true;
        }
        let are_sound = are_sound_beside(labels, &self.0);
        if are_sound {
            self.0 = labels.clone();
        }
        are_sound
    }
}

/// Whether labels are sound; `known` ones are, and keys that are theirs need no look.
fn are_sound_beside(labels: &Map, known: &Map) -> bool {
    let mut known = known.keys();
    labels.iter().all(|(key, value)| {
        let is_known = known.next().is_some_and(|it| Str::ptr_eq(it, key));
        (is_known || syntax::is_qualified_name(key)) && syntax::is_label_value(value.str_or_empty())
    })
}

/// Whether all is surely well with the metadata of a new object. Nothing but this is run for most of them.
fn is_sound(kind: Kind, meta: &Meta, known: &mut SoundLabels) -> bool {
    let is_fine = name_rule(kind).is_fine;
    let prefix = meta.generate_name.as_str();
    // What is fine without a dash at its end is so with it: more will follow.
    (prefix.is_empty() || is_fine(prefix.strip_suffix('-').unwrap_or(prefix)))
        && !meta.name.is_empty()
        && is_fine(&meta.name)
        && (!kind.info().namespaced || syntax::is_dns_label(&meta.namespace))
        && meta.generation >= 0
        && (meta.labels.is_empty() || known.are(&meta.labels))
        && (meta.annotations.is_empty() || are_sound_annotations(&meta.annotations))
        && (meta.owners.is_empty() || are_sound_owners(&meta.owners))
        && meta.finalizers.iter().all(|it| syntax::is_prefixed_name(it))
}

fn is_sound_label((key, value): (&Str, &Value)) -> bool {
    syntax::is_qualified_name(key) && syntax::is_label_value(value.str_or_empty())
}

fn are_sound_annotations(annotations: &Map) -> bool {
    let mut size = 0;
    let are_keys = annotations.iter().all(|(key, value)| {
        size += key.len() + value.str_or_empty().len();
        syntax::is_qualified_name(key)
    });
    are_keys && size <= ANNOTATIONS_MAX
}

fn are_sound_owners(owners: &[OwnerRef]) -> bool {
    let is_sound = |it: &OwnerRef| {
        has_version(&it.api_version)
            && !(it.kind.is_empty() || it.name.is_empty() || it.uid.is_empty())
            && !is_event(it)
    };
    owners.iter().all(is_sound) && owners.iter().filter(|it| it.controller == Some(true)).count() < 2
}

fn is_event(owner: &OwnerRef) -> bool {
    owner.api_version == "v1" && owner.kind == "Event"
}

/// Says what is wrong with the metadata of a new object.
#[cold]
fn describe(kind: Kind, meta: &Meta, errors: &mut ErrorList) {
    let rule = name_rule(kind);
    let prefix = meta.generate_name.as_str();
    if !prefix.is_empty() && !(rule.is_fine)(prefix.strip_suffix('-').unwrap_or(prefix)) {
        for wrong in (rule.errors)(&syntax::as_prefix(prefix)) {
            errors.invalid(&METADATA.child("generateName"), &meta.generate_name, wrong);
        }
    }
    if meta.name.is_empty() {
        errors.required(&METADATA.child("name"), "name or generateName is required");
    } else {
        for wrong in (rule.errors)(&meta.name) {
            errors.invalid(&METADATA.child("name"), &meta.name, wrong);
        }
    }
    if kind.info().namespaced {
        if meta.namespace.is_empty() {
            errors.required(&METADATA.child("namespace"), "");
        } else {
            for wrong in syntax::dns_label(&meta.namespace) {
                errors.invalid(&METADATA.child("namespace"), &meta.namespace, wrong);
            }
        }
    }
    if meta.generation < 0 {
        errors.invalid(&METADATA.child("generation"), meta.generation, NOT_NEGATIVE);
    }
    validate_common(meta, errors);
    // Who adds one without a domain to a custom object is warned and not refused.
    if !kind.is_custom() {
        validate_finalizer_domains(&meta.finalizers, errors);
    }
}

/// Checks what the metadata of every kind is checked for (`ValidateObjectMetaAccessor`).
pub fn validate_common(meta: &Meta, errors: &mut ErrorList) {
    validate_labels(&meta.labels, &METADATA.child("labels"), errors);
    validate_annotations(&meta.annotations, &METADATA.child("annotations"), errors);
    validate_owners(&meta.owners, errors);
    validate_finalizers(&meta.finalizers, errors);
}

/// The detail of a number that is below zero.
pub const NOT_NEGATIVE: &str = "must be greater than or equal to 0";

/// The detail of a field that cannot change.
pub const IMMUTABLE: &str = "field is immutable";

/// Checks the metadata of a changed object against what is stored (`ValidateObjectMetaUpdate`).
///
/// Parts that both share were checked when they came.
#[inline]
pub fn validate_update(new: &Meta, old: &Meta, errors: &mut ErrorList) {
    if !is_unchanged(new, old) {
        validate_changes(new, old, errors);
    }
}

/// Whether everything that [`validate_update`] looks at is seen at once to be what it was.
fn is_unchanged(new: &Meta, old: &Meta) -> bool {
    new.name == old.name
        && new.namespace == old.namespace
        && new.uid == old.uid
        && new.deleted == old.deleted
        && new.deletion_grace_seconds == old.deletion_grace_seconds
        && new.labels.is_shared_with(&old.labels)
        && new.annotations.is_shared_with(&old.annotations)
        && Arc::ptr_eq(&new.owners, &old.owners)
        && Arc::ptr_eq(&new.finalizers, &old.finalizers)
}

#[inline(never)]
fn validate_changes(new: &Meta, old: &Meta, errors: &mut ErrorList) {
    if old.deleted.is_some() && !Arc::ptr_eq(&new.finalizers, &old.finalizers) {
        let mut extra: Vec<&Str> = new.finalizers.iter().filter(|it| !old.finalizers.contains(it)).collect();
        extra.sort();
        extra.dedup();
        if !extra.is_empty() {
            let listed: Vec<_> = extra.iter().map(|it| format!("{:?}", it.as_str())).collect();
            let detail = format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
                listed.join(", ")
            );
            errors.forbidden(&METADATA.child("finalizers"), detail);
        }
    }
    for (field, new, old) in
        [("name", &new.name, &old.name), ("namespace", &new.namespace, &old.namespace), ("uid", &new.uid, &old.uid)]
    {
        if new != old {
            errors.invalid(&METADATA.child(field), new, IMMUTABLE);
        }
    }
    if new.deleted != old.deleted {
        errors.invalid(&METADATA.child("deletionTimestamp"), new.deleted, IMMUTABLE);
    }
    if new.deletion_grace_seconds != old.deletion_grace_seconds {
        errors.invalid(&METADATA.child("deletionGracePeriodSeconds"), new.deletion_grace_seconds, IMMUTABLE);
    }
    if !new.labels.is_shared_with(&old.labels) {
        validate_labels(&new.labels, &METADATA.child("labels"), errors);
    }
    if !new.annotations.is_shared_with(&old.annotations) {
        validate_annotations(&new.annotations, &METADATA.child("annotations"), errors);
    }
    if !Arc::ptr_eq(&new.owners, &old.owners) {
        validate_owners(&new.owners, errors);
    }
}

/// Checks the keys and values of labels (`ValidateLabels`).
pub fn validate_labels(labels: &Map, at: &At<'_>, errors: &mut ErrorList) {
    for (key, value) in labels.iter() {
        if is_sound_label((key, value)) {
            continue;
        }
        for wrong in syntax::qualified_name(key) {
            errors.invalid(at, key, wrong);
        }
        for wrong in syntax::label_value(value.str_or_empty()) {
            errors.invalid(at, value, wrong);
        }
    }
}

/// Checks the keys of annotations and the room they take (`ValidateAnnotations`).
pub fn validate_annotations(annotations: &Map, at: &At<'_>, errors: &mut ErrorList) {
    let mut size = 0;
    for (key, value) in annotations.iter() {
        size += key.len() + value.str_or_empty().len();
        if syntax::is_qualified_name(key) {
            continue;
        }
        let wrong = if key.bytes().any(|it| it.is_ascii_uppercase()) {
            syntax::qualified_name(&key.to_ascii_lowercase())
        } else {
            syntax::qualified_name(key)
        };
        for wrong in wrong {
            errors.invalid(at, key, wrong);
        }
    }
    if size > ANNOTATIONS_MAX {
        errors.too_long(at, ANNOTATIONS_MAX);
    }
}

fn validate_owners(owners: &[OwnerRef], errors: &mut ErrorList) {
    let at = METADATA.child("ownerReferences");
    let mut controller: Option<&OwnerRef> = None;
    for owner in owners {
        if !has_version(&owner.api_version) {
            errors.invalid(&at.child("apiVersion"), &owner.api_version, "version must not be empty");
        }
        for (field, value) in [("kind", &owner.kind), ("name", &owner.name), ("uid", &owner.uid)] {
            if value.is_empty() {
                errors.invalid(&at.child(field), value, "must not be empty");
            }
        }
        if is_event(owner) {
            let detail = "/v1, Kind=Event is disallowed from being an owner";
            errors.add(shown(&at, show_owner(owner), detail));
        }
        if owner.controller != Some(true) {
            continue;
        }
        match controller {
            None => controller = Some(owner),
            Some(first) => {
                let all: Vec<_> = owners.iter().map(show_owner).collect();
                let detail = format!(
                    "Only one reference can have Controller set to true. Found \"true\" in references for {}/{} and {}/{}",
                    first.kind, first.name, owner.kind, owner.name
                );
                errors.add(shown(&at, format!("[{}]", all.join(",")), detail));
            }
        }
    }
}

/// `v1` or `apps/v1`: after the only slash, if there is one, something comes.
fn has_version(api_version: &str) -> bool {
    let mut slashes = 0;
    for byte in api_version.bytes() {
        slashes += u32::from(byte == b'/');
    }
    slashes < 2 && api_version.as_bytes().last().is_some_and(|it| *it != b'/')
}

fn shown(at: &At<'_>, shown: String, detail: impl Into<String>) -> FieldError {
    FieldError { wrong: Wrong::Invalid, field: at.to_string(), shown, detail: detail.into() }
}

/// An owner reference in the order of its fields in Go.
fn show_owner(owner: &OwnerRef) -> String {
    let text = |it: &Str| Value::from(it).to_json();
    let flag = |name: &str, it: Option<bool>| it.map_or(String::new(), |it| format!(",\"{name}\":{it}"));
    format!(
        "{{\"apiVersion\":{},\"kind\":{},\"name\":{},\"uid\":{}{}{}}}",
        text(&owner.api_version),
        text(&owner.kind),
        text(&owner.name),
        text(&owner.uid),
        flag("controller", owner.controller),
        flag("blockOwnerDeletion", owner.block_owner_deletion)
    )
}

/// Checks the form of finalizers (`ValidateFinalizers`).
pub fn validate_finalizers(finalizers: &[Str], errors: &mut ErrorList) {
    let at = METADATA.child("finalizers");
    for finalizer in finalizers.iter().filter(|it| !syntax::is_qualified_name(it)) {
        for wrong in syntax::qualified_name(finalizer) {
            errors.invalid(&at, finalizer, wrong);
        }
    }
    let has = |name: &Str| finalizers.contains(name);
    if has(&Meta::ORPHAN) && has(&Meta::FOREGROUND) {
        let detail = "finalizer orphan and foregroundDeletion cannot be both set";
        errors.invalid(&at, Value::list(finalizers.iter()), detail);
    }
}

/// Checks that finalizers are of a domain or of Kubernetes itself (`validateKubeFinalizerName`).
pub fn validate_finalizer_domains(finalizers: &[Str], errors: &mut ErrorList) {
    for (i, finalizer) in finalizers.iter().enumerate() {
        if !finalizer.contains('/') && !STANDARD_FINALIZERS.contains(&finalizer.as_str()) {
            let detail = "name is neither a standard finalizer name nor is it fully qualified";
            errors.invalid(&METADATA.child("finalizers").index(i), finalizer, detail);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;

    #[test]
    fn labels_are_known_to_be_sound_by_being_the_very_same() {
        let mut known = SoundLabels::default();
        let sound = map! { "app" => "web" };
        assert!(known.are(&sound) && known.0.is_shared_with(&sound) && known.are(&sound));
        let mut wrong = sound.clone();
        wrong.insert("app", "not a value");
        assert!(!known.are(&wrong) && !known.are(&wrong), "a changed copy is looked at anew");
        assert!(
            !known.are(&map! { "a b" => "web" }) && !known.are(&map! { "app" => "web", "a b" => "" }),
            "so are keys"
        );
        assert!(known.0.is_shared_with(&sound));
    }

    #[test]
    fn metadata_is_surely_sound_when_there_is_nothing_to_say_about_it() {
        let meta = || Meta { name: "a".into(), namespace: "n".into(), ..Meta::default() };
        let owner = |api_version: &str, kind: &str| OwnerRef {
            api_version: api_version.into(),
            kind: kind.into(),
            name: "o".into(),
            uid: "u".into(),
            controller: Some(true),
            block_owner_deletion: None,
        };
        let owned = |owners: Vec<OwnerRef>| Meta { owners: Arc::new(owners), ..meta() };
        let finalized = |name: &str| Meta { finalizers: Arc::new(vec![name.into()]), ..meta() };
        let table = [
            (meta(), 0),
            (Meta { name: "A".into(), ..meta() }, 1),
            (Meta { namespace: Str::new(), ..meta() }, 1),
            (Meta { generate_name: "a-".into(), ..meta() }, 0),
            (Meta { generate_name: "Ab-".into(), ..meta() }, 1),
            (Meta { generation: -1, ..meta() }, 1),
            (Meta { labels: map! { "a/b/c" => "" }, ..meta() }, 1),
            (Meta { annotations: map! { "a b" => "" }, ..meta() }, 1),
            (owned(vec![owner("batch/v1", "Job")]), 0),
            (owned(vec![owner("batch/", "Job")]), 1),
            (owned(vec![owner("v1", "Event")]), 1),
            (owned(vec![owner("v1", "A"), owner("v1", "B")]), 1),
            (finalized("example.com/a"), 0),
            (finalized("orphan"), 0),
            (finalized("mine"), 1),
        ];
        for (meta, want) in table {
            let (mut errors, mut described) = (ErrorList::new(), ErrorList::new());
            validate(kinds::POD, &meta, &mut errors);
            describe(kinds::POD, &meta, &mut described);
            assert_eq!((errors.len(), described.len()), (want, want), "{meta:?}");
        }
    }
}
