//! YAML bodies: read as JSON would be, with go-yaml's words for what is wrong and the lines of repeated keys.
//!
//! go-yaml speaks YAML 1.1, in which an unquoted `yes`, `on` or `y` is true. The parser here speaks 1.2 and does not tell
//! quoted from plain; it tells places, though only with errors. So a text in which such a word or a repeated key occurs is
//! read again, up to that place.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::object::{Map, Str, Value};

/// The most places that are looked at in a text.
const MOST_PLACES: usize = 1_000;
/// Marks the reader's own errors among the parser's.
const MARK: char = '\u{1}';

/// Reads YAML as the JSON value that sigs.k8s.io/yaml makes of it: its first document, with YAML 1.1 booleans, merge keys
/// carried out and whole floats as whole numbers.
///
/// # Errors
/// The sentence of go-yaml, such as `yaml: line 12: did not find expected '-' indicator`.
pub fn to_value(text: &[u8]) -> Result<Value, String> {
    let mut state = State::default();
    let value = read(text, &mut state).map_err(|error| error_text(&error))?;
    let words = state.words.min(MOST_PLACES);
    if words == 0 {
        return Ok(value);
    }
    let plain = (0..words).map(|at| is_plain(text, at)).collect();
    let mut state = State { plain, ..State::default() };
    read(text, &mut state).map_err(|error| error_text(&error))
}

/// `line 7: key "a" already set in map` for each key that its map has already, in their order.
pub(super) fn repeated_keys(text: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    while found.len() < MOST_PLACES {
        let mut state = State { stop_at_repeated: Some(found.len()), ..State::default() };
        let Err(error) = read(text, &mut state) else { break };
        let text = error.to_string();
        let Some(key) = text.split(MARK).nth(1) else { break };
        let line = error.location().map_or(0, |it| it.line());
        found.push(format!("line {line}: key {key:?} already set in map"));
    }
    found
}

/// Whether the `at`th word that YAML 1.1 takes for a boolean stands without quotes.
fn is_plain(text: &[u8], at: usize) -> bool {
    let mut state = State { stop_at_word: Some(at), ..State::default() };
    let place = read(text, &mut state).err().and_then(|error| error.location());
    let first = place.and_then(|place| text.get(place.index()));
    first.is_some_and(|byte| !matches!(byte, b'"' | b'\'' | b'|' | b'>' | b'!'))
}

fn read(text: &[u8], state: &mut State) -> Result<Value, serde_yaml::Error> {
    match serde_yaml::Deserializer::from_slice(text).next() {
        Some(document) => Reader { state }.deserialize(document),
        None => Ok(Value::Null),
    }
}

/// `yaml: line 12: did not find expected '-' indicator`.
///
/// go-yaml counts the lines of scanner errors from one and those of parser errors from zero.
fn error_text(error: &serde_yaml::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    let what = what
        .split("did not find expected")
        .nth(1)
        .map_or_else(|| what.to_owned(), |rest| format!("did not find expected{rest}"));
    match error.location() {
        Some(location) => {
            let scanner = !what.starts_with("did not find expected");
            let line = if scanner { location.line() } else { location.line().saturating_sub(1) };
            format!("yaml: line {line}: {what}")
        }
        None => format!("yaml: {what}"),
    }
}

/// What a word means in YAML 1.1, if that is a boolean.
fn boolean(word: &str) -> Option<bool> {
    match word {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

#[derive(Debug, Default)]
struct State {
    /// Boolean words met so far.
    words: usize,
    /// Repeated keys met so far.
    repeated: usize,
    /// Which boolean words are plain, as far as that is known.
    plain: Vec<bool>,
    stop_at_word: Option<usize>,
    stop_at_repeated: Option<usize>,
}

struct Reader<'a> {
    state: &'a mut State,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(Value::Bool(it))
    }

    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(Value::Int(it))
    }

    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(i64::try_from(it).map_or(Value::Float(it as f64), Value::Int))
    }

    fn visit_f64<E>(self, it: f64) -> Result<Value, E> {
        let whole = it.fract() == 0.0 && it.abs() < 9e15;
        #[expect(clippy::cast_possible_truncation, reason = "the number is whole and within 53 bits")]
        Ok(if whole { Value::Int(it as i64) } else { Value::Float(it) })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        let Some(meaning) = boolean(text) else {
            return Ok(Value::Str(Str::from(text)));
        };
        let at = self.state.words;
        self.state.words += 1;
        if self.state.stop_at_word == Some(at) {
            return Err(E::custom(MARK));
        }
        let plain = self.state.plain.get(at) == Some(&true);
        Ok(if plain { Value::Bool(meaning) } else { Value::Str(Str::from(text)) })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Reader { state: &mut *self.state })? {
            items.push(item);
        }
        Ok(Value::list(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut entries = Map::new();
        let mut merged = Vec::new();
        while let Some(key) = access.next_key_seed(Key { state: &mut *self.state, seen: &entries })? {
            let value = access.next_value_seed(Reader { state: &mut *self.state })?;
            if key == "<<" {
                merged.push(value);
            } else {
                entries.insert(key, value);
            }
        }
        for value in merged {
            let sources = if let Value::List(items) = &value { items.to_vec() } else { vec![value] };
            for (key, value) in sources.iter().filter_map(Value::as_map).flat_map(Map::iter) {
                if !entries.contains_key(key) {
                    entries.insert(key, value);
                }
            }
        }
        Ok(Value::Map(entries))
    }
}

struct Key<'a> {
    state: &'a mut State,
    seen: &'a Map,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Str, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Str, E> {
        if self.seen.contains_key(key) {
            if self.state.stop_at_repeated == Some(self.state.repeated) {
                return Err(E::custom(format!("{MARK}{key}{MARK}")));
            }
            self.state.repeated += 1;
        }
        Ok(Str::from(key))
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
    fn an_unquoted_word_of_yaml_1_1_is_a_boolean() {
        let text = "a: on\nb: \"on\"\nc: [y, 'n', no]\nd: off\ne: |\n  yes\nf: true\n";
        let want = r#"{"a":true,"b":"on","c":[true,"n",false],"d":false,"e":"yes\n","f":true}"#;
        assert_eq!(to_value(text.as_bytes()).map(|it| it.to_json()), Ok(want.to_owned()));
    }

    #[test]
    fn the_first_document_counts_and_merge_keys_are_carried_out() {
        let text = b"base: &b {x: 1, y2: 2}\nmore:\n  <<: *b\n  x: 3\n---\nother: 1\n";
        let want = r#"{"base":{"x":1,"y2":2},"more":{"x":3,"y2":2}}"#;
        assert_eq!(to_value(text).map(|it| it.to_json()), Ok(want.to_owned()));
    }

    #[test]
    fn whole_floats_are_whole_numbers() {
        assert_eq!(to_value(b"a: 3.0\nb: 1.5\n").map(|it| it.to_json()), Ok(r#"{"a":3,"b":1.5}"#.to_owned()));
    }
}
