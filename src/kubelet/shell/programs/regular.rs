//! Regular expressions as POSIX writes them, for the engine that there is.
//!
//! Known difference: of alternatives the first one that fits counts, not the longest.

use regex::{Regex, RegexBuilder};

/// Reads a basic or an extended expression; `None` for one that is wrong or refers back to itself.
pub fn regular(pattern: &str, extended: bool, ignores_case: bool) -> Option<Regex> {
    let translated = translate(pattern, extended)?;
    RegexBuilder::new(&translated).case_insensitive(ignores_case).size_limit(1 << 20).build().ok()
}

/// Whether `at` begins a part of an expression, where an anchor is one and a star is text.
fn begins(out: &str) -> bool {
    out.is_empty() || out.ends_with('|') && !out.ends_with("\\|") || out.ends_with('(') && !out.ends_with("\\(")
}

fn translate(pattern: &str, extended: bool) -> Option<String> {
    let mut out = String::new();
    let mut characters = pattern.chars().peekable();
    while let Some(it) = characters.next() {
        match it {
            '[' => out.push_str(&bracket(&mut characters)?),
            '\\' => match characters.next()? {
                operator @ ('(' | ')' | '{' | '}' | '|' | '+' | '?') if !extended => out.push(operator),
                '<' | '>' => out.push_str("\\b"),
                class @ ('w' | 'W' | 's' | 'S' | 'b' | 'B') => out.extend(['\\', class]),
                'n' => out.push('\n'),
                't' => out.push('\t'),
                '1'..='9' => return None,
                other => out.push_str(&regex::escape(&other.to_string())),
            },
            '*' if begins(&out) || out == "^" => out.push_str("\\*"),
            '^' if extended || begins(&out) => out.push('^'),
            '$' if extended || characters.peek().is_none() || ends_part(&mut characters.clone()) => out.push('$'),
            '^' | '$' => out.extend(['\\', it]),
            '(' | ')' | '{' | '}' | '|' | '+' | '?' if !extended => out.extend(['\\', it]),
            '.' | '*' | '(' | ')' | '{' | '}' | '|' | '+' | '?' => out.push(it),
            other => out.push_str(&regex::escape(&other.to_string())),
        }
    }
    Some(out)
}

/// Whether what follows ends a part of a basic expression.
fn ends_part(rest: &mut impl Iterator<Item = char>) -> bool {
    rest.next() == Some('\\') && matches!(rest.next(), Some(')' | '|'))
}

/// What follows a `[`, with the brackets. A backslash is a character like any other in it.
fn bracket(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    let mut out = "[".to_owned();
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut first = true;
    loop {
        match rest.next()? {
            ']' if !first => break,
            '[' if matches!(rest.peek(), Some(':')) => {
                let mut class = "[".to_owned();
                loop {
                    let it = rest.next()?;
                    class.push(it);
                    if it == ']' {
                        break;
                    }
                }
                out.push_str(&class);
            }
            it @ ('[' | ']' | '\\' | '&' | '~' | '^') => out.extend(['\\', it]),
            it => out.push(it),
        }
        first = false;
    }
    // A dash at an end stands for itself; in between it makes a range, as it does there.
    let inside = out.replace("[-", "[\\-").replace("[^-", "[^\\-");
    let inside = match inside.strip_suffix('-') {
        Some(rest) if !inside.ends_with("\\-") => format!("{rest}\\-"),
        _ => inside,
    };
    Some(format!("{inside}]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_means_what_posix_says() {
        for (pattern, extended, text, want) in [
            ("a+b", false, "a+b", "a+b"),
            ("a\\+b", false, "aab", "aab"),
            ("a+b", true, "aab", "aab"),
            ("\\(ab\\)\\{2\\}", false, "xababx", "abab"),
            ("(ab){2}", true, "xababx", "abab"),
            ("[[:digit:]]*$", false, "ab12", "12"),
            ("[]a]", false, "x]", "]"),
            ("[^]]", false, "]x", "x"),
            ("[a\\]", false, "\\", "\\"),
            ("[-a]", false, "-", "-"),
            ("[a-]", false, "-", "-"),
            ("*a", false, "*a", "*a"),
            ("a^b$c", false, "a^b$c", "a^b$c"),
            ("\\.", false, "a.b", "."),
            ("one\\|two", false, "two", "two"),
            ("\\<in\\>", false, "inn in", "in"),
            ("{x}", false, "{x}", "{x}"),
        ] {
            let found = regular(pattern, extended, false).expect(pattern);
            assert_eq!(found.find(text).map(|it| it.as_str()), Some(want), "{pattern}");
        }
        assert!(regular("\\(a\\)\\1", false, false).is_none());
    }
}
