//! `metadata.managedFields` as data: who manages which fields, since when, and through which version
//! (apimachinery `pkg/util/managedfields/internal/managedfields.go`).

use std::collections::BTreeMap;

use super::format::{from_fields, to_fields};
use super::set::FieldSet;
use crate::clock::Time;
use crate::map;
use crate::object::{Map, Str, Value};

/// How a manager came to its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// By server-side apply.
    Apply,
    /// By any other write.
    Update,
}

impl Operation {
    fn text(self) -> &'static str {
        match self {
            Operation::Apply => "Apply",
            Operation::Update => "Update",
        }
    }
}

/// What tells one manager from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Manager {
    /// The name that the client gave.
    pub name: Str,
    /// How it came to its fields.
    pub operation: Operation,
    /// The API version of its writes; empty for appliers, which are one manager in every version.
    pub api_version: Str,
    /// The subresource that it wrote to, or empty.
    pub subresource: Str,
}

impl Manager {
    /// Who updates `subresource` in `api_version`.
    pub fn updating(name: &str, api_version: &str, subresource: &str) -> Self {
        let text = |it: &str| Str::from(it);
        Manager {
            name: text(if name.is_empty() { "unknown" } else { name }),
            operation: Operation::Update,
            api_version: text(api_version),
            subresource: text(subresource),
        }
    }

    /// Who applies to `subresource`.
    pub fn applying(name: &str, subresource: &str) -> Self {
        let operation = Operation::Apply;
        Manager { operation, api_version: Str::new(), ..Self::updating(name, "", subresource) }
    }

    /// The manager as a conflict names it.
    pub fn shown(&self) -> String {
        let mut text = format!("{:?}", self.name.as_str());
        if !self.subresource.is_empty() {
            text.push_str(&format!(" with subresource {:?}", self.subresource.as_str()));
        }
        if self.operation == Operation::Update {
            text.push_str(&format!(" using {}", self.api_version));
        }
        text
    }
}

/// The fields of a manager.
#[derive(Clone, Debug, PartialEq)]
pub struct Owned {
    /// The fields.
    pub fields: FieldSet,
    /// The version that they are named in.
    pub api_version: Str,
    /// When it last took or changed one, in whole seconds.
    pub time: Option<Time>,
}

/// Every manager of an object with its fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Managed {
    managers: BTreeMap<Manager, Owned>,
}

impl std::ops::Deref for Managed {
    type Target = BTreeMap<Manager, Owned>;
    fn deref(&self) -> &Self::Target {
        &self.managers
    }
}

impl std::ops::DerefMut for Managed {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.managers
    }
}

impl Managed {
    /// Reads `managedFields`, as the API shows it or as it is kept.
    ///
    /// # Errors
    /// What is wrong with an entry.
    pub fn read(entries: &Value) -> Result<Self, String> {
        let mut managed = Managed::default();
        for (i, entry) in entries.items().iter().enumerate() {
            let text = |field: &str| entry[field].as_shared_str().cloned().unwrap_or_default();
            let operation = match entry["operation"].str_or_empty() {
                "Apply" => Operation::Apply,
                "Update" => Operation::Update,
                _ => return Err("operation must be `Apply` or `Update`".to_owned()),
            };
            let api_version = text("apiVersion");
            if api_version.is_empty() {
                return Err("apiVersion must not be empty".to_owned());
            }
            match entry["fieldsType"].str_or_empty() {
                "FieldsV1" => {}
                "" => return Err(format!("missing fieldsType in managed fields entry {i}")),
                other => return Err(format!("invalid fieldsType {other:?} in managed fields entry {i}")),
            }
            let fields = match &entry["fieldsV1"] {
                Value::Str(text) => Value::from_json(text.as_bytes()).map_err(|error| error.to_string())?,
                fields => fields.clone(),
            };
            let manager = Manager {
                name: text("manager"),
                operation,
                api_version: if operation == Operation::Apply { Str::new() } else { api_version.clone() },
                subresource: text("subresource"),
            };
            let time = entry["time"].as_str().and_then(Time::parse);
            managed.insert(manager, Owned { fields: from_fields(&fields)?, api_version, time });
        }
        Ok(managed)
    }

