//! Numbers and percentages that rollouts and budgets are given in (`ValidatePositiveIntOrPercent` and its neighbours in
//! `pkg/apis/apps/validation/validation.go`).

use super::metadata::NOT_NEGATIVE;
use super::syntax;
use crate::api::field::{At, ErrorList};
use crate::object::Value;

/// Checks that a value is a number from 0 on or a percentage.
pub fn validate_number_or_percent(value: &Value, at: &At<'_>, errors: &mut ErrorList) {
    match value {
        Value::Str(text) => {
            for wrong in syntax::percent(text) {
                errors.invalid(at, text, wrong);
            }
        }
        Value::Int(number) if *number < 0 => errors.invalid(at, *number, NOT_NEGATIVE),
        _ => {}
    }
}

/// The number, or the number before the percent sign; 0 when it is neither.
pub fn amount(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        Value::Str(text) => text.strip_suffix('%').unwrap_or(text).parse().unwrap_or(0),
        _ => 0,
    }
}

/// Checks that a percentage is not more than everything.
pub fn validate_at_most_100_percent(value: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let is_percent = value.as_str().is_some_and(|it| syntax::percent(it).is_empty());
    if is_percent && amount(value) > 100 {
        errors.invalid(at, value, "must not be greater than 100%");
    }
}

/// Refuses those of the numbers in `of` that are below zero.
pub fn refuse_negative(of: &Value, fields: &[&str], at: &At<'_>, errors: &mut ErrorList) {
    for field in fields {
        if let Some(number) = of[*field].as_i64().filter(|it| *it < 0) {
            errors.invalid(&at.child(field), number, NOT_NEGATIVE);
        }
    }
}

/// Refuses those of the numbers in `of` that are above the one that bounds them, which `bound` names for people.
pub fn refuse_above(of: &Value, fields: &[&str], bound: (&str, &str), at: &At<'_>, errors: &mut ErrorList) {
    let number = |field: &str| of[field].as_i64().unwrap_or(0);
    for field in fields {
        if number(field) > number(bound.0) {
            errors.invalid(&at.child(field), number(field), format!("cannot be greater than {}", bound.1));
        }
    }
}

/// Refuses a count of collisions that goes back.
pub fn refuse_fewer_collisions(new: &Value, old: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let (new, old) = (new["collisionCount"].as_i64(), old["collisionCount"].as_i64());
    if old.is_some_and(|old| new.is_none_or(|new| new < old)) {
        errors.invalid(&at.child("collisionCount"), new.unwrap_or(0), "cannot be decremented");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_at_most_100_and_a_number_has_no_bound() {
        let table = [
            (Value::from(1_000_i64), ""),
            (Value::from("100%"), ""),
            (Value::from("101%"), "at: Invalid value: \"101%\": must not be greater than 100%"),
            (Value::from("many"), ""),
        ];
        for (value, want) in table {
            let mut errors = ErrorList::new();
            validate_at_most_100_percent(&value, &At::new("at"), &mut errors);
            assert_eq!(errors.iter().map(ToString::to_string).collect::<String>(), want);
        }
    }

    #[test]
    fn an_amount_is_the_number_with_or_without_its_percent_sign() {
        for (value, want) in [(Value::from(3_i64), 3), (Value::from("25%"), 25), (Value::from("x"), 0)] {
            assert_eq!(amount(&value), want);
        }
    }
}
