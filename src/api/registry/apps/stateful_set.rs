//! The rules of StatefulSets.

use super::template::{validate_keeps_running, validate_selected, validate_selector};
use crate::api::field::{At, ErrorList, FieldError, Wrong};
use crate::api::registry::Strategy;
use crate::api::registry::amounts::{
    amount, refuse_above, refuse_fewer_collisions, refuse_negative, validate_at_most_100_percent,
    validate_number_or_percent,
};
use crate::api::registry::persistent_volume::validate_claim_spec;
use crate::api::registry::pod::{default_pod_template, validate_pod_template, validate_template_metadata};
use crate::api::registry::syntax;
use crate::map;
use crate::object::{Object, Value, literal};

/// The fields of a StatefulSet's spec that may change.
const CHANGEABLE: [&str; 7] = [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];

/// The rules of StatefulSets.
pub static STATEFUL_SET: Strategy = Strategy {
    default,
    prepare_create: |set| {
        set.meta.generation = 1;
        set.body.insert(literal!("status"), map! { "availableReplicas" => 0_i64, "replicas" => 0_i64 });
        drop_disabled_fields(set);
    },
    validate: |set| {
        let mut errors = ErrorList::new();
        validate_spec(set.spec(), Checks::NEW, &mut errors);
        errors
    },
    prepare_update: |new, old| {
        if old.spec().at(&["updateStrategy", "rollingUpdate", "maxUnavailable"]).is_null() {
            drop_disabled_fields(new);
        }
        if !new.spec().is_same(old.spec()) {
            new.meta.generation = old.meta.generation + 1;
        }
    },
    validate_update,
    read_back: |_| {},
    by_precedent: None,
    prepare_status_update: |set, _| {
        let status = set.status_mut();
        status.set_default("replicas", 0_i64);
        status.set_default("availableReplicas", 0_i64);
    },
    validate_status_update,
};

/// `maxUnavailable` belongs to a feature that a default cluster does not have.
fn drop_disabled_fields(set: &mut Object) {
    if !set.spec().at(&["updateStrategy", "rollingUpdate", "maxUnavailable"]).is_null() {
        set.spec_mut().at_mut(&["updateStrategy", "rollingUpdate"]).remove("maxUnavailable");
    }
}

fn default(set: &mut Object) {
    let spec = set.spec_mut();
    default_pod_template(spec.field_mut("template"));
    if spec["podManagementPolicy"].str_or_empty().is_empty() {
        spec.set(literal!("podManagementPolicy"), literal!("OrderedReady"));
    }
    let strategy = spec.field_mut("updateStrategy");
    if strategy["type"].str_or_empty().is_empty() {
        strategy.set(literal!("type"), literal!("RollingUpdate"));
    }
    if strategy["type"].as_str() == Some("RollingUpdate") {
        strategy.field_mut("rollingUpdate").set_default("partition", 0_i64);
    }
    let retention = spec.field_mut("persistentVolumeClaimRetentionPolicy");
    for moment in ["whenDeleted", "whenScaled"] {
        if retention[moment].str_or_empty().is_empty() {
            retention.set(moment, literal!("Retain"));
        }
    }
    spec.set_default("replicas", 1_i64);
    spec.set_default("revisionHistoryLimit", 10_i64);
    for claim in 0..spec["volumeClaimTemplates"].items().len() {
        if let Some(claim) = spec.field_mut("volumeClaimTemplates").items_mut().get_mut(claim) {
            default_claim(claim);
        }
    }
}

fn default_claim(claim: &mut Value) {
    claim.set_default("apiVersion", literal!("v1"));
    claim.set_default("kind", literal!("PersistentVolumeClaim"));
    claim.set_default("metadata", Value::empty_map());
    claim.field_mut("spec").set_default("volumeMode", literal!("Filesystem"));
    claim.field_mut("spec").set_default("resources", Value::empty_map());
    claim.field_mut("status").set_default("phase", literal!("Pending"));
}

