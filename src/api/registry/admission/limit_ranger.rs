//! LimitRanger: containers get the namespace's default requests and limits, and what is out of its bounds is refused
//! (`plugin/pkg/admission/limitranger/admission.go`).

use super::forbidden;
use crate::api::Status;
use crate::api::registry::pod::{ResourceList, aggregate_containers};
use crate::object::{Object, Quantity, Value, kinds, literal};
use crate::store::Store;

/// Where a pod says what it was given.
const ANNOTATION: &str = "kubernetes.io/limit-ranger";

/// Gives the containers of `pod` what the limit ranges of its namespace say by default.
pub(super) fn admit(store: &Store, pod: &mut Object) {
    let namespace = pod.meta.namespace.clone();
    for range in store.list_in(kinds::LIMIT_RANGE, &namespace) {
        let containers = range.spec()["limits"].items().iter().filter(|it| it["type"].as_str() == Some("Container"));
        for limit in containers {
            set_defaults(pod, limit);
        }
    }
}

fn set_defaults(pod: &mut Object, limit: &Value) {
    let mut done = Vec::new();
    for (list, what) in [("containers", "container"), ("initContainers", "init container")] {
        for i in 0..pod.spec()[list].items().len() {
            for (part, from, noun) in [("requests", "defaultRequest", "request"), ("limits", "default", "limit")] {
                let container = &pod.spec()[list][i];
                let is_missing = |name: &str| container["resources"][part].get(name).is_null();
                let amounts = limit[from].as_map().into_iter().flat_map(|it| it.iter());
                let missing: Vec<_> =
                    amounts.filter(|it| is_missing(it.0)).map(|it| (it.0.clone(), it.1.clone())).collect();
                if missing.is_empty() {
                    continue;
                }
                let names: Vec<&str> = missing.iter().map(|it| it.0.as_str()).collect();
                done.push(format!("{} {noun} for {what} {}", names.join(", "), container["name"].str_or_empty()));
                let Some(container) = pod.spec_mut().field_mut(list).items_mut().get_mut(i) else { continue };
                let given = container.field_mut("resources").field_mut(part);
                missing.into_iter().for_each(|(name, amount)| given.set(name, amount));
            }
        }
    }
    if !done.is_empty() {
        let text = format!("LimitRanger plugin set: {}", done.join("; "));
        pod.meta.set_annotation(literal!("kubernetes.io/limit-ranger"), text);
        debug_assert!(pod.meta.annotation(ANNOTATION).is_some());
    }
}

