//! IP addresses and CIDR blocks (apimachinery `pkg/util/validation/ip.go`).

use std::net::IpAddr;

/// The detail of a text that is no CIDR block.
pub const NOT_A_CIDR: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

/// A block of addresses: the address as it was written, and how many of its leading bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    address: IpAddr,
    length: u8,
}

impl Cidr {
    /// Reads `10.0.0.0/8` or `2001:db8::/32`; `None` when it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let address = parse_ip(address)?;
        let is_number = !length.is_empty() && length.bytes().all(|it| it.is_ascii_digit());
        let length = if is_number { length.parse().ok()? } else { return None };
        (length <= bits(address)).then_some(Cidr { address, length })
    }

    /// Whether the block is of IPv6.
    pub fn is_ipv6(&self) -> bool {
        self.address.is_ipv6()
    }

    /// The block with every bit beyond its length cleared.
    pub fn masked(&self) -> Self {
        let address = match self.address {
            IpAddr::V4(it) => {
                let mask = u32::MAX.checked_shl(u32::from(32 - self.length)).unwrap_or(0);
                IpAddr::V4((u32::from(it) & mask).into())
            }
            IpAddr::V6(it) => {
                let mask = u128::MAX.checked_shl(u32::from(128 - self.length)).unwrap_or(0);
                IpAddr::V6((u128::from(it) & mask).into())
            }
        };
        Cidr { address, length: self.length }
    }

    /// Whether `other` lies in this block and is smaller than it.
    pub fn is_strictly_above(&self, other: &Cidr) -> bool {
        let same = Cidr { address: other.address, length: self.length };
        self.is_ipv6() == other.is_ipv6() && self.length < other.length && same.masked() == self.masked()
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv6() { 128 } else { 32 }
}

/// An address, in which leading zeroes are read as the decimal digits they look like.
pub fn parse_ip(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let parts: Vec<&str> = text.split('.').collect();
    let digits = |it: &&str| (1..=20).contains(&it.len()) && it.bytes().all(|b| b.is_ascii_digit());
    if parts.len() != 4 || !parts.iter().all(digits) {
        return None;
    }
    let plain: Vec<&str> =
        parts.iter().map(|it| it.trim_start_matches('0')).map(|it| if it.is_empty() { "0" } else { it }).collect();
    plain.join(".").parse().ok()
}

/// What is wrong with an address that is to be written in the one way that everybody writes it (`IsValidIP`).
pub fn canonical_ip(text: &str) -> Vec<String> {
    let Some(address) = parse_ip(text) else {
        return vec!["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)".to_owned()];
    };
    if text.parse::<IpAddr>().is_err() {
        return vec!["must not have leading 0s".to_owned()];
    }
    if is_mapped(address) {
        return vec!["must not be an IPv4-mapped IPv6 address".to_owned()];
    }
    if address.to_string() == text {
        return Vec::new();
    }
    vec![format!("must be in canonical form ({:?})", address.to_string())]
}

/// What is wrong with a block that is to be written in the one way that everybody writes it (`IsValidCIDR`).
pub fn canonical_cidr(text: &str) -> Vec<String> {
    let Some(block) = Cidr::parse(text) else {
        return vec![NOT_A_CIDR.to_owned()];
    };
    let (address, length) = text.split_once('/').unwrap_or_default();
    if address.parse::<IpAddr>().is_err() || (length.len() > 1 && length.starts_with('0')) {
        return vec!["must not have leading 0s in IP or prefix length".to_owned()];
    }
    if is_mapped(block.address) {
        return vec!["must not have an IPv4-mapped IPv6 address".to_owned()];
    }
    if block.masked() != block {
        return vec!["must not have bits set beyond the prefix length".to_owned()];
    }
    if block.to_string() == text {
        return Vec::new();
    }
    vec![format!("must be in canonical form ({:?})", block.to_string())]
}

fn is_mapped(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(it) if it.to_ipv4_mapped().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_inside_another_when_it_is_smaller_and_shares_its_bits() {
        let table = [
            ("10.0.0.0/8", "10.1.0.0/16", true),
            ("10.0.0.0/8", "10.0.0.0/8", false),
            ("10.0.0.0/8", "11.0.0.0/16", false),
            ("0.0.0.0/0", "10.0.0.0/8", true),
            ("2001:db8::/32", "2001:db8:1::/48", true),
            ("::/0", "10.0.0.0/8", false),
        ];
        for (outer, inner, want) in table {
            let (outer, inner) = (Cidr::parse(outer).expect("a block"), Cidr::parse(inner).expect("a block"));
            assert_eq!(outer.is_strictly_above(&inner), want, "{outer} {inner}");
        }
    }

    #[test]
    fn an_address_and_a_block_are_written_in_one_way() {
        type Rule = fn(&str) -> Vec<String>;
        let table: [(&str, Rule, &str); 8] = [
            ("10.9.8.7", canonical_ip, ""),
            ("10.9.08.7", canonical_ip, "must not have leading 0s"),
            ("::FFFF", canonical_ip, "must be in canonical form (\"::ffff\")"),
            ("ten", canonical_ip, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"),
            ("10.0.0.0/8", canonical_cidr, ""),
            ("10.0.0.1/8", canonical_cidr, "must not have bits set beyond the prefix length"),
            ("10.0.0.0/33", canonical_cidr, NOT_A_CIDR),
            ("2001:DB8::/32", canonical_cidr, "must be in canonical form (\"2001:db8::/32\")"),
        ];
        for (text, rule, want) in table {
            assert_eq!(rule(text).join(""), want, "{text}");
        }
    }
}
