//! `/scale`: reading, replacing and patching the scale of an object (`ScaleREST` of `pkg/registry/*/*/storage/storage.go`).

use super::body::{self, Expected};
use super::query::Params;
use super::route::Target;
use super::schema::schema;
use super::{Request, Response, field_manager, patch, write};
use crate::api::Status;
use crate::api::custom::internal_error;
use crate::api::registry::{Api, Part, Scaling, WriteOptions, scale_not_found};
use crate::object::{Key, Object, Value};

/// Stands for the number of an object that has none, while its scale is patched.
const NEVER_SET: i64 = i32::MIN as i64;

/// Answers a request for the scale of `target`.
pub(super) fn answer(
    api: &mut Api<'_>,
    request: &Request,
    target: &Target,
    params: &Params,
) -> Result<Response, Response> {
    let scaling = match &target.custom {
        Some(custom) => custom.version().scale.as_ref().map(Scaling::of_custom),
        None => Scaling::of(target.kind),
    };
    let Some(scaling) = scaling else {
        return Err(Response::no_such_resource());
    };
    let expected =
        Expected { api_version: "autoscaling/v1".into(), kind: "Scale", ty: schema().body_type("Scale"), custom: None };
    match request.method.as_str() {
        "GET" => {
            let object = stored(api, target).map_err(|status| {
                if status.is_not_found() { scale_not_found(target.kind, &target.name) } else { status }
            })?;
            if !scaling.is_set(&object) && target.custom.is_some() {
                return Err(
                    internal_error(&format!("the spec replicas field {:?} does not exist", path(target))).into()
                );
            }
            Ok(Response::json(200, scaling.shown(&object)))
        }
        "PUT" => {
            let options = write::write_options(params, "UpdateOptions")?;
            let (scale, warnings) = body::value(request, params, &expected)?;
            replace(api, (target, params), &scaling, scale, warnings, &options)
        }
        "PATCH" if patch::is_apply(request) => apply(api, request, (target, params), &scaling),
        "PATCH" => {
            let object = stored(api, target)?;
            let mut current = scaling.shown(&object);
            if !scaling.is_set(&object) && target.custom.is_some() {
                current.field_mut("spec").set("replicas", NEVER_SET);
            }
            let (scale, warnings, options) = patch::patched(request, params, current, &expected)?;
            if scale["spec"]["replicas"].as_i64() == Some(NEVER_SET) {
                return Err(
                    Status::bad_request(format!("the spec replicas field {:?} cannot be empty", path(target))).into()
                );
            }
            replace(api, (target, params), &scaling, scale, warnings, &options)
        }
        _ => Err(Response::method_not_allowed()),
    }
}

/// Applies to the scale, as which the object is seen with its managers and becomes an object with managers again.
fn apply(
    api: &mut Api<'_>,
    request: &Request,
    (target, params): (&Target, &Params),
    scaling: &Scaling,
) -> Result<Response, Response> {
    let live = stored(api, target)?;
    let patch = patch::scale_to_apply(request, params)?;
    let (scale, managed) = field_manager::apply_scale(
        api,
        &live,
        (scaling.shown(&live), &patch.value),
        (target, params),
        &scaling.spec_replicas,
    )
    .map_err(patch::refusal)?;
    let mut named = Object::from_value(target.kind, &scale);
    body::place(&mut named, target)?;
    body::check_name(&named, target)?;
    write::check_version(scale["metadata"]["resourceVersion"].str_or_empty())?;
    let mut object = live.clone();
    scaling.apply(&mut object, &scale)?;
    object.meta.managed_fields = managed.value;
    let options = WriteOptions { same_managers: managed.is_same, ..patch.options };
    let changed = api.update(object, Part::Main, &options)?;
    let mut response = Response::json(200, scaling.shown(&changed));
    response.warnings = patch.warnings;
    Ok(response)
}

/// The path of the wanted number, as the definition of a custom kind has it.
fn path(target: &Target) -> &str {
    let scale = target.custom.as_ref().and_then(|custom| custom.version().scale.as_ref());
    scale.map_or("", |it| it.spec_replicas.as_str())
}

fn stored(api: &Api<'_>, target: &Target) -> Result<Object, Status> {
    let key = Key::new(target.kind, &target.namespace, &target.name);
    let found = api.view().get(&key).map(|it| Object::clone(it));
    found.ok_or_else(|| Status::not_found(target.kind, &target.name))
}

fn replace(
    api: &mut Api<'_>,
    (target, params): (&Target, &Params),
    scaling: &Scaling,
    mut scale: Value,
    warnings: Vec<String>,
    options: &WriteOptions,
) -> Result<Response, Response> {
    let mut named = Object::from_value(target.kind, &scale);
    body::place(&mut named, target)?;
    body::check_name(&named, target)?;
    write::check_version(scale["metadata"]["resourceVersion"].str_or_empty())?;
    scale.field_mut("metadata").set("namespace", &target.namespace);
    let mut object = stored(api, target)?;
    let live = object.clone();
    scaling.apply(&mut object, &scale)?;
    field_manager::record_scaling(api, &live, &mut object, (target, params), &scaling.spec_replicas);
    let changed = api.update(object, Part::Main, options)?;
    let mut response = Response::json(200, scaling.shown(&changed));
    response.warnings = warnings;
    Ok(response)
}
