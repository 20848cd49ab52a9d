//! What the API warns of while it takes an object (`pkg/api/pod/warnings.go`, `WarningsOnCreate` of the strategies).

use super::syntax;
use crate::api::custom;
use crate::api::field::Path;
use crate::object::{Object, Quantity, Value, kinds};

/// The warnings that a client gets for writing `object`, in the order of the checks.
pub fn warnings(object: &Object) -> Vec<String> {
    let mut found = Vec::new();
    let spec = Path::new("spec");
    match object.kind {
        kinds::POD => pod_spec(&spec, object.spec(), &mut found),
        kinds::POD_TEMPLATE => {
            pod_spec(&Path::new("template").child("spec"), &object.body["template"]["spec"], &mut found);
        }
        kinds::CRON_JOB => {
            let template = spec.child("jobTemplate").child("spec").child("template");
            let pod = object.spec().at(&["jobTemplate", "spec", "template", "spec"]);
            pod_spec(&template.child("spec"), pod, &mut found);
        }
        kinds::DAEMON_SET
        | kinds::DEPLOYMENT
        | kinds::JOB
        | kinds::REPLICA_SET
        | kinds::REPLICATION_CONTROLLER
        | kinds::STATEFUL_SET => {
            let template = spec.child("template");
            pod_spec(&template.child("spec"), &object.spec()["template"]["spec"], &mut found);
        }
        kinds::CUSTOM_RESOURCE_DEFINITION => found.extend(custom::definition::warnings(object)),
        kind if kind.is_custom() => found.extend(custom::resource::finalizer_warnings(object)),
        _ => {}
    }
    let keeps_all = object.spec()["revisionHistoryLimit"].as_i64().is_some_and(|it| it < 0);
    if object.kind == kinds::STATEFUL_SET && keeps_all {
        let why = "a negative value retains all historical revisions; a value >= 0 is recommended";
        found.push(format!("{}: {why}", spec.child("revisionHistoryLimit")));
    }
    found
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

fn pod_spec(path: &Path, spec: &Value, found: &mut Vec<String>) {
    for key in spec["nodeSelector"].as_map().into_iter().flat_map(|map| map.keys()) {
        if let Some(why) = deprecated_label(key) {
            found.push(format!("{}: {why}", path.child("nodeSelector").key(key)));
        }
    }
    node_affinity(&path.child("affinity").child("nodeAffinity"), &spec["affinity"]["nodeAffinity"], found);
    for (i, constraint) in spec["topologySpreadConstraints"].items().iter().enumerate() {
        let key = constraint["topologyKey"].str_or_empty();
        if let Some(why) = deprecated_label(key) {
            let at = path.child("topologySpreadConstraints").index(i).child("topologyKey");
            found.push(format!("{at}: {key} is {why}"));
        }
    }
    for (i, secret) in spec["imagePullSecrets"].items().iter().enumerate() {
        if secret["name"].str_or_empty().is_empty() {
            let at = path.child("imagePullSecrets").index(i).child("name");
            found.push(format!("{at}: invalid empty name \"\""));
        }
    }
    for list in ["initContainers", "containers"] {
        for (i, container) in spec[list].items().iter().enumerate() {
            self::container(&path.child(list).index(i), container, found);
        }
    }
    if spec["terminationGracePeriodSeconds"].as_i64().is_some_and(|it| it < 0) {
        let at = path.child("terminationGracePeriodSeconds");
        found.push(format!("{at}: must be >= 0; negative values are invalid and will be treated as 1"));
    }
}

fn node_affinity(path: &Path, affinity: &Value, found: &mut Vec<String>) {
    let required = "requiredDuringSchedulingIgnoredDuringExecution";
    let terms = path.child(required).child("nodeSelectorTerms");
    for (i, term) in affinity[required]["nodeSelectorTerms"].items().iter().enumerate() {
        selector_term(&terms.index(i), term, found);
    }
    let preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    for (i, term) in affinity[preferred].items().iter().enumerate() {
        selector_term(&path.child(preferred).index(i).child("preference"), &term["preference"], found);
    }
}

fn selector_term(path: &Path, term: &Value, found: &mut Vec<String>) {
    for (i, expression) in term["matchExpressions"].items().iter().enumerate() {
        let key = expression["key"].str_or_empty();
        if let Some(why) = deprecated_label(key) {
            found.push(format!("{}: {key} is {why}", path.child("matchExpressions").index(i).child("key")));
        }
    }
}

fn container(path: &Path, container: &Value, found: &mut Vec<String>) {
    for list in ["limits", "requests"] {
        for (name, quantity) in container["resources"][list].as_map().into_iter().flat_map(|map| map.iter()) {
            let counts_bytes =
                matches!(name.as_str(), "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
            let fraction = Quantity::from_value(quantity).is_ok_and(|it| !it.is_integer());
            if counts_bytes && fraction {
                let at = path.child("resources").child(list).key(name);
                let text = quantity.str_or_empty();
                found.push(format!("{at}: fractional byte value {text:?} is invalid, must be an integer"));
            }
        }
    }
    let mut seen: Vec<&str> = Vec::new();
    for (i, variable) in container["env"].items().iter().enumerate() {
        let name = variable["name"].str_or_empty();
        if seen.contains(&name) {
            let at = path.child("env").index(i);
            found.push(format!("{at}: hides previous definition of {name:?}, which may be dropped when using apply"));
        }
        seen.push(name);
    }
    let ports = container["ports"].items();
    for (i, port) in ports.iter().enumerate() {
        let protocol = |it: &Value| it["protocol"].as_str().unwrap_or("TCP").to_owned();
        let same = |it: &&Value| {
            it["containerPort"] == port["containerPort"]
                && protocol(it) == protocol(port)
                && it["hostIP"] == port["hostIP"]
                && it["hostPort"] == port["hostPort"]
        };
        if let Some(first) = ports[..i].iter().position(|it| same(&it)) {
            let at = path.child("ports");
            found.push(format!("{}: duplicate port definition with {}", at.index(i), at.index(first)));
        }
    }
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
            r#"{"containers":[{"name":"c","env":[{"name":"A"},{"name":"A"}],"ports":[{"containerPort":80},{"containerPort":80}]}]}"#,
            &[
                "spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply",
                "spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]",
            ],
        );
    }
}
