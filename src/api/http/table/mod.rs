//! Objects as rows of a `meta.k8s.io` Table, as kubectl asks for them: the columns of each kind and what is in them
//! (`pkg/printers/internalversion/printers.go`, apiserver `pkg/registry/rest/table.go`).
//!
//! One file for each group of kinds; a kind without columns of its own shows its name and when it was created. This is the only
//! place that knows the columns: the tables of scenarios and snapshots are made of the same cells.

mod admission;
mod autoscaler;
mod batch;
mod column;
mod core;
mod custom;
mod docs;
mod json_path;
mod network;
mod pod;
mod policy;
mod row;
mod storage;
mod workloads;

use std::sync::Arc;

use self::column::{Column, NAME};
use self::row::Row;
use crate::clock::Time;
use crate::object::{Kind, KindInfo, Map, Value};

pub use self::custom::CustomColumns;
pub use self::row::human_duration;

/// How the objects of a built-in kind are shown.
#[derive(Debug)]
pub struct KindPrinter {
    group: &'static str,
    kind: &'static str,
    columns: &'static [Column],
    /// The cells of a row, in the order of the columns.
    cells: fn(&Row<'_>) -> Vec<Value>,
}

const PRINTERS: [&[KindPrinter]; 8] = [
    admission::PRINTERS,
    batch::PRINTERS,
    core::PRINTERS,
    network::PRINTERS,
    pod::PRINTERS,
    policy::PRINTERS,
    storage::PRINTERS,
    workloads::PRINTERS,
];

/// What a kind shows that has no columns of its own.
const DEFAULT_COLUMNS: &[Column] = &[NAME, column::field("Created At", column::META, "creationTimestamp").date()];

/// What makes rows of objects.
#[derive(Clone, Debug)]
pub enum Printer {
    /// The columns of a kind that Kubernetes brings along.
    BuiltIn(&'static KindPrinter),
    /// Name and time of creation.
    Default,
    /// The columns that a CustomResourceDefinition names.
    Custom(Arc<CustomColumns>),
}

impl Printer {
    /// The printer of a kind's objects.
    pub fn of(info: &KindInfo) -> Self {
        Self::named(info.group, info.kind)
    }

    /// The printer of the kind with that group and name.
    pub fn named(group: &str, kind: &str) -> Self {
        let found = PRINTERS.iter().flat_map(|it| it.iter()).find(|it| it.group == group && it.kind == kind);
        found.map_or(Printer::Default, Printer::BuiltIn)
    }

    /// The column definitions.
    pub fn columns(&self) -> Value {
        match self {
            Printer::BuiltIn(printer) => definitions(printer.columns),
            Printer::Default => definitions(DEFAULT_COLUMNS),
            Printer::Custom(custom) => custom.definitions(),
        }
    }

    /// The cells of `object` at the instant `now`.
    pub fn cells(&self, object: &Value, now: Time) -> Vec<Value> {
        let row = Row { object, now };
        match self {
            Printer::BuiltIn(printer) => (printer.cells)(&row),
            Printer::Default => vec![row.name(), created_at(object)],
            Printer::Custom(custom) => custom.cells(&row),
        }
    }

    /// A `TableRow` whose object is `shown`.
    pub fn row(&self, object: &Value, shown: Value, now: Time) -> Value {
        let mut row = Map::new();
        row.insert("cells", Value::from(self.cells(object, now)));
        row.insert("object", shown);
        let conditions = match self {
            Printer::BuiltIn(KindPrinter { group: "", kind: "Pod", .. }) => pod::conditions(object),
            _ => None,
        };
        if let Some(conditions) = conditions {
            row.insert("conditions", conditions);
        }
        Value::Map(row)
    }
}

fn definitions(columns: &[Column]) -> Value {
    Value::list(columns.iter().map(|it| Value::Map(it.definition())))
}

fn created_at(object: &Value) -> Value {
    match object.at(&["metadata", "creationTimestamp"]) {
        Value::Null => Value::from("<unknown>"),
        time => time.clone(),
    }
}

/// The heading of a column as kubectl prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// `NODE SELECTOR`.
    pub text: String,
    /// Whether it is shown with `-o wide` alone.
    pub is_wide: bool,
}

/// The headings of a kind's columns.
pub fn headings(kind: Kind) -> Vec<Heading> {
    let columns = match Printer::of(kind.info()) {
        Printer::BuiltIn(printer) => printer.columns,
        _ => DEFAULT_COLUMNS,
    };
    columns.iter().map(|it| Heading { text: it.name.to_uppercase(), is_wide: it.is_wide() }).collect()
}

/// What kubectl shows of `object` under the heading `column`; `None` for a heading that the kind has not.
pub fn cell(kind: Kind, column: &str, object: &Value, now: Time) -> Option<String> {
    let at = headings(kind).iter().position(|it| it.text == column)?;
    let cells = Printer::of(kind.info()).cells(object, now);
    Some(match cells.get(at)? {
        Value::Str(text) => text.to_string(),
        other => other.to_json(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_cell_for_each_column_and_every_field_is_documented() {
        let nothing = Value::empty_map();
        for printer in PRINTERS.iter().flat_map(|it| it.iter()) {
            let cells = (printer.cells)(&Row { object: &nothing, now: Time::from_unix(0) });
            // An IPAddress has its age in a cell without a column, upstream as well.
            let extra = usize::from(printer.kind == "IPAddress");
            assert_eq!(cells.len(), printer.columns.len() + extra, "{}", printer.kind);
            for column in printer.columns {
                let silent = printer.kind == "RuntimeClass" && column.name == "Handler";
                assert_eq!(column.description().is_empty(), silent, "{} {}", printer.kind, column.name);
            }
        }
    }

    #[test]
    fn a_kind_without_columns_shows_when_it_was_created() {
        let json = r#"{"metadata":{"name":"r","creationTimestamp":"2026-01-01T00:00:00Z"}}"#;
        let object = Value::from_json(json.as_bytes()).expect("valid JSON");
        let cells = Printer::named("rbac.authorization.k8s.io", "Role").cells(&object, Time::from_unix(0));
        assert_eq!(Value::from(cells).to_json(), r#"["r","2026-01-01T00:00:00Z"]"#);
    }
}