/// Refuses a pod or a claim that is out of the bounds of its namespace.
pub(super) fn check(store: &Store, object: &Object) -> Result<(), Status> {
    for range in store.list_in(kinds::LIMIT_RANGE, &object.meta.namespace) {
        let mut wrong = Vec::new();
        for limit in range.spec()["limits"].items() {
            match object.kind {
                kinds::POD => check_pod(object.spec(), limit, &mut wrong),
                kinds::PERSISTENT_VOLUME_CLAIM => check_claim(object.spec(), limit, &mut wrong),
                _ => {}
            }
        }
        let mut texts: Vec<String> = Vec::new();
        for text in wrong {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        match texts.as_slice() {
            [] => {}
            [only] => return Err(forbidden(object, only)),
            many => return Err(forbidden(object, &format!("[{}]", many.join(", ")))),
        }
    }
    Ok(())
}

fn list(value: &Value) -> ResourceList {
    let amounts = value.as_map().into_iter().flat_map(|it| it.iter());
    amounts.map(|(name, amount)| (name.clone(), Quantity::or_zero(amount))).collect()
}

fn check_pod(spec: &Value, limit: &Value, wrong: &mut Vec<String>) {
    match limit["type"].str_or_empty() {
        "Container" => {
            for container in spec["containers"].items().iter().chain(spec["initContainers"].items()) {
                let resources = &container["resources"];
                check_bounds("Container", limit, &list(&resources["requests"]), &list(&resources["limits"]), wrong);
            }
        }
        "Pod" => {
            let of_pod = |part: &str| {
                let mut amounts = aggregate_containers(spec, part);
                amounts.extend(list(&spec["resources"][part]));
                amounts
            };
            check_bounds("Pod", limit, &of_pod("requests"), &of_pod("limits"), wrong);
        }
        _ => {}
    }
}

fn check_bounds(kind: &str, limit: &Value, requests: &ResourceList, limits: &ResourceList, wrong: &mut Vec<String>) {
    for (name, least) in list(&limit["min"]) {
        wrong.extend(below_min(kind, &name, least, requests.get(&name), limits.get(&name)));
    }
    for (name, most) in list(&limit["max"]) {
        let rule = format!("maximum {name} usage per {kind} is {most}");
        wrong.extend(match (limits.get(&name), requests.get(&name)) {
            (None, _) => Some(format!("{rule}.  No limit is specified")),
            (Some(limit), _) if *limit > most => Some(format!("{rule}, but limit is {limit}")),
            (_, Some(request)) if *request > most => Some(format!("{rule}, but request is {request}")),
            _ => None,
        });
    }
    for (name, ratio) in list(&limit["maxLimitRequestRatio"]) {
        let rule = format!("{name} max limit to request ratio per {kind} is {ratio}");
        let there = |it: Option<&Quantity>| it.copied().filter(|it| !it.is_zero());
        wrong.extend(match (there(requests.get(&name)), there(limits.get(&name))) {
            (None, _) => Some(format!("{rule}, but no request is specified or request is 0")),
            (_, None) => Some(format!("{rule}, but no limit is specified or limit is 0")),
            (Some(request), Some(limit)) => {
                let observed = limit.milli_value() as f64 / request.milli_value() as f64;
                let is_more = observed * 1000.0 > ratio.milli_value() as f64;
                is_more.then(|| format!("{rule}, but provided ratio is {observed:.6}"))
            }
        });
    }
}

fn below_min(
    kind: &str,
    name: &str,
    least: Quantity,
    request: Option<&Quantity>,
    limit: Option<&Quantity>,
) -> Option<String> {
    let rule = format!("minimum {name} usage per {kind} is {least}");
    match (request, limit) {
        (None, _) => Some(format!("{rule}.  No request is specified")),
        (Some(request), _) if *request < least => Some(format!("{rule}, but request is {request}")),
        (_, Some(limit)) if *limit < least => Some(format!("{rule}, but limit is {limit}")),
        _ => None,
    }
}

fn check_claim(spec: &Value, limit: &Value, wrong: &mut Vec<String>) {
    if limit["type"].as_str() != Some("PersistentVolumeClaim") {
        return;
    }
    let requests = list(&spec["resources"]["requests"]);
    for (name, least) in list(&limit["min"]) {
        wrong.extend(below_min("PersistentVolumeClaim", &name, least, requests.get(&name), None));
    }
    for (name, most) in list(&limit["max"]) {
        let rule = format!("maximum {name} usage per PersistentVolumeClaim is {most}");
        wrong.extend(match requests.get(&name) {
            None => Some(format!("{rule}.  No request is specified")),
            Some(request) if *request > most => Some(format!("{rule}, but request is {request}")),
            Some(_) => None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(limit: &str, spec: &str) -> Vec<String> {
        let parse = |text: &str| Value::from_json(text.as_bytes()).expect("valid JSON");
        let mut wrong = Vec::new();
        check_pod(&parse(spec), &parse(limit), &mut wrong);
        wrong
    }

    #[test]
    fn what_is_out_of_bounds_is_named_with_the_bound() {
        let limit =
            r#"{"type":"Container","min":{"cpu":"50m"},"max":{"memory":"1Gi"},"maxLimitRequestRatio":{"cpu":"4"}}"#;
        let spec = |resources: &str| format!(r#"{{"containers":[{{"name":"c","resources":{resources}}}]}}"#);
        let good = r#"{"requests":{"cpu":"100m"},"limits":{"cpu":"200m","memory":"1Gi"}}"#;
        assert!(wrong(limit, &spec(good)).is_empty());
        let low = r#"{"requests":{"cpu":"10m"},"limits":{"cpu":"200m","memory":"1Gi"}}"#;
        assert_eq!(
            wrong(limit, &spec(low)),
            [
                "minimum cpu usage per Container is 50m, but request is 10m",
                "cpu max limit to request ratio per Container is 4, but provided ratio is 20.000000",
            ]
        );
        assert_eq!(
            wrong(limit, &spec("{}")),
            [
                "minimum cpu usage per Container is 50m.  No request is specified",
                "maximum memory usage per Container is 1Gi.  No limit is specified",
                "cpu max limit to request ratio per Container is 4, but no request is specified or request is 0",
            ]
        );
    }

    #[test]
    fn the_bounds_of_a_pod_are_for_all_of_its_containers() {
        let limit = r#"{"type":"Pod","max":{"cpu":"1"}}"#;
        let two = r#"{"containers":[{"resources":{"limits":{"cpu":"600m"}}},{"resources":{"limits":{"cpu":"600m"}}}]}"#;
        assert_eq!(wrong(limit, two), ["maximum cpu usage per Pod is 1, but limit is 1200m"]);
    }
}
