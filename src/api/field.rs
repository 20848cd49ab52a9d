//! Field errors: where in an object what is wrong, with the texts of apimachinery `pkg/util/validation/field`.

use std::fmt;

use crate::map;
use crate::object::{Map, Value};

/// A path to a field, such as `spec.template.spec.containers[0].image`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(String);

impl Path {
    /// A path of one field; `Path::new("spec")`.
    pub fn new(field: &str) -> Self {
        Path(field.to_owned())
    }

    /// The field `name` below this one.
    pub fn child(&self, name: &str) -> Self {
        if self.0.is_empty() { Path(name.to_owned()) } else { Path(format!("{}.{name}", self.0)) }
    }

    /// The item `i` of this list.
    pub fn index(&self, i: usize) -> Self {
        Path(format!("{}[{i}]", self.0))
    }

    /// The entry `key` of this map.
    pub fn key(&self, key: &str) -> Self {
        Path(format!("{}[{key}]", self.0))
    }
}

impl Path {
    /// The same path to walk on from without allocating.
    pub fn at(&self) -> At<'_> {
        At::new(&self.0)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "<nil>" } else { &self.0 })
    }
}

/// A path that borrows its parent: free to make while all is well, and rendered only when an error names it.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Field(&'a str),
    Index(usize),
    Key(&'a str),
}

impl<'a> At<'a> {
    /// A path of one field; `At::new("spec")`.
    pub const fn new(field: &'a str) -> Self {
        At { parent: None, step: Step::Field(field) }
    }

    /// The field `name` below this one.
    pub const fn child<'b>(&'b self, name: &'b str) -> At<'b> {
        At { parent: Some(self), step: Step::Field(name) }
    }

    /// The item `i` of this list.
    pub const fn index(&self, i: usize) -> At<'_> {
        At { parent: Some(self), step: Step::Index(i) }
    }

    /// The entry `key` of this map.
    pub const fn key<'b>(&'b self, key: &'b str) -> At<'b> {
        At { parent: Some(self), step: Step::Key(key) }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Field("") if self.parent.is_none() => Ok(()),
            Step::Field(name) if self.parent.is_some_and(|it| !it.is_empty_root()) => write!(f, ".{name}"),
            Step::Field(name) => f.write_str(name),
            Step::Index(i) => write!(f, "[{i}]"),
            Step::Key(key) => write!(f, "[{key}]"),
        }
    }
}

impl At<'_> {
    fn is_empty_root(&self) -> bool {
        self.parent.is_none() && matches!(self.step, Step::Field(""))
    }
}

/// What kind of wrong, with the reason that a `Status` cause names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A field that must be there is not.
    Required,
    /// The value is not one that the field takes.
    Invalid,
    /// The value is not of the closed set.
    NotSupported,
    /// The field may not be set here.
    Forbidden,
    /// Two items are the same where they must differ.
    Duplicate,
    /// The text or list is too long.
    TooLong,
    /// There are too many items.
    TooMany,
    /// What it names does not exist.
    NotFound,
    /// The value has the wrong type.
    TypeInvalid,
}

impl Wrong {
    fn reason(self) -> &'static str {
        match self {
            Wrong::Required => "FieldValueRequired",
            Wrong::Invalid => "FieldValueInvalid",
            Wrong::NotSupported => "FieldValueNotSupported",
            Wrong::Forbidden => "FieldValueForbidden",
            Wrong::Duplicate => "FieldValueDuplicate",
            Wrong::TooLong => "FieldValueTooLong",
            Wrong::TooMany => "FieldValueTooMany",
            Wrong::NotFound => "FieldValueNotFound",
            Wrong::TypeInvalid => "FieldValueTypeInvalid",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Wrong::Required => "Required value",
            Wrong::Invalid | Wrong::TypeInvalid => "Invalid value",
            Wrong::NotSupported => "Unsupported value",
            Wrong::Forbidden => "Forbidden",
            Wrong::Duplicate => "Duplicate value",
            Wrong::TooLong => "Too long",
            Wrong::TooMany => "Too many",
            Wrong::NotFound => "Not found",
        }
    }
}

/// One field error.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    /// What kind of wrong.
    pub wrong: Wrong,
    /// Where, such as `spec.containers[0].image`.
    pub field: String,
    /// The value as the message shows it, quoted if it is a string; empty for kinds that show none.
    pub shown: String,
    /// Why, or empty.
    pub detail: String,
}

impl FieldError {
    fn body(&self) -> String {
        let mut body = self.wrong.title().to_owned();
        if !self.shown.is_empty() {
            body.push_str(": ");
            if self.shown.starts_with(['{', '[']) {
                body.push_str(&escaped_json(&self.shown));
            } else {
                body.push_str(&self.shown);
            }
        }
        if !self.detail.is_empty() {
            body.push_str(": ");
            body.push_str(&self.detail);
        }
        body
    }

    /// The cause in a `Status`.
    pub fn cause(&self) -> Map {
        map! { "reason" => self.wrong.reason(), "message" => self.body(), "field" => self.field.as_str() }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.body())
    }
}

/// Every field error of an object, in the order of the checks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ErrorList(Vec<FieldError>);

