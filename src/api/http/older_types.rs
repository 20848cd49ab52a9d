//! The Go types of group versions that only older releases serve, where they differ from those of today: made from these by
//! what is different (`types.go` of the API packages).

use super::schema::{Field, Schema, Struct, Type, Zero};
use super::schema_facts::Merge;
use crate::object::{Kind, kinds};

/// What becomes of a struct's fields in an older version.
type Change = fn(&mut Struct);

/// A group version of a kind and how it differs: the fields on the way to a struct, and what is changed there.
type Older = (Kind, &'static str, &'static [(&'static [&'static str], Change)]);

const INGRESS: &[(&[&str], Change)] = &[
    (&["spec", "defaultBackend"], old_backend),
    (&["spec", "rules", "http", "paths", "backend"], old_backend),
    (&["spec"], |spec| rename(spec, "defaultBackend", "backend")),
];

const OLDER: &[Older] = &[
    (kinds::INGRESS, "networking.k8s.io/v1beta1", INGRESS),
    (kinds::INGRESS, "extensions/v1beta1", INGRESS),
    (
        kinds::ENDPOINT_SLICE,
        "discovery.k8s.io/v1beta1",
        &[(&["endpoints"], |endpoint| {
            rename(endpoint, "deprecatedTopology", "topology");
            endpoint.fields.remove("zone");
        })],
    ),
    (
        kinds::HORIZONTAL_POD_AUTOSCALER,
        "autoscaling/v2beta1",
        &[
            (&["spec"], |spec| add(spec, "metrics", Type::List(Box::new(Type::Any)), "[]v2beta1.MetricSpec")),
            (&["status"], |status| {
                add(status, "currentMetrics", Type::List(Box::new(Type::Any)), "[]v2beta1.MetricStatus");
            }),
        ],
    ),
    (kinds::PRIORITY_LEVEL_CONFIGURATION, "flowcontrol.apiserver.k8s.io/v1beta1", ASSURED_SHARES),
    (kinds::PRIORITY_LEVEL_CONFIGURATION, "flowcontrol.apiserver.k8s.io/v1beta2", ASSURED_SHARES),
];

const ASSURED_SHARES: &[(&[&str], Change)] =
    &[(&["spec", "limited"], |limited| rename(limited, "nominalConcurrencyShares", "assuredConcurrencyShares"))];

/// Adds the types of older group versions to `schema`.
pub(super) fn add_to(schema: &mut Schema) {
    for (kind, api_version, changes) in OLDER {
        let mut ty = schema.root(*kind).clone();
        for (path, change) in *changes {
            ty = changed(schema, &ty, path, *change);
        }
        schema.others.push((*kind, api_version, ty));
    }
}

/// A type like `ty` but for the struct at `path`; every struct on the way there is a copy.
fn changed(schema: &mut Schema, ty: &Type, path: &[&str], change: Change) -> Type {
    match ty {
        Type::List(of) => Type::List(Box::new(changed(schema, of, path, change))),
        Type::Struct(index) => {
            let mut copy = schema.get(*index).clone();
            match path.split_first() {
                None => change(&mut copy),
                Some((first, rest)) => {
                    let inner = copy.fields.get(*first).map_or(Type::Any, |field| field.ty.clone());
                    let inner = changed(schema, &inner, rest, change);
                    if let Some(field) = copy.fields.get_mut(*first) {
                        field.ty = inner;
                    }
                }
            }
            schema.structs.push(copy);
            Type::Struct(schema.structs.len() - 1)
        }
        other => other.clone(),
    }
}

fn rename(owner: &mut Struct, from: &str, to: &str) {
    if let Some(field) = owner.fields.remove(from) {
        owner.fields.insert(to.to_owned(), field);
    }
}

fn add(owner: &mut Struct, name: &str, ty: Type, go_type: &str) {
    let field =
        Field { ty, go_type: go_type.to_owned(), omits_zero: true, zero: Zero::Absent, merge: Merge::default() };
    owner.fields.insert(name.to_owned(), field);
}

fn old_backend(backend: &mut Struct) {
    backend.fields.remove("service");
    add(backend, "serviceName", Type::Str, "string");
    add(backend, "servicePort", Type::IntOrString, "intstr.IntOrString");
}

#[cfg(test)]
mod tests {
    use super::super::decode::decode;
    use super::super::schema::schema;
    use super::*;

    #[test]
    fn an_older_version_has_its_own_fields_and_not_those_of_today() {
        let old = r#"{"spec":{"backend":{"serviceName":"web","servicePort":"http"},
            "rules":[{"http":{"paths":[{"backend":{"serviceName":"web","servicePort":80}}]}}]}}"#;
        let new = r#"{"spec":{"defaultBackend":{"service":{"name":"web","port":{"number":80}}}}}"#;
        let unknown = |version: &str, text: &str| {
            let ty = schema().root_of(kinds::INGRESS, version);
            decode(text.as_bytes(), schema(), ty).expect("no type error").strict
        };
        for version in ["networking.k8s.io/v1beta1", "extensions/v1beta1"] {
            assert_eq!(unknown(version, old), Vec::<String>::new());
            assert_eq!(unknown(version, new), ["unknown field \"spec.defaultBackend\""]);
        }
        assert_eq!(unknown("networking.k8s.io/v1", new), Vec::<String>::new());
        assert_eq!(unknown("networking.k8s.io/v1", old).len(), 3);
    }
}
