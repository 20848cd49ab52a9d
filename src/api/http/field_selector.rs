//! Field selectors: `metadata.name=web,status.phase!=Running`, with the fields that each kind can be selected by
//! (apimachinery `pkg/fields/selector.go`, `pkg/apis/*/v1/conversion.go`).

use super::conversion::selected_event_field;
use crate::object::{Kind, Object, Value, kinds};

/// A parsed field selector. An empty one matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FieldSelector(Vec<Term>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    field: String,
    equal: bool,
    value: String,
}

impl FieldSelector {
    /// Parses `text`, and checks that objects of `kind` can be selected by its fields as `group` names them.
    pub(super) fn parse(text: &str, kind: Kind, group: &str) -> Result<Self, String> {
        Self::parse_with(text, |field| convert_label(kind, group, field))
    }

    /// Parses `text`, and checks that objects of a custom kind can be selected by its fields; `known` are those of the
    /// definition.
    pub(super) fn parse_custom(text: &str, known: &[String], namespaced: bool) -> Result<Self, String> {
        Self::parse_with(text, |field| {
            let is_known = field == "metadata.name"
                || namespaced && field == "metadata.namespace"
                || known.iter().any(|it| it == field);
            if is_known { Ok(field) } else { Err(format!("field label not supported: {field}")) }
        })
    }

    fn parse_with(text: &str, convert: impl for<'f> Fn(&'f str) -> Result<&'f str, String>) -> Result<Self, String> {
        let mut terms = Vec::new();
        for part in split_terms(text) {
            if part.is_empty() {
                continue;
            }
            let (field, equal, value) =
                split_term(&part).ok_or_else(|| format!("invalid selector: '{text}'; can't understand '{part}'"))?;
            let value = unescape(value)?;
            let field = convert(field)?;
            terms.push(Term { field: field.to_owned(), equal, value });
        }
        Ok(FieldSelector(terms))
    }

    /// A selector of one object's name.
    pub(super) fn name(name: &str) -> Self {
        FieldSelector(vec![Term { field: "metadata.name".to_owned(), equal: true, value: name.to_owned() }])
    }

    /// Whether every term holds for `object`.
    pub(super) fn matches(&self, object: &Object) -> bool {
        self.0.iter().all(|term| (field_of(object, &term.field) == term.value) == term.equal)
    }

    /// The one name that objects may have, if the selector says one (`RequiresExactMatch`).
    pub(super) fn only_name(&self) -> Option<&str> {
        self.0.iter().find(|term| term.field == "metadata.name" && term.equal).map(|term| term.value.as_str())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Splits at commas that no backslash escapes.
fn split_terms(text: &str) -> Vec<String> {
    let (mut terms, mut term, mut escaped) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        match c {
            ',' if !escaped => terms.push(std::mem::take(&mut term)),
            _ => term.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    terms.push(term);
    terms
}

fn split_term(term: &str) -> Option<(&str, bool, &str)> {
    for (i, _) in term.char_indices() {
        for (operator, equal) in [("!=", false), ("==", true), ("=", true)] {
            if let Some(value) = term[i..].strip_prefix(operator) {
                return Some((&term[..i], equal, value));
            }
        }
    }
    None
}

fn unescape(value: &str) -> Result<String, String> {
    let (mut out, mut escaped) = (String::new(), false);
    for c in value.chars() {
        match (escaped, c) {
            (true, '\\' | ',' | '=') => {
                out.push(c);
                escaped = false;
            }
            (true, _) => return Err(format!("invalid field selector: invalid escape sequence: \\{c}")),
            (false, '\\') => escaped = true,
            (false, ',' | '=') => {
                return Err(format!("invalid field selector: unescaped character in value: {c}"));
            }
            (false, _) => out.push(c),
        }
    }
    if escaped {
        return Err("invalid field selector: invalid escape sequence: \\".to_owned());
    }
    Ok(out)
}

/// The fields beside the name and the namespace that a kind can be selected by; `None` for kinds without any.
fn fields_of(kind: Kind) -> Option<&'static [&'static str]> {
    const POD: &[&str] = &[
        "metadata.namespace",
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.podIPs",
        "status.nominatedNodeName",
    ];
    const EVENT: &[&str] = &[
        "metadata.namespace",
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "source",
        "type",
    ];
    match kind {
        kinds::POD => Some(POD),
        kinds::EVENT => Some(EVENT),
        kinds::NODE => Some(&["spec.unschedulable"]),
        kinds::SERVICE => Some(&["metadata.namespace", "spec.clusterIP", "spec.type"]),
        kinds::NAMESPACE => Some(&["status.phase"]),
        kinds::SECRET => Some(&["metadata.namespace", "type"]),
        kinds::JOB => Some(&["metadata.namespace", "status.successful"]),
        kinds::REPLICATION_CONTROLLER => Some(&["metadata.namespace", "status.replicas"]),
        kinds::CERTIFICATE_SIGNING_REQUEST => Some(&["spec.signerName"]),
        kinds::RESOURCE_SLICE => Some(&["spec.nodeName", "spec.driver"]),
        _ => None,
    }
}

fn convert_label<'a>(kind: Kind, group: &str, label: &'a str) -> Result<&'a str, String> {
    if kind == kinds::EVENT && group == "events.k8s.io" {
        return selected_event_field(label).ok_or_else(|| format!("field label not supported: {label}"));
    }
    let label = if kind == kinds::POD && label == "spec.host" { "spec.nodeName" } else { label };
    match fields_of(kind) {
        _ if label == "metadata.name" => Ok(label),
        Some(fields) if fields.contains(&label) => Ok(label),
        Some(_) if kind == kinds::JOB => Err(format!("field label {label:?} not supported for Job")),
        Some(_) if kind == kinds::RESOURCE_SLICE => {
            Err(format!("field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: {label}"))
        }
        Some(_) => Err(format!("field label not supported: {label}")),
        None if label == "metadata.namespace" => Ok(label),
        None => Err(format!("{label:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")),
    }
}

