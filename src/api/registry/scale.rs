//! The scale of an object as its own little object: how many replicas are wanted, and how many there are
//! (`pkg/registry/*/*/storage/storage.go`, `ValidateScale` in `pkg/apis/autoscaling/validation/validation.go`).

use super::metadata::{self, NOT_NEGATIVE};
use crate::api::Status;
use crate::api::custom::Scale;
use crate::api::field::{At, ErrorList};
use crate::map;
use crate::object::{Kind, Meta, Object, Str, Value, kinds, label_selector_text};

/// Where a kind keeps what a scale shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scaling {
    /// The path of the wanted number, such as `spec`, `replicas`.
    pub spec_replicas: Vec<Str>,
    /// The path of the actual number.
    pub status_replicas: Vec<Str>,
    /// Where the selector of the replicas is.
    pub selector: ScaleSelector,
}

/// The form in which a kind keeps the selector of its replicas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScaleSelector {
    /// It has none.
    None,
    /// `spec.selector` is a `metav1.LabelSelector`.
    LabelSelector,
    /// `spec.selector` is a map of labels.
    Labels,
    /// The text at this path, as custom resources keep it.
    Text(Vec<Str>),
}

/// That there is no object of `kind` called `name` whose scale could be read (`ScaleREST.Get` of each kind, of which some
/// name the subresource).
pub fn scale_not_found(kind: Kind, name: &str) -> Status {
    let group = match kind {
        kinds::DEPLOYMENT | kinds::REPLICA_SET => "apps",
        kinds::REPLICATION_CONTROLLER => "autoscaling",
        _ => return Status::not_found(kind, name),
    };
    let plural = format!("{}/scale", kind.info().plural);
    let mut status = Status::not_found(kind, name);
    status.message = format!("{plural}.{group} {name:?} not found");
    status.details.insert("group", group);
    status.details.insert("kind", plural);
    status
}

impl Scaling {
    /// How a built-in kind is scaled; `None` for kinds without the subresource.
    pub fn of(kind: Kind) -> Option<Self> {
        let selector = match kind {
            kinds::DEPLOYMENT | kinds::REPLICA_SET | kinds::STATEFUL_SET => ScaleSelector::LabelSelector,
            kinds::REPLICATION_CONTROLLER => ScaleSelector::Labels,
            _ => return None,
        };
        let path = |field: &str| vec![Str::from(field), Str::from("replicas")];
        Some(Scaling { spec_replicas: path("spec"), status_replicas: path("status"), selector })
    }

    /// How a custom kind is scaled.
    pub fn of_custom(scale: &Scale) -> Self {
        let path = |text: &str| text.trim_start_matches('.').split('.').map(Str::from).collect::<Vec<_>>();
        Scaling {
            spec_replicas: path(&scale.spec_replicas),
            status_replicas: path(&scale.status_replicas),
            selector: scale.label_selector.as_deref().map_or(ScaleSelector::None, |it| ScaleSelector::Text(path(it))),
        }
    }

    /// The `autoscaling/v1` Scale of `object`.
    pub fn shown(&self, object: &Object) -> Value {
        let meta = Meta {
            name: object.meta.name.clone(),
            namespace: object.meta.namespace.clone(),
            uid: object.meta.uid.clone(),
            resource_version: object.meta.resource_version,
            created: object.meta.created,
            ..Meta::default()
        };
        let wanted = at(object, &self.spec_replicas).as_i64().filter(|it| *it != 0);
        let actual = at(object, &self.status_replicas).as_i64().unwrap_or(0);
        let selector = self.selector_text(object);
        let status = map! { "replicas" => actual, "selector" => (!selector.is_empty()).then_some(selector) };
        Value::Map(map! {
            "kind" => "Scale",
            "apiVersion" => "autoscaling/v1",
            "metadata" => meta.to_value(),
            "spec" => map! { "replicas" => wanted },
            "status" => status,
        })
    }

    /// Whether the object has the wanted number.
    pub fn is_set(&self, object: &Object) -> bool {
        at(object, &self.spec_replicas).as_i64().is_some()
    }

    fn selector_text(&self, object: &Object) -> String {
        match &self.selector {
            ScaleSelector::None => String::new(),
            ScaleSelector::LabelSelector => label_selector_text(&object.spec()["selector"]),
            ScaleSelector::Labels => {
                label_selector_text(&Value::Map(map! { "matchLabels" => &object.spec()["selector"] }))
            }
            ScaleSelector::Text(path) => at(object, path).str_or_empty().to_owned(),
        }
    }

