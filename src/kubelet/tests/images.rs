//! Images that are pulled, refused and missing.

use super::*;

/// A cluster whose kubelets are told something first.
fn told_cluster(tell: impl FnOnce(&mut Kubelet)) -> Cluster {
    let mut kubelet = Kubelet::new(Latency::default());
    tell(&mut kubelet);
    let mut cluster = Cluster::new(&ClusterOptions::default(), vec![Box::new(kubelet)]);
    cluster.bootstrap(&NodeSpec::numbered(1)).expect("a fresh cluster");
    cluster
}

#[test]
fn an_image_that_cannot_be_pulled_is_tried_again_later_and_later() {
    let mut cluster = told_cluster(|it| it.images().refuse("nope", None));
    create(&mut cluster, r#"{"containers":[{"name":"c","image":"nope:1","imagePullPolicy":"IfNotPresent"}]}"#);
    assert_eq!(
        history(&mut cluster, 60),
        [
            "T+0s Pending, c ContainerCreating x0",
            "T+1s Pending, c ContainerCreating x0",
            "T+3s Pending, c ErrImagePull x0",
            "T+4s Pending, c ImagePullBackOff x0",
            "T+15s Pending, c ErrImagePull x0",
            "T+25s Pending, c ImagePullBackOff x0",
            "T+37s Pending, c ErrImagePull x0",
            "T+47s Pending, c ImagePullBackOff x0",
        ]
    );
    let refusal = "rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/library/nope:1\": failed to \
                   resolve reference \"docker.io/library/nope:1\": docker.io/library/nope:1: not found";
    let view = cluster.view();
    let waiting = &view.get(&key("web")).expect("the pod").status()["containerStatuses"][0]["state"]["waiting"];
    let message = format!("Back-off pulling image \"nope:1\": ErrImagePull: {refusal}");
    assert_eq!(waiting["message"].as_str(), Some(message.as_str()));
    assert_eq!(told(&cluster, "Failed").len(), 3);
    assert_eq!(told(&cluster, "BackOff"), [r#"spec.containers{c} "Back-off pulling image \"nope:1\"""#]);
}

#[test]
fn an_image_that_a_node_lacks_takes_its_time_and_the_next_pod_finds_it() {
    let mut cluster = told_cluster(|it| it.images().clear("node-0"));
    create(
        &mut cluster,
        r#"{"containers":[{"name":"a","image":"a:1","imagePullPolicy":"IfNotPresent"},
            {"name":"b","image":"b:1","imagePullPolicy":"IfNotPresent"},
            {"name":"c","image":"a:1","imagePullPolicy":"Never"}]}"#,
    );
    assert_eq!(history(&mut cluster, 60).last().map(String::as_str).map(|it| &it[..13]), Some("T+5s Running,"));
    let pulled = told(&cluster, "Pulled");
    assert!(
        pulled[0].contains("Successfully pulled image \\\"a:1\\\" in 2s (2s including waiting). Image size:"),
        "{pulled:?}"
    );
    assert!(pulled[2].contains("already present on machine"), "{pulled:?}");
}

#[test]
fn an_image_that_must_not_be_pulled_and_one_that_is_none_say_so() {
    let mut cluster = told_cluster(|it| it.images().clear("node-0"));
    create(
        &mut cluster,
        r#"{"containers":[{"name":"a","image":"a:1","imagePullPolicy":"Never"},{"name":"b","image":"B","imagePullPolicy":"Never"}]}"#,
    );
    assert_eq!(history(&mut cluster, 5)[1..], ["T+1s Pending, a ErrImageNeverPull x0, b InvalidImageName x0"]);
    assert_eq!(
        told(&cluster, "ErrImageNeverPull"),
        [r#"spec.containers{a} "Container image \"a:1\" is not present with pull policy of Never""#]
    );
    assert_eq!(told(&cluster, "InspectFailed").len(), 1);
    assert_eq!(told(&cluster, "Failed").len(), 2);
}