/// The text that a field is compared by.
fn field_of(object: &Object, field: &str) -> String {
    let owned = |text: &str| text.to_owned();
    match field {
        "metadata.name" => object.meta.name.to_string(),
        "metadata.namespace" => object.meta.namespace.to_string(),
        "spec.hostNetwork" | "spec.unschedulable" => {
            let leaf = field.trim_start_matches("spec.");
            object.spec()[leaf].is_true().to_string()
        }
        "status.replicas" => object.status()["replicas"].as_i64().unwrap_or(0).to_string(),
        "status.podIPs" | "status.podIP" => owned(object.status()["podIPs"][0]["ip"].str_or_empty()),
        "status.successful" => object.status()["succeeded"].as_i64().unwrap_or(0).to_string(),
        "source" => match object.body["source"]["component"].str_or_empty() {
            "" => owned(object.body["reportingComponent"].str_or_empty()),
            component => owned(component),
        },
        path => {
            let mut steps = path.split('.');
            let first = &object.body[steps.next().unwrap_or_default()];
            match steps.fold(first, |value, step| value.get(step)) {
                Value::Str(text) => owned(text),
                value @ (Value::Int(_) | Value::Bool(_)) => value.to_json(),
                _ => String::new(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;

    #[test]
    fn a_pod_is_selected_by_its_phase_and_node() {
        let mut pod = Object::new(kinds::POD, "default", "web");
        pod.body.insert("spec", Value::Map(map! { "nodeName" => "node-1" }));
        pod.body.insert("status", Value::Map(map! { "phase" => "Running" }));
        let table = [
            ("", true),
            ("metadata.name=web", true),
            ("status.phase=Running,spec.nodeName==node-1", true),
            ("status.phase!=Running", false),
            ("spec.hostNetwork=false", true),
            ("spec.nodeName=", false),
        ];
        for (text, want) in table {
            let selector = FieldSelector::parse(text, kinds::POD, "").expect("a valid selector");
            assert_eq!(selector.matches(&pod), want, "{text}");
        }
    }

    #[test]
    fn a_field_that_a_kind_cannot_be_selected_by_is_refused_in_the_kind_s_words() {
        let table = [
            (kinds::POD, "spec.x=1", "field label not supported: spec.x"),
            (kinds::JOB, "spec.x=1", "field label \"spec.x\" not supported for Job"),
            (
                kinds::CONFIG_MAP,
                "data.x=1",
                "\"data.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
            ),
            (kinds::POD, "nonsense", "invalid selector: 'nonsense'; can't understand 'nonsense'"),
        ];
        for (kind, text, want) in table {
            assert_eq!(FieldSelector::parse(text, kind, kind.info().group).expect_err(text), want);
        }
    }
}
