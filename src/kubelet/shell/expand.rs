//! What words become when they are reached: parameters, arithmetic, fields, file names (POSIX 2.6).

use std::sync::Arc;

use super::arithmetic::{self, Variables};
use super::files::{Files, absolute};
use super::pattern::Pattern;
use super::task::{Task, Variable};
use super::word::{Of, Operation, Parameter, Word};

/// Why a word cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The shell ends with this message.
    Message(String),
    /// The value is not known here.
    Unknown(String),
}

type Characters = Vec<(char, bool)>;

/// A field under way.
#[derive(Debug, Default)]
struct Field {
    text: Characters,
    quoted: bool,
}

struct Expansion<'a> {
    task: &'a mut Task,
    outputs: &'a [String],
    done: Vec<Field>,
    field: Field,
}

/// The fields of `words`, whose scripts printed `outputs`.
pub fn fields(task: &mut Task, files: &Files, words: &[Word], outputs: &[String]) -> Result<Vec<String>, Failure> {
    let mut all = Vec::with_capacity(words.len());
    let mut used = 0;
    for word in words {
        let own = outputs.get(used..used + word.scripts.len()).unwrap_or_default();
        used += word.scripts.len();
        if let [piece] = word.pieces.as_slice()
            && let Of::Text(text) = &piece.of
            && (piece.quoted || !text.contains(['*', '?', '[']))
        {
            all.push(text.clone());
            continue;
        }
        let mut expansion = Expansion { task, outputs: own, done: Vec::new(), field: Field::default() };
        expansion.word(word, true)?;
        expansion.end_field();
        let (done, folder) = (expansion.done, task.folder.clone());
        for field in done {
            all.extend(file_names(files, &folder, &field.text));
        }
    }
    Ok(all)
}

/// `word` as one text, neither split nor matched: what an assignment or a redirection takes.
pub fn text(task: &mut Task, word: &Word, outputs: &[String]) -> Result<String, Failure> {
    Ok(characters(task, word, outputs)?.into_iter().map(|(it, _)| it).collect())
}

/// `word` as a pattern.
pub fn pattern(task: &mut Task, word: &Word, outputs: &[String]) -> Result<Pattern, Failure> {
    Ok(Pattern::new(&characters(task, word, outputs)?))
}

fn characters(task: &mut Task, word: &Word, outputs: &[String]) -> Result<Characters, Failure> {
    let mut expansion = Expansion { task, outputs, done: Vec::new(), field: Field::default() };
    expansion.word(word, false)?;
    let mut all = Characters::new();
    for field in expansion.done {
        all.extend(field.text);
        all.push((' ', true));
    }
    all.extend(expansion.field.text);
    Ok(all)
}

