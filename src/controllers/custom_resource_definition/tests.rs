//! Definitions in a cluster that runs these loops alone.

use super::*;
use crate::api::custom::{definition::conditions, serving};
use crate::api::registry::{DeleteOptions, WriteOptions};
use crate::controllers::Controller;
use crate::map;
use crate::object::{Key, Value, kinds};
use crate::sim::{Cluster, ClusterOptions};

fn cluster() -> Cluster {
    let controllers: Vec<Box<dyn Controller>> =
        vec![Box::new(NamingController), Box::new(EstablishingController), Box::new(DefinitionFinalizer::default())];
    let mut cluster = Cluster::new(&ClusterOptions::default(), controllers);
    cluster.bootstrap(&[]).expect("the API takes what a fresh cluster holds");
    cluster
}

fn key(plural: &str) -> Key {
    Key::new(kinds::CUSTOM_RESOURCE_DEFINITION, "", format!("{plural}.example.com"))
}

fn define(cluster: &mut Cluster, plural: &str, kind: &str, short: &str) {
    let text = format!(
        r#"{{"metadata":{{"name":"{plural}.example.com"}},"spec":{{"group":"example.com","scope":"Namespaced",
            "names":{{"plural":"{plural}","kind":"{kind}","shortNames":["{short}"]}},
            "versions":[{{"name":"v1","served":true,"storage":true,"schema":{{"openAPIV3Schema":{{"type":"object",
                "x-kubernetes-preserve-unknown-fields":true}}}}}}]}}}}"#
    );
    let value = Value::from_json(text.as_bytes()).expect("valid JSON");
    let definition = Object::from_value(kinds::CUSTOM_RESOURCE_DEFINITION, &value);
    cluster.api("kubectl").create(definition, &WriteOptions::default()).expect("a valid definition");
    cluster.run_due().expect("settles");
}

fn reason(cluster: &Cluster, plural: &str, ty: &str) -> String {
    let definition = cluster.view().get(&key(plural)).cloned().expect("it is there");
    conditions::find(&definition, ty)["reason"].str_or_empty().to_owned()
}

#[test]
fn a_definition_whose_names_are_free_is_established_at_once() {
    let mut cluster = cluster();
    define(&mut cluster, "widgets", "Widget", "wg");
    assert_eq!(reason(&cluster, "widgets", "NamesAccepted"), "NoConflicts");
    assert_eq!(reason(&cluster, "widgets", "Established"), "InitialNamesAccepted");
    let served = serving::by_resource(cluster.view(), "example.com", "v1", "widgets");
    assert_eq!(served.map(|it| it.definition().names.list_kind.to_string()).as_deref(), Some("WidgetList"));
}

#[test]
fn a_definition_with_a_taken_name_waits_until_it_is_free() {
    let mut cluster = cluster();
    define(&mut cluster, "widgets", "Widget", "wg");
    define(&mut cluster, "wugs", "Wug", "wg");
    assert_eq!(reason(&cluster, "wugs", "NamesAccepted"), "ShortNamesConflict");
    assert_eq!(reason(&cluster, "wugs", "Established"), "NotAccepted");
    cluster.api("kubectl").delete(&key("widgets"), &DeleteOptions::default()).expect("deleted");
    cluster.run_due().expect("settles");
    assert!(cluster.view().get(&key("widgets")).is_none());
    assert_eq!(reason(&cluster, "wugs", "Established"), "InitialNamesAccepted");
}

#[test]
fn the_objects_of_a_deleted_definition_go_first() {
    let mut cluster = cluster();
    define(&mut cluster, "widgets", "Widget", "wg");
    let kind = serving::kinds(cluster.view())[0];
    let mut widget = Object::new(kind, "default", "w");
    widget.body.insert("apiVersion", "example.com/v1");
    widget.body.insert("spec", map! { "size" => 1 });
    widget.meta.add_finalizer("example.com/hold");
    let made = cluster.api("kubectl").create(widget, &WriteOptions::default()).expect("a widget");
    assert_eq!(made.meta.generation, 1);
    cluster.api("kubectl").delete(&key("widgets"), &DeleteOptions::default()).expect("deleted");
    cluster.run_due().expect("settles");
    assert_eq!(reason(&cluster, "widgets", "Terminating"), "InstanceDeletionInProgress");
    assert!(cluster.view().get(&made.key()).is_some_and(|it| it.meta.is_terminating()));
}
