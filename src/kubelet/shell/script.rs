//! A script as it is run: the syntax tree of the parser, with every word taken apart once.

use std::sync::Arc;

use brush_parser::ast::{self, CompoundCommand, IoFileRedirectKind, IoFileRedirectTarget, IoRedirect};
use brush_parser::{Parser, ParserOptions};

use super::complaint;
use super::word::{self, Word};

/// Why a script is not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A real shell would not run it either: its message.
    Syntax(String),
    /// A construct that is not interpreted here.
    Construct(String),
}

impl Refused {
    /// What a shell says of it, as a line. A construct that is not interpreted is named.
    pub fn complaint(&self) -> String {
        match self {
            Refused::Syntax(message) => message.clone(),
            Refused::Construct(construct) => complaint::unsupported(construct),
        }
    }
}

/// One command of a script.
#[derive(Debug)]
pub enum Node {
    /// Commands in a row; those with `true` run in the background.
    List(Vec<(Arc<Node>, bool)>),
    /// `a && b || c`: each further command with whether it wants success.
    AndOr(Arc<Node>, Vec<(bool, Arc<Node>)>),
    /// `! a | b`.
    Pipeline {
        /// Whether the status is turned round.
        negated: bool,
        /// The commands, each of which reads what the one before it prints.
        stages: Vec<Arc<Node>>,
    },
    /// A simple command.
    Simple(Simple),
    /// A compound command with its own redirections.
    Redirected(Arc<Node>, Vec<Redirect>),
    /// `( .. )`.
    Subshell(Arc<Node>),
    /// `if`, with each condition and what follows it, and what is left.
    If(Vec<(Arc<Node>, Arc<Node>)>, Option<Arc<Node>>),
    /// `while` and `until`.
    While {
        /// Whether it goes on while the condition fails.
        until: bool,
        /// The condition.
        condition: Arc<Node>,
        /// The body.
        body: Arc<Node>,
    },
    /// `for NAME in WORDS`; without words the positional parameters.
    For {
        /// The variable.
        name: String,
        /// What it goes through.
        words: Option<Vec<Word>>,
        /// The body.
        body: Arc<Node>,
    },
    /// `case`: the patterns of each arm, and what it runs.
    Case(Word, Vec<(Vec<Word>, Option<Arc<Node>>)>),
    /// The definition of a function.
    Function(String, Arc<Node>),
}

/// `A=1 command word > file`.
#[derive(Debug, Default)]
pub struct Simple {
    /// Variables that are set.
    pub assignments: Vec<(String, Word)>,
    /// The command and its arguments.
    pub words: Vec<Word>,
    /// The redirections.
    pub redirects: Vec<Redirect>,
    /// Whether other scripts have to run first, whose output it takes.
    pub asks: bool,
}

/// A redirection.
#[derive(Debug)]
pub struct Redirect {
    /// The descriptor that is redirected.
    pub fd: usize,
    /// Where to.
    pub to: RedirectTo,
}

/// Where a redirection leads.
#[derive(Debug)]
pub enum RedirectTo {
    /// `< file`.
    Read(Word),
    /// `> file`.
    Write(Word),
    /// `>> file`.
    Append(Word),
    /// `<> file`: what is there stays.
    Both(Word),
    /// `>&2`, `<&3`.
    Duplicate(usize),
    /// `>&-`.
    Close,
    /// `<< END`: a text.
    Text(Word),
}

fn options() -> ParserOptions {
    ParserOptions { sh_mode: true, posix_mode: true, ..ParserOptions::default() }
}

/// Reads a script.
///
/// # Errors
/// [`Refused`], with what is wrong or not interpreted.
pub fn parse(text: &str) -> Result<Arc<Node>, Refused> {
    let mut parser = Parser::new(text.as_bytes(), &options());
    let program = parser.parse_program().map_err(|error| Refused::Syntax(complaint::syntax(text, &error)))?;
    let mut items = Vec::new();
    for list in &program.complete_commands {
        items.extend(of_list(list)?);
    }
    Ok(Arc::new(Node::List(items)))
}

/// Whether more lines may make a script of `text`: something in it is still open.
pub fn is_unfinished(text: &str) -> bool {
    let line = text.trim_end_matches('\n');
    if (line.len() - line.trim_end_matches('\\').len()) % 2 == 1 {
        return true;
    }
    // What stands before the last newline tells whether the end came too soon or a word at the wrong place.
    match Parser::new(line.as_bytes(), &options()).parse_program() {
        Ok(_) => false,
        Err(error) => complaint::is_of_the_end(line, &error),
    }
}

fn refused<T>(construct: &str) -> Result<T, Refused> {
    Err(Refused::Construct(construct.to_owned()))
}

