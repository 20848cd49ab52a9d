//! A script as it is run: the syntax tree of the parser, with every word taken apart once.

use std::sync::Arc;

use brush_parser::Parser;
use brush_parser::ast::{
    self, CompoundCommand, IoFileRedirectKind, IoFileRedirectTarget, IoRedirect, SourceLocation as _,
};

use super::arrays::Change;
use super::complaint;
use super::dialect::Dialect;
use super::truths::{self, Truth};
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
    /// `[[ .. ]]`.
    Test(Truth),
    /// `(( .. ))`: the text of the expression.
    Arithmetic(Word),
    /// `for ((..; ..; ..))`.
    ForArithmetic {
        /// What comes first.
        init: Arc<Node>,
        /// Whether there is a first turn.
        first: Arc<Node>,
        /// The loop, whose condition changes what is to be changed after a turn.
        turn: Arc<Node>,
    },
    /// The definition of a function.
    Function(String, Arc<Node>),
}

/// The programs and builtins that print or decide about the exit status, and need nothing but their arguments and the time.
const PRINTERS: [&str; 7] = [":", "date", "echo", "exit", "false", "printf", "true"];

impl Node {
    /// Whether it prints and does nothing else: each of its commands is written out, takes no time, and neither touches a file
    /// nor a variable.
    pub fn only_prints(&self) -> bool {
        match self {
            Node::List(items) => items.iter().all(|(it, in_background)| !in_background && it.only_prints()),
            Node::AndOr(first, rest) => first.only_prints() && rest.iter().all(|(_, it)| it.only_prints()),
            Node::Simple(it) => it.only_prints(),
            _ => false,
        }
    }
}

impl Simple {
    fn only_prints(&self) -> bool {
        let bare = self.assignments.is_empty() && self.arrays.is_empty() && self.redirects.is_empty();
        let name = self.words.first().and_then(Word::as_text);
        bare && name.is_some_and(|it| PRINTERS.contains(&it)) && self.words.iter().all(Word::is_written_out)
    }
}

