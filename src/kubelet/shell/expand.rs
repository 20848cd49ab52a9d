//! What words become when they are reached: parameters, arithmetic, fields, file names (POSIX 2.6).
//!
//! A word that comes to a `$( .. )` whose output is not there yet asks for it, and is put together anew once it is.

use std::sync::Arc;

use super::arithmetic::{self, Expression, Variables};
use super::arrays;
use super::dialect::Dialect;
use super::files::{Files, absolute};
use super::pattern::Pattern;
use super::script::Node;
use super::task::{Task, Variable};
use super::word::{Of, Operation, PATTERN, Parameter, Piece, Replaces, Word};

/// The longest text that a shell puts together, in bytes.
const MOST_TEXT: usize = 8 << 20;
/// What it says of a longer one.
pub(super) const OUT_OF_MEMORY: &str = "out of memory";

/// Why a word cannot be put together.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The shell ends with this message.
    Message(String),
    /// The value is not known here.
    Unknown(String),
    /// This script has to run first.
    Needs(Arc<Node>),
}

/// What the scripts of words printed, handed out in the order in which the words ask.
#[derive(Debug)]
pub struct Outputs<'a> {
    done: &'a [String],
    used: usize,
}

impl<'a> Outputs<'a> {
    /// The outputs of the first scripts.
    pub fn new(done: &'a [String]) -> Self {
        Outputs { done, used: 0 }
    }

    fn next(&mut self, script: &Arc<Node>) -> Result<String, Failure> {
        let text = self.done.get(self.used).cloned();
        self.used += 1;
        text.ok_or_else(|| Failure::Needs(script.clone()))
    }
}

type Characters = Vec<(char, bool)>;

/// A field under way.
#[derive(Debug, Default)]
struct Field {
    text: Characters,
    quoted: bool,
}

struct Expansion<'a, 'b> {
    task: &'a mut Task,
    outputs: &'a mut Outputs<'b>,
    done: Vec<Field>,
    field: Field,
    /// Whether the last field ended with a blank, which belongs to a separator that may follow.
    after_blank: bool,
}

fn begin<'a, 'b>(task: &'a mut Task, outputs: &'a mut Outputs<'b>) -> Expansion<'a, 'b> {
    Expansion { task, outputs, done: Vec::new(), field: Field::default(), after_blank: false }
}

/// The fields of `words`.
pub fn fields(
    task: &mut Task,
    files: &Files,
    words: &[Word],
    outputs: &mut Outputs<'_>,
) -> Result<Vec<String>, Failure> {
    let mut all = Vec::with_capacity(words.len());
    for word in words {
        if let Some(field) = plain_field(task, word) {
            all.push(field);
            continue;
        }
        let mut expansion = begin(task, outputs);
        expansion.word(word, true)?;
        expansion.end_field();
        let done = expansion.done;
        for field in done {
            if task.options.noglob {
                all.push(field.text.iter().map(|(it, _)| *it).collect());
            } else {
                all.extend(file_names(files, &task.folder, &field.text));
            }
        }
    }
    Ok(all)
}

/// The field that a word is which is neither split nor matched, if that shows at once.
fn plain_field(task: &Task, word: &Word) -> Option<String> {
    if let [Piece { of: Of::Text(text), quoted }] = word.pieces.as_slice() {
        return (*quoted || !text.contains(PATTERN)).then(|| text.clone());
    }
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || b"-_./:,+=%@".contains(&it);
    let (mut field, mut quoted) = (String::new(), false);
    for piece in &word.pieces {
        match &piece.of {
            Of::Text(text) if piece.quoted || !text.contains(PATTERN) => field.push_str(text),
            Of::Parameter(Parameter::Named(name), Operation::Plain) => {
                let value = task.variable(name)?;
                if !piece.quoted && (!value.bytes().all(is_plain) || task.variables.contains_key("IFS")) {
                    return None;
                }
                field.push_str(value);
            }
            _ => return None,
        }
        quoted |= piece.quoted;
    }
    ((quoted || !field.is_empty()) && field.len() <= MOST_TEXT).then_some(field)
}

