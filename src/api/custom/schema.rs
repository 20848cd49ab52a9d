//! An OpenAPI v3 schema of a CustomResourceDefinition, read once and walked often
//! (apiextensions-apiserver `pkg/apis/apiextensions/types_jsonschema.go`).

use std::collections::BTreeMap;

use regex::Regex;

use crate::object::{Map, Str, Value};

/// `JSONSchemaProps`: one schema and those below it. What is absent is empty, false or `None`.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// `type`; empty when the schema names none.
    pub ty: String,
    /// `format`.
    pub format: String,
    /// `title`.
    pub title: String,
    /// `description`.
    pub description: String,
    /// `nullable`.
    pub nullable: bool,
    /// `default`, if it is there and not null.
    pub default: Option<Value>,
    /// `maximum`.
    pub maximum: Option<f64>,
    /// `exclusiveMaximum`.
    pub exclusive_maximum: bool,
    /// `minimum`.
    pub minimum: Option<f64>,
    /// `exclusiveMinimum`.
    pub exclusive_minimum: bool,
    /// `multipleOf`.
    pub multiple_of: Option<f64>,
    /// `maxLength`, in characters.
    pub max_length: Option<i64>,
    /// `minLength`, in characters.
    pub min_length: Option<i64>,
    /// `pattern`.
    pub pattern: Option<Pattern>,
    /// `maxItems`.
    pub max_items: Option<i64>,
    /// `minItems`.
    pub min_items: Option<i64>,
    /// `uniqueItems`.
    pub unique_items: bool,
    /// `maxProperties`.
    pub max_properties: Option<i64>,
    /// `minProperties`.
    pub min_properties: Option<i64>,
    /// `required`.
    pub required: Vec<Str>,
    /// `enum`.
    pub allowed: Vec<Value>,
    /// `items`.
    pub items: Option<Box<Schema>>,
    /// Whether `items` is a list of schemas.
    pub items_are_listed: bool,
    /// `properties`.
    pub properties: BTreeMap<Str, Schema>,
    /// `additionalProperties`.
    pub additional: Option<Additional>,
    /// `allOf`.
    pub all_of: Vec<Schema>,
    /// `anyOf`.
    pub any_of: Vec<Schema>,
    /// `oneOf`.
    pub one_of: Vec<Schema>,
    /// `not`.
    pub not: Option<Box<Schema>>,
    /// `x-kubernetes-preserve-unknown-fields`.
    pub preserve_unknown_fields: Option<bool>,
    /// `x-kubernetes-embedded-resource`.
    pub embedded_resource: bool,
    /// `x-kubernetes-int-or-string`.
    pub int_or_string: bool,
    /// `x-kubernetes-list-type`.
    pub list_type: Option<Str>,
    /// `x-kubernetes-list-map-keys`.
    pub list_map_keys: Vec<Str>,
    /// `x-kubernetes-map-type`.
    pub map_type: Option<Str>,
    /// `x-kubernetes-validations`.
    pub rules: Vec<Rule>,
    /// Which of the fields are there that no CustomResourceDefinition may have, such as `$ref`.
    pub unsupported: Vec<&'static str>,
}

/// `additionalProperties`.
#[derive(Clone, Debug)]
pub enum Additional {
    /// `true` or `false`.
    Allowed(bool),
    /// The schema of every value.
    Of(Box<Schema>),
}

/// `pattern`, compiled.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As it was written.
    pub text: String,
    /// The expression, or why it is none.
    pub regex: Result<Regex, String>,
}

/// One of `x-kubernetes-validations`.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// The expression that must hold.
    pub rule: String,
    /// What is said when it does not.
    pub message: String,
    /// An expression that makes the message.
    pub message_expression: String,
    /// `reason`.
    pub reason: Option<Str>,
    /// `fieldPath`.
    pub field_path: String,
    /// `optionalOldSelf`.
    pub optional_old_self: Option<bool>,
    /// As it was written.
    pub value: Value,
}

/// The fields that are known to JSON schema and refused by Kubernetes, with the order in which they are told.
const UNSUPPORTED: [&str; 7] =
    ["id", "$schema", "$ref", "patternProperties", "dependencies", "additionalItems", "definitions"];

