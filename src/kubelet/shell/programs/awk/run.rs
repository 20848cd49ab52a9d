//! Running an awk program over its input.

use std::collections::BTreeMap;

use regex::Regex;

use super::super::regular;
use super::parse::{Expr, Pattern, Program, Statement};
use super::value::Value;

/// So many steps are taken before a program counts as one that does not end.
const MOST_STEPS: u32 = 3_000_000;
/// So many bytes of text count as a step.
const BYTES_OF_STEP: usize = 16;
/// How deep functions may call each other.
const MOST_CALLS: usize = 100;
/// More fields than that no line has.
const MOST_FIELDS: usize = 10_000;

/// What is printed: to which file, if not to the standard output, and the text. A file that is begun anew has a NUL before its
/// name.
pub type Printed = (Option<String>, String);

/// What the operands come to.
pub enum Said {
    /// A file with its name and text.
    Text(String, String),
    /// `NAME=VALUE`.
    Variable(String),
}

/// What becomes of the statements that follow one.
pub enum Flow {
    Goes,
    Next,
    Exit,
    Break,
    Continue,
    Return(Value),
}

type Array = BTreeMap<String, Value>;

/// A variable of a function.
enum Local {
    Value(Value),
    /// The array of the caller that goes by this name here.
    Array(String),
}

/// A program under way.
pub struct Run<'a> {
    program: &'a Program,
    variables: BTreeMap<String, Value>,
    arrays: BTreeMap<String, Array>,
    /// The variables of the functions that are being run, the innermost last.
    frames: Vec<BTreeMap<String, Local>>,
    fields: Vec<Value>,
    line: String,
    /// Whether the line is to be put together from its fields.
    stale: bool,
    between: Vec<bool>,
    patterns: BTreeMap<String, Option<Regex>>,
    /// What was printed.
    pub printed: Vec<Printed>,
    opened: Vec<String>,
    status: i64,
    steps: u32,
    /// What the next `rand()` follows from.
    pub seed: u64,
}

impl<'a> Run<'a> {
    /// A program before it has read anything.
    pub fn new(program: &'a Program) -> Self {
        let variables = [("FS", " "), ("OFS", " "), ("ORS", "\n"), ("RS", "\n"), ("SUBSEP", "\x1c"), ("FILENAME", "")];
        Run {
            program,
            variables: variables.map(|(name, it)| (name.to_owned(), Value::Text(it.to_owned()))).into(),
            arrays: BTreeMap::new(),
            frames: Vec::new(),
            fields: Vec::new(),
            line: String::new(),
            stale: false,
            between: vec![false; program.rules.len()],
            patterns: BTreeMap::new(),
            printed: Vec::new(),
            opened: Vec::new(),
            status: 0,
            steps: 0,
            seed: 1,
        }
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: Value) {
        if let Some(local) = self.frames.last_mut().and_then(|it| it.get_mut(name)) {
            *local = Local::Value(value);
            return;
        }
        if name == "NF" {
            let count = (value.number().max(0.0) as usize).min(MOST_FIELDS);
            self.fields.resize(count, Value::default());
            self.stale = true;
        }
        self.variables.insert(name.to_owned(), value);
    }

    /// Puts a variable of the environment where programs look for it.
    pub fn set_environment(&mut self, name: &str, value: String) {
        self.array("ENVIRON").insert(name.to_owned(), Value::of_input(value));
    }

    fn get(&self, name: &str) -> Value {
        match self.frames.last().and_then(|it| it.get(name)) {
            Some(Local::Value(value)) => value.clone(),
            Some(Local::Array(_)) => Value::Unset,
            None if name == "NF" => Value::Number(self.fields.len() as f64),
            None => self.variables.get(name).cloned().unwrap_or_default(),
        }
    }

    pub(super) fn text_of(&self, name: &str) -> String {
        self.get(name).text()
    }

