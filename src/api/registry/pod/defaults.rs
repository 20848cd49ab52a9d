//! What pods and pod templates leave open (`pkg/apis/core/v1/defaults.go`, `zz_generated.defaults.go`).

use super::draft::{Draft, apply};
use super::volume_defaults::{default_field_ref, default_volume};
use super::{image, resources};
use crate::object::{Object, Quantity, Str, Value, literal};

/// Fills in what the pod `pod` leaves open.
pub fn default_pod(pod: &mut Object) {
    let spec = pod.spec_mut();
    default_pod_spec(spec);
    apply(spec, pod_only);
}

/// Fills in what the pod template `template` (`metadata` and `spec`) leaves open.
///
/// A template that is defaulted already is not touched, so that what it shares stays shared.
pub fn default_pod_template(template: &mut Value) {
    if let Some(spec) = pod_spec(template.get("spec")) {
        template.set(literal!("spec"), spec);
    }
}

/// Fills in what the spec of a pod or of a template leaves open.
pub fn default_pod_spec(spec: &mut Value) {
    apply(spec, pod_spec);
}

fn pod_spec(spec: &Value) -> Option<Value> {
    let mut draft = Draft::new(spec);
    draft.each("volumes", default_volume);
    draft.each("initContainers", container);
    draft.each("containers", container);
    draft.each("ephemeralContainers", container);
    draft.within("overhead", resource_list);
    draft.within("resources", resource_requirements);
    draft.unless_set("dnsPolicy", literal!("ClusterFirst"));
    draft.unless_set("restartPolicy", literal!("Always"));
    draft.unless_present("securityContext", Value::empty_map());
    draft.unless_present("terminationGracePeriodSeconds", 30);
    draft.unless_set("schedulerName", literal!("default-scheduler"));
    service_account_names(&mut draft);
    draft.done()
}

/// `serviceAccount` is the former name of `serviceAccountName`; the API shows both.
fn service_account_names(draft: &mut Draft<'_>) {
    let name = draft.get("serviceAccountName").as_shared_str().filter(|it| !it.is_empty());
    let former = draft.get("serviceAccount").as_shared_str().filter(|it| !it.is_empty());
    match (name.cloned(), former.cloned()) {
        (Some(name), former) if former.as_ref() != Some(&name) => draft.set(literal!("serviceAccount"), name),
        (None, Some(former)) => draft.set(literal!("serviceAccountName"), former),
        _ => {}
    }
}

/// What only a pod gets, and a template does not.
fn pod_only(spec: &Value) -> Option<Value> {
    let mut draft = Draft::new(spec);
    draft.each("containers", limits_are_requests);
    draft.each("initContainers", limits_are_requests);
    resources::default_pod_level(&mut draft);
    draft.unless_present("enableServiceLinks", true);
    if draft.get("hostNetwork").is_true() {
        draft.each("containers", host_ports);
        draft.each("initContainers", host_ports);
    }
    draft.done()
}

fn limits_are_requests(container: &Value) -> Option<Value> {
    let limits = container["resources"]["limits"].as_map()?;
    let requests = &container["resources"]["requests"];
    let mut changed: Option<Value> = None;
    for (resource, limit) in limits.iter() {
        if requests.get(resource).is_null() {
            let at = changed.get_or_insert_with(|| container.clone());
            at.at_mut(&["resources", "requests"]).set(resource.clone(), limit);
        }
    }
    changed
}

fn host_ports(container: &Value) -> Option<Value> {
    let mut draft = Draft::new(container);
    draft.each("ports", |port| {
        let mut draft = Draft::new(port);
        let port = draft.get("containerPort").clone();
        draft.unless_set("hostPort", port);
        draft.done()
    });
    draft.done()
}

