//! The `Api`, `reflector` and `Controller` of kube-rs, as in its examples.

use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::core::v1::{ConfigMap, Pod, Secret};
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::runtime::controller::{Action, Controller};
use kube::runtime::{WatchStreamExt as _, reflector, watcher};
use kube::{Resource as _, ResourceExt as _};

use crate::served::Served;

fn pod(name: &str) -> Pod {
    serde_json::from_value(serde_json::json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
        "spec": {"containers": [{"name": "blog", "image": "clux/blog:0.1.0"}]},
    }))
    .expect("a pod")
}

fn config_map(name: &str) -> ConfigMap {
    let json = serde_json::json!({"metadata": {"name": name}, "data": {"content": name}});
    serde_json::from_value(json).expect("a ConfigMap")
}

/// Waits for something to come true.
pub async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    for _ in 0..400 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what} did not come true");
}

#[tokio::test]
async fn pods_are_created_patched_listed_and_deleted() {
    let served = Served::start(&["--speed", "20"]);
    let pods: Api<Pod> = Api::default_namespaced(served.client());
    let created = pods.create(&PostParams::default(), &pod("blog")).await.expect("created");
    assert!(created.uid().is_some());
    let patch = serde_json::json!({"spec": {"activeDeadlineSeconds": 5000}});
    let patched = pods.patch("blog", &PatchParams::default(), &Patch::Merge(patch)).await.expect("patched");
    assert_eq!(patched.spec.and_then(|it| it.active_deadline_seconds), Some(5000));
    let selected = ListParams::default().fields("metadata.name=blog").limit(10);
    assert_eq!(pods.list(&selected).await.expect("listed").items.len(), 1);
    until("the pod runs", async || {
        let phase = pods.get("blog").await.ok().and_then(|it| it.status?.phase);
        phase.as_deref() == Some("Running")
    })
    .await;
    pods.delete("blog", &DeleteParams::default().grace_period(1)).await.expect("deleted");
    until("the pod is gone", async || pods.get_opt("blog").await.expect("answered").is_none()).await;
}

#[tokio::test]
async fn a_reflector_holds_what_the_server_holds() {
    for streaming in [false, true] {
        let served = Served::start(&[]);
        let maps: Api<ConfigMap> = Api::default_namespaced(served.client());
        maps.create(&PostParams::default(), &config_map("early")).await.expect("created");
        let (reader, writer) = reflector::store();
        let config = if streaming { watcher::Config::default().streaming_lists() } else { watcher::Config::default() };
        let stream = watcher(maps.clone(), config).default_backoff().reflect(writer).applied_objects();
        let following = tokio::spawn(stream.try_for_each(|_| async { Ok(()) }));
        reader.wait_until_ready().await.expect("it is filled");
        let names = || {
            let mut names: Vec<_> = reader.state().iter().map(|it| it.name_any()).collect();
            names.retain(|it| it != "kube-root-ca.crt");
            names.sort();
            names
        };
        assert_eq!(names(), ["early"]);
        maps.create(&PostParams::default(), &config_map("late")).await.expect("created");
        until("it has both", async || names() == ["early", "late"]).await;
        maps.delete("early", &DeleteParams::default()).await.expect("deleted");
        until("it has one", async || names() == ["late"]).await;
        following.abort();
    }
}

/// What the controller of the example works with.
struct Context {
    secrets: Api<Secret>,
}

/// Gives each ConfigMap a Secret of its name and content.
async fn reconcile(map: Arc<ConfigMap>, context: Arc<Context>) -> Result<Action, kube::Error> {
    if map.name_any() == "kube-root-ca.crt" {
        return Ok(Action::await_change());
    }
    let secret = Secret {
        metadata: kube::api::ObjectMeta {
            name: map.metadata.name.clone(),
            owner_references: map.controller_owner_ref(&()).map(|it| vec![it]),
            ..Default::default()
        },
        string_data: map.data.clone(),
        ..Default::default()
    };
    match context.secrets.create(&PostParams::default(), &secret).await {
        Err(kube::Error::Api(status)) if status.reason == "AlreadyExists" => {}
        other => drop(other?),
    }
    Ok(Action::requeue(Duration::from_secs(300)))
}

#[tokio::test]
async fn a_controller_makes_its_objects_again_and_its_garbage_is_collected() {
    let served = Served::start(&["--speed", "20"]);
    let client = served.client();
    let maps: Api<ConfigMap> = Api::default_namespaced(client.clone());
    let secrets: Api<Secret> = Api::default_namespaced(client);
    let context = Arc::new(Context { secrets: secrets.clone() });
    let controller = Controller::new(maps.clone(), watcher::Config::default())
        .owns(secrets.clone(), watcher::Config::default())
        .run(reconcile, |_, _, _| Action::requeue(Duration::from_secs(1)), context)
        .for_each(|_| async {});
    let running = tokio::spawn(controller);
    maps.create(&PostParams::default(), &config_map("greeting")).await.expect("created");
    let is_there = async || secrets.get_opt("greeting").await.expect("answered").is_some();
    until("the secret is made", is_there).await;
    let first = secrets.get("greeting").await.expect("found").uid();
    secrets.delete("greeting", &DeleteParams::default()).await.expect("deleted");
    until("it is made again", async || {
        secrets.get_opt("greeting").await.expect("answered").is_some_and(|it| it.uid() != first)
    })
    .await;
    maps.delete("greeting", &DeleteParams::default()).await.expect("deleted");
    until("it goes with its owner", async || !is_there().await).await;
    running.abort();
}
