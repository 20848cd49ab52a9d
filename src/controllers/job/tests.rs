//! Jobs on a cluster whose kubelet is the test: it sets what pods report.

use crate::api::registry::{DeleteOptions, Part, Propagation, WriteOptions};
use crate::clock::{Span, Time};
use crate::controllers::job::JobController;
use crate::controllers::ttl_after_finished::TtlAfterFinished;
use crate::map;
use crate::object::{Key, Object, Value, kinds};
use crate::sim::{Cluster, ClusterOptions};

/// A cluster with the Job controller alone, and a Job `j` on it.
struct Rig {
    cluster: Cluster,
}

impl Rig {
    /// A Job with `spec`, to which the selector and the template's labels are added as the API would.
    fn new(spec: &str) -> Self {
        let mut cluster =
            Cluster::new(&ClusterOptions::default(), vec![Box::<JobController>::default(), Box::new(TtlAfterFinished)]);
        cluster.bootstrap(&[]).expect("the system namespaces");
        let mut job = Object::new(kinds::JOB, "default", "j");
        *job.spec_mut() = Value::from_json(spec.as_bytes()).expect("valid JSON");
        let labels = map! { "job" => "j" };
        job.spec_mut().set("manualSelector", true);
        job.spec_mut().set("selector", map! { "matchLabels" => &labels });
        *job.spec_mut().at_mut(&["template", "metadata"]) = Value::Map(map! { "labels" => &labels });
        let template = job.spec_mut().at_mut(&["template", "spec"]);
        template.set_default("restartPolicy", "Never");
        template.set_default("containers", Value::list([map! { "name" => "c", "image" => "busybox" }]));
        cluster.api("kubectl").create(job, &WriteOptions::default()).expect("the job is valid");
        let mut rig = Rig { cluster };
        rig.pass(0);
        rig
    }

    fn key() -> Key {
        Key::new(kinds::JOB, "default", "j")
    }

    fn pass(&mut self, millis: i64) {
        self.cluster.advance(Span::millis(millis)).expect("it settles");
    }

    fn job(&self) -> Object {
        Object::clone(self.cluster.view().get(&Self::key()).expect("the job is there"))
    }

    /// The status without times.
    fn status(&self) -> String {
        let mut status = self.job().status().clone();
        for field in ["startTime", "completionTime"] {
            status.remove(field);
        }
        let conditions: Vec<String> = status["conditions"]
            .items()
            .iter()
            .map(|it| format!("{}={}", it["type"].str_or_empty(), it["status"].str_or_empty()))
            .collect();
        status.remove("conditions");
        status.remove("uncountedTerminatedPods");
        format!("{} {}", conditions.join(" "), status.to_json()).trim().to_owned()
    }

    fn pods(&self) -> Vec<Object> {
        self.cluster.view().list(kinds::POD).map(|it| Object::clone(it)).collect()
    }

    fn with_phase(&self, phase: &str) -> Vec<Object> {
        self.pods().into_iter().filter(|pod| pod.status()["phase"].str_or_empty() == phase).collect()
    }

    /// Has the kubelet report `phase` of `pod`, and a container that ended now with `code` if it did.
    fn report(&mut self, pod: &Object, phase: &str, code: Option<i64>) {
        let mut pod = Object::clone(self.cluster.view().get(&pod.key()).expect("the pod is there"));
        let now = self.cluster.now();
        pod.status_mut().set("phase", phase);
        if phase == "Running" {
            let ready = map! { "type" => "Ready", "status" => "True", "lastTransitionTime" => now };
            pod.status_mut().set("conditions", Value::list([ready]));
        } else {
            pod.status_mut().set("conditions", Value::Null);
        }
        if let Some(code) = code {
            let terminated = map! { "exitCode" => code, "finishedAt" => now };
            let status = map! { "name" => "c", "state" => map! { "terminated" => terminated } };
            pod.status_mut().set("containerStatuses", Value::list([status]));
        }
        pod.meta.resource_version = 0;
        self.cluster.api("kubelet").update(pod, Part::Status, &WriteOptions::default()).expect("it is valid");
    }

    /// Reports every pod that has no phase yet as running.
    fn start_pods(&mut self) {
        for pod in self.pods().iter().filter(|it| matches!(it.status()["phase"].str_or_empty(), "" | "Pending")) {
            self.report(pod, "Running", None);
        }
    }

    fn end_pods(&mut self, phase: &str, code: i64) {
        for pod in self.with_phase("Running") {
            self.report(&pod, phase, Some(code));
        }
    }

    fn change_spec(&mut self, field: &'static str, value: impl Into<Value>) {
        let mut job = self.job();
        job.spec_mut().set(field, value);
        if job.meta.generation == 0 {
            job.meta.generation = 1;
        }
        self.cluster.api("kubectl").update(job, Part::Main, &WriteOptions::default()).expect("it is valid");
    }
}

