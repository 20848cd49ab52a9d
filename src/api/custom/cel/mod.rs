//! `x-kubernetes-validations`: rules in the Common Expression Language (apiextensions-apiserver `pkg/apiserver/schema/cel`).
//!
//! Rules are compiled with their definition and kept with it. What a rule may cost is bounded by the loops and the growth of
//! values that it makes, so that a hostile one ends.
//!
//! Known difference: costs are counted and not estimated, so that no rule is refused for what it might cost.

mod check;
mod document;
mod library;
mod program;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::field_path;
use super::schema::{Rule, Schema};
use super::validate::stored_item;
use crate::api::field::{At, ErrorList, FieldError, Path, Wrong, quote};
use crate::map;
use crate::object::{Str, Value};
use check::Type;
use program::{Budget, Program, Variables};

/// What all rules of one write may cost together.
const BUDGET: u64 = 10_000_000;
/// How long a message that an expression makes may be, in bytes.
const MESSAGE_MAX: usize = 5 * 1024;

/// The rules of a schema and of those below it.
#[derive(Debug, Default)]
pub struct Rules {
    ty: String,
    schema: Schema,
    is_resource: bool,
    own: Vec<Compiled>,
    items: Option<Box<Rules>>,
    additional: Option<Box<Rules>>,
    properties: BTreeMap<Str, Rules>,
}

#[derive(Debug)]
struct Compiled {
    rule: Rule,
    program: Result<Program, String>,
    message: Option<Program>,
    /// The field below that the rule is about, or empty.
    field: String,
}

impl Rules {
    /// Compiles the rules of `schema`, that of a whole object or of a part; `None` when there are none.
    pub fn of(schema: &Schema) -> Option<Rules> {
        Self::compile(schema, true)
    }

    fn compile(schema: &Schema, is_resource: bool) -> Option<Rules> {
        let below = |of: &Schema| Self::compile(of, of.embedded_resource);
        let boxed = |of: &Schema| below(of).map(Box::new);
        let properties = schema.properties.iter().filter_map(|(key, of)| below(of).map(|rules| (key.clone(), rules)));
        let mut rules = Rules {
            ty: schema.ty.clone(),
            schema: Schema::default(),
            is_resource: is_resource || schema.embedded_resource,
            own: schema.rules.iter().map(|rule| Compiled::of(rule, schema)).collect(),
            items: schema.items.as_deref().and_then(boxed),
            additional: schema.additional_schema().and_then(boxed),
            properties: properties.collect(),
        };
        let is_empty =
            rules.own.is_empty() && rules.items.is_none() && rules.additional.is_none() && rules.properties.is_empty();
        if is_empty {
            return None;
        }
        rules.schema = schema.clone();
        Some(rules)
    }

    /// Checks `value` against every rule; `old` is what is stored in its place. Errors are told below `path`.
    pub fn validate(&self, value: &Value, old: Option<&Value>, path: Option<&Path>, errors: &mut ErrorList) {
        let mut run = Run { budget: Budget::new(BUDGET), errors, is_over: false };
        let path = path.cloned().unwrap_or_else(|| Path::new(""));
        run.node(self, value, Before { value: old, is_same: false }, &path);
    }
}

impl Compiled {
    fn of(rule: &Rule, schema: &Schema) -> Compiled {
        let field = field_path::follow(&rule.field_path, schema, true).map(|path| path.shown).unwrap_or_default();
        Compiled {
            program: Program::compile(&rule.rule),
            message: Some(rule.message_expression.trim())
                .filter(|it| !it.is_empty())
                .and_then(|it| Program::compile(it).ok()),
            rule: rule.clone(),
            field,
        }
    }

    fn uses_old_self(&self) -> bool {
        self.program.as_ref().is_ok_and(Program::uses_old_self)
    }
}

/// What is stored in the place of a value.
#[derive(Clone, Copy)]
struct Before<'a> {
    /// The stored value, if it can be told which one it is.
    value: Option<&'a Value>,
    /// Whether what the value is in is as it was.
    is_same: bool,
}

/// A check under way.
struct Run<'a> {
    budget: Budget,
    errors: &'a mut ErrorList,
    is_over: bool,
}

