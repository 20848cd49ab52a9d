//! Completion indexes of Indexed Jobs: which succeeded, which are next, and how they are written.
//!
//! Follows `pkg/controller/job/indexed_job_utils.go`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::controllers::job::backoff::finished_at;
use crate::object::{Object, Str};

/// The annotation, and by default the label, that carries a pod's index.
pub const INDEX: &str = "batch.kubernetes.io/job-completion-index";
/// The annotation that counts the failures of a pod's index before it.
pub const FAILURES: &str = "batch.kubernetes.io/job-index-failure-count";
/// The annotation that counts the failures of a pod's index that the pod failure policy ignored.
pub const IGNORED_FAILURES: &str = "batch.kubernetes.io/job-index-ignored-failure-count";
/// The environment variable by which a container learns its index.
pub const ENVIRONMENT: &str = "JOB_COMPLETION_INDEX";

/// The longest generated name before its random suffix (apiserver `pkg/storage/names`).
const LONGEST_PREFIX: usize = 58;

/// A set of indexes as ordered runs: `0-2,4`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indexes(Vec<(i64, i64)>);

impl Indexes {
    /// Reads indexes below `completions`; parts that are no numbers are passed over.
    pub fn parse(text: &str, completions: i64) -> Self {
        let mut runs = Vec::new();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (Ok(first), Ok(last)) = (first.parse::<i64>(), last.parse::<i64>()) else {
                continue;
            };
            if first >= completions {
                break;
            }
            runs.push((first, last.min(completions - 1)));
        }
        Indexes::from_runs(runs)
    }

    fn from_runs(mut runs: Vec<(i64, i64)>) -> Self {
        runs.sort_unstable();
        let mut merged: Vec<(i64, i64)> = Vec::new();
        for (first, last) in runs {
            match merged.last_mut() {
                Some(before) if first <= before.1 + 1 => before.1 = before.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Indexes(merged)
    }

    /// These and `more`.
    #[must_use]
    pub fn with(&self, more: impl IntoIterator<Item = i64>) -> Self {
        Indexes::from_runs(self.0.iter().copied().chain(more.into_iter().map(|it| (it, it))).collect())
    }

    /// These and those of `other`.
    #[must_use]
    pub fn merged(&self, other: &Indexes) -> Self {
        Indexes::from_runs(self.0.iter().chain(&other.0).copied().collect())
    }

    /// How many there are.
    pub fn total(&self) -> i64 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// Whether `index` is among them.
    pub fn contains(&self, index: i64) -> bool {
        let after = self.0.partition_point(|(_, last)| *last < index);
        self.0.get(after).is_some_and(|(first, _)| *first <= index)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many of these are also in `other`.
    pub fn overlap(&self, other: &Indexes) -> i64 {
        let (mut a, mut b, mut common) = (self.0.iter().peekable(), other.0.iter().peekable(), 0);
        while let (Some((a_first, a_last)), Some((b_first, b_last))) = (a.peek(), b.peek()) {
            common += (a_last.min(b_last) - a_first.max(b_first) + 1).max(0);
            if a_last < b_last {
                a.next();
            } else {
                b.next();
            }
        }
        common
    }

    /// The first `count` indexes below `completions` that are not among these.
    pub fn first_missing(&self, count: i64, completions: i64) -> Vec<i64> {
        let (mut missing, mut next) = (Vec::new(), 0);
        let wanted = usize::try_from(count).unwrap_or(0);
        for (first, last) in self.0.iter().copied().chain([(completions, completions)]) {
            while next < first.min(completions) && missing.len() < wanted {
                missing.push(next);
                next += 1;
            }
            next = next.max(last + 1);
        }
        missing
    }
}

impl fmt::Display for Indexes {
    /// Runs of three and more are written with a dash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (first, last)) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            match last - first {
                0 => write!(f, "{first}")?,
                1 => write!(f, "{first},{last}")?,
                _ => write!(f, "{first}-{last}")?,
            }
        }
        Ok(())
    }
}

/// The index of `pod`, or `None` if it has none that can be read.
pub fn index_of(pod: &Object) -> Option<i64> {
    pod.meta.annotation(INDEX).and_then(|text| text.parse().ok()).filter(|index| *index >= 0)
}

/// The index of `pod` if it is below `completions`.
pub fn valid_index_of(pod: &Object, completions: i64) -> Option<i64> {
    index_of(pod).filter(|index| *index < completions)
}

/// How often the index of `pod` failed before it, as its annotations say: counted failures, and ignored ones.
pub fn failures_before(pod: &Object) -> (i64, i64) {
    let count = |key| {
        let parsed = pod.meta.annotation(key).and_then(|text| text.parse::<i32>().ok());
        i64::from(parsed.filter(|n| *n >= 0).unwrap_or(0))
    };
    (count(FAILURES), count(IGNORED_FAILURES))
}

/// The prefix that the server makes the name of a pod with `index` from.
pub fn generate_name(job: &str, index: i64) -> Str {
    let tail = format!("-{index}-");
    let room = LONGEST_PREFIX.saturating_sub(tail.len());
    let kept = job.char_indices().take_while(|(at, c)| at + c.len_utf8() <= room).count();
    Str::from(format!("{}{tail}", &job.chars().take(kept).collect::<String>()))
}