impl Schema {
    /// Reads a schema; anything that is none is read as one that allows everything.
    pub fn parse(value: &Value) -> Schema {
        let text = |key: &str| value[key].str_or_empty().to_owned();
        let flag = |key: &str| value[key].is_true();
        let count = |key: &str| value[key].as_i64();
        let number = |key: &str| as_f64(&value[key]);
        let schemas = |key: &str| value[key].items().iter().map(Schema::parse).collect::<Vec<_>>();
        let strings = |key: &str| value[key].items().iter().filter_map(Value::as_shared_str).cloned().collect();
        let map = |key: &str| value[key].as_map().cloned().unwrap_or_default();
        let default = value.get("default");
        Schema {
            ty: text("type"),
            format: text("format"),
            title: text("title"),
            description: text("description"),
            nullable: flag("nullable"),
            default: (!default.is_null()).then(|| default.clone()),
            maximum: number("maximum"),
            exclusive_maximum: flag("exclusiveMaximum"),
            minimum: number("minimum"),
            exclusive_minimum: flag("exclusiveMinimum"),
            multiple_of: number("multipleOf"),
            max_length: count("maxLength"),
            min_length: count("minLength"),
            pattern: value["pattern"].as_str().filter(|it| !it.is_empty()).map(Pattern::new),
            max_items: count("maxItems"),
            min_items: count("minItems"),
            unique_items: flag("uniqueItems"),
            max_properties: count("maxProperties"),
            min_properties: count("minProperties"),
            required: strings("required"),
            allowed: value["enum"].items().to_vec(),
            items: value["items"].as_map().map(|_| Box::new(Schema::parse(&value["items"]))),
            items_are_listed: !value["items"].items().is_empty(),
            properties: properties(&map("properties")),
            additional: additional(&value["additionalProperties"]),
            all_of: schemas("allOf"),
            any_of: schemas("anyOf"),
            one_of: schemas("oneOf"),
            not: value["not"].as_map().map(|_| Box::new(Schema::parse(&value["not"]))),
            preserve_unknown_fields: value["x-kubernetes-preserve-unknown-fields"].as_bool(),
            embedded_resource: flag("x-kubernetes-embedded-resource"),
            int_or_string: flag("x-kubernetes-int-or-string"),
            list_type: value["x-kubernetes-list-type"].as_shared_str().cloned(),
            list_map_keys: strings("x-kubernetes-list-map-keys"),
            map_type: value["x-kubernetes-map-type"].as_shared_str().cloned(),
            rules: value["x-kubernetes-validations"].items().iter().map(Rule::parse).collect(),
            unsupported: UNSUPPORTED.into_iter().filter(|key| is_set(&value[*key])).collect(),
        }
    }

    /// Whether fields that the schema does not know are kept.
    pub fn preserves_unknown_fields(&self) -> bool {
        self.preserve_unknown_fields == Some(true)
    }

    /// The schema of additional properties, if there is one.
    pub fn additional_schema(&self) -> Option<&Schema> {
        match &self.additional {
            Some(Additional::Of(schema)) => Some(schema),
            _ => None,
        }
    }

    /// The schema of the field `key`: its own, or that of additional properties.
    pub fn field(&self, key: &str) -> Option<&Schema> {
        self.properties.get(key).or_else(|| self.additional_schema())
    }

    /// Whether `holds` is true of this schema or of any below it.
    pub fn any(&self, holds: &dyn Fn(&Schema) -> bool) -> bool {
        holds(self) || self.children().any(|child| child.any(holds))
    }

    /// The schemas right below this one.
    pub fn children(&self) -> impl Iterator<Item = &Schema> {
        let boxed = self.items.as_deref().into_iter().chain(self.not.as_deref()).chain(self.additional_schema());
        boxed.chain(&self.all_of).chain(&self.any_of).chain(&self.one_of).chain(self.properties.values())
    }
}

fn properties(map: &Map) -> BTreeMap<Str, Schema> {
    map.iter().map(|(key, value)| (key.clone(), Schema::parse(value))).collect()
}

fn additional(value: &Value) -> Option<Additional> {
    match value {
        Value::Bool(allowed) => Some(Additional::Allowed(*allowed)),
        Value::Map(_) => Some(Additional::Of(Box::new(Schema::parse(value)))),
        _ => None,
    }
}

/// Whether a field that is refused is there with anything in it.
fn is_set(value: &Value) -> bool {
    match value {
        Value::Bool(_) => true,
        other => !other.is_empty(),
    }
}

/// A number as a float.
pub fn as_f64(value: &Value) -> Option<f64> {
    match value {
        Value::Int(it) => Some(*it as f64),
        Value::Float(it) => Some(*it),
        _ => None,
    }
}

impl Pattern {
    fn new(text: &str) -> Self {
        let regex = Regex::new(text).map_err(|error| go_error(text, &error.to_string()));
        Pattern { text: text.to_owned(), regex }
    }

    /// Whether `text` has a match. A pattern that cannot be compiled has none.
    pub fn matches(&self, text: &str) -> bool {
        self.regex.as_ref().is_ok_and(|regex| regex.is_match(text))
    }
}

impl Rule {
    fn parse(value: &Value) -> Rule {
        let text = |key: &str| value[key].str_or_empty().to_owned();
        Rule {
            rule: text("rule"),
            message: text("message"),
            message_expression: text("messageExpression"),
            reason: value["reason"].as_shared_str().cloned(),
            field_path: text("fieldPath"),
            optional_old_self: value["optionalOldSelf"].as_bool(),
            value: value.clone(),
        }
    }

    /// The rule in the words of an error: its message, or its text (`ruleErrorString`).
    pub fn shown(&self) -> &str {
        if self.message.is_empty() { self.rule.trim() } else { self.message.trim() }
    }
}

/// Why an expression cannot be compiled, in the words of Go's `regexp`.
fn go_error(pattern: &str, error: &str) -> String {
    let last = error.lines().last().unwrap_or_default();
    let why = last.strip_prefix("error: ").unwrap_or(last);
    let told = match why {
        "unclosed group" => "missing closing ): ",
        "unopened group" => "unexpected ): ",
        "unclosed character class" => "missing closing ]: ",
        "repetition operator missing expression" => "missing argument to repetition operator: ",
        it if it.starts_with("look-around") => "invalid or unsupported Perl syntax: ",
        it if it.starts_with("unrecognized escape") => "invalid escape sequence: ",
        other => return format!("error parsing regexp: {other}: `{pattern}`"),
    };
    format!("error parsing regexp: {told}`{pattern}`")
}
