//! What the Job controller keeps between reconciles.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::controllers::job::backoff::Record;
use crate::controllers::job::pods::Member;
use crate::controllers::job::spec::Spec;
use crate::controllers::job::status::{JobStatus, is_finished};
use crate::object::{Key, Lookup, Map, Object, Str, Value, kinds, matches_label_selector};
use crate::store::View;

/// What is remembered of one Job.
#[derive(Debug, Default)]
pub struct JobMemory {
    /// The failures that replacements wait for. Lost with the process upstream, too.
    pub backoff: Record,
    /// How many pods should be active after a creation whose outcome has not been looked at yet.
    pub created: Option<i64>,
    /// How often in a row pods could not be created.
    pub failed_creations: u32,
    /// The last revision of the Job that was seen not to be over.
    unfinished: Option<Arc<Object>>,
    /// The Job's pods that may need something, by name; `None` until they are first listed.
    pending: Option<Vec<Arc<Object>>>,
    /// The labels that the Job's selector was last found to select. Pods of one template share theirs.
    selected: Option<Map>,
    /// What the Job asks for.
    spec: Option<Arc<Spec>>,
    /// The status that was last written, by the section that was made of it.
    written: Option<(Value, JobStatus)>,
}

/// What is remembered of every Job.
#[derive(Debug, Default)]
pub struct Memory {
    /// By uid.
    jobs: Lookup<Str, Box<JobMemory>>,
    /// The Jobs that are not over.
    unfinished: BTreeSet<Key>,
}

impl Memory {
    /// What is remembered of `job`; `None` if it is over.
    pub fn of(&mut self, job: &Arc<Object>) -> Option<&mut JobMemory> {
        if self.saw_unfinished(job) {
            return self.jobs.get_mut(&job.meta.uid).map(|it| &mut **it);
        }
        if is_finished(job) {
            return None;
        }
        let memory = self.jobs.entry(&job.meta.uid, Box::default);
        memory.unfinished = Some(job.clone());
        Some(memory)
    }

    /// Takes note of a Job that is there and not over. A pod without a controller is held against those.
    pub fn opened(&mut self, key: &Key) {
        self.unfinished.insert(key.clone());
    }

    /// Takes note of a revision of a Job that is not over.
    pub fn goes_on(&mut self, job: &Arc<Object>) {
        if let Some(memory) = self.jobs.get_mut(&job.meta.uid) {
            memory.unfinished = Some(job.clone());
        }
    }

    /// Whether `job`, a revision of a Job, was seen not to be over. `false` says nothing.
    pub fn saw_unfinished(&self, job: &Arc<Object>) -> bool {
        self.jobs.get(&job.meta.uid).is_some_and(|it| it.saw_unfinished(job))
    }

    /// Forgets a Job that is over or gone.
    pub fn forget(&mut self, job: &Object) {
        self.jobs.remove(&job.meta.uid);
        if !self.unfinished.is_empty() {
            self.unfinished.remove(&job.key());
        }
    }

    /// The Jobs in `namespace` that are not over, by name.
    pub fn unfinished(&self, namespace: &Str) -> impl Iterator<Item = &Key> {
        let first = Key { kind: kinds::JOB, namespace: namespace.clone(), name: Str::new() };
        self.unfinished.range(first..).take_while(move |it| it.namespace == *namespace)
    }

    /// Takes note of a change of `pod`, which the Job with `uid` controls, or did before it `left` or went away. Returns the
    /// last revision of the Job that was seen not to be over, if its pods are kept an eye on.
    pub fn observe(&mut self, uid: &Str, pod: &Arc<Object>, left: bool, is_relabelled: bool) -> Option<&Arc<Object>> {
        let JobMemory { pending, unfinished, .. } = &mut **self.jobs.get_mut(uid)?;
        let (pending, job) = (pending.as_mut()?, unfinished.as_ref()?);
        if pod.meta.namespace != job.meta.namespace {
            return None;
        }
        match pending.binary_search_by(|it| it.meta.name.cmp(&pod.meta.name)) {
            Ok(at) if left => drop(pending.remove(at)),
            // A pod that was counted stays in the list until the next reconcile passes over it.
            Ok(at) => pending[at] = pod.clone(),
            Err(at) if !left && (is_relabelled || Member::new(pod.clone()).is_pending()) => {
                pending.insert(at, pod.clone());
            }
            Err(_) => {}
        }
        Some(job)
    }
}

impl JobMemory {
    fn saw_unfinished(&self, job: &Arc<Object>) -> bool {
        self.unfinished.as_ref().is_some_and(|it| Arc::ptr_eq(it, job))
    }

    /// What `job` asks for.
    pub fn spec(&mut self, job: &Object) -> Arc<Spec> {
        match &self.spec {
            Some(known) if known.is_of(job) => known.clone(),
            _ => {
                self.selected = None;
                self.spec.insert(Arc::new(Spec::of(job))).clone()
            }
        }
    }

    /// The status of `job`, if it is the one that was written here last.
    pub fn written(&self, job: &Object) -> Option<&JobStatus> {
        self.written.as_ref().filter(|(section, _)| section.is_shared_with(job.status())).map(|(_, status)| status)
    }

    /// The status of `job`. What was written here last is not read again.
    pub fn status(&self, job: &Object) -> JobStatus {
        self.written(job).cloned().unwrap_or_else(|| JobStatus::of(job))
    }

    /// Remembers that `section` was made of `status`.
    pub fn wrote(&mut self, section: Value, status: JobStatus) {
        self.written = Some((section, status));
    }

