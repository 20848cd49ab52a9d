//! How many pods of some kind each node has, counted once and then kept up to date with every change.
//!
//! A pod that wants to be spread or to be near others asks where the others are. Counting the pods of the cluster for each
//! such pod would cost the square of their number; a count that was asked for lately costs a look at what changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cache::occupies;
use crate::object::{Object, Str, Value, kinds, label_selector_text, matches_label_selector};
use crate::store::View;

/// How many counts are kept: the one that was not asked for the longest makes room.
const KEPT: usize = 512;

/// Which pods to count.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Pods have to be meant by every one of these: namespaces and a label selector.
    pub all: Vec<(BTreeSet<Str>, Vec<Value>)>,
    /// Whether pods that are being deleted count as well.
    pub with_terminating: bool,
}

impl Question {
    /// The pods of `namespace` that all of `selectors` select and that are not being deleted.
    pub fn staying(namespace: &Str, selectors: Vec<Value>) -> Self {
        Question { all: vec![(BTreeSet::from([namespace.clone()]), selectors)], with_terminating: false }
    }

    fn text(&self) -> String {
        let mut text = String::from(if self.with_terminating { "+" } else { "-" });
        for (namespaces, selectors) in &self.all {
            for namespace in namespaces {
                text.push_str(namespace);
                text.push(',');
            }
            for selector in selectors {
                text.push(if selector.is_null() { '!' } else { '?' });
                text.push_str(&label_selector_text(selector));
            }
            text.push(';');
        }
        text
    }

    fn means(&self, pod: &Object) -> bool {
        (self.with_terminating || !pod.meta.is_terminating())
            && self.all.iter().all(|(namespaces, selectors)| {
                namespaces.contains(&pod.meta.namespace)
                    && selectors.iter().all(|it| matches_label_selector(it, &pod.meta.labels))
            })
    }
}

/// How many pods each node has; nodes without any are left out.
pub type Counts = BTreeMap<Str, i64>;

#[derive(Debug)]
struct Count {
    question: Question,
    text: String,
    by_node: Arc<Counts>,
    asked: u64,
}

/// The counts that were asked for lately.
#[derive(Debug, Default)]
pub struct Census {
    counts: BTreeMap<u64, Count>,
    by_text: BTreeMap<String, u64>,
    by_namespace: BTreeMap<Str, BTreeSet<u64>>,
    clock: u64,
}

impl Census {
    /// The answer to `question`.
    pub fn ask(&mut self, view: View<'_>, question: Question) -> Arc<Counts> {
        self.clock += 1;
        let text = question.text();
        if let Some(count) = self.by_text.get(&text).and_then(|id| self.counts.get_mut(id)) {
            count.asked = self.clock;
            return count.by_node.clone();
        }
        if self.counts.len() >= KEPT {
            self.forget_oldest();
        }
        let mut by_node = Counts::new();
        let namespaces = question.all.first().map(|(namespaces, _)| namespaces);
        for namespace in namespaces.into_iter().flatten() {
            for pod in view.list_in(kinds::POD, namespace).filter(|it| question.means(it)) {
                if let Some(node) = occupies(pod) {
                    *by_node.entry(node.clone()).or_default() += 1;
                }
            }
        }
        let id = self.clock;
        for namespace in namespaces.into_iter().flatten() {
            self.by_namespace.entry(namespace.clone()).or_default().insert(id);
        }
        self.by_text.insert(text.clone(), id);
        let by_node = Arc::new(by_node);
        self.counts.insert(id, Count { question, text, by_node: by_node.clone(), asked: id });
        by_node
    }

    fn forget_oldest(&mut self) {
        let Some(id) = self.counts.iter().min_by_key(|(_, it)| it.asked).map(|(id, _)| *id) else { return };
        let Some(count) = self.counts.remove(&id) else { return };
        self.by_text.remove(&count.text);
        for namespace in count.question.all.first().into_iter().flat_map(|(namespaces, _)| namespaces) {
            if let Some(ids) = self.by_namespace.get_mut(namespace) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.by_namespace.remove(namespace);
                }
            }
        }
    }

    /// Takes note of a pod that came, changed or went.
    pub fn pod_changed(&mut self, before: Option<&Object>, after: Option<&Object>) {
        let Some(pod) = after.or(before) else { return };
        let Some(ids) = self.by_namespace.get(&pod.meta.namespace) else { return };
        if let (Some(before), Some(after)) = (before, after)
            && occupies(before) == occupies(after)
            && before.meta.is_terminating() == after.meta.is_terminating()
            && before.meta.labels == after.meta.labels
        {
            return;
        }
        for id in ids {
            let Some(count) = self.counts.get_mut(id) else { continue };
            let place = |pod: Option<&Object>| {
                let pod = pod.filter(|it| count.question.means(it))?;
                occupies(pod).cloned()
            };
            let (from, to) = (place(before), place(after));
            if from == to {
                continue;
            }
            let by_node = Arc::make_mut(&mut count.by_node);
            if let Some(node) = from
                && let Some(pods) = by_node.get_mut(&node)
            {
                *pods -= 1;
                if *pods <= 0 {
                    by_node.remove(&node);
                }
            }
            if let Some(node) = to {
                *by_node.entry(node).or_default() += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::store::Store;

    fn pod(name: &str, app: &str, node: Option<&str>) -> Object {
        let mut pod = Object::new(kinds::POD, "default", name);
        pod.meta.set_label("app", app);
        if let Some(node) = node {
            pod.spec_mut().set("nodeName", node);
        }
        pod
    }

    fn web() -> Question {
        let selector = Value::from_json(br#"{"matchLabels":{"app":"web"}}"#).expect("valid JSON");
        Question::staying(&Str::from("default"), vec![selector])
    }

    fn check(census: &mut Census, store: &Store, want: &[(&str, i64)]) {
        let counts = census.ask(View::new(store), web());
        let counts: Vec<_> = counts.iter().map(|(node, n)| (node.as_str(), *n)).collect();
        assert_eq!(counts, want);
    }

    #[test]
    fn a_count_follows_the_pods_that_it_means() {
        let (mut store, mut census) = (Store::new(), Census::default());
        let put = |census: &mut Census, store: &mut Store, pod: Object| {
            let before = store.get(&pod.key()).cloned();
            let after = store.put(pod, Time(0), Str::from("test"));
            census.pod_changed(before.as_deref(), Some(&after));
        };
        put(&mut census, &mut store, pod("a", "web", Some("n0")));
        put(&mut census, &mut store, pod("x", "db", Some("n0")));
        check(&mut census, &store, &[("n0", 1)]);
        put(&mut census, &mut store, pod("b", "web", None));
        check(&mut census, &store, &[("n0", 1)]);
        put(&mut census, &mut store, pod("b", "web", Some("n1")));
        check(&mut census, &store, &[("n0", 1), ("n1", 1)]);
        put(&mut census, &mut store, pod("a", "db", Some("n0")));
        check(&mut census, &store, &[("n1", 1)]);
        let mut dying = pod("b", "web", Some("n1"));
        dying.meta.deleted = Some(Time(1));
        put(&mut census, &mut store, dying);
        check(&mut census, &store, &[]);
    }
}
