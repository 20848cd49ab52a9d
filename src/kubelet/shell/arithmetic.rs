//! `$(( .. ))`: 64-bit integers that wrap, as in dash.

use super::word::{Of, Operation, Parameter, Word};
use brush_parser::ast::{ArithmeticExpr, ArithmeticTarget, BinaryOperator, UnaryAssignmentOperator, UnaryOperator};

/// What an expression reads and sets.
pub trait Variables {
    /// The text of a variable; empty when it is not set.
    fn get(&self, name: &str) -> &str;
    /// Sets a variable.
    fn set(&mut self, name: &str, value: i64);
}

/// An expression as it was read once: the parameters that stand in it are mostly numbers, and change nothing of its form.
#[derive(Debug)]
pub struct Expression {
    /// Its text, whose parameters are put in first.
    pub word: Word,
    /// What it is, in which `$NAME` stands as NAME, if it can be known before.
    parsed: Option<ArithmeticExpr>,
    /// Those names.
    names: Vec<String>,
}

impl Expression {
    /// The expression that `word` comes to.
    pub fn new(word: Word) -> Self {
        let (mut text, mut names) = (String::new(), Vec::new());
        let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '#';
        let mut parsed = None;
        for piece in &word.pieces {
            let (part, is_name) = match &piece.of {
                Of::Text(part) => (part, false),
                Of::Parameter(Parameter::Named(name), Operation::Plain) => (name, true),
                _ => return Expression { word, parsed, names },
            };
            // A number that runs into what stands beside it is another number.
            let meets = !text.is_empty() && text.ends_with(is_part) && part.starts_with(is_part);
            if meets {
                return Expression { word, parsed, names };
            }
            text.push_str(part);
            if is_name {
                names.push(part.clone());
            }
        }
        if !text.trim().is_empty() {
            let read = brush_parser::arithmetic::parse(text.trim()).ok();
            parsed = read.filter(|it| names.is_empty() || !assigns(it));
        }
        Expression { word, parsed, names }
    }

    /// Its value, if its text need not be put together for that.
    ///
    /// # Errors
    /// As [`evaluate`].
    pub fn known(&self, variables: &mut dyn Variables) -> Option<Result<i64, String>> {
        let parsed = self.parsed.as_ref()?;
        self.names.iter().all(|it| is_number(variables.get(it))).then(|| value(parsed, variables))
    }
}

/// Whether `text` is a number that is the same wherever it stands.
fn is_number(text: &str) -> bool {
    let digits = text.as_bytes();
    (1..=18).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
        && (digits[0] != b'0' || digits.len() == 1)
}

/// Whether an expression sets a variable.
fn assigns(expression: &ArithmeticExpr) -> bool {
    match expression {
        ArithmeticExpr::Literal(_) | ArithmeticExpr::Reference(_) => false,
        ArithmeticExpr::UnaryOp(_, of) => assigns(of),
        ArithmeticExpr::BinaryOp(_, a, b) => assigns(a) || assigns(b),
        ArithmeticExpr::Conditional(a, b, c) => assigns(a) || assigns(b) || assigns(c),
        _ => true,
    }
}

/// The value of `text`, or what is wrong with it.
///
/// # Errors
/// The message, without the shell's name.
pub fn evaluate(text: &str, variables: &mut dyn Variables) -> Result<i64, String> {
    if text.trim().is_empty() {
        return Ok(0);
    }
    let expression = brush_parser::arithmetic::parse(text.trim())
        .map_err(|_| format!("arithmetic expression: expecting primary: {text:?}"))?;
    value(&expression, variables)
}

fn value(expression: &ArithmeticExpr, variables: &mut dyn Variables) -> Result<i64, String> {
    Ok(match expression {
        ArithmeticExpr::Literal(number) => *number,
        ArithmeticExpr::Reference(target) => read(name(target)?, variables)?,
        ArithmeticExpr::UnaryOp(operator, of) => {
            let of = value(of, variables)?;
            match operator {
                UnaryOperator::UnaryPlus => of,
                UnaryOperator::UnaryMinus => of.wrapping_neg(),
                UnaryOperator::BitwiseNot => !of,
                UnaryOperator::LogicalNot => i64::from(of == 0),
            }
        }
        ArithmeticExpr::BinaryOp(BinaryOperator::LogicalAnd, a, b) => {
            i64::from(value(a, variables)? != 0 && value(b, variables)? != 0)
        }
        ArithmeticExpr::BinaryOp(BinaryOperator::LogicalOr, a, b) => {
            i64::from(value(a, variables)? != 0 || value(b, variables)? != 0)
        }
        ArithmeticExpr::BinaryOp(operator, a, b) => {
            let (a, b) = (value(a, variables)?, value(b, variables)?);
            binary(operator, a, b)?
        }
        ArithmeticExpr::Conditional(condition, then, otherwise) => {
            let taken = if value(condition, variables)? != 0 { then } else { otherwise };
            value(taken, variables)?
        }
        ArithmeticExpr::Assignment(target, of) => {
            let of = value(of, variables)?;
            variables.set(name(target)?, of);
            of
        }
        ArithmeticExpr::BinaryAssignment(operator, target, of) => {
            let (old, of) = (read(name(target)?, variables)?, value(of, variables)?);
            let new = binary(operator, old, of)?;
            variables.set(name(target)?, new);
            new
        }
        ArithmeticExpr::UnaryAssignment(operator, target) => {
            let old = read(name(target)?, variables)?;
            let (step, shows_old) = match operator {
                UnaryAssignmentOperator::PrefixIncrement => (1, false),
                UnaryAssignmentOperator::PrefixDecrement => (-1, false),
                UnaryAssignmentOperator::PostfixIncrement => (1, true),
                UnaryAssignmentOperator::PostfixDecrement => (-1, true),
            };
            let new = old.wrapping_add(step);
            variables.set(name(target)?, new);
            if shows_old { old } else { new }
        }
    })
}

