//! `resource.Quantity`: amounts such as `250m`, `1.5Gi` and `1e3` (apimachinery `pkg/api/resource/quantity.go`).

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub, SubAssign};

use super::Value;

const NANO: i128 = 1_000_000_000;
const MAX: i128 = (i64::MAX as i128) * NANO;

/// An exact amount, kept in billionths, with the notation it was written in.
///
/// Two quantities are equal when their amounts are: `1` is `1000m`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quantity {
    nanos: i128,
    format: Format,
}

/// The notation of a quantity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Format {
    /// `1500m`, `12k`.
    #[default]
    DecimalSi,
    /// `64Mi`.
    BinarySi,
    /// `12e6`.
    DecimalExponent,
}

/// Why a text is no quantity; displayed as the API words it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityError {
    /// The text has not the form of a quantity.
    Format,
    /// The number in front of the suffix is no number.
    Numeric,
    /// The suffix is not one of the known ones.
    Suffix,
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            QuantityError::Format => {
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            }
            QuantityError::Numeric => "unable to parse numeric part of quantity",
            QuantityError::Suffix => "unable to parse quantity's suffix",
        })
    }
}

impl std::error::Error for QuantityError {}

struct Parts<'a> {
    negative: bool,
    integer: &'a str,
    fraction: &'a str,
    suffix: &'a str,
}

fn split(text: &str) -> Result<Parts<'_>, QuantityError> {
    if text.is_empty() {
        return Err(QuantityError::Format);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit()).unwrap_or(unsigned.len());
    let (integer, rest) = unsigned.split_at(end);
    let (fraction, suffix) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())),
        None => ("", rest),
    };
    let exponent = suffix.trim_start_matches(|c: char| "eEinumkKMGTP".contains(c));
    let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(QuantityError::Format);
    }
    if integer.is_empty() && fraction.is_empty() && !rest.starts_with('.') && !suffix.is_empty() {
        return Err(QuantityError::Format);
    }
    Ok(Parts { negative: text.starts_with('-'), integer, fraction, suffix })
}

/// The power of ten and of two that a suffix multiplies with.
fn scale(suffix: &str) -> Result<(i32, u32, Format), QuantityError> {
    let decimal = |exponent| Ok((exponent, 0, Format::DecimalSi));
    let binary = |exponent| Ok((0, exponent, Format::BinarySi));
    match suffix {
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "" => decimal(0),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(10),
        "Mi" => binary(20),
        "Gi" => binary(30),
        "Ti" => binary(40),
        "Pi" => binary(50),
        "Ei" => binary(60),
        _ => match suffix.strip_prefix(['e', 'E']).and_then(|it| it.parse::<i32>().ok()) {
            Some(exponent) => Ok((exponent, 0, Format::DecimalExponent)),
            None => Err(QuantityError::Suffix),
        },
    }
}

impl Quantity {
    /// Nothing.
    pub const ZERO: Quantity = Quantity { nanos: 0, format: Format::DecimalSi };

