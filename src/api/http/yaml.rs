//! YAML bodies: read as JSON would be, with go-yaml's words for what is wrong and the lines of repeated keys.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::object::Value;

/// Reads YAML as the JSON value that sigs.k8s.io/yaml makes of it.
pub(super) fn to_value(text: &[u8]) -> Result<Value, String> {
    let value: Value = serde_yaml::from_slice(text).map_err(|error| error_text(&error))?;
    Ok(whole_numbers(value))
}

/// A float without a fraction is written to JSON as a whole number.
fn whole_numbers(value: Value) -> Value {
    match value {
        #[expect(clippy::cast_possible_truncation, reason = "the number is whole and within 53 bits")]
        Value::Float(it) if it.fract() == 0.0 && it.abs() < 9e15 => Value::Int(it as i64),
        Value::List(items) => Value::list(items.iter().cloned().map(whole_numbers)),
        Value::Map(map) => {
            Value::Map(map.iter().map(|(key, value)| (key.clone(), whole_numbers(value.clone()))).collect())
        }
        other => other,
    }
}

/// `yaml: line 12: did not find expected '-' indicator`.
///
/// go-yaml counts the lines of scanner errors from one and those of parser errors from zero.
fn error_text(error: &serde_yaml::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    let what = what.rsplit(": ").next().filter(|_| what.starts_with("[") || what.contains("]: ")).unwrap_or(what);
    match error.location() {
        Some(location) => {
            let scanner = !what.starts_with("did not find expected");
            let line = if scanner { location.line() } else { location.line().saturating_sub(1) };
            format!("yaml: line {line}: {what}")
        }
        None => format!("yaml: {what}"),
    }
}

/// `line 7: key "a" already set in map` for each key that its map has already, in their order.
///
/// The parser tells lines only with errors. So the text is read once for each repeated key, and stops at it.
pub(super) fn repeated_keys(text: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    while found.len() < 100 {
        let mut skip = found.len();
        let walk = Walk { skip: &mut skip };
        match walk.deserialize(serde_yaml::Deserializer::from_slice(text)) {
            Ok(()) => break,
            Err(error) => {
                let text = error.to_string();
                let Some((_, rest)) = text.split_once(REPEATED) else { break };
                let key = rest.split('\u{1}').next().unwrap_or_default();
                let line = error.location().map_or(0, |it| it.line());
                found.push(format!("line {line}: key {key:?} already set in map"));
            }
        }
    }
    found
}

/// Marks the walk's own error among the parser's.
const REPEATED: &str = "repeated\u{1}";

struct Walk<'a> {
    /// How many repeated keys to pass over.
    skip: &'a mut usize,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Walk { skip: &mut *self.skip })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let mut seen = Vec::new();
        while access.next_key_seed(Key { skip: &mut *self.skip, seen: &mut seen })?.is_some() {
            access.next_value_seed(Walk { skip: &mut *self.skip })?;
        }
        Ok(())
    }
}

struct Key<'a> {
    skip: &'a mut usize,
    seen: &'a mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        if !self.seen.iter().any(|it| it == key) {
            self.seen.push(key.to_owned());
            return Ok(());
        }
        if *self.skip == 0 {
            return Err(E::custom(format!("{REPEATED}{key}\u{1}")));
        }
        *self.skip -= 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_keys_are_found_with_their_lines() {
        let text = b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  name: z\ndata:\n  a: \"1\"\n  a: \"2\"\n";
        let want = ["line 5: key \"name\" already set in map", "line 8: key \"a\" already set in map"];
        assert_eq!(repeated_keys(text), want);
        assert!(repeated_keys(b"a: 1\nb:\n- a: 1\n- a: 2\n").is_empty());
    }

    #[test]
    fn what_is_no_yaml_is_told_in_go_yaml_s_words() {
        let text = b"spec:\n  containers:\n    - name: busybox\n      args:\n      - sleep\n    restartPolicy: Never\n";
        assert_eq!(to_value(text), Err("yaml: line 5: did not find expected '-' indicator".to_owned()));
    }

    #[test]
    fn whole_floats_are_whole_numbers() {
        assert_eq!(to_value(b"a: 3.0\nb: 1.5\n").map(|it| it.to_json()), Ok(r#"{"a":3,"b":1.5}"#.to_owned()));
    }
}
