//! The words for what a container does, the same in steps and in annotations.
//!
//! `print "3.14159" and exit 0 after 10 seconds`: clauses are joined by `and`, a comma, a semicolon or a new line, and each may
//! say when. A verb may have any ending, and `starts` or `stops` before it.

use super::{Behaviour, Clause, Effect};
use crate::clock::Span;
use crate::object::{Quantity, Str};

/// The verbs and how each is used.
const KNOWN: &[(&str, &str)] = &[
    ("print", "print \"TEXT\""),
    ("exit", "exit CODE"),
    ("crash", "crash with code CODE"),
    ("fill", "fill 2Gi of the disk"),
    ("grow", "grow to 300Mi"),
    ("listen", "listen on port PORT"),
    ("answer", "answer STATUS on PATH at port PORT with \"BODY\""),
    ("stop", "stop listening on port PORT"),
    ("hang", "hang"),
    ("run", "run"),
];

/// A clause that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{clause}` is nothing that a container can be told to do{hint}; it can {known}, each with `after DURATION`")]
pub struct UnknownWords {
    clause: String,
    hint: String,
    known: String,
}

impl UnknownWords {
    fn of(clause: &[String]) -> Self {
        let first = clause.first().map(String::as_str).unwrap_or_default();
        let nearest = KNOWN.iter().max_by(|a, b| {
            let near = |verb: &str| strsim::jaro_winkler(verb, first);
            near(a.0).total_cmp(&near(b.0))
        });
        let hint = nearest
            .filter(|it| strsim::jaro_winkler(it.0, first) > 0.8)
            .map_or_else(String::new, |it| format!(" (did you mean `{}`?)", it.1));
        let known = KNOWN.iter().map(|it| format!("`{}`", it.1)).collect::<Vec<_>>().join(", ");
        let shown = |it: &String| if it.starts_with('"') { format!("{it}\"") } else { it.clone() };
        let clause = clause.iter().map(shown).collect::<Vec<_>>().join(" ");
        UnknownWords { clause, hint, known }
    }
}

/// Reads what a container does.
///
/// # Errors
/// The first clause that is not understood, with those that are.
pub fn parse(text: &str) -> Result<Behaviour, UnknownWords> {
    let mut behaviour = Behaviour::default();
    for words in clauses(text) {
        behaviour.clauses.extend(clause(&words)?);
    }
    Ok(behaviour)
}

/// The clauses of a text, as words; what stands in quotation marks is one word that begins with such a mark.
fn clauses(text: &str) -> Vec<Vec<String>> {
    let (mut all, mut words, mut word, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let end_word = |word: &mut String, words: &mut Vec<String>| {
        if !word.is_empty() {
            words.push(std::mem::take(word));
        }
    };
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if quoted => match letters.next() {
                Some('n') => word.push('\n'),
                Some(other) => word.push(other),
                None => {}
            },
            '"' if quoted => {
                quoted = false;
                end_word(&mut word, &mut words);
            }
            '"' => {
                end_word(&mut word, &mut words);
                quoted = true;
                word.push('"');
            }
            _ if quoted => word.push(letter),
            ',' | ';' | '\n' => {
                end_word(&mut word, &mut words);
                all.push(std::mem::take(&mut words));
            }
            _ if letter.is_whitespace() => {
                end_word(&mut word, &mut words);
                if words.last().is_some_and(|it| it == "and") {
                    words.pop();
                    all.push(std::mem::take(&mut words));
                }
            }
            _ => word.push(letter),
        }
    }
    end_word(&mut word, &mut words);
    all.push(words);
    all.retain(|it| !it.is_empty());
    all
}

