//! The cluster as a whole: the store, the clock, every controller's memory, and the one loop that owns time.

mod actions;
mod api_calls;
mod audience;
mod bootstrap;
mod cluster;
mod containers;
mod control_plane;
mod direct;
mod events;
mod furniture;
mod horizon;
mod lease;
mod outage;
mod settle;
mod timeline;

pub use bootstrap::NodeSpec;
pub use cluster::{Cluster, ClusterOptions};
pub use control_plane::{ControlPlaneOptions, control_plane};
pub use horizon::Horizon;
pub use outage::UnknownController;
pub use settle::{Bounds, NotSettled};
pub use timeline::{Line, Timeline};