/// `word` as one text, neither split nor matched: what an assignment or a redirection takes.
pub fn text(task: &mut Task, word: &Word, outputs: &mut Outputs<'_>) -> Result<String, Failure> {
    let mut all = String::new();
    for piece in &word.pieces {
        match &piece.of {
            Of::Text(text) => all.push_str(text),
            Of::Output(script) => all.push_str(&outputs.next(script)?),
            Of::Arithmetic(expression) => all.push_str(&computed(task, expression, outputs)?.to_string()),
            Of::Parameter(Parameter::Named(name), Operation::Plain) if task.variable(name).is_some() => {
                all.push_str(task.variable(name).unwrap_or_default());
            }
            Of::Home | Of::Parameter(..) => {
                let mut expansion = begin(task, outputs);
                expansion.piece(piece, false)?;
                all.extend(expansion.field.text.iter().map(|(it, _)| *it));
            }
        }
        held(all.len())?;
    }
    Ok(all)
}

/// The characters of `word`, and whether each is quoted.
pub fn quoted_text(task: &mut Task, word: &Word, outputs: &mut Outputs<'_>) -> Result<Vec<(char, bool)>, Failure> {
    characters(task, word, outputs)
}

/// `word` as a pattern.
pub fn pattern(task: &mut Task, word: &Word, outputs: &mut Outputs<'_>) -> Result<Pattern, Failure> {
    Ok(Pattern::new(&characters(task, word, outputs)?))
}

fn characters(task: &mut Task, word: &Word, outputs: &mut Outputs<'_>) -> Result<Characters, Failure> {
    let mut expansion = begin(task, outputs);
    expansion.word(word, false)?;
    let mut all = Characters::new();
    for field in expansion.done {
        all.extend(field.text);
        all.push((' ', true));
    }
    all.extend(expansion.field.text);
    Ok(all)
}

/// The value of the expression that `word` comes to.
pub fn number(task: &mut Task, word: &Word, outputs: &mut Outputs<'_>) -> Result<i64, Failure> {
    let text = text(task, word, outputs)?;
    arithmetic::evaluate(&text, task).map_err(Failure::Message)
}

/// The value of an expression.
fn computed(task: &mut Task, expression: &Expression, outputs: &mut Outputs<'_>) -> Result<i64, Failure> {
    match expression.known(task) {
        Some(value) => value.map_err(Failure::Message),
        None => number(task, &expression.word, outputs),
    }
}

/// Whether a shell has room for a text of so many bytes.
fn held(bytes: usize) -> Result<(), Failure> {
    if bytes > MOST_TEXT { Err(Failure::Message(OUT_OF_MEMORY.to_owned())) } else { Ok(()) }
}

impl Expansion<'_, '_> {
    fn word(&mut self, word: &Word, splits: bool) -> Result<(), Failure> {
        word.pieces.iter().try_for_each(|it| self.piece(it, splits))
    }

    fn piece(&mut self, piece: &Piece, splits: bool) -> Result<(), Failure> {
        self.field.quoted |= piece.quoted && !matches!(&piece.of, Of::Parameter(it, _) if it.is_several());
        match &piece.of {
            Of::Text(text) => self.push(text, piece.quoted),
            Of::Output(script) => {
                let text = self.outputs.next(script)?;
                self.value(&text, piece.quoted, splits);
            }
            Of::Arithmetic(expression) => {
                let value = computed(self.task, expression, self.outputs)?;
                self.push(&value.to_string(), true);
            }
            Of::Home => {
                let home = self.task.variable("HOME").unwrap_or("/root").to_owned();
                self.push(&home, true);
            }
            Of::Parameter(Parameter::All(joined), Operation::Plain) if !(*joined && piece.quoted) && splits => {
                let args = self.task.args.clone();
                self.all(&args, piece.quoted);
            }
            Of::Parameter(Parameter::Elements(name, joined), Operation::Plain)
                if !(*joined && piece.quoted) && splits =>
            {
                let values: Vec<String> = arrays::elements(self.task, name).into_iter().map(|it| it.1).collect();
                self.all(&values, piece.quoted);
            }
            Of::Parameter(Parameter::Indexes(name), _) => {
                let indexes = arrays::elements(self.task, name).into_iter().map(|it| it.0.to_string());
                self.all(&indexes.collect::<Vec<_>>(), piece.quoted);
            }
            Of::Parameter(Parameter::Elements(name, _), Operation::Length) => {
                let count = arrays::elements(self.task, name).len();
                self.push(&count.to_string(), piece.quoted);
            }
            Of::Parameter(parameter, operation) => self.parameter(parameter, operation, piece.quoted, splits)?,
        }
        held(self.field.text.len())
    }

