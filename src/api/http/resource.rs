//! From a resource and a method to the rule that answers (apiserver `pkg/endpoints/installer.go`).

use super::query::Params;
use super::route::Target;
use super::watch::Watch;
use super::{Reply, Request, Response, delete, list, log, patch, proxy, review, scale, session, write};
use crate::api::registry::{Api, Part};
use crate::object::Value;

/// Answers a request for the resource `target`.
pub(super) fn answer(
    api: &mut Api<'_>,
    request: &Request,
    target: &Target,
    params: &Params,
) -> Result<Reply, Response> {
    if !is_offered(request, target) {
        return Err(Response::method_not_allowed());
    }
    if let Some(custom) = target.custom.as_ref().filter(|_| request.method != "POST") {
        custom.check_readable(api.view(), &target.namespace, &target.name)?;
    }
    let watches = target.legacy_watch || params.flag("watch") == Some(true);
    let method = request.method.as_str();
    if method == "GET" && watches && (target.name.is_empty() || target.legacy_watch) && target.subresource.is_empty() {
        return Watch::start(api.view(), api.now, target, params).map(|watch| Reply::Watch(Box::new(watch)));
    }
    match target.subresource.as_str() {
        "log" if method == "GET" => return log::answer(api, target, params),
        "attach" | "exec" | "portforward" => return session::answer(api, request, target, params),
        _ => {}
    }
    let response = if !target.subresource.is_empty() {
        subresource(api, request, target, params)?
    } else if target.name.is_empty() {
        collection(api, request, target, params)?
    } else {
        object(api, request, target, params)?
    };
    Ok(Reply::Done(response))
}

/// Whether the kind of `target` has the verb that `request` comes to; subresources look after that themselves.
fn is_offered(request: &Request, target: &Target) -> bool {
    let verb = match (request.method.as_str(), target.name.is_empty()) {
        _ if !target.subresource.is_empty() => return true,
        ("GET", true) => "list",
        ("GET", false) => "get",
        ("POST", _) => "create",
        ("PUT", _) => "update",
        ("PATCH", _) => "patch",
        ("DELETE", true) => "deletecollection",
        ("DELETE", false) => "delete",
        _ => return false,
    };
    target.kind.info().verbs.contains(&verb)
}

fn ok(value: Value) -> Response {
    Response::json(200, value)
}

fn collection(api: &mut Api<'_>, request: &Request, target: &Target, params: &Params) -> Result<Response, Response> {
    match request.method.as_str() {
        "GET" => list::list(api.view(), target, params).map(ok),
        "POST" if !target.spans_namespaces() && target.kind.info().is_stored() => {
            write::create(api, request, target, params)
        }
        "POST" if !target.spans_namespaces() => review::create(api, request, target, params),
        "DELETE" if !target.spans_namespaces() => delete::collection(api, request, target, params),
        _ => Err(Response::method_not_allowed()),
    }
}

fn object(api: &mut Api<'_>, request: &Request, target: &Target, params: &Params) -> Result<Response, Response> {
    match request.method.as_str() {
        "GET" => Ok(list::get(api.view(), target, params).map(ok)?),
        "PUT" => write::update(api, request, target, params, Part::Main),
        "PATCH" => patch::patch(api, request, target, params, Part::Main),
        "DELETE" => delete::object(api, request, target, params),
        _ => Err(Response::method_not_allowed()),
    }
}

fn subresource(api: &mut Api<'_>, request: &Request, target: &Target, params: &Params) -> Result<Response, Response> {
    let part = match target.subresource.as_str() {
        "status" => Part::Status,
        "ephemeralcontainers" => Part::EphemeralContainers,
        "resize" => Part::Resize,
        "finalize" => Part::Finalize,
        "approval" => Part::Approval,
        "proxy" => return Err(proxy::answer(api.view(), target)),
        "scale" => return scale::answer(api, request, target, params),
        "binding" if request.method == "POST" => return write::bind(api, request, target, params),
        "token" if request.method == "POST" => return review::token(api, request, target, params),
        "eviction" if request.method == "POST" => return delete::evict(api, request, target, params),
        _ => return Err(Response::method_not_allowed()),
    };
    match request.method.as_str() {
        "PUT" => write::update(api, request, target, params, part),
        "PATCH" if part != Part::Finalize => patch::patch(api, request, target, params, part),
        "GET" if part != Part::Finalize => Ok(list::get(api.view(), target, params).map(ok)?),
        _ => Err(Response::method_not_allowed()),
    }
}