    /// The amount that `text` writes. What is finer than a billionth rounds away from zero, and what is beyond
    /// 2^63-1 is capped there.
    ///
    /// # Errors
    ///
    /// Says which part of the text is not that of a quantity.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let parts = split(text)?;
        let (ten, two, format) = scale(parts.suffix)?;
        let mut nanos: i128 = 0;
        // Digits far behind the point decide only whether to round up, and digits beyond the cap only that it is reached.
        let mut exponent = ten.saturating_add(9);
        let mut inexact = false;
        for (digits, fractional) in [(parts.integer, false), (parts.fraction, true)] {
            for digit in digits.bytes() {
                if nanos > i128::MAX / 100 {
                    inexact |= digit != b'0';
                    exponent = exponent.saturating_add(i32::from(!fractional));
                    continue;
                }
                nanos = nanos * 10 + i128::from(digit - b'0');
                exponent = exponent.saturating_sub(i32::from(fractional));
            }
        }
        // A binary suffix multiplies before the rounding, so that 0.1Gi loses nothing.
        nanos = nanos.checked_mul(1i128 << two).unwrap_or(i128::MAX);
        while exponent > 0 && nanos > 0 && nanos < MAX {
            nanos = nanos.saturating_mul(10);
            exponent -= 1;
        }
        while exponent < 0 && nanos > 0 {
            inexact |= nanos % 10 != 0;
            nanos /= 10;
            exponent += 1;
        }
        let nanos = nanos.saturating_add(i128::from(inexact)).min(MAX);
        let format = if format == Format::BinarySi && nanos < NANO { Format::DecimalSi } else { format };
        Ok(Quantity { nanos: if parts.negative { -nanos } else { nanos }, format })
    }

    /// The quantity in a field, which JSON may hold as a string or as a number.
    ///
    /// # Errors
    ///
    /// The field holds no quantity; null is [`QuantityError::Format`].
    pub fn from_value(value: &Value) -> Result<Self, QuantityError> {
        match value {
            Value::Str(text) => Self::parse(text),
            Value::Int(number) => Ok(Self::from_units(*number)),
            Value::Float(number) => Self::parse(&number.to_string()),
            _ => Err(QuantityError::Format),
        }
    }

    /// The quantity in a field that validation has let through; absent or unreadable counts as nothing.
    pub fn or_zero(value: &Value) -> Self {
        Self::from_value(value).unwrap_or_default()
    }

    /// `units` whole units.
    pub fn from_units(units: i64) -> Self {
        Quantity { nanos: i128::from(units) * NANO, format: Format::DecimalSi }
    }

    /// `millis` thousandths.
    pub fn from_millis(millis: i64) -> Self {
        Quantity { nanos: i128::from(millis) * (NANO / 1000), format: Format::DecimalSi }
    }

    /// `bytes` bytes, shown with a binary suffix.
    pub fn from_bytes(bytes: i64) -> Self {
        Quantity { nanos: i128::from(bytes) * NANO, format: Format::BinarySi }
    }

    /// Whole units, rounded up (`Value`).
    pub fn value(self) -> i64 {
        clamp(div_up(self.nanos, NANO))
    }

    /// Thousandths, rounded up (`MilliValue`): the scheduler's unit of CPU.
    pub fn milli_value(self) -> i64 {
        clamp(div_up(self.nanos, NANO / 1000))
    }

    /// Rounded up to thousandths, as the API stores resource lists.
    pub fn rounded_up_to_milli(self) -> Self {
        let milli = NANO / 1000;
        let rounded = if self.nanos < 0 { -div_up(-self.nanos, milli) } else { div_up(self.nanos, milli) };
        Quantity { nanos: rounded * milli, ..self }
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.nanos == 0
    }

    /// Whether it is below nothing.
    pub fn is_negative(self) -> bool {
        self.nanos < 0
    }

    /// Whether it counts in whole units.
    pub fn is_integer(self) -> bool {
        self.nanos % NANO == 0
    }

    /// Whether it counts in whole thousandths.
    pub fn is_whole_millis(self) -> bool {
        self.nanos % (NANO / 1000) == 0
    }

    /// Whether `text` is a quantity in its canonical form and in whole thousandths: a test without parsing that may
    /// answer no for a text that is.
    pub fn is_surely_canonical(text: &str) -> bool {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (digits, suffix) = text.split_at(end);
        if digits.is_empty() || digits.len() > 15 || (digits.starts_with('0') && text != "0") {
            return false;
        }
        match suffix {
            "" | "m" | "k" | "M" | "G" => !digits.ends_with("000"),
            "Ki" | "Mi" | "Gi" => digits.parse::<i64>().is_ok_and(|it| it % 1024 != 0),
            _ => false,
        }
    }
}

fn div_up(amount: i128, unit: i128) -> i128 {
    amount.div_euclid(unit) + i128::from(amount.rem_euclid(unit) != 0)
}

fn clamp(amount: i128) -> i64 {
    i64::try_from(amount).unwrap_or(if amount < 0 { i64::MIN } else { i64::MAX })
}

