//! What the API warns of while it takes an object (`pkg/api/pod/warnings.go`, `WarningsOnCreate` of the strategies).

mod pod;
mod storage;
mod volumes;

use super::{Part, admission, syntax};
use crate::api::custom;
use crate::api::field::Path;
use crate::object::{Map, Object, Value, kinds};
use crate::store::View;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pod::pod_spec;

/// The warnings that a client gets for writing `object`, in the order of the checks.
pub fn warnings(object: &Object) -> Vec<String> {
    let mut found = Vec::new();
    let spec = Path::new("spec");
    match object.kind {
        kinds::POD => pod_spec(&Path::default(), object.spec(), &object.meta.annotations, &mut found),
        kinds::CRON_JOB => {
            let at = spec.child("jobTemplate").child("spec");
            found.extend(job(&at, &object.spec()["jobTemplate"]["spec"]));
        }
        kinds::JOB => found.extend(job(&spec, object.spec())),
        kinds::SERVICE => service(object, &mut found),
        kinds::SECRET => found.extend(certificate_warning(object)),
        kinds::PERSISTENT_VOLUME_CLAIM => storage::claim(object, &mut found),
        kinds::PERSISTENT_VOLUME => storage::volume(object, &mut found),
        kinds::CUSTOM_RESOURCE_DEFINITION => found.extend(custom::definition::warnings(object)),
        kind if kind.is_custom() => found.extend(custom::resource::finalizer_warnings(object)),
        _ => {}
    }
    if let Some((fields, pods)) = template_of(object) {
        let at = fields.iter().fold(Path::default(), |at, field| at.child(field));
        template(&at, pods, &mut found);
    }
    let keeps_all = object.spec()["revisionHistoryLimit"].as_i64().is_some_and(|it| it < 0);
    if object.kind == kinds::STATEFUL_SET && keeps_all {
        let why = "a negative value retains all historical revisions; a value >= 0 is recommended";
        found.push(format!("{}: {why}", spec.child("revisionHistoryLimit")));
    }
    found
}

/// What a client is warned of who changed `object`: of most kinds only when the change is one of what is wanted, of pods never
/// (`WarningsOnUpdate` of the strategies).
pub fn update_warnings(object: &Object, changes_generation: bool) -> Vec<String> {
    match object.kind {
        kinds::POD => Vec::new(),
        kinds::SERVICE | kinds::SECRET | kinds::PERSISTENT_VOLUME | kinds::PERSISTENT_VOLUME_CLAIM => warnings(object),
        _ if changes_generation => warnings(object),
        _ => Vec::new(),
    }
}

/// What admission warns a client of who wrote `object`, or a part of it, where `old` was before: it comes after what the rules of
/// the kind warn of.
pub fn admission_warnings(view: View<'_>, object: &Object, old: Option<&Object>, part: Part) -> Vec<String> {
    admission::warnings(view, object, old, part)
}

