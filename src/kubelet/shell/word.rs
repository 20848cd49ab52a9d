//! The words of a script: what of them is text, and what is put in when they are reached.

use std::sync::Arc;

use brush_parser::ParserOptions;
use brush_parser::word::{
    self, Parameter as ParsedParameter, ParameterExpr, ParameterTestType, SpecialParameter, SubstringMatchKind,
    WordPiece, WordPieceWithSource,
};

use super::arithmetic::Expression;
use super::script::{self, Node, Refused};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// `$NAME`.
    Named(String),
    /// `$1`.
    Positional(usize),
    /// `$@`, and with `true` `$*`.
    All(bool),
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
    /// `${a/pattern/word}`, as busybox has it.
    Replaced(Replaces, Box<Word>, Box<Word>),
}

impl Operation {
    fn asks(&self) -> bool {
        match self {
            Operation::Plain | Operation::Length => false,
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
            Of::Parameter(_, operation) => operation.asks(),
        })
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
pub fn parse(text: &str, options: &ParserOptions) -> Result<Word, Refused> {
    let pieces = word::parse(text, options).map_err(|_| bad_substitution())?;
    collected(&pieces, false, options)
}

/// Takes the text of a here document apart: quotes are text in it.
///
/// # Errors
/// As [`parse`].
pub fn parse_text(text: &str, options: &ParserOptions) -> Result<Word, Refused> {
    let pieces = word::parse_heredoc(text, options).map_err(|_| bad_substitution())?;
    collected(&pieces, true, options)
}

fn bad_substitution() -> Refused {
    Refused::Syntax("sh: syntax error: bad substitution\n".to_owned())
}

fn collected(pieces: &[WordPieceWithSource], quoted: bool, options: &ParserOptions) -> Result<Word, Refused> {
    let mut word = Word::default();
    for piece in pieces {
        add(&mut word, &piece.piece, quoted, options)?;
    }
    Ok(word)
}

fn add(word: &mut Word, piece: &WordPiece, quoted: bool, options: &ParserOptions) -> Result<(), Refused> {
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
                add(word, &piece.piece, true, options)?;
            }
        }
        WordPiece::ParameterExpansion(expression) => {
            let (parameter, operation) = expansion(expression, quoted, options)?;
            word.pieces.push(Piece { of: Of::Parameter(parameter, operation), quoted });
        }
        WordPiece::BackquotedCommandSubstitution(script) => {
            // A backslash before what has a meaning in backquotes is for those alone.
            let script = script.replace("\\$", "$").replace("\\\\", "\\");
            word.pieces.push(Piece { of: Of::Output(script::parse(&script)?), quoted });
        }
        WordPiece::CommandSubstitution(script) => {
            word.pieces.push(Piece { of: Of::Output(script::parse(script)?), quoted });
        }
        WordPiece::ArithmeticExpression(expression) => {
            let inner = Expression::new(parse_text(&expression.value, options)?);
            word.pieces.push(Piece { of: Of::Arithmetic(Box::new(inner)), quoted });
        }
        WordPiece::TildeExpansion(word::TildeExpr::Home) => word.pieces.push(Piece { of: Of::Home, quoted: true }),
        WordPiece::TildeExpansion(_) => return Err(Refused::Construct("~NAME".to_owned())),
        WordPiece::AnsiCQuotedText(_) => return Err(Refused::Construct("$'".to_owned())),
        WordPiece::GettextDoubleQuotedSequence(_) => return Err(Refused::Construct("$\"".to_owned())),
    }
    Ok(())
}

fn expansion(
    expression: &ParameterExpr,
    quoted: bool,
    options: &ParserOptions,
) -> Result<(Parameter, Operation), Refused> {
    let word = |text: &Option<String>| match text {
        // In quotes the word is quoted as well, but for what it quotes itself.
        Some(text) if quoted => parse(&format!("\"{text}\""), options),
        Some(text) => parse(text, options),
        None => Ok(Word::default()),
    };
    let pattern_of = |text: &Option<String>| text.as_ref().map_or_else(|| Ok(Word::default()), |it| parse(it, options));
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
            let length = length.as_ref().map(|it| parse_text(&it.value, options)).transpose()?;
            (parameter, Operation::Part(Box::new(parse_text(&offset.value, options)?), length.map(Box::new)))
        }
        ParameterExpr::ReplaceSubstring { parameter, indirect: false, pattern, replacement, match_kind } => {
            let replaces = match match_kind {
                SubstringMatchKind::FirstOccurrence => Replaces::First,
                SubstringMatchKind::Anywhere => Replaces::Each,
                SubstringMatchKind::Prefix => Replaces::Start,
                SubstringMatchKind::Suffix => Replaces::End,
            };
            let pattern = Box::new(parse(pattern, options)?);
            (parameter, Operation::Replaced(replaces, pattern, Box::new(word(replacement)?)))
        }
        _ => return Err(Refused::Construct("${..}, in a form that POSIX does not have".to_owned())),
    };
    Ok((parameter(of)?, operation))
}

fn parameter(parsed: &ParsedParameter) -> Result<Parameter, Refused> {
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
        other => return Err(Refused::Construct(other.to_string())),
    })
}
