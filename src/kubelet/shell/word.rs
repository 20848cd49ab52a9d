//! The words of a script: what of them is text, and what is put in when they are reached.

use std::sync::Arc;

use brush_parser::word::{
    self, Parameter as ParsedParameter, ParameterExpr, ParameterTestType, SpecialParameter, SubstringMatchKind,
    WordPiece, WordPieceWithSource,
};

use super::arithmetic::Expression;
use super::dialect::Dialect;
use super::script::{self, Node, Refused};

/// What makes a pattern of a word that is not quoted.
pub(super) const PATTERN: [char; 3] = ['*', '?', '['];

/// A word.
#[derive(Debug, Default)]
pub struct Word {
    /// Its pieces, in their order.
    pub pieces: Vec<Piece>,
}

/// A piece of a word.
#[derive(Debug)]
pub struct Piece {
    /// What it is.
    pub of: Of,
    /// Whether it stands in quotes: it is then neither split nor a pattern.
    pub quoted: bool,
}

/// What a piece is.
#[derive(Debug)]
pub enum Of {
    /// Text.
    Text(String),
    /// A parameter, with what is done to it.
    Parameter(Parameter, Operation),
    /// What this script prints.
    Output(Arc<Node>),
    /// `$(( .. ))`.
    Arithmetic(Box<Expression>),
    /// `~`: the home of whoever runs the shell.
    Home,
}

/// What a parameter expansion names.
#[derive(Clone, Debug)]
pub enum Parameter {
    /// `$NAME`.
    Named(String),
    /// `$1`.
    Positional(usize),
    /// `$@`, and with `true` `$*`.
    All(bool),
    /// `${a[1]}`: the name, and the index as an expression.
    Element(String, Arc<Word>),
    /// `${a[@]}`, and with `true` `${a[*]}`.
    Elements(String, bool),
    /// `${!a[@]}`.
    Indexes(String),
    /// `$#`.
    Count,
    /// `$?`.
    Status,
    /// `$$`.
    Process,
    /// `$!`.
    Background,
    /// `$0`.
    Name,
    /// `$-`.
    Flags,
}

impl Parameter {
    /// Whether it stands for as many fields as it has values, be it quoted or not.
    pub fn is_several(&self) -> bool {
        matches!(self, Parameter::All(false) | Parameter::Elements(_, false) | Parameter::Indexes(_))
    }
}

/// What is done to a parameter's value. With `true` an empty one counts as unset.
#[derive(Debug)]
pub enum Operation {
    /// Nothing.
    Plain,
    /// `${a:-word}`.
    Default(bool, Word),
    /// `${a:=word}`.
    Assign(bool, Word),
    /// `${a:?word}`.
    Required(bool, Word),
    /// `${a:+word}`.
    Alternative(bool, Word),
    /// `${#a}`.
    Length,
    /// `${a%word}`, and with `true` `${a%%word}`.
    WithoutSuffix(bool, Word),
    /// `${a#word}`, and with `true` `${a##word}`.
    WithoutPrefix(bool, Word),
    /// `${a:offset:length}`, as busybox has it: the texts of two expressions.
    Part(Box<Word>, Option<Box<Word>>),
    /// `${a^^}` and `${a,,}`, with `true` for upper case, and of the first character alone, as bash has it.
    Cased(bool, bool),
    /// `${!a}`: the value of the variable that is named by this one's, as bash has it.
    Indirect,
    /// `${a/pattern/word}`, as busybox has it.
    Replaced(Replaces, Box<Word>, Box<Word>),
}

impl Operation {
    fn asks(&self) -> bool {
        match self {
            Operation::Plain | Operation::Length | Operation::Cased(..) | Operation::Indirect => false,
            Operation::Default(_, word)
            | Operation::Assign(_, word)
            | Operation::Required(_, word)
            | Operation::Alternative(_, word)
            | Operation::WithoutSuffix(_, word)
            | Operation::WithoutPrefix(_, word) => word.asks(),
            Operation::Part(offset, length) => offset.asks() || length.as_ref().is_some_and(|it| it.asks()),
            Operation::Replaced(_, pattern, by) => pattern.asks() || by.asks(),
        }
    }
}