/// What one clause says; running on is nothing to be noted.
fn clause(words: &[String]) -> Result<Option<Clause>, UnknownWords> {
    let unknown = || UnknownWords::of(words);
    let (words, after) = match words.iter().position(|it| it == "after") {
        Some(at) => (&words[..at], duration(&words[at + 1..].join(" ")).ok_or_else(unknown)?),
        None => (words, Span::ZERO),
    };
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    let rest = match texts.as_slice() {
        ["start" | "starts", rest @ ..] => rest,
        all => all,
    };
    let number = |text: &str| text.parse::<u16>().ok();
    let (verb, rest) = rest.split_first().ok_or_else(unknown)?;
    let effect = match (stem(verb), rest) {
        ("print", [text]) => text.strip_prefix('"').map(|it| Effect::Print(Str::from(format!("{it}\n")))),
        ("exit", [code] | ["with", "code", code] | ["with", code]) => code.parse().ok().map(Effect::Exit),
        ("crash", []) => Some(Effect::Exit(1)),
        ("crash", ["with", "code", code] | ["with", "exit", "code", code]) => code.parse().ok().map(Effect::Exit),
        ("fill", [size, "of", "the", "disk"]) => bytes(size).map(Effect::Fill),
        ("grow", ["to", size]) => bytes(size).map(Effect::Grow),
        ("listen", ["on" | "at", "port", port] | ["on", port]) => number(port).map(Effect::Listen),
        ("answer", rest) => answer(rest),
        ("stop", ["listening"]) => Some(Effect::StopListening(None)),
        ("stop", ["listening", "on" | "at", "port", port]) => number(port).map(|it| Effect::StopListening(Some(it))),
        ("hang", []) => Some(Effect::Hang),
        ("run", []) => return Ok(None),
        _ => None,
    };
    effect.map(|effect| Some(Clause { after, effect })).ok_or_else(unknown)
}

/// A verb without its ending.
fn stem(verb: &str) -> &str {
    let stems = KNOWN.iter().map(|it| it.0);
    let endings = ["", "s", "es", "ing", "ping"];
    let found = stems.into_iter().find(|stem| endings.iter().any(|ending| verb.strip_prefix(stem) == Some(*ending)));
    found.unwrap_or(if verb == "running" { "run" } else { verb })
}

/// `500 on /healthz at port 8080 with "BODY"`.
fn answer(words: &[&str]) -> Option<Effect> {
    let (status, mut rest) = words.split_first()?;
    let status = status.parse().ok().filter(|it| (100..600).contains(it))?;
    let (mut path, mut port, mut body) = (None, None, Str::new());
    loop {
        rest = match rest {
            [] => return Some(Effect::Answer { status, path, port, body }),
            ["on" | "at", "port", number, more @ ..] => {
                port = Some(number.parse().ok()?);
                more
            }
            ["on" | "at", its, more @ ..] if its.starts_with('/') => {
                path = Some(Str::from(*its));
                more
            }
            ["with", text, more @ ..] => {
                body = Str::from(text.strip_prefix('"')?);
                more
            }
            _ => return None,
        };
    }
}

fn bytes(text: &str) -> Option<i64> {
    Quantity::parse(text).ok().map(Quantity::value).filter(|it| *it > 0)
}

/// `10 seconds`, `2m30s`, `1 hour 5 minutes`.
fn duration(text: &str) -> Option<Span> {
    const UNITS: [(&str, i64); 7] = [
        ("ms", 1_000_000),
        ("milliseconds", 1_000_000),
        ("s", 1_000_000_000),
        ("seconds", 1_000_000_000),
        ("minutes", 60_000_000_000),
        ("hours", 3_600_000_000_000),
        ("days", 86_400_000_000_000),
    ];
    let (mut rest, mut total) = (text.trim(), 0_i64);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|it: char| !it.is_ascii_digit() && it != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let after = rest[digits..].trim_start();
        let letters = after.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(after.len());
        let unit = &after[..letters];
        let is_short = |name: &str| unit.len() == 1 && name != "milliseconds" && name.starts_with(unit);
        let is_unit =
            |name: &str| name == unit || (name.len() > 2 && (name.strip_suffix('s') == Some(unit) || is_short(name)));
        let nanos = UNITS.iter().find(|it| !unit.is_empty() && is_unit(it.0))?.1;
        total = total.checked_add((number * nanos as f64).round() as i64)?;
        rest = after[letters..].trim_start();
    }
    Some(Span(total))
}
