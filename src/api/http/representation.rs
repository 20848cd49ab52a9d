//! Answers in another form than that of the objects themselves: Tables, and metadata alone
//! (apiserver `pkg/endpoints/handlers/response.go`).

use std::sync::Arc;

use super::Response;
use super::negotiation::{Conversion, Form};
use super::query::Params;
use super::route::Target;
use super::table::{CustomColumns, Printer};
use crate::api::Status;
use crate::api::field::{ErrorList, Path};
use crate::clock::Time;
use crate::map;
use crate::object::{KindInfo, Map, Str, Value};

/// How a client wants to see objects that it does not want to see as they are.
#[derive(Clone, Debug)]
pub(super) struct Representation {
    conversion: Conversion,
    include: Include,
    printer: Printer,
    /// `v1`, `Pod` and `*core.Pod`: what the objects are.
    api_version: Str,
    kind: &'static str,
    go_name: String,
    /// Whether columns have been told: a watch tells them once.
    has_told_columns: bool,
}

/// What a row carries of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Include {
    Nothing,
    Metadata,
    Object,
}

impl Representation {
    /// What the parameters and the target of a request make of a conversion.
    ///
    /// # Errors
    /// 400 when `includeObject` is none of the values that it can have.
    pub(super) fn new(conversion: Conversion, target: &Target, params: &Params) -> Result<Self, Response> {
        let info = target.kind.info();
        let printer = match (target.subresource.as_str(), &target.custom) {
            ("scale", _) => Printer::named("autoscaling", "Scale"),
            (_, Some(custom)) => Printer::Custom(Arc::new(CustomColumns::new(&custom.version().columns))),
            _ => Printer::of(info),
        };
        Ok(Representation {
            conversion,
            include: if conversion.form == Form::Table { include(params)? } else { Include::Metadata },
            printer,
            api_version: target.api_version(),
            kind: info.kind,
            go_name: go_name(info),
            has_told_columns: false,
        })
    }

    /// An object or a list in this form; a `Status` stays as it is.
    ///
    /// # Errors
    /// 406 when a list is asked for as one object, or an object as a list.
    pub(super) fn of(&self, value: Value, now: Time) -> Result<Value, Response> {
        if value["kind"].as_str() == Some("Status") {
            return Ok(value);
        }
        let is_list = value.as_map().is_some_and(|it| it.contains_key("items"));
        match (self.conversion.form, is_list) {
            (Form::Table, _) => Ok(self.table(&value, is_list, now)),
            (Form::Metadata, false) => Ok(self.partial(&value)),
            (Form::MetadataList, true) => Ok(self.partial_list(&value)),
            (Form::Metadata, true) => {
                let what = "you requested PartialObjectMetadata, but the requested object is a list";
                Err(not_acceptable(format!("{what} ({}List)", self.go_name)))
            }
            (Form::MetadataList, false) => {
                let what = "you requested PartialObjectMetadataList, but the requested object is not a list";
                Err(not_acceptable(format!("{what} ({})", self.go_name)))
            }
        }
    }

    /// The event of a watch in this form.
    pub(super) fn of_event(&mut self, mut event: Value, now: Time) -> Value {
        if let Ok(object) = self.of(event["object"].clone(), now) {
            self.has_told_columns |= object["kind"].as_str() == Some("Table");
            event.set("object", object);
        }
        event
    }

    fn partial(&self, object: &Value) -> Value {
        Value::Map(map! {
            "kind" => "PartialObjectMetadata",
            "apiVersion" => self.conversion.version.name(),
            "metadata" => &object["metadata"],
        })
    }

    fn partial_list(&self, list: &Value) -> Value {
        let items = list["items"].items();
        let mut partial = map! {
            "kind" => "PartialObjectMetadataList",
            "apiVersion" => self.conversion.version.name(),
            "metadata" => &list["metadata"],
        };
        // Go leaves the list of nothing unmade.
        let shown = (!items.is_empty()).then(|| Value::list(items.iter().map(|it| self.partial(it))));
        partial.insert("items", Value::from(shown));
        Value::Map(partial)
    }

    fn table(&self, value: &Value, is_list: bool, now: Time) -> Value {
        let objects = if is_list { value["items"].items() } else { std::slice::from_ref(value) };
        let rows = objects.iter().map(|object| self.printer.row(object, self.included(object), now));
        let rows = Value::list(rows);
        let metadata = if is_list {
            value["metadata"].clone()
        } else {
            Value::Map(map! { "resourceVersion" => value.at(&["metadata", "resourceVersion"]) })
        };
        let mut table = Map::new();
        table.insert("kind", "Table");
        table.insert("apiVersion", self.conversion.version.name());
        table.insert("metadata", metadata);
        table.insert("columnDefinitions", if self.has_told_columns { Value::Null } else { self.printer.columns() });
        table.insert("rows", rows);
        Value::Map(table)
    }

    fn included(&self, object: &Value) -> Value {
        match self.include {
            Include::Nothing => Value::Null,
            Include::Metadata => self.partial(object),
            Include::Object => {
                let mut object = object.clone();
                object.set_default("apiVersion", &self.api_version);
                object.set_default("kind", self.kind);
                object
            }
        }
    }
}

fn not_acceptable(message: String) -> Response {
    Status::failure(406, "NotAcceptable", message).into()
}