    fn push(&mut self, text: &str, quoted: bool) {
        self.after_blank &= text.is_empty();
        self.field.text.extend(text.chars().map(|it| (it, quoted)));
    }

    fn end_field(&mut self) {
        let field = std::mem::take(&mut self.field);
        if field.quoted || !field.text.is_empty() {
            self.done.push(field);
        }
    }

    /// Puts a value in. It is split into fields unless it is quoted; blanks around another separator belong to that.
    fn value(&mut self, text: &str, quoted: bool, splits: bool) {
        if quoted || !splits {
            return self.push(text, quoted);
        }
        let separators = self.task.variable("IFS").unwrap_or(" \t\n").to_owned();
        let mut rest = text;
        while let Some(at) = rest.find(|it| separators.contains(it)) {
            self.push(&rest[..at], false);
            let separator = rest[at..].chars().next().unwrap_or(' ');
            if separator.is_whitespace() {
                let had = self.field.quoted || !self.field.text.is_empty();
                self.end_field();
                self.after_blank |= had;
            } else if std::mem::take(&mut self.after_blank) {
                self.end_field();
            } else {
                self.field.quoted = true;
                self.end_field();
            }
            rest = &rest[at + separator.len_utf8()..];
        }
        self.push(rest, false);
    }

    fn all(&mut self, args: &[String], quoted: bool) {
        for (i, arg) in args.iter().enumerate() {
            if i > 0 {
                self.end_field();
            }
            self.field.quoted |= quoted;
            self.value(arg, quoted, true);
        }
    }

    fn parameter(&mut self, of: &Parameter, operation: &Operation, quoted: bool, splits: bool) -> Result<(), Failure> {
        let value = self.lookup(of)?;
        let is_set = |empty_counts: bool| value.as_ref().is_some_and(|it| !empty_counts || !it.is_empty());
        match operation {
            Operation::Default(empty, word) if !is_set(*empty) => return self.word(word, splits && !quoted),
            Operation::Alternative(empty, word) => {
                return if is_set(*empty) { self.word(word, splits && !quoted) } else { Ok(()) };
            }
            Operation::Assign(empty, word) if !is_set(*empty) => {
                let text = text(self.task, word, self.outputs)?;
                if let Parameter::Named(name) = of
                    && !self.task.assign(name, text.clone())
                {
                    return Err(Failure::Message(format!("{name}: is read only")));
                }
                self.value(&text, quoted, splits);
                return Ok(());
            }
            Operation::Required(empty, word) if !is_set(*empty) => {
                let said = text(self.task, word, self.outputs)?;
                let said = if said.is_empty() { "parameter not set".to_owned() } else { said };
                return Err(Failure::Message(format!("{}: {said}", name_of(of))));
            }
            _ => {}
        }
        if value.is_none() && self.task.options.nounset && !matches!(of, Parameter::All(_)) {
            return Err(Failure::Message(format!("{}: parameter not set", name_of(of))));
        }
        let shown = self.changed(value.unwrap_or_default(), operation)?;
        self.value(&shown, quoted, splits);
        Ok(())
    }

    /// `value` after what is done to it.
    fn changed(&mut self, value: String, operation: &Operation) -> Result<String, Failure> {
        Ok(match operation {
            Operation::Length => value.chars().count().to_string(),
            Operation::WithoutSuffix(longest, word) => {
                without(&value, &pattern(self.task, word, self.outputs)?, *longest, false)
            }
            Operation::WithoutPrefix(longest, word) => {
                without(&value, &pattern(self.task, word, self.outputs)?, *longest, true)
            }
            Operation::Part(offset, length) => {
                let offset = number(self.task, offset, self.outputs)?;
                let length = length.as_ref().map(|it| number(self.task, it, self.outputs)).transpose()?;
                part(&value, offset, length)
            }
            Operation::Replaced(replaces, word, by) => {
                let pattern = pattern(self.task, word, self.outputs)?;
                let by = text(self.task, by, self.outputs)?;
                replaced(&value, &pattern, &by, *replaces)
            }
            Operation::Cased(upper, first) => cased(&value, *upper, *first),
            Operation::Indirect => self.task.variable(&value).unwrap_or_default().to_owned(),
            _ => value,
        })
    }

