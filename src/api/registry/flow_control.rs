//! The defaults of flow schemas and priority levels (`pkg/apis/flowcontrol/v1/defaults.go`). Requests are not queued by them.

use super::Strategy;
use crate::object::{Object, Value};

/// The rules of FlowSchemas.
pub static FLOW_SCHEMA: Strategy = Strategy {
    default: |schema| {
        const PRECEDENCE: i64 = 1000;
        default_number(schema.spec_mut(), "matchingPrecedence", PRECEDENCE);
    },
    ..Strategy::PLAIN
};

/// The rules of PriorityLevelConfigurations.
pub static PRIORITY_LEVEL: Strategy = Strategy { default: default_level, ..Strategy::PLAIN };

fn default_level(level: &mut Object) {
    let spec = level.spec_mut();
    if !spec["exempt"].is_null() {
        default_shares(spec.field_mut("exempt"), 0);
    }
    if spec["limited"].is_null() {
        return;
    }
    let limited = spec.field_mut("limited");
    default_shares(limited, 30);
    if !limited["limitResponse"]["queuing"].is_null() {
        let queuing = limited.at_mut(&["limitResponse", "queuing"]);
        for (field, number) in [("queues", 64), ("handSize", 8), ("queueLengthLimit", 50)] {
            default_number(queuing, field, number);
        }
    }
}

fn default_shares(of: &mut Value, shares: i64) {
    of.set_default("nominalConcurrencyShares", shares);
    of.set_default("lendablePercent", 0_i64);
}

/// Zero is as good as nothing.
fn default_number(of: &mut Value, field: &'static str, number: i64) {
    if of[field].as_i64().unwrap_or(0) == 0 {
        of.set(field, number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    #[test]
    fn what_is_left_open_has_the_server_s_numbers() {
        let defaulted = |rules: &Strategy, kind, spec: &str| {
            let mut object = Object::new(kind, "", "n");
            object.body.insert("spec", Value::from_json(spec.as_bytes()).expect("valid"));
            (rules.default)(&mut object);
            object.spec().to_json()
        };
        assert_eq!(
            defaulted(&FLOW_SCHEMA, kinds::FLOW_SCHEMA, r#"{"matchingPrecedence":0}"#),
            r#"{"matchingPrecedence":1000}"#
        );
        assert_eq!(
            defaulted(
                &PRIORITY_LEVEL,
                kinds::PRIORITY_LEVEL_CONFIGURATION,
                r#"{"type":"Limited","limited":{"limitResponse":{"type":"Queue","queuing":{"queues":2}}}}"#
            ),
            r#"{"limited":{"lendablePercent":0,"limitResponse":{"queuing":{"handSize":8,"queueLengthLimit":50,"queues":2},"type":"Queue"},"nominalConcurrencyShares":30},"type":"Limited"}"#
        );
    }
}
