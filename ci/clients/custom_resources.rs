//! Custom resources through kube-rs, as in its `crd_api` and `dynamic_watcher` examples.

use futures::TryStreamExt;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::ResourceExt as _;
use kube::api::{
    Api, ApiResource, DeleteParams, DynamicObject, GroupVersionKind, ListParams, Patch, PatchParams, PostParams,
};
use kube::runtime::wait::{await_condition, conditions};
use kube::runtime::{WatchStreamExt as _, reflector, watcher};
use serde_json::json;

use crate::kube_rs::until;
use crate::served::Served;

fn definition() -> CustomResourceDefinition {
    let schema = json!({"type": "object", "properties": {
        "spec": {"type": "object", "properties": {
            "name": {"type": "string"}, "info": {"type": "string"}, "replicas": {"type": "integer", "default": 1},
        }},
        "status": {"type": "object", "properties": {"isBad": {"type": "boolean"}}},
    }});
    let version = json!({
        "name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema},
        "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}},
    });
    serde_json::from_value(json!({
        "metadata": {"name": "foos.clux.dev"},
        "spec": {"group": "clux.dev", "scope": "Namespaced", "names": {"plural": "foos", "kind": "Foo"}, "versions": [version]},
    }))
    .expect("a definition")
}

fn resource() -> ApiResource {
    ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk("clux.dev", "v1", "Foo"), "foos")
}

fn foo(name: &str) -> DynamicObject {
    DynamicObject::new(name, &resource()).data(json!({"spec": {"name": name, "info": "unpatched"}}))
}

/// Defines the kind by server-side apply, and waits until it is served.
async fn defined(served: &Served) -> Api<DynamicObject> {
    let client = served.client();
    let definitions: Api<CustomResourceDefinition> = Api::all(client.clone());
    let apply = PatchParams::apply("crd_apply_example").force();
    definitions.patch("foos.clux.dev", &apply, &Patch::Apply(definition())).await.expect("applied");
    await_condition(definitions, "foos.clux.dev", conditions::is_crd_established()).await.expect("established");
    Api::default_namespaced_with(client, &resource())
}

#[tokio::test]
async fn custom_resources_are_created_patched_scaled_and_deleted() {
    let served = Served::start(&["--speed", "20"]);
    let foos = defined(&served).await;
    let created = foos.create(&PostParams::default(), &foo("baz")).await.expect("created");
    assert_eq!(created.data["spec"]["replicas"], 1);
    let status = json!({"status": {"isBad": true}});
    let patched = foos.patch_status("baz", &PatchParams::default(), &Patch::Merge(status)).await.expect("patched");
    assert_eq!(patched.data["status"]["isBad"], true);
    let applied = json!({"apiVersion": "clux.dev/v1", "kind": "Foo", "spec": {"info": "patched"}});
    let apply = PatchParams::apply("myapp").force();
    let patched = foos.patch("baz", &apply, &Patch::Apply(applied)).await.expect("applied");
    assert_eq!((&patched.data["spec"]["info"], &patched.data["spec"]["name"]), (&json!("patched"), &json!("baz")));
    assert_eq!(foos.get_scale("baz").await.expect("a scale").spec.and_then(|it| it.replicas), Some(1));
    let scale = json!({"spec": {"replicas": 2}});
    let scaled = foos.patch_scale("baz", &PatchParams::default(), &Patch::Merge(scale)).await.expect("scaled");
    assert_eq!(scaled.spec.and_then(|it| it.replicas), Some(2));
    assert_eq!(foos.list(&ListParams::default()).await.expect("listed").items.len(), 1);
    foos.delete_collection(&DeleteParams::default(), &ListParams::default()).await.expect("deleted");
    until("it is gone", async || foos.get_opt("baz").await.expect("answered").is_none()).await;
}

#[tokio::test]
async fn a_reflector_holds_custom_resources() {
    let served = Served::start(&[]);
    let foos = defined(&served).await;
    foos.create(&PostParams::default(), &foo("early")).await.expect("created");
    let writer = reflector::store::Writer::<DynamicObject>::new(resource());
    let reader = writer.as_reader();
    let stream = watcher(foos.clone(), watcher::Config::default()).default_backoff().reflect(writer).applied_objects();
    let following = tokio::spawn(stream.try_for_each(|_| async { Ok(()) }));
    reader.wait_until_ready().await.expect("it is filled");
    let names = || {
        let mut names: Vec<_> = reader.state().iter().map(|it| it.name_any()).collect();
        names.sort();
        names
    };
    assert_eq!(names(), ["early"]);
    foos.create(&PostParams::default(), &foo("late")).await.expect("created");
    until("it has both", async || names() == ["early", "late"]).await;
    let definitions: Api<CustomResourceDefinition> = Api::all(served.client());
    definitions.delete("foos.clux.dev", &DeleteParams::default()).await.expect("deleted");
    until("they go with their definition", async || names().is_empty()).await;
    following.abort();
}
