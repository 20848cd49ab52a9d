//! Pods as messages show them.

use crate::api::registry::pod::template_in_go;
use crate::object::Value;

#[test]
fn a_template_is_shown_by_the_names_of_the_server() {
    let template = r#"{"metadata":{"labels":{"a":"b"}},"spec":{"hostNetwork":true,"containers":[{"name":"c","image":"i",
        "env":[{"name":"X"}],"ports":[{"containerPort":80}]}],"terminationGracePeriodSeconds":0}}"#;
    let shown = template_in_go(&Value::from_json(template.as_bytes()).expect("the table holds JSON"));
    for want in [
        r#"{"labels":{"a":"b"},"Spec":{"Volumes":null,"InitContainers":null,"Containers":[{"Name":"c","Image":"i","#,
        r#""Ports":[{"Name":"","HostPort":0,"ContainerPort":80,"Protocol":"","HostIP":""}]"#,
        r#""Env":[{"Name":"X","Value":"","ValueFrom":null}],"Resources":{"Limits":null,"Requests":null,"Claims":null}"#,
        r#""TerminationGracePeriodSeconds":0,"ActiveDeadlineSeconds":null,"#,
        r#""SecurityContext":{"HostNetwork":true,"HostPID":false,"#,
        r#""HostnameOverride":null,"SchedulingGroup":null}}"#,
    ] {
        assert!(shown.contains(want), "{want} in {shown}");
    }
}
