//! What is due when: a queue in the total order of *(due, seq)*, with at most one entry for each controller and key.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::hash::Hasher;

use crate::clock::Time;
use crate::object::{Fingerprint, Key, Lookup, Str};

/// The lines that are kept for a report.
const TAIL: usize = 200;

/// One line of what happened, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub time: Time,
    /// Who: a controller, a kubelet, a client.
    pub actor: Str,
    /// What: words that are put together when somebody reads them.
    pub what: Words,
}

/// The parts of a sentence, such as `bind pod/`, `web-x7k2p`, ` to `, `node-1`.
pub type Words = [Word; 6];

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// One that is written in the code.
    Literal(&'static str),
    /// One that the sentence is about.
    Shared(Str),
}

impl Word {
    fn as_str(&self) -> &str {
        match self {
            Word::Literal(text) => text,
            Word::Shared(text) => text,
        }
    }
}

impl From<&'static str> for Word {
    fn from(text: &'static str) -> Self {
        Word::Literal(text)
    }
}

impl From<&Str> for Word {
    fn from(text: &Str) -> Self {
        Word::Shared(text.clone())
    }
}

impl From<String> for Word {
    fn from(text: String) -> Self {
        Word::Shared(Str::from(text))
    }
}

impl fmt::Display for Line {
    /// What was done, and how it went.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.what.iter().try_for_each(|word| f.write_str(word.as_str()))
    }
}

/// A key due for a controller.
type Due = (usize, Key);

/// The queue of due keys, and the account of what was done.
#[derive(Debug, Default)]
pub struct Timeline {
    queue: BTreeMap<(Time, u64), Due>,
    pending: Lookup<Due, (Time, u64)>,
    seq: u64,
    entries: u64,
    tail: VecDeque<Line>,
    digest: Fingerprint,
}

impl Timeline {
    /// Makes `key` due for `controller` at `due`; an earlier entry for both stays.
    pub fn push(&mut self, controller: usize, key: Key, due: Time) {
        let slot = (controller, key);
        if let Some(at) = self.pending.get(&slot).copied() {
            if at.0 <= due {
                return;
            }
            self.queue.remove(&at);
        }
        self.seq += 1;
        self.queue.insert((due, self.seq), slot.clone());
        self.pending.insert(slot, (due, self.seq));
    }

    /// When the next entry is due.
    pub fn next_due(&self) -> Option<Time> {
        self.queue.first_key_value().map(|((due, _), _)| *due)
    }

    /// Takes the next entry.
    pub fn pop(&mut self) -> Option<(Time, usize, Key)> {
        let ((due, _), slot) = self.queue.pop_first()?;
        self.pending.remove(&slot);
        self.entries += 1;
        Some((due, slot.0, slot.1))
    }

    /// How many entries were taken so far.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// How many entries wait.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Records what was done.
    pub fn record(&mut self, time: Time, actor: &Str, what: Words) {
        self.digest.write(&time.0.to_le_bytes());
        self.digest.write(actor.as_bytes());
        what.iter().for_each(|word| self.digest.write(word.as_str().as_bytes()));
        if self.tail.len() == TAIL {
            self.tail.pop_front();
        }
        self.tail.push_back(Line { time, actor: actor.clone(), what });
    }

    /// The last lines recorded, oldest first.
    pub fn tail(&self) -> impl ExactSizeIterator<Item = &Line> + DoubleEndedIterator {
        self.tail.iter()
    }

    /// The running hash of every (time, actor, action).
    pub fn digest(&self) -> u64 {
        self.digest.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn key(name: &str) -> Key {
        Key::new(kinds::POD, "default", name)
    }

    #[test]
    fn entries_come_in_the_order_of_time_and_then_of_their_making() {
        let mut timeline = Timeline::default();
        for (name, due) in [("c", 2), ("a", 1), ("b", 1)] {
            timeline.push(0, key(name), Time(due));
        }
        let names: Vec<_> = std::iter::from_fn(|| timeline.pop()).map(|(_, _, key)| key.name).collect();
        assert_eq!(names, ["a", "b", "c"]);
    }

    #[test]
    fn a_key_waits_once_and_at_its_earliest() {
        let mut timeline = Timeline::default();
        for due in [5, 3, 9] {
            timeline.push(0, key("a"), Time(due));
        }
        assert_eq!((timeline.waiting(), timeline.next_due()), (1, Some(Time(3))));
    }
}
