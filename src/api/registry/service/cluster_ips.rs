//! The addresses of services: which are free, and whose they are (`pkg/registry/core/service/ipallocator`).
//!
//! An address in use is an `IPAddress` object with the address as its name, so that looking one up costs the same with one
//! service or with thousands. Where Kubernetes draws an address at random, here it follows from the service's name: a
//! scenario shows the same address however much happens beside it.

use std::net::Ipv4Addr;

use crate::map;
use crate::object::{Key, Object, Str, kinds};
use crate::store::Store;

/// `--service-cluster-ip-range` of every cluster.
pub const CLUSTER_IP_RANGE: &str = "10.96.0.0/16";
/// The address of the `kubernetes` Service: the first of the range.
pub const KUBERNETES_SERVICE_IP: &str = "10.96.0.1";

const FIRST: u32 = u32::from_be_bytes([10, 96, 0, 1]);
const LAST: u32 = u32::from_be_bytes([10, 96, 255, 254]);
/// As many addresses at the range's beginning are left to those who ask for one, while there are others.
const RESERVED: u32 = 255;

/// Why an address cannot be had.
pub(super) fn why_not(store: &Store, ip: &str) -> Option<&'static str> {
    let number = ip.parse::<Ipv4Addr>().map(u32::from).unwrap_or(0);
    if !(FIRST - 1..=LAST + 1).contains(&number) {
        return Some("the provided network does not match the current range");
    }
    if !(FIRST..=LAST).contains(&number) {
        return Some("the provided IP is not in the valid range. The range of valid IPs is 10.96.0.0/16");
    }
    store.get(&key(ip)).is_some().then_some("provided IP is already allocated")
}

/// A free address for `service`, or `None` when the range is full.
pub(super) fn free(store: &Store, service: &Object) -> Option<Str> {
    let first = FIRST + RESERVED;
    let size = LAST - first + 1;
    let start = spread(&[&service.meta.namespace, &service.meta.name]) % u64::from(size);
    let start = u32::try_from(start).unwrap_or(0);
    let upper = (0..size).map(|i| first + (start + i) % size);
    let address = |number: u32| Str::from(Ipv4Addr::from(number).to_string());
    upper.chain(FIRST..first).map(address).find(|ip| store.get(&key(ip)).is_none())
}

/// The key of the object that stands for an address in use.
pub(super) fn key(ip: &str) -> Key {
    Key::new(kinds::IP_ADDRESS, "", ip)
}

/// The object that stands for the address `ip` of `service`.
pub(super) fn new_ip_address(ip: &str, service: &Object) -> Object {
    let mut address = Object::new(kinds::IP_ADDRESS, "", ip);
    address.meta.set_label("ipaddress.kubernetes.io/ip-family", "IPv4");
    address.meta.set_label("ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io");
    let parent = map! {
        "name" => &service.meta.name,
        "namespace" => &service.meta.namespace,
        "resource" => "services",
    };
    address.body = map! { "spec" => map! { "parentRef" => parent } };
    address
}

/// A number that follows from `parts` and from nothing else (FNV-1a).
pub(super) fn spread(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
