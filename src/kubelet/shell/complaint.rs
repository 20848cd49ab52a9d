//! What a shell says of a script that it does not take, as busybox words it (`shell/ash.c`).

use brush_parser::ParseError;

/// The operators of the grammar, longest first.
const OPERATORS: [&str; 9] = ["&&", "||", ";;", ";", "&", "|", "(", ")", "<<"];
/// The words that open a compound command, and what each waits for.
const OPENING: [(&str, &str); 8] = [
    ("if", "then"),
    ("elif", "then"),
    ("then", "fi"),
    ("else", "fi"),
    ("while", "do"),
    ("until", "do"),
    ("for", "do"),
    ("do", "done"),
];

/// How every complaint begins about a script that ends too soon.
const END: &str = "unexpected end of file";

/// The complaint about `script`, as a line.
pub fn syntax(script: &str, error: &ParseError) -> String {
    let what = match error {
        ParseError::ParsingNear(at) => near(script, at.index),
        ParseError::ParsingAtEndOfInput => at_end(script),
        ParseError::Tokenizing { .. } => match unterminated(script) {
            Some(quote) if quote != '`' && quote != '(' => "unterminated quoted string".to_owned(),
            Some('(') => "unexpected end of file (expecting \")\")".to_owned(),
            Some(_) => "unexpected end of file (expecting \"`\")".to_owned(),
            None => at_end(script),
        },
    };
    format!("sh: syntax error: {what}\n")
}

/// Whether the script is wrong only because it ends where it does.
pub fn is_of_the_end(script: &str, error: &ParseError) -> bool {
    match error {
        ParseError::ParsingNear(at) => near(script, at.index).starts_with(END),
        ParseError::ParsingAtEndOfInput => at_end(script).starts_with(END),
        ParseError::Tokenizing { .. } => true,
    }
}

/// The complaint about a construct that no virtual container interprets.
pub fn unsupported(construct: &str) -> String {
    format!("sh: syntax error: {construct:?} is not interpreted by virtual containers\n")
}

/// The token at a character of the script, or the end.
fn near(script: &str, index: usize) -> String {
    let rest: String = script.chars().skip(index).collect();
    let rest = rest.trim_start_matches([' ', '\t']);
    match rest.chars().next() {
        None => at_end(script),
        Some('\n') if rest.trim().is_empty() => at_end(script.trim_end()),
        Some('\n') => "unexpected newline".to_owned(),
        Some('<' | '>') => "unexpected redirection".to_owned(),
        Some(_) => match OPERATORS.iter().find(|it| rest.starts_with(**it)) {
            Some(operator) => format!("unexpected {operator:?}"),
            None => {
                let word: String =
                    rest.chars().take_while(|it| !it.is_whitespace() && !";&|()<>".contains(*it)).collect();
                if is_reserved(&word) { format!("unexpected {word:?}") } else { "unexpected word".to_owned() }
            }
        },
    }
}

fn is_reserved(word: &str) -> bool {
    matches!(word, "then" | "else" | "elif" | "fi" | "do" | "done" | "esac" | "in" | "}" | "{" | "!")
        || OPENING.iter().any(|(it, _)| *it == word)
}

/// The end of the script came too early, and what its last open command waits for is named; or a word stands where it closes
/// nothing.
fn at_end(script: &str) -> String {
    let mut open: Vec<&str> = Vec::new();
    // Only where a command may begin is a word a reserved one.
    let mut begins = true;
    for word in words(script) {
        let is_operator = word.chars().all(|it| "\n;&|(".contains(it));
        let was_begin = std::mem::replace(&mut begins, is_operator);
        if !was_begin {
            if word == "do" && open.last() == Some(&"do") {
                open.pop();
                open.push("done");
                begins = true;
            }
            continue;
        }
        match word.as_str() {
            "fi" | "done" | "esac" | "}" if open.last() != Some(&word.as_str()) => {
                return format!("unexpected {word:?}");
            }
            "fi" | "done" | "esac" | "}" => drop(open.pop()),
            "then" | "do" if open.last() != Some(&word.as_str()) => return format!("unexpected {word:?}"),
            "else" | "elif" if open.last() != Some(&"fi") => return format!("unexpected {word:?}"),
            "case" => open.push("esac"),
            "{" => open.push("}"),
            _ => {
                if let Some((_, waits)) = OPENING.iter().find(|(it, _)| *it == word) {
                    if !matches!(word.as_str(), "if" | "while" | "until" | "for") {
                        open.pop();
                    }
                    open.push(waits);
                }
            }
        }
        begins |= matches!(word.as_str(), "if" | "then" | "else" | "elif" | "while" | "until" | "do" | "{" | "!");
    }
    match open.last() {
        Some(waits) => format!("unexpected end of file (expecting {waits:?})"),
        None => "unexpected end of file".to_owned(),
    }
}

/// The words of a script and the operators between them, roughly.
fn words(script: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for it in script.chars() {
        let is_operator = "\n;&|()".contains(it);
        if is_operator || it.is_whitespace() {
            words.push(if is_operator { it.to_string() } else { String::new() });
            words.push(String::new());
        } else if let Some(last) = words.last_mut() {
            last.push(it);
        }
    }
    words.retain(|it| !it.is_empty());
    words
}

/// The quote or bracket that is open at the end.
fn unterminated(script: &str) -> Option<char> {
    let (mut open, mut characters) = (Vec::new(), script.chars().peekable());
    while let Some(it) = characters.next() {
        match (open.last(), it) {
            (Some('\''), '\'') | (Some('"'), '"') | (Some('`'), '`') => drop(open.pop()),
            (Some('\''), _) => {}
            (_, '\\') => drop(characters.next()),
            (Some('('), ')') => drop(open.pop()),
            (_, '$') if characters.peek() == Some(&'(') => {
                characters.next();
                open.push('(');
            }
            (Some('"'), '`') | (None | Some('(' | '`'), '\'' | '"' | '`') => open.push(it),
            _ => {}
        }
    }
    open.last().copied()
}