impl fmt::Display for Quantity {
    /// The canonical form: the largest suffix that needs no fraction.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nanos == 0 {
            return f.write_str("0");
        }
        let is_binary = self.format == Format::BinarySi && self.nanos.abs() >= 1024 * NANO && self.nanos % NANO == 0;
        if is_binary {
            let mut amount = self.nanos / NANO;
            let mut power = 0;
            while amount % 1024 == 0 && power < 6 {
                amount /= 1024;
                power += 1;
            }
            return write!(f, "{amount}{}", ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][power]);
        }
        let mut amount = self.nanos;
        let mut exponent = -9;
        while amount % 1000 == 0 && exponent < 18 {
            amount /= 1000;
            exponent += 3;
        }
        if self.format == Format::DecimalExponent {
            return if exponent == 0 { write!(f, "{amount}") } else { write!(f, "{amount}e{exponent}") };
        }
        let suffix = match exponent {
            -9 => "n",
            -6 => "u",
            -3 => "m",
            3 => "k",
            6 => "M",
            9 => "G",
            12 => "T",
            15 => "P",
            18 => "E",
            _ => "",
        };
        write!(f, "{amount}{suffix}")
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

impl AddAssign for Quantity {
    /// Adds; a sum that starts from nothing takes the other's notation.
    fn add_assign(&mut self, other: Self) {
        if self.is_zero() {
            self.format = other.format;
        }
        self.nanos = self.nanos.saturating_add(other.nanos);
    }
}

impl Add for Quantity {
    type Output = Quantity;
    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl SubAssign for Quantity {
    fn sub_assign(&mut self, other: Self) {
        if self.is_zero() {
            self.format = other.format;
        }
        self.nanos = self.nanos.saturating_sub(other.nanos);
    }
}

impl Sub for Quantity {
    type Output = Quantity;
    fn sub(mut self, other: Self) -> Self {
        self -= other;
        self
    }
}

impl Sum for Quantity {
    fn sum<I: Iterator<Item = Quantity>>(items: I) -> Self {
        items.fold(Quantity::ZERO, Add::add)
    }
}

impl From<Quantity> for Value {
    /// The canonical text.
    fn from(quantity: Quantity) -> Value {
        Value::from(quantity.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: &str) {
        let shown = Quantity::parse(text).map_or_else(|error| format!("{error:?}"), |it| it.to_string());
        assert_eq!(shown, want, "{text}");
        if Quantity::is_surely_canonical(text) {
            assert_eq!(shown, text, "taken as canonical");
        }
    }

    #[test]
    fn a_quantity_is_shown_with_the_largest_suffix_that_needs_no_fraction() {
        check("0", "0");
        check("0m", "0");
        check("0Mi", "0");
        check("1000m", "1");
        check("1500m", "1500m");
        check("0.5", "500m");
        check("1.25", "1250m");
        check("1000", "1k");
        check("100000", "100k");
        check("1024Mi", "1Gi");
        check("1.5Gi", "1536Mi");
        check("1000Mi", "1000Mi");
        check("0.1Gi", "107374182400m");
        check("1Ki", "1Ki");
        check("0.5Ki", "512");
        check("16Gi", "16Gi");
        check("12e6", "12e6");
        check("12E3", "12e3");
        check("-1", "-1");
        check("+1", "1");
        check("1n", "1n");
        check("0.1n", "1n");
        check(".5", "500m");
        check("007", "7");
    }

    #[test]
    fn what_is_beyond_64_bits_is_capped() {
        check("9223372036854775808", "9223372036854775807");
        check("8Ei", "9223372036854775807");
        check("1e30", "9223372036854775807");
        assert_eq!(Quantity::parse("99999999999999999999999999999999999999999999").map(Quantity::value), Ok(i64::MAX));
    }

    #[test]
    fn a_text_that_is_no_quantity_is_refused() {
        check("", "Format");
        check("lots", "Format");
        check("1 Gi", "Format");
        check("1Gb", "Format");
        check("1.2.3", "Format");
        check("1ki", "Suffix");
        check("1GiM", "Suffix");
        check("1e", "Suffix");
        assert_eq!(
            QuantityError::Format.to_string(),
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        );
    }

    #[test]
    fn values_round_up() {
        let of = |text: &str| Quantity::parse(text).expect("a quantity");
        assert_eq!((of("100m").value(), of("100m").milli_value()), (1, 100));
        assert_eq!((of("0.0005").milli_value(), of("1Gi").value()), (1, 1 << 30));
        assert_eq!(of("0.0001").rounded_up_to_milli().to_string(), "1m");
        assert_eq!(of("1"), of("1000m"));
        assert!(of("1Gi") > of("1G"));
        assert_eq!([of("64Mi"), of("64Mi")].into_iter().sum::<Quantity>().to_string(), "128Mi");
        assert_eq!((of("1") - of("250m")).to_string(), "750m");
    }
}