#[test]
fn a_job_of_five_runs_two_at_a_time_and_completes() {
    let mut rig = Rig::new(r#"{"completions":5,"parallelism":2,"backoffLimit":6}"#);
    assert_eq!(rig.status(), r#"{"active":2,"ready":0,"terminating":0}"#);
    for (active, succeeded) in [(2, 2), (1, 4)] {
        rig.start_pods();
        rig.end_pods("Succeeded", 0);
        rig.pass(1000);
        let want = format!(r#"{{"active":{active},"ready":0,"succeeded":{succeeded},"terminating":0}}"#);
        assert_eq!(rig.status(), want);
    }
    rig.start_pods();
    rig.end_pods("Succeeded", 0);
    rig.pass(1000);
    let want = r#"SuccessCriteriaMet=True Complete=True {"ready":0,"succeeded":5,"terminating":0}"#;
    assert_eq!(rig.status(), want);
    assert_eq!(rig.job().status()["completionTime"].as_str(), Some("2026-01-01T00:00:03Z"));
    assert_eq!((rig.pods().len(), rig.pods().iter().filter(|it| !it.meta.finalizers.is_empty()).count()), (5, 0));
}

#[test]
fn a_pod_is_named_in_the_status_before_it_loses_its_finalizer_and_is_counted_after() {
    let mut rig = Rig::new(r#"{"completions":1,"parallelism":1}"#);
    rig.start_pods();
    rig.end_pods("Succeeded", 0);
    rig.pass(1000);
    let told: Vec<String> = rig
        .cluster
        .view()
        .history()
        .filter(|it| it.actor == "job-controller" && it.time > rig.cluster.start())
        .filter_map(|it| it.after.clone())
        .map(|it| match it.kind {
            kinds::JOB => {
                it.status()["uncountedTerminatedPods"].to_json().replace(rig.pods()[0].meta.uid.as_str(), "P")
            }
            kind => format!("{} {}", kind.info().singular, it.meta.finalizers.len()),
        })
        .filter(|it| !it.starts_with("event"))
        .collect();
    assert_eq!(told, [r#"{"succeeded":["P"]}"#, "pod 0", "{}"]);
}

#[test]
fn failed_pods_are_replaced_after_a_wait_that_doubles_until_the_limit() {
    let mut rig = Rig::new(r#"{"completions":1,"parallelism":1,"backoffLimit":2}"#);
    for (wait, pods) in [(10, 1), (20, 2)] {
        rig.start_pods();
        rig.end_pods("Failed", 1);
        rig.pass(wait * 1000 - 1);
        assert_eq!((rig.pods().len(), rig.job().status()["failed"].as_i64()), (pods, Some(pods as i64)));
        rig.pass(1);
        assert_eq!(rig.pods().len(), pods + 1);
    }
    rig.start_pods();
    rig.end_pods("Failed", 1);
    rig.pass(1000);
    assert_eq!(rig.status(), r#"FailureTarget=True Failed=True {"failed":3,"ready":0,"terminating":0}"#);
    rig.pass(3_600_000);
    assert_eq!(rig.pods().len(), 3);
}

#[test]
fn restarts_in_place_count_towards_the_limit_and_the_pod_is_removed() {
    let mut rig = Rig::new(
        r#"{"completions":1,"parallelism":1,"backoffLimit":2,"template":{"spec":{"restartPolicy":"OnFailure"}}}"#,
    );
    rig.start_pods();
    let mut pod = rig.pods().remove(0);
    pod.status_mut().set("containerStatuses", Value::list([map! { "name" => "c", "restartCount" => 2_i64 }]));
    rig.cluster.api("kubelet").update(pod, Part::Status, &WriteOptions::default()).expect("it is valid");
    rig.pass(3000);
    assert!(rig.status().starts_with("FailureTarget=True Failed=True"), "{}", rig.status());
    assert_eq!(rig.job().status()["failed"].as_i64(), Some(1));
}

#[test]
fn a_job_fails_at_its_deadline_and_its_pods_are_removed() {
    let mut rig = Rig::new(r#"{"completions":2,"parallelism":2,"activeDeadlineSeconds":30}"#);
    rig.start_pods();
    rig.pass(29_999);
    assert_eq!(rig.status(), r#"{"active":2,"ready":2,"terminating":0}"#);
    rig.pass(1);
    assert!(rig.status().starts_with("FailureTarget=True"), "{}", rig.status());
    assert_eq!(rig.job().status()["conditions"][0]["reason"].as_str(), Some("DeadlineExceeded"));
}

#[test]
fn a_suspended_job_has_no_pods_and_starts_anew_when_resumed() {
    let mut rig = Rig::new(r#"{"completions":2,"parallelism":2,"suspend":true}"#);
    assert_eq!(rig.status(), r#"Suspended=True {"ready":0,"terminating":0}"#);
    assert!(rig.job().status()["startTime"].is_null());
    rig.pass(5000);
    rig.change_spec("suspend", false);
    rig.pass(1000);
    assert_eq!(rig.status(), r#"Suspended=False {"active":2,"ready":0,"terminating":0}"#);
    assert!(!rig.job().status()["startTime"].is_null());
    rig.start_pods();
    rig.change_spec("suspend", true);
    rig.pass(1000);
    assert!(rig.status().starts_with("Suspended=True"), "{}", rig.status());
    assert!(rig.job().status()["failed"].is_null() && rig.job().status()["startTime"].is_null());
}

#[test]
fn a_work_queue_starts_nothing_after_a_success_and_completes_with_its_last_pod() {
    let mut rig = Rig::new(r#"{"parallelism":3}"#);
    rig.start_pods();
    let first = rig.pods().remove(0);
    rig.report(&first, "Succeeded", Some(0));
    rig.pass(1000);
    assert_eq!(rig.status(), r#"{"active":2,"ready":2,"succeeded":1,"terminating":0}"#);
    rig.end_pods("Succeeded", 0);
    rig.pass(1000);
    assert!(rig.status().contains("Complete=True"), "{}", rig.status());
    assert_eq!(rig.job().status()["succeeded"].as_i64(), Some(3));
}

#[test]
fn an_indexed_job_replaces_the_pod_of_the_index_that_failed() {
    let mut rig = Rig::new(r#"{"completions":3,"parallelism":3,"completionMode":"Indexed"}"#);
    rig.start_pods();
    let middle = rig.pods().remove(1);
    assert_eq!(middle.meta.label("batch.kubernetes.io/job-completion-index"), Some("1"));
    rig.report(&middle, "Failed", Some(1));
    rig.end_pods("Succeeded", 0);
    rig.pass(15_000);
    let want = r#"{"active":1,"completedIndexes":"0,2","failed":1,"ready":0,"succeeded":2,"terminating":0}"#;
    assert_eq!(rig.status(), want);
    let again = rig.with_phase("Pending").into_iter().chain(rig.with_phase("")).next().expect("a replacement");
    assert!(again.meta.name.starts_with("j-1-"), "{}", again.meta.name);
}

#[test]
fn a_time_to_live_deletes_the_job_after_it_was_over() {
    let mut rig = Rig::new(r#"{"completions":1,"parallelism":1,"ttlSecondsAfterFinished":100}"#);
    rig.start_pods();
    rig.end_pods("Succeeded", 0);
    rig.pass(1000);
    rig.pass(99_999);
    assert!(!rig.job().meta.is_terminating());
    rig.pass(1);
    let gone_or_going = rig.cluster.view().get(&Rig::key()).is_none_or(|job| job.meta.is_terminating());
    assert!(gone_or_going);
}

#[test]
fn pods_of_a_job_that_is_gone_lose_their_finalizer() {
    let mut rig = Rig::new(r#"{"completions":1,"parallelism":1}"#);
    assert_eq!(rig.pods()[0].meta.finalizers.len(), 1);
    let options = DeleteOptions { propagation: Some(Propagation::Background), ..DeleteOptions::default() };
    rig.cluster.api("kubectl").delete(&Rig::key(), &options).expect("the job is there");
    rig.pass(1000);
    assert!(rig.pods().iter().all(|pod| pod.meta.finalizers.is_empty()));
}

#[test]
fn ten_thousand_completions_take_few_reconciles() {
    let mut rig = Rig::new(r#"{"completions":10000,"parallelism":500}"#);
    for _ in 0..25 {
        rig.start_pods_of_job();
        rig.pass(1000);
    }
    assert_eq!(rig.job().status()["succeeded"].as_i64(), Some(10_000));
    assert!(rig.status().contains("Complete=True"), "{}", rig.status());
    assert!(rig.cluster.timeline().entries() < 200, "{} entries", rig.cluster.timeline().entries());
    assert!(rig.cluster.now() < Time::from_unix(1_767_225_600 + 60));
}

impl Rig {
    /// Ends every pod that has not ended yet.
    fn start_pods_of_job(&mut self) {
        let open: Vec<Object> =
            self.pods().into_iter().filter(|it| it.status()["phase"].str_or_empty() != "Succeeded").collect();
        for pod in &open {
            self.report(pod, "Succeeded", Some(0));
        }
    }
}

#[test]
fn pods_that_cannot_be_created_are_tried_one_at_a_time_and_ever_more_seldom() {
    let mut rig = Rig::new(
        r#"{"completions":8,"parallelism":4,"template":{"spec":{"serviceAccountName":"nobody","restartPolicy":"Never"}}}"#,
    );
    let tried = |rig: &Rig| {
        let view = rig.cluster.view();
        let failed = view.list(kinds::EVENT).filter(|it| it.body["reason"].str_or_empty() == "FailedCreate");
        failed.filter_map(|it| it.body["count"].as_i64()).sum::<i64>()
    };
    for (pass, want) in [(0, 1), (999, 1), (1, 2), (1999, 2), (1, 3), (4000, 4), (8000, 5)] {
        rig.pass(pass);
        assert_eq!((tried(&rig), rig.pods().len()), (want, 0), "at {:?}", rig.cluster.now() - rig.cluster.start());
        assert_eq!(rig.status(), r#"{"ready":0,"terminating":0}"#);
    }
    let account = Object::new(kinds::SERVICE_ACCOUNT, "default", "nobody");
    rig.cluster.api("kubectl").create(account, &WriteOptions::default()).expect("the account is valid");
    rig.pass(60_000);
    assert_eq!((rig.pods().len(), rig.job().status()["active"].as_i64()), (4, Some(4)));
}
