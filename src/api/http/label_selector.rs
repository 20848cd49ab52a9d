//! The text form of label selectors, `app=web,tier in (a, b),!old` (apimachinery `pkg/labels/selector.go`).

use std::fmt;

use crate::api::registry::syntax;
use crate::object::{Map, Str};

/// A parsed label selector. An empty one matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelSelector(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Equals,
    NotEquals,
    Exists,
    DoesNotExist,
    Gt,
    Lt,
}

impl LabelSelector {
    /// Parses the text of a query parameter or of `kubectl -l`; the error is the parser's sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { tokens: scan(text), at: 0 };
        parser.parse().map(LabelSelector)
    }

    /// Whether every requirement holds for `labels`.
    pub fn matches(&self, labels: &Map) -> bool {
        self.0.iter().all(|requirement| requirement.matches(labels))
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Requirement {
    fn matches(&self, labels: &Map) -> bool {
        let actual = labels.str(&self.key);
        let among = || actual.is_some_and(|it| self.values.iter().any(|value| value == it));
        let compared = || {
            let actual: i64 = actual?.parse().ok()?;
            let wanted: i64 = self.values.first()?.parse().ok()?;
            Some(actual.cmp(&wanted))
        };
        match self.operator {
            Operator::In | Operator::Equals => among(),
            Operator::NotIn | Operator::NotEquals => !among(),
            Operator::Exists => actual.is_some(),
            Operator::DoesNotExist => actual.is_none(),
            Operator::Gt => compared() == Some(std::cmp::Ordering::Greater),
            Operator::Lt => compared() == Some(std::cmp::Ordering::Less),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    End,
    Symbol(&'static str),
    Word(Str),
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::End => Ok(()),
            Token::Symbol(it) => f.write_str(it),
            Token::Word(it) => f.write_str(it),
        }
    }
}

const SYMBOLS: [&str; 9] = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"];

fn scan(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t', '\r', '\n']);
    while !rest.is_empty() {
        let length = if let Some(symbol) = SYMBOLS.iter().find(|it| rest.starts_with(**it)) {
            tokens.push(Token::Symbol(symbol));
            symbol.len()
        } else {
            let ends = [' ', '\t', '\r', '\n', '=', '!', '(', ')', ',', '>', '<'];
            let length = rest.find(ends).unwrap_or(rest.len());
            tokens.push(Token::Word(Str::from(&rest[..length])));
            length
        };
        rest = rest[length..].trim_start_matches([' ', '\t', '\r', '\n']);
    }
    tokens.push(Token::End);
    tokens
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn look(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn take(&mut self) -> Token {
        let token = self.look().clone();
        self.at += 1;
        token
    }

    fn parse(&mut self) -> Result<Vec<Requirement>, String> {
        let mut requirements = Vec::new();
        loop {
            match self.look() {
                Token::Word(_) | Token::Symbol("!") => {
                    let requirement =
                        self.requirement().map_err(|why| format!("unable to parse requirement: {why}"))?;
                    requirements.push(requirement);
                    match self.take() {
                        Token::End => return Ok(requirements),
                        Token::Symbol(",") => {
                            if !matches!(self.look(), Token::Word(_) | Token::Symbol("!")) {
                                return Err(format!("found '{}', expected: identifier after ','", self.look()));
                            }
                        }
                        other => return Err(format!("found '{other}', expected: ',' or 'end of string'")),
                    }
                }
                Token::End => return Ok(requirements),
                other => return Err(format!("found '{other}', expected: !, identifier, or 'end of string'")),
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let mut token = self.take();
        let negated = token == Token::Symbol("!");
        if negated {
            token = self.take();
        }
        let Token::Word(key) = token else {
            return Err(format!("found '{token}', expected: identifier"));
        };
        let errors = syntax::qualified_name(&key);
        if !errors.is_empty() {
            return Err(format!("<nil>: Invalid value: {:?}: {}", key.as_str(), errors.join("; ")));
        }
        let key = key.to_string();
        if negated {
            return Ok(Requirement { key, operator: Operator::DoesNotExist, values: Vec::new() });
        }
        if matches!(self.look(), Token::End | Token::Symbol(",")) {
            return Ok(Requirement { key, operator: Operator::Exists, values: Vec::new() });
        }
        let operator = self.operator()?;
        let mut values = match operator {
            Operator::In | Operator::NotIn => self.values()?,
            _ => vec![self.exact_value()?],
        };
        values.sort();
        values.dedup();
        check_values(&key, operator, &values)?;
        Ok(Requirement { key, operator, values })
    }

    fn operator(&mut self) -> Result<Operator, String> {
        match self.take() {
            Token::Symbol("=" | "==") => Ok(Operator::Equals),
            Token::Symbol("!=") => Ok(Operator::NotEquals),
            Token::Symbol(">") => Ok(Operator::Gt),
            Token::Symbol("<") => Ok(Operator::Lt),
            Token::Word(word) if word == "in" => Ok(Operator::In),
            Token::Word(word) if word == "notin" => Ok(Operator::NotIn),
            other => Err(format!("found '{other}', expected: in, notin, =, ==, !=, gt, lt")),
        }
    }

    fn exact_value(&mut self) -> Result<String, String> {
        if matches!(self.look(), Token::End | Token::Symbol(",")) {
            return Ok(String::new());
        }
        match self.take() {
            Token::Word(word) => Ok(word.to_string()),
            other => Err(format!("found '{other}', expected: identifier")),
        }
    }

    fn values(&mut self) -> Result<Vec<String>, String> {
        let open = self.take();
        if open != Token::Symbol("(") {
            return Err(format!("found '{open}' expected: '('"));
        }
        match self.look() {
            Token::Word(_) | Token::Symbol(",") => {
                let values = self.value_list()?;
                self.take();
                Ok(values)
            }
            Token::Symbol(")") => {
                self.take();
                Ok(Vec::new())
            }
            other => Err(format!("found '{other}', expected: ',', ')' or identifier")),
        }
    }

    /// Values up to the closing parenthesis, which is left; nothing between two commas is the empty value.
    fn value_list(&mut self) -> Result<Vec<String>, String> {
        let mut values = Vec::new();
        loop {
            match self.take() {
                Token::Word(word) => {
                    values.push(word.to_string());
                    match self.look() {
                        Token::Symbol(",") => {}
                        Token::Symbol(")") => return Ok(values),
                        other => return Err(format!("found '{other}', expected: ',' or ')'")),
                    }
                }
                Token::Symbol(",") => {
                    if values.is_empty() {
                        values.push(String::new());
                    }
                    match self.look() {
                        Token::Symbol(")") => {
                            values.push(String::new());
                            return Ok(values);
                        }
                        Token::Symbol(",") => {
                            self.take();
                            values.push(String::new());
                        }
                        _ => {}
                    }
                }
                other => return Err(format!("found '{other}', expected: ',', or identifier")),
            }
        }
    }
}

fn check_values(key: &str, operator: Operator, values: &[String]) -> Result<(), String> {
    match operator {
        Operator::In | Operator::NotIn if values.is_empty() => {
            return Err("values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty".to_owned());
        }
        Operator::Gt | Operator::Lt => {
            for (i, value) in values.iter().enumerate() {
                if value.parse::<i64>().is_err() {
                    let why = "for 'Gt', 'Lt' operators, the value must be an integer";
                    return Err(format!("values[{i}]: Invalid value: {value:?}: {why}"));
                }
            }
        }
        _ => {}
    }
    for (i, value) in values.iter().enumerate() {
        let errors = syntax::label_value(value);
        if !errors.is_empty() {
            return Err(format!("values[{i}][{key}]: Invalid value: {value:?}: {}", errors.join("; ")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;

    fn check(selector: &str, want: bool) {
        let labels = map! { "app" => "web", "env" => "prod", "n" => "5" };
        let parsed = LabelSelector::parse(selector).expect("a valid selector");
        assert_eq!(parsed.matches(&labels), want, "{selector}");
    }

    #[test]
    fn a_selector_matches_when_every_requirement_does() {
        for selector in
            ["", "app", "app=web", "app==web", "app in (web,db)", "!tier", "tier!=x", "tier notin (x)", "n>4"]
        {
            check(selector, true);
        }
        for selector in ["tier", "app=db", "app=web,tier", "app notin (web)", "!app", "n<5", "app=", "app in (,)"] {
            check(selector, false);
        }
        check(" app in ( web , db ), env = prod ", true);
        check("in=x", false);
    }

    #[test]
    fn a_selector_that_cannot_be_parsed_is_told_in_the_parser_s_words() {
        let table = [
            ("a in", "unable to parse requirement: found '' expected: '('"),
            ("a=b,", "found '', expected: identifier after ','"),
            ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
            ("=b", "found '=', expected: !, identifier, or 'end of string'"),
            ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("a=b c", "found 'c', expected: ',' or 'end of string'"),
            (
                "a>x",
                "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
            ),
            (
                "a in ()",
                "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty",
            ),
        ];
        for (selector, want) in table {
            assert_eq!(LabelSelector::parse(selector).expect_err(selector), want, "{selector}");
        }
    }
}
