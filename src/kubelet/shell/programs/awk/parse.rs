//! The grammar of awk.

use std::collections::BTreeMap;

use super::lex::{Token, tokens};

/// An expression.
#[derive(Debug)]
pub enum Expr {
    Number(f64),
    Text(String),
    /// A regular expression: alone it asks whether the line has it.
    Regular(String),
    Variable(String),
    Element(String, Vec<Expr>),
    Field(Box<Expr>),
    /// An assignment, with the operator before the `=`.
    Assign(&'static str, Box<Expr>, Box<Expr>),
    Condition(Box<Expr>, Box<Expr>, Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    Unary(&'static str, Box<Expr>),
    /// `++x`, and with `false` `x++`: by how much.
    Step(bool, f64, Box<Expr>),
    In(Vec<Expr>, String),
    Call(String, Vec<Expr>),
    /// `(a, b)`, before `in` or after `print`.
    Group(Vec<Expr>),
}

/// A statement.
#[derive(Debug)]
pub enum Statement {
    Expr(Expr),
    /// What is printed, and to which file, with `true` at its end.
    Print(Vec<Expr>, Option<(bool, Expr)>),
    Printf(Vec<Expr>, Option<(bool, Expr)>),
    If(Expr, Box<Statement>, Option<Box<Statement>>),
    While(Expr, Box<Statement>),
    Do(Box<Statement>, Expr),
    For(Option<Box<Statement>>, Option<Expr>, Option<Box<Statement>>, Box<Statement>),
    ForIn(String, String, Box<Statement>),
    Block(Vec<Statement>),
    Next,
    Exit(Option<Expr>),
    Return(Option<Expr>),
    Break,
    Continue,
    Delete(String, Option<Vec<Expr>>),
}

/// When an action runs.
#[derive(Debug)]
pub enum Pattern {
    Begin,
    End,
    Always,
    When(Expr),
    Between(Expr, Expr),
}

/// A program.
#[derive(Debug, Default)]
pub struct Program {
    /// The rules; an action that is not given prints the line.
    pub rules: Vec<(Pattern, Option<Statement>)>,
    /// The functions: their parameters and bodies.
    pub functions: BTreeMap<String, (Vec<String>, Statement)>,
}

impl Program {
    /// Whether it looks at its input.
    pub fn reads_input(&self) -> bool {
        self.rules.iter().any(|(pattern, _)| !matches!(pattern, Pattern::Begin))
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    /// Whether a `>` redirects what is printed.
    prints: bool,
    /// Whether `in` belongs to a `for`.
    depth: usize,
}

/// How deep expressions and statements may be nested.
const MOST: usize = 200;

/// Reads a program; `None` for one that is wrong or not interpreted.
pub fn program(text: &str) -> Option<Program> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, prints: false, depth: 0 };
    let mut program = Program::default();
    parser.skip_ends();
    while parser.peek().is_some() {
        if let Some(Token::Name(word)) = parser.peek()
            && matches!(word.as_str(), "function" | "func")
        {
            parser.at += 1;
            let (Some(Token::Name(name) | Token::Called(name)), true) = (parser.next(), parser.takes("(")) else {
                return None;
            };
            let parameters = parser.parameters()?;
            parser.skip_newlines();
            let body = parser.block()?;
            program.functions.insert(name, (parameters, body));
        } else {
            let pattern = parser.pattern()?;
            let action = if parser.is("{") { Some(parser.block()?) } else { None };
            if action.is_none() && matches!(pattern, Pattern::Begin | Pattern::End) {
                return None;
            }
            program.rules.push((pattern, action));
        }
        parser.skip_ends();
    }
    Some(program)
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn is(&self, operator: &str) -> bool {
        matches!(self.peek(), Some(Token::Operator(it)) if *it == operator)
    }

    fn takes(&mut self, operator: &str) -> bool {
        let is = self.is(operator);
        self.at += usize::from(is);
        is
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Name(it) | Token::Called(it)) if it == word)
    }

    fn skip_newlines(&mut self) {
        while self.peek() == Some(&Token::Newline) {
            self.at += 1;
        }
    }

    fn skip_ends(&mut self) {
        while self.peek() == Some(&Token::Newline) || self.is(";") {
            self.at += 1;
        }
    }

