//! The words of an awk program.

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A regular expression.
    Regular(String),
    /// A name or a keyword.
    Name(String),
    /// A name right before a bracket.
    Called(String),
    /// An operator.
    Operator(&'static str),
    /// The end of a line.
    Newline,
}

/// The operators, longest first.
const OPERATORS: [&str; 42] = [
    "**=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "**", "==", "<=", ">=", "!=", ">>", "!~", "{",
    "}", "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", ">", "<", "|", "?", ":", "~", "$", "=", "@",
];

/// The words of `text`; `None` for what is none.
pub fn tokens(text: &str) -> Option<Vec<Token>> {
    let (mut out, mut rest) = (Vec::new(), text);
    while let Some(it) = rest.chars().next() {
        if it == '\n' {
            out.push(Token::Newline);
            rest = &rest[1..];
        } else if it.is_whitespace() {
            rest = &rest[it.len_utf8()..];
        } else if let Some(after) = rest.strip_prefix("\\\n") {
            rest = after;
        } else if it == '#' {
            rest = rest.find('\n').map_or("", |at| &rest[at..]);
        } else if it == '"' {
            let (inside, after) = quoted(&rest[1..], '"')?;
            out.push(Token::Text(super::super::unescaped(&inside.replace("\\/", "/"))));
            rest = after;
        } else if it == '/' && wants_operand(out.last()) {
            let (inside, after) = quoted(&rest[1..], '/')?;
            out.push(Token::Regular(inside.replace("\\/", "/")));
            rest = after;
        } else if it.is_ascii_digit() || it == '.' && rest[1..].starts_with(|it: char| it.is_ascii_digit()) {
            let end = number_end(rest);
            out.push(Token::Number(rest[..end].parse().ok()?));
            rest = &rest[end..];
        } else if it.is_ascii_alphabetic() || it == '_' {
            let end = rest.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(rest.len());
            let name = rest[..end].to_owned();
            rest = &rest[end..];
            out.push(if rest.starts_with('(') { Token::Called(name) } else { Token::Name(name) });
        } else {
            let operator = OPERATORS.into_iter().find(|it| rest.starts_with(it))?;
            rest = &rest[operator.len()..];
            out.push(Token::Operator(match operator {
                "**" => "^",
                "**=" => "^=",
                other => other,
            }));
        }
    }
    Some(out)
}

/// Whether a slash begins a regular expression after this word.
fn wants_operand(last: Option<&Token>) -> bool {
    match last {
        Some(Token::Number(_) | Token::Text(_) | Token::Regular(_) | Token::Called(_)) => false,
        Some(Token::Name(name)) => matches!(name.as_str(), "print" | "printf" | "return" | "in" | "else" | "do"),
        Some(Token::Operator(it)) => !matches!(*it, ")" | "]" | "$" | "++" | "--"),
        None | Some(Token::Newline) => true,
    }
}

/// What stands up to the quote that ends it, and what comes after.
fn quoted(text: &str, quote: char) -> Option<(&str, &str)> {
    let mut escaped = false;
    let end = text.find(|it| {
        let was = std::mem::replace(&mut escaped, false);
        escaped = it == '\\' && !was;
        it == quote && !was
    })?;
    Some((&text[..end], &text[end + quote.len_utf8()..]))
}

fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| from + bytes[from..].iter().take_while(|it| it.is_ascii_digit()).count();
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let signed = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if bytes.get(signed).is_some_and(u8::is_ascii_digit) {
            end = digits(signed);
        }
    }
    end
}
