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

/// Whether what `[[` asks is so: of one operand with a unary operator, or of two.
pub fn holds(call: &Call<'_>, operator: &str, operands: &[&str]) -> Result<bool, String> {
    let test = Test { call, args: &[], at: 0 };
    match operands {
        [one] => Ok(test.unary(operator, one)),
        [one, other] => test.binary(one, operator, other),
        _ => Ok(false),
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
            "-L" | "-h" => files.target(&path).is_some(),
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
            // A file that is not there is neither newer nor older.
            "-nt" => modified(left).zip(modified(right)).is_some_and(|(left, right)| left > right),
            _ => modified(left).zip(modified(right)).is_some_and(|(left, right)| left < right),
        })
    }
}

fn is_binary(text: &str) -> bool {
    matches!(text, "=" | "==" | "!=" | "<" | ">" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "-nt" | "-ot")
}

fn is_unary(text: &str) -> bool {
    matches!(text, "-n" | "-z" | "-f" | "-d" | "-e" | "-r" | "-w" | "-x" | "-s" | "-L" | "-h" | "-p" | "-S" | "-t")
}

/// `expr`: comparisons, arithmetic and the functions on text.
pub fn expr(call: &mut Call<'_>) -> Outcome {
    let mut reader = Expr { args: call.args, at: 0 };
    let value = reader.level(0);
    let left = reader.at < reader.args.len();
    match value {
        Ok(_) if left => {
            call.fail("syntax error");
            Outcome::Done(2)
        }
        Ok(value) => {
            call.print(&format!("{value}\n"));
            Outcome::Done(i64::from(value.is_empty() || value == "0"))
        }
        Err(Some(message)) => {
            call.fail(message);
            Outcome::Done(2)
        }
        Err(None) => Outcome::Unknown,
    }
}

/// The operators of `expr`, those that bind the least first.
const LEVELS: [&[&str]; 6] =
    [&["|"], &["&"], &["=", "==", "!=", "<", "<=", ">", ">="], &["+", "-"], &["*", "/", "%"], &[":"]];

struct Expr<'a> {
    args: &'a [String],
    at: usize,
}

/// What is wrong with an expression; `None` when it is not interpreted.
type Wrong = Option<&'static str>;

impl Expr<'_> {
    fn next(&mut self) -> Result<String, Wrong> {
        let word = self.args.get(self.at).cloned().ok_or(Some("syntax error"));
        self.at += 1;
        word
    }

    fn level(&mut self, level: usize) -> Result<String, Wrong> {
        let Some(operators) = LEVELS.get(level) else {
            return self.primary();
        };
        let mut value = self.level(level + 1)?;
        while let Some(operator) = self.args.get(self.at).filter(|it| operators.contains(&it.as_str())).cloned() {
            self.at += 1;
            let right = self.level(level + 1)?;
            value = apply(&value, &operator, &right)?;
        }
        Ok(value)
    }

    fn primary(&mut self) -> Result<String, Wrong> {
        let word = self.next()?;
        match word.as_str() {
            "(" => {
                let value = self.level(0)?;
                if self.next()? != ")" {
                    return Err(Some("syntax error"));
                }
                Ok(value)
            }
            "length" if self.args.len() > 1 => Ok(self.primary()?.chars().count().to_string()),
            "substr" if self.args.len() > 1 => {
                let text = self.primary()?;
                let mut number = || self.primary()?.parse::<usize>().map_err(|_| Some("non-numeric argument"));
                let (from, count) = (number()?, number()?);
                Ok(text.chars().skip(from.max(1) - 1).take(if from == 0 { 0 } else { count }).collect())
            }
            "index" if self.args.len() > 1 => {
                let (text, set) = (self.primary()?, self.primary()?);
                Ok(text.chars().position(|it| set.contains(it)).map_or(0, |it| it + 1).to_string())
            }
            "match" if self.args.len() > 1 => {
                let (text, pattern) = (self.primary()?, self.primary()?);
                apply(&text, ":", &pattern)
            }
            _ => Ok(word),
        }
    }
}

fn apply(left: &str, operator: &str, right: &str) -> Result<String, Wrong> {
    let numbers = left.parse::<i64>().ok().zip(right.parse::<i64>().ok());
    let is_nothing = |it: &str| it.is_empty() || it == "0";
    let truth = |it: bool| Ok(i64::from(it).to_string());
    let order = numbers.map_or_else(|| left.cmp(right), |(a, b)| a.cmp(&b));
    match operator {
        "|" => return Ok(if is_nothing(left) { right } else { left }.to_owned()),
        "&" => return Ok(if is_nothing(left) || is_nothing(right) { "0" } else { left }.to_owned()),
        "=" | "==" => return truth(order.is_eq()),
        "!=" => return truth(order.is_ne()),
        "<" => return truth(order.is_lt()),
        "<=" => return truth(order.is_le()),
        ">" => return truth(order.is_gt()),
        ">=" => return truth(order.is_ge()),
        ":" => {
            let pattern = super::regular::regular(&format!("^{right}"), false, false).ok_or(None)?;
            let found = pattern.captures(left);
            return Ok(match &found {
                Some(it) if it.len() > 1 => it.get(1).map_or("", |it| it.as_str()).to_owned(),
                Some(it) => it.get(0).map_or(0, |it| it.as_str().chars().count()).to_string(),
                None if pattern.captures_len() > 1 => String::new(),
                None => "0".to_owned(),
            });
        }
        _ => {}
    }
    let (a, b) = numbers.ok_or(Some("non-numeric argument"))?;
    let value = match operator {
        "+" => a.checked_add(b),
        "-" => a.checked_sub(b),
        "*" => a.checked_mul(b),
        _ if b == 0 => return Err(Some("division by zero")),
        "/" => a.checked_div(b),
        _ => a.checked_rem(b),
    };
    value.map(|it| it.to_string()).ok_or(Some("result out of range"))
}