    fn parameters(&mut self) -> Option<Vec<String>> {
        let mut names = Vec::new();
        while !self.takes(")") {
            match self.next()? {
                Token::Name(name) => names.push(name),
                Token::Operator(",") | Token::Newline => {}
                _ => return None,
            }
        }
        Some(names)
    }

    fn pattern(&mut self) -> Option<Pattern> {
        if self.is("{") {
            return Some(Pattern::Always);
        }
        for (word, pattern) in [("BEGIN", Pattern::Begin), ("END", Pattern::End)] {
            if self.is_word(word) {
                self.at += 1;
                self.skip_newlines();
                return Some(pattern);
            }
        }
        let first = self.expr()?;
        if !self.takes(",") {
            return Some(Pattern::When(first));
        }
        self.skip_newlines();
        Some(Pattern::Between(first, self.expr()?))
    }

    fn block(&mut self) -> Option<Statement> {
        if !self.takes("{") {
            return None;
        }
        let mut all = Vec::new();
        self.skip_ends();
        while !self.takes("}") {
            self.peek()?;
            all.push(self.statement()?);
            self.skip_ends();
        }
        Some(Statement::Block(all))
    }

    /// The end of a simple statement.
    fn ended(&mut self) -> Option<()> {
        match self.peek() {
            None => Some(()),
            Some(Token::Newline | Token::Operator(";")) => {
                self.at += 1;
                Some(())
            }
            Some(Token::Operator("}")) => Some(()),
            _ => None,
        }
    }

    /// A statement that belongs to the one before it.
    fn body(&mut self) -> Option<Box<Statement>> {
        self.skip_newlines();
        if self.takes(";") {
            return Some(Box::new(Statement::Block(Vec::new())));
        }
        Some(Box::new(self.statement()?))
    }

    fn statement(&mut self) -> Option<Statement> {
        self.depth += 1;
        let statement = if self.depth > MOST { None } else { self.one_statement() };
        self.depth -= 1;
        statement
    }

    fn one_statement(&mut self) -> Option<Statement> {
        if self.is("{") {
            return self.block();
        }
        let word = match self.peek()? {
            Token::Name(word) | Token::Called(word) => word.clone(),
            _ => String::new(),
        };
        let simple = match word.as_str() {
            "if" | "while" | "for" | "do" => return self.compound(&word),
            "next" | "break" | "continue" => {
                self.at += 1;
                match word.as_str() {
                    "next" => Statement::Next,
                    "break" => Statement::Break,
                    _ => Statement::Continue,
                }
            }
            "exit" | "return" => {
                self.at += 1;
                let nothing = matches!(self.peek(), None | Some(Token::Newline | Token::Operator(";" | "}")));
                let value = if nothing { None } else { Some(self.expr()?) };
                if word == "exit" { Statement::Exit(value) } else { Statement::Return(value) }
            }
            _ => self.simple()?,
        };
        self.ended()?;
        Some(simple)
    }

    /// A statement that may stand in the head of a `for`.
    fn simple(&mut self) -> Option<Statement> {
        if self.is_word("print") || self.is_word("printf") {
            return self.print();
        }
        if !self.is_word("delete") {
            return Some(Statement::Expr(self.expr()?));
        }
        self.at += 1;
        let Token::Name(name) = self.next()? else {
            return None;
        };
        let keys = if self.takes("[") { Some(self.list("]")?) } else { None };
        Some(Statement::Delete(name, keys))
    }

    fn compound(&mut self, word: &str) -> Option<Statement> {
        self.at += 1;
        match word {
            "if" => {
                let condition = self.condition()?;
                let then = self.body()?;
                let before = self.at;
                self.skip_ends();
                if !self.is_word("else") {
                    self.at = before;
                    return Some(Statement::If(condition, then, None));
                }
                self.at += 1;
                Some(Statement::If(condition, then, Some(self.body()?)))
            }
            "while" => Some(Statement::While(self.condition()?, self.body()?)),
            "do" => {
                let body = self.body()?;
                self.skip_ends();
                if !self.is_word("while") {
                    return None;
                }
                self.at += 1;
                let condition = self.condition()?;
                self.ended()?;
                Some(Statement::Do(body, condition))
            }
            _ => self.for_loop(),
        }
    }

    fn condition(&mut self) -> Option<Expr> {
        if !self.takes("(") {
            return None;
        }
        let condition = self.expr()?;
        self.takes(")").then_some(condition)
    }

