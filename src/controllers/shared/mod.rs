//! What several controllers need: who owns what, what a pod's status says, and which nodes a pod may run on.

mod claim;
pub mod node_fit;
pub mod pod;
pub mod service;

pub use claim::{Claimed, Ownership, adopt, claim, decide, release};