/// What a Service is warned of (`GetWarningsForService` in `pkg/api/service/warnings.go`), but for the forms of addresses.
fn service(service: &Object, found: &mut Vec<String>) {
    let spec = service.spec();
    let hints = "service.kubernetes.io/topology-aware-hints";
    if service.meta.annotation(hints).is_some() {
        let mode = "service.kubernetes.io/topology-mode";
        found.push(format!("annotation {hints} is deprecated, please use {mode} instead"));
    }
    let kind = spec["type"].str_or_empty();
    let is_headless = matches!(kind, "" | "ClusterIP") && spec["clusterIP"].as_str() == Some("None");
    if is_headless {
        let ignored = [
            ("loadBalancerIP", !spec["loadBalancerIP"].is_empty()),
            ("externalIPs", !spec["externalIPs"].is_empty()),
            ("SessionAffinity", !matches!(spec["sessionAffinity"].str_or_empty(), "" | "None")),
        ];
        for (field, _) in ignored.iter().filter(|it| it.1) {
            found.push(format!("spec.{field} is ignored for headless services"));
        }
    }
    if kind == "ExternalName" && !spec["externalIPs"].is_empty() {
        found.push("spec.externalIPs is ignored when spec.type is \"ExternalName\"".to_owned());
    }
    if kind != "ExternalName" && !spec["externalName"].is_empty() {
        found.push("spec.externalName is ignored when spec.type is not \"ExternalName\"".to_owned());
    }
    if spec["trafficDistribution"].as_str() == Some("PreferClose") {
        found.push("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"".to_owned());
    }
}

/// What a TLS secret is warned of that has no certificate or no key in it. What is in them is not looked at.
fn certificate_warning(secret: &Object) -> Option<String> {
    if secret.body["type"].as_str() != Some("kubernetes.io/tls") {
        return None;
    }
    let has_block = |key: &str| {
        let plain = secret.body["stringData"].get(key).as_str().map(|it| it.as_bytes().to_vec());
        let data = plain.or_else(|| STANDARD.decode(secret.body["data"].get(key).str_or_empty()).ok());
        let data = data.unwrap_or_default();
        String::from_utf8_lossy(&data).contains("-----BEGIN ")
    };
    let missing = [("tls.crt", "certificate"), ("tls.key", "key")];
    let (_, what) = missing.iter().find(|it| !has_block(it.0))?;
    Some(format!("tls: failed to find any PEM data in {what} input"))
}

/// What a new Ingress is warned of that names its class as it was done before there was a field.
pub fn class_warning(object: &Object) -> Option<String> {
    let annotation = "kubernetes.io/ingress.class";
    let is_old = object.kind == kinds::INGRESS
        && object.meta.annotation(annotation).is_some()
        && object.spec()["ingressClassName"].is_null();
    is_old.then(|| format!("annotation {annotation:?} is deprecated, please use 'spec.ingressClassName' instead"))
}

/// The template of the pods that are made from `object`, and the fields that lead there, if it has one.
pub(super) fn template_of(object: &Object) -> Option<(&'static [&'static str], &Value)> {
    let fields: &[&str] = match object.kind {
        kinds::POD_TEMPLATE => &["template"],
        kinds::CRON_JOB => &["spec", "jobTemplate", "spec", "template"],
        kinds::DAEMON_SET
        | kinds::DEPLOYMENT
        | kinds::JOB
        | kinds::REPLICA_SET
        | kinds::REPLICATION_CONTROLLER
        | kinds::STATEFUL_SET => &["spec", "template"],
        _ => return None,
    };
    let (first, rest) = fields.split_first()?;
    let template = object.body[*first].at(rest);
    (!template.is_null()).then_some((fields, template))
}

fn template(path: &Path, template: &Value, found: &mut Vec<String>) {
    let none = Map::new();
    let annotations = template["metadata"]["annotations"].as_map().unwrap_or(&none);
    pod_spec(path, &template["spec"], annotations, found);
}

/// What an Indexed Job is warned of that is too large to be tracked (`pkg/api/job/warnings.go`).
fn job(path: &Path, spec: &Value) -> Option<String> {
    let number = |field: &str| spec[field].as_i64().unwrap_or(0);
    let is_indexed = spec["completionMode"].as_str() == Some("Indexed");
    let is_too_large = is_indexed && number("completions") > 100_000 && number("parallelism") > 10_000;
    is_too_large.then(|| {
        let why = "In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, \
                   Kubernetes might not be able to track completedIndexes when a big number of indexes fail";
        format!("{path}: {why}")
    })
}

/// The warning that a client gets for the name of a new object, if pods will have trouble with it as their host name.
pub fn name_warning(object: &Object) -> Option<String> {
    let used = match object.kind {
        kinds::POD => "the Pod's hostname",
        kinds::CRON_JOB | kinds::DEPLOYMENT | kinds::JOB | kinds::REPLICA_SET | kinds::REPLICATION_CONTROLLER => {
            "Pod names and hostnames"
        }
        _ => return None,
    };
    let wrong = syntax::dns_label(&object.meta.name);
    (!wrong.is_empty()).then(|| {
        let wrong = wrong.join(" ");
        format!(
            "metadata.name: this is used in {used}, which can result in surprising behavior; a DNS label is \
             recommended: [{wrong}]"
        )
    })
}

