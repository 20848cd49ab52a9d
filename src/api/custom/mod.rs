//! CustomResourceDefinitions and the resources they define (apiextensions-apiserver).
//!
//! A cluster serves a custom kind when its own store holds an established definition of it. The definition is read once for
//! each revision and remembered; every rule about its objects is asked of the [`Definition`].

mod cel;
mod default;
pub mod definition;
mod field_path;
mod format;
mod list_type;
mod memo;
mod metadata;
mod names;
mod ownership;
mod prune;
pub mod resource;
mod rules;
pub mod schema;
pub mod serving;
mod structural;
mod validate;
mod version_order;
mod webhook;

pub use definition::{Definition, Scale, Version};
pub use ownership::Ownership;
pub use rules::CustomRules;
pub use serving::Served;
pub use webhook::internal_error;
