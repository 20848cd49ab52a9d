//! Older versions that differ from the stored one in a field or a default (`pkg/apis/*/v1beta*/{conversion,defaults}.go`).

use super::Conversion;
use crate::map;
use crate::object::{Object, Value, literal};

/// The label by which a budget says that it matches no pod: an empty selector of policy/v1beta1 does, one of v1 matches all.
const MATCH_LABEL: &str = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match";

/// PodDisruptionBudgets of policy/v1beta1.
pub(super) static DISRUPTION_BUDGET: Conversion = Conversion {
    to_stored: |budget| {
        let selector = &budget.spec()["selector"];
        let stored = if is_everything(selector) {
            match_label("Exists")
        } else if *selector == match_label("DoesNotExist") {
            Value::empty_map()
        } else {
            return Ok(());
        };
        budget.spec_mut().set(literal!("selector"), stored);
        Ok(())
    },
    to_served: |budget| {
        let selector = &budget.spec()["selector"];
        let served = if is_everything(selector) {
            match_label("DoesNotExist")
        } else if *selector == match_label("Exists") {
            Value::empty_map()
        } else {
            return;
        };
        budget.spec_mut().set(literal!("selector"), served);
    },
};

fn is_everything(selector: &Value) -> bool {
    selector.as_map().is_some_and(|_| selector["matchLabels"].is_empty() && selector["matchExpressions"].is_empty())
}

fn match_label(operator: &str) -> Value {
    let requirement = map! { "key" => MATCH_LABEL, "operator" => operator };
    Value::Map(map! { "matchExpressions" => Value::list([requirement]) })
}

/// PriorityLevelConfigurations of flowcontrol.apiserver.k8s.io/v1beta1 and v1beta2.
pub(super) static PRIORITY_LEVEL: Conversion = Conversion {
    to_stored: |level| {
        rename_shares(level, "assuredConcurrencyShares", "nominalConcurrencyShares");
        Ok(())
    },
    to_served: |level| rename_shares(level, "nominalConcurrencyShares", "assuredConcurrencyShares"),
};

fn rename_shares(level: &mut Object, from: &str, to: &'static str) {
    if level.spec()["limited"][from].is_null() {
        return;
    }
    let limited = level.spec_mut().field_mut("limited");
    if let Some(shares) = limited.remove(from) {
        limited.set(to, shares);
    }
}

/// CertificateSigningRequests of certificates.k8s.io/v1beta1: a signer need not be named, nor what the key is for.
pub(super) static SIGNING_REQUEST: Conversion = Conversion {
    to_stored: |request| {
        let spec = request.spec_mut();
        spec.set_default("signerName", literal!("kubernetes.io/legacy-unknown"));
        if spec["usages"].items().is_empty() {
            spec.set(literal!("usages"), Value::list([literal!("digital signature"), literal!("key encipherment")]));
        }
        Ok(())
    },
    to_served: |_| {},
};

/// Webhook configurations of admissionregistration.k8s.io/v1beta1: other defaults.
pub(super) static WEBHOOKS: Conversion = Conversion {
    to_stored: |configuration| {
        if configuration.body["webhooks"].items().is_empty() {
            return Ok(());
        }
        for hook in configuration.body.entry("webhooks").items_mut() {
            hook.set_default("failurePolicy", literal!("Ignore"));
            hook.set_default("matchPolicy", literal!("Exact"));
            hook.set_default("sideEffects", literal!("Unknown"));
            hook.set_default("timeoutSeconds", 30_i64);
            if hook["admissionReviewVersions"].items().is_empty() {
                hook.set(literal!("admissionReviewVersions"), Value::list([literal!("v1beta1")]));
            }
        }
        Ok(())
    },
    to_served: |_| {},
};
