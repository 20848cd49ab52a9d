//! Who manages which fields of an object: server-side apply and `metadata.managedFields`.
//!
//! The pure part is an algebra of field sets over abstract types: [`path`], [`set`], [`types`], [`typed`], [`compare`],
//! [`merge`] and [`update`] follow structured-merge-diff; [`entries`], [`writes`] and [`scale`] follow apimachinery
//! `pkg/util/managedfields`.
//!
//! Only writes of clients are recorded with their objects. What controllers, kubelets and the scheduler write carries no
//! record, because they write far more than anybody reads: [`history`] works their part out of the store's log when a
//! client looks at an object.

pub mod actors;
pub mod compare;
pub mod entries;
pub mod format;
pub mod history;
pub mod merge;
pub mod open_api;
pub mod path;
pub mod scale;
pub mod set;
#[cfg(test)]
mod tests;
pub mod typed;
pub mod types;
pub mod update;
pub mod writes;
