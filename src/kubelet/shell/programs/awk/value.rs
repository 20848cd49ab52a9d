//! Values of awk: numbers, texts, and texts of the input that look like numbers.

use std::cmp::Ordering;

/// A value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// That of a variable that was never set: nothing, and zero.
    #[default]
    Unset,
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A text from outside that is compared as the number that it looks like.
    Input(String, f64),
}

/// The number at the start of a text.
fn leading(text: &str) -> (f64, usize) {
    let trimmed = text.trim_start();
    let bytes = trimmed.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|it| it.is_ascii_digit()).count();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits(sign);
    let mut end = sign + whole;
    let mut any = whole > 0;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        any |= fraction > 0;
        end += 1 + fraction;
    }
    if !any {
        return (0.0, 0);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let signed = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if signed <= bytes.len() && digits(signed.min(bytes.len())) > 0 {
            end = signed + digits(signed);
        }
    }
    (trimmed[..end].parse().unwrap_or(0.0), text.len() - trimmed.len() + end)
}

impl Value {
    /// The bytes of its text, if it holds one.
    pub fn size(&self) -> usize {
        match self {
            Value::Text(text) | Value::Input(text, _) => text.len(),
            Value::Unset | Value::Number(_) => 0,
        }
    }

    /// A text of the input.
    pub fn of_input(text: String) -> Self {
        let (number, end) = leading(&text);
        if end > 0 && text[end..].trim().is_empty() { Value::Input(text, number) } else { Value::Text(text) }
    }

    /// The value as a number.
    pub fn number(&self) -> f64 {
        match self {
            Value::Unset => 0.0,
            Value::Number(it) | Value::Input(_, it) => *it,
            Value::Text(text) => leading(text).0,
        }
    }

    /// The value as a text, of which a number that is not whole has the given format.
    pub fn text(&self) -> String {
        match self {
            Value::Unset => String::new(),
            Value::Number(it) => shown(*it),
            Value::Text(text) | Value::Input(text, _) => text.clone(),
        }
    }

    /// Whether it counts as true.
    pub fn is_true(&self) -> bool {
        match self {
            Value::Unset => false,
            Value::Number(it) | Value::Input(_, it) => *it != 0.0,
            Value::Text(text) => !text.is_empty(),
        }
    }

    /// How it compares: as numbers, if both are or look like ones.
    pub fn compare(&self, other: &Value) -> Ordering {
        match (self, other) {
            (Value::Text(_), _) | (_, Value::Text(_)) => self.text().cmp(&other.text()),
            _ => self.number().partial_cmp(&other.number()).unwrap_or(Ordering::Equal),
        }
    }
}

/// A number as `print` shows it: whole, or with six digits.
pub fn shown(number: f64) -> String {
    const WHOLE: f64 = 1e16;
    if number.fract() == 0.0 && number.abs() < WHOLE {
        format!("{}", number as i64)
    } else if number.is_nan() {
        "nan".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "inf" } else { "-inf" }.to_owned()
    } else {
        super::super::printf::general(number, 6)
    }
}