/// Which matches of a pattern are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaces {
    /// The first one.
    First,
    /// Each.
    Each,
    /// One at the start.
    Start,
    /// One at the end.
    End,
}

impl Word {
    /// A word that is text and nothing else.
    pub fn literal(text: &str) -> Self {
        let piece = Piece { of: Of::Text(text.to_owned()), quoted: true };
        Word { pieces: vec![piece] }
    }

    /// Whether a script has to run first whose output it takes.
    pub fn asks(&self) -> bool {
        self.pieces.iter().any(|it| match &it.of {
            Of::Text(_) | Of::Home => false,
            Of::Output(_) => true,
            Of::Arithmetic(expression) => expression.word.asks(),
            Of::Parameter(Parameter::Element(_, index), operation) => index.asks() || operation.asks(),
            Of::Parameter(_, operation) => operation.asks(),
        })
    }

    /// The value of a variable, which may not be set.
    pub fn value_of(name: &str) -> Self {
        let of = Of::Parameter(Parameter::Named(name.to_owned()), Operation::Default(false, Word::default()));
        Word { pieces: vec![Piece { of, quoted: true }] }
    }

    /// Whether it stands for its own text, whatever variables and files there are.
    pub fn is_written_out(&self) -> bool {
        let is_text = |it: &Piece| matches!(&it.of, Of::Text(text) if it.quoted || !text.contains(PATTERN));
        self.pieces.iter().all(is_text)
    }

    /// Its text, if it is text and nothing else.
    pub fn as_text(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece { of: Of::Text(text), .. }] => Some(text),
            _ => None,
        }
    }
}

/// Takes a word apart.
///
/// # Errors
/// [`Refused`] with what is wrong or not interpreted.
pub fn parse(text: &str, dialect: Dialect) -> Result<Word, Refused> {
    let pieces = word::parse(text, &dialect.options()).map_err(|_| bad_substitution())?;
    collected(&pieces, false, dialect)
}

/// Takes the text of a here document apart: quotes are text in it.
///
/// # Errors
/// As [`parse`].
pub fn parse_text(text: &str, dialect: Dialect) -> Result<Word, Refused> {
    let pieces = word::parse_heredoc(text, &dialect.options()).map_err(|_| bad_substitution())?;
    collected(&pieces, true, dialect)
}

fn bad_substitution() -> Refused {
    Refused::Syntax("sh: syntax error: bad substitution\n".to_owned())
}

fn collected(pieces: &[WordPieceWithSource], quoted: bool, dialect: Dialect) -> Result<Word, Refused> {
    let mut word = Word::default();
    for piece in pieces {
        add(&mut word, &piece.piece, quoted, dialect)?;
    }
    Ok(word)
}