    /// The entries in the order of the API: appliers first, then by time and name.
    fn sorted(&self) -> Vec<(&Manager, &Owned)> {
        let mut entries: Vec<_> = self.managers.iter().collect();
        let seconds = |owned: &Owned| owned.time.map(Time::truncated);
        entries.sort_by(|(a, x), (b, y)| {
            a.operation
                .cmp(&b.operation)
                .then_with(|| seconds(x).cmp(&seconds(y)))
                .then_with(|| a.name.cmp(&b.name))
                .then_with(|| x.api_version.cmp(&y.api_version))
                .then_with(|| a.subresource.cmp(&b.subresource))
        });
        entries
    }

    fn write(&self, fields: impl Fn(&FieldSet) -> Value) -> Value {
        Value::list(self.sorted().into_iter().map(|(manager, owned)| {
            Value::Map(map! {
                "manager" => (!manager.name.is_empty()).then_some(&manager.name),
                "operation" => manager.operation.text(),
                "apiVersion" => &owned.api_version,
                "time" => owned.time,
                "fieldsType" => "FieldsV1",
                "fieldsV1" => fields(&owned.fields),
                "subresource" => (!manager.subresource.is_empty()).then_some(&manager.subresource),
            })
        }))
    }

    /// The entries as they are kept with an object: the fields as one text, which takes far less room than a tree.
    pub fn to_kept(&self) -> Value {
        self.write(|set| Value::from(to_fields(set).to_json()))
    }

    /// The entries as the API shows them.
    pub fn to_shown(&self) -> Value {
        self.write(to_fields)
    }

    /// Whether both have the same managers with the same fields, whatever the times.
    pub fn is_same_but_for_times(&self, other: &Managed) -> bool {
        let same = |((a, x), (b, y)): ((&Manager, &Owned), (&Manager, &Owned))| {
            a == b && x.api_version == y.api_version && x.fields == y.fields
        };
        self.len() == other.len() && self.iter().zip(other.iter()).all(same)
    }
}

/// Entries as they are kept, in the form that the API shows.
pub fn shown(kept: &Value) -> Value {
    Value::list(kept.items().iter().map(|entry| {
        let mut entry = entry.clone();
        if let Value::Str(text) = &entry["fieldsV1"] {
            let fields = Value::from_json(text.as_bytes()).unwrap_or_default();
            entry.set("fieldsV1", fields);
        }
        entry
    }))
}

/// Whether a client asks for forgetting all managers: with an empty list, or with one empty entry.
pub fn is_reset(given: &Value) -> bool {
    match given {
        Value::List(entries) => match entries.as_slice() {
            [] => true,
            [entry] => entry.as_map().is_some_and(Map::is_empty),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::from_json(text.as_bytes()).expect("valid JSON")
    }

    #[test]
    fn entries_are_sorted_by_operation_time_and_name_and_survive_being_kept() {
        let entry = |manager: &str, operation: &str, time: &str| {
            format!(
                r#"{{"apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{{"f:data":{{"f:{manager}":{{}}}}}},"manager":"{manager}","operation":"{operation}","time":"2026-01-01T00:00:0{time}Z"}}"#
            )
        };
        let given =
            format!("[{},{},{}]", entry("a", "Update", "2"), entry("b", "Update", "1"), entry("c", "Apply", "9"));
        let managed = Managed::read(&value(&given)).expect("valid entries");
        let sorted =
            format!("[{},{},{}]", entry("c", "Apply", "9"), entry("b", "Update", "1"), entry("a", "Update", "2"));
        assert_eq!(managed.to_shown().to_json(), sorted);
        assert_eq!(shown(&managed.to_kept()), managed.to_shown());
        assert_eq!(Managed::read(&managed.to_kept()), Ok(managed));
    }

    #[test]
    fn an_entry_that_is_wrong_says_why() {
        for (entry, why) in [
            (r#"[{"operation":"Dance"}]"#, "operation must be `Apply` or `Update`"),
            (r#"[{"operation":"Apply"}]"#, "apiVersion must not be empty"),
            (r#"[{"operation":"Apply","apiVersion":"v1"}]"#, "missing fieldsType in managed fields entry 0"),
            (
                r#"[{"operation":"Apply","apiVersion":"v1","fieldsType":"X"}]"#,
                "invalid fieldsType \"X\" in managed fields entry 0",
            ),
        ] {
            assert_eq!(Managed::read(&value(entry)), Err(why.to_owned()));
        }
    }

    #[test]
    fn an_empty_list_and_one_empty_entry_forget_all_managers() {
        for (given, want) in [("[]", true), ("[{}]", true), ("null", false), ("[{},{}]", false)] {
            assert_eq!(is_reset(&value(given)), want, "{given}");
        }
    }
}