    /// The array that goes by this name.
    pub fn array(&mut self, name: &str) -> &mut Array {
        let own = match self.frames.last().and_then(|it| it.get(name)) {
            Some(Local::Array(own)) => own.clone(),
            Some(Local::Value(_)) => format!("{name} {}", self.frames.len()),
            None => name.to_owned(),
        };
        self.arrays.entry(own).or_default()
    }

    /// Runs everything; `None` when it comes to what is not interpreted.
    pub fn all(&mut self, inputs: &[Said]) -> Option<i64> {
        let (program, mut exits) = (self.program, false);
        for (pattern, action) in &program.rules {
            if let (Pattern::Begin, Some(action), false) = (pattern, action, exits) {
                exits = matches!(self.statement(action)?, Flow::Exit);
            }
        }
        for input in inputs {
            match input {
                _ if exits => break,
                Said::Variable(pair) => {
                    let (name, value) = pair.split_once('=')?;
                    self.set(name, Value::of_input(super::super::unescaped(value)));
                }
                Said::Text(name, text) => exits = self.lines(name, text)?,
            }
        }
        // An end that `exit` came to in BEGIN or a rule runs as well, unless there it is left again.
        for (pattern, action) in &program.rules {
            if let (Pattern::End, Some(action)) = (pattern, action)
                && matches!(self.statement(action)?, Flow::Exit)
            {
                break;
            }
        }
        Some(self.status)
    }

    /// Runs the rules for each line; returns whether the program is over.
    fn lines(&mut self, name: &str, text: &str) -> Option<bool> {
        self.set("FILENAME", Value::Text(name.to_owned()));
        self.set("FNR", Value::Number(0.0));
        let separator = self.text_of("RS");
        let body = text.strip_suffix('\n').unwrap_or(text);
        let records: Vec<&str> = match separator.as_str() {
            _ if text.is_empty() => Vec::new(),
            "" => body.trim_matches('\n').split("\n\n").map(|it| it.trim_start_matches('\n')).collect(),
            "\n" => body.split('\n').collect(),
            one if one.chars().count() == 1 => body.split(one).collect(),
            pattern => self.regular(pattern)?.split(body).collect(),
        };
        for record in records {
            for counter in ["NR", "FNR"] {
                let count = self.get(counter).number() + 1.0;
                self.set(counter, Value::Number(count));
            }
            self.set_line(record.to_owned())?;
            if self.rules()? {
                return Some(true);
            }
        }
        Some(false)
    }

    fn rules(&mut self) -> Option<bool> {
        let program = self.program;
        for (index, (pattern, action)) in program.rules.iter().enumerate() {
            let runs = match pattern {
                Pattern::Begin | Pattern::End => false,
                Pattern::Always => true,
                Pattern::When(condition) => self.value(condition)?.is_true(),
                Pattern::Between(first, last) => {
                    let inside = self.between[index] || self.value(first)?.is_true();
                    self.between[index] = inside && !self.value(last)?.is_true();
                    inside
                }
            };
            if !runs {
                continue;
            }
            let Some(action) = action else {
                let line = self.line() + &self.text_of("ORS");
                self.printed.push((None, line));
                continue;
            };
            match self.statement(action)? {
                Flow::Next => break,
                Flow::Exit => return Some(true),
                _ => {}
            }
        }
        Some(false)
    }

    fn set_line(&mut self, line: String) -> Option<()> {
        let separator = self.text_of("FS");
        let paragraphs = self.text_of("RS").is_empty();
        self.fields = self.split(&line, &separator, paragraphs)?.into_iter().map(Value::of_input).collect();
        (self.line, self.stale) = (line, false);
        Some(())
    }

    /// The parts of `text` between separators.
    pub fn split(&mut self, text: &str, separator: &str, lines_too: bool) -> Option<Vec<String>> {
        let owned = |it: &str| it.to_owned();
        Some(match separator {
            _ if text.is_empty() => Vec::new(),
            " " => text.split_whitespace().map(owned).collect(),
            "" => text.chars().map(String::from).collect(),
            one if one.chars().count() == 1 && one != "\\" => {
                text.split(|it: char| one.starts_with(it) || lines_too && it == '\n').map(owned).collect()
            }
            pattern => self.regular(pattern)?.split(text).map(owned).collect(),
        })
    }

