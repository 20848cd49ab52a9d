//! The difference of two pod specs as the refusal of an update shows it (google/go-cmp `cmp/report_compare.go`).
//!
//! Changed fields come with a `-` and a `+` line and two unchanged neighbours on either side, by their names and in their
//! order in Go. Known difference: parts that go-cmp would break over lines stay on one line.

use crate::api::field::quote;
use crate::api::registry::pod::go_form::{Field, Shape, Type, internal_spec};
use crate::api::registry::pod::go_types::{EPHEMERAL_CONTAINER, POD_SPEC};
use crate::object::{Map, Str, Value};

/// How many unchanged records are shown on either side of a change.
const CONTEXT: usize = 2;

/// How `new` differs from `old`; both are pod specs.
pub(super) fn render(old: &Value, new: &Value) -> String {
    text(&POD_SPEC, &internal_spec(old), &internal_spec(new))
}

/// How `new` differs from `old`; both are ephemeral containers.
pub(super) fn render_ephemeral_container(old: &Value, new: &Value) -> String {
    text(&EPHEMERAL_CONTAINER, old, new)
}

fn text(ty: &Type, old: &Value, new: &Value) -> String {
    let mut out = format!("  {}{{\n", ty.name);
    write_records(&mut out, 1, &struct_records(ty, old, new));
    out.push_str("  }\n");
    out
}

/// A line, or a block of lines, of a struct, list or map.
struct Record {
    sign: char,
    key: String,
    body: Body,
}

enum Body {
    Line(String),
    Block(String, Vec<Record>),
    Ellipsis(String),
}

/// A part of a struct, list or map: what it is called, and its two sides.
struct Part<'a> {
    key: String,
    shape: Shape,
    old: &'a Value,
    new: &'a Value,
    has_old: bool,
    has_new: bool,
}

fn struct_records(ty: &Type, old: &Value, new: &Value) -> Vec<Record> {
    let part = |field: &Field| Part {
        key: field.name.to_owned(),
        shape: field.shape,
        old: &old[field.json],
        new: &new[field.json],
        has_old: true,
        has_new: true,
    };
    let parts: Vec<_> = ty.fields.iter().map(part).collect();
    records(&parts, "fields")
}

fn list_records(shape: Shape, old: &[Value], new: &[Value]) -> Vec<Record> {
    let part = |i: usize| Part {
        key: String::new(),
        shape,
        old: old.get(i).unwrap_or(Value::null()),
        new: new.get(i).unwrap_or(Value::null()),
        has_old: i < old.len(),
        has_new: i < new.len(),
    };
    let parts: Vec<_> = (0..old.len().max(new.len())).map(part).collect();
    records(&parts, "elements")
}

fn map_records(old: &Map, new: &Map) -> Vec<Record> {
    let mut keys: Vec<&Str> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    let part = |key: &&Str| Part {
        key: quote(key),
        shape: Shape::Text,
        old: &old[key.as_str()],
        new: &new[key.as_str()],
        has_old: old.contains_key(key),
        has_new: new.contains_key(key),
    };
    let parts: Vec<_> = keys.iter().map(part).collect();
    records(&parts, "entries")
}

fn records(parts: &[Part<'_>], what: &str) -> Vec<Record> {
    let is_same = |it: &Part<'_>| it.has_old == it.has_new && it.old == it.new;
    let mut out = Vec::new();
    let mut i = 0;
    while i < parts.len() {
        let run = parts[i..].iter().take_while(|it| is_same(it)).count();
        if run == 0 {
            changed(&mut out, &parts[i]);
            i += 1;
            continue;
        }
        let low = if i == 0 { 0 } else { CONTEXT.min(run) };
        let mut high = if i + run == parts.len() { 0 } else { CONTEXT.min(run - low) };
        if run - low - high == 1 {
            high += 1;
        }
        let same = |it: &Part<'_>| Record { sign: ' ', key: it.key.clone(), body: Body::Line(it.shape.show(it.old)) };
        out.extend(parts[i..i + low].iter().map(same));
        let left = run - low - high;
        if left > 0 {
            let body = Body::Ellipsis(format!("... // {left} identical {what}"));
            out.push(Record { sign: ' ', key: String::new(), body });
        }
        out.extend(parts[i + run - high..i + run].iter().map(same));
        i += run;
    }
    out
}

/// One part that differs: inside where both sides have one, and as a whole otherwise.
fn changed(out: &mut Vec<Record>, part: &Part<'_>) {
    let block = match (part.shape, part.old, part.new) {
        (Shape::Structs(ty), Value::List(old), Value::List(new)) => {
            Some((format!("[]{}{{", ty.name), list_records(Shape::Struct(ty), old, new)))
        }
        (Shape::Struct(ty), Value::Map(_), Value::Map(_)) => {
            let name = if part.key.is_empty() { "" } else { ty.name };
            Some((format!("{name}{{"), struct_records(ty, part.old, part.new)))
        }
        (Shape::StructPointer(ty), Value::Map(_), Value::Map(_)) => {
            Some((format!("&{}{{", ty.name), struct_records(ty, part.old, part.new)))
        }
        (Shape::Map, Value::Map(old), Value::Map(new)) => {
            Some(("map[string]string{".to_owned(), map_records(old, new)))
        }
        _ => None,
    };
    if let Some((head, inner)) = block {
        out.push(Record { sign: ' ', key: part.key.clone(), body: Body::Block(head, inner) });
        return;
    }
    for (sign, value, is_there) in [('-', part.old, part.has_old), ('+', part.new, part.has_new)] {
        if is_there {
            let body = Body::Line(part.shape.show_typed(value));
            out.push(Record { sign, key: part.key.clone(), body });
        }
    }
}

/// Writes records below each other; the values of neighbouring lines are aligned.
fn write_records(out: &mut String, depth: usize, records: &[Record]) {
    let is_line = |it: &Record| matches!(it.body, Body::Line(_)) && !it.key.is_empty();
    for (i, record) in records.iter().enumerate() {
        out.push(record.sign);
        out.push(' ');
        out.push_str(&"\t".repeat(depth));
        if !record.key.is_empty() {
            out.push_str(&record.key);
            out.push(':');
            let before = records[..i].iter().rev().take_while(|it| is_line(it));
            let after = records[i..].iter().take_while(|it| is_line(it));
            let width = before.chain(after).map(|it| it.key.len()).max().filter(|_| is_line(record));
            out.push_str(&" ".repeat(width.unwrap_or(record.key.len()) - record.key.len() + 1));
        }
        match &record.body {
            Body::Line(line) => out.push_str(&format!("{line},\n")),
            Body::Ellipsis(line) => out.push_str(&format!("{line}\n")),
            Body::Block(head, inner) => {
                out.push_str(&format!("{head}\n"));
                write_records(out, depth + 1, inner);
                out.push_str(&format!("  {}}},\n", "\t".repeat(depth)));
            }
        }
    }
}
