//! Rehearse Kubernetes workloads before they sail.
//!
//! The modules in reading order: [`object`] and [`clock`] are data; [`store`] keeps every revision; [`api`] holds the
//! rules of every write and the HTTP face; [`controllers`], [`scheduler`] and [`kubelet`] map what is stored to what is to
//! be done; [`sim`] owns time and does it; [`snapshot`] renders it as text; [`stage`], [`world`] and [`steps`] let a
//! scenario drive it through a `kube::Client`; [`runner`] plays features; [`report`] and [`cli`] face people.

pub mod api;
pub mod cli;
pub mod clock;
pub mod controllers;
pub mod kubelet;
pub mod object;
pub mod report;
pub mod runner;
pub mod scheduler;
pub mod sim;
pub mod snapshot;
pub mod stage;
pub mod steps;
pub mod store;
pub mod world;

pub use cli::run;