type Items = Vec<(Arc<Node>, bool)>;

fn of_list(list: &ast::CompoundList) -> Result<Items, Refused> {
    list.0
        .iter()
        .map(|ast::CompoundListItem(item, separator)| {
            Ok((of_and_or(item)?, matches!(separator, ast::SeparatorOperator::Async)))
        })
        .collect()
}

fn list(list: &ast::CompoundList) -> Result<Arc<Node>, Refused> {
    Ok(Arc::new(Node::List(of_list(list)?)))
}

fn of_and_or(list: &ast::AndOrList) -> Result<Arc<Node>, Refused> {
    let first = of_pipeline(&list.first)?;
    if list.additional.is_empty() {
        return Ok(first);
    }
    let rest = list.additional.iter().map(|it| match it {
        ast::AndOr::And(pipeline) => Ok((true, of_pipeline(pipeline)?)),
        ast::AndOr::Or(pipeline) => Ok((false, of_pipeline(pipeline)?)),
    });
    Ok(Arc::new(Node::AndOr(first, rest.collect::<Result<_, Refused>>()?)))
}

fn of_pipeline(pipeline: &ast::Pipeline) -> Result<Arc<Node>, Refused> {
    if pipeline.timed.is_some() {
        return refused("time");
    }
    let mut stages = pipeline.seq.iter().map(of_command).collect::<Result<Vec<_>, _>>()?;
    if !pipeline.bang && stages.len() == 1 {
        return Ok(stages.remove(0));
    }
    Ok(Arc::new(Node::Pipeline { negated: pipeline.bang, stages }))
}

fn of_command(command: &ast::Command) -> Result<Arc<Node>, Refused> {
    match command {
        ast::Command::Simple(simple) => Ok(Arc::new(Node::Simple(of_simple(simple)?))),
        ast::Command::Compound(compound, redirects) => with_redirects(of_compound(compound)?, redirects.as_ref()),
        ast::Command::Function(function) => {
            let ast::FunctionBody(body, redirects) = &function.body;
            let body = with_redirects(of_compound(body)?, redirects.as_ref())?;
            Ok(Arc::new(Node::Function(function.fname.value.clone(), body)))
        }
        ast::Command::ExtendedTest(..) => refused("[["),
    }
}

fn with_redirects(node: Arc<Node>, redirects: Option<&ast::RedirectList>) -> Result<Arc<Node>, Refused> {
    match redirects {
        Some(list) if !list.0.is_empty() => {
            let redirects = list.0.iter().map(of_redirect).collect::<Result<_, _>>()?;
            Ok(Arc::new(Node::Redirected(node, redirects)))
        }
        _ => Ok(node),
    }
}

fn of_compound(command: &CompoundCommand) -> Result<Arc<Node>, Refused> {
    Ok(match command {
        CompoundCommand::BraceGroup(group) => list(&group.list)?,
        CompoundCommand::Subshell(subshell) => Arc::new(Node::Subshell(list(&subshell.list)?)),
        CompoundCommand::ForClause(clause) => {
            let words = clause.values.as_ref().map(|words| words.iter().map(word_of).collect::<Result<_, _>>());
            let (name, body) = (clause.variable_name.clone(), list(&clause.body.list)?);
            Arc::new(Node::For { name, words: words.transpose()?, body })
        }
        CompoundCommand::CaseClause(clause) => {
            let arms = clause.cases.iter().map(|case| {
                let patterns = case.patterns.iter().map(word_of).collect::<Result<_, _>>()?;
                Ok((patterns, case.cmd.as_ref().map(list).transpose()?))
            });
            Arc::new(Node::Case(word_of(&clause.value)?, arms.collect::<Result<_, Refused>>()?))
        }
        CompoundCommand::IfClause(clause) => of_if(clause)?,
        CompoundCommand::WhileClause(clause) => of_while(clause, false)?,
        CompoundCommand::UntilClause(clause) => of_while(clause, true)?,
        CompoundCommand::Arithmetic(_) => return refused("(("),
        CompoundCommand::ArithmeticForClause(_) => return refused("for (("),
        CompoundCommand::Coprocess(_) => return refused("coproc"),
    })
}

fn of_while(clause: &ast::WhileOrUntilClauseCommand, until: bool) -> Result<Arc<Node>, Refused> {
    let ast::WhileOrUntilClauseCommand(condition, body, _) = clause;
    Ok(Arc::new(Node::While { until, condition: list(condition)?, body: list(&body.list)? }))
}