    fn for_loop(&mut self) -> Option<Statement> {
        if !self.takes("(") {
            return None;
        }
        if let [Token::Name(key), Token::Name(within), Token::Name(array), Token::Operator(")"), ..] =
            &self.tokens[self.at..]
            && within == "in"
        {
            let (key, array) = (key.clone(), array.clone());
            self.at += 4;
            return Some(Statement::ForIn(key, array, self.body()?));
        }
        let first = if self.is(";") { None } else { Some(Box::new(self.simple()?)) };
        self.takes(";").then_some(())?;
        self.skip_newlines();
        let condition = if self.is(";") { None } else { Some(self.expr()?) };
        self.takes(";").then_some(())?;
        self.skip_newlines();
        let step = if self.is(")") { None } else { Some(Box::new(self.simple()?)) };
        self.takes(")").then_some(())?;
        Some(Statement::For(first, condition, step, self.body()?))
    }

    fn print(&mut self) -> Option<Statement> {
        let formats = self.is_word("printf");
        self.at += 1;
        let before = std::mem::replace(&mut self.prints, true);
        let ends = matches!(self.peek(), None | Some(Token::Newline | Token::Operator(";" | "}" | ">" | ">>" | "|")));
        let mut values = Vec::new();
        if !ends {
            values.push(self.expr()?);
            while self.takes(",") {
                self.skip_newlines();
                values.push(self.expr()?);
            }
        }
        if let [Expr::Group(_)] = values.as_slice()
            && let Some(Expr::Group(inner)) = values.pop()
        {
            values = inner;
        }
        let appends = self.is(">>");
        let to = if self.takes(">") || self.takes(">>") { Some((appends, self.concatenation()?)) } else { None };
        self.prints = before;
        if self.is("|") || formats && values.is_empty() {
            return None;
        }
        Some(if formats { Statement::Printf(values, to) } else { Statement::Print(values, to) })
    }

    /// Expressions up to a closing bracket.
    fn list(&mut self, end: &str) -> Option<Vec<Expr>> {
        let before = std::mem::replace(&mut self.prints, false);
        let mut all = Vec::new();
        self.skip_newlines();
        while !self.takes(end) {
            all.push(self.expr()?);
            self.skip_newlines();
            if self.takes(",") {
                self.skip_newlines();
            } else if !self.is(end) {
                return None;
            }
        }
        self.prints = before;
        Some(all)
    }

    fn expr(&mut self) -> Option<Expr> {
        self.depth += 1;
        let expr = if self.depth > MOST { None } else { self.ternary() };
        self.depth -= 1;
        expr
    }

    fn ternary(&mut self) -> Option<Expr> {
        let condition = self.binary(0)?;
        if self.takes("?") {
            self.skip_newlines();
            let then = self.ternary()?;
            self.skip_newlines();
            self.takes(":").then_some(())?;
            self.skip_newlines();
            return Some(Expr::Condition(Box::new(condition), Box::new(then), Box::new(self.ternary()?)));
        }
        for (operator, before) in
            [("=", ""), ("+=", "+"), ("-=", "-"), ("*=", "*"), ("/=", "/"), ("%=", "%"), ("^=", "^")]
        {
            if self.is(operator) && is_place(&condition) {
                self.at += 1;
                self.skip_newlines();
                return Some(Expr::Assign(before, Box::new(condition), Box::new(self.ternary()?)));
            }
        }
        Some(condition)
    }

    /// The operators from `||` down to the comparisons.
    fn binary(&mut self, level: usize) -> Option<Expr> {
        const LEVELS: [&[&str]; 5] = [&["||"], &["&&"], &["in"], &["~", "!~"], &["<", "<=", "==", "!=", ">", ">="]];
        let Some(operators) = LEVELS.get(level) else {
            return self.concatenation();
        };
        let mut left = self.binary(level + 1)?;
        loop {
            if operators == &["in"] && self.is_word("in") {
                self.at += 1;
                let Token::Name(array) = self.next()? else {
                    return None;
                };
                let keys = if let Expr::Group(keys) = left { keys } else { vec![left] };
                left = Expr::In(keys, array);
                continue;
            }
            let found = operators.iter().find(|it| self.is(it) && !(self.prints && **it == ">"));
            let Some(operator) = found.copied() else {
                return Some(left);
            };
            self.at += 1;
            self.skip_newlines();
            left = Expr::Binary(operator, Box::new(left), Box::new(self.binary(level + 1)?));
            if level == 4 {
                return Some(left);
            }
        }
    }

