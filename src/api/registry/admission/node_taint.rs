//! TaintNodesByCondition: a new node takes no pods before it is known to be ready (`plugin/pkg/admission/nodetaint`).

use crate::map;
use crate::object::{Object, Value};

pub(super) fn admit(node: &mut Object) {
    const NOT_READY: &str = "node.kubernetes.io/not-ready";
    let is_not_ready =
        |it: &Value| it["key"].as_str() == Some(NOT_READY) && it["effect"].as_str() == Some("NoSchedule");
    if !node.spec()["taints"].items().iter().any(is_not_ready) {
        let taint = map! { "key" => NOT_READY, "effect" => "NoSchedule" };
        node.spec_mut().field_mut("taints").items_mut().push(Value::Map(taint));
    }
}