fn of_if(clause: &ast::IfClauseCommand) -> Result<Arc<Node>, Refused> {
    let mut arms = vec![(list(&clause.condition)?, list(&clause.then)?)];
    let mut otherwise = None;
    for part in clause.elses.iter().flatten() {
        match &part.condition {
            Some(condition) => arms.push((list(condition)?, list(&part.body)?)),
            None => otherwise = Some(list(&part.body)?),
        }
    }
    Ok(Arc::new(Node::If(arms, otherwise)))
}

fn word_of(it: &ast::Word) -> Result<Word, Refused> {
    word::parse(&it.value, &options())
}

fn of_simple(command: &ast::SimpleCommand) -> Result<Simple, Refused> {
    let mut simple = Simple::default();
    let prefix = command.prefix.iter().flat_map(|it| &it.0);
    for item in prefix {
        add(&mut simple, item)?;
    }
    if let Some(name) = &command.word_or_name {
        simple.words.push(word_of(name)?);
    }
    for item in command.suffix.iter().flat_map(|it| &it.0) {
        add(&mut simple, item)?;
    }
    let redirected = simple.redirects.iter().filter_map(|it| match &it.to {
        RedirectTo::Read(word)
        | RedirectTo::Write(word)
        | RedirectTo::Append(word)
        | RedirectTo::Both(word)
        | RedirectTo::Text(word) => Some(word),
        RedirectTo::Duplicate(_) | RedirectTo::Close => None,
    });
    let assigned = simple.assignments.iter().map(|(_, word)| word);
    simple.asks = simple.words.iter().chain(assigned).chain(redirected).any(Word::asks);
    Ok(simple)
}

fn add(simple: &mut Simple, item: &ast::CommandPrefixOrSuffixItem) -> Result<(), Refused> {
    use ast::CommandPrefixOrSuffixItem as Item;
    match item {
        Item::IoRedirect(redirect) => simple.redirects.push(of_redirect(redirect)?),
        Item::Word(word) => simple.words.push(word_of(word)?),
        // After the command, as in `export A=1`, it is a word like any other.
        Item::AssignmentWord(_, word) if !simple.words.is_empty() => simple.words.push(word_of(word)?),
        Item::AssignmentWord(assignment, _) => match (&assignment.name, &assignment.value) {
            (ast::AssignmentName::VariableName(name), ast::AssignmentValue::Scalar(value)) if !assignment.append => {
                simple.assignments.push((name.clone(), word_of(value)?));
            }
            _ => return refused(&assignment.to_string()),
        },
        Item::ProcessSubstitution(..) => return refused("<("),
    }
    Ok(())
}

fn of_redirect(redirect: &IoRedirect) -> Result<Redirect, Refused> {
    let number = |fd: Option<i32>, default: usize| fd.map_or(default, |it| usize::try_from(it).unwrap_or(default));
    match redirect {
        IoRedirect::File(fd, kind, IoFileRedirectTarget::Filename(name)) => {
            let word = word_of(name)?;
            let (default, to) = match kind {
                IoFileRedirectKind::Read => (0, RedirectTo::Read(word)),
                IoFileRedirectKind::Write | IoFileRedirectKind::Clobber => (1, RedirectTo::Write(word)),
                IoFileRedirectKind::Append => (1, RedirectTo::Append(word)),
                IoFileRedirectKind::ReadAndWrite => (0, RedirectTo::Both(word)),
                _ => return refused(&redirect.to_string()),
            };
            Ok(Redirect { fd: number(*fd, default), to })
        }
        IoRedirect::File(
            fd,
            kind @ (IoFileRedirectKind::DuplicateOutput | IoFileRedirectKind::DuplicateInput),
            target,
        ) => {
            let default = usize::from(matches!(kind, IoFileRedirectKind::DuplicateOutput));
            let to = match target {
                IoFileRedirectTarget::Fd(from) => usize::try_from(*from).ok().map(RedirectTo::Duplicate),
                IoFileRedirectTarget::Duplicate(word) if word.value == "-" => Some(RedirectTo::Close),
                IoFileRedirectTarget::Duplicate(word) => word.value.parse().ok().map(RedirectTo::Duplicate),
                _ => None,
            };
            match to {
                // A shell has ten descriptors for scripts.
                Some(RedirectTo::Duplicate(from)) if from > 9 => refused(&redirect.to_string()),
                Some(to) => Ok(Redirect { fd: number(*fd, default), to }),
                None => refused(&redirect.to_string()),
            }
        }
        IoRedirect::HereDocument(fd, document) => {
            let text = if document.requires_expansion {
                word::parse_text(&document.doc.value, &options())?
            } else {
                Word::literal(&document.doc.value)
            };
            Ok(Redirect { fd: number(*fd, 0), to: RedirectTo::Text(text) })
        }
        _ => refused(&redirect.to_string()),
    }
}
