//! Replacing an object or a part of it (apiserver `pkg/registry/rest/update.go` and `Store.Update` in
//! `pkg/registry/generic/registry/store.go`).

use std::sync::Arc;

use super::pod::{validate_ephemeral_containers_update, validate_pod_resize};
use super::rules::{allows_create_on_update, allows_unconditional_update, storage_key};
use super::{
    Api, Part, WriteOptions, admission, certificate_signing_request, metadata, namespace, pod_rules, service, strategy,
};
use crate::api::Status;
use crate::api::custom::CustomRules;
use crate::api::field::{At, ErrorList};
use crate::clock::Time;
use crate::object::{Key, Kind, Map, Object, Str, Value, kinds, literal};

/// How often a read-modify-write starts over after a conflict (`MaxRetryWhenPatchConflicts` of the patch handler).
const MODIFY_ATTEMPTS: usize = 5;

impl Api<'_> {
    /// Replaces an object or a part of it. A `resource_version` of 0 replaces whatever is there, where the kind allows it.
    ///
    /// An update that changes nothing makes no new version. One that takes the last finalizer off an object that is being
    /// deleted removes it, and returns what it was.
    ///
    /// # Errors
    /// What is wrong with the object, or `Conflict` when its version or uid is not the stored one.
    pub fn update(&mut self, object: Object, part: Part, options: &WriteOptions) -> Result<Arc<Object>, Status> {
        match self.store.stored(&object).cloned() {
            Some(old) => self.replace(old, object, part, options),
            None if part == Part::Main && allows_create_on_update(object.kind) => self.create(object, options),
            None => Err(Status::not_found(object.kind, &object.meta.name)),
        }
    }

    /// Replaces `old`, which is stored, or a part of it.
    fn replace(
        &mut self,
        old: Arc<Object>,
        mut object: Object,
        part: Part,
        options: &WriteOptions,
    ) -> Result<Arc<Object>, Status> {
        check_version(&object, &old)?;
        if part == Part::Status && is_of_status_alone(&object, &old) {
            return self.replace_status(old, object, options);
        }
        let is_service = object.kind == kinds::SERVICE && part == Part::Main;
        if is_service {
            service::begin_update(self.store, &mut object, &old)?;
        }
        let now = self.now.truncated();
        match CustomRules::of(self.view(), &object)? {
            None => prepare(&mut object, &old, part, now, None)?,
            Some(custom) => {
                prepare(&mut object, &custom.read(&old), part, now, Some(&custom))?;
                custom.to_storage(self.view(), &mut object)?;
            }
        }
        let quotas = match part {
            Part::Main => admission::check_update(self.store, &object, &old, self.now)?,
            Part::EphemeralContainers => {
                admission::check_ephemeral_containers(self.store, &object, &old)?;
                Vec::new()
            }
            _ => Vec::new(),
        };
        if options.dry_run {
            return Ok(Arc::new(object));
        }
        if is_deleted_by_update(&object, &old) {
            self.remove(&old);
            return Ok(Arc::new(object));
        }
        if is_unchanged(&object, &old) || (options.same_managers && differs_in_managers_alone(&object, &old)) {
            return Ok(old);
        }
        self.charge(quotas);
        if is_service {
            service::claim_addresses(self, Some(&old), &object);
        }
        Ok(self.store.put(object, self.now, self.actor.clone()))
    }

    /// Replaces the status of `old` by that of `object`, which shares all else with it. There is nothing to keep and nothing to
    /// check but the status.
    fn replace_status(
        &mut self,
        old: Arc<Object>,
        mut object: Object,
        options: &WriteOptions,
    ) -> Result<Arc<Object>, Status> {
        let rules = strategy(object.kind);
        object.meta.resource_version = old.meta.resource_version;
        (rules.prepare_status_update)(&mut object, &old);
        let errors = (rules.validate_status_update)(&object, &old);
        if !errors.is_empty() {
            return Err(Status::invalid(object.kind, &object.meta.name, &errors));
        }
        if options.dry_run {
            return Ok(Arc::new(object));
        }
        if object.body == old.body {
            return Ok(old);
        }
        Ok(self.store.put(object, self.now, self.actor.clone()))
    }

    /// Reads an object, has `change` change it, and writes it back; starts over when it lost the race for the version.
    ///
    /// # Errors
    /// What `change` or the update answered.
    pub fn modify(
        &mut self,
        key: &Key,
        part: Part,
        options: &WriteOptions,
        mut change: impl FnMut(&mut Object) -> Result<(), Status>,
    ) -> Result<Arc<Object>, Status> {
        let mut attempt = 0;
        loop {
            let Some(stored) = self.store.get(key) else {
                return Err(Status::not_found(key.kind, &key.name));
            };
            let mut object = Object::clone(stored);
            let version = object.meta.resource_version;
            change(&mut object)?;
            attempt += 1;
            let names_version = object.meta.resource_version != version;
            match self.update(object, part, options) {
                Err(status) if status.is_conflict() && !names_version && attempt < MODIFY_ATTEMPTS => {}
                answer => return answer,
            }
        }
    }
}

