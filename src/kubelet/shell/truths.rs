//! `[[ .. ]]`: an expression of words that are not split, and `(( .. ))`.

use brush_parser::ast::{self, ExtendedTestExpr};

use super::arithmetic;
use super::expand::{self, Failure, Outputs};
use super::machine::Machine;
use super::programs::{Call, holds, regular};
use super::script::Refused;
use super::step::stop_on_error;
use super::task::Task;
use super::word::Word;

/// An expression between `[[` and `]]`.
#[derive(Debug)]
pub enum Truth {
    /// `a && b`.
    And(Box<Truth>, Box<Truth>),
    /// `a || b`.
    Or(Box<Truth>, Box<Truth>),
    /// `! a`.
    Not(Box<Truth>),
    /// `-f a`, with the operator.
    Unary(String, Word),
    /// `a = b`, with the operator.
    Binary(String, Word, Word),
}

/// Takes an expression over from the parser; `word` takes a word apart.
///
/// # Errors
/// What is wrong with a word of it.
pub fn read(
    expression: &ExtendedTestExpr,
    word: &dyn Fn(&ast::Word) -> Result<Word, Refused>,
) -> Result<Truth, Refused> {
    Ok(match expression {
        ExtendedTestExpr::And(a, b) => Truth::And(Box::new(read(a, word)?), Box::new(read(b, word)?)),
        ExtendedTestExpr::Or(a, b) => Truth::Or(Box::new(read(a, word)?), Box::new(read(b, word)?)),
        ExtendedTestExpr::Not(of) => Truth::Not(Box::new(read(of, word)?)),
        ExtendedTestExpr::Parenthesized(of) => read(of, word)?,
        ExtendedTestExpr::UnaryTest(operator, of) => Truth::Unary(operator.to_string(), word(of)?),
        ExtendedTestExpr::BinaryTest(operator, a, b) => Truth::Binary(operator.to_string(), word(a)?, word(b)?),
    })
}

impl Machine {
    /// Runs `[[ .. ]]`.
    pub(super) fn test(&mut self, task: &mut Task, truth: &Truth, outputs: &mut Outputs<'_>) -> Result<(), Failure> {
        task.status = match self.holds(task, truth, outputs)? {
            Ok(holds) => i64::from(!holds),
            Err(message) => {
                self.complain(task, &message);
                2
            }
        };
        stop_on_error(task);
        Ok(())
    }

    /// Runs `(( .. ))`.
    pub(super) fn arithmetic(
        &mut self,
        task: &mut Task,
        word: &Word,
        outputs: &mut Outputs<'_>,
    ) -> Result<(), Failure> {
        let text = expand::text(task, word, outputs)?;
        task.status = match arithmetic::evaluate(&text, task) {
            Ok(value) => i64::from(value == 0),
            Err(message) => {
                self.complain(task, &format!("((: {text}: {message}"));
                1
            }
        };
        stop_on_error(task);
        Ok(())
    }

    fn holds(
        &mut self,
        task: &mut Task,
        truth: &Truth,
        outputs: &mut Outputs<'_>,
    ) -> Result<Result<bool, String>, Failure> {
        Ok(match truth {
            Truth::And(a, b) => match self.holds(task, a, outputs)? {
                Ok(true) => self.holds(task, b, outputs)?,
                other => other,
            },
            Truth::Or(a, b) => match self.holds(task, a, outputs)? {
                Ok(false) => self.holds(task, b, outputs)?,
                other => other,
            },
            Truth::Not(of) => self.holds(task, of, outputs)?.map(|it| !it),
            Truth::Unary(operator, word) => {
                let text = expand::text(task, word, outputs)?;
                if operator == "-v" {
                    return Ok(Ok(task.variables.contains_key(text.as_str())));
                }
                holds(&Call { machine: self, task, name: "[[", args: &[] }, operator, &[&text])
            }
            Truth::Binary(operator, a, b) => {
                let left = expand::text(task, a, outputs)?;
                match operator.as_str() {
                    "=" | "==" => Ok(expand::pattern(task, b, outputs)?.matches(&left)),
                    "!=" => Ok(!expand::pattern(task, b, outputs)?.matches(&left)),
                    "=~" => {
                        let characters = expand::quoted_text(task, b, outputs)?;
                        Ok(find(task, &left, &characters))
                    }
                    "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" => {
                        let right = expand::text(task, b, outputs)?;
                        let values = arithmetic::evaluate(&left, task)
                            .and_then(|left| Ok((left, arithmetic::evaluate(&right, task)?)));
                        values.map(|(left, right)| compared(left, operator, right))
                    }
                    _ => {
                        let right = expand::text(task, b, outputs)?;
                        holds(&Call { machine: self, task, name: "[[", args: &[] }, operator, &[&left, &right])
                    }
                }
            }
        })
    }
}

fn compared(left: i64, operator: &str, right: i64) -> bool {
    match operator {
        "-eq" => left == right,
        "-ne" => left != right,
        "-lt" => left < right,
        "-le" => left <= right,
        "-gt" => left > right,
        _ => left >= right,
    }
}

/// Whether a regular expression, whose quoted characters stand for themselves, is found in `text`. What its groups found is
/// kept as bash has it.
fn find(task: &mut Task, text: &str, expression: &[(char, bool)]) -> bool {
    let special = |it: char| "\\.^$|()[]{}*+?".contains(it);
    let escaped = |(it, quoted): &(char, bool)| match quoted {
        true if special(*it) => format!("\\{it}"),
        _ => it.to_string(),
    };
    let pattern: String = expression.iter().map(escaped).collect();
    let Some(found) = regular(&pattern, true, false).and_then(|it| {
        let found = it.captures(text)?;
        Some(found.iter().map(|it| it.map_or(String::new(), |it| it.as_str().to_owned())).collect::<Vec<_>>())
    }) else {
        return false;
    };
    super::arrays::put(task, "BASH_REMATCH", found);
    true
}