    /// Takes over what `scale` wants: the number, and the version that the object has to have.
    ///
    /// # Errors
    /// What is wrong with the scale, or `Conflict` when it names another object's uid.
    pub fn apply(&self, object: &mut Object, scale: &Value) -> Result<(), Status> {
        let meta = Meta::from_value(&scale["metadata"]);
        let errors = validate(object.kind, &meta, scale);
        if !errors.is_empty() {
            return Err(invalid(&meta.name, &errors));
        }
        if !meta.uid.is_empty() && meta.uid != object.meta.uid {
            let info = object.kind.info();
            let (asked, stored) = (&meta.uid, &object.meta.uid);
            let why = format!("Precondition failed: UID in precondition: {asked}, UID in object meta: {stored}");
            let mut status = Status::conflict(object.kind, &object.meta.name, &why);
            let plural = format!("{}/scale", info.plural);
            let resource = if info.group.is_empty() { plural.clone() } else { format!("{plural}.{}", info.group) };
            let name = object.meta.name.as_str();
            status.message = format!("Operation cannot be fulfilled on {resource} {name:?}: {why}");
            status.details.insert("kind", plural);
            return Err(status);
        }
        object.meta.resource_version = meta.resource_version;
        let wanted = scale["spec"]["replicas"].as_i64().unwrap_or(0);
        if let Some((first, rest)) = self.spec_replicas.split_first() {
            let slot = object.body.entry(first);
            let rest: Vec<&str> = rest.iter().map(Str::as_str).collect();
            *slot.at_mut(&rest) = Value::Int(wanted);
        }
        Ok(())
    }
}

fn at<'a>(object: &'a Object, path: &[Str]) -> &'a Value {
    let Some((first, rest)) = path.split_first() else {
        return &object.body[""];
    };
    rest.iter().fold(&object.body[first.as_str()], |value, step| value.get(step))
}

fn validate(kind: Kind, meta: &Meta, scale: &Value) -> ErrorList {
    let mut errors = ErrorList::new();
    metadata::validate(kind, meta, &mut errors);
    if let Some(number) = scale["spec"]["replicas"].as_i64().filter(|it| *it < 0) {
        errors.invalid(&At::new("spec").child("replicas"), number, NOT_NEGATIVE);
    }
    errors
}

/// The refusal of a scale, which is an object of its own group.
fn invalid(name: &str, errors: &ErrorList) -> Status {
    let mut status = Status::failure(422, "Invalid", format!("Scale.autoscaling {name:?} is invalid: {errors}"));
    let causes = Value::list(errors.iter().map(|error| Value::Map(error.cause())));
    status.details = map! { "name" => name, "group" => "autoscaling", "kind" => "Scale", "causes" => causes };
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(replicas: i64) -> Object {
        let mut object = Object::new(kinds::DEPLOYMENT, "default", "web");
        object.meta.uid = Str::from("1");
        object.meta.resource_version = 7;
        let selector = map! { "matchLabels" => map! { "app" => "web", "tier" => "front" } };
        object.body.insert("spec", map! { "replicas" => replicas, "selector" => selector });
        object.body.insert("status", map! { "replicas" => 1_i64 });
        object
    }

    fn scaling() -> Scaling {
        Scaling::of(kinds::DEPLOYMENT).expect("deployments are scaled")
    }

    #[test]
    fn some_kinds_name_the_subresource_when_there_is_no_scale_to_read() {
        let table = [
            (kinds::DEPLOYMENT, r#"deployments/scale.apps "x" not found"#),
            (kinds::REPLICA_SET, r#"replicasets/scale.apps "x" not found"#),
            (kinds::REPLICATION_CONTROLLER, r#"replicationcontrollers/scale.autoscaling "x" not found"#),
            (kinds::STATEFUL_SET, r#"statefulsets.apps "x" not found"#),
        ];
        for (kind, want) in table {
            assert_eq!(scale_not_found(kind, "x").message, want);
        }
    }

    #[test]
    fn a_scale_shows_the_numbers_and_the_selector_as_text() {
        let scale = scaling().shown(&deployment(3));
        assert_eq!(scale["spec"].to_json(), r#"{"replicas":3}"#);
        assert_eq!(scale["status"].to_json(), r#"{"replicas":1,"selector":"app=web,tier=front"}"#);
        assert_eq!(scaling().shown(&deployment(0))["spec"].to_json(), "{}");
        assert_eq!(Scaling::of(kinds::DAEMON_SET), None);
    }

    #[test]
    fn a_scale_changes_the_wanted_number_alone() {
        let mut object = deployment(3);
        let mut scale = scaling().shown(&object);
        scale.field_mut("spec").set("replicas", 5_i64);
        scale.field_mut("status").set("replicas", 9_i64);
        scaling().apply(&mut object, &scale).expect("a valid scale");
        assert_eq!(object.spec()["replicas"].as_i64(), Some(5));
        assert_eq!(object.status()["replicas"].as_i64(), Some(1));
    }

    #[test]
    fn a_negative_scale_and_one_of_another_object_are_refused() {
        let mut object = deployment(3);
        let mut scale = scaling().shown(&object);
        scale.field_mut("spec").set("replicas", -1_i64);
        let status = scaling().apply(&mut object, &scale).expect_err("negative");
        let want = "Scale.autoscaling \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0";
        assert_eq!(status.message, want);
        let mut scale = scaling().shown(&object);
        scale.field_mut("metadata").set("uid", "2");
        let status = scaling().apply(&mut object, &scale).expect_err("another uid");
        let want = "Operation cannot be fulfilled on deployments/scale.apps \"web\": Precondition failed: UID in \
                    precondition: 2, UID in object meta: 1";
        assert_eq!(status.message, want);
    }
}