/// Whether `new` is seen at once to be `old` with another status, as what controllers and kubelets write is. It was found by its
/// name, and its version was looked at. An object that is being deleted may go with any update, and the rules of a custom one are in its definition.
fn is_of_status_alone(new: &Object, old: &Object) -> bool {
    let (meta, stored) = (&new.meta, &old.meta);
    (meta.deleted.is_none() && stored.deleted.is_none())
        && !new.kind.is_custom()
        && meta.uid == stored.uid
        && meta.generation == stored.generation
        && meta.created == stored.created
        && meta.deletion_grace_seconds == stored.deletion_grace_seconds
        && meta.generate_name == stored.generate_name
        && Arc::ptr_eq(&meta.owners, &stored.owners)
        && Arc::ptr_eq(&meta.finalizers, &stored.finalizers)
        && meta.labels.is_shared_with(&stored.labels)
        && meta.annotations.is_shared_with(&stored.annotations)
        && meta.managed_fields.is_same(&stored.managed_fields)
        && shares_all_but_status(&new.body, &old.body)
}

/// Whether both have the same fields, and all of them but the status are the very same.
fn shares_all_but_status(new: &Map, old: &Map) -> bool {
    let is_kept = |((field, new), (known, old)): ((&Str, &Value), (&Str, &Value))| {
        field == known && (field.as_str() == "status" || new.is_shared_with(old))
    };
    new.len() == old.len() && new.iter().zip(old.iter()).all(is_kept)
}

/// Whether nothing differs. Most updates are of the body, which is therefore looked at first.
fn is_unchanged(new: &Object, old: &Object) -> bool {
    new.body == old.body && new.meta == old.meta
}

/// Whether nothing but the record of the managers differs.
fn differs_in_managers_alone(new: &Object, old: &Object) -> bool {
    let mut new = new.clone();
    new.meta.managed_fields = old.meta.managed_fields.clone();
    new == *old
}

/// Refuses an object that is not of what is stored, or not of its current version.
#[inline]
fn check_version(object: &Object, old: &Object) -> Result<(), Status> {
    let (meta, stored) = (&object.meta, &old.meta);
    if meta.resource_version == stored.resource_version && meta.uid == stored.uid {
        return Ok(());
    }
    check_other_version(object, old)
}

#[cold]
fn check_other_version(object: &Object, old: &Object) -> Result<(), Status> {
    let (kind, meta) = (object.kind, &object.meta);
    if !meta.uid.is_empty() && meta.uid != old.meta.uid {
        return Err(Status::conflict(kind, &meta.name, &uid_mismatch(old, &meta.uid)));
    }
    if meta.resource_version == old.meta.resource_version {
        return Ok(());
    }
    if meta.resource_version == 0 {
        if allows_unconditional_update(kind) {
            return Ok(());
        }
        let mut errors = ErrorList::new();
        errors.invalid(&At::new("metadata").child("resourceVersion"), 0_i64, "must be specified for an update");
        let mut status = Status::invalid(kind, &meta.name, &errors);
        let resource = kind.info().resource();
        status.message = format!("{resource} {:?} is invalid: {errors}", meta.name.as_str());
        status.details.insert("kind", kind.info().plural);
        return Err(status);
    }
    Err(Status::stale(kind, &meta.name))
}

