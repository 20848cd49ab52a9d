//! Keeps `status.hard` and `status.used` of ResourceQuotas (`pkg/controller/resourcequota/resource_quota_controller.go`).
//!
//! Admission counts what comes; this controller counts what was there before the quota, and what has gone since. A quota
//! is looked at when it changes and when something in its namespace goes away or a pod comes to its end.

use crate::api::registry::quota;
use crate::clock::Time;
use crate::controllers::{Action, Controller, Hearing, News, Outcome, Wake, Watches};
use crate::object::{Key, Kind, Map, Object, Value, kinds, literal};
use crate::store::{Change, View};

/// The resource quota controller.
#[derive(Debug, Default)]
pub struct ResourceQuotaController;

impl Controller for ResourceQuotaController {
    fn name(&self) -> &'static str {
        "resourcequota-controller"
    }

    fn watches(&self) -> Watches {
        Watches::AllBut(&[])
    }

    fn hears(&self, kind: Kind) -> Hearing {
        let news = Hearing::of(match kind {
            kinds::RESOURCE_QUOTA => News::ALL,
            kinds::POD => News::CREATED.and(News::REMOVED).and(News::END),
            kinds::SERVICE | kinds::PERSISTENT_VOLUME_CLAIM => News::REMOVED.and(News::SPEC),
            _ => News::REMOVED,
        });
        news.once_there_was(kinds::RESOURCE_QUOTA)
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        if change.key.kind == kinds::RESOURCE_QUOTA {
            if change.after.as_ref().is_some_and(|quota| quota.spec()["hard"] != quota.status()["hard"]) {
                wakes.push(Wake::now(change.key.clone()));
            }
        } else if gives_back(change) {
            let quotas = view.list_in(kinds::RESOURCE_QUOTA, &change.key.namespace);
            wakes.extend(quotas.map(|quota| Wake::now(quota.key())));
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let Some(quota) = view.get(key) else {
            return Outcome::default();
        };
        let used: Map =
            quota::used(&view, quota, now).into_iter().map(|(name, amount)| (name, Value::from(amount))).collect();
        let hard = quota.spec()["hard"].as_map().cloned().unwrap_or_default();
        let is_so = |field: &str, amounts: &Map| quota.status()[field].as_map() == Some(amounts);
        if is_so("hard", &hard) && is_so("used", &used) {
            return Outcome::default();
        }
        let mut changed = Object::clone(quota);
        changed.status_mut().set(literal!("hard"), hard);
        changed.status_mut().set(literal!("used"), used);
        Outcome { actions: vec![Action::UpdateStatus(changed)], ..Outcome::default() }
    }
}

/// Whether a change can leave less of a quota in use.
fn gives_back(change: &Change) -> bool {
    let Some(after) = &change.after else { return true };
    let is_finished = |pod: &Object| matches!(pod.status()["phase"].str_or_empty(), "Failed" | "Succeeded");
    match change.key.kind {
        kinds::POD => is_finished(after) && !change.before.as_ref().is_some_and(|pod| is_finished(pod)),
        kinds::SERVICE | kinds::PERSISTENT_VOLUME_CLAIM => {
            change.before.as_ref().is_some_and(|before| before.spec() != after.spec())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::registry::{DeleteOptions, WriteOptions};
    use crate::map;
    use crate::sim::{Cluster, ClusterOptions};

    fn cluster() -> Cluster {
        let controllers: Vec<Box<dyn Controller>> = vec![Box::new(ResourceQuotaController)];
        let mut cluster = Cluster::new(&ClusterOptions::default(), controllers);
        cluster.bootstrap(&[]).expect("the API takes what a fresh cluster holds");
        cluster
    }

    fn create(cluster: &mut Cluster, object: Object) -> Result<(), String> {
        let made = cluster.api("kubectl").create(object, &WriteOptions::default());
        cluster.run_due().expect("settles");
        made.map(|_| ()).map_err(|status| status.message)
    }

    fn quota(hard: Map) -> Object {
        let mut quota = Object::new(kinds::RESOURCE_QUOTA, "default", "q");
        *quota.spec_mut() = map! { "hard" => hard }.into();
        quota
    }

    fn pod(name: &str, cpu: Option<&str>) -> Object {
        let resources = cpu.map(|cpu| map! { "requests" => map! { "cpu" => cpu } });
        let container = map! { "name" => "c", "image" => "busybox", "resources" => resources };
        let mut pod = Object::new(kinds::POD, "default", name);
        *pod.spec_mut() = map! { "containers" => Value::list([container]) }.into();
        pod
    }

    fn used(cluster: &Cluster) -> String {
        let key = Key::new(kinds::RESOURCE_QUOTA, "default", "q");
        cluster.view().get(&key).expect("the quota").status()["used"].to_json()
    }

    #[test]
    fn a_quota_refuses_what_goes_over_it_and_counts_what_is_there() {
        let mut cluster = cluster();
        create(&mut cluster, quota(map! { "pods" => "2", "requests.cpu" => "1", "secrets" => "0" })).expect("a quota");
        assert_eq!(used(&cluster), r#"{"pods":"0","requests.cpu":"0","secrets":"0"}"#);
        let unset = create(&mut cluster, pod("unset", None));
        let want = "pods \"unset\" is forbidden: failed quota: q: must specify requests.cpu for: c";
        assert_eq!(unset.expect_err("says nothing of its cpu"), want);
        create(&mut cluster, pod("fits", Some("600m"))).expect("there is room");
        assert_eq!(used(&cluster), r#"{"pods":"1","requests.cpu":"600m","secrets":"0"}"#);
        let over = create(&mut cluster, pod("over", Some("500m")));
        let want = "pods \"over\" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, \
                    limited: requests.cpu=1";
        assert_eq!(over.expect_err("is too much"), want);
        let secret = create(&mut cluster, Object::new(kinds::SECRET, "default", "s"));
        let want =
            "secrets \"s\" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=0, limited: secrets=0";
        assert_eq!(secret.expect_err("there is room for none"), want);
        let key = Key::new(kinds::POD, "default", "fits");
        cluster.api("kubectl").delete(&key, &DeleteOptions::default()).expect("deleted");
        cluster.run_due().expect("settles");
        assert_eq!(used(&cluster), r#"{"pods":"0","requests.cpu":"0","secrets":"0"}"#);
    }

    #[test]
    fn a_quota_in_a_scope_counts_only_what_is_in_it() {
        let mut cluster = cluster();
        let mut scoped = quota(map! { "pods" => "1" });
        scoped.spec_mut().set("scopes", Value::list(["BestEffort"]));
        create(&mut cluster, scoped).expect("a quota");
        create(&mut cluster, pod("burstable", Some("1"))).expect("is not counted");
        create(&mut cluster, pod("first", None)).expect("there is room");
        let second = create(&mut cluster, pod("second", None)).expect_err("is one too many");
        let want = "pods \"second\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1";
        assert_eq!(second, want);
    }
}
