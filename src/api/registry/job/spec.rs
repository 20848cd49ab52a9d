//! What a Job may be (`ValidateJob` in `pkg/apis/batch/validation/validation.go`).

use super::{CONTROLLER_UID, JOB_NAME, policies};
use crate::api::field::{At, ErrorList, FieldError, Wrong};
use crate::api::registry::metadata::NOT_NEGATIVE;
use crate::api::registry::pod::validate_pod_template;
use crate::api::registry::selector::validate_label_selector;
use crate::api::registry::syntax;
use crate::object::{Map, Object, Value, matches_label_selector};

const MAX_INDEXED_PARALLELISM: i64 = 100_000;
const MAX_FAILED_INDEXES: i64 = 100_000;
/// Above this many completions with a limit for each index, the other numbers have to be smaller.
const SOFT_COMPLETIONS: i64 = 100_000;
const SOFT_LIMIT: i64 = 10_000;
const MAX_MANAGED_BY: usize = 63;

/// Checks a whole Job. Jobs from before labels had prefixes need no prefixed ones.
pub(super) fn validate_job(job: &Object, wants_prefixed: bool) -> ErrorList {
    let mut errors = ErrorList::new();
    validate_generated_selector(job, wants_prefixed, &mut errors);
    validate_spec(job.spec(), &mut errors);
    validate_hostnames(job, &mut errors);
    errors
}

/// Whether the selector and the labels of the Job with the spec that was `asked` for are all generated.
pub(super) fn has_generated_selector(asked: &Value) -> bool {
    let labels = asked.at(&["template", "metadata", "labels"]).as_map();
    let has_own = |labels: &Map| JOB_NAME.iter().chain(&CONTROLLER_UID).any(|key| labels.contains_key(key));
    asked["selector"].is_null() && !asked["manualSelector"].is_true() && !labels.is_some_and(has_own)
}

/// Whether a new Job with a generated selector is surely valid whose spec was found valid before: nothing but its name and uid is
/// new about it, which are in the labels and in the selector.
pub(super) fn is_valid_by_precedent(job: &Object) -> bool {
    let mut errors = ErrorList::new();
    if is_indexed(job.spec()) {
        validate_hostnames(job, &mut errors);
    }
    errors.is_empty() && syntax::is_label_value(&job.meta.name) && syntax::is_label_value(&job.meta.uid)
}

/// Checks that the pods of an Indexed Job can be called by its name and their indexes.
fn validate_hostnames(job: &Object, errors: &mut ErrorList) {
    let completions = job.spec()["completions"].as_i64().unwrap_or(0);
    if is_indexed(job.spec()) && completions > 0 {
        let hostname = format!("{}-{}", job.meta.name, completions - 1);
        if !syntax::is_dns_label(&hostname) {
            let detail = format!("will not able to create pod with invalid DNS label: {hostname}");
            errors.invalid(&At::new("metadata").child("name"), &job.meta.name, detail);
        }
    }
}

pub(super) fn is_indexed(spec: &Value) -> bool {
    spec["completionMode"].as_str() == Some("Indexed")
}

fn validate_generated_selector(job: &Object, wants_prefixed: bool, errors: &mut ErrorList) {
    let selector = &job.spec()["selector"];
    if job.spec()["manualSelector"].is_true() || selector.is_null() {
        return;
    }
    let labels = job.spec().at(&["template", "metadata", "labels"]);
    let mut expected = Map::new();
    let spec = At::new("spec");
    let template = spec.child("template");
    let metadata = template.child("metadata");
    let at = metadata.child("labels");
    for generation in [1, 0] {
        if generation == 0 && !wants_prefixed {
            continue;
        }
        for (key, value) in [(&CONTROLLER_UID[generation], &job.meta.uid), (&JOB_NAME[generation], &job.meta.name)] {
            expected.insert(key.clone(), value);
            let detail = || format!("must be '{value}'");
            match labels[key.as_str()].as_str() {
                None => errors.required(&at.key(key), detail()),
                Some(actual) if actual != value => errors.invalid(&at.key(key), labels, detail()),
                Some(_) => {}
            }
        }
    }
    if !matches_label_selector(selector, &expected) {
        errors.invalid(&spec.child("selector"), selector, "`selector` not auto-generated");
    }
}

/// Checks the spec of a Job.
pub(super) fn validate_spec(spec: &Value, errors: &mut ErrorList) {
    let at = At::new("spec");
    validate_template(spec, &at, errors);
    let (selector, template) = (&spec["selector"], at.child("template"));
    let before = errors.len();
    if selector.is_null() {
        errors.required(&at.child("selector"), "");
    } else {
        validate_label_selector(selector, &at.child("selector"), errors);
    }
    let is_sound = selector.is_null() || errors.len() == before;
    let labels = spec.at(&["template", "metadata", "labels"]);
    if is_sound && !matches_label_selector(selector, labels.as_map().unwrap_or(&Map::new())) {
        let detail = "`selector` does not match template `labels`";
        errors.invalid(&template.child("metadata").child("labels"), labels, detail);
    }
}