    pub(super) fn line(&mut self) -> String {
        if std::mem::take(&mut self.stale) {
            let separator = self.text_of("OFS");
            self.line = self.fields.iter().map(Value::text).collect::<Vec<_>>().join(&separator);
        }
        self.line.clone()
    }

    /// A regular expression, read once.
    pub fn regular(&mut self, pattern: &str) -> Option<Regex> {
        let read = || regular(pattern, true, false);
        self.patterns.entry(pattern.to_owned()).or_insert_with(read).clone()
    }

    fn step(&mut self) -> Option<()> {
        self.steps += 1;
        (self.steps < MOST_STEPS).then_some(())
    }

    /// Counts so many bytes that are made or printed as steps, so that a text that doubles in each round ends as well.
    pub fn moved(&mut self, bytes: usize) -> Option<()> {
        let steps = u32::try_from(bytes / BYTES_OF_STEP).unwrap_or(MOST_STEPS);
        self.steps = self.steps.saturating_add(steps);
        (self.steps < MOST_STEPS).then_some(())
    }

    fn statements(&mut self, all: &[Statement]) -> Option<Flow> {
        for statement in all {
            match self.statement(statement)? {
                Flow::Goes => {}
                other => return Some(other),
            }
        }
        Some(Flow::Goes)
    }

    fn statement(&mut self, statement: &Statement) -> Option<Flow> {
        self.step()?;
        match statement {
            Statement::Expr(expr) => drop(self.value(expr)?),
            Statement::Print(values, to) => {
                let mut texts = Vec::with_capacity(values.len());
                for value in values {
                    texts.push(self.value(value)?.text());
                }
                let text = if values.is_empty() { self.line() } else { texts.join(&self.text_of("OFS")) };
                let text = text + &self.text_of("ORS");
                self.print(to.as_ref(), text)?;
            }
            Statement::Printf(values, to) => {
                let text = self.formatted(values)?;
                self.print(to.as_ref(), text)?;
            }
            Statement::If(condition, then, otherwise) => {
                if self.value(condition)?.is_true() {
                    return self.statement(then);
                }
                return otherwise.as_ref().map_or(Some(Flow::Goes), |it| self.statement(it));
            }
            Statement::While(condition, body) => return self.turns(Some(condition), None, body, false),
            Statement::Do(body, condition) => return self.turns(Some(condition), None, body, true),
            Statement::For(first, condition, step, body) => {
                if let Some(first) = first {
                    self.statement(first)?;
                }
                return self.turns(condition.as_ref(), step.as_deref(), body, false);
            }
            Statement::ForIn(key, array, body) => {
                let mut keys: Vec<String> = self.array(array).keys().cloned().collect();
                // Numbers in their order, as those see them that counted them.
                keys.sort_by(|a, b| Value::of_input(a.clone()).compare(&Value::of_input(b.clone())));
                for it in keys {
                    self.set(key, Value::of_input(it));
                    match self.statement(body)? {
                        Flow::Goes | Flow::Continue => {}
                        Flow::Break => break,
                        other => return Some(other),
                    }
                }
            }
            Statement::Block(all) => return self.statements(all),
            Statement::Next => return Some(Flow::Next),
            Statement::Break => return Some(Flow::Break),
            Statement::Continue => return Some(Flow::Continue),
            Statement::Exit(status) => {
                if let Some(status) = status {
                    self.status = self.value(status)?.number() as i64 & 0xff;
                }
                return Some(Flow::Exit);
            }
            Statement::Return(value) => {
                let value = value.as_ref().map_or(Some(Value::Unset), |it| self.value(it))?;
                return Some(Flow::Return(value));
            }
            Statement::Delete(array, keys) => match keys {
                Some(keys) => {
                    let key = self.key(keys)?;
                    self.array(array).remove(&key);
                }
                None => self.array(array).clear(),
            },
        }
        Some(Flow::Goes)
    }