fn name(target: &ArithmeticTarget) -> Result<&str, String> {
    match target {
        ArithmeticTarget::Variable(name) => Ok(name),
        ArithmeticTarget::ArrayElement(name, _) => Err(format!("arithmetic expression: {name}[..] is not interpreted")),
    }
}

fn read(name: &str, variables: &dyn Variables) -> Result<i64, String> {
    let text = variables.get(name);
    let digits = text.trim();
    if digits.is_empty() {
        return Ok(0);
    }
    let (sign, number) = match digits.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, digits),
    };
    let parsed = match number.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16),
        None if number.len() > 1 && number.starts_with('0') => i64::from_str_radix(number, 8),
        None => number.parse(),
    };
    parsed.map(|it| sign * it).map_err(|_| format!("Illegal number: {text}"))
}

fn binary(operator: &BinaryOperator, a: i64, b: i64) -> Result<i64, String> {
    let truth = i64::from;
    let divided = |result: Option<i64>| result.ok_or_else(|| "arithmetic expression: division by zero".to_owned());
    Ok(match operator {
        BinaryOperator::Power => a.wrapping_pow(u32::try_from(b).unwrap_or(0)),
        BinaryOperator::Multiply => a.wrapping_mul(b),
        BinaryOperator::Divide => divided(if b == 0 { None } else { Some(a.wrapping_div(b)) })?,
        BinaryOperator::Modulo => divided(if b == 0 { None } else { Some(a.wrapping_rem(b)) })?,
        BinaryOperator::Comma => b,
        BinaryOperator::Add => a.wrapping_add(b),
        BinaryOperator::Subtract => a.wrapping_sub(b),
        BinaryOperator::ShiftLeft => a.wrapping_shl((b & 63) as u32),
        BinaryOperator::ShiftRight => a.wrapping_shr((b & 63) as u32),
        BinaryOperator::LessThan => truth(a < b),
        BinaryOperator::LessThanOrEqualTo => truth(a <= b),
        BinaryOperator::GreaterThan => truth(a > b),
        BinaryOperator::GreaterThanOrEqualTo => truth(a >= b),
        BinaryOperator::Equals => truth(a == b),
        BinaryOperator::NotEquals => truth(a != b),
        BinaryOperator::BitwiseAnd => a & b,
        BinaryOperator::BitwiseXor => a ^ b,
        BinaryOperator::BitwiseOr => a | b,
        BinaryOperator::LogicalAnd => truth(a != 0 && b != 0),
        BinaryOperator::LogicalOr => truth(a != 0 || b != 0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    impl Variables for BTreeMap<String, String> {
        fn get(&self, name: &str) -> &str {
            BTreeMap::get(self, name).map(String::as_str).unwrap_or_default()
        }

        fn set(&mut self, name: &str, value: i64) {
            self.insert(name.to_owned(), value.to_string());
        }
    }

    #[test]
    fn expressions_have_the_values_of_c() {
        let table = [
            ("1 + 2 * 3", 7),
            ("(1 + 2) * 3", 9),
            ("7 / 2 - 7 % 4", 0),
            ("n", 5),
            ("n + 1 > 5 && !0", 1),
            ("unset + 1", 1),
            ("n > 3 ? 10 : 20", 10),
            ("m = n << 2", 20),
            ("m += 1", 6),
            ("", 0),
        ];
        for (text, want) in table {
            let mut variables: BTreeMap<String, String> =
                [("n", "5"), ("m", "5")].map(|(k, v)| (k.into(), v.into())).into();
            assert_eq!(evaluate(text, &mut variables), Ok(want), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_told() {
        let mut variables: BTreeMap<String, String> = [("w".to_owned(), "word".to_owned())].into();
        assert_eq!(evaluate("w", &mut variables), Err("Illegal number: word".to_owned()));
        assert_eq!(evaluate("1 / 0", &mut variables), Err("arithmetic expression: division by zero".to_owned()));
    }
}