impl Expansion<'_> {
    fn word(&mut self, word: &Word, splits: bool) -> Result<(), Failure> {
        for piece in &word.pieces {
            self.field.quoted |= piece.quoted;
            match &piece.of {
                Of::Text(text) => self.push(text, piece.quoted),
                Of::Output(index) => {
                    let text = self.outputs.get(*index).cloned().unwrap_or_default();
                    self.value(&text, piece.quoted || !splits);
                }
                Of::Arithmetic(expression) => {
                    let text = text(self.task, expression, &[])?;
                    let value = arithmetic::evaluate(&text, self.task).map_err(message)?;
                    self.push(&value.to_string(), true);
                }
                Of::Parameter(Parameter::All(joined), Operation::Plain) if !(*joined && piece.quoted) && splits => {
                    self.all(piece.quoted);
                }
                Of::Parameter(parameter, operation) => self.parameter(parameter, operation, piece.quoted, splits)?,
            }
        }
        Ok(())
    }

    fn push(&mut self, text: &str, quoted: bool) {
        self.field.text.extend(text.chars().map(|it| (it, quoted)));
    }

    fn end_field(&mut self) {
        let field = std::mem::take(&mut self.field);
        if field.quoted || !field.text.is_empty() {
            self.done.push(field);
        }
    }

    /// Puts a value in, split into fields at blanks unless it is quoted.
    fn value(&mut self, text: &str, quoted: bool) {
        if quoted {
            return self.push(text, true);
        }
        let separators = self.task.variable("IFS").unwrap_or(" \t\n").to_owned();
        let mut rest = text;
        while let Some(at) = rest.find(|it| separators.contains(it)) {
            self.push(&rest[..at], false);
            let separator = rest[at..].chars().next().unwrap_or(' ');
            if !separator.is_whitespace() {
                self.field.quoted = true;
            }
            self.end_field();
            rest = &rest[at + separator.len_utf8()..];
        }
        self.push(rest, false);
    }

    fn all(&mut self, quoted: bool) {
        let args = self.task.args.clone();
        for (i, arg) in args.iter().enumerate() {
            if i > 0 {
                self.end_field();
            }
            self.field.quoted |= quoted;
            self.value(arg, quoted);
        }
        if args.is_empty() && self.field.text.is_empty() {
            self.field.quoted = false;
        }
    }

    fn parameter(&mut self, of: &Parameter, operation: &Operation, quoted: bool, splits: bool) -> Result<(), Failure> {
        let value = self.lookup(of)?;
        let is_set = |empty_counts: bool| value.as_ref().is_some_and(|it| !empty_counts || !it.is_empty());
        let as_is = quoted || !splits;
        match operation {
            Operation::Default(empty, word) if !is_set(*empty) => return self.word(word, !as_is),
            Operation::Alternative(empty, word) => {
                return if is_set(*empty) { self.word(word, !as_is) } else { Ok(()) };
            }
            Operation::Assign(empty, word) if !is_set(*empty) => {
                let text = text(self.task, word, &[])?;
                if let Parameter::Named(name) = of {
                    self.task.assign(name, text.clone());
                }
                self.value(&text, as_is);
                return Ok(());
            }
            Operation::Required(empty, word) if !is_set(*empty) => {
                let said = text(self.task, word, &[])?;
                let said = if said.is_empty() { "parameter not set".to_owned() } else { said };
                return Err(Failure::Message(format!("{}: {said}", name_of(of))));
            }
            _ => {}
        }
        if value.is_none() && self.task.stops_on_unset && !matches!(of, Parameter::All(_)) {
            return Err(Failure::Message(format!("{}: parameter not set", name_of(of))));
        }
        let value = value.unwrap_or_default();
        let shown = match operation {
            Operation::Length => value.chars().count().to_string(),
            Operation::WithoutSuffix(longest, word) => {
                without(&value, &pattern(self.task, word, &[])?, *longest, false)
            }
            Operation::WithoutPrefix(longest, word) => without(&value, &pattern(self.task, word, &[])?, *longest, true),
            _ => value,
        };
        self.value(&shown, as_is);
        Ok(())
    }

    fn lookup(&self, parameter: &Parameter) -> Result<Option<String>, Failure> {
        let task = &*self.task;
        Ok(match parameter {
            Parameter::Named(name) => match task.variables.get(name) {
                Some(Variable { value: None, .. }) => return Err(Failure::Unknown(format!("${name}"))),
                other => other.and_then(|it| it.value.clone()),
            },
            Parameter::Positional(0) | Parameter::Name => Some("sh".to_owned()),
            Parameter::Positional(number) => task.args.get(number - 1).cloned(),
            Parameter::All(_) => (!task.args.is_empty()).then(|| task.args.join(" ")),
            Parameter::Count => Some(task.args.len().to_string()),
            Parameter::Status => Some(task.status.to_string()),
            Parameter::Process => Some("1".to_owned()),
            Parameter::Background => task.background.map(|it| it.to_string()),
            Parameter::Flags => Some(if task.stops_on_error { "e" } else { "" }.to_owned()),
        })
    }
}

fn name_of(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Named(name) => name.clone(),
        Parameter::Positional(number) => number.to_string(),
        _ => "parameter".to_owned(),
    }
}

fn message(text: String) -> Failure {
    Failure::Message(text)
}

/// `value` without the shortest or longest start or end that the pattern matches.
fn without(value: &str, pattern: &Pattern, longest: bool, prefix: bool) -> String {
    let ends: Vec<usize> = value.char_indices().map(|(at, _)| at).chain([value.len()]).collect();
    let matches = |at: &&usize| pattern.matches(if prefix { &value[..**at] } else { &value[**at..] });
    let found = if prefix == longest { ends.iter().rev().find(matches) } else { ends.iter().find(matches) };
    match found {
        Some(at) if prefix => value[*at..].to_owned(),
        Some(at) => value[..*at].to_owned(),
        None => value.to_owned(),
    }
}

/// The files that a field matches; the field itself when it is no pattern or matches none.
fn file_names(files: &Files, folder: &str, field: &Characters) -> Vec<String> {
    let plain = || vec![field.iter().map(|(it, _)| *it).collect::<String>()];
    if Pattern::new(field).is_plain() {
        return plain();
    }
    let mut found: Vec<String> = vec![String::new()];
    for (i, part) in field.split(|it| *it == ('/', false)).enumerate() {
        let pattern = Pattern::new(part);
        let text: String = part.iter().map(|(it, _)| *it).collect();
        let join = |start: &String, name: &str| if i == 0 { name.to_owned() } else { format!("{start}/{name}") };
        found = found
            .iter()
            .flat_map(|start| {
                if pattern.is_plain() {
                    return vec![join(start, &text)];
                }
                let at = absolute(folder, if i > 0 && start.is_empty() { "/" } else { start });
                let shown = |it: &String| !it.starts_with('.') || text.starts_with('.');
                let names = files.names(&at).into_iter().filter(|it| pattern.matches(it) && shown(it));
                names.map(|name| join(start, &name)).collect()
            })
            .collect();
    }
    found.retain(|it| files.get(&absolute(folder, it)).is_some());
    if found.is_empty() { plain() } else { found }
}

impl Variables for Task {
    fn get(&self, name: &str) -> String {
        self.variable(name).unwrap_or_default().to_owned()
    }

    fn set(&mut self, name: &str, value: i64) {
        self.assign(name, value.to_string());
    }
}

/// The scripts of `words`, in the order in which they run.
pub fn scripts<'a>(words: impl IntoIterator<Item = &'a Word>) -> impl Iterator<Item = &'a Arc<super::script::Node>> {
    words.into_iter().flat_map(|it| &it.scripts)
}
