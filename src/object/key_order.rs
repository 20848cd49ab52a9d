//! The order of the entries of a map: that of their keys, told by as few looks at them as can be.

use std::cmp::Ordering;

use super::entries::Entry;

/// Whether `entries` are in the order of their keys, of which no two are equal.
pub fn is_sorted(entries: &[Entry]) -> bool {
    entries.windows(2).all(|it| compare_keys(&it[0].0, &it[1].0).is_lt())
}

/// The order of two keys: that of their texts, found by their first eight bytes where those tell.
pub fn compare_keys(a: &str, b: &str) -> Ordering {
    leading_bytes(a).cmp(&leading_bytes(b)).then_with(|| a.cmp(b))
}

/// The first eight bytes of `text` as a big-endian number: it sorts as the text does, but for what comes after them.
#[inline]
fn leading_bytes(text: &str) -> u64 {
    let bytes = text.as_bytes();
    if let Some(first) = bytes.first_chunk::<8>() {
        return u64::from_be_bytes(*first);
    }
    // The first half and the last, which overlap where the text is shorter than both.
    let missing = 8 * (8 - bytes.len() as u32);
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>(), bytes) {
        (Some(first), Some(last), _) => {
            let last = u64::from(u32::from_be_bytes(*last)) << missing & 0xffff_ffff;
            u64::from(u32::from_be_bytes(*first)) << 32 | last
        }
        (_, _, [a, b, c]) => u64::from(*a) << 56 | u64::from(*b) << 48 | u64::from(*c) << 40,
        (_, _, [a, b]) => u64::from(*a) << 56 | u64::from(*b) << 48,
        (_, _, [a]) => u64::from(*a) << 56,
        _ => 0,
    }
}

/// As many entries are put in order by insertion.
pub const FEW: usize = 24;

/// The order of `entries`, of which there are at most [`FEW`], by their keys; `None` when two keys are equal.
///
/// Each key is looked at once, for its first bytes, and no entry is moved before its place is known.
pub fn order(entries: &[Entry]) -> Option<[u8; FEW]> {
    let (mut leads, mut order) = ([0_u64; FEW], [0_u8; FEW]);
    for (i, (key, _)) in entries.iter().enumerate() {
        let lead = leading_bytes(key);
        let mut at = i;
        while at > 0 {
            let before = usize::from(order[at - 1]);
            match lead.cmp(&leads[at - 1]).then_with(|| key.as_str().cmp(&entries[before].0)) {
                Ordering::Less => (leads[at], order[at]) = (leads[at - 1], order[at - 1]),
                Ordering::Equal => return None,
                Ordering::Greater => break,
            }
            at -= 1;
        }
        (leads[at], order[at]) = (lead, i as u8);
    }
    Some(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_of_a_text_sort_as_it_does() {
        let mut texts =
            vec!["", "a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh", "abd", "b", "zzzzz"];
        texts.sort_unstable();
        for text in texts.windows(2) {
            assert!(leading_bytes(text[0]) < leading_bytes(text[1]), "{text:?}");
        }
        assert_eq!(leading_bytes("abcde"), u64::from_be_bytes(*b"abcde\0\0\0"));
    }
}
