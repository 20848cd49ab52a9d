//! What is due when: a queue in the total order of *(due, seq)*, with at most one entry for each controller and key.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::hash::Hasher;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::clock::Time;
use crate::object::{Fingerprint, Key, Str};

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

/// A key that is due for a controller. Its hash stays with it, so that it is worked out once for each push.
#[derive(Debug)]
struct Due {
    hash: u64,
    controller: usize,
    key: Key,
    at: (Time, u64),
}

fn hash(controller: usize, key: &Key) -> u64 {
    let mut hash = Fingerprint::default();
    hash.write_u64(controller as u64);
    hash.write_u16(key.kind.0);
    hash.write(key.namespace.as_bytes());
    hash.write(key.name.as_bytes());
    hash.finish()
}

/// The queue of due keys, and the account of what was done.
#[derive(Debug, Default)]
pub struct Timeline {
    /// When something is due, with the hash that it is found by in `pending`.
    queue: BTreeMap<(Time, u64), u64>,
    pending: HashTable<Due>,
    seq: u64,
    entries: u64,
    tail: VecDeque<Line>,
    digest: Fingerprint,
}

impl Timeline {
    /// Makes `key` due for `controller` at `due`; an earlier entry for both stays.
    pub fn push(&mut self, controller: usize, key: Key, due: Time) {
        let hash = hash(controller, &key);
        let is_it = |it: &Due| it.controller == controller && it.key == key;
        match self.pending.entry(hash, is_it, |it| it.hash) {
            Entry::Occupied(mut waiting) => {
                let waiting = waiting.get_mut();
                if waiting.at.0 <= due {
                    return;
                }
                self.queue.remove(&waiting.at);
                self.seq += 1;
                waiting.at = (due, self.seq);
            }
            Entry::Vacant(free) => {
                self.seq += 1;
                free.insert(Due { hash, controller, key, at: (due, self.seq) });
            }
        }
        self.queue.insert((due, self.seq), hash);
    }

    /// When the next entry is due.
    pub fn next_due(&self) -> Option<Time> {
        self.queue.first_key_value().map(|((due, _), _)| *due)
    }

    /// Takes the next entry.
    pub fn pop(&mut self) -> Option<(Time, usize, Key)> {
        let (at, hash) = self.queue.pop_first()?;
        let (due, _) = self.pending.find_entry(hash, |it| it.at == at).ok()?.remove();
        self.entries += 1;
        Some((at.0, due.controller, due.key))
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