/// For each index that waits for a replacement, the failed pod that is kept until then.
#[derive(Clone, Debug, Default)]
pub struct Kept(Vec<(i64, Arc<Object>)>);

impl Kept {
    fn find(&self, index: i64) -> Result<usize, usize> {
        self.0.binary_search_by_key(&index, |it| it.0)
    }

    /// The pod that is kept for `index`.
    pub fn get(&self, index: i64) -> Option<&Arc<Object>> {
        self.find(index).ok().map(|at| &self.0[at].1)
    }

    fn insert(&mut self, index: i64, pod: Arc<Object>) {
        match self.find(index) {
            Ok(at) => self.0[at].1 = pod,
            Err(at) => self.0.insert(at, (index, pod)),
        }
    }

    /// Whether the pod with `uid` is kept.
    pub fn has(&self, uid: &str) -> bool {
        self.0.iter().any(|(_, pod)| pod.meta.uid == uid)
    }
}

/// The failed pods that are kept: of each index the one with the most failures behind it, of two the one that ended later. Its
/// annotations tell the replacement how often the index failed.
pub fn pods_kept_for_replacement<'a>(
    failed: impl Iterator<Item = &'a Arc<Object>>,
    done_or_active: &Indexes,
    completions: i64,
) -> Kept {
    let mut kept = Kept::default();
    let failures = |pod: &Object| {
        let (counted, ignored) = failures_before(pod);
        counted + ignored
    };
    for pod in failed {
        let Some(index) = valid_index_of(pod, completions).filter(|index| !done_or_active.contains(*index)) else {
            continue;
        };
        let later = |other: &Arc<Object>| failures(other) <= failures(pod) && finished_at(other) <= finished_at(pod);
        if kept.get(index).is_none_or(later) {
            kept.insert(index, pod.clone());
        }
    }
    kept
}

/// Splits active pods into those to remove whatever happens and those to keep: of several pods with one index the last in
/// the order of removal stays, and pods without a valid index go.
pub fn split_repeated<'a>(
    pods: impl Iterator<Item = &'a Arc<Object>>,
    completions: i64,
    removal_order: impl Fn(&mut Vec<Arc<Object>>),
) -> (Vec<Arc<Object>>, Vec<Arc<Object>>) {
    let (mut remove, mut keep) = (Vec::new(), Vec::new());
    let mut by_index: BTreeMap<i64, Vec<Arc<Object>>> = BTreeMap::new();
    for pod in pods {
        match valid_index_of(pod, completions) {
            Some(index) => by_index.entry(index).or_default().push(pod.clone()),
            None => remove.push(pod.clone()),
        }
    }
    for (_, mut same) in by_index {
        removal_order(&mut same);
        keep.extend(same.pop());
        remove.append(&mut same);
    }
    (remove, keep)
}

/// The indexes of `pods`.
pub fn indexes_of<'a>(pods: impl Iterator<Item = &'a Arc<Object>>) -> BTreeSet<i64> {
    pods.filter_map(|pod| index_of(pod)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_neighbours_are_written_apart_and_three_as_a_run() {
        for text in ["", "0", "0,1", "0-2", "0-2,4", "1,3,5-7"] {
            assert_eq!(Indexes::parse(text, 100).to_string(), text);
        }
        assert_eq!(Indexes::default().with([4, 0, 2, 1]).to_string(), "0-2,4");
    }

    #[test]
    fn indexes_beyond_the_completions_are_cut_off() {
        let table = [("0-9", 5, "0-4"), ("3,7", 5, "3"), ("x,2", 5, "2"), ("5", 5, "")];
        for (text, completions, want) in table {
            assert_eq!(Indexes::parse(text, completions).to_string(), want, "{text}");
        }
    }

    #[test]
    fn the_lowest_free_indexes_come_first() {
        let table = [("", 2, vec![0, 1]), ("0-2,4", 3, vec![3, 5, 6]), ("0-6", 5, vec![7]), ("0-7", 2, vec![])];
        for (taken, count, want) in table {
            assert_eq!(Indexes::parse(taken, 8).first_missing(count, 8), want, "{taken}");
        }
    }

    #[test]
    fn sets_of_indexes_know_their_size_members_and_overlap() {
        let (a, b) = (Indexes::parse("0-3,6,8-9", 20), Indexes::parse("2-8", 20));
        assert_eq!((a.total(), a.contains(3), a.contains(4), a.contains(9)), (7, true, false, true));
        assert_eq!((a.overlap(&b), a.merged(&b).to_string()), (4, "0-9".to_owned()));
    }

    #[test]
    fn a_long_job_name_is_cut_so_that_the_index_stays() {
        assert_eq!(generate_name("pi", 12), "pi-12-");
        let long = generate_name(&"x".repeat(63), 3);
        assert_eq!((long.len(), long.ends_with("-3-")), (58, true));
    }
}
