//! The columns that a CustomResourceDefinition names (apiextensions `pkg/registry/customresource/tableconvertor`).

use super::column::{META, NAME, definition};
use super::docs;
use super::json_path::JsonPath;
use super::row::{Row, human_duration};
use crate::clock::Time;
use crate::object::{Str, Value};

/// The printer columns of one version of a custom resource.
#[derive(Debug)]
pub struct CustomColumns(Vec<CustomColumn>);

#[derive(Debug)]
struct CustomColumn {
    name: Str,
    ty: Str,
    format: Str,
    description: String,
    priority: i64,
    path: Option<JsonPath>,
}

impl CustomColumns {
    /// Reads `additionalPrinterColumns`; without any there is the age.
    pub fn new(columns: &Value) -> Self {
        let mut columns: Vec<_> = columns.items().iter().map(CustomColumn::new).collect();
        if columns.is_empty() {
            columns.push(CustomColumn {
                name: Str::from("Age"),
                ty: Str::from("date"),
                format: Str::default(),
                description: docs::description(META, "creationTimestamp").to_owned(),
                priority: 0,
                path: JsonPath::parse(".metadata.creationTimestamp").ok(),
            });
        }
        CustomColumns(columns)
    }

    pub(super) fn definitions(&self) -> Value {
        let own = self.0.iter().map(|it| definition(&it.name, &it.ty, &it.format, &it.description, it.priority));
        Value::list([NAME.definition()].into_iter().chain(own))
    }

    pub(super) fn cells(&self, row: &Row<'_>) -> Vec<Value> {
        std::iter::once(row.name()).chain(self.0.iter().map(|it| it.cell(row))).collect()
    }
}

impl CustomColumn {
    fn new(column: &Value) -> Self {
        let text = |field: &str| column[field].as_shared_str().cloned().unwrap_or_default();
        let path = text("jsonPath");
        let description = match column["description"].str_or_empty() {
            "" => format!("Custom resource definition column (in JSONPath format): {path}"),
            text => text.to_owned(),
        };
        CustomColumn {
            name: text("name"),
            ty: text("type"),
            format: text("format"),
            description,
            priority: column["priority"].as_i64().unwrap_or(0),
            path: JsonPath::parse(&path).ok(),
        }
    }

    fn cell(&self, row: &Row<'_>) -> Value {
        let Some(value) = self.path.as_ref().and_then(|path| path.find(row.object).into_iter().next()) else {
            return Value::Null;
        };
        match (self.ty.as_str(), value) {
            (_, Value::Null) => Value::Null,
            ("string", Value::Str(_)) => value.clone(),
            ("string", other) => Value::from(other.to_json()),
            ("integer" | "number", Value::Int(_)) | ("number", Value::Float(_)) | ("boolean", Value::Bool(_)) => {
                value.clone()
            }
            #[expect(clippy::cast_possible_truncation, reason = "a float is cut as Go cuts it")]
            ("integer", Value::Float(number)) => Value::Int(*number as i64),
            ("date", Value::Str(text)) => Value::from(match Time::parse(text) {
                Some(time) => human_duration(row.now - time),
                None => "<invalid>".to_owned(),
            }),
            _ => Value::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value {
        Value::from_json(json.as_bytes()).expect("valid JSON")
    }

    #[test]
    fn a_cell_is_what_the_path_finds_if_it_has_the_type() {
        let columns = CustomColumns::new(&value(
            r#"[{"name":"Size","type":"integer","jsonPath":".spec.size"},{"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"},
                {"name":"All","type":"string","jsonPath":".spec"},{"name":"Odd","type":"boolean","jsonPath":".spec.size"},
                {"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"},{"name":"None","type":"string","jsonPath":".no"}]"#,
        ));
        let object = value(
            r#"{"metadata":{"name":"w","creationTimestamp":"1970-01-01T00:00:40Z"},"spec":{"size":3},
                "status":{"conditions":[{"type":"A","status":"x"},{"type":"Ready","status":"True"}]}}"#,
        );
        let cells = columns.cells(&Row { object: &object, now: Time::from_unix(100) });
        assert_eq!(Value::from(cells).to_json(), r#"["w",3,"True","{\"size\":3}",null,"60s",null]"#);
    }

    #[test]
    fn without_columns_there_is_the_age() {
        let columns = CustomColumns::new(Value::null());
        let names: Vec<_> =
            columns.definitions().items().iter().map(|it| it["name"].str_or_empty().to_owned()).collect();
        assert_eq!(names, ["Name", "Age"]);
    }
}
