//! A shell script as words and operators. What is not understood is an error that names it, never a guess.

/// A piece of a shell script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A word, before its variables are put in.
    Word(Word),
    /// `;` or the end of a line.
    End,
    /// `&&`.
    And,
    /// `||`.
    Or,
    /// `!` in front of a command.
    Not,
    /// The output of the command goes nowhere, as with `>/dev/null`. Other redirections that keep it, such as `>&2`, are
    /// no token.
    Silence,
}

/// A word of a shell script: its parts are joined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// The parts, in order.
    pub parts: Vec<Part>,
    /// Whether any of it was quoted: such a word stays even when it is empty.
    pub quoted: bool,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text as it stands.
    Text(String),
    /// The value of a variable, and whether it stands in double quotes.
    Variable(String, bool),
}

/// A construct that is not interpreted, as the script spells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Construct(pub String);

impl Word {
    /// The word when it is plain, unquoted text, as keywords are.
    pub fn keyword(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Text(text)] if !self.quoted => Some(text),
            _ => None,
        }
    }
}

struct Lexer<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    tokens: Vec<Token>,
    word: Option<Word>,
}

/// Takes `script` apart.
///
/// # Errors
/// The first construct that is not interpreted, such as `|` or `$(`.
pub fn tokenize(script: &str) -> Result<Vec<Token>, Construct> {
    let mut lexer = Lexer { rest: script.chars().peekable(), tokens: Vec::new(), word: None };
    while let Some(next) = lexer.rest.next() {
        lexer.take(next)?;
    }
    lexer.finish_word();
    Ok(lexer.tokens)
}

fn construct<T>(text: impl Into<String>) -> Result<T, Construct> {
    Err(Construct(text.into()))
}

