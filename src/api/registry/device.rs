//! The defaults of claims to devices (`pkg/apis/resource/v1/defaults.go`). Nobody allocates devices yet.

use super::Strategy;
use crate::object::Value;

/// The rules of ResourceClaims.
pub static CLAIM: Strategy = Strategy { default: |claim| default_requests(claim.spec_mut()), ..Strategy::PLAIN };

/// The rules of ResourceClaimTemplates.
pub static CLAIM_TEMPLATE: Strategy =
    Strategy { default: |template| default_requests(template.spec_mut().field_mut("spec")), ..Strategy::PLAIN };

fn default_requests(claim: &mut Value) {
    if claim["devices"]["requests"].items().is_empty() {
        return;
    }
    for request in claim.at_mut(&["devices", "requests"]).items_mut() {
        if !request["exactly"].is_null() {
            default_count(request.field_mut("exactly"));
        }
        if !request["firstAvailable"].items().is_empty() {
            request.field_mut("firstAvailable").items_mut().iter_mut().for_each(default_count);
        }
    }
}

fn default_count(request: &mut Value) {
    if request["allocationMode"].str_or_empty().is_empty() {
        request.set("allocationMode", "ExactCount");
    }
    let counts = request["allocationMode"].as_str() == Some("ExactCount");
    if counts && request["count"].as_i64().unwrap_or(0) == 0 {
        request.set("count", 1_i64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_for_one_device_unless_it_says_otherwise() {
        let spec = r#"{"devices":{"requests":[{"name":"a","exactly":{"deviceClassName":"c"}},
            {"name":"b","firstAvailable":[{"name":"x","allocationMode":"All"}]}]}}"#;
        let mut claim = Value::from_json(spec.as_bytes()).expect("valid");
        default_requests(&mut claim);
        let requests = claim["devices"]["requests"].items();
        assert_eq!(requests[0]["exactly"]["count"], Value::from(1_i64));
        assert_eq!(requests[0]["exactly"]["allocationMode"], Value::from("ExactCount"));
        assert!(requests[1]["firstAvailable"].items()[0]["count"].is_null());
    }
}
