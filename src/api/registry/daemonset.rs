//! The rules of DaemonSets (`pkg/apis/apps/v1/defaults.go`, `pkg/apis/apps/validation/validation.go`,
//! `pkg/registry/apps/daemonset/strategy.go`).

use super::Strategy;
use super::amounts::{amount, refuse_negative, validate_at_most_100_percent, validate_number_or_percent};
use super::metadata::IMMUTABLE;
use super::pod::default_pod_template;
use super::pod::validate_pod_template;
use super::selector::validate_label_selector;
use crate::api::field::{At, ErrorList, FieldError, Wrong};
use crate::map;
use crate::object::{Map, Meta, Object, Value, literal, matches_label_selector};

/// The annotation that counts the changes of the pod template.
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// The rules of DaemonSets.
pub static STRATEGY: Strategy = Strategy {
    default,
    prepare_create: |set| {
        let asked = template_generation(&set.meta).filter(|it| *it >= 1).unwrap_or(1);
        set_template_generation(&mut set.meta, asked);
        set.meta.generation = 1;
        set.body.insert(literal!("status"), empty_status());
    },
    validate: |set| {
        let mut errors = ErrorList::new();
        validate_spec(set.spec(), &mut errors);
        errors
    },
    prepare_update,
    validate_update,
    read_back: |_| {},
    by_precedent: None,
    prepare_status_update: |set, old| {
        let counted = template_generation(&old.meta).unwrap_or(0);
        set_template_generation(&mut set.meta, counted);
        default_status(set);
    },
    validate_status_update,
};

fn default(set: &mut Object) {
    let spec = set.spec_mut();
    spec.set_default("revisionHistoryLimit", 10_i64);
    default_pod_template(spec.field_mut("template"));
    let strategy = spec.field_mut("updateStrategy");
    if strategy["type"].str_or_empty().is_empty() {
        strategy.set(literal!("type"), literal!("RollingUpdate"));
    }
    if strategy["type"].as_str() == Some("RollingUpdate") {
        let rolling = strategy.field_mut("rollingUpdate");
        rolling.set_default("maxUnavailable", 1_i64);
        rolling.set_default("maxSurge", 0_i64);
    }
}

/// The status of a new DaemonSet: Go writes these numbers even when they are zero.
fn empty_status() -> Value {
    Value::Map(map! {
        "currentNumberScheduled" => 0_i64,
        "desiredNumberScheduled" => 0_i64,
        "numberMisscheduled" => 0_i64,
        "numberReady" => 0_i64,
    })
}

fn default_status(set: &mut Object) {
    let status = set.status_mut();
    for field in ["currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady"] {
        status.set_default(field, 0_i64);
    }
}

fn template_generation(meta: &Meta) -> Option<i64> {
    meta.annotation(TEMPLATE_GENERATION).and_then(|it| it.parse().ok())
}

fn set_template_generation(meta: &mut Meta, generation: i64) {
    if template_generation(meta) != Some(generation) {
        meta.set_annotation(literal!("deprecated.daemonset.template.generation"), generation.to_string());
    }
}

fn prepare_update(new: &mut Object, old: &Object) {
    let counted = template_generation(&old.meta).unwrap_or(0);
    let same_template = new.spec()["template"].is_same(&old.spec()["template"]);
    set_template_generation(&mut new.meta, if same_template { counted } else { counted + 1 });
    if !same_template || !new.spec().is_same(old.spec()) {
        new.meta.generation = old.meta.generation + 1;
    }
}

fn validate_update(new: &Object, old: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    if new.spec().is_same(old.spec()) {
        return errors;
    }
    if !new.spec()["selector"].is_same(&old.spec()["selector"]) {
        errors.invalid(&At::new("spec").child("selector"), &new.spec()["selector"], IMMUTABLE);
    }
    validate_spec(new.spec(), &mut errors);
    errors
}