impl Lexer<'_> {
    fn take(&mut self, next: char) -> Result<(), Construct> {
        match next {
            ' ' | '\t' | '\r' => self.finish_word(),
            '\n' | ';' => {
                self.finish_word();
                if self.rest.peek() == Some(&';') {
                    return construct(";;");
                }
                self.tokens.push(Token::End);
            }
            '#' if self.word.is_none() => while self.rest.next_if(|it| *it != '\n').is_some() {},
            '&' => self.operator('&', Token::And)?,
            '|' => self.operator('|', Token::Or)?,
            '\'' => self.single_quoted()?,
            '"' => self.double_quoted()?,
            '\\' => match self.rest.next() {
                Some('\n') => {}
                Some(escaped) => {
                    self.text(escaped);
                    self.open().quoted = true;
                }
                None => self.text('\\'),
            },
            '$' => self.variable(false)?,
            '`' => return construct("`"),
            '>' => self.redirection()?,
            '(' | ')' | '<' => return construct(next.to_string()),
            '{' | '}' if self.word.is_none() => return construct(next.to_string()),
            '*' | '?' | '[' => return construct(next.to_string()),
            '!' if self.word.is_none() && self.rest.peek().is_some_and(|it| it.is_whitespace()) => {
                self.tokens.push(Token::Not);
            }
            other => self.text(other),
        }
        Ok(())
    }

    fn operator(&mut self, sign: char, token: Token) -> Result<(), Construct> {
        self.finish_word();
        if self.rest.next_if_eq(&sign).is_none() {
            return construct(sign.to_string());
        }
        self.tokens.push(token);
        Ok(())
    }

    /// `>TARGET`, `2>TARGET`, `>>TARGET` to where nothing is kept, and `>&2`.
    fn redirection(&mut self) -> Result<(), Construct> {
        let descriptor = match self.word.as_ref().and_then(Word::keyword) {
            Some(digit @ ("1" | "2")) => {
                let digit = digit.to_owned();
                self.word = None;
                digit
            }
            _ => "1".to_owned(),
        };
        self.finish_word();
        self.rest.next_if_eq(&'>');
        while self.rest.next_if(|it| matches!(it, ' ' | '\t')).is_some() {}
        let ends = |it: &char| it.is_whitespace() || matches!(it, ';' | '|' | '<' | '>' | '(' | ')');
        let mut target = String::new();
        while let Some(next) = self.rest.next_if(|it| !ends(it) && (*it != '&' || target.is_empty())) {
            target.push(next);
        }
        match target.as_str() {
            "/dev/null" if descriptor == "1" => self.tokens.push(Token::Silence),
            "/dev/null" | "/dev/stdout" | "/dev/stderr" | "&1" | "&2" => {}
            _ => return construct(format!(">{target}")),
        }
        Ok(())
    }

    fn open(&mut self) -> &mut Word {
        self.word.get_or_insert_default()
    }

    fn text(&mut self, next: char) {
        match self.open().parts.last_mut() {
            Some(Part::Text(text)) => text.push(next),
            _ => self.open().parts.push(Part::Text(next.to_string())),
        }
    }

    fn finish_word(&mut self) {
        if let Some(word) = self.word.take() {
            self.tokens.push(Token::Word(word));
        }
    }

    fn single_quoted(&mut self) -> Result<(), Construct> {
        self.open().quoted = true;
        loop {
            match self.rest.next() {
                Some('\'') => return Ok(()),
                Some(next) => self.text(next),
                None => return construct("'"),
            }
        }
    }

    fn double_quoted(&mut self) -> Result<(), Construct> {
        self.open().quoted = true;
        loop {
            match self.rest.next() {
                Some('"') => return Ok(()),
                Some('\\') => match self.rest.next() {
                    Some('\n') => {}
                    Some(escaped @ ('"' | '\\' | '$' | '`')) => self.text(escaped),
                    Some(other) => {
                        self.text('\\');
                        self.text(other);
                    }
                    None => return construct("\""),
                },
                Some('$') => self.variable(true)?,
                Some('`') => return construct("`"),
                Some(next) => self.text(next),
                None => return construct("\""),
            }
        }
    }

    fn variable(&mut self, quoted: bool) -> Result<(), Construct> {
        let name = match self.rest.peek() {
            Some('(') => return construct("$("),
            Some('?') => {
                self.rest.next();
                "?".to_owned()
            }
            Some('{') => {
                self.rest.next();
                let name = self.name();
                if self.rest.next_if_eq(&'}').is_none() || name.is_empty() {
                    return construct(format!("${{{name}"));
                }
                name
            }
            Some(next) if next.is_ascii_alphabetic() || *next == '_' => self.name(),
            Some(next) if next.is_ascii_punctuation() && !matches!(next, '"' | '\'' | '.' | ',' | ':' | '/') => {
                return construct(format!("${next}"));
            }
            Some(next) if next.is_ascii_digit() => return construct(format!("${next}")),
            _ => {
                self.text('$');
                return Ok(());
            }
        };
        self.open().parts.push(Part::Variable(name, quoted));
        Ok(())
    }

    fn name(&mut self) -> String {
        std::iter::from_fn(|| self.rest.next_if(|it| it.is_ascii_alphanumeric() || *it == '_')).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(script: &str) -> Vec<String> {
        let tokens = tokenize(script).expect("a script that is interpreted");
        let text = |token: &Token| match token {
            Token::Word(word) => word
                .parts
                .iter()
                .map(|part| match part {
                    Part::Text(text) => text.clone(),
                    Part::Variable(name, _) => format!("<{name}>"),
                })
                .collect(),
            other => format!("{other:?}"),
        };
        tokens.iter().map(text).collect()
    }

    #[test]
    fn quotes_escapes_and_comments_follow_the_shell() {
        let table: [(&str, &[&str]); 7] = [
            ("echo 'a b'  c\\ d", &["echo", "a b", "c d"]),
            ("echo \"it's $X\" # done", &["echo", "it's <X>"]),
            ("a;b\nc", &["a", "End", "b", "End", "c"]),
            ("a && b || c", &["a", "And", "b", "Or", "c"]),
            ("echo ${X}y \"\\$X\"", &["echo", "<X>y", "$X"]),
            ("echo a#b 5$", &["echo", "a#b", "5$"]),
            ("a >/dev/null 2>&1 && b >&2", &["a", "Silence", "And", "b"]),
        ];
        for (script, want) in table {
            assert_eq!(words(script), want, "{script}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (script, want) in [
            ("a | b", "|"),
            ("a &", "&"),
            ("x=$(date)", "$("),
            ("echo 'a", "'"),
            ("ls *", "*"),
            ("a > b", ">b"),
            ("a < b", "<"),
        ] {
            assert_eq!(tokenize(script), Err(Construct(want.to_owned())), "{script}");
        }
    }
}