impl Run<'_> {
    fn node(&mut self, rules: &Rules, value: &Value, before: Before<'_>, path: &Path) {
        if self.is_over || value.is_null() {
            return;
        }
        let old = before.value.filter(|it| !it.is_null());
        let is_same = before.value.map_or(before.is_same, |old| old == value);
        self.own(rules, value, Before { value: old, is_same }, path);
        let below = |path: &Path, key: &str| match path.to_string().as_str() {
            "<nil>" | "" => Path::new(key),
            _ => path.child(key),
        };
        match value {
            Value::List(items) => {
                if let Some(of) = &rules.items {
                    for (i, item) in items.iter().enumerate() {
                        let value = old.and_then(|old| stored_item(&rules.schema, old, item));
                        self.node(of, item, Before { value, is_same }, &path.index(i));
                    }
                }
            }
            Value::Map(map) => {
                let old =
                    |key: &str| Before { value: old.and_then(Value::as_map).and_then(|old| old.get(key)), is_same };
                for (key, value) in map.iter() {
                    if let Some(of) = rules.properties.get(key) {
                        self.node(of, value, old(key), &below(path, key));
                    } else if let Some(of) = &rules.additional {
                        self.node(of, value, old(key), &path.key(key));
                    }
                }
            }
            _ => {}
        }
    }

    fn own(&mut self, rules: &Rules, value: &Value, stored: Before<'_>, path: &Path) {
        if rules.own.is_empty() {
            return;
        }
        let document = |value: &Value| document::of(value, &rules.schema, rules.is_resource);
        let this = document(value);
        let before = stored.value.map(document);
        for compiled in &rules.own {
            if self.is_over {
                return;
            }
            let optional = compiled.rule.optional_old_self == Some(true);
            if compiled.uses_old_self() && before.is_none() && !optional {
                continue;
            }
            let old_self = before.as_ref().map(|it| it.clone_as_boxed());
            let variables = Variables { this: this.clone_as_boxed(), old: old_self, optional };
            let is_unchanged = !compiled.uses_old_self() && stored.is_same;
            self.rule(rules, compiled, value, &variables, is_unchanged, path);
        }
    }

    fn rule(
        &mut self,
        rules: &Rules,
        compiled: &Compiled,
        value: &Value,
        variables: &Variables,
        is_unchanged: bool,
        path: &Path,
    ) {
        let rule = &compiled.rule;
        let ty = rules.ty.as_str();
        let program = match &compiled.program {
            Ok(program) => program,
            Err(why) => {
                self.errors.invalid(path, ty, format!("rule compile error: {why}"));
                return;
            }
        };
        match program.run_bool(variables, &mut self.budget) {
            Ok(true) => return,
            Ok(false) => {}
            Err(_) if self.budget.is_spent() => {
                let why =
                    "validation failed due to running out of cost budget, no further validation rules will be run";
                self.errors.invalid(path, ty, why);
                self.is_over = true;
                return;
            }
            Err(why) => {
                let detail = if why.starts_with("no such overload") {
                    format!(
                        "'{why}': call arguments did not match a supported operator, function or macro signature for rule: {}",
                        rule.shown()
                    )
                } else {
                    format!("{why} evaluating rule: {}", rule.shown())
                };
                self.errors.invalid(path, ty, detail);
                return;
            }
        }
        // A value that was stored like that is not held against a rule that came later.
        if is_unchanged {
            return;
        }
        let path = if compiled.field.is_empty() { path.clone() } else { below(path, &compiled.field) };
        let detail = self.message(compiled, variables);
        self.errors.add(failure(rule, ty, value, &path, detail));
    }

    /// What is said of a broken rule: what its expression makes, its message, or the rule itself.
    fn message(&mut self, compiled: &Compiled, variables: &Variables) -> String {
        let made = compiled.message.as_ref().and_then(|it| it.run_text(variables, &mut self.budget).ok());
        let made = made.map(|it| it.trim().to_owned());
        let is_fit = |it: &String| !it.is_empty() && it.len() <= MESSAGE_MAX && !it.contains('\n');
        made.filter(is_fit).unwrap_or_else(|| match compiled.rule.message.trim() {
            "" => format!("failed rule: {}", compiled.rule.shown()),
            message => message.to_owned(),
        })
    }
}

