//! Label keys of spread constraints and affinity terms.

use super::pod;
use crate::api::registry::pod::merge_label_keys;

#[test]
fn label_keys_become_requirements_with_the_values_of_the_pods_labels() {
    let table = [
        (
            r#""topologySpreadConstraints":[{"labelSelector":{},"matchLabelKeys":["a","none"]}]"#,
            &["topologySpreadConstraints"][..],
            r#"[{"labelSelector":{"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]},"matchLabelKeys":["a","none"]}]"#,
        ),
        (
            r#""topologySpreadConstraints":[{"matchLabelKeys":["a"]}]"#,
            &["topologySpreadConstraints"],
            r#"[{"matchLabelKeys":["a"]}]"#,
        ),
        (
            r#""affinity":{"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"podAffinityTerm":{"labelSelector":{},"mismatchLabelKeys":["a"]}}]}}"#,
            &["affinity", "podAntiAffinity", "preferredDuringSchedulingIgnoredDuringExecution"],
            r#"[{"podAffinityTerm":{"labelSelector":{"matchExpressions":[{"key":"a","operator":"NotIn","values":["b"]}]},"mismatchLabelKeys":["a"]},"weight":1}]"#,
        ),
    ];
    for (spec, path, want) in table {
        let mut pod = pod(&format!(r#"{{"metadata":{{"name":"p","labels":{{"a":"b"}}}},"spec":{{{spec}}}}}"#));
        merge_label_keys(&mut pod);
        assert_eq!(pod.spec().at(path).to_json(), want, "{spec}");
    }
}
