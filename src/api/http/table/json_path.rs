//! The part of JSONPath that printer columns may use: fields, indexes, all items, and filters (client-go `util/jsonpath`).

use crate::object::{Map, Value};

/// A parsed path, such as `.status.conditions[?(@.type=="Ready")].status`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct JsonPath(Vec<Step>);

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Field(String),
    /// Every field or item.
    All,
    /// From the end when it is negative.
    Index(i64),
    /// Every field of that name at any depth.
    Descend(String),
    Filter(JsonPath, Comparison, Value),
    /// Items that have something at a path.
    Has(JsonPath),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl JsonPath {
    /// Parses a path; the error says what was not understood.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().trim_start_matches('$').trim_start_matches('@');
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (step, after) = step(rest)?;
            steps.extend(step);
            rest = after;
        }
        Ok(JsonPath(steps))
    }

    /// What the path leads to in `value`, in order; keys that are missing lead nowhere.
    pub(super) fn find<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        self.0.iter().fold(vec![value], |found, step| found.into_iter().flat_map(|it| step.of(it)).collect())
    }
}

impl Step {
    fn of<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        match self {
            Step::Field(name) => value.as_map().and_then(|it| it.get(name)).into_iter().collect(),
            Step::All => children(value),
            Step::Index(i) => {
                let items = value.items();
                let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
                let at = if *i < 0 { length + i } else { *i };
                usize::try_from(at).ok().and_then(|at| items.get(at)).into_iter().collect()
            }
            Step::Descend(name) => {
                let mut found: Vec<_> = value.as_map().and_then(|it| it.get(name)).into_iter().collect();
                found.extend(children(value).into_iter().flat_map(|it| self.of(it)));
                found
            }
            Step::Filter(path, comparison, wanted) => {
                let matches = |it: &&Value| path.find(it).first().is_some_and(|found| comparison.holds(found, wanted));
                value.items().iter().filter(matches).collect()
            }
            Step::Has(path) => value.items().iter().filter(|it| !path.find(it).is_empty()).collect(),
        }
    }
}

impl Comparison {
    fn holds(self, found: &Value, wanted: &Value) -> bool {
        let order = match (found, wanted) {
            (Value::Int(a), Value::Int(b)) => a.partial_cmp(b),
            (Value::Str(a), Value::Str(b)) => a.partial_cmp(b),
            (Value::Bool(a), Value::Bool(b)) => a.partial_cmp(b),
            _ => None,
        };
        match self {
            Comparison::Equal => order.is_some_and(std::cmp::Ordering::is_eq),
            Comparison::NotEqual => !order.is_some_and(std::cmp::Ordering::is_eq),
            Comparison::Less => order.is_some_and(std::cmp::Ordering::is_lt),
            Comparison::AtMost => order.is_some_and(std::cmp::Ordering::is_le),
            Comparison::Greater => order.is_some_and(std::cmp::Ordering::is_gt),
            Comparison::AtLeast => order.is_some_and(std::cmp::Ordering::is_ge),
        }
    }
}

fn children(value: &Value) -> Vec<&Value> {
    match value.as_map() {
        Some(map) => Map::iter(map).map(|(_, value)| value).collect(),
        None => value.items().iter().collect(),
    }
}

/// The first step of a text, and what follows it.
fn step(text: &str) -> Result<(Option<Step>, &str), String> {
    if let Some(rest) = text.strip_prefix("..") {
        let (name, rest) = field(rest);
        return Ok((Some(Step::Descend(name)), rest));
    }
    if let Some(rest) = text.strip_prefix('.') {
        if rest.starts_with('[') {
            return Ok((None, rest));
        }
        let (name, rest) = field(rest);
        return Ok((named(name), rest));
    }
    if let Some(rest) = text.strip_prefix('[') {
        let end = closing(rest).ok_or_else(|| format!("unterminated array: {text}"))?;
        return Ok((Some(bracket(rest[..end].trim())?), &rest[end + 1..]));
    }
    let (name, rest) = field(text);
    if name.is_empty() {
        return Err(format!("unrecognized character in action: {text}"));
    }
    Ok((named(name), rest))
}

fn named(name: String) -> Option<Step> {
    match name.as_str() {
        "" => None,
        "*" => Some(Step::All),
        _ => Some(Step::Field(name)),
    }
}

/// A field's name up to the next dot or bracket; a backslash takes away the meaning of what follows it.
fn field(text: &str) -> (String, &str) {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '.' | '[' => return (name, &text[i..]),
            '\\' => name.extend(chars.next().map(|(_, c)| c)),
            c => name.push(c),
        }
    }
    (name, "")
}

/// Where the bracket closes that was opened before `text`.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (i, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') if depth == 0 => return Some(i),
            (None, ']') => depth -= 1,
            _ => {}
        }
    }
    None
}

fn bracket(inside: &str) -> Result<Step, String> {
    if inside == "*" {
        return Ok(Step::All);
    }
    if let Some(filter) = inside.strip_prefix("?(").and_then(|it| it.strip_suffix(')')) {
        return self::filter(filter.trim());
    }
    if let Some(name) = unquoted(inside) {
        return Ok(Step::Field(name.to_owned()));
    }
    inside.parse().map(Step::Index).map_err(|_| format!("invalid array index {inside}"))
}

fn filter(text: &str) -> Result<Step, String> {
    const COMPARISONS: [(&str, Comparison); 6] = [
        ("==", Comparison::Equal),
        ("!=", Comparison::NotEqual),
        ("<=", Comparison::AtMost),
        (">=", Comparison::AtLeast),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
    ];
    for (sign, comparison) in COMPARISONS {
        if let Some((path, wanted)) = text.split_once(sign) {
            return Ok(Step::Filter(JsonPath::parse(path.trim())?, comparison, literal(wanted.trim())?));
        }
    }
    Ok(Step::Has(JsonPath::parse(text)?))
}

fn literal(text: &str) -> Result<Value, String> {
    if let Some(text) = unquoted(text) {
        return Ok(Value::from(text));
    }
    Value::from_json(text.as_bytes()).map_err(|_| format!("invalid filter value {text}"))
}

fn unquoted(text: &str) -> Option<&str> {
    let quoted = |quote: char| text.strip_prefix(quote).and_then(|it| it.strip_suffix(quote));
    quoted('\'').or_else(|| quoted('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_finds_what_it_names() {
        let json = r#"{"a":{"b":[{"n":1,"k":"x"},{"n":2,"k":"y"}],"c.d":"dot"},"e":{"n":3}}"#;
        let value = Value::from_json(json.as_bytes()).expect("valid JSON");
        let table = [
            (".a.b[0].n", "[1]"),
            ("$.a.b[-1].k", r#"["y"]"#),
            (".a.b[*].n", "[1,2]"),
            (r#".a.b[?(@.k=="y")].n"#, "[2]"),
            (".a.b[?(@.n>1)].k", r#"["y"]"#),
            (r".a.c\.d", r#"["dot"]"#),
            (".a['c.d']", r#"["dot"]"#),
            ("..n", "[1,2,3]"),
            (".a.none", "[]"),
        ];
        for (path, want) in table {
            let path = JsonPath::parse(path).expect(path);
            let found: Vec<Value> = path.find(&value).into_iter().cloned().collect();
            assert_eq!(Value::from(found).to_json(), want, "{path:?}");
        }
        assert!(JsonPath::parse(".a[").is_err());
        assert!(JsonPath::parse(".a[x]").is_err());
    }
}
