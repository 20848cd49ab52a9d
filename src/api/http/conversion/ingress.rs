//! Ingresses of extensions/v1beta1 and networking.k8s.io/v1beta1 (`pkg/apis/networking/v1beta1/conversion.go`): backends name
//! their Service in two fields, and a path need not say how it matches.

use super::Conversion;
use crate::map;
use crate::object::{Object, Value, literal};

pub(super) static V1BETA1: Conversion = Conversion {
    to_stored: |ingress| {
        each_backend(ingress, "backend", &stored_backend);
        each_path(ingress, &|path| {
            path.set_default("pathType", literal!("ImplementationSpecific"));
        });
        rename(ingress, "backend", "defaultBackend");
        Ok(())
    },
    to_served: |ingress| {
        each_backend(ingress, "defaultBackend", &served_backend);
        rename(ingress, "defaultBackend", "backend");
    },
};

fn rename(ingress: &mut Object, from: &str, to: &'static str) {
    if ingress.spec()[from].is_null() {
        return;
    }
    let spec = ingress.spec_mut();
    if let Some(backend) = spec.remove(from) {
        spec.set(to, backend);
    }
}

fn each_path(ingress: &mut Object, change: &dyn Fn(&mut Value)) {
    if ingress.spec()["rules"].items().is_empty() {
        return;
    }
    for rule in ingress.spec_mut().field_mut("rules").items_mut() {
        if !rule["http"]["paths"].items().is_empty() {
            rule.at_mut(&["http", "paths"]).items_mut().iter_mut().for_each(change);
        }
    }
}

fn each_backend(ingress: &mut Object, default: &'static str, change: &dyn Fn(&mut Value)) {
    if !ingress.spec()[default].is_null() {
        change(ingress.spec_mut().field_mut(default));
    }
    each_path(ingress, &|path| {
        if !path["backend"].is_null() {
            change(path.field_mut("backend"));
        }
    });
}

fn stored_backend(backend: &mut Value) {
    let (name, port) = (backend.remove("serviceName"), backend.remove("servicePort").unwrap_or_default());
    let port = match port {
        Value::Null => None,
        Value::Str(name) => Some(map! { "name" => name }),
        number => Some(map! { "number" => number }),
    };
    if name.is_some() || port.is_some() {
        let service = map! { "name" => name.unwrap_or_else(|| "".into()), "port" => port.unwrap_or_default() };
        backend.set(literal!("service"), service);
    }
}

fn served_backend(backend: &mut Value) {
    let Some(service) = backend.remove("service") else { return };
    let port = &service["port"];
    backend.set(literal!("serviceName"), &service["name"]);
    let number = || if port["number"].is_null() { Value::Int(0) } else { port["number"].clone() };
    backend.set(literal!("servicePort"), port["name"].as_shared_str().map_or_else(number, Value::from));
}
