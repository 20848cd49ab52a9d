//! `ObjectMeta`, typed: every reconcile reads it, and the store's indexes are made of it.

use std::sync::Arc;

use super::{Map, Str, Value, literal};
use crate::clock::Time;
use crate::map;

/// `metav1.ObjectMeta`. Absent strings are empty, as in Go.
#[derive(Clone, Debug, PartialEq)]
pub struct Meta {
    /// Unique in its namespace and kind.
    pub name: Str,
    /// The prefix that the server made `name` from, or empty.
    pub generate_name: Str,
    /// Empty for cluster-scoped objects.
    pub namespace: Str,
    /// Unique over time; empty until the object is created.
    pub uid: Str,
    /// The store's revision of this object's last change; 0 until it is stored.
    pub resource_version: u64,
    /// Counts changes of the desired state; 0 for kinds that do not count.
    pub generation: i64,
    /// When it was created, in whole seconds.
    pub created: Option<Time>,
    /// When it is to be gone at the latest; set by the first deletion.
    pub deleted: Option<Time>,
    /// The grace period of its deletion, in seconds.
    pub deletion_grace_seconds: Option<i64>,
    /// Labels: string to string.
    pub labels: Map,
    /// Annotations: string to string.
    pub annotations: Map,
    /// The objects that own this one.
    pub owners: Arc<Vec<OwnerRef>>,
    /// What must be taken off before the object goes away.
    pub finalizers: Arc<Vec<Str>>,
    /// Who manages which fields: what a client sent, or of a stored object what is recorded of clients' writes; null where
    /// no client ever wrote.
    pub managed_fields: Value,
}

impl Default for Meta {
    fn default() -> Self {
        Meta::held_by(Arc::default(), Arc::default())
    }
}

impl Meta {
    /// The metadata of an object that has these owners and finalizers and nothing else: whoever has both lists has no others
    /// made.
    pub fn held_by(owners: Arc<Vec<OwnerRef>>, finalizers: Arc<Vec<Str>>) -> Self {
        Meta {
            name: Str::new(),
            generate_name: Str::new(),
            namespace: Str::new(),
            uid: Str::new(),
            resource_version: 0,
            generation: 0,
            created: None,
            deleted: None,
            deletion_grace_seconds: None,
            labels: Map::new(),
            annotations: Map::new(),
            owners,
            finalizers,
            managed_fields: Value::Null,
        }
    }
}

/// `metav1.OwnerReference`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnerRef {
    /// The owner's API version, such as `apps/v1`.
    pub api_version: Str,
    /// The owner's kind.
    pub kind: Str,
    /// The owner's name.
    pub name: Str,
    /// The owner's uid.
    pub uid: Str,
    /// Whether the owner is the managing controller.
    pub controller: Option<bool>,
    /// Whether the owner's foreground deletion waits for this object.
    pub block_owner_deletion: Option<bool>,
}

impl OwnerRef {
    fn to_value(&self) -> Value {
        Value::Map(map! {
            "apiVersion" => &self.api_version,
            "kind" => &self.kind,
            "name" => &self.name,
            "uid" => &self.uid,
            "controller" => self.controller,
            "blockOwnerDeletion" => self.block_owner_deletion,
        })
    }

    fn from_value(value: &Value) -> Self {
        OwnerRef {
            api_version: text(&value["apiVersion"]),
            kind: text(&value["kind"]),
            name: text(&value["name"]),
            uid: text(&value["uid"]),
            controller: value["controller"].as_bool(),
            block_owner_deletion: value["blockOwnerDeletion"].as_bool(),
        }
    }
}

fn text(value: &Value) -> Str {
    value.as_shared_str().cloned().unwrap_or_default()
}

fn time(value: &Value) -> Option<Time> {
    value.as_str().and_then(Time::parse)
}

fn strings(value: &Value) -> Map {
    value.as_map().cloned().unwrap_or_default()
}

fn unless_empty<T: Into<Value>>(it: T) -> Option<Value> {
    let value = it.into();
    (!value.is_empty()).then_some(value)
}

impl Meta {
    /// The reference with `controller: true`, if there is one (`metav1.GetControllerOf`).
    pub fn controller(&self) -> Option<&OwnerRef> {
        self.owners.iter().find(|owner| owner.controller == Some(true))
    }

    /// Whether the object with `uid` is its controller.
    pub fn is_controlled_by(&self, uid: &str) -> bool {
        self.controller().is_some_and(|owner| owner.uid == uid)
    }

    /// Whether it has the controller that `other` has, or like that one none. Two revisions mostly share their owners, which
    /// is seen at once.
    pub fn has_controller_of(&self, other: &Meta) -> bool {
        Arc::ptr_eq(&self.owners, &other.owners) || self.controller() == other.controller()
    }

