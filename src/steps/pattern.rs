//! What a step looks like, as text that people can read, and the regular expression made of it.
//!
//! `{kind}` or `{name:kind}` stands for a word of that kind, `(s)` for an optional part, `<is|are>` for a choice.

use cucumber::codegen::Regex;

use crate::clock::Span;

/// The kinds of placeholders and what each looks like.
const PLACEHOLDERS: &[(&str, &str)] = &[
    ("count", r"\d+|no|one|two|three|four|five|six|seven|eight|nine|ten"),
    ("duration", r"\d+(?:\.\d+)? ?[a-zµ]+(?:,? (?:and )?\d+(?:\.\d+)? ?[a-z]+|\d+(?:\.\d+)?[a-z]+)*"),
    ("object", r"the pod of [a-zA-Z.]+/[^\s/]+ on \S+|[a-zA-Z.]+/[^\s/]+(?: in namespace \S+)?"),
    ("node", r"(?:node/)?[^\s/]+"),
    ("resource", r"[a-zA-Z.]+"),
    ("plural", r"[a-zA-Z.]*s"),
    ("propagation", "foreground|background"),
    ("orphaning", "orphaning its dependents"),
    ("since", "since the marked moment"),
    ("force", "by force"),
    ("sharing", "in all"),
    ("state", r"pending|running|succeeded|failed|ready|terminating"),
    ("code", r"`[^`]+`"),
    ("output", "output|error output"),
    ("text", r#""[^"]*""#),
    ("word", r"\S+"),
    ("rest", r".+"),
];

/// A step's pattern.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    text: &'static str,
}

impl Pattern {
    /// The pattern written as `text`.
    pub fn new(text: &'static str) -> Self {
        Pattern { text }
    }

    /// The regular expression that matches whole steps, with a named group for each placeholder.
    pub fn regex(self) -> Regex {
        let source = self.source();
        Regex::new(&source).unwrap_or_else(|_| unreachable!("every pattern of the catalogue is tested: {source}"))
    }

    fn source(self) -> String {
        let mut out = String::from("^");
        let mut rest = self.text;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            match c {
                '{' => {
                    let (inside, after) = rest.split_once('}').unwrap_or((rest, ""));
                    rest = after;
                    let (name, kind) = inside.split_once(':').unwrap_or((inside, inside));
                    let looks = PLACEHOLDERS.iter().find(|(it, _)| *it == kind).map_or(r"\S+", |(_, looks)| looks);
                    out.push_str(&format!("(?P<{name}>{looks})"));
                }
                '(' => out.push_str("(?:"),
                ')' => out.push_str(")?"),
                '<' => out.push_str("(?:"),
                '>' => out.push(')'),
                '|' => out.push('|'),
                '.' | '+' | '*' | '?' | '[' | ']' | '^' | '$' | '\\' => {
                    out.push('\\');
                    out.push(c);
                }
                c => out.push(c),
            }
        }
        out.push('$');
        out
    }

    /// The text as the catalogue shows it.
    pub fn text(self) -> &'static str {
        self.text
    }
}

/// Parses a duration as people write it: `90 seconds`, `2m30s`, `1 hour and 5 minutes`, `1.5s`.
pub fn parse_duration(text: &str) -> Option<Span> {
    const UNITS: &[(&[&str], i64)] = &[
        (&["ns", "nanosecond", "nanoseconds"], 1),
        (&["µs", "us", "microsecond", "microseconds"], 1_000),
        (&["ms", "millisecond", "milliseconds"], 1_000_000),
        (&["s", "sec", "secs", "second", "seconds"], 1_000_000_000),
        (&["m", "min", "mins", "minute", "minutes"], 60_000_000_000),
        (&["h", "hour", "hours"], 3_600_000_000_000),
        (&["d", "day", "days"], 86_400_000_000_000),
        (&["week", "weeks"], 604_800_000_000_000),
        (&["year", "years"], 31_536_000_000_000_000),
    ];
    let text = text.replace(" and ", " ").replace(',', " ");
    let mut rest = text.trim();
    let mut total = 0_i64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(digits);
        let after = after.trim_start();
        let letters = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let nanos = UNITS.iter().find(|(names, _)| names.contains(&unit))?.1;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let mut part = whole.parse::<i64>().ok()?.checked_mul(nanos)?;
        let mut scale = nanos;
        for digit in fraction.chars() {
            scale /= 10;
            part = part.checked_add(i64::from(digit.to_digit(10)?).checked_mul(scale)?)?;
        }
        total = total.checked_add(part)?;
        rest = after.trim_start();
    }
    Some(Span(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_read_as_people_write_it() {
        let table = [
            ("90 seconds", Some(90_000)),
            ("1 minute", Some(60_000)),
            ("2m30s", Some(150_000)),
            ("1 hour and 5 minutes", Some(3_900_000)),
            ("1.5s", Some(1_500)),
            ("200ms", Some(200)),
            ("1 day", Some(86_400_000)),
            ("ten", None),
            ("5 parsecs", None),
            ("", None),
        ];
        for (text, millis) in table {
            assert_eq!(parse_duration(text), millis.map(Span::millis), "{text}");
        }
    }

    #[test]
    fn a_pattern_matches_whole_steps() {
        let regex = Pattern::new("a cluster with {count} node(s)").regex();
        assert!(regex.is_match("a cluster with 3 nodes"));
        assert!(regex.is_match("a cluster with 1 node"));
        assert!(!regex.is_match("a cluster with 3 nodes and a moon"));
    }

    #[test]
    fn a_duration_in_a_step_may_have_spaces() {
        let regex = Pattern::new("{duration} pass(es)").regex();
        for step in ["90 seconds pass", "1 minute passes", "2m30s pass", "1 hour and 5 minutes pass"] {
            let captures = regex.captures(step).expect("it matches");
            assert!(parse_duration(&captures["duration"]).is_some(), "{step}");
        }
    }
}
