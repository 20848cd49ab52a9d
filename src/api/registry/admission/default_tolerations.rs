//! DefaultTolerationSeconds: a pod stays for five minutes on a node that is not ready or unreachable
//! (`plugin/pkg/admission/defaulttolerationseconds`).

use std::sync::LazyLock;

use crate::map;
use crate::object::{Object, Value, literal};

/// How long a pod stays, in seconds.
const SECONDS: i64 = 300;

static TOLERATIONS: LazyLock<[Value; 2]> =
    LazyLock::new(|| ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].map(new_toleration));

fn new_toleration(key: &str) -> Value {
    Value::Map(map! { "key" => key, "operator" => "Exists", "effect" => "NoExecute", "tolerationSeconds" => SECONDS })
}

pub(super) fn admit(pod: &mut Object) {
    let covers = |toleration: &Value, key: &Value| {
        let is_or_is_empty = |field: &str, want: &str| {
            let text = toleration[field].str_or_empty();
            text.is_empty() || text == want
        };
        is_or_is_empty("key", key.str_or_empty()) && is_or_is_empty("effect", "NoExecute")
    };
    let present = pod.spec()["tolerations"].items();
    let missing: Vec<&Value> =
        TOLERATIONS.iter().filter(|added| !present.iter().any(|it| covers(it, &added["key"]))).collect();
    if !missing.is_empty() {
        let added: Vec<Value> = present.iter().chain(missing).cloned().collect();
        pod.spec_mut().set(literal!("tolerations"), added);
    }
}