fn validate_spec(spec: &Value, errors: &mut ErrorList) {
    let at = At::new("spec");
    let (selector, template) = (&spec["selector"], &spec["template"]);
    let before = errors.len();
    validate_label_selector(selector, &at.child("selector"), errors);
    let is_sound = errors.len() == before;
    let labels = &template["metadata"]["labels"];
    let no_labels = Map::new();
    if is_sound && !matches_label_selector(selector, labels.as_map().unwrap_or(&no_labels)) {
        let at = at.child("template");
        errors.invalid(&at.child("metadata").child("labels"), labels, "`selector` does not match template `labels`");
    }
    let is_empty = |field: &str| selector[field].is_empty();
    if !selector.is_null() && is_empty("matchLabels") && is_empty("matchExpressions") {
        errors.invalid(&at.child("selector"), selector, "empty selector is invalid for daemonset");
    }
    validate_pod_template(template, &at.child("template"), errors);
    let restart = template["spec"]["restartPolicy"].str_or_empty();
    if restart != "Always" {
        let template = at.child("template");
        errors.not_supported(&template.child("spec").child("restartPolicy"), restart, &["Always"]);
    }
    if !template["spec"]["activeDeadlineSeconds"].is_null() {
        let template = at.child("template");
        let detail = "activeDeadlineSeconds in DaemonSet is not Supported";
        errors.forbidden(&template.child("spec").child("activeDeadlineSeconds"), detail);
    }
    refuse_negative(spec, &["minReadySeconds", "templateGeneration", "revisionHistoryLimit"], &at, errors);
    validate_update_strategy(&spec["updateStrategy"], &at.child("updateStrategy"), errors);
}

fn validate_update_strategy(strategy: &Value, at: &At<'_>, errors: &mut ErrorList) {
    match strategy["type"].str_or_empty() {
        "OnDelete" => {}
        "RollingUpdate" => {
            let rolling = &strategy["rollingUpdate"];
            if rolling.is_null() {
                errors.required(&at.child("rollingUpdate"), "");
            } else {
                validate_rolling_update(rolling, &at.child("rollingUpdate"), errors);
            }
        }
        _ => {
            let (kind, rolling) = (strategy["type"].to_json(), strategy["rollingUpdate"].to_json());
            errors.add(FieldError {
                wrong: Wrong::NotSupported,
                field: at.to_string(),
                shown: format!("{{\"Type\":{kind},\"RollingUpdate\":{rolling}}}"),
                detail: "supported values: \"RollingUpdate\", \"OnDelete\"".to_owned(),
            });
        }
    }
}

/// Checks `maxUnavailable` and `maxSurge`: of the two exactly one is not zero.
fn validate_rolling_update(rolling: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let (unavailable, surge) = (&rolling["maxUnavailable"], &rolling["maxSurge"]);
    let (unavailable_at, surge_at) = (at.child("maxUnavailable"), at.child("maxSurge"));
    validate_number_or_percent(unavailable, &unavailable_at, errors);
    validate_number_or_percent(surge, &surge_at, errors);
    validate_at_most_100_percent(unavailable, &unavailable_at, errors);
    validate_at_most_100_percent(surge, &surge_at, errors);
    let (has_unavailable, has_surge) = (amount(unavailable) != 0, amount(surge) != 0);
    if has_unavailable && has_surge {
        errors.invalid(&surge_at, surge, "may not be set when maxUnavailable is non-zero");
    }
    if !has_unavailable && !has_surge {
        errors.required(&unavailable_at, "cannot be 0 when maxSurge is 0");
    }
}

fn validate_status_update(new: &Object, _: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let at = At::new("status");
    let fields = [
        "currentNumberScheduled",
        "numberMisscheduled",
        "desiredNumberScheduled",
        "numberReady",
        "observedGeneration",
        "updatedNumberScheduled",
        "numberAvailable",
        "numberUnavailable",
        "collisionCount",
    ];
    refuse_negative(new.status(), &fields, &at, &mut errors);
    errors
}
