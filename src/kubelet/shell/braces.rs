//! `{a,b}` and `{1..5}`, as bash expands them before anything else.

use brush_parser::word::{BraceExpressionMember, BraceExpressionOrText, parse_brace_expansions};

use super::dialect::Dialect;

/// More words than that are not made of one.
const MOST: usize = 10_000;

/// The words that `word` stands for; itself when nothing in it is a brace expression.
pub fn expanded(word: &str, dialect: Dialect) -> Vec<String> {
    match parse_brace_expansions(word, &dialect.options()) {
        Ok(Some(parts)) => combined(&parts),
        _ => vec![word.to_owned()],
    }
}

fn combined(parts: &[BraceExpressionOrText]) -> Vec<String> {
    parts.iter().fold(vec![String::new()], |starts, part| {
        let ends = match part {
            BraceExpressionOrText::Text(text) => vec![text.clone()],
            BraceExpressionOrText::Expr(members) => members.iter().flat_map(member).collect(),
        };
        let both = starts.iter().flat_map(|start| ends.iter().map(move |end| format!("{start}{end}")));
        both.take(MOST).collect()
    })
}

fn member(member: &BraceExpressionMember) -> Vec<String> {
    match member {
        BraceExpressionMember::NumberSequence { start, end, increment } => {
            steps(*start, *end, *increment).map(|it| it.to_string()).collect()
        }
        BraceExpressionMember::CharSequence { start, end, increment } => {
            let letters = steps(i64::from(u32::from(*start)), i64::from(u32::from(*end)), *increment);
            letters.filter_map(|it| char::from_u32(u32::try_from(it).ok()?)).map(String::from).collect()
        }
        BraceExpressionMember::Child(parts) => combined(parts),
    }
}

/// The numbers from `start` to `end`, in whichever direction that is.
fn steps(start: i64, end: i64, increment: i64) -> impl Iterator<Item = i64> {
    let step = increment.checked_abs().filter(|it| *it > 0).unwrap_or(1);
    let step = if end < start { -step } else { step };
    let goes_on = move |it: &i64| if step < 0 { *it >= end } else { *it <= end };
    std::iter::successors(Some(start), move |it| it.checked_add(step)).take_while(goes_on).take(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_stand_for_several_words() {
        for (word, want) in [
            ("{1..3}", "1 2 3"),
            ("x{a,b}y", "xay xby"),
            ("{3..1}", "3 2 1"),
            ("{a..c}", "a b c"),
            ("{1..7..3}", "1 4 7"),
            ("a", "a"),
            ("${x}", "${x}"),
        ] {
            assert_eq!(expanded(word, Dialect::Bash).join(" "), want, "{word}");
        }
    }
}
