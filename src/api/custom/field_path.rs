//! Paths to fields as rules and selectable fields name them, `.spec['a.b'].c` (apiextensions-apiserver
//! `pkg/apiserver/schema/cel/validation.go`, `ValidFieldPath`).

use super::schema::Schema;

/// A path that leads to a field of a schema.
#[derive(Debug)]
pub struct FieldPath<'s> {
    /// As errors show it.
    pub shown: String,
    /// Its first step.
    pub root: String,
    /// The schema of the field.
    pub schema: &'s Schema,
}

/// Follows `text` through `schema`.
///
/// # Errors
/// Why it leads nowhere.
pub fn follow<'s>(text: &str, schema: &'s Schema, allows_brackets: bool) -> Result<FieldPath<'s>, String> {
    let mut path = FieldPath { shown: String::new(), root: String::new(), schema };
    let mut tokens = tokens(text).into_iter();
    while let Some(token) = tokens.next() {
        let mut next = || tokens.next().ok_or_else(|| "unexpected end of JSON path".to_owned());
        match token.as_str() {
            "[" if !allows_brackets => return Err("array notation is not allowed".to_owned()),
            "[" => {
                let quoted = next()?;
                let inner = quoted.strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
                let Some(inner) = inner.filter(|_| quoted.len() >= 2) else {
                    return Err(format!("expected single quoted string but got {quoted}"));
                };
                path.step(&unescape(inner)?)?;
                let close = next()?;
                if close != "]" {
                    return Err(format!("expected ] but got {close}"));
                }
            }
            "." => path.step(&next()?)?,
            other => return Err(format!("expected [ or . but got: {other}")),
        }
    }
    Ok(path)
}

impl FieldPath<'_> {
    fn step(&mut self, name: &str) -> Result<(), String> {
        let nowhere = || "does not refer to a valid field".to_owned();
        if !self.schema.properties.is_empty() {
            self.schema = self.schema.properties.get(name).ok_or_else(nowhere)?;
            let dot = if self.shown.is_empty() { "" } else { "." };
            self.shown.push_str(&format!("{dot}{name}"));
        } else {
            self.schema = self.schema.additional_schema().ok_or_else(nowhere)?;
            self.shown.push_str(&format!("[{name}]"));
        }
        if self.root.is_empty() {
            self.root = name.to_owned();
        }
        Ok(())
    }
}

/// Splits a path at dots and brackets, which are tokens of their own.
fn tokens(text: &str) -> Vec<String> {
    let (mut tokens, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '.' | '[' | ']' => 1,
            '\'' => {
                let close = rest.char_indices().skip(1).find(|(i, c)| *c == '\'' && !rest[..*i].ends_with('\\'));
                close.map_or(rest.len(), |(i, _)| i + 1)
            }
            _ => rest.find(['.', '[', ']']).unwrap_or(rest.len()),
        };
        tokens.push(rest[..end].to_owned());
        rest = &rest[end..];
    }
    tokens
}

fn unescape(text: &str) -> Result<String, String> {
    let (mut out, mut chars) = (String::new(), text.chars());
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        out.push(match chars.next() {
            Some('a') => '\u{7}',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('v') => '\u{b}',
            Some(c @ ('\'' | '\\')) => c,
            other => {
                let shown = other.map_or(String::new(), |it| it.to_string());
                return Err(format!("invalid string literal: invalid escape char \\{shown}"));
            }
        });
    }
    Ok(out)
}

/// The value at a path of plain field names, `.spec.replicas`, if every step of it is there.
pub fn value_at<'v>(value: &'v crate::object::Value, path: &str) -> Option<&'v crate::object::Value> {
    let steps = path.trim_start_matches('.').split('.');
    steps.into_iter().try_fold(value, |value, key| value.as_map().and_then(|map| map.get(key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Value;

    #[test]
    fn a_path_leads_to_a_field_or_says_why_not() {
        let schema = r#"{"properties":{"spec":{"properties":{"a":{"type":"string"},"b.c":{"type":"integer"},
            "m":{"additionalProperties":{"type":"string"}}}}}}"#;
        let schema = Schema::parse(&Value::from_json(schema.as_bytes()).expect("valid JSON"));
        let table = [
            (".spec.a", "spec.a"),
            (".spec['b.c']", "spec.b.c"),
            (".spec.m.x", "spec.m[x]"),
            (".spec.z", "does not refer to a valid field"),
            ("spec", "expected [ or . but got: spec"),
            (".spec[a]", "expected single quoted string but got a"),
            (".spec.", "unexpected end of JSON path"),
        ];
        for (text, want) in table {
            let got = follow(text, &schema, true).map_or_else(|why| why, |path| path.shown);
            assert_eq!(got, want, "{text}");
        }
    }
}
