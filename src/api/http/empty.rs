//! Fields that Go writes even when nothing is in them: those without `omitempty`.

use crate::object::{Kind, Map, Object, Value, kinds};

/// Puts into a new object what Go would write of its type: empty structs and zeroes, but no nulls.
pub(super) fn fill(object: &mut Object) {
    let empty = empty_body(object.kind);
    for (key, zero) in empty.iter() {
        fill_value(object.body.entry(key), zero);
    }
    object.body.retain(|_, value| !value.is_null());
}

fn fill_value(value: &mut Value, zero: &Value) {
    if value.is_null() {
        *value = without_nulls(zero);
    } else if let (Value::Map(map), Some(zeroes)) = (value, zero.as_map()) {
        for (key, zero) in zeroes.iter().filter(|(_, zero)| !zero.is_null()) {
            fill_value(map.entry(key), zero);
        }
    }
}

fn without_nulls(zero: &Value) -> Value {
    match zero {
        Value::Map(map) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            Value::Map(kept.map(|(key, value)| (key.clone(), without_nulls(value))).collect())
        }
        other => other.clone(),
    }
}

/// What Go writes of an object of `kind` in which nothing is set: a bookmark is one.
pub(super) fn empty_body(kind: Kind) -> Map {
    let text = of_workloads(kind).or_else(|| of_rules(kind)).unwrap_or("{}");
    Value::from_json(text.as_bytes()).ok().and_then(|value| value.as_map().cloned()).unwrap_or_default()
}

/// The kinds of the core, apps, autoscaling, batch, coordination, policy and scheduling groups.
fn of_workloads(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        kinds::NAMESPACE => r#"{"spec":{},"status":{}}"#,
        kinds::NODE => {
            r#"{"spec":{},"status":{"daemonEndpoints":{"kubeletEndpoint":{"Port":0}},"nodeInfo":{"architecture":"",
                "bootID":"","containerRuntimeVersion":"","kernelVersion":"","kubeProxyVersion":"","kubeletVersion":"",
                "machineID":"","operatingSystem":"","osImage":"","systemUUID":""}}}"#
        }
        kinds::POD => r#"{"spec":{"containers":null},"status":{}}"#,
        kinds::EVENT => {
            r#"{"eventTime":null,"firstTimestamp":null,"involvedObject":{},"lastTimestamp":null,"reportingComponent":"",
                "reportingInstance":"","source":{}}"#
        }
        kinds::LEASE => r#"{"spec":{}}"#,
        kinds::DAEMON_SET => {
            r#"{"spec":{"selector":null,"template":{"metadata":{},"spec":{"containers":null}},"updateStrategy":{}},
                "status":{"currentNumberScheduled":0,"desiredNumberScheduled":0,"numberMisscheduled":0,"numberReady":0}}"#
        }
        kinds::CONTROLLER_REVISION => r#"{"revision":0}"#,
        kinds::JOB => r#"{"spec":{"template":{"metadata":{},"spec":{"containers":null}}},"status":{}}"#,
        kinds::PRIORITY_CLASS => r#"{"value":0}"#,
        kinds::SERVICE => r#"{"spec":{},"status":{"loadBalancer":{}}}"#,
        kinds::PERSISTENT_VOLUME => r#"{"spec":{},"status":{}}"#,
        kinds::PERSISTENT_VOLUME_CLAIM => r#"{"spec":{"resources":{}},"status":{}}"#,
        kinds::POD_TEMPLATE => r#"{"template":{"metadata":{},"spec":{"containers":null}}}"#,
        kinds::REPLICATION_CONTROLLER => r#"{"spec":{},"status":{"replicas":0}}"#,
        kinds::LIMIT_RANGE => r#"{"spec":{"limits":null}}"#,
        kinds::RESOURCE_QUOTA => r#"{"spec":{},"status":{}}"#,
        kinds::DEPLOYMENT => {
            r#"{"spec":{"selector":null,"strategy":{},"template":{"metadata":{},"spec":{"containers":null}}},"status":{}}"#
        }
        kinds::REPLICA_SET => {
            r#"{"spec":{"selector":null,"template":{"metadata":{},"spec":{"containers":null}}},"status":{"replicas":0}}"#
        }
        kinds::STATEFUL_SET => {
            r#"{"spec":{"selector":null,"serviceName":"","template":{"metadata":{},"spec":{"containers":null}},"updateStrategy":{}},"status":{"availableReplicas":0,"replicas":0}}"#
        }
        kinds::CRON_JOB => {
            r#"{"spec":{"jobTemplate":{"metadata":{},"spec":{"template":{"metadata":{},"spec":{"containers":null}}}},"schedule":""},"status":{}}"#
        }
        kinds::HORIZONTAL_POD_AUTOSCALER => {
            r#"{"spec":{"maxReplicas":0,"scaleTargetRef":{"kind":"","name":""}},"status":{"currentMetrics":null,"desiredReplicas":0}}"#
        }
        kinds::POD_DISRUPTION_BUDGET => {
            r#"{"spec":{},"status":{"currentHealthy":0,"desiredHealthy":0,"disruptionsAllowed":0,"expectedPods":0}}"#
        }
        _ => return None,
    })
}