fn add(word: &mut Word, piece: &WordPiece, quoted: bool, dialect: Dialect) -> Result<(), Refused> {
    let text = |text: &str, quoted: bool| Piece { of: Of::Text(text.to_owned()), quoted };
    match piece {
        WordPiece::Text(it) => word.pieces.push(text(it, quoted)),
        WordPiece::SingleQuotedText(it) => word.pieces.push(text(it, true)),
        WordPiece::EscapeSequence(it) => {
            // In quotes a backslash stands for itself before what needs none.
            let character = it.strip_prefix('\\').unwrap_or(it);
            let kept = quoted && !matches!(character, "$" | "`" | "\"" | "\\" | "\n");
            let shown = if kept {
                it
            } else if character == "\n" {
                ""
            } else {
                character
            };
            word.pieces.push(text(shown, true));
        }
        WordPiece::DoubleQuotedSequence(inner) => {
            if inner.is_empty() {
                word.pieces.push(text("", true));
            }
            for piece in inner {
                add(word, &piece.piece, true, dialect)?;
            }
        }
        WordPiece::ParameterExpansion(expression) => {
            let (parameter, operation) = expansion(expression, quoted, dialect)?;
            word.pieces.push(Piece { of: Of::Parameter(parameter, operation), quoted });
        }
        WordPiece::BackquotedCommandSubstitution(script) => {
            // A backslash before what has a meaning in backquotes is for those alone.
            let script = script.replace("\\$", "$").replace("\\\\", "\\");
            word.pieces.push(Piece { of: Of::Output(script::parse(&script, dialect)?), quoted });
        }
        WordPiece::CommandSubstitution(script) => {
            word.pieces.push(Piece { of: Of::Output(script::parse(script, dialect)?), quoted });
        }
        WordPiece::ArithmeticExpression(expression) => {
            let inner = Expression::new(parse_text(&expression.value, dialect)?);
            word.pieces.push(Piece { of: Of::Arithmetic(Box::new(inner)), quoted });
        }
        WordPiece::TildeExpansion(word::TildeExpr::Home) => word.pieces.push(Piece { of: Of::Home, quoted: true }),
        WordPiece::TildeExpansion(_) => return Err(Refused::Construct("~NAME".to_owned())),
        WordPiece::AnsiCQuotedText(it) if dialect == Dialect::Dash => {
            word.pieces.push(text("$", quoted));
            word.pieces.push(text(it, true));
        }
        WordPiece::AnsiCQuotedText(it) => {
            let it = it.replace("\\'", "'");
            word.pieces.push(text(&super::programs::unescaped(&it), true));
        }
        WordPiece::GettextDoubleQuotedSequence(_) => return Err(Refused::Construct("$\"".to_owned())),
    }
    Ok(())
}

fn expansion(expression: &ParameterExpr, quoted: bool, dialect: Dialect) -> Result<(Parameter, Operation), Refused> {
    let word = |text: &Option<String>| match text {
        // In quotes the word is quoted as well, but for what it quotes itself.
        Some(text) if quoted => parse(&format!("\"{text}\""), dialect),
        Some(text) => parse(text, dialect),
        None => Ok(Word::default()),
    };
    let pattern_of = |text: &Option<String>| text.as_ref().map_or_else(|| Ok(Word::default()), |it| parse(it, dialect));
    let counts_empty = |it: &ParameterTestType| matches!(it, ParameterTestType::UnsetOrNull);
    let (of, operation) = match expression {
        ParameterExpr::Parameter { parameter, indirect: false } => (parameter, Operation::Plain),
        ParameterExpr::UseDefaultValues { parameter, indirect: false, test_type, default_value } => {
            (parameter, Operation::Default(counts_empty(test_type), word(default_value)?))
        }
        ParameterExpr::AssignDefaultValues { parameter, indirect: false, test_type, default_value } => {
            (parameter, Operation::Assign(counts_empty(test_type), word(default_value)?))
        }
        ParameterExpr::IndicateErrorIfNullOrUnset { parameter, indirect: false, test_type, error_message } => {
            (parameter, Operation::Required(counts_empty(test_type), word(error_message)?))
        }
        ParameterExpr::UseAlternativeValue { parameter, indirect: false, test_type, alternative_value } => {
            (parameter, Operation::Alternative(counts_empty(test_type), word(alternative_value)?))
        }
        ParameterExpr::ParameterLength { parameter, indirect: false } => (parameter, Operation::Length),
        ParameterExpr::RemoveSmallestSuffixPattern { parameter, indirect: false, pattern } => {
            (parameter, Operation::WithoutSuffix(false, pattern_of(pattern)?))
        }
        ParameterExpr::RemoveLargestSuffixPattern { parameter, indirect: false, pattern } => {
            (parameter, Operation::WithoutSuffix(true, pattern_of(pattern)?))
        }
        ParameterExpr::RemoveSmallestPrefixPattern { parameter, indirect: false, pattern } => {
            (parameter, Operation::WithoutPrefix(false, pattern_of(pattern)?))
        }
        ParameterExpr::RemoveLargestPrefixPattern { parameter, indirect: false, pattern } => {
            (parameter, Operation::WithoutPrefix(true, pattern_of(pattern)?))
        }
        ParameterExpr::Substring { parameter, indirect: false, offset, length } => {
            let length = length.as_ref().map(|it| parse_text(&it.value, dialect)).transpose()?;
            (parameter, Operation::Part(Box::new(parse_text(&offset.value, dialect)?), length.map(Box::new)))
        }
        ParameterExpr::ReplaceSubstring { parameter, indirect: false, pattern, replacement, match_kind } => {
            let replaces = match match_kind {
                SubstringMatchKind::FirstOccurrence => Replaces::First,
                SubstringMatchKind::Anywhere => Replaces::Each,
                SubstringMatchKind::Prefix => Replaces::Start,
                SubstringMatchKind::Suffix => Replaces::End,
            };
            let pattern = Box::new(parse(pattern, dialect)?);
            (parameter, Operation::Replaced(replaces, pattern, Box::new(word(replacement)?)))
        }
        _ if dialect != Dialect::Bash => return Err(bad_substitution()),
        other => return of_bash(other),
    };
    Ok((parameter(of, dialect)?, operation))
}