    fn lookup(&mut self, parameter: &Parameter) -> Result<Option<String>, Failure> {
        let task = &mut *self.task;
        Ok(match parameter {
            Parameter::Named(name) => match task.variables.get(name.as_str()) {
                Some(Variable { value: None, .. }) => return Err(Failure::Unknown(format!("${name}"))),
                Some(it) => it.value.as_deref().map(str::to_owned),
                None if task.dialect == Dialect::Bash && arrays::get(task, name, 0).is_some() => {
                    arrays::get(task, name, 0)
                }
                None => match name.as_str() {
                    "IFS" => Some(" \t\n".to_owned()),
                    "PWD" => Some(task.folder.to_string()),
                    "PPID" => Some(task.parent.to_string()),
                    "LINENO" if task.dialect == Dialect::Bash => Some(task.line.to_string()),
                    "BASH_VERSION" if task.dialect == Dialect::Bash => Some("5.2.37(1)-release".to_owned()),
                    "OPTIND" => Some("1".to_owned()),
                    "RANDOM" if task.dialect != Dialect::Dash => Some(task.next_random().to_string()),
                    _ => None,
                },
            },
            Parameter::Positional(0) | Parameter::Name => Some(task.name.to_string()),
            Parameter::Positional(number) => task.args.get(number - 1).cloned(),
            Parameter::All(joined) => {
                let separator = match task.variable("IFS") {
                    Some(separators) if *joined => separators.chars().next().map(String::from).unwrap_or_default(),
                    _ => " ".to_owned(),
                };
                (!task.args.is_empty()).then(|| task.args.join(&separator))
            }
            Parameter::Element(name, index) => {
                let index = number(task, index, self.outputs)?;
                arrays::get(task, name, index)
            }
            Parameter::Elements(name, _) => {
                let values: Vec<String> = arrays::elements(task, name).into_iter().map(|it| it.1).collect();
                (!values.is_empty()).then(|| values.join(" "))
            }
            Parameter::Indexes(_) => None,
            Parameter::Count => Some(task.args.len().to_string()),
            Parameter::Status => Some(task.status.to_string()),
            Parameter::Process => Some(task.shell.to_string()),
            Parameter::Background => task.background.map(|it| it.to_string()),
            Parameter::Flags => Some(task.options.letters()),
        })
    }
}

fn name_of(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Named(name) => name.clone(),
        Parameter::Positional(number) => number.to_string(),
        Parameter::Background => "!".to_owned(),
        _ => "parameter".to_owned(),
    }
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

/// `value` in upper or lower case, or its first character.
fn cased(value: &str, upper: bool, first: bool) -> String {
    let changed = |it: &str| if upper { it.to_uppercase() } else { it.to_lowercase() };
    let end = if first { value.chars().next().map_or(0, char::len_utf8) } else { value.len() };
    changed(&value[..end]) + &value[end..]
}

/// The characters from `offset` on, which counts from the end when it is negative.
fn part(value: &str, offset: i64, length: Option<i64>) -> String {
    let count = i64::try_from(value.chars().count()).unwrap_or(i64::MAX);
    let start = if offset < 0 { (count + offset).max(0) } else { offset.min(count) };
    let end = match length {
        Some(length) if length < 0 => (count + length).max(start),
        Some(length) => start.saturating_add(length).min(count),
        None => count,
    };
    let whole = |it: i64| usize::try_from(it).unwrap_or(0);
    value.chars().skip(whole(start)).take(whole(end - start)).collect()
}

/// `value` with the longest matches of a pattern replaced.
fn replaced(value: &str, pattern: &Pattern, by: &str, replaces: Replaces) -> String {
    let ends: Vec<usize> = value.char_indices().map(|(at, _)| at).chain([value.len()]).collect();
    let (mut out, mut at, mut once) = (String::new(), 0, false);
    while at < value.len() {
        let may = match replaces {
            Replaces::Start => at == 0,
            Replaces::First => !once,
            Replaces::Each | Replaces::End => true,
        };
        let whole = |end: &&usize| **end > at && (replaces != Replaces::End || **end == value.len());
        let found = ends.iter().rev().filter(whole).find(|end| pattern.matches(&value[at..**end]));
        match found.filter(|_| may) {
            Some(end) => {
                out.push_str(by);
                (at, once) = (*end, true);
            }
            None => {
                let next = value[at..].chars().next().map_or(1, char::len_utf8);
                out.push_str(&value[at..at + next]);
                at += next;
            }
        }
    }
    out
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
    fn get(&self, name: &str) -> &str {
        self.variable(name).unwrap_or_default()
    }

    fn set(&mut self, name: &str, value: i64) {
        self.assign(name, value.to_string());
    }
}