fn validate_update(new: &Object, old: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    if new.spec().is_same(old.spec()) {
        return errors;
    }
    // A template that was wrong before it was checked may stay as it is.
    let mut of_old = ErrorList::new();
    validate_template(old.spec(), true, &mut of_old);
    let checks = Checks { template: of_old.is_empty(), ..Checks::CHANGED };
    validate_spec(new.spec(), checks, &mut errors);
    let mut unchanged = new.spec().clone();
    for field in CHANGEABLE {
        match &old.spec()[field] {
            Value::Null => {
                unchanged.remove(field);
            }
            value => unchanged.set(field, value),
        }
    }
    if !unchanged.is_same(old.spec()) {
        errors.forbidden(
            &At::new("spec"),
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', \
             'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
        );
    }
    errors
}

/// What is looked at: what cannot change is checked in new StatefulSets alone (`StatefulSetValidationOptions`).
#[derive(Clone, Copy, Debug)]
struct Checks {
    template: bool,
    service_name: bool,
    claims: bool,
}

impl Checks {
    const NEW: Self = Checks { template: true, service_name: true, claims: true };
    const CHANGED: Self = Checks { template: true, service_name: false, claims: false };
}

fn validate_spec(spec: &Value, checks: Checks, errors: &mut ErrorList) {
    let at = At::new("spec");
    match spec["podManagementPolicy"].str_or_empty() {
        "" => errors.required(&at.child("podManagementPolicy"), ""),
        "OrderedReady" | "Parallel" => {}
        other => errors.invalid(&at.child("podManagementPolicy"), other, "must be 'OrderedReady' or 'Parallel'"),
    }
    validate_strategy(&spec["updateStrategy"], &at.child("updateStrategy"), errors);
    let retention = &spec["persistentVolumeClaimRetentionPolicy"];
    if !retention.is_null() {
        let at = at.child("persistentVolumeClaimRetentionPolicy");
        for moment in ["whenDeleted", "whenScaled"] {
            let policy = retention[moment].str_or_empty();
            if !matches!(policy, "Retain" | "Delete") {
                errors.not_supported(&at.child(moment), policy, &["Retain", "Delete"]);
            }
        }
    }
    if checks.claims {
        let templates = at.child("volumeClaimTemplates");
        for (i, claim) in spec["volumeClaimTemplates"].items().iter().enumerate() {
            let claim_at = templates.index(i);
            validate_claim_spec(&claim["spec"], &claim_at.child("spec"), errors);
        }
    }
    refuse_negative(spec, &["replicas", "minReadySeconds"], &at, errors);
    if let Some(start) = spec["ordinals"]["start"].as_i64().filter(|it| *it < 0) {
        let detail = crate::api::registry::metadata::NOT_NEGATIVE;
        errors.invalid(&at.child("ordinals.start"), start, detail);
    }
    let service = spec["serviceName"].str_or_empty();
    if checks.service_name && !service.is_empty() {
        for wrong in syntax::dns_label(service) {
            errors.invalid(&at.child("serviceName"), service, wrong);
        }
    }
    if validate_selector(spec, "statefulset", errors) {
        validate_template(spec, checks.template, errors);
    } else {
        errors.invalid(&at.child("selector"), &spec["selector"], "");
    }
    validate_keeps_running(&spec["template"], "StatefulSet", &at.child("template"), errors);
}

/// Checks the template, whose containers may mount the claims as well as the volumes.
fn validate_template(spec: &Value, checks_pod: bool, errors: &mut ErrorList) {
    let root = At::new("spec");
    let at = root.child("template");
    let template = &spec["template"];
    validate_selected(&spec["selector"], template, &at, errors);
    if checks_pod {
        validate_pod_template(&as_pod_template(spec), &at, errors);
    }
    // The metadata is looked at once more.
    validate_template_metadata(template, &at, errors);
}

