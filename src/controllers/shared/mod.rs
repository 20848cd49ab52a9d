//! What several controllers need: who owns what, what a pod's status says, which nodes a pod may run on, and amounts.

mod amount;
mod claim;
pub mod node_fit;
pub mod pod;
pub mod service;

pub use amount::{Rounding, scaled};
pub use claim::{Claimed, Ownership, adopt, claim, decide, release};
