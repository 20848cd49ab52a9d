//! Creating (apiserver `pkg/registry/rest/create.go` and `Store.Create` in `pkg/registry/generic/registry/store.go`).

use std::sync::Arc;

use super::{Api, WriteOptions, admission, metadata, service, strategy};
use crate::api::Status;
use crate::api::custom::CustomRules;
use crate::api::field::ErrorList;
use crate::object::{Map, Object, Str, kinds, literal};

/// The longest prefix of a generated name, in bytes; five more characters make 63 (apiserver `pkg/storage/names`).
const GENERATED_BASE_MAX: usize = 58;
/// The characters that are added to it.
const GENERATED_SUFFIX: usize = 5;
/// How many names are tried before the creation fails.
const GENERATED_ATTEMPTS: usize = 8;

impl Api<'_> {
    /// Creates `object`, and returns it as stored. With a `generateName` and no name, the name is made here.
    ///
    /// # Errors
    /// What is wrong with the object, or why it may not be created.
    pub fn create(&mut self, mut object: Object, options: &WriteOptions) -> Result<Arc<Object>, Status> {
        let rules = strategy(object.kind);
        let custom = CustomRules::of(self.view(), &object)?;
        if !object.kind.info().namespaced {
            object.meta.namespace = Str::new();
        }
        let mut case = self.precedents.case(rules, &object, self.store);
        case.default(rules, &mut object);
        let admission = admission::admit_creation(
            self.store,
            self.names,
            &mut object,
            case.admission(),
            &mut self.precedents.open,
        )?;
        object.meta.uid = self.names.uid();
        object.meta.created = Some(self.now.truncated());
        object.meta.deleted = None;
        object.meta.deletion_grace_seconds = None;
        let is_generated = object.meta.name.is_empty() && !object.meta.generate_name.is_empty();
        if is_generated {
            object.meta.name = self.generated_name(&object);
        }
        if object.kind == kinds::SERVICE {
            service::begin_create(self.store, &mut object)?;
        }
        match &custom {
            None => (rules.prepare_create)(&mut object),
            Some(custom) => custom.prepare_create(&mut object)?,
        }
        let mut errors = ErrorList::new();
        metadata::validate_new(object.kind, &object.meta, &mut self.precedents.labels, &mut errors);
        errors.extend(match &custom {
            None => case.errors(rules, &object),
            Some(custom) => custom.validate_create(&object),
        });
        if !errors.is_empty() {
            return Err(Status::invalid(object.kind, &object.meta.name, &errors));
        }
        self.precedents.remember(object.kind, case, admission);
        match &custom {
            None => (rules.read_back)(&mut object),
            Some(custom) => custom.to_storage(self.view(), &mut object)?,
        }
        let quotas = admission::check_creation(self.store, &object, &self.precedents.open, self.now)?;
        if object.meta.resource_version != 0 {
            return Err(Status::failure(500, "", "resourceVersion should not be set on objects to be created"));
        }
        if let Some(existing) = self.store.stored(&object) {
            return Err(already_exists(existing, is_generated));
        }
        if options.dry_run {
            return Ok(Arc::new(object));
        }
        self.charge(quotas);
        if object.kind == kinds::SERVICE {
            service::claim_addresses(self, None, &object);
        }
        Ok(self.store.put(object, self.now, self.actor.clone()))
    }

    /// Stores what is used of quotas, as admission does before the object itself is stored.
    #[inline]
    pub(super) fn charge(&mut self, quotas: Vec<Object>) {
        if !quotas.is_empty() {
            self.store_quotas(quotas);
        }
    }

    #[cold]
    fn store_quotas(&mut self, quotas: Vec<Object>) {
        for quota in quotas {
            self.store.put(quota, self.now, literal!("kube-apiserver"));
        }
    }

    /// A name that is free, or after some attempts one that is not.
    fn generated_name(&mut self, object: &Object) -> Str {
        let prefix = object.meta.generate_name.as_str();
        let mut end = prefix.len().min(GENERATED_BASE_MAX);
        while !prefix.is_char_boundary(end) {
            end -= 1;
        }
        let mut key = object.key();
        for _ in 0..GENERATED_ATTEMPTS {
            key.name = self.names.with_suffix(&prefix[..end], GENERATED_SUFFIX);
            if self.store.get(&key).is_none() {
                break;
            }
        }
        key.name
    }
}

#[cold]
pub(super) fn already_exists(existing: &Object, is_generated: bool) -> Status {
    let mut status = Status::already_exists(existing.kind, &existing.meta.name);
    if existing.meta.is_terminating() {
        status.message = format!("object is being deleted: {}", status.message);
    }
    if is_generated {
        let resource = existing.kind.info().resource();
        status.details = Map::new();
        status.message = format!(
            "{resource} {:?} already exists, the server was not able to generate a unique name for the object",
            existing.meta.name.as_str()
        );
    }
    status
}