/// The template as that of a pod: the controller sets the names in the network, and the claims are volumes, which come first.
fn as_pod_template(spec: &Value) -> Value {
    let template = &spec["template"];
    let (pod, claims) = (&template["spec"], spec["volumeClaimTemplates"].items());
    let is_named = ["subdomain", "hostname"].iter().any(|it| !pod[*it].is_empty());
    if claims.is_empty() && !is_named {
        return template.clone();
    }
    let mut template = template.clone();
    let own = template.field_mut("spec");
    own.remove("subdomain");
    own.remove("hostname");
    if claims.is_empty() {
        return template;
    }
    let name = |claim: &Value| claim.at(&["metadata", "name"]).str_or_empty().to_owned();
    let claimed: Vec<String> = claims.iter().map(name).collect();
    let added = claimed.iter().map(|name| {
        let source = map! { "claimName" => name.as_str() };
        Value::Map(map! { "name" => name.as_str(), "persistentVolumeClaim" => source })
    });
    let kept = pod["volumes"].items().iter();
    let kept = kept.filter(|it| !claimed.iter().any(|name| name == it["name"].str_or_empty())).cloned();
    let volumes: Vec<Value> = added.chain(kept).collect();
    own.set("volumes", Value::list(volumes));
    template
}

fn validate_strategy(strategy: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let rolling = &strategy["rollingUpdate"];
    let rolling_at = at.child("rollingUpdate");
    let or_zero =
        |field: &str, zero: &str| if rolling[field].is_null() { zero.to_owned() } else { rolling[field].to_json() };
    let shown = if rolling.is_null() {
        "null".to_owned()
    } else {
        let (partition, unavailable) = (or_zero("partition", "0"), or_zero("maxUnavailable", "null"));
        format!("{{\"Partition\":{partition},\"MaxUnavailable\":{unavailable}}}")
    };
    let invalid = |at: &At<'_>, shown: String, detail: &str| FieldError {
        wrong: Wrong::Invalid,
        field: at.to_string(),
        shown,
        detail: detail.to_owned(),
    };
    match strategy["type"].str_or_empty() {
        "" => errors.required(at, ""),
        "OnDelete" if rolling.is_null() => {}
        "OnDelete" => errors.add(invalid(&rolling_at, shown, "only allowed for updateStrategy 'RollingUpdate'")),
        "RollingUpdate" => validate_rolling_update(rolling, &rolling_at, errors),
        other => {
            let shown = format!("{{\"Type\":{},\"RollingUpdate\":{shown}}}", Value::from(other).to_json());
            errors.add(invalid(at, shown, "must be 'RollingUpdate' or 'OnDelete'"));
        }
    }
}

fn validate_rolling_update(rolling: &Value, at: &At<'_>, errors: &mut ErrorList) {
    refuse_negative(rolling, &["partition"], at, errors);
    let unavailable = &rolling["maxUnavailable"];
    if unavailable.is_null() {
        return;
    }
    let at = at.child("maxUnavailable");
    validate_number_or_percent(unavailable, &at, errors);
    if amount(unavailable) == 0 {
        errors.invalid(&at, unavailable, "cannot be 0");
    }
    validate_at_most_100_percent(unavailable, &at, errors);
}

fn validate_status_update(new: &Object, old: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let (status, at) = (new.status(), At::new("status"));
    let counts = [
        "replicas",
        "readyReplicas",
        "currentReplicas",
        "updatedReplicas",
        "availableReplicas",
        "observedGeneration",
        "collisionCount",
    ];
    refuse_negative(status, &counts, &at, &mut errors);
    let parts = ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"];
    refuse_above(status, &parts, ("replicas", "status.replicas"), &at, &mut errors);
    refuse_above(status, &["availableReplicas"], ("readyReplicas", "status.readyReplicas"), &at, &mut errors);
    refuse_fewer_collisions(status, old.status(), &at, &mut errors);
    errors
}