    fn turns(
        &mut self,
        condition: Option<&Expr>,
        step: Option<&Statement>,
        body: &Statement,
        body_first: bool,
    ) -> Option<Flow> {
        let mut first = body_first;
        loop {
            self.step()?;
            if !std::mem::take(&mut first)
                && let Some(condition) = condition
                && !self.value(condition)?.is_true()
            {
                return Some(Flow::Goes);
            }
            match self.statement(body)? {
                Flow::Goes | Flow::Continue => {}
                Flow::Break => return Some(Flow::Goes),
                other => return Some(other),
            }
            if let Some(step) = step {
                self.statement(step)?;
            }
        }
    }

    fn print(&mut self, to: Option<&(bool, Expr)>, text: String) -> Option<()> {
        self.moved(text.len())?;
        let Some((appends, name)) = to else {
            self.printed.push((None, text));
            return Some(());
        };
        let name = self.value(name)?.text();
        let fresh = !appends && !name.starts_with("/dev/") && !self.opened.contains(&name);
        let shown = if fresh { format!("\0{name}") } else { name.clone() };
        self.opened.push(name);
        self.printed.push((Some(shown), text));
        Some(())
    }

    /// The values of `keys` as the key of an array.
    fn key(&mut self, keys: &[Expr]) -> Option<String> {
        let mut texts = Vec::with_capacity(keys.len());
        for key in keys {
            texts.push(self.value(key)?.text());
        }
        Some(texts.join(&self.text_of("SUBSEP")))
    }

    /// The value of an expression; `None` when it is not interpreted.
    pub fn value(&mut self, expr: &Expr) -> Option<Value> {
        self.step()?;
        let truth = |it: bool| Value::Number(f64::from(u8::from(it)));
        Some(match expr {
            Expr::Number(it) => Value::Number(*it),
            Expr::Text(it) => Value::Text(it.clone()),
            Expr::Regular(pattern) => {
                let line = self.line();
                truth(self.regular(pattern)?.is_match(&line))
            }
            Expr::Variable(name) => self.get(name),
            Expr::Element(name, keys) => {
                let key = self.key(keys)?;
                self.array(name).entry(key).or_default().clone()
            }
            Expr::Field(of) => {
                let index = self.value(of)?.number();
                match index as usize {
                    _ if index < 0.0 => return None,
                    0 => Value::of_input(self.line()),
                    index => self.fields.get(index - 1).cloned().unwrap_or_default(),
                }
            }
            Expr::Assign(operator, place, value) => {
                let value = self.value(value)?;
                let value = match *operator {
                    "" => value,
                    operator => {
                        let old = self.value(place)?.number();
                        Value::Number(calculated(operator, old, value.number())?)
                    }
                };
                self.assign(place, value.clone())?;
                value
            }
            Expr::Condition(condition, then, otherwise) => {
                let taken = if self.value(condition)?.is_true() { then } else { otherwise };
                self.value(taken)?
            }
            Expr::Binary(operator, a, b) => self.binary(operator, a, b)?,
            Expr::Unary("!", of) => truth(!self.value(of)?.is_true()),
            Expr::Unary("-", of) => Value::Number(-self.value(of)?.number()),
            Expr::Unary("+", of) => Value::Number(self.value(of)?.number()),
            Expr::Unary(_, of) => self.value(of)?,
            Expr::Step(before, by, place) => {
                let old = self.value(place)?.number();
                self.assign(place, Value::Number(old + by))?;
                Value::Number(if *before { old + by } else { old })
            }
            Expr::In(keys, array) => {
                let key = self.key(keys)?;
                truth(self.array(array).contains_key(&key))
            }
            Expr::Call(name, arguments) => match self.program.functions.get(name) {
                Some((parameters, body)) => self.call(parameters, body, arguments)?,
                None => self.builtin(name, arguments)?,
            },
            Expr::Group(_) => return None,
        })
    }

