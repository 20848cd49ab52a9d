//! Clients of `seatrial serve` over a socket: kube-rs as its users use it, and some that mean no good.

mod hostile;
mod kube_rs;
mod random;
mod served;