    /// Whether deletion has begun.
    pub fn is_terminating(&self) -> bool {
        self.deleted.is_some()
    }

    /// Whether `finalizer` is still on it.
    pub fn has_finalizer(&self, finalizer: &str) -> bool {
        self.finalizers.iter().any(|it| it == finalizer)
    }

    /// Puts `finalizer` on it, unless it is there.
    pub fn add_finalizer(&mut self, finalizer: impl Into<Str>) {
        let finalizer = finalizer.into();
        if !self.has_finalizer(&finalizer) {
            Arc::make_mut(&mut self.finalizers).push(finalizer);
        }
    }

    /// Takes `finalizer` off, if it is there.
    pub fn remove_finalizer(&mut self, finalizer: &str) {
        if self.has_finalizer(finalizer) {
            Arc::make_mut(&mut self.finalizers).retain(|it| it != finalizer);
        }
    }

    /// The label `key`, or `None`.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.str(key)
    }

    /// The annotation `key`, or `None`.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.str(key)
    }

    /// `metadata` as the API shows it, but for `managedFields`: what is kept of them is not all there is to show.
    pub fn to_value(&self) -> Value {
        let owners = self.owners.iter().map(OwnerRef::to_value).collect::<Vec<_>>();
        let finalizers = Value::list(self.finalizers.iter());
        let version = (self.resource_version > 0).then(|| Str::from(self.resource_version.to_string()));
        Value::Map(map! {
            "name" => unless_empty(&self.name),
            "generateName" => unless_empty(&self.generate_name),
            "namespace" => unless_empty(&self.namespace),
            "uid" => unless_empty(&self.uid),
            "resourceVersion" => version,
            "generation" => unless_empty(self.generation),
            "creationTimestamp" => self.created,
            "deletionTimestamp" => self.deleted,
            "deletionGracePeriodSeconds" => self.deletion_grace_seconds,
            "labels" => unless_empty(&self.labels),
            "annotations" => unless_empty(&self.annotations),
            "ownerReferences" => unless_empty(owners),
            "finalizers" => unless_empty(finalizers),
        })
    }

    /// Reads `metadata`. A `resourceVersion` that is no number reads as 0: requests check it before.
    pub fn from_value(value: &Value) -> Self {
        let owners: Vec<_> = value["ownerReferences"].items().iter().map(OwnerRef::from_value).collect();
        let finalizers: Vec<_> = value["finalizers"].items().iter().map(text).collect();
        Meta {
            name: text(&value["name"]),
            generate_name: text(&value["generateName"]),
            namespace: text(&value["namespace"]),
            uid: text(&value["uid"]),
            resource_version: value["resourceVersion"].as_str().and_then(|it| it.parse().ok()).unwrap_or(0),
            generation: value["generation"].as_i64().unwrap_or(0),
            created: time(&value["creationTimestamp"]),
            deleted: time(&value["deletionTimestamp"]),
            deletion_grace_seconds: value["deletionGracePeriodSeconds"].as_i64(),
            labels: strings(&value["labels"]),
            annotations: strings(&value["annotations"]),
            owners: Arc::new(owners),
            finalizers: Arc::new(finalizers),
            managed_fields: value["managedFields"].clone(),
        }
    }

    /// Sets the label `key`.
    pub fn set_label(&mut self, key: impl Into<Str>, value: impl Into<Str>) {
        self.labels.insert(key, Value::Str(value.into()));
    }

    /// Sets the annotation `key`.
    pub fn set_annotation(&mut self, key: impl Into<Str>, value: impl Into<Str>) {
        self.annotations.insert(key, Value::Str(value.into()));
    }

    /// The orphan finalizer, put on by an orphaning deletion.
    pub const ORPHAN: Str = literal!("orphan");
    /// The finalizer of a foreground deletion.
    pub const FOREGROUND: Str = literal!("foregroundDeletion");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_controller_is_the_same_whether_the_owners_are_shared_or_only_alike() {
        let owned_by = |uid: &str, controller: bool| {
            let owner = OwnerRef { uid: Str::from(uid), controller: Some(controller), ..OwnerRef::default() };
            Meta { owners: Arc::new(vec![owner]), ..Meta::default() }
        };
        let meta = owned_by("a", true);
        for (other, want) in [
            (meta.clone(), true),
            (owned_by("a", true), true),
            (owned_by("b", true), false),
            (owned_by("a", false), false),
            (Meta::default(), false),
        ] {
            assert_eq!(meta.has_controller_of(&other), want, "{other:?}");
        }
        assert!(owned_by("a", false).has_controller_of(&Meta::default()), "neither has one");
    }
}
