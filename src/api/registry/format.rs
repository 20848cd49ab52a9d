//! The checks that several kinds share: the syntax of ports, variables, headers, paths and ids (apimachinery `pkg/util/validation/validation.go`,
//! `pkg/apis/core/validation/validation.go`).
//!
//! Each check yields the sentences of what is wrong, or adds them to the errors; none costs anything when all is well.

use std::net::IpAddr;

use crate::api::field::{At, ErrorList};
use crate::api::registry::syntax;
use crate::object::Value;

/// The detail of a number below zero.
pub(super) const NOT_NEGATIVE: &str = "must be greater than or equal to 0";

/// The detail of a number that is to be above zero.
pub(super) const POSITIVE: &str = "must be greater than 0";

/// `must be between 1 and 65535, inclusive`.
pub(super) fn range_text(low: i64, high: i64) -> String {
    format!("must be between {low} and {high}, inclusive")
}

/// Adds what `rule` finds wrong with the text at `at`.
pub(super) fn text(rule: fn(&str) -> Vec<String>, value: &Value, at: &At<'_>, errors: &mut ErrorList) {
    for wrong in rule(value.str_or_empty()) {
        errors.invalid(at, value.str_or_empty(), wrong);
    }
}

/// Adds an error unless the number at `at` is 0 or more.
pub(super) fn non_negative(value: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if value.as_i64().unwrap_or_default() < 0 {
        errors.invalid(at, value, NOT_NEGATIVE);
    }
}

/// Adds an error unless the value is one of `supported`, which are listed in that order; an empty one is required.
pub(super) fn one_of(value: &Value, supported: &[&str], at: &At<'_>, errors: &mut ErrorList) {
    let text = value.str_or_empty();
    if text.is_empty() {
        errors.required(at, "");
    } else if !supported.contains(&text) {
        errors.not_supported(at, text, supported);
    }
}

/// Adds an error if the value is there and not one of `supported`.
pub(super) fn optional_one_of(value: &Value, supported: &[&str], at: &At<'_>, errors: &mut ErrorList) {
    if !value.is_null() && !supported.contains(&value.str_or_empty()) {
        errors.not_supported(at, value.str_or_empty(), supported);
    }
}

/// Adds an error unless the number is that of a port.
pub(super) fn port_number(value: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let number = value.as_i64().unwrap_or_default();
    if !(1..=65535).contains(&number) {
        errors.invalid(at, number, range_text(1, 65535));
    }
}

/// Adds what is wrong with a port given by number or by name.
pub(super) fn port(value: &Value, at: &At<'_>, errors: &mut ErrorList) {
    match value {
        Value::Str(_) => text(port_name, value, at, errors),
        _ => port_number(value, at, errors),
    }
}

/// What is wrong with the name of a port.
pub(super) fn port_name(name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if name.len() > 15 {
        wrong.push("must be no more than 15 characters".to_owned());
    }
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        wrong.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".to_owned());
    }
    if !name.bytes().any(|b| b.is_ascii_lowercase()) {
        wrong.push("must contain at least one letter (a-z)".to_owned());
    }
    if name.contains("--") {
        wrong.push("must not contain consecutive hyphens".to_owned());
    }
    if name.starts_with('-') || name.ends_with('-') {
        wrong.push("must not begin or end with a hyphen".to_owned());
    }
    wrong
}

/// What is wrong with the name of an environment variable.
pub(super) fn variable_name(name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if name.is_empty() {
        wrong.push("environment variable name must be non-empty".to_owned());
    }
    if !name.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'=') {
        let rule = "a valid environment variable name must consist only of printable ASCII characters other than '='";
        wrong.push(rule.to_owned());
    }
    wrong
}

/// What is wrong with the name of an HTTP header.
pub(super) fn header_name(name: &str) -> Vec<String> {
    if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Vec::new();
    }
    let rule = "a valid HTTP header must consist of alphanumeric characters or '-'";
    vec![syntax::regex_text(rule, "[-A-Za-z0-9]+", &["X-Header-Name"])]
}

/// What is wrong with an IP address.
pub(super) fn ip(address: &str) -> Vec<String> {
    if address.parse::<IpAddr>().is_ok() {
        return Vec::new();
    }
    vec!["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)".to_owned()]
}

/// What is wrong with the key of a label.
pub(super) fn label_key(key: &str) -> Vec<String> {
    syntax::qualified_name(key)
}

/// What is wrong with a path that is to have no `..` in it.
pub(super) fn without_backsteps(path: &str) -> Vec<String> {
    if path.split('/').any(|part| part == "..") { vec!["must not contain '..'".to_owned()] } else { Vec::new() }
}

/// What is wrong with a path below some folder.
pub(super) fn descending_path(path: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if path.starts_with('/') {
        wrong.push("must be a relative path".to_owned());
    }
    wrong.extend(without_backsteps(path));
    wrong
}

/// What is wrong with the path of a file in a volume: names that begin with `..` are the kubelet's own.
pub(super) fn file_path(path: &str) -> Vec<String> {
    let mut wrong = descending_path(path);
    if path.starts_with("..") && !path.starts_with("../") {
        wrong.push("must not start with '..'".to_owned());
    }
    wrong
}

/// Adds an error unless the mode, if there is one, is that of a file.
pub(super) fn file_mode(value: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if value.as_i64().is_some_and(|mode| !(0..=0o777).contains(&mode)) {
        errors.invalid(at, value, "must be a number between 0 and 0777 (octal), both inclusive");
    }
}

/// Adds an error unless the id of a user or group, if there is one, is within what Linux takes.
pub(super) fn numeric_id(value: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if value.as_i64().is_some_and(|id| !(0..=i64::from(i32::MAX)).contains(&id)) {
        errors.invalid(at, value, range_text(0, i64::from(i32::MAX)));
    }
}

/// Adds an error unless the text at `at` is there.
pub(super) fn required(value: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if value.str_or_empty().is_empty() {
        errors.required(at, "");
    }
}
