//! The rules of ConfigMaps and Secrets (`ValidateConfigMap` and `ValidateSecret` in `pkg/apis/core/validation/validation.go`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::metadata::IMMUTABLE;
use super::{Strategy, syntax};
use crate::api::field::{At, ErrorList};
use crate::object::{Object, Str, Value, kinds, literal};

/// The most that the values of a ConfigMap or Secret may take, in bytes.
const SIZE_MAX: usize = 1024 * 1024;

/// The rules of ConfigMaps.
pub static CONFIG_MAP: Strategy = Strategy {
    validate: |map| {
        let mut errors = ErrorList::new();
        validate_config_map(map, &mut errors);
        errors
    },
    validate_update: |new, old| {
        let mut errors = ErrorList::new();
        if new.body != old.body {
            validate_frozen(new, old, &["data", "binaryData"], &mut errors);
            validate_config_map(new, &mut errors);
        }
        errors
    },
    ..Strategy::PLAIN
};

/// The rules of Secrets.
pub static SECRET: Strategy = Strategy {
    default: default_secret,
    validate: |secret| {
        let mut errors = ErrorList::new();
        validate_secret(secret, &mut errors);
        errors
    },
    prepare_update: |new, old| {
        // A secret of no type keeps the one it has.
        if new.body["type"].is_empty() {
            new.body.insert(literal!("type"), old.body["type"].clone());
        }
    },
    validate_update: |new, old| {
        let mut errors = ErrorList::new();
        if new.body != old.body {
            if new.body["type"] != old.body["type"] {
                errors.invalid(&At::new("type"), &new.body["type"], IMMUTABLE);
            }
            validate_frozen(new, old, &["data"], &mut errors);
            validate_secret(new, &mut errors);
        }
        errors
    },
    ..Strategy::PLAIN
};

fn validate_frozen(new: &Object, old: &Object, fields: &[&str], errors: &mut ErrorList) {
    if !old.body["immutable"].is_true() {
        return;
    }
    let detail = "field is immutable when `immutable` is set";
    if !new.body["immutable"].is_true() {
        errors.forbidden(&At::new("immutable"), detail);
    }
    for field in fields {
        if !new.body[*field].is_same(&old.body[*field]) {
            errors.forbidden(&At::new(field), detail);
        }
    }
}

fn validate_keys(object: &Object, field: &str, errors: &mut ErrorList) -> usize {
    let mut size = 0;
    let Some(map) = object.body[field].as_map() else {
        return size;
    };
    for (key, value) in map.iter() {
        for wrong in syntax::config_map_key(key) {
            errors.invalid(&At::new(field).key(key), key, wrong);
        }
        let text = value.str_or_empty();
        let is_plain = field == "data" && object.kind == kinds::CONFIG_MAP;
        size += if is_plain { text.len() } else { decoded_len(text) };
    }
    size
}

/// The bytes behind a base64 text.
fn decoded_len(text: &str) -> usize {
    let padding = text.bytes().rev().take_while(|it| *it == b'=').count();
    (text.len() / 4 * 3).saturating_sub(padding)
}

fn validate_config_map(map: &Object, errors: &mut ErrorList) {
    let size = validate_keys(map, "data", errors) + validate_keys(map, "binaryData", errors);
    if let (Some(data), Some(binary)) = (map.body["data"].as_map(), map.body["binaryData"].as_map()) {
        for key in data.keys().filter(|key| binary.contains_key(key)) {
            errors.invalid(&At::new("data").key(key), key, "duplicate of key present in binaryData");
        }
    }
    if size > SIZE_MAX {
        // The path of the whole object has no name, and shows as an index of nothing.
        errors.too_long(&At::new("[]"), SIZE_MAX);
    }
}

fn default_secret(secret: &mut Object) {
    if secret.body["type"].is_empty() {
        secret.body.insert(literal!("type"), literal!("Opaque"));
    }
    if let Some(Value::Map(plain)) = secret.body.remove("stringData") {
        let data = secret.body.entry("data").map_mut();
        for (key, value) in plain.iter() {
            data.insert(key.clone(), STANDARD.encode(value.str_or_empty()));
        }
    }
}

fn validate_secret(secret: &Object, errors: &mut ErrorList) {
    if validate_keys(secret, "data", errors) > SIZE_MAX {
        errors.too_long(&At::new("data"), SIZE_MAX);
    }
    let data = &secret.body["data"];
    let at = At::new("data");
    let require = |key: &str, errors: &mut ErrorList| {
        if data[key].is_null() {
            errors.required(&at.key(key), "");
        }
    };
    match secret.body["type"].str_or_empty() {
        "kubernetes.io/service-account-token" => {
            let annotation = "kubernetes.io/service-account.name";
            if secret.meta.annotation(annotation).is_none_or(str::is_empty) {
                let metadata = At::new("metadata");
                errors.required(&metadata.child("annotations").key(annotation), "");
            }
        }
        "kubernetes.io/dockercfg" => validate_json(data, ".dockercfg", errors),
        "kubernetes.io/dockerconfigjson" => validate_json(data, ".dockerconfigjson", errors),
        "kubernetes.io/basic-auth" if data["username"].is_null() && data["password"].is_null() => {
            require("username", errors);
            require("password", errors);
        }
        "kubernetes.io/ssh-auth" if data["ssh-privatekey"].is_empty() => {
            errors.required(&at.key("ssh-privatekey"), "");
        }
        "kubernetes.io/tls" => {
            require("tls.crt", errors);
            require("tls.key", errors);
        }
        _ => {}
    }
}

/// Checks that a secret of a registry's credentials has them as a JSON object.
fn validate_json(data: &Value, key: &str, errors: &mut ErrorList) {
    let root = At::new("data");
    let at = root.key(key);
    let Some(text) = data[key].as_str() else {
        return errors.required(&at, "");
    };
    let bytes = STANDARD.decode(text).unwrap_or_default();
    let why = match Value::from_json(&bytes) {
        Ok(Value::Map(_) | Value::Null) => return,
        Ok(_) => "json: cannot unmarshal value into Go value of type map[string]interface {}".to_owned(),
        Err(_) if bytes.is_empty() => "unexpected end of JSON input".to_owned(),
        Err(_) => bytes.first().map_or_else(String::new, |first| {
            format!("invalid character '{}' looking for beginning of value", char::from(*first))
        }),
    };
    errors.invalid(&at, Str::from("<secret contents redacted>"), why);
}