/// Checks all of the spec of a Job but its selector, as that of a CronJob's Jobs is checked.
pub fn validate_template(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    validate_numbers(spec, at, errors);
    validate_completion_mode(spec, at, errors);
    policies::validate_pod_failure_policy(spec, &at.child("podFailurePolicy"), errors);
    policies::validate_success_policy(spec, &at.child("successPolicy"), errors);
    policies::validate_replacement_policy(spec, &at.child("podReplacementPolicy"), errors);
    validate_pod_template(&spec["template"], &at.child("template"), errors);
    validate_restart_policy(spec, at, errors);
}

fn validate_numbers(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let fields = [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ];
    for field in fields {
        if let Some(number) = spec[field].as_i64().filter(|it| *it < 0) {
            errors.invalid(&at.child(field), number, NOT_NEGATIVE);
        }
    }
    if !spec["maxFailedIndexes"].is_null() && spec["backoffLimitPerIndex"].is_null() {
        errors.required(&at.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
    }
    if let Some(manager) = spec["managedBy"].as_str() {
        validate_domain_prefixed_path(manager, &at.child("managedBy"), errors);
        if manager.len() > MAX_MANAGED_BY {
            errors.add(FieldError {
                wrong: Wrong::TooLong,
                field: at.child("managedBy").to_string(),
                shown: String::new(),
                detail: format!("may not be more than {MAX_MANAGED_BY} bytes"),
            });
        }
    }
}

/// Checks a name such as `example.com/batch` (`IsDomainPrefixedPath`).
fn validate_domain_prefixed_path(text: &str, at: &At<'_>, errors: &mut ErrorList) {
    if text.is_empty() {
        return errors.required(at, "");
    }
    let Some((host, path)) = text.split_once('/').filter(|(host, path)| !host.is_empty() && !path.is_empty()) else {
        return errors.invalid(at, text, "must be a domain-prefixed path (such as \"acme.io/foo\")");
    };
    for wrong in syntax::dns_subdomain(host) {
        errors.invalid(at, host, wrong);
    }
    let allowed = |it: u8| it.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&it);
    if !path.bytes().all(allowed) {
        let regex = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
        errors.invalid(at, path, format!("Invalid path (regex used for validation is '{regex}')"));
    }
}

fn validate_completion_mode(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    match spec["completionMode"].as_str() {
        Some("Indexed") => validate_indexed(spec, at, errors),
        None | Some("NonIndexed") => {
            for field in ["backoffLimitPerIndex", "maxFailedIndexes"] {
                if let Some(number) = spec[field].as_i64() {
                    errors.invalid(&at.child(field), number, "requires indexed completion mode");
                }
            }
        }
        Some(other) => errors.not_supported(&at.child("completionMode"), other, &["NonIndexed", "Indexed"]),
    }
}

fn validate_indexed(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let number = |field: &str| spec[field].as_i64();
    let (completions, parallelism) = (number("completions"), number("parallelism"));
    let max_failed = number("maxFailedIndexes");
    if completions.is_none() {
        errors.required(&at.child("completions"), "when completion mode is Indexed");
    }
    if let Some(it) = parallelism.filter(|it| *it > MAX_INDEXED_PARALLELISM) {
        let detail = format!("must be less than or equal to {MAX_INDEXED_PARALLELISM} when completion mode is Indexed");
        errors.invalid(&at.child("parallelism"), it, detail);
    }
    if let Some(it) = max_failed.filter(|it| completions.is_some_and(|all| *it > all)) {
        errors.invalid(&at.child("maxFailedIndexes"), it, "must be less than or equal to completions");
    }
    if let Some(it) = max_failed.filter(|it| *it > MAX_FAILED_INDEXES) {
        let detail = format!("must be less than or equal to {MAX_FAILED_INDEXES}");
        errors.invalid(&at.child("maxFailedIndexes"), it, detail);
    }
    if completions.is_none_or(|it| it <= SOFT_COMPLETIONS) || spec["backoffLimitPerIndex"].is_null() {
        return;
    }
    if max_failed.is_none() {
        let detail = format!("must be specified when completions is above {SOFT_COMPLETIONS}");
        errors.required(&at.child("maxFailedIndexes"), detail);
    }
    for (field, value) in [("parallelism", parallelism), ("maxFailedIndexes", max_failed)] {
        if let Some(it) = value.filter(|it| *it > SOFT_LIMIT) {
            let detail = format!(
                "must be less than or equal to {SOFT_LIMIT} when completions are above {SOFT_COMPLETIONS} and used with \
                 backoff limit per index"
            );
            errors.invalid(&at.child(field), it, detail);
        }
    }
}

fn validate_restart_policy(spec: &Value, root: &At<'_>, errors: &mut ErrorList) {
    let policy = spec.at(&["template", "spec", "restartPolicy"]).str_or_empty();
    let template = root.child("template");
    let pod = template.child("spec");
    let at = pod.child("restartPolicy");
    match policy {
        "" | "Always" => errors.required(&at, "valid values: \"OnFailure\", \"Never\""),
        "OnFailure" if !spec["podFailurePolicy"].is_null() => {
            errors.invalid(&at, policy, "only \"Never\" is supported when podFailurePolicy is specified");
        }
        "OnFailure" | "Never" => {}
        other => errors.not_supported(&at, other, &["OnFailure", "Never"]),
    }
}
