//! The words of a script: what of them is text, and what is put in when they are reached.

use std::sync::Arc;

use brush_parser::ParserOptions;
use brush_parser::word::{
    self, Parameter as ParsedParameter, ParameterExpr, ParameterTestType, SpecialParameter, WordPiece,
    WordPieceWithSource,
};

use super::script::{self, Node, Refused};

/// A word.
#[derive(Debug, Default)]
pub struct Word {
    /// Its pieces, in their order.
    pub pieces: Vec<Piece>,
    /// The scripts of its `$( .. )`, which run before it is put together.
    pub scripts: Vec<Arc<Node>>,
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
    /// What the script with this number printed.
    Output(usize),
    /// `$(( .. ))`: the text of the expression, whose parameters are put in first.
    Arithmetic(Box<Word>),
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
}

impl Word {
    /// A word that is text and nothing else.
    pub fn literal(text: &str) -> Self {
        let piece = Piece { of: Of::Text(text.to_owned()), quoted: true };
        Word { pieces: vec![piece], scripts: Vec::new() }
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
            let (parameter, operation) = expansion(expression, options)?;
            word.pieces.push(Piece { of: Of::Parameter(parameter, operation), quoted });
        }
        WordPiece::CommandSubstitution(script) | WordPiece::BackquotedCommandSubstitution(script) => {
            word.pieces.push(Piece { of: Of::Output(word.scripts.len()), quoted });
            word.scripts.push(script::parse(script)?);
        }
        WordPiece::ArithmeticExpression(expression) => {
            let inner = parse_text(&expression.value, options)?;
            if !inner.scripts.is_empty() {
                return Err(Refused::Construct("$((..$(..)..))".to_owned()));
            }
            word.pieces.push(Piece { of: Of::Arithmetic(Box::new(inner)), quoted });
        }
        WordPiece::TildeExpansion(_) => word.pieces.push(text("/root", true)),
        WordPiece::AnsiCQuotedText(_) => return Err(Refused::Construct("$'".to_owned())),
        WordPiece::GettextDoubleQuotedSequence(_) => return Err(Refused::Construct("$\"".to_owned())),
    }
    Ok(())
}

fn expansion(expression: &ParameterExpr, options: &ParserOptions) -> Result<(Parameter, Operation), Refused> {
    let word = |text: &Option<String>| match text {
        Some(text) => {
            let word = parse(text, options)?;
            if word.scripts.is_empty() { Ok(word) } else { Err(Refused::Construct("${..$(..)..}".to_owned())) }
        }
        None => Ok(Word::default()),
    };
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
            (parameter, Operation::WithoutSuffix(false, word(pattern)?))
        }
        ParameterExpr::RemoveLargestSuffixPattern { parameter, indirect: false, pattern } => {
            (parameter, Operation::WithoutSuffix(true, word(pattern)?))
        }
        ParameterExpr::RemoveSmallestPrefixPattern { parameter, indirect: false, pattern } => {
            (parameter, Operation::WithoutPrefix(false, word(pattern)?))
        }
        ParameterExpr::RemoveLargestPrefixPattern { parameter, indirect: false, pattern } => {
            (parameter, Operation::WithoutPrefix(true, word(pattern)?))
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
