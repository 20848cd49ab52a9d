//! Identities that a node makes up, such as container ids: they follow from what they identify, so that no order of
//! events changes them.

use crate::object::{Str, hexadecimal, joined};

/// A number that follows from `parts` alone.
pub fn number(parts: &[&str]) -> u64 {
    const PRIME: u64 = 0x0100_0000_01b3;
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(PRIME);
        }
        // A zero tells where the part ends.
        state = state.wrapping_mul(PRIME);
    }
    state
}

/// `digits` hexadecimal digits (64 at most) that follow from `parts` alone.
pub fn hex(parts: &[&str], digits: usize) -> Str {
    labelled("", parts, digits)
}

/// The same with `label` before it.
pub fn labelled(label: &str, parts: &[&str], digits: usize) -> Str {
    let mut words = crate::clock::Names::new(number(parts));
    let mut text = [0; 64];
    for part in text.chunks_exact_mut(16) {
        part.copy_from_slice(&hexadecimal(words.next_u64()));
    }
    joined(&[label, str::from_utf8(&text[..digits]).unwrap_or_default()])
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
        assert_eq!(hex(&["a"], 32), hex(&["a"], 64)[..32]);
        assert_eq!(labelled("id:", &["a"], 8), format!("id:{}", hex(&["a"], 8)));
    }
}