/// `A=1 command word > file`.
#[derive(Debug, Default)]
pub struct Simple {
    /// Variables that are set.
    pub assignments: Vec<(String, Word)>,
    /// The command and its arguments.
    pub words: Vec<Word>,
    /// Arrays that are changed.
    pub arrays: Vec<(String, Change)>,
    /// The redirections.
    pub redirects: Vec<Redirect>,
    /// Whether other scripts have to run first, whose output it takes.
    pub asks: bool,
    /// The line that it begins in.
    pub line: u32,
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

/// Reads a script.
///
/// # Errors
/// [`Refused`], with what is wrong or not interpreted.
pub fn parse(text: &str, dialect: Dialect) -> Result<Arc<Node>, Refused> {
    // The parser takes two semicolons that touch for the end of a case.
    let text = &if dialect == Dialect::Bash { text.replace("((;;))", "((; ;))") } else { text.to_owned() };
    let mut parser = Parser::new(text.as_bytes(), &dialect.options());
    let program = parser.parse_program().map_err(|error| Refused::Syntax(complaint::syntax(text, &error)))?;
    let mut items = Vec::new();
    for list in &program.complete_commands {
        items.extend(of_list(list, dialect)?);
    }
    Ok(Arc::new(Node::List(items)))
}

/// Whether more lines may make a script of `text`: something in it is still open.
pub fn is_unfinished(text: &str, dialect: Dialect) -> bool {
    let line = text.trim_end_matches('\n');
    if (line.len() - line.trim_end_matches('\\').len()) % 2 == 1 {
        return true;
    }
    // What stands before the last newline tells whether the end came too soon or a word at the wrong place.
    match Parser::new(line.as_bytes(), &dialect.options()).parse_program() {
        Ok(_) => false,
        Err(error) => complaint::is_of_the_end(line, &error),
    }
}

fn refused<T>(construct: &str) -> Result<T, Refused> {
    Err(Refused::Construct(construct.to_owned()))
}

fn syntax(what: &str) -> Refused {
    Refused::Syntax(format!("sh: syntax error: {what}\n"))
}

/// `(( .. ))`. In a shell that has none it is a script in two pairs of brackets.
fn arithmetic(expression: Option<&ast::UnexpandedArithmeticExpr>, dialect: Dialect) -> Result<Arc<Node>, Refused> {
    let text = expression.map_or("", |it| it.value.trim());
    if dialect != Dialect::Bash {
        return Ok(Arc::new(Node::Subshell(parse(text, dialect)?)));
    }
    Ok(Arc::new(Node::Arithmetic(word::parse_text(if text.is_empty() { "1" } else { text }, dialect)?)))
}

/// Words, with the braces expanded that bash knows.
fn words_of(words: &[ast::Word], dialect: Dialect) -> Result<Vec<Word>, Refused> {
    let mut all = Vec::with_capacity(words.len());
    for it in words {
        if dialect == Dialect::Bash && it.value.contains('{') {
            for text in super::braces::expanded(&it.value, dialect) {
                all.push(word::parse(&text, dialect)?);
            }
        } else {
            all.push(word_of(it, dialect)?);
        }
    }
    Ok(all)
}

type Items = Vec<(Arc<Node>, bool)>;

fn of_list(list: &ast::CompoundList, dialect: Dialect) -> Result<Items, Refused> {
    list.0
        .iter()
        .map(|ast::CompoundListItem(item, separator)| {
            Ok((of_and_or(item, dialect)?, matches!(separator, ast::SeparatorOperator::Async)))
        })
        .collect()
}

fn list(list: &ast::CompoundList, dialect: Dialect) -> Result<Arc<Node>, Refused> {
    Ok(Arc::new(Node::List(of_list(list, dialect)?)))
}

fn of_and_or(list: &ast::AndOrList, dialect: Dialect) -> Result<Arc<Node>, Refused> {
    let first = of_pipeline(&list.first, dialect)?;
    if list.additional.is_empty() {
        return Ok(first);
    }
    let rest = list.additional.iter().map(|it| match it {
        ast::AndOr::And(pipeline) => Ok((true, of_pipeline(pipeline, dialect)?)),
        ast::AndOr::Or(pipeline) => Ok((false, of_pipeline(pipeline, dialect)?)),
    });
    Ok(Arc::new(Node::AndOr(first, rest.collect::<Result<_, Refused>>()?)))
}

fn of_pipeline(pipeline: &ast::Pipeline, dialect: Dialect) -> Result<Arc<Node>, Refused> {
    if pipeline.timed.is_some() {
        return refused("time");
    }
    let mut stages = pipeline.seq.iter().map(|it| of_command(it, dialect)).collect::<Result<Vec<_>, _>>()?;
    if !pipeline.bang && stages.len() == 1 {
        return Ok(stages.remove(0));
    }
    Ok(Arc::new(Node::Pipeline { negated: pipeline.bang, stages }))
}

fn of_command(command: &ast::Command, dialect: Dialect) -> Result<Arc<Node>, Refused> {
    match command {
        ast::Command::Simple(simple) => Ok(Arc::new(Node::Simple(of_simple(simple, dialect)?))),
        ast::Command::Compound(compound, redirects) => {
            with_redirects(of_compound(compound, dialect)?, redirects.as_ref(), dialect)
        }
        ast::Command::Function(function) => {
            let ast::FunctionBody(body, redirects) = &function.body;
            let body = with_redirects(of_compound(body, dialect)?, redirects.as_ref(), dialect)?;
            Ok(Arc::new(Node::Function(function.fname.value.clone(), body)))
        }
        ast::Command::ExtendedTest(test, redirects) => {
            let truth = truths::read(&test.expr, &|it| word_of(it, dialect))?;
            with_redirects(Arc::new(Node::Test(truth)), redirects.as_ref(), dialect)
        }
    }
}

fn with_redirects(
    node: Arc<Node>,
    redirects: Option<&ast::RedirectList>,
    dialect: Dialect,
) -> Result<Arc<Node>, Refused> {
    match redirects {
        Some(list) if !list.0.is_empty() => {
            let redirects = list.0.iter().map(|it| of_redirect(it, dialect)).collect::<Result<Vec<_>, _>>()?;
            Ok(Arc::new(Node::Redirected(node, redirects.into_iter().flatten().collect())))
        }
        _ => Ok(node),
    }
}

fn of_compound(command: &CompoundCommand, dialect: Dialect) -> Result<Arc<Node>, Refused> {
    Ok(match command {
        CompoundCommand::BraceGroup(group) => list(&group.list, dialect)?,
        CompoundCommand::Subshell(subshell) => Arc::new(Node::Subshell(list(&subshell.list, dialect)?)),
        CompoundCommand::ForClause(clause) => {
            let words = clause.values.as_ref().map(|words| words_of(words, dialect));
            let (name, body) = (clause.variable_name.clone(), list(&clause.body.list, dialect)?);
            Arc::new(Node::For { name, words: words.transpose()?, body })
        }
        CompoundCommand::CaseClause(clause) => {
            let arms = clause.cases.iter().map(|case| {
                let patterns = case.patterns.iter().map(|it| word_of(it, dialect)).collect::<Result<_, _>>()?;
                Ok((patterns, case.cmd.as_ref().map(|it| list(it, dialect)).transpose()?))
            });
            Arc::new(Node::Case(word_of(&clause.value, dialect)?, arms.collect::<Result<_, Refused>>()?))
        }
        CompoundCommand::IfClause(clause) => of_if(clause, dialect)?,
        CompoundCommand::WhileClause(clause) => of_while(clause, false, dialect)?,
        CompoundCommand::UntilClause(clause) => of_while(clause, true, dialect)?,
        CompoundCommand::Arithmetic(it) => arithmetic(Some(&it.expr), dialect)?,
        CompoundCommand::ArithmeticForClause(clause) => {
            if dialect != Dialect::Bash {
                return Err(syntax("bad for loop variable"));
            }
            let first = arithmetic(clause.condition.as_ref(), dialect)?;
            let update = arithmetic(clause.updater.as_ref(), dialect)?;
            let condition = Arc::new(Node::List(vec![(update, false), (first.clone(), false)]));
            let turn = Node::While { until: false, condition, body: list(&clause.body.list, dialect)? };
            let init = arithmetic(clause.initializer.as_ref(), dialect)?;
            Arc::new(Node::ForArithmetic { init, first, turn: Arc::new(turn) })
        }
        CompoundCommand::Coprocess(_) if dialect == Dialect::Bash => return refused("coproc"),
        // Elsewhere it is the name of a program that there is not.
        CompoundCommand::Coprocess(_) => {
            Arc::new(Node::Simple(Simple { words: vec![Word::literal("coproc")], ..Simple::default() }))
        }
    })
}

fn of_while(clause: &ast::WhileOrUntilClauseCommand, until: bool, dialect: Dialect) -> Result<Arc<Node>, Refused> {
    let ast::WhileOrUntilClauseCommand(condition, body, _) = clause;
    Ok(Arc::new(Node::While { until, condition: list(condition, dialect)?, body: list(&body.list, dialect)? }))
}

fn of_if(clause: &ast::IfClauseCommand, dialect: Dialect) -> Result<Arc<Node>, Refused> {
    let mut arms = vec![(list(&clause.condition, dialect)?, list(&clause.then, dialect)?)];
    let mut otherwise = None;
    for part in clause.elses.iter().flatten() {
        match &part.condition {
            Some(condition) => arms.push((list(condition, dialect)?, list(&part.body, dialect)?)),
            None => otherwise = Some(list(&part.body, dialect)?),
        }
    }
    Ok(Arc::new(Node::If(arms, otherwise)))
}

fn word_of(it: &ast::Word, dialect: Dialect) -> Result<Word, Refused> {
    word::parse(&it.value, dialect)
}

fn of_simple(command: &ast::SimpleCommand, dialect: Dialect) -> Result<Simple, Refused> {
    let line = command.location().map_or(0, |it| u32::try_from(it.start.line).unwrap_or(u32::MAX));
    let mut simple = Simple { line, ..Simple::default() };
    let prefix = command.prefix.iter().flat_map(|it| &it.0);
    for item in prefix {
        add(&mut simple, item, dialect)?;
    }
    if let Some(name) = &command.word_or_name {
        simple.words.extend(words_of(std::slice::from_ref(name), dialect)?);
    }
    for item in command.suffix.iter().flat_map(|it| &it.0) {
        add(&mut simple, item, dialect)?;
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
    let in_arrays = simple.arrays.iter().flat_map(|(_, change)| change.words());
    simple.asks = simple.words.iter().chain(in_arrays).chain(assigned).chain(redirected).any(Word::asks);
    Ok(simple)
}

fn add(simple: &mut Simple, item: &ast::CommandPrefixOrSuffixItem, dialect: Dialect) -> Result<(), Refused> {
    use ast::CommandPrefixOrSuffixItem as Item;
    match item {
        Item::IoRedirect(redirect) => simple.redirects.extend(of_redirect(redirect, dialect)?),
        Item::Word(word) => simple.words.extend(words_of(std::slice::from_ref(word), dialect)?),
        // After the command, as in `export A=1`, it is a word like any other.
        Item::AssignmentWord(_, word) if !simple.words.is_empty() => simple.words.push(word_of(word, dialect)?),
        Item::AssignmentWord(assignment, word) => match (&assignment.name, &assignment.value) {
            (ast::AssignmentName::VariableName(name), ast::AssignmentValue::Scalar(value)) if !assignment.append => {
                simple.assignments.push((name.clone(), word_of(value, dialect)?));
            }
            (ast::AssignmentName::VariableName(name), ast::AssignmentValue::Scalar(value))
                if dialect == Dialect::Bash =>
            {
                let mut whole = Word::value_of(name);
                whole.pieces.extend(word_of(value, dialect)?.pieces);
                simple.assignments.push((name.clone(), whole));
            }
            // Elsewhere it is the name of a program that there is not.
            (ast::AssignmentName::VariableName(_), ast::AssignmentValue::Scalar(_)) => {
                simple.words.push(word_of(word, dialect)?);
            }
            (_, ast::AssignmentValue::Array(_)) if dialect != Dialect::Bash => return Err(syntax("unexpected \"(\"")),
            (ast::AssignmentName::VariableName(name), ast::AssignmentValue::Array(values)) => {
                if values.iter().any(|(key, _)| key.is_some()) {
                    return refused(&assignment.to_string());
                }
                let words: Vec<ast::Word> = values.iter().map(|(_, it)| it.clone()).collect();
                simple.arrays.push((name.clone(), Change::All(assignment.append, words_of(&words, dialect)?)));
            }
            (ast::AssignmentName::ArrayElementName(name, index), ast::AssignmentValue::Scalar(value))
                if dialect == Dialect::Bash && !assignment.append =>
            {
                let index = word::parse_text(index, dialect)?;
                simple.arrays.push((name.clone(), Change::One(index, word_of(value, dialect)?)));
            }
            _ => return refused(&assignment.to_string()),
        },
        Item::ProcessSubstitution(..) => return refused("<("),
    }
    Ok(())
}

fn of_redirect(redirect: &IoRedirect, dialect: Dialect) -> Result<Vec<Redirect>, Refused> {
    let number = |fd: Option<i32>, default: usize| fd.map_or(default, |it| usize::try_from(it).unwrap_or(default));
    match redirect {
        IoRedirect::File(fd, kind, IoFileRedirectTarget::Filename(name)) => {
            let word = word_of(name, dialect)?;
            let (default, to) = match kind {
                IoFileRedirectKind::Read => (0, RedirectTo::Read(word)),
                IoFileRedirectKind::Write | IoFileRedirectKind::Clobber => (1, RedirectTo::Write(word)),
                IoFileRedirectKind::Append => (1, RedirectTo::Append(word)),
                IoFileRedirectKind::ReadAndWrite => (0, RedirectTo::Both(word)),
                _ => return refused(&redirect.to_string()),
            };
            Ok(vec![Redirect { fd: number(*fd, default), to }])
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
                Some(to) => Ok(vec![Redirect { fd: number(*fd, default), to }]),
                None => refused(&redirect.to_string()),
            }
        }
        IoRedirect::HereDocument(fd, document) => {
            let text = if document.requires_expansion {
                word::parse_text(&document.doc.value, dialect)?
            } else {
                Word::literal(&document.doc.value)
            };
            Ok(vec![Redirect { fd: number(*fd, 0), to: RedirectTo::Text(text) }])
        }
        IoRedirect::HereString(fd, word) if dialect == Dialect::Bash => {
            let mut text = word_of(word, dialect)?;
            text.pieces.extend(Word::literal("\n").pieces);
            Ok(vec![Redirect { fd: number(*fd, 0), to: RedirectTo::Text(text) }])
        }
        IoRedirect::HereString(..) => Err(syntax("unexpected redirection")),
        IoRedirect::OutputAndError(name, appends) => {
            let word = word_of(name, dialect)?;
            let to = if *appends { RedirectTo::Append(word) } else { RedirectTo::Write(word) };
            Ok(vec![Redirect { fd: 1, to }, Redirect { fd: 2, to: RedirectTo::Duplicate(1) }])
        }
        _ => refused(&redirect.to_string()),
    }
}