fn include(params: &Params) -> Result<Include, Response> {
    match params.text("includeObject") {
        "" | "Metadata" => Ok(Include::Metadata),
        "None" => Ok(Include::Nothing),
        "Object" => Ok(Include::Object),
        other => {
            let mut errors = ErrorList::new();
            errors.invalid(&Path::new("includeObject"), other, "must be 'Metadata', 'Object', 'None', or empty");
            Err(Status::bad_request(format!("Unable to convert to Table as requested: {errors}")).into())
        }
    }
}

/// The Go type of a kind's objects, as texts name it: `*core.Pod`.
fn go_name(info: &KindInfo) -> String {
    let package = match info.group {
        "" | "events.k8s.io" => "core",
        group => group.split('.').next().unwrap_or_default(),
    };
    format!("*{package}.{}", info.kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::http::negotiation::MetaVersion;
    use crate::api::http::route;
    use crate::store::{Store, View};

    fn value(json: &str) -> Value {
        Value::from_json(json.as_bytes()).expect("valid JSON")
    }

    fn wanted(form: Form, path: &str, query: &str) -> Result<Representation, Response> {
        let store = Store::new();
        let target = route::resolve(View::new(&store), path).expect("served");
        Representation::new(Conversion { form, version: MetaVersion::V1 }, &target, &Params::parse(query))
    }

    fn shown(form: Form, query: &str, json: &str) -> Result<String, String> {
        let representation = wanted(form, "/api/v1/namespaces/a/configmaps", query).map_err(|it| said(&it))?;
        let mut value = representation.of(value(json), Time::from_unix(60)).map_err(|it| said(&it))?;
        value.remove("columnDefinitions");
        Ok(value.to_json())
    }

    fn said(response: &Response) -> String {
        match &response.content {
            crate::api::http::Content::Json(value) => format!("{} {}", response.code, value["message"].str_or_empty()),
            other => format!("{other:?}"),
        }
    }

    const MAP: &str = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"creationTimestamp":"1970-01-01T00:00:00Z","name":"m","resourceVersion":"7"},"data":{"k":"v"}}"#;
    const LIST: &str = r#"{"apiVersion":"v1","kind":"ConfigMapList","metadata":{"continue":"c","resourceVersion":"9"},"items":[{"metadata":{"name":"m"}}]}"#;

    #[test]
    fn a_table_has_a_row_for_each_object_and_as_much_of_it_as_is_wanted() {
        let head = r#"{"apiVersion":"meta.k8s.io/v1","kind":"Table","metadata":"#;
        let table = [
            ("includeObject=None", MAP, r#"{"resourceVersion":"7"},"rows":[{"cells":["m",1,"60s"],"object":null}]}"#),
            (
                "",
                LIST,
                r#"{"continue":"c","resourceVersion":"9"},"rows":[{"cells":["m",0,"<unknown>"],"object":{"apiVersion":"meta.k8s.io/v1","kind":"PartialObjectMetadata","metadata":{"name":"m"}}}]}"#,
            ),
            (
                "includeObject=Object",
                LIST,
                r#"{"continue":"c","resourceVersion":"9"},"rows":[{"cells":["m",0,"<unknown>"],"object":{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"}}}]}"#,
            ),
        ];
        for (query, json, want) in table {
            assert_eq!(shown(Form::Table, query, json), Ok(format!("{head}{want}")), "{query}");
        }
    }

    #[test]
    fn a_status_stays_a_status() {
        let status = r#"{"kind":"Status","status":"Success"}"#;
        assert_eq!(shown(Form::Table, "", status), Ok(status.to_owned()));
    }

    #[test]
    fn metadata_alone_is_of_one_object_or_of_a_list() {
        let one = r#"{"apiVersion":"meta.k8s.io/v1","kind":"PartialObjectMetadata","metadata":{"name":"m"}}"#;
        let list = format!(
            r#"{{"apiVersion":"meta.k8s.io/v1","items":[{one}],"kind":"PartialObjectMetadataList","metadata":{{"continue":"c","resourceVersion":"9"}}}}"#
        );
        assert_eq!(shown(Form::MetadataList, "", LIST), Ok(list));
        assert_eq!(shown(Form::Metadata, "", r#"{"kind":"ConfigMap","metadata":{"name":"m"}}"#), Ok(one.to_owned()));
        let why = "406 you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)";
        assert_eq!(shown(Form::Metadata, "", LIST), Err(why.to_owned()));
        let why =
            "406 you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)";
        assert_eq!(shown(Form::MetadataList, "", MAP), Err(why.to_owned()));
    }

    #[test]
    fn what_to_include_has_three_names() {
        let why = "400 Unable to convert to Table as requested: includeObject: Invalid value: \"Some\": \
                   must be 'Metadata', 'Object', 'None', or empty";
        assert_eq!(shown(Form::Table, "includeObject=Some", MAP), Err(why.to_owned()));
        assert!(shown(Form::MetadataList, "includeObject=Some", LIST).is_ok());
    }

    #[test]
    fn a_watch_tells_the_columns_once() {
        let mut representation = wanted(Form::Table, "/api/v1/configmaps", "").expect("valid");
        let event = value(&format!(r#"{{"type":"ADDED","object":{MAP}}}"#));
        let mut columns =
            || representation.of_event(event.clone(), Time::from_unix(0))["object"]["columnDefinitions"].clone();
        assert_eq!(columns().items().len(), 3);
        assert!(columns().is_null());
    }
}
