//! Identities that a node makes up, such as container ids: they follow from what they identify, so that no order of
//! events changes them.

use crate::object::Str;

/// A number that follows from `parts` alone.
pub fn number(parts: &[&str]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    state
}

/// `digits` hexadecimal digits (64 at most) that follow from `parts` alone.
pub fn hex(parts: &[&str], digits: usize) -> Str {
    let mut words = crate::clock::Names::new(number(parts));
    let mut text = String::with_capacity(64);
    for _ in 0..4 {
        let word = words.next_u64();
        text.extend((0..16).rev().map(|place| char::from(b"0123456789abcdef"[(word >> (place * 4) & 0xf) as usize])));
    }
    text.truncate(digits);
    Str::from(text)
}

/// A UUID that follows from `parts` alone.
pub fn uuid(parts: &[&str]) -> Str {
    let hex = hex(parts, 32);
    Str::from(format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_follows_from_its_parts_and_not_from_their_seams() {
        assert_eq!(hex(&["a", "b"], 64), hex(&["a", "b"], 64));
        assert_ne!(hex(&["ab", ""], 64), hex(&["a", "b"], 64));
        assert_eq!((hex(&["a"], 64).len(), uuid(&["a"]).len()), (64, 36));
    }
}
