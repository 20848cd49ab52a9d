//! A hash that is the same on every machine and in every run: what tables and running digests of the engine are made of.

use std::hash::Hasher;

/// Multiplying by it and folding the halves of the product together mixes every bit of a word (the golden ratio, 64 bits).
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// Spreads a length over the bits of a word.
const LENGTH: u64 = 0xc2b2_ae3d_27d4_eb4f;

/// A running hash that takes eight bytes at a time.
#[derive(Clone, Copy, Debug)]
pub struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Fingerprint(0xcbf2_9ce4_8422_2325)
    }
}

impl Fingerprint {
    #[inline]
    fn take(&mut self, word: u64) {
        let product = u128::from(self.0.rotate_left(23) ^ word) * u128::from(MIX);
        let [low, high] = [product as u64, (product >> 64) as u64];
        self.0 = low ^ high;
    }
}

impl Hasher for Fingerprint {
    fn finish(&self) -> u64 {
        self.0
    }

    /// The length goes in as well, so that no two lists of texts run together.
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let length = bytes.len() as u64;
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.take(u64::from_le_bytes(*word));
        }
        // What is left is less than a word: its first and its last half may overlap, and the length tells which bytes count twice.
        let last = match (rest.first_chunk::<4>(), rest.last_chunk::<4>(), rest) {
            (Some(first), Some(last), _) => {
                u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
            }
            (_, _, [a, b, c]) => u64::from(*a) | u64::from(*b) << 8 | u64::from(*c) << 16,
            (_, _, [a, b]) => u64::from(*a) | u64::from(*b) << 8,
            (_, _, [a]) => u64::from(*a),
            _ => 0,
        };
        self.take(last ^ length.wrapping_mul(LENGTH));
    }

    fn write_u8(&mut self, number: u8) {
        self.take(u64::from(number));
    }

    fn write_u16(&mut self, number: u16) {
        self.take(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.take(number);
    }
}

/// The fingerprint of `parts`, each told from the next.
pub fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a str>) -> u64 {
    let mut hash = Fingerprint::default();
    for part in parts {
        hash.write(part.as_bytes());
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_texts_have_the_same_fingerprint_only_when_they_are_the_same() {
        let lists: [&[&str]; 8] = [
            &[],
            &[""],
            &["", ""],
            &["default", "web"],
            &["defaultw", "eb"],
            &["defaultweb", ""],
            &["default", "web\0"],
            &["web", "default"],
        ];
        for (i, a) in lists.iter().enumerate() {
            for (j, b) in lists.iter().enumerate() {
                assert_eq!(fingerprint(a.iter().copied()) == fingerprint(b.iter().copied()), i == j, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn the_low_and_the_high_bits_of_names_that_count_are_spread() {
        let hashes: Vec<u64> = (0..4096).map(|i| fingerprint([format!("node-{i}").as_str()])).collect();
        for shift in [0, 57] {
            let mut seen = [0_usize; 128];
            for hash in &hashes {
                seen[(hash >> shift & 127) as usize] += 1;
            }
            assert!(seen.iter().all(|count| (8..=72).contains(count)), "{shift}: {seen:?}");
        }
    }
}