/// What a label that has a successor is told with.
fn deprecated_label(key: &str) -> Option<&'static str> {
    Some(match key {
        "beta.kubernetes.io/arch" => "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
        "beta.kubernetes.io/os" => "deprecated since v1.14; use \"kubernetes.io/os\" instead",
        "failure-domain.beta.kubernetes.io/region" => {
            "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead"
        }
        "failure-domain.beta.kubernetes.io/zone" => {
            "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"
        }
        "beta.kubernetes.io/instance-type" => {
            "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(spec: &str, want: &[&str]) {
        let mut pod = Object::new(kinds::POD, "default", "p");
        *pod.spec_mut() = Value::from_json(spec.as_bytes()).expect("valid JSON");
        assert_eq!(warnings(&pod), want, "{spec}");
    }

    #[test]
    fn a_name_that_is_no_host_name_is_warned_of() {
        let warning = |kind, name| name_warning(&Object::new(kind, "default", name));
        assert_eq!(warning(kinds::JOB, "a-b"), None);
        assert_eq!(warning(kinds::CONFIG_MAP, "a.b"), None);
        let want = "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS \
                    label is recommended: [must not contain dots]";
        assert_eq!(warning(kinds::JOB, "a.b").as_deref(), Some(want));
        let want = want.replace("Pod names and hostnames", "the Pod's hostname");
        assert_eq!(warning(kinds::POD, "a.b"), Some(want));
    }

    #[test]
    fn what_is_taken_and_should_not_be_relied_on_is_warned_of() {
        check(r#"{"containers":[{"name":"c","resources":{"requests":{"memory":"64Mi","cpu":"100m"}}}]}"#, &[]);
        check(
            r#"{"containers":[{"name":"c","resources":{"requests":{"memory":"100m"}}}]}"#,
            &[
                "spec.containers[0].resources.requests[memory]: fractional byte value \"100m\" is invalid, must be an integer",
            ],
        );
        check(
            r#"{"nodeSelector":{"beta.kubernetes.io/os":"linux"},"terminationGracePeriodSeconds":-1}"#,
            &[
                "spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use \"kubernetes.io/os\" instead",
                "spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1",
            ],
        );
        check(
            r#"{"containers":[{"name":"c","env":[{"name":"A"},{"name":"A","value":"$(A)b"},{"name":"A","value":"b"}],
                "ports":[{"containerPort":80},{"containerPort":80}]},
                {"name":"d","ports":[{"containerPort":80,"hostPort":80},{"containerPort":81,"hostIP":"1.2.3.4"}]}]}"#,
            &[
                "spec.containers[0].env[2]: hides previous definition of \"A\", which may be dropped when using apply",
                "spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]",
                "spec.containers[1].ports[0]: overlapping port definition with spec.containers[0].ports[0]",
                "spec.containers[1].ports[0]: overlapping port definition with spec.containers[0].ports[1]",
                "spec.containers[1].ports[1]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:81 Protocol:TCP \
                 HostIP:1.2.3.4}",
            ],
        );
        check(
            r#"{"topologySpreadConstraints":[{"topologyKey":"zone"}],"imagePullSecrets":[{"name":"a"},{"name":"a"}],
                "affinity":{"podAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"podAffinityTerm":{}}]}}}"#,
            &[
                "spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod",
                "spec.imagePullSecrets[1].name: duplicate name \"a\"",
                "spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: a \
                 null labelSelector results in matching no pod",
            ],
        );
        check(
            r#"{"volumes":[{"name":"v","secret":{"secretName":"s","items":[{"path":"a"},{"path":"a/b"}]}}]}"#,
            &["volume \"v\" (Secret \"s\"): overlapping paths: \"a/b\" with \"a\""],
        );
    }

    #[test]
    fn other_kinds_are_warned_of_as_well() {
        let table = [
            (kinds::SERVICE, r#"{"clusterIP":"None","loadBalancerIP":"1.2.3.4","externalName":"a"}"#, 2),
            (kinds::SERVICE, r#"{"type":"ExternalName","externalName":"a"}"#, 0),
            (kinds::PERSISTENT_VOLUME, r#"{"persistentVolumeReclaimPolicy":"Recycle"}"#, 1),
            (kinds::PERSISTENT_VOLUME_CLAIM, r#"{"resources":{"requests":{"storage":"100m"}}}"#, 1),
            (kinds::JOB, r#"{"completionMode":"Indexed","completions":100001,"parallelism":10001}"#, 1),
        ];
        for (kind, spec, want) in table {
            let mut object = Object::new(kind, "default", "o");
            *object.spec_mut() = Value::from_json(spec.as_bytes()).expect("valid JSON");
            assert_eq!(warnings(&object).len(), want, "{spec}");
        }
        let mut secret = Object::new(kinds::SECRET, "default", "s");
        secret.body.insert("type", "kubernetes.io/tls");
        assert_eq!(warnings(&secret), ["tls: failed to find any PEM data in certificate input"]);
    }
}