/// Why a write that names a uid does not fit what is stored, in the words of the storage layer.
pub(super) fn uid_mismatch(stored: &Object, asked: &str) -> String {
    format!(
        "StorageError: invalid object, Code: 4, Key: {}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID \
         in precondition: {asked}, UID in object meta: {}",
        storage_key(stored),
        stored.meta.uid
    )
}

/// Makes `object` what would be stored over `old`, and checks it.
///
/// An object of a custom kind has its definition's rules, and is compared with what is stored as its version shows it.
fn prepare(
    object: &mut Object,
    old: &Object,
    part: Part,
    now: Time,
    custom: Option<&CustomRules>,
) -> Result<(), Status> {
    let rules = strategy(object.kind);
    let has_defaults = matches!(part, Part::Main | Part::EphemeralContainers | Part::Resize);
    // Some kinds have defaults among their labels.
    if has_defaults && (object.body != old.body || object.meta.labels != old.meta.labels) {
        (rules.default)(object);
    }
    let meta = &mut object.meta;
    meta.generation = old.meta.generation;
    meta.resource_version = old.meta.resource_version;
    match (part, custom) {
        (Part::Main, Some(custom)) => custom.prepare_update(object, old),
        (_, Some(custom)) => custom.prepare_status_update(object, old),
        (Part::Main, None) => {
            if object.kind.info().subresources.contains(&"status") {
                keep(object, old, "status");
            }
            (rules.prepare_update)(object, old);
        }
        (Part::Status, None) => {
            keep_all_but_status(object, old);
            (rules.prepare_status_update)(object, old);
        }
        (Part::Approval, None) => certificate_signing_request::prepare_approval(object, old, now),
        (Part::Finalize, None) => namespace::prepare_finalize(object, old),
        (Part::EphemeralContainers, None) => {
            keep(object, old, "status");
            pod_rules::prepare_ephemeral_containers(object, old);
        }
        (Part::Resize, None) => {
            keep(object, old, "status");
            pod_rules::prepare_resize(object, old);
        }
    }
    let meta = &mut object.meta;
    if meta.uid.is_empty() {
        meta.uid = old.meta.uid.clone();
    }
    meta.created = old.meta.created.or(Some(now));
    if old.meta.deleted.is_some() {
        meta.deleted = old.meta.deleted;
    }
    if meta.deletion_grace_seconds.is_none() {
        meta.deletion_grace_seconds = old.meta.deletion_grace_seconds;
    }
    let errors = update_errors(object, old, part, custom);
    if errors.is_empty() { Ok(()) } else { Err(Status::invalid(object.kind, &object.meta.name, &errors)) }
}

/// Puts what is stored in the place of everything but the status.
fn keep_all_but_status(object: &mut Object, old: &Object) {
    if shares_all_but_status(&object.body, &old.body) {
        return;
    }
    let status = object.status().clone();
    object.body = old.body.clone();
    if !object.status().is_same(&status) {
        object.body.insert(literal!("status"), status);
    }
}

/// Puts the stored `field` in the place of the object's own.
fn keep(object: &mut Object, old: &Object, field: &'static str) {
    match old.body.get(field) {
        Some(value) if !object.body[field].is_same(value) => {
            object.body.insert(field, value.clone());
        }
        Some(_) => {}
        None => {
            object.body.remove(field);
        }
    }
}