    fn binary(&mut self, operator: &str, a: &Expr, b: &Expr) -> Option<Value> {
        let truth = |it: bool| Some(Value::Number(f64::from(u8::from(it))));
        match operator {
            "&&" => return truth(self.value(a)?.is_true() && self.value(b)?.is_true()),
            "||" => return truth(self.value(a)?.is_true() || self.value(b)?.is_true()),
            "~" | "!~" => {
                let text = self.value(a)?.text();
                let pattern = self.pattern(b)?;
                return truth(self.regular(&pattern)?.is_match(&text) == (operator == "~"));
            }
            _ => {}
        }
        let (a, b) = (self.value(a)?, self.value(b)?);
        match operator {
            " " => {
                let text = a.text() + &b.text();
                self.moved(text.len())?;
                Some(Value::Text(text))
            }
            "<" => truth(a.compare(&b).is_lt()),
            "<=" => truth(a.compare(&b).is_le()),
            "==" => truth(a.compare(&b).is_eq()),
            "!=" => truth(a.compare(&b).is_ne()),
            ">" => truth(a.compare(&b).is_gt()),
            ">=" => truth(a.compare(&b).is_ge()),
            _ => Some(Value::Number(calculated(operator, a.number(), b.number())?)),
        }
    }

    /// The text of a regular expression that is written as one, or comes to one.
    pub fn pattern(&mut self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Regular(pattern) => Some(pattern.clone()),
            other => Some(self.value(other)?.text()),
        }
    }

    /// Sets a variable, an element or a field.
    pub fn assign(&mut self, place: &Expr, value: Value) -> Option<()> {
        self.moved(value.size())?;
        match place {
            Expr::Variable(name) => self.set(name, value),
            Expr::Element(name, keys) => {
                let key = self.key(keys)?;
                self.array(name).insert(key, value);
            }
            Expr::Field(of) => {
                let index = self.value(of)?.number().max(0.0) as usize;
                if index == 0 {
                    return self.set_line(value.text());
                }
                if index > MOST_FIELDS {
                    return None;
                }
                if index > self.fields.len() {
                    self.fields.resize(index, Value::default());
                }
                self.fields[index - 1] = value;
                self.stale = true;
            }
            _ => return None,
        }
        Some(())
    }

    fn call(&mut self, parameters: &[String], body: &Statement, arguments: &[Expr]) -> Option<Value> {
        if self.frames.len() >= MOST_CALLS {
            return None;
        }
        let mut frame = BTreeMap::new();
        for (index, name) in parameters.iter().enumerate() {
            let local = match arguments.get(index) {
                Some(Expr::Variable(given)) if self.may_be_array(given) => {
                    Local::Array(match self.frames.last().and_then(|it| it.get(given)) {
                        Some(Local::Array(own)) => own.clone(),
                        _ => given.clone(),
                    })
                }
                Some(argument) => Local::Value(self.value(argument)?),
                None => Local::Value(Value::Unset),
            };
            frame.insert(name.clone(), local);
        }
        self.frames.push(frame);
        let flow = self.statement(body);
        let depth = self.frames.len();
        self.frames.pop();
        self.arrays.retain(|name, _| !name.ends_with(&format!(" {depth}")));
        match flow? {
            Flow::Return(value) => Some(value),
            Flow::Exit | Flow::Next => None,
            _ => Some(Value::Unset),
        }
    }

    /// Whether a variable is an array, or may become one where it is handed to.
    fn may_be_array(&self, name: &str) -> bool {
        match self.frames.last().and_then(|it| it.get(name)) {
            Some(Local::Array(_)) => true,
            Some(Local::Value(_)) => false,
            None => self.arrays.contains_key(name) || !self.variables.contains_key(name) && name != "NF",
        }
    }
}

fn calculated(operator: &str, a: f64, b: f64) -> Option<f64> {
    Some(match operator {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "^" => a.powf(b),
        _ if b == 0.0 => return None,
        "/" => a / b,
        _ => a % b,
    })
}
