//! Numbers or percentages of a total, as rollouts and budgets are given (apimachinery `pkg/util/intstr/intstr.go`).

use crate::object::Value;

/// Where a percentage goes that is no whole number of the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To the next number above.
    Up,
    /// To the next number below.
    Down,
}

/// An int-or-string of `total` (`GetScaledValueFromIntOrPercent`). What is neither is 0.
pub fn scaled(value: &Value, total: i64, rounding: Rounding) -> i64 {
    match value {
        Value::Int(number) => *number,
        Value::Str(text) => {
            let percent = text.strip_suffix('%').and_then(|it| it.parse::<i64>().ok()).unwrap_or_default();
            let whole = percent.saturating_mul(total);
            let rest = if rounding == Rounding::Up { 99 } else { 0 };
            whole.saturating_add(rest).div_euclid(100)
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_rounded_as_asked_and_a_number_stays() {
        let table = [("25%", 4, 1, 1), ("25%", 3, 1, 0), ("10%", 25, 3, 2), ("100%", 7, 7, 7), ("0%", 7, 0, 0)];
        for (text, total, up, down) in table {
            let value = Value::from(text);
            let got = (scaled(&value, total, Rounding::Up), scaled(&value, total, Rounding::Down));
            assert_eq!(got, (up, down), "{text} of {total}");
        }
        assert_eq!(scaled(&Value::Int(3), 1, Rounding::Up), 3);
        assert_eq!(scaled(&Value::Null, 9, Rounding::Up), 0);
    }
}
