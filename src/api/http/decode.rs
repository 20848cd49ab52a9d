//! Reading JSON as a Go type would: unknown and repeated fields are noted, nulls and empty fields dropped, and a value of a
//! wrong type is told in the words of sigs.k8s.io/json.

use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::scalars;
use super::schema::{Schema, Struct, Type};
use crate::object::{Map, Str, Value};

/// What reading a text as a type came to.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    pub value: Value,
    /// `unknown field "spec.foo"` and `duplicate field "data.a"`, in their order.
    pub strict: Vec<String>,
}

/// Why a text cannot be read as a type.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum DecodeError {
    /// It is no JSON.
    Syntax(String),
    /// A value has the wrong type.
    Type(String),
}

/// Whose words a value of a wrong type is told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Voice {
    /// Those of sigs.k8s.io/json.
    Json,
    /// Those of apimachinery's `pkg/runtime/converter.go`.
    Converter,
}

/// Reads JSON text as `ty`.
pub(super) fn decode(text: &[u8], schema: &Schema, ty: &Type) -> Result<Decoded, DecodeError> {
    decode_as(Voice::Json, text, schema, ty)
}

/// Reads the JSON text of an unstructured object as `ty`, with the errors of the converter between the two.
pub(super) fn decode_unstructured(text: &[u8], schema: &Schema, ty: &Type) -> Result<Decoded, DecodeError> {
    decode_as(Voice::Converter, text, schema, ty)
}

fn decode_as(voice: Voice, text: &[u8], schema: &Schema, ty: &Type) -> Result<Decoded, DecodeError> {
    let mut state =
        State { schema, voice, path: Vec::new(), go_fields: Vec::new(), owner: None, strict: Vec::new(), wrong: None };
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let syntax = |error: &serde_json::Error| DecodeError::Syntax(scalars::go_syntax_error(text, error));
    let seed = Seed { state: &mut state, ty, go_type: None };
    let value = seed.deserialize(&mut deserializer).map_err(|error| syntax(&error))?;
    deserializer.end().map_err(|error| syntax(&error))?;
    match state.wrong {
        Some(wrong) => Err(DecodeError::Type(wrong)),
        None => Ok(Decoded { value, strict: state.strict }),
    }
}

/// A step of the path that strict errors show.
enum Step {
    Field(String),
    Index(usize),
}

struct State<'s> {
    schema: &'s Schema,
    voice: Voice,
    path: Vec<Step>,
    /// The struct fields on the way, without indexes and map keys: the path that type errors show.
    go_fields: Vec<String>,
    /// The innermost struct.
    owner: Option<&'s str>,
    strict: Vec<String>,
    /// The first type error.
    wrong: Option<String>,
}

impl State<'_> {
    fn note(&mut self, what: &str, field: &str) {
        let mut path = String::new();
        for step in &self.path {
            match step {
                Step::Field(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(name);
                }
                Step::Index(i) => path.push_str(&format!("[{i}]")),
            }
        }
        let dot = if path.is_empty() { "" } else { "." };
        let text = format!("{what} field \"{path}{dot}{field}\"");
        if !self.strict.contains(&text) && self.strict.len() < 100 {
            self.strict.push(text);
        }
    }

    fn mistake(&mut self, found: &str, ty: &Type, go_type: Option<&str>) {
        if self.wrong.is_some() {
            return;
        }
        let of = go_type.map_or_else(|| self.schema.go_name(ty), str::to_owned);
        self.wrong = Some(match self.owner {
            _ if self.voice == Voice::Converter => unconvertible(found, ty, &of),
            Some(owner) => {
                let path = self.go_fields.join(".");
                format!("json: cannot unmarshal {found} into Go struct field {owner}.{path} of type {of}")
            }
            None => format!("json: cannot unmarshal {found} into Go value of type {of}"),
        });
    }

    fn fail(&mut self, why: String) {
        self.wrong.get_or_insert(why);
    }
}

