//! Clients of `seatrial serve` over a socket: kube-rs as its users use it, and some that mean no good.

mod custom_resources;
mod hostile;
mod kube_rs;
mod random;
mod served;
mod sessions;
