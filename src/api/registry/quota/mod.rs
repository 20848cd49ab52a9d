//! What objects take of a quota (`pkg/quota/v1/evaluator/core`, apiserver `pkg/quota/v1/generic`).

mod pods;

use super::persistent_volume::storage_class_name;
use super::pod::ResourceList;
use crate::clock::Time;
use crate::object::{Kind, Object, Quantity, Str, Value, kinds, literal};
use crate::store::Store;

pub(super) use pods::missing as missing_of_pod;

/// The suffix of the resources that one storage class has.
const CLASS_SUFFIX: &str = ".storageclass.storage.k8s.io/";

/// What `object` takes at `now`, under every name that a quota may count it by.
pub fn usage(object: &Object, now: Time) -> ResourceList {
    let mut usage = ResourceList::new();
    let one = Quantity::from_units(1);
    usage.insert(count_name(object.kind), one);
    match object.kind {
        kinds::POD => pods::add_usage(object, now, &mut usage),
        kinds::SERVICE => add_service(object.spec(), &mut usage),
        kinds::PERSISTENT_VOLUME_CLAIM => add_claim(object, &mut usage),
        kinds::CONFIG_MAP | kinds::RESOURCE_QUOTA | kinds::REPLICATION_CONTROLLER | kinds::SECRET => {
            usage.insert(Str::from(object.kind.info().plural), one);
        }
        _ => {}
    }
    usage
}

/// `count/deployments.apps`.
fn count_name(kind: Kind) -> Str {
    Str::from(format!("count/{}", kind.info().resource()))
}

fn add_service(spec: &Value, usage: &mut ResourceList) {
    let one = Quantity::from_units(1);
    let ports = spec["ports"].items();
    let count = |count: usize| Quantity::from_units(i64::try_from(count).unwrap_or(i64::MAX));
    usage.insert(literal!("services"), one);
    let has_port = |it: &&Value| !it["nodePort"].is_empty();
    match spec["type"].str_or_empty() {
        "NodePort" => {
            usage.insert(literal!("services.nodeports"), count(ports.len()));
        }
        "LoadBalancer" => {
            usage.insert(literal!("services.loadbalancers"), one);
            let allocates = spec["allocateLoadBalancerNodePorts"].as_bool() != Some(false);
            let taken = if allocates { ports.len() } else { ports.iter().filter(has_port).count() };
            usage.insert(literal!("services.nodeports"), count(taken));
        }
        _ => {}
    }
}

fn add_claim(claim: &Object, usage: &mut ResourceList) {
    let one = Quantity::from_units(1);
    let spec = claim.spec();
    let class = Some(storage_class_name(claim)).filter(|it| !it.is_empty());
    let mut amounts = vec![("persistentvolumeclaims", one)];
    let asked = &spec["resources"]["requests"]["storage"];
    if !asked.is_null() {
        let held = Quantity::or_zero(&claim.status()["allocatedResources"]["storage"]);
        amounts.push(("requests.storage", Quantity::or_zero(asked).max(held)));
    }
    for (name, amount) in amounts {
        usage.insert(Str::from(name), amount);
        if let Some(class) = class {
            usage.insert(Str::from(format!("{class}{CLASS_SUFFIX}{name}")), amount);
        }
    }
}

/// Whether a quota that counts `name` counts objects of `kind` by it.
pub fn counts(name: &str, kind: Kind) -> bool {
    if name == count_name(kind) {
        return true;
    }
    match kind {
        kinds::POD => pods::counts(name),
        kinds::SERVICE => matches!(name, "services" | "services.nodeports" | "services.loadbalancers"),
        kinds::PERSISTENT_VOLUME_CLAIM => {
            matches!(name, "persistentvolumeclaims" | "requests.storage") || name.contains(CLASS_SUFFIX)
        }
        kinds::CONFIG_MAP | kinds::RESOURCE_QUOTA | kinds::REPLICATION_CONTROLLER | kinds::SECRET => {
            name == kind.info().plural
        }
        _ => false,
    }
}

/// Whether every scope of `quota` takes `object` in.
pub fn matches_scopes(quota: &Object, object: &Object) -> bool {
    let spec = quota.spec();
    let scopes = spec["scopes"].items().iter().map(|scope| (scope.str_or_empty(), "Exists", Value::null()));
    let terms = spec["scopeSelector"]["matchExpressions"].items().iter();
    let terms = terms.map(|it| (it["scopeName"].str_or_empty(), it["operator"].str_or_empty(), &it["values"]));
    scopes.chain(terms).all(|(scope, operator, values)| match object.kind {
        kinds::POD => pods::is_in_scope(object, scope, operator, values),
        kinds::PERSISTENT_VOLUME_CLAIM if scope == "VolumeAttributesClass" => {
            pods::selects(object.spec()["volumeAttributesClassName"].as_str(), operator, values)
        }
        _ => false,
    })
}

/// What the objects of the quota's namespace take of it at `now`: an amount for each name that it counts.
pub fn used(store: &Store, quota: &Object, now: Time) -> ResourceList {
    let hard = quota.spec()["hard"].as_map().cloned().unwrap_or_default();
    let mut total: ResourceList = hard.keys().map(|name| (name.clone(), Quantity::ZERO)).collect();
    for kind in Kind::all().filter(|kind| kind.info().namespaced) {
        if !hard.keys().any(|name| counts(name, kind)) {
            continue;
        }
        for object in store.list_in(kind, &quota.meta.namespace).filter(|it| matches_scopes(quota, it)) {
            for (name, amount) in usage(object, now) {
                if let Some(sum) = total.get_mut(&name) {
                    *sum += amount;
                }
            }
        }
    }
    total
}