    /// Has `take` look at the pods of `job` that may need something, by name, and whether `spec`, which is what the Job asks
    /// for, selects them. A pod that is over and counted is looked at no more, so that a reconcile costs what is left to do
    /// and not what was done. The pods are listed once, and from then on heard of.
    pub fn each_pod(&mut self, view: View<'_>, job: &Object, spec: &Spec, mut take: impl FnMut(Member, bool)) {
        let uid = &job.meta.uid;
        let is_own = |it: &&Arc<Object>| {
            it.kind == kinds::POD && it.meta.namespace == job.meta.namespace && it.meta.is_controlled_by(uid)
        };
        let JobMemory { pending, selected, .. } = self;
        let pods = pending.get_or_insert_with(|| view.owned_by(uid).filter(is_own).cloned().collect());
        pods.retain(|pod| {
            let labels = &pod.meta.labels;
            let is_known = selected.as_ref().is_some_and(|it| it.is_shared_with(labels));
            let is_selected = is_known || matches_label_selector(&spec.selector, labels);
            if is_selected && !is_known {
                *selected = Some(labels.clone());
            }
            let member = Member::new(pod.clone());
            let keep = member.is_pending() || !is_selected;
            if keep {
                take(member, is_selected);
            }
            keep
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::map;
    use crate::object::OwnerRef;
    use crate::store::Store;

    #[test]
    fn a_spec_or_a_status_that_somebody_else_wrote_is_read_anew() {
        let mut job = Object::new(kinds::JOB, "default", "j");
        *job.spec_mut() = Value::Map(map! { "parallelism" => 2 });
        let mut memory = JobMemory::default();
        let spec = memory.spec(&job);
        assert!(Arc::ptr_eq(&spec, &memory.spec(&job)));
        job.spec_mut().set("parallelism", 3);
        assert_eq!((spec.parallelism, memory.spec(&job).parallelism), (2, 3));

        let status = JobStatus { active: 2, ..JobStatus::default() };
        *job.status_mut() = status.to_value();
        memory.wrote(job.status().clone(), JobStatus { failed: 7, ..status });
        assert_eq!(memory.status(&job).failed, 7, "the section is the one that was written");
        job.status_mut().set("active", 1);
        assert_eq!((memory.status(&job).active, memory.status(&job).failed), (1, 0));
    }

    fn pod(name: &str, app: &str) -> Object {
        let mut pod = Object::new(kinds::POD, "default", name);
        pod.meta.uid = Str::from(name);
        pod.meta.set_label("app", app);
        let owner = OwnerRef { uid: Str::from("j"), controller: Some(true), ..OwnerRef::default() };
        pod.meta.owners = Arc::new(vec![owner]);
        pod
    }

    fn finished(mut pod: Object) -> Arc<Object> {
        pod.status_mut().set("phase", "Succeeded");
        Arc::new(pod)
    }

    fn job() -> Arc<Object> {
        let mut job = Object::new(kinds::JOB, "default", "j");
        job.meta.uid = Str::from("j");
        job.spec_mut().set("selector", map! { "matchLabels" => map! { "app" => "j" } });
        Arc::new(job)
    }

    /// The pods that a look at the Job takes, each with whether it is selected.
    fn taken(memory: &mut Memory, store: &Store) -> Vec<(String, bool)> {
        let job = job();
        let memory = memory.of(&job).expect("the Job is not over");
        let (spec, mut taken) = (memory.spec(&job), Vec::new());
        memory.each_pod(View::new(store), &job, &spec, |member, is_selected| {
            taken.push((member.pod.meta.name.to_string(), is_selected));
        });
        taken
    }

    #[test]
    fn pods_are_listed_once_and_from_then_on_heard_of() {
        let mut store = Store::new();
        for name in ["b", "a"] {
            store.put(pod(name, "j"), Time(0), Str::from("test"));
        }
        let (mut memory, uid) = (Memory::default(), Str::from("j"));
        let has = |name: &str| (name.to_owned(), true);
        assert_eq!(taken(&mut memory, &store), [has("a"), has("b")]);
        memory.observe(&uid, &Arc::new(pod("c", "j")), false, false);
        memory.observe(&uid, &Arc::new(pod("a", "j")), true, false);
        memory.observe(&uid, &finished(pod("b", "j")), false, false);
        memory.observe(&uid, &finished(pod("d", "j")), false, false);
        assert_eq!(taken(&mut memory, &store), [has("c")], "what is over and counted is looked at no more");
        memory.observe(&Str::from("another"), &Arc::new(pod("e", "j")), false, false);
        assert_eq!(taken(&mut memory, &store), [has("c")]);
    }

    #[test]
    fn a_pod_with_other_labels_than_the_last_is_held_against_the_selector_anew() {
        let (store, mut memory, uid) = (Store::new(), Memory::default(), Str::from("j"));
        assert!(taken(&mut memory, &store).is_empty());
        for (name, app) in [("a", "j"), ("b", "other"), ("c", "j")] {
            memory.observe(&uid, &Arc::new(pod(name, app)), false, false);
        }
        let want = [("a".to_owned(), true), ("b".to_owned(), false), ("c".to_owned(), true)];
        assert_eq!(taken(&mut memory, &store), want);
        memory.observe(&uid, &finished(pod("a", "other")), false, true);
        let want = [("a".to_owned(), false), ("b".to_owned(), false), ("c".to_owned(), true)];
        assert_eq!(taken(&mut memory, &store), want, "one that is over has to be let go of");
    }
}
