//! `/scale`: reading, replacing and patching the scale of an object (`ScaleREST` of `pkg/registry/*/*/storage/storage.go`).

use super::body::{self, Expected};
use super::query::Params;
use super::route::Target;
use super::schema::schema;
use super::{Request, Response, field_manager, patch, write};
use crate::api::Status;
use crate::api::registry::{Api, Part, Scaling, WriteOptions};
use crate::object::{Key, Object, Value};

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
        "GET" => Ok(Response::json(200, scaling.shown(&stored(api, target)?))),
        "PUT" => {
            let options = write::write_options(params, "UpdateOptions")?;
            let (scale, warnings) = body::value(request, params, &expected)?;
            replace(api, (target, params), &scaling, scale, warnings, &options)
        }
        "PATCH" => {
            let current = scaling.shown(&stored(api, target)?);
            let (scale, warnings, options) = patch::patched(request, params, current, &expected)?;
            replace(api, (target, params), &scaling, scale, warnings, &options)
        }
        _ => Err(Response::method_not_allowed()),
    }
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
