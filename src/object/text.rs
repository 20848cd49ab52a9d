//! Texts that are put together: one allocation each, however many parts they have.

use super::Str;

/// `parts`, one behind the other.
#[inline(never)]
pub fn joined(parts: &[&str]) -> Str {
    let mut length = 0;
    for part in parts {
        length += part.len();
    }
    if length == 0 {
        return Str::new();
    }
    let written = Str::init_with(length, |text| {
        let mut at = 0;
        for part in parts {
            text[at..at + part.len()].copy_from_slice(part.as_bytes());
            at += part.len();
        }
    });
    written.expect("texts make a text")
}

/// `number` in digits.
#[inline(never)]
pub fn decimal(number: u64) -> Str {
    let (mut text, mut start, mut rest) = ([b'0'; 20], 20, number);
    while start == 20 || rest > 0 {
        start -= 1;
        text[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    Str::from(std::str::from_utf8(&text[start..]).expect("digits are a text"))
}

/// The sixteen digits of `number` to the base 16, zeros in front.
#[inline(never)]
pub fn hexadecimal(number: u64) -> [u8; 16] {
    let [first, last] = [eight_digits(number >> 32), eight_digits(number & 0xffff_ffff)];
    (u128::from(first) << 64 | u128::from(last)).to_be_bytes()
}

/// The digits of a number of 32 bits, the first in the highest byte. All are worked out at once: each gets a byte of its own, and
/// those from ten on what lies between `9` and `a`.
fn eight_digits(number: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut digits = number;
    digits = (digits << 16 | digits) & 0x0000_ffff_0000_ffff;
    digits = (digits << 8 | digits) & 0x00ff_00ff_00ff_00ff;
    digits = (digits << 4 | digits) & 0x0f0f_0f0f_0f0f_0f0f;
    let letters = (digits + 6 * ONES) >> 4 & ONES;
    digits + u64::from(b'0') * ONES + letters * u64::from(b'a' - b'0' - 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_made_of_its_parts() {
        let table: [(&[&str], &str); 4] =
            [(&[], ""), (&["", ""], ""), (&["a"], "a"), (&["Grüße ", "", "an ", "b"], "Grüße an b")];
        for (parts, want) in table {
            assert_eq!(joined(parts), want);
        }
    }

    #[test]
    fn numbers_are_written_as_others_write_them() {
        for number in [0, 9, 10, 15, 16, 0x1234_5678_9abc_def0, u64::MAX, u64::MAX / 3, 1_767_225_600_000_000_000] {
            assert_eq!(decimal(number), number.to_string());
            assert_eq!(std::str::from_utf8(&hexadecimal(number)), Ok(format!("{number:016x}").as_str()));
        }
    }
}