impl ErrorList {
    /// No error yet.
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    fn push(&mut self, wrong: Wrong, path: &dyn fmt::Display, shown: String, detail: impl Into<String>) {
        self.0.push(FieldError { wrong, field: path.to_string(), shown, detail: detail.into() });
    }

    /// Adds an error made elsewhere.
    #[cold]
    pub fn add(&mut self, error: FieldError) {
        self.0.push(error);
    }

    /// A required field is missing.
    #[cold]
    pub fn required(&mut self, path: &dyn fmt::Display, detail: impl Into<String>) {
        self.push(Wrong::Required, path, String::new(), detail);
    }

    /// `value` is not one that the field takes.
    #[cold]
    pub fn invalid(&mut self, path: &dyn fmt::Display, value: impl Into<Value>, detail: impl Into<String>) {
        self.push(Wrong::Invalid, path, show(&value.into()), detail);
    }

    /// `value` is not of the closed set; `supported` is listed in the order given.
    #[cold]
    pub fn not_supported(&mut self, path: &dyn fmt::Display, value: impl Into<Value>, supported: &[&str]) {
        let quoted: Vec<_> = supported.iter().map(|it| format!("{it:?}")).collect();
        let detail = if quoted.is_empty() { String::new() } else { format!("supported values: {}", quoted.join(", ")) };
        self.push(Wrong::NotSupported, path, show(&value.into()), detail);
    }

    /// The field may not be set here.
    #[cold]
    pub fn forbidden(&mut self, path: &dyn fmt::Display, detail: impl Into<String>) {
        self.push(Wrong::Forbidden, path, String::new(), detail);
    }

    /// `value` is there twice.
    #[cold]
    pub fn duplicate(&mut self, path: &dyn fmt::Display, value: impl Into<Value>) {
        self.push(Wrong::Duplicate, path, show(&value.into()), "");
    }

    /// The text is longer than `max_bytes`.
    #[cold]
    pub fn too_long(&mut self, path: &dyn fmt::Display, max_bytes: usize) {
        self.push(Wrong::TooLong, path, String::new(), format!("may not be more than {max_bytes} bytes"));
    }

    /// There are more items than `max`.
    #[cold]
    pub fn too_many(&mut self, path: &dyn fmt::Display, actual: usize, max: usize) {
        self.push(Wrong::TooMany, path, actual.to_string(), format!("must have at most {max} items"));
    }

    /// What `value` names is not there.
    #[cold]
    pub fn not_found(&mut self, path: &dyn fmt::Display, value: impl Into<Value>) {
        self.push(Wrong::NotFound, path, show(&value.into()), "");
    }

    /// Whether there is no error.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of errors.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The errors in order.
    pub fn iter(&self) -> impl Iterator<Item = &FieldError> {
        self.0.iter()
    }

    /// Adds the errors of another list.
    #[inline]
    pub fn extend(&mut self, other: ErrorList) {
        if self.0.is_empty() {
            self.0 = other.0;
        } else {
            self.0.extend(other.0);
        }
    }
}

/// JSON as Go's `json.Marshal` writes it, so that it can stand in a page of HTML.
pub fn escaped_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            other => out.push(other),
        }
    }
    out
}

/// `text` in quotes as Go's `%q` writes it.
pub fn quote(text: &str) -> String {
    if text.bytes().all(|it| (b' '..=b'~').contains(&it) && it != b'"' && it != b'\\') {
        return format!("\"{text}\"");
    }
    let mut out = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' | '\u{7f}' => out.push_str(&format!("\\x{:02x}", u32::from(letter))),
            '\u{80}'..='\u{a0}' | '\u{ad}' => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

fn show(value: &Value) -> String {
    match value {
        Value::Str(text) => quote(text),
        Value::Null => "null".to_owned(),
        other => other.to_json(),
    }
}

impl fmt::Display for ErrorList {
    /// One error as it is; several in brackets, without repeats (`utilerrors.Aggregate`).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut texts: Vec<String> = Vec::new();
        for error in &self.0 {
            let text = error.to_string();
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        match texts.as_slice() {
            [only] => f.write_str(only),
            many => write!(f, "[{}]", many.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angle_brackets_and_ampersands_are_escaped_in_what_is_shown_as_json_and_nowhere_else() {
        let mut errors = ErrorList::new();
        errors.invalid(&"command", Value::list([Value::from("a && b > c")]), "no");
        errors.invalid(&"text", "a && b", "no");
        let want = r#"[command: Invalid value: ["a \u0026\u0026 b \u003e c"]: no, text: Invalid value: "a && b": no]"#;
        assert_eq!(errors.to_string(), want);
    }

    #[test]
    fn a_string_is_shown_as_go_quotes_it() {
        let table = [
            ("plain", "\"plain\""),
            ("it's", "\"it's\""),
            ("a\"b\\c", "\"a\\\"b\\\\c\""),
            ("tab\tbell\u{7}", "\"tab\\tbell\\a\""),
            ("\u{1}é", "\"\\x01é\""),
        ];
        for (text, want) in table {
            assert_eq!(quote(text), want);
        }
    }
}
