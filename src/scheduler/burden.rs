//! What a pod takes of the node that it is on, worked out once for the looks that follow each other.

use std::sync::Arc;

use super::filter::{HostPort, host_ports};
use super::resources::Asked;
use crate::object::Value;

/// What a pod takes of its node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Burden {
    /// What it asks for.
    pub asked: Asked,
    /// Its host ports.
    pub ports: Vec<HostPort>,
    /// Its priority.
    pub priority: i64,
}

impl Burden {
    /// What a pod with `spec` takes.
    pub fn of(spec: &Value) -> Self {
        let priority = spec["priority"].as_i64().unwrap_or(0);
        Burden { asked: Asked::by(spec), ports: host_ports(spec), priority }
    }
}

/// The parts of a spec that a burden is made of.
fn parts(spec: &Value) -> [&Value; 5] {
    [&spec["containers"], &spec["initContainers"], &spec["overhead"], &spec["priority"], &spec["resources"]]
}

/// Whether two such parts are seen to be alike without a look inside.
fn is_alike(part: &Value, other: &Value) -> bool {
    match (part, other) {
        (Value::Null, Value::Null) => true,
        (Value::Int(part), Value::Int(other)) => part == other,
        _ => part.is_shared_with(other),
    }
}

/// The burden that was asked for last. A pod that finds a node takes room there next, and a short one leaves it soon: its spec
/// has the same parts then.
#[derive(Debug, Default)]
pub struct LastBurden {
    spec: Value,
    burden: Arc<Burden>,
}

impl LastBurden {
    /// What a pod with `spec` takes.
    pub fn of(&mut self, spec: &Value) -> Arc<Burden> {
        if !spec.is_shared_with(&self.spec) {
            if !parts(spec).into_iter().zip(parts(&self.spec)).all(|(part, last)| is_alike(part, last)) {
                self.burden = Arc::new(Burden::of(spec));
            }
            self.spec = spec.clone();
        }
        self.burden.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burden_is_worked_out_anew_for_other_parts_of_a_spec_and_for_no_others() {
        let text = r#"{"containers":[{"resources":{"requests":{"cpu":"1"}},"ports":[{"hostPort":80}]}],"priority":7}"#;
        let mut spec = Value::from_json(text.as_bytes()).expect("valid JSON");
        let mut last = LastBurden::default();
        assert_eq!(*last.of(&Value::empty_map()), Burden::of(&Value::empty_map()));
        let first = last.of(&spec);
        assert_eq!((first.asked.requests.get("cpu"), first.ports.len(), first.priority), (1000, 1, 7));
        spec.set("nodeName", "node-0");
        assert!(Arc::ptr_eq(&first, &last.of(&spec)));
        for (part, value) in [("priority", "8"), ("overhead", r#"{"cpu":"1"}"#), ("containers", "[{}]")] {
            spec.set(part, Value::from_json(value.as_bytes()).expect("valid JSON"));
            let other = last.of(&spec);
            assert_eq!(*other, Burden::of(&spec), "{part}");
            assert_ne!(*other, *first, "{part}");
        }
    }
}