/// The expansions that bash alone has.
fn of_bash(expression: &ParameterExpr) -> Result<(Parameter, Operation), Refused> {
    let is_nothing = |it: &Option<String>| it.as_deref().unwrap_or_default().is_empty();
    let (of, operation) = match expression {
        ParameterExpr::MemberKeys { variable_name, .. } => {
            return Ok((Parameter::Indexes(variable_name.clone()), Operation::Plain));
        }
        ParameterExpr::Parameter { parameter, indirect: true } => (parameter, Operation::Indirect),
        ParameterExpr::UppercasePattern { parameter, indirect: false, pattern } if is_nothing(pattern) => {
            (parameter, Operation::Cased(true, false))
        }
        ParameterExpr::UppercaseFirstChar { parameter, indirect: false, pattern } if is_nothing(pattern) => {
            (parameter, Operation::Cased(true, true))
        }
        ParameterExpr::LowercasePattern { parameter, indirect: false, pattern } if is_nothing(pattern) => {
            (parameter, Operation::Cased(false, false))
        }
        ParameterExpr::LowercaseFirstChar { parameter, indirect: false, pattern } if is_nothing(pattern) => {
            (parameter, Operation::Cased(false, true))
        }
        _ => return Err(Refused::Construct("${..}, in a form that POSIX does not have".to_owned())),
    };
    Ok((parameter(of, Dialect::Bash)?, operation))
}

fn parameter(parsed: &ParsedParameter, dialect: Dialect) -> Result<Parameter, Refused> {
    Ok(match parsed {
        ParsedParameter::Named(name) => Parameter::Named(name.clone()),
        ParsedParameter::Positional(number) => Parameter::Positional(*number as usize),
        ParsedParameter::Special(special) => match special {
            SpecialParameter::AllPositionalParameters { concatenate } => Parameter::All(*concatenate),
            SpecialParameter::PositionalParameterCount => Parameter::Count,
            SpecialParameter::LastExitStatus => Parameter::Status,
            SpecialParameter::ProcessId => Parameter::Process,
            SpecialParameter::LastBackgroundProcessId => Parameter::Background,
            SpecialParameter::ShellName => Parameter::Name,
            SpecialParameter::CurrentOptionFlags => Parameter::Flags,
        },
        _ if dialect != Dialect::Bash => return Err(bad_substitution()),
        ParsedParameter::NamedWithIndex { name, index } => {
            Parameter::Element(name.clone(), Arc::new(parse_text(index, dialect)?))
        }
        ParsedParameter::NamedWithAllIndices { name, concatenate } => Parameter::Elements(name.clone(), *concatenate),
    })
}