fn container(container: &Value) -> Option<Value> {
    let mut draft = Draft::new(container);
    draft.each("ports", |port| {
        let mut draft = Draft::new(port);
        draft.unless_set("protocol", literal!("TCP"));
        draft.done()
    });
    draft.each("env", |env| {
        let mut draft = Draft::new(env);
        draft.within("valueFrom", env_source);
        draft.done()
    });
    draft.unless_present("resources", Value::empty_map());
    draft.within("resources", resource_requirements);
    draft.within("livenessProbe", probe);
    draft.within("readinessProbe", probe);
    draft.within("startupProbe", probe);
    draft.within("lifecycle", lifecycle);
    if draft.get("imagePullPolicy").str_or_empty().is_empty() {
        let is_latest = image::tag(draft.get("image").str_or_empty()) == Some("latest");
        draft.set(literal!("imagePullPolicy"), if is_latest { literal!("Always") } else { literal!("IfNotPresent") });
    }
    draft.unless_set("terminationMessagePath", literal!("/dev/termination-log"));
    draft.unless_set("terminationMessagePolicy", literal!("File"));
    draft.done()
}

fn env_source(source: &Value) -> Option<Value> {
    let mut draft = Draft::new(source);
    draft.within("fieldRef", default_field_ref);
    draft.within("resourceFieldRef", default_divisor);
    draft.within("fileKeyRef", |file| {
        let mut draft = Draft::new(file);
        draft.unless_present("optional", false);
        draft.done()
    });
    draft.done()
}

/// A quantity that is not a pointer in Go is always shown, be it 0.
pub(super) fn default_divisor(selector: &Value) -> Option<Value> {
    let mut draft = Draft::new(selector);
    draft.unless_set("divisor", literal!("0"));
    draft.within("divisor", quantity);
    draft.done()
}

fn resource_requirements(requirements: &Value) -> Option<Value> {
    let mut draft = Draft::new(requirements);
    draft.within("limits", resource_list);
    draft.within("requests", resource_list);
    draft.done()
}

/// Every amount of a resource list in its canonical form, rounded up to thousandths.
pub fn resource_list(list: &Value) -> Option<Value> {
    let mut changed: Option<Value> = None;
    for (name, amount) in list.as_map()?.iter() {
        if let Some(canonical) = rounded(amount) {
            changed.get_or_insert_with(|| list.clone()).set(name.clone(), canonical);
        }
    }
    changed
}

fn rounded(amount: &Value) -> Option<Value> {
    canonical(amount, Quantity::rounded_up_to_milli)
}

/// A quantity in its canonical form. What is no quantity stays, for validation to refuse.
pub(super) fn quantity(amount: &Value) -> Option<Value> {
    canonical(amount, |it| it)
}

fn canonical(amount: &Value, adjust: fn(Quantity) -> Quantity) -> Option<Value> {
    if amount.as_str().is_some_and(Quantity::is_surely_canonical) {
        return None;
    }
    let text = adjust(Quantity::from_value(amount).ok()?).to_string();
    (amount.as_str() != Some(text.as_str())).then(|| Value::from(Str::from(text)))
}

fn probe(probe: &Value) -> Option<Value> {
    let mut draft = Draft::new(probe);
    draft.unless_set("timeoutSeconds", 1);
    draft.unless_set("periodSeconds", 10);
    draft.unless_set("successThreshold", 1);
    draft.unless_set("failureThreshold", 3);
    draft.within("httpGet", http_get);
    draft.within("grpc", |grpc| {
        let mut draft = Draft::new(grpc);
        draft.unless_present("service", literal!(""));
        draft.done()
    });
    draft.done()
}

fn http_get(action: &Value) -> Option<Value> {
    let mut draft = Draft::new(action);
    draft.unless_set("path", literal!("/"));
    draft.unless_set("scheme", literal!("HTTP"));
    draft.done()
}

fn lifecycle(lifecycle: &Value) -> Option<Value> {
    fn handler(handler: &Value) -> Option<Value> {
        let mut draft = Draft::new(handler);
        draft.within("httpGet", http_get);
        draft.done()
    }
    let mut draft = Draft::new(lifecycle);
    draft.within("postStart", handler);
    draft.within("preStop", handler);
    draft.done()
}
