//! The addresses of a node's pods: one range a node, handed out in turn as the `host-local` plugin does.

use crate::object::{Object, Str, Value, joined};

/// The first host number of a range: the one before it is the gateway's.
const FIRST: u8 = 2;
/// The last host number of a range.
const LAST: u8 = 254;
/// `10.244.0.0`: the first range.
const RANGES: usize = 244 * 256;

/// The range of one node and what of it is taken.
#[derive(Clone, Debug)]
pub struct Range {
    prefix: String,
    taken: Vec<u8>,
    last: u8,
}

impl Range {
    /// The range of `node`: its `podCIDR` when it has one, otherwise `10.244.N.0/24` with `N` from the number that ends
    /// its name, or `index`.
    pub fn new(node: &Object, index: usize) -> Self {
        let cidr = node.spec()["podCIDR"].as_str().and_then(|it| it.rsplit_once('.'));
        let digits = node.meta.name.len() - node.meta.name.trim_end_matches(|it: char| it.is_ascii_digit()).len();
        let number = node.meta.name[node.meta.name.len() - digits..].parse().unwrap_or(index);
        let range = RANGES.wrapping_add(number);
        let prefix = cidr.map_or_else(|| format!("10.{}.{}", range >> 8 & 0xff, range & 0xff), |it| it.0.to_owned());
        Range { prefix, taken: Vec::new(), last: FIRST - 1 }
    }

    /// The next address that is free; when none is, one is shared.
    pub fn take(&mut self) -> Str {
        let next = |it: u8| if it >= LAST { FIRST } else { it + 1 };
        let mut host = next(self.last);
        for _ in FIRST..=LAST {
            if !self.taken.contains(&host) {
                break;
            }
            host = next(host);
        }
        self.last = host;
        self.taken.push(host);
        let digits = [host / 100, host / 10 % 10, host % 10].map(|it| b'0' + it);
        let first = digits.iter().position(|it| *it > b'0').unwrap_or(2);
        joined(&[&self.prefix, ".", str::from_utf8(&digits[first..]).unwrap_or_default()])
    }

    /// Gives `address` back.
    pub fn give_back(&mut self, address: &str) {
        let host = address.rsplit_once('.').and_then(|(prefix, host)| (prefix == self.prefix).then_some(host));
        if let Some(host) = host.and_then(|it| it.parse::<u8>().ok()) {
            self.taken.retain(|it| *it != host);
        }
    }
}

/// The node's own address: its internal one, or the first that is no name.
pub fn host_address(node: &Object) -> Option<Str> {
    let addresses = node.status()["addresses"].items();
    let of = |kind: &str| addresses.iter().find(|it| it["type"].as_str() == Some(kind));
    let found: Option<&Value> = of("InternalIP").or_else(|| of("ExternalIP"));
    found.and_then(|it| it["address"].as_shared_str()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn range(name: &str) -> Range {
        Range::new(&Object::new(kinds::NODE, "", name), 9)
    }

    #[test]
    fn each_node_has_a_range_of_its_own() {
        for (name, want) in [
            ("node-0", "10.244.0.2"),
            ("node-300", "10.245.44.2"),
            ("worker", "10.244.9.2"),
            ("node-4999", "10.7.135.2"),
        ] {
            assert_eq!(range(name).take(), want, "{name}");
        }
    }

    #[test]
    fn an_address_is_used_again_only_after_all_others() {
        let mut range = range("node-1");
        let first = range.take();
        range.give_back(&first);
        assert_eq!(range.take(), "10.244.1.3");
        for _ in 0..251 {
            range.take();
        }
        assert_eq!(range.take(), first);
    }
}