/// What is wrong with a changed object. Its metadata is looked at as a whole and as a changed one, whatever the kind
/// (`BeforeUpdate`), and the rules of most kinds do so again: an error in it comes several times among the causes.
fn update_errors(new: &Object, old: &Object, part: Part, custom: Option<&CustomRules>) -> ErrorList {
    let rules = strategy(new.kind);
    let (mut errors, mut of_change, mut of_domains) = (ErrorList::new(), ErrorList::new(), ErrorList::new());
    metadata::validate_update(&new.meta, &old.meta, &mut of_change);
    let other_finalizers = !Arc::ptr_eq(&new.meta.finalizers, &old.meta.finalizers);
    if !of_change.is_empty() {
        metadata::validate_common(&new.meta, &mut errors);
        errors.extend(of_change.clone());
    } else if other_finalizers {
        // All else is as it was when it was found sound.
        metadata::validate_finalizers(&new.meta.finalizers, &mut errors);
    }
    if let Some(custom) = custom {
        errors.extend(custom.validate_update(new, old, part == Part::Main));
        return errors;
    }
    if other_finalizers {
        metadata::validate_finalizer_domains(&new.meta.finalizers, &mut of_domains);
    }
    match part {
        Part::Main => {
            let is_wrong = !errors.is_empty() || !of_domains.is_empty();
            if is_wrong && checks_whole_metadata(new.kind) {
                metadata::validate(new.kind, &new.meta, &mut errors);
            }
            errors.extend((rules.validate_update)(new, old));
        }
        Part::Status => errors.extend((rules.validate_status_update)(new, old)),
        Part::EphemeralContainers => errors.extend(validate_ephemeral_containers_update(new, old)),
        Part::Resize => errors.extend(validate_pod_resize(new, old)),
        Part::Approval => errors.extend(certificate_signing_request::approval_errors(new, old)),
        Part::Finalize => {}
    }
    if !matches!(new.kind, kinds::POD_DISRUPTION_BUDGET | kinds::LIMIT_RANGE) {
        errors.extend(of_change);
        errors.extend(of_domains);
    }
    errors
}

/// Whether the rules of a kind check the metadata of a changed object like those of a new one (`ValidateUpdate` in
/// `pkg/registry/*/*/strategy.go`).
fn checks_whole_metadata(kind: Kind) -> bool {
    !matches!(
        kind,
        kinds::CRON_JOB
            | kinds::DAEMON_SET
            | kinds::DEPLOYMENT
            | kinds::EVENT
            | kinds::HORIZONTAL_POD_AUTOSCALER
            | kinds::LEASE
            | kinds::POD_DISRUPTION_BUDGET
            | kinds::POD_TEMPLATE
            | kinds::PRIORITY_CLASS
            | kinds::REPLICA_SET
            | kinds::RESOURCE_QUOTA
            | kinds::STATEFUL_SET
    )
}

/// Whether this update completes a deletion (`ShouldDeleteDuringUpdate`).
fn is_deleted_by_update(new: &Object, old: &Object) -> bool {
    let deletes = new.meta.finalizers.is_empty()
        && old.meta.deleted.is_some()
        && old.meta.deletion_grace_seconds.is_none_or(|it| it == 0);
    deletes && (new.kind != kinds::NAMESPACE || new.spec()["finalizers"].items().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_of_a_status_alone_is_told_from_every_other() {
        type Edit = fn(&mut Object);
        let mut old = Object::new(kinds::POD, "default", "web");
        old.spec_mut().set("nodeName", "node-0");
        old.status_mut().set("phase", "Running");
        old.meta.resource_version = 7;
        let table: [(Edit, bool); 9] = [
            (|_| {}, true),
            (|it| it.status_mut().set("phase", "Failed"), true),
            (|it| it.spec_mut().set("hostname", "web"), false),
            (|it| drop(it.body.insert("data", "x")), false),
            (|it| it.meta.set_label("app", "web"), false),
            (|it| it.meta.generation = 2, false),
            (|it| it.meta.resource_version = 0, true),
            (|it| it.meta.add_finalizer("example.com/a"), false),
            (|it| it.meta.managed_fields = Value::from("x"), false),
        ];
        for (i, (edit, want)) in table.into_iter().enumerate() {
            let mut new = old.clone();
            edit(&mut new);
            assert_eq!(is_of_status_alone(&new, &old), want, "{i}");
        }
        old.meta.deleted = Some(Time(0));
        assert!(!is_of_status_alone(&old.clone(), &old), "it may go with any update");
    }
}