fn below(path: &Path, field: &str) -> Path {
    match path.to_string().as_str() {
        "<nil>" => Path::new(field),
        _ => path.child(field),
    }
}

/// The field error of a broken rule by its reason (`fieldErrorForReason`).
fn failure(rule: &Rule, ty: &str, value: &Value, path: &Path, detail: String) -> FieldError {
    let is_compound = matches!(ty, "object" | "array");
    let shown = match value {
        _ if is_compound => String::new(),
        Value::Str(text) => quote(text),
        other => other.to_json(),
    };
    let (wrong, shown, detail) = match rule.reason.as_deref() {
        Some("FieldValueForbidden") => (Wrong::Forbidden, String::new(), detail),
        Some("FieldValueRequired") => (Wrong::Required, String::new(), detail),
        Some("FieldValueDuplicate") => (Wrong::Duplicate, shown, String::new()),
        _ => (Wrong::Invalid, shown, detail),
    };
    FieldError { wrong, field: path.to_string(), shown, detail }
}

/// Where a schema with rules is.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The part of the schema, if there is one, within which an older state cannot be found again.
    pub uncorrelatable: Option<&'a str>,
    /// Whether it is the schema of an object with metadata.
    pub is_resource: bool,
}

/// Compiles the rules of a new schema, and tells what is wrong with them.
pub fn check(schema: &Schema, at: &At<'_>, place: Place<'_>, errors: &mut ErrorList) {
    let at = at.child("x-kubernetes-validations");
    let this = check::of_self(schema, place.is_resource).unwrap_or(Type::Dyn);
    for (i, rule) in schema.rules.iter().enumerate() {
        let at = at.index(i);
        let uses_old_self = match compiled(rule, &this) {
            Ok(program) => {
                if let Err(why) = message_error(rule, &this) {
                    errors.invalid(&at.child("messageExpression"), shown(rule), why);
                }
                program.uses_old_self()
            }
            Err(why) => {
                errors.invalid(&at.child("rule"), shown(rule), why);
                false
            }
        };
        match (uses_old_self, place.uncorrelatable, rule.optional_old_self) {
            (true, Some(part), _) => {
                let detail =
                    format!("oldSelf cannot be used on the uncorrelatable portion of the schema within {part}");
                errors.invalid(&at.child("rule"), rule.rule.as_str(), detail);
            }
            (false, _, Some(optional)) => {
                let detail = "may not be set if oldSelf is not used in rule";
                errors.invalid(&at.child("optionalOldSelf"), optional, detail);
            }
            _ => {}
        }
    }
}

/// What a rule may look at, where `self` is of type `this`.
fn variables(rule: &Rule, this: &Type) -> Vec<(String, Type)> {
    let old = match rule.optional_old_self {
        Some(true) => Type::Optional(Box::new(this.clone())),
        _ => this.clone(),
    };
    vec![("self".to_owned(), this.clone()), ("oldSelf".to_owned(), old)]
}

fn compiled(rule: &Rule, this: &Type) -> Result<Program, String> {
    let (program, ty) =
        Program::typed(&rule.rule, variables(rule, this)).map_err(|why| format!("compilation failed: {why}"))?;
    if ty.is(&check::BOOL) { Ok(program) } else { Err("cel expression must evaluate to a bool".to_owned()) }
}

fn message_error(rule: &Rule, this: &Type) -> Result<(), String> {
    let text = rule.message_expression.as_str();
    if text.is_empty() {
        return Ok(());
    }
    let (_, ty) = Program::typed(text, variables(rule, this))
        .map_err(|why| format!("messageExpression compilation failed: {why}"))?;
    if ty.is(&check::STRING) { Ok(()) } else { Err("messageExpression must evaluate to a string".to_owned()) }
}

/// A rule with the names of its fields in Go.
fn shown(rule: &Rule) -> Value {
    let mut shown = map! {
        "FieldPath" => rule.field_path.as_str(),
        "Message" => rule.message.as_str(),
        "MessageExpression" => rule.message_expression.as_str(),
        "Rule" => rule.rule.as_str(),
    };
    shown.insert("Reason", rule.reason.clone());
    shown.insert("OptionalOldSelf", rule.optional_old_self);
    Value::Map(shown)
}
