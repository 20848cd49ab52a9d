//! `test`, `[` and `expr`.

use super::super::files::{Entry, absolute};
use super::{Call, Outcome};

pub fn test(call: &mut Call<'_>) -> Outcome {
    let mut args: Vec<&str> = call.args.iter().map(String::as_str).collect();
    if call.name == "[" && args.pop() != Some("]") {
        call.fail("missing ]");
        return Outcome::Done(2);
    }
    let mut parser = Test { call, args: &args, at: 0 };
    let value = if args.is_empty() { Ok(false) } else { parser.or() };
    let left = parser.at < args.len();
    match value {
        Ok(_) if left => {
            call.fail(&format!("{}: unexpected operator", args.last().copied().unwrap_or_default()));
            Outcome::Done(2)
        }
        Ok(value) => Outcome::Done(i64::from(!value)),
        Err(message) => {
            call.fail(&message);
            Outcome::Done(2)
        }
    }
}

struct Test<'a, 'b> {
    call: &'a Call<'b>,
    args: &'a [&'a str],
    at: usize,
}

impl Test<'_, '_> {
    fn peek(&self, ahead: usize) -> Option<&str> {
        self.args.get(self.at + ahead).copied()
    }

    fn or(&mut self) -> Result<bool, String> {
        let mut value = self.and()?;
        while self.peek(0) == Some("-o") {
            self.at += 1;
            value |= self.and()?;
        }
        Ok(value)
    }

    fn and(&mut self) -> Result<bool, String> {
        let mut value = self.not()?;
        while self.peek(0) == Some("-a") {
            self.at += 1;
            value &= self.not()?;
        }
        Ok(value)
    }

    fn not(&mut self) -> Result<bool, String> {
        if self.peek(0) == Some("!") && self.peek(1).is_some() && !self.peek(1).is_some_and(is_binary) {
            self.at += 1;
            return self.not().map(|it| !it);
        }
        self.primary()
    }

    fn primary(&mut self) -> Result<bool, String> {
        if let (Some(left), Some(operator), Some(right)) = (self.peek(0), self.peek(1), self.peek(2))
            && is_binary(operator)
        {
            let value = self.binary(left, operator, right);
            self.at += 3;
            return value;
        }
        if self.peek(0) == Some("(") {
            self.at += 1;
            let value = self.or()?;
            if self.peek(0) != Some(")") {
                return Err("closing paren expected".to_owned());
            }
            self.at += 1;
            return Ok(value);
        }
        match (self.peek(0), self.peek(1)) {
            (Some(operator), Some(operand)) if is_unary(operator) => {
                let value = self.unary(operator, operand);
                self.at += 2;
                Ok(value)
            }
            (Some(text), _) => {
                let value = !text.is_empty();
                self.at += 1;
                Ok(value)
            }
            (None, _) => Err("argument expected".to_owned()),
        }
    }

    fn unary(&self, operator: &str, operand: &str) -> bool {
        let files = &self.call.machine.files;
        let path = absolute(&self.call.task.folder, operand);
        let entry = files.get(&path);
        match operator {
            "-n" => !operand.is_empty(),
            "-z" => operand.is_empty(),
            "-f" => matches!(entry, Some(Entry::File { .. })),
            "-d" => matches!(entry, Some(Entry::Folder)),
            "-s" => matches!(entry, Some(Entry::File { text, .. }) if !text.is_empty()),
            "-e" | "-r" => entry.is_some(),
            "-w" => entry.is_some() && files.is_writable(&path),
            "-x" => matches!(entry, Some(Entry::Folder)) || files.is_executable(&path),
            _ => false,
        }
    }

    fn binary(&self, left: &str, operator: &str, right: &str) -> Result<bool, String> {
        let number = |text: &str| text.trim().parse::<i64>().map_err(|_| format!("{text}: bad number"));
        let modified = |name: &str| match self.call.machine.files.get(&absolute(&self.call.task.folder, name)) {
            Some(Entry::File { changed, .. }) => Some(changed),
            _ => None,
        };
        Ok(match operator {
            "=" | "==" => left == right,
            "!=" => left != right,
            "<" => left < right,
            ">" => left > right,
            "-eq" => number(left)? == number(right)?,
            "-ne" => number(left)? != number(right)?,
            "-lt" => number(left)? < number(right)?,
            "-le" => number(left)? <= number(right)?,
            "-gt" => number(left)? > number(right)?,
            "-ge" => number(left)? >= number(right)?,
            "-nt" => modified(left) > modified(right),
            _ => modified(left) < modified(right),
        })
    }
}

fn is_binary(text: &str) -> bool {
    matches!(text, "=" | "==" | "!=" | "<" | ">" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "-nt" | "-ot")
}

fn is_unary(text: &str) -> bool {
    matches!(text, "-n" | "-z" | "-f" | "-d" | "-e" | "-r" | "-w" | "-x" | "-s" | "-L" | "-h" | "-p" | "-S" | "-t")
}

/// `expr A OP B`.
pub fn expr(call: &mut Call<'_>) -> Outcome {
    let [left, operator, right] = call.args else {
        return Outcome::Unknown;
    };
    let (a, b) = (left.parse::<i64>(), right.parse::<i64>());
    let (Ok(a), Ok(b)) = (a, b) else {
        return match operator.as_str() {
            "=" => answer(call, i64::from(left == right)),
            "!=" => answer(call, i64::from(left != right)),
            _ => {
                call.fail("non-numeric argument");
                Outcome::Done(2)
            }
        };
    };
    let value = match operator.as_str() {
        "+" => a.wrapping_add(b),
        "-" => a.wrapping_sub(b),
        "*" => a.wrapping_mul(b),
        "/" | "%" if b == 0 => {
            call.fail("division by zero");
            return Outcome::Done(2);
        }
        "/" => a.wrapping_div(b),
        "%" => a.wrapping_rem(b),
        "=" => i64::from(a == b),
        "!=" => i64::from(a != b),
        "<" => i64::from(a < b),
        "<=" => i64::from(a <= b),
        ">" => i64::from(a > b),
        ">=" => i64::from(a >= b),
        _ => return Outcome::Unknown,
    };
    answer(call, value)
}

fn answer(call: &mut Call<'_>, value: i64) -> Outcome {
    call.print(&format!("{value}\n"));
    Outcome::Done(i64::from(value == 0))
}