/// The kinds of the other groups.
fn of_rules(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        kinds::INGRESS => r#"{"spec":{},"status":{"loadBalancer":{}}}"#,
        kinds::INGRESS_CLASS => r#"{"spec":{}}"#,
        kinds::NETWORK_POLICY => r#"{"spec":{"podSelector":{}}}"#,
        kinds::IP_ADDRESS => r#"{"spec":{}}"#,
        kinds::SERVICE_CIDR => r#"{"spec":{},"status":{}}"#,
        kinds::ENDPOINT_SLICE => r#"{"addressType":"","endpoints":null,"ports":null}"#,
        kinds::ROLE | kinds::CLUSTER_ROLE => r#"{"rules":null}"#,
        kinds::ROLE_BINDING | kinds::CLUSTER_ROLE_BINDING => r#"{"roleRef":{"apiGroup":"","kind":"","name":""}}"#,
        kinds::STORAGE_CLASS => r#"{"provisioner":""}"#,
        kinds::VOLUME_ATTACHMENT => r#"{"spec":{"attacher":"","nodeName":"","source":{}},"status":{"attached":false}}"#,
        kinds::VOLUME_ATTRIBUTES_CLASS => r#"{"driverName":""}"#,
        kinds::CSI_DRIVER => r#"{"spec":{}}"#,
        kinds::CSI_NODE => r#"{"spec":{"drivers":null}}"#,
        kinds::CSI_STORAGE_CAPACITY => r#"{"storageClassName":""}"#,
        kinds::MUTATING_ADMISSION_POLICY
        | kinds::MUTATING_ADMISSION_POLICY_BINDING
        | kinds::VALIDATING_ADMISSION_POLICY_BINDING => r#"{"spec":{}}"#,
        kinds::VALIDATING_ADMISSION_POLICY => r#"{"spec":{},"status":{}}"#,
        kinds::CUSTOM_RESOURCE_DEFINITION => {
            r#"{"spec":{"group":"","names":{"kind":"","plural":""},"scope":"","versions":null},"status":{"acceptedNames":{"kind":"","plural":""},"conditions":null,"storedVersions":null}}"#
        }
        kinds::API_SERVICE => r#"{"spec":{"groupPriorityMinimum":0,"versionPriority":0},"status":{}}"#,
        kinds::TOKEN_REVIEW
        | kinds::SUBJECT_ACCESS_REVIEW
        | kinds::SELF_SUBJECT_ACCESS_REVIEW
        | kinds::LOCAL_SUBJECT_ACCESS_REVIEW => r#"{"spec":{},"status":{}}"#,
        kinds::CERTIFICATE_SIGNING_REQUEST => r#"{"spec":{"request":null,"signerName":""},"status":{}}"#,
        kinds::RUNTIME_CLASS => r#"{"handler":""}"#,
        kinds::FLOW_SCHEMA => {
            r#"{"spec":{"matchingPrecedence":0,"priorityLevelConfiguration":{"name":""}},"status":{}}"#
        }
        kinds::PRIORITY_LEVEL_CONFIGURATION => r#"{"spec":{"type":""},"status":{}}"#,
        kinds::DEVICE_CLASS => r#"{"spec":{}}"#,
        kinds::RESOURCE_CLAIM => r#"{"spec":{"devices":{}},"status":{}}"#,
        kinds::RESOURCE_CLAIM_TEMPLATE => r#"{"spec":{"metadata":{},"spec":{"devices":{}}}}"#,
        kinds::RESOURCE_SLICE => r#"{"spec":{"driver":"","pool":{"generation":0,"name":"","resourceSliceCount":0}}}"#,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_node_has_an_empty_status_in_full() {
        let mut node = Object::new(kinds::NODE, "", "n");
        fill(&mut node);
        assert_eq!(node.status()["nodeInfo"]["osImage"], Value::from(""));
        assert!(node.spec().as_map().is_some());
    }

    #[test]
    fn nothing_that_is_there_is_touched_and_no_null_comes_in() {
        let mut pod = Object::new(kinds::POD, "default", "p");
        pod.spec_mut().set("nodeName", "n");
        fill(&mut pod);
        assert_eq!(Value::Map(pod.body).to_json(), r#"{"spec":{"nodeName":"n"},"status":{}}"#);
    }
}
