//! The pods that a Job makes.

use crate::controllers::job::indexed::{
    ENVIRONMENT, FAILURES, IGNORED_FAILURES, INDEX, Kept, failures_before, generate_name,
};
use crate::controllers::job::pod_failure_policy::judge;
use crate::controllers::job::spec::{Spec, TRACKING_FINALIZER};
use crate::controllers::shared::pod::new_from_template;
use crate::map;
use crate::object::{Object, Str, Value};

/// `count` pods of `job` without an index.
pub fn new_pods(job: &Object, spec: &Spec, count: i64) -> Vec<Object> {
    let mut pod = new_from_template(&spec.template, job, None);
    pod.meta.add_finalizer(TRACKING_FINALIZER);
    vec![pod; usize::try_from(count).unwrap_or(0)]
}

/// One pod of `job` for each of `indexes`; `replaced` are the failed pods that they come after.
pub fn new_indexed_pods(job: &Object, spec: &Spec, indexes: &[i64], replaced: &Kept) -> Vec<Object> {
    let mut template = spec.template.clone();
    for list in ["initContainers", "containers"] {
        if !template.at(&["spec", list]).items().is_empty() {
            template.at_mut(&["spec", list]).items_mut().iter_mut().for_each(add_index_variable);
        }
    }
    let new_pod = |index: &i64| {
        let text = Str::from(index.to_string());
        let mut pod = new_from_template(&template, job, Some(generate_name(&job.meta.name, *index)));
        pod.meta.add_finalizer(TRACKING_FINALIZER);
        pod.meta.set_annotation(INDEX, text.clone());
        pod.meta.set_label(INDEX, text);
        pod.spec_mut().set("hostname", format!("{}-{index}", job.meta.name));
        if spec.backoff_limit_per_index.is_some() {
            let (failures, ignored) = replaced.get(*index).map_or((0, 0), |pod| failures_with(spec, pod));
            pod.meta.set_annotation(FAILURES, failures.to_string());
            if ignored > 0 {
                pod.meta.set_annotation(IGNORED_FAILURES, ignored.to_string());
            }
        }
        pod
    };
    indexes.iter().map(new_pod).collect()
}

/// The failures of an index, counted and ignored, with that of `pod`.
fn failures_with(spec: &Spec, pod: &Object) -> (i64, i64) {
    let (failures, ignored) = failures_before(pod);
    if judge(&spec.pod_failure_policy, pod).counts() { (failures + 1, ignored) } else { (failures, ignored + 1) }
}

/// Lets a container read its index from the environment, unless its author already did so.
fn add_index_variable(container: &mut Value) {
    if container["env"].items().iter().any(|it| it["name"].str_or_empty() == ENVIRONMENT) {
        return;
    }
    let path = map! { "fieldPath" => format!("metadata.labels['{INDEX}']") };
    let variable = map! { "name" => ENVIRONMENT, "valueFrom" => map! { "fieldRef" => path } };
    container.field_mut("env").items_mut().push(Value::Map(variable));
}
