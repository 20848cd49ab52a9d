//! The Kubernetes API: the rules of every write ([`registry`]), what it answers ([`Status`]), and its HTTP face.

pub mod custom;
pub mod field;
pub mod http;
pub mod managed;
pub mod registry;
pub mod status;
pub mod unified_diff;

pub use status::Status;
