//! Kubernetes objects as data: values, metadata, kinds, selectors and quantities. Imports nothing of ours but the clock.

mod convert;
pub mod cron;
mod custom_kind;
mod deprecation;
mod entries;
mod fingerprint;
mod json;
mod key_order;
mod kind;
pub mod kinds;
mod lookup;
mod map;
mod meta;
mod quantity;
mod release;
mod selector;
mod shape;
mod text;
mod value;

pub use arcstr::literal;
pub use custom_kind::CustomKind;
pub use fingerprint::{Fingerprint, fingerprint};
pub use kind::{Coordinates, Kind, KindInfo, Served};
pub use lookup::Lookup;
pub use map::Map;
pub use meta::{Meta, OwnerRef};
pub use quantity::{Quantity, QuantityError};
pub use release::{Release, UnknownRelease};
pub use selector::{label_selector_text, matches_label_selector};
pub use shape::{Row, Shape};
pub use text::{decimal, hexadecimal, joined};
pub use value::{Str, Value};

/// Where an object lives: kind, namespace (empty for cluster-scoped kinds) and name. Sorts in that order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The kind.
    pub kind: Kind,
    /// The namespace; empty for cluster-scoped kinds.
    pub namespace: Str,
    /// The name.
    pub name: Str,
}

impl Key {
    /// The key of a namespaced or, with an empty `namespace`, a cluster-scoped object.
    pub fn new(kind: Kind, namespace: impl Into<Str>, name: impl Into<Str>) -> Self {
        Key { kind, namespace: namespace.into(), name: name.into() }
    }
}

impl std::fmt::Display for Key {
    /// `daemonset/default/fluentd`, or `node/node-0` for a cluster-scoped object.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind.info().singular)?;
        if !self.namespace.is_empty() {
            write!(f, "/{}", self.namespace)?;
        }
        write!(f, "/{}", self.name)
    }
}

/// One revision of an object: its kind, typed metadata, and every other top-level field.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// The kind, whatever version a client spoke.
    pub kind: Kind,
    /// `metadata`.
    pub meta: Meta,
    /// Every top-level field but `apiVersion`, `kind` and `metadata`: `spec`, `status`, `data`, ... Custom objects keep their
    /// `apiVersion` here too.
    pub body: Map,
}

impl Object {
    /// An object with a name and nothing else.
    pub fn new(kind: Kind, namespace: impl Into<Str>, name: impl Into<Str>) -> Self {
        let meta = Meta { name: name.into(), namespace: namespace.into(), ..Meta::default() };
        Object { kind, meta, body: Map::new() }
    }

    /// Where it lives.
    pub fn key(&self) -> Key {
        Key { kind: self.kind, namespace: self.meta.namespace.clone(), name: self.meta.name.clone() }
    }

    /// `spec`, or null.
    #[inline]
    pub fn spec(&self) -> &Value {
        &self.body["spec"]
    }

    /// `status`, or null.
    #[inline]
    pub fn status(&self) -> &Value {
        &self.body["status"]
    }

    /// `spec` for changing.
    pub fn spec_mut(&mut self) -> &mut Value {
        self.body.entry("spec")
    }

    /// This object with another `status`, of which nothing is copied to be replaced.
    pub fn with_status(&self, status: Value) -> Object {
        Object { kind: self.kind, meta: self.meta.clone(), body: self.body.with_one(literal!("status"), status) }
    }

    /// `status` for changing.
    pub fn status_mut(&mut self) -> &mut Value {
        self.body.entry("status")
    }

    /// An owner reference to this object as its controller, which blocks its foreground deletion.
    pub fn controller_ref(&self) -> OwnerRef {
        let Coordinates { api_version, kind } = self.kind.coordinates();
        OwnerRef {
            api_version: self.own_api_version().cloned().unwrap_or(api_version),
            kind,
            name: self.meta.name.clone(),
            uid: self.meta.uid.clone(),
            controller: Some(true),
            block_owner_deletion: Some(true),
        }
    }

    /// The node a pod is bound to, if this is a bound pod.
    #[inline]
    pub fn node_name(&self) -> Option<&Str> {
        if self.kind != kinds::POD {
            return None;
        }
        self.spec()["nodeName"].as_shared_str().filter(|name| !name.is_empty())
    }

    /// The group version that it is stored in: the preferred one of a built-in kind, and a custom object's own.
    pub fn api_version(&self) -> Str {
        self.own_api_version().cloned().unwrap_or_else(|| self.kind.coordinates().api_version)
    }

    /// The group version that it keeps itself, as a custom object does.
    fn own_api_version(&self) -> Option<&Str> {
        self.body.get("apiVersion").and_then(Value::as_shared_str)
    }

    /// The whole object as the API shows it, under `api_version` (its preferred version when `None`).
    pub fn to_value(&self, api_version: Option<&str>) -> Value {
        let mut out = self.body.clone();
        out.insert(literal!("apiVersion"), api_version.map_or_else(|| self.api_version(), Str::from));
        out.insert(literal!("kind"), self.kind.info().kind);
        out.insert(literal!("metadata"), self.meta.to_value());
        Value::Map(out)
    }

    /// Takes an object of `kind` apart. `apiVersion` and `kind` in `value` are not looked at, but that a custom object keeps
    /// the former: its definition has several, and the stored one may change.
    pub fn from_value(kind: Kind, value: &Value) -> Self {
        let mut body = value.as_map().cloned().unwrap_or_default();
        if !kind.is_custom() {
            body.remove("apiVersion");
        }
        body.remove("kind");
        let meta = Meta::from_value(&body.remove("metadata").unwrap_or_default());
        Object { kind, meta, body }
    }
}
