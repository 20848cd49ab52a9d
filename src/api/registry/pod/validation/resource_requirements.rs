//! Requests, limits and claims of containers and pods (`validateResourceRequirements`).

use super::super::resources::{aggregate_containers, is_pod_level};
use super::resource_names::{
    is_overcommit_allowed, validate_container_resource_name, validate_quantity, validate_resource_name,
};
use super::{Context, format, syntax};
use crate::api::field::{At, ErrorList, FieldError, Wrong};
use crate::api::registry::pod::go_form::{Shape, invalid_as};
use crate::api::registry::pod::go_types::POD_CLAIM;
use crate::object::{Quantity, Value};

/// A check of the name of a resource.
type NameRule = fn(&str, &At<'_>, &mut ErrorList);

/// Checks `requests`, `limits` and `claims`; `names` says which resources there may be.
pub(super) fn validate(
    context: &Context<'_>,
    requirements: &Value,
    names: NameRule,
    at: &At<'_>,
    errors: &mut ErrorList,
) {
    let Some(map) = requirements.as_map().filter(|it| !it.is_empty()) else {
        return;
    };
    validate_limits_and_requests(&map["limits"], &map["requests"], names, at, errors);
    if !map["claims"].is_null() {
        validate_claim_references(context, &map["claims"], &at.child("claims"), errors);
    }
}

fn validate_limits_and_requests(
    limits: &Value,
    requests: &Value,
    names: NameRule,
    at: &At<'_>,
    errors: &mut ErrorList,
) {
    let (limits_at, requests_at) = (at.child("limits"), at.child("requests"));
    let mut has_compute = false;
    let mut has_huge_pages = false;
    for (name, limit) in limits.as_map().into_iter().flat_map(|it| it.iter()) {
        validate_amount(name, limit, names, &limits_at.key(name), errors);
        has_compute |= matches!(name.as_str(), "cpu" | "memory");
        has_huge_pages |= name.starts_with("hugepages-");
    }
    for (name, request) in requests.as_map().into_iter().flat_map(|it| it.iter()) {
        validate_amount(name, request, names, &requests_at.key(name), errors);
        compare(name, request, limits, (&limits_at, &requests_at), errors);
        has_compute |= matches!(name.as_str(), "cpu" | "memory");
        has_huge_pages |= name.starts_with("hugepages-");
    }
    if has_huge_pages && !has_compute {
        errors.forbidden(at, "HugePages require cpu or memory");
    }
}

/// A request may not exceed its limit, and equals it where the resource cannot be shared.
fn compare(name: &str, request: &Value, limits: &Value, at: (&At<'_>, &At<'_>), errors: &mut ErrorList) {
    let (limits_at, requests_at) = at;
    let limit = limits.get(name);
    if limit.is_null() {
        if !is_overcommit_allowed(name) {
            errors.required(limits_at, "Limit must be set for non overcommitable resources");
        }
        return;
    }
    if request.is_same(limit) {
        return;
    }
    let (request, limit) = (Quantity::or_zero(request), Quantity::or_zero(limit));
    if request != limit && !is_overcommit_allowed(name) {
        errors.invalid(requests_at, request, format!("must be equal to {name} limit of {limit}"));
    } else if request > limit {
        errors.invalid(requests_at, request, format!("must be less than or equal to {name} limit of {limit}"));
    }
}

fn validate_amount(name: &str, amount: &Value, names: NameRule, at: &At<'_>, errors: &mut ErrorList) {
    // CPU and memory are what nearly every container asks for, and a canonical amount of them is fine.
    let is_plain = matches!(name, "cpu" | "memory") && amount.as_str().is_some_and(Quantity::is_surely_canonical);
    if is_plain {
        return;
    }
    names(name, at, errors);
    validate_quantity(name, amount, at, errors);
    if let Some(page) = name.strip_prefix("hugepages-") {
        let (amount, page) = (Quantity::or_zero(amount), Quantity::parse(page).unwrap_or_default().value());
        if page <= 0 || amount.value() % page != 0 {
            errors.invalid(at, amount, format!("{amount} is not positive integer multiple of {name}"));
        }
    }
}

/// Checks the name of a resource at the level of the pod (`validatePodResourceName`).
fn validate_pod_resource_name(name: &str, at: &At<'_>, errors: &mut ErrorList) {
    if validate_resource_name(name, at, errors) && !is_pod_level(name) {
        errors.not_supported(at, name, &["cpu", "hugepages-", "memory"]);
    }
}

/// Checks the overhead of a pod or of a class of runtimes, which has the form of limits.
pub fn validate_overhead(overhead: &Value, at: &At<'_>, errors: &mut ErrorList) {
    validate_limits_and_requests(overhead, Value::null(), validate_container_resource_name, at, errors);
}

/// Checks the resources of the pod itself against those of its containers (`validatePodResources`).
pub(super) fn validate_pod_level(context: &Context<'_>, at: &At<'_>, errors: &mut ErrorList) {
    let (spec, resources) = (context.spec, &context.spec["resources"]);
    if !resources["claims"].is_null() {
        errors.forbidden(&at.child("claims"), "claims cannot be set for Resources at pod-level");
    }
    validate(context, resources, validate_pod_resource_name, at, errors);
    let requests_at = at.child("requests");
    for (name, needed) in aggregate_containers(spec, "requests") {
        let request = Quantity::or_zero(resources["requests"].get(&name));
        if is_pod_level(&name) && needed > request {
            let detail = format!("must be greater than or equal to aggregate container requests of {needed}");
            errors.invalid(&requests_at.key(&name), request, detail);
        }
    }
    let containers_at = at.child("containers");
    for (i, container) in spec["containers"].items().iter().enumerate() {
        for (name, limit) in container["resources"]["limits"].as_map().into_iter().flat_map(|it| it.iter()) {
            let of_pod = resources["limits"].get(name);
            let (limit, max) = (Quantity::or_zero(limit), Quantity::or_zero(of_pod));
            if !of_pod.is_null() && limit > max {
                let container = containers_at.index(i);
                let key = container.key(name);
                errors.invalid(
                    &key.child("limits"),
                    limit,
                    format!("must be less than or equal to pod limits of {max}"),
                );
            }
        }
    }
}

/// Checks the resource claims of a pod.
pub(super) fn validate_claims(claims: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let claims = claims.items();
    for (i, claim) in claims.iter().enumerate() {
        let at = at.index(i);
        let name = &claim["name"];
        if name.str_or_empty().is_empty() {
            errors.required(&at.child("name"), "");
        } else if claims[..i].iter().any(|it| &it["name"] == name) {
            errors.duplicate(&at.child("name"), name);
        } else {
            format::text(syntax::dns_label, name, &at.child("name"), errors);
        }
        let sources = ["resourceClaimName", "resourceClaimTemplateName"];
        match sources.iter().filter(|it| !claim[**it].is_null()).count() {
            0 => {
                let detail = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`";
                errors.add(invalid_as(Shape::Struct(&POD_CLAIM), claim, &at, detail));
            }
            1 => {}
            _ => {
                let detail = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified";
                errors.add(invalid_as(Shape::Struct(&POD_CLAIM), claim, &at, detail));
            }
        }
        for source in sources {
            if !claim[source].is_null() {
                format::text(syntax::dns_subdomain, &claim[source], &at.child(source), errors);
            }
        }
    }
}

fn validate_claim_references(context: &Context<'_>, claims: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let claims = claims.items();
    for (i, claim) in claims.iter().enumerate() {
        let at = at.index(i);
        let (name, request) = (claim["name"].str_or_empty(), claim["request"].str_or_empty());
        if name.is_empty() {
            errors.required(&at, "");
            continue;
        }
        let same = |it: &Value| {
            let other = it["request"].str_or_empty();
            it["name"].str_or_empty() == name && (other.is_empty() || request.is_empty() || other == request)
        };
        if !request.is_empty() {
            format::text(syntax::dns_label, &claim["request"], &at.child("request"), errors);
        }
        if claims[..i].iter().any(same) {
            let shown = if request.is_empty() { name.to_owned() } else { format!("{name}/{request}") };
            errors.duplicate(&at, shown);
        }
        if !context.claim_names().any(|it| it == name) {
            let mut known: Vec<_> = context.claim_names().collect();
            known.sort_unstable();
            known.dedup();
            let rest = if known.is_empty() { " which is empty".to_owned() } else { format!(": {}", known.join(", ")) };
            let detail = format!("must be one of the names in pod.spec.resourceClaims{rest}");
            errors.add(FieldError {
                wrong: Wrong::NotFound,
                field: at.to_string(),
                shown: format!("{name:?}"),
                detail,
            });
        }
    }
}