/// Why the converter cannot make a value of the type `of` of what was `found`.
fn unconvertible(found: &str, ty: &Type, of: &str) -> String {
    let (kind, number) = found.split_once(' ').unwrap_or((found, ""));
    let kind = match kind {
        "number" if number.contains(['.', 'e']) => "float64",
        "number" => "int64",
        "array" => "slice",
        "object" => "map",
        kind => kind,
    };
    let basic = match ty {
        Type::Map(_) => return format!("cannot restore map from {kind}"),
        Type::List(_) | Type::Bytes => return format!("cannot restore slice from {kind}"),
        Type::Struct(_) => return format!("cannot restore struct from: {kind}"),
        Type::Str if kind == "int64" => return format!("cannot convert {kind} to {of}"),
        Type::Int32 | Type::Int64 if matches!(kind, "int64" | "float64") => {
            return format!("cannot convert {kind} to {of}");
        }
        Type::Str => "string",
        Type::Int32 => "int32",
        Type::Int64 => "int64",
        Type::Float => "float64",
        Type::Bool => "bool",
        _ => of,
    };
    format!("unrecognized type: {basic}")
}

struct Seed<'a, 's> {
    state: &'a mut State<'s>,
    ty: &'a Type,
    go_type: Option<&'s str>,
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Seed<'_, '_> {
    fn mistake<E>(self, found: &str) -> Result<Value, E> {
        self.state.mistake(found, self.ty, self.go_type);
        Ok(Value::Null)
    }

    fn own<E>(self, result: Result<Value, String>) -> Result<Value, E> {
        Ok(result.unwrap_or_else(|why| {
            self.state.fail(why);
            Value::Null
        }))
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        match self.ty {
            Type::Bool | Type::Any => Ok(Value::Bool(it)),
            ty => match scalars::refuse("bool", ty) {
                Some(why) => self.own(Err(why)),
                None => self.mistake("bool"),
            },
        }
    }

    fn visit_i64<E: Error>(self, it: i64) -> Result<Value, E> {
        match self.ty {
            Type::Int32 if i32::try_from(it).is_err() => self.mistake(&format!("number {it}")),
            Type::Int64 | Type::Int32 | Type::Any | Type::IntOrString | Type::Float => Ok(Value::Int(it)),
            Type::Quantity => self.own(scalars::quantity(&it.to_string())),
            ty => match scalars::refuse("number", ty) {
                Some(why) => self.own(Err(why)),
                None => self.mistake("number"),
            },
        }
    }

    fn visit_u64<E: Error>(self, it: u64) -> Result<Value, E> {
        match i64::try_from(it) {
            Ok(it) => self.visit_i64(it),
            Err(_) if matches!(self.ty, Type::Int32 | Type::Int64) => self.mistake(&format!("number {it}")),
            Err(_) => self.visit_f64(it as f64),
        }
    }

    fn visit_f64<E: Error>(self, it: f64) -> Result<Value, E> {
        match self.ty {
            Type::Float | Type::Any => Ok(Value::Float(it)),
            Type::Quantity => self.own(scalars::quantity(&it.to_string())),
            Type::Int32 | Type::Int64 => self.mistake(&format!("number {it:?}")),
            Type::IntOrString => {
                let why = format!("json: cannot unmarshal number {it:?} into Go value of type int32");
                self.own(Err(why))
            }
            ty => match scalars::refuse("number", ty) {
                Some(why) => self.own(Err(why)),
                None if self.state.voice == Voice::Converter => self.mistake(&format!("number {it:?}")),
                None => self.mistake("number"),
            },
        }
    }

    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        match self.ty {
            Type::Str | Type::Any | Type::IntOrString => Ok(Value::Str(Str::from(it))),
            Type::Bytes => self.own(scalars::base64(it)),
            Type::Time => self.own(scalars::time(it, false)),
            Type::MicroTime => self.own(scalars::time(it, true)),
            Type::Quantity => self.own(scalars::quantity(it)),
            _ => self.mistake("string"),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let of = match self.ty {
            Type::List(of) => of.as_ref(),
            Type::Any => &Type::Any,
            ty => {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                return match scalars::refuse("array", ty) {
                    Some(why) => self.own(Err(why)),
                    None => self.mistake("array"),
                };
            }
        };
        let mut items = Vec::new();
        loop {
            self.state.path.push(Step::Index(items.len()));
            let item = seq.next_element_seed(Seed { state: &mut *self.state, ty: of, go_type: None })?;
            self.state.path.pop();
            match item {
                Some(Value::Null) => items.push(scalars::zero(of)),
                Some(item) => items.push(item),
                None => return Ok(Value::List(Arc::new(items))),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        match self.ty {
            Type::Struct(index) => visit_struct(self.state, self.state.schema.get(*index), access),
            Type::Map(of) => visit_entries(self.state, of, access),
            Type::Any => visit_entries(self.state, &Type::Any, access),
            ty => {
                while access.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                match scalars::refuse("object", ty) {
                    Some(why) => self.own(Err(why)),
                    None => self.mistake("object"),
                }
            }
        }
    }
}

/// Two texts of one field, as Go reads them: structs and maps are filled twice, anything else is replaced.
fn overlaid(old: Value, new: Value, ty: &Type) -> Value {
    match (old, new, ty) {
        (Value::Map(mut old), Value::Map(new), Type::Struct(_) | Type::Map(_)) => {
            for (key, value) in new.iter() {
                old.insert(key, value);
            }
            Value::Map(old)
        }
        (_, new, _) => new,
    }
}

/// Whether an empty map is kept where Go would not write it: the labels of a workload's template. Errors show them and tell
/// an empty map from none, and no workload whose selector fits such labels is stored.
fn is_shown_empty(outer: &[String], key: &str) -> bool {
    key == "labels" && outer == ["spec", "template", "metadata"]
}

fn visit_struct<'de, 's, A: MapAccess<'de>>(
    state: &mut State<'s>,
    owner: &'s Struct,
    mut access: A,
) -> Result<Value, A::Error> {
    let outer = state.owner;
    let mut entries: Vec<(Str, Value)> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    while let Some(key) = access.next_key::<String>()? {
        let Some(field) = owner.fields.get(&key) else {
            state.note("unknown", &key);
            access.next_value::<IgnoredAny>()?;
            continue;
        };
        let repeated = seen.contains(&key);
        if repeated {
            state.note("duplicate", &key);
        }
        state.owner = Some(&owner.name);
        state.path.push(Step::Field(key.clone()));
        state.go_fields.push(key.clone());
        let value =
            access.next_value_seed(Seed { state: &mut *state, ty: &field.ty, go_type: Some(&field.go_type) })?;
        state.path.pop();
        state.go_fields.pop();
        state.owner = outer;
        let before = entries.iter().position(|(name, _)| *name == key).map(|i| entries.remove(i).1);
        let value = match before {
            Some(before) if value.is_null() => before,
            Some(before) => overlaid(before, value, &field.ty),
            None => value,
        };
        if !(value.is_null() || field.omits_zero && value.is_empty() && !is_shown_empty(&state.go_fields, &key)) {
            entries.push((Str::from(key.as_str()), value));
        }
        if !repeated {
            seen.push(key);
        }
    }
    Ok(Value::Map(Map::from_entries(entries)))
}

fn visit_entries<'de, A: MapAccess<'de>>(state: &mut State<'_>, of: &Type, mut access: A) -> Result<Value, A::Error> {
    let mut entries: Vec<(Str, Value)> = Vec::new();
    while let Some(key) = access.next_key::<String>()? {
        let before = entries.iter().position(|(name, _)| *name == key);
        if before.is_some() {
            state.note("duplicate", &key);
        }
        if state.path.len() > 10_000 {
            return Err(A::Error::custom("exceeded max depth"));
        }
        state.path.push(Step::Field(key.clone()));
        let value = access.next_value_seed(Seed { state: &mut *state, ty: of, go_type: None })?;
        state.path.pop();
        let value = if value.is_null() { scalars::zero(of) } else { value };
        if let Some(i) = before {
            entries.remove(i);
        }
        entries.push((Str::from(key), value));
    }
    Ok(Value::Map(Map::from_entries(entries)))
}

#[cfg(test)]
mod tests {
    use super::super::schema::schema;
    use super::*;
    use crate::object::{Kind, kinds};

    fn read(kind: Kind, text: &str) -> Result<Decoded, DecodeError> {
        decode(text.as_bytes(), schema(), schema().root(kind))
    }

    #[test]
    fn unknown_and_repeated_fields_are_noted_with_their_paths() {
        let text =
            r#"{"spec":{"containers":[{"name":"a","x":1,"name":"b"}],"y":{}},"metadata":{"labels":{"k":"1","k":"2"}}}"#;
        let decoded = read(kinds::POD, text).expect("no type error");
        let want = [
            "unknown field \"spec.containers[0].x\"",
            "duplicate field \"spec.containers[0].name\"",
            "unknown field \"spec.y\"",
            "duplicate field \"metadata.labels.k\"",
        ];
        assert_eq!(decoded.strict, want);
        assert_eq!(decoded.value["spec"]["containers"][0]["name"].str_or_empty(), "b");
    }

    #[test]
    fn a_value_of_a_wrong_type_is_told_with_go_s_struct_and_path() {
        let table = [
            (
                kinds::JOB,
                r#"{"spec":{"parallelism":"3"}}"#,
                "string into Go struct field JobSpec.spec.parallelism of type int32",
            ),
            (
                kinds::JOB,
                r#"{"spec":{"parallelism":1.5}}"#,
                "number 1.5 into Go struct field JobSpec.spec.parallelism of type int32",
            ),
            (
                kinds::POD,
                r#"{"spec":{"containers":"c"}}"#,
                "string into Go struct field PodSpec.spec.containers of type []v1.Container",
            ),
            (
                kinds::POD,
                r#"{"spec":{"containers":[{"args":"x"}]}}"#,
                "string into Go struct field Container.spec.containers.args of type []string",
            ),
            (kinds::CONFIG_MAP, r#"{"data":{"a":1}}"#, "number into Go struct field ConfigMap.data of type string"),
            (
                kinds::POD,
                r#"{"metadata":{"labels":{"a":true}}}"#,
                "bool into Go struct field ObjectMeta.metadata.labels of type string",
            ),
            (
                kinds::POD,
                r#"{"metadata":{"labels":["a"]}}"#,
                "array into Go struct field ObjectMeta.metadata.labels of type map[string]string",
            ),
            (
                kinds::POD,
                r#"{"spec":{"restartPolicy":1}}"#,
                "number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy",
            ),
            (kinds::POD, "[]", "array into Go value of type v1.Pod"),
        ];
        for (kind, text, want) in table {
            let error = read(kind, text).expect_err(text);
            assert_eq!(error, DecodeError::Type(format!("json: cannot unmarshal {want}")), "{text}");
        }
    }

    #[test]
    fn an_unstructured_value_of_a_wrong_type_is_told_in_the_words_of_the_converter() {
        let table = [
            (kinds::CONFIG_MAP, r#"{"data":{"a":5}}"#, "cannot convert int64 to string"),
            (kinds::CONFIG_MAP, r#"{"data":{"a":true}}"#, "unrecognized type: string"),
            (kinds::CONFIG_MAP, r#"{"data":{"a":1.5}}"#, "unrecognized type: string"),
            (kinds::CONFIG_MAP, r#"{"data":"a"}"#, "cannot restore map from string"),
            (kinds::POD, r#"{"spec":{"restartPolicy":1}}"#, "cannot convert int64 to v1.RestartPolicy"),
            (kinds::POD, r#"{"spec":{"containers":"c"}}"#, "cannot restore slice from string"),
            (kinds::POD, r#"{"spec":"x"}"#, "cannot restore struct from: string"),
            (kinds::JOB, r#"{"spec":{"parallelism":"3"}}"#, "unrecognized type: int32"),
            (kinds::JOB, r#"{"spec":{"parallelism":1.5}}"#, "cannot convert float64 to int32"),
            (kinds::JOB, r#"{"spec":{"suspend":1}}"#, "unrecognized type: bool"),
        ];
        for (kind, text, want) in table {
            let error = decode_unstructured(text.as_bytes(), schema(), schema().root(kind)).expect_err(text);
            assert_eq!(error, DecodeError::Type(want.to_owned()), "{text}");
        }
    }

    #[test]
    fn empty_labels_of_a_template_are_told_from_none() {
        let labels = |text: &str| {
            let value = read(kinds::DAEMON_SET, text).expect("no type error").value;
            value.at(&["spec", "template", "metadata", "labels"]).to_json()
        };
        assert_eq!(labels(r#"{"spec":{"template":{"metadata":{"labels":{}}}}}"#), "{}");
        assert_eq!(labels(r#"{"spec":{"template":{"metadata":{"labels":null}}}}"#), "null");
    }

    #[test]
    fn what_go_would_not_write_again_is_dropped() {
        let text = r#"{"metadata":{"name":"p","creationTimestamp":null,"labels":{}},"spec":{"hostNetwork":false,"nodeName":"",
            "containers":[{"name":"c","args":[],"env":[{"name":"E","value":""}],"resources":{"limits":{"cpu":"1000m","memory":1}}}],
            "securityContext":{},"terminationGracePeriodSeconds":0}}"#;
        let value = read(kinds::POD, text).expect("no type error").value;
        let want = r#"{"metadata":{"name":"p"},"spec":{"containers":[{"env":[{"name":"E"}],"name":"c","resources":{"limits":{"cpu":"1","memory":"1"}}}],"securityContext":{},"terminationGracePeriodSeconds":0}}"#;
        assert_eq!(value.to_json(), want);
    }
}
