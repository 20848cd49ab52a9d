//! Paths to fields: `status.numberReady`, `.spec.template.spec.containers[0].image`, `status.conditions[type=Complete]`.

use super::Result;
use crate::object::Value;
use crate::report::Failure;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// A field of a map.
    Field(String),
    /// An item of a list, from 0.
    Item(usize),
    /// The items of a list whose field has a value.
    Where(String, String),
}

/// Splits a path into its parts.
fn parse(path: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = path.trim_start_matches('$').trim_start_matches('.');
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (inside, after) = inside.split_once(']')?;
            rest = after.strip_prefix('.').unwrap_or(after);
            parts.push(match inside.split_once('=') {
                Some((key, value)) => Part::Where(key.to_owned(), value.trim_matches(['"', '\'']).to_owned()),
                None => match inside.parse() {
                    Ok(item) => Part::Item(item),
                    Err(_) => Part::Field(inside.trim_matches(['"', '\'']).to_owned()),
                },
            });
            continue;
        }
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        parts.push(Part::Field(rest[..end].to_owned()));
        rest = rest[end..].strip_prefix('.').unwrap_or(&rest[end..]);
    }
    (!parts.is_empty()).then_some(parts)
}

/// The value at `path`, null when it is absent.
///
/// # Errors
/// When the path is none.
pub fn look_up(value: &Value, path: &str) -> Result<Value> {
    let parts = parse(path).ok_or_else(|| not_a_path(path))?;
    let mut at = value;
    for part in &parts {
        at = match part {
            Part::Field(name) => at.get(name),
            Part::Item(i) => &at[*i],
            Part::Where(key, want) => {
                at.items().iter().find(|it| is_written(it.get(key), want)).unwrap_or(Value::null())
            }
        };
    }
    Ok(at.clone())
}

/// The map that holds nothing but `value` at `path`: a merge patch that sets it.
///
/// # Errors
/// When the path goes through a list.
pub fn patch_at(path: &str, value: Value) -> Result<Value> {
    let parts = parse(path).ok_or_else(|| not_a_path(path))?;
    parts.into_iter().rev().try_fold(value, |inner, part| match part {
        Part::Field(name) => {
            let mut map = Value::empty_map();
            map.set(name, inner);
            Ok(map)
        }
        _ => Err(Failure::scenario(format!("{path} goes through a list")).help("use `I patch .. with:` instead")),
    })
}

fn not_a_path(path: &str) -> Failure {
    Failure::scenario(format!("{path:?} is no path of fields")).help("write it as `status.conditions[0].type`")
}

/// How a scenario writes `value`.
pub fn written(value: &Value) -> String {
    match value {
        Value::Null => "not set".to_owned(),
        Value::Str(text) => text.to_string(),
        other => other.to_json(),
    }
}

/// Whether `value` is what a scenario means by `text`: as it is written, or the same YAML.
pub fn is_written(value: &Value, text: &str) -> bool {
    let plain = super::args::unquoted(text);
    if written(value) == plain {
        return true;
    }
    !matches!(value, Value::Str(_)) && serde_yaml::from_str::<Value>(text).is_ok_and(|it| it == *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reaches_fields_items_and_matching_items() {
        let text = r#"{"a":{"b.c/d":1,"list":[{"type":"X","status":"True"},{"type":"Y"}]}}"#;
        let value = Value::from_json(text.as_bytes()).expect("valid JSON");
        for (path, want) in [
            ("a.list[1].type", "Y"),
            (".a.list[type=X].status", "True"),
            ("a['b.c/d']", "1"),
            ("a.none.more", "not set"),
        ] {
            assert_eq!(written(&look_up(&value, path).expect("a path")), want, "{path}");
        }
        assert!(look_up(&value, "").is_err());
    }

    #[test]
    fn a_value_is_meant_by_its_text() {
        assert!(is_written(&Value::Int(3), "3"));
        assert!(is_written(&Value::from("25%"), "25%"));
        assert!(is_written(&Value::from("3"), "\"3\""));
        assert!(is_written(&Value::list(["a", "b"]), "[a, b]"));
        assert!(!is_written(&Value::from("3"), "4"));
    }
}