    fn concatenation(&mut self) -> Option<Expr> {
        let mut left = self.additive()?;
        while self.begins_operand() {
            left = Expr::Binary(" ", Box::new(left), Box::new(self.additive()?));
        }
        Some(left)
    }

    /// Whether what comes is concatenated with what was there.
    fn begins_operand(&self) -> bool {
        match self.peek() {
            Some(Token::Number(_) | Token::Text(_) | Token::Called(_)) => true,
            Some(Token::Name(name)) => name != "in",
            Some(Token::Operator(it)) => matches!(*it, "$" | "!" | "(" | "-" | "+" | "++" | "--"),
            _ => false,
        }
    }

    fn additive(&mut self) -> Option<Expr> {
        let mut left = self.product()?;
        while let Some(operator) = ["+", "-"].into_iter().find(|it| self.is(it)) {
            self.at += 1;
            left = Expr::Binary(operator, Box::new(left), Box::new(self.product()?));
        }
        Some(left)
    }

    fn product(&mut self) -> Option<Expr> {
        let mut left = self.unary()?;
        while let Some(operator) = ["*", "/", "%"].into_iter().find(|it| self.is(it)) {
            self.at += 1;
            left = Expr::Binary(operator, Box::new(left), Box::new(self.unary()?));
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<Expr> {
        match ["!", "-", "+"].into_iter().find(|it| self.is(it)) {
            Some(operator) => {
                self.at += 1;
                self.depth += 1;
                let of = if self.depth > MOST { None } else { self.unary() };
                self.depth -= 1;
                Some(Expr::Unary(operator, Box::new(of?)))
            }
            None => self.power(),
        }
    }

    fn power(&mut self) -> Option<Expr> {
        let base = self.stepped()?;
        if self.takes("^") {
            return Some(Expr::Binary("^", Box::new(base), Box::new(self.unary()?)));
        }
        Some(base)
    }

    fn stepped(&mut self) -> Option<Expr> {
        for (operator, by) in [("++", 1.0), ("--", -1.0)] {
            if self.takes(operator) {
                let place = self.primary()?;
                return is_place(&place).then(|| Expr::Step(true, by, Box::new(place)));
            }
        }
        let place = self.primary()?;
        for (operator, by) in [("++", 1.0), ("--", -1.0)] {
            if is_place(&place) && self.takes(operator) {
                return Some(Expr::Step(false, by, Box::new(place)));
            }
        }
        Some(place)
    }

    fn primary(&mut self) -> Option<Expr> {
        Some(match self.next()? {
            Token::Number(it) => Expr::Number(it),
            Token::Text(it) => Expr::Text(it),
            Token::Regular(it) => Expr::Regular(it),
            Token::Operator("$") => {
                self.depth += 1;
                let of = if self.depth > MOST { None } else { self.stepped_field() };
                self.depth -= 1;
                Expr::Field(Box::new(of?))
            }
            Token::Operator("(") => {
                let mut inside = self.list(")")?;
                match inside.len() {
                    0 => return None,
                    1 => Expr::Unary("(", Box::new(inside.remove(0))),
                    _ => Expr::Group(inside),
                }
            }
            Token::Called(name) => {
                self.takes("(").then_some(())?;
                Expr::Call(name, self.list(")")?)
            }
            Token::Name(name) if name == "getline" => return None,
            Token::Name(name) if name == "length" => Expr::Call(name, Vec::new()),
            Token::Name(name) if self.takes("[") => Expr::Element(name, self.list("]")?),
            Token::Name(name) => Expr::Variable(name),
            _ => return None,
        })
    }

    /// What follows a `$`: `$NF-1` is a subtraction, `$++i` a step.
    fn stepped_field(&mut self) -> Option<Expr> {
        if self.is("++") || self.is("--") {
            return self.stepped();
        }
        if self.takes("-") {
            return Some(Expr::Unary("-", Box::new(self.primary()?)));
        }
        self.primary()
    }
}

fn is_place(expr: &Expr) -> bool {
    matches!(expr, Expr::Variable(_) | Expr::Element(..) | Expr::Field(_))
}
