//! What is due when: a queue in the total order of *(due, seq)*, with at most one entry for each controller and key.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::hash::Hasher;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::clock::Time;
use crate::object::{Fingerprint, Key, Str, joined};

/// The lines that are kept for a report, which shows fewer.
const TAIL: usize = 32;

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

/// The parts of a sentence, such as `bind `, `pod`, `/`, `web-x7k2p`, ` to `, `node-1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What is written in the code: what was done, to what or why, and a sign. The sign follows from those.
    pub opening: [&'static str; 3],
    /// What the sentence is about.
    pub about: Str,
    /// What joins the end to it.
    pub link: &'static str,
    /// How it goes on, or nothing.
    pub end: Str,
}

impl Words {
    /// A sentence that ends with what it is about.
    #[inline]
    pub fn new(opening: [&'static str; 3], about: &Str) -> Self {
        Words { opening, about: about.clone(), link: "", end: Str::new() }
    }

    /// The sentence with something more behind a `link`.
    #[inline]
    pub fn and(self, link: &'static str, more: &Str) -> Self {
        if self.link.is_empty() {
            return Words { link, end: more.clone(), ..self };
        }
        Words { end: joined(&[&self.end, link, more]), ..self }
    }
}

impl fmt::Display for Line {
    /// What was done, and how it went.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Words { opening: [verb, noun, sign], about, link, end } = &self.what;
        [verb, noun, sign, about.as_str(), link, end.as_str()].into_iter().try_for_each(|word| f.write_str(word))
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

/// When a key is due, with the hash that it is found by in `pending`. Whoever is pushed first goes first of those due at once.
type Place = Reverse<(Time, u64, u64)>;

/// The queue of due keys, and the account of what was done.
#[derive(Debug, Default)]
pub struct Timeline {
    /// The place of each pending key, and besides those the places that some had before they became due earlier. The first
    /// is always that of a pending key.
    queue: BinaryHeap<Place>,
    /// How many places in the queue are those of no key any more.
    left: usize,
    pending: HashTable<Due>,
    seq: u64,
    entries: u64,
    /// The last lines: a ring, once there are as many as are kept.
    tail: Vec<Line>,
    /// Where in the ring the next line goes, in the place of the oldest.
    oldest: usize,
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
                // The new place is before the old one, which is passed over when its time comes.
                self.left += 1;
                waiting.at = (due, self.seq + 1);
            }
            Entry::Vacant(free) => {
                free.insert(Due { hash, controller, key, at: (due, self.seq + 1) });
            }
        }
        self.seq += 1;
        self.queue.push(Reverse((due, self.seq, hash)));
    }

    /// When the next entry is due.
    pub fn next_due(&self) -> Option<Time> {
        self.queue.peek().map(|Reverse((due, _, _))| *due)
    }

    /// Takes the next entry.
    pub fn pop(&mut self) -> Option<(Time, usize, Key)> {
        let Reverse((time, seq, hash)) = self.queue.pop()?;
        let (due, _) = self.pending.find_entry(hash, |it| it.at == (time, seq)).ok()?.remove();
        self.entries += 1;
        if self.left > 0 {
            self.pass_over();
        }
        Some((time, due.controller, due.key))
    }

    /// Takes the places out of the front of the queue that are those of no key any more.
    fn pass_over(&mut self) {
        while let Some(Reverse((time, seq, hash))) = self.queue.peek()
            && self.pending.find(*hash, |it| it.at == (*time, *seq)).is_none()
        {
            self.queue.pop();
            self.left -= 1;
        }
    }

    /// How many entries were taken so far.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// How many entries wait.
    pub fn waiting(&self) -> usize {
        self.pending.len()
    }

    /// Records what was done.
    pub fn record(&mut self, time: Time, actor: &Str, what: Words) {
        self.digest.write_u64(time.0 as u64);
        for part in [actor, what.opening[0], what.opening[1], &what.about, &what.end] {
            self.take_note(part.as_bytes());
        }
        let line = Line { time, actor: actor.clone(), what };
        if self.tail.len() < TAIL {
            self.tail.push(line);
        } else {
            self.tail[self.oldest] = line;
            self.oldest = (self.oldest + 1) % TAIL;
        }
    }

    #[inline(never)]
    fn take_note(&mut self, part: &[u8]) {
        self.digest.write(part);
    }

    /// The last lines recorded, oldest first.
    pub fn tail(&self) -> impl ExactSizeIterator<Item = &Line> + DoubleEndedIterator {
        let (newer, older) = self.tail.split_at(self.oldest);
        (0..self.tail.len()).map(move |i| older.get(i).unwrap_or_else(|| &newer[i - older.len()]))
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
        timeline.push(0, key("b"), Time(7));
        assert_eq!(timeline.pop(), Some((Time(3), 0, key("a"))));
        assert_eq!((timeline.waiting(), timeline.next_due()), (1, Some(Time(7))), "nothing is left of the later place");
        timeline.push(0, key("a"), Time(5));
        let rest: Vec<_> = std::iter::from_fn(|| timeline.pop()).map(|(due, _, key)| (due.0, key.name)).collect();
        assert_eq!(rest, [(5, "a".into()), (7, "b".into())]);
        assert_eq!((timeline.waiting(), timeline.next_due(), timeline.entries()), (0, None, 3));
    }

    #[test]
    fn a_sentence_says_what_was_done_and_how_it_went() {
        let what = Words::new(["bind ", "pod", "/"], &"web".into()).and(" to ", &"node-1".into());
        let shown = |what: &Words| Line { time: Time(0), actor: "x".into(), what: what.clone() }.to_string();
        assert_eq!(shown(&what), "bind pod/web to node-1");
        assert_eq!(shown(&what.and(": ", &"no room".into())), "bind pod/web to node-1: no room");
    }

    #[test]
    fn the_last_lines_are_kept_oldest_first() {
        let mut timeline = Timeline::default();
        let mut recorded = 0;
        for count in [0, 3, TAIL, 2 * TAIL + 7] {
            for i in recorded..count {
                timeline.record(Time(i as i64), &Str::from("x"), Words::new(["", "", ""], &Str::new()));
            }
            recorded = count;
            let kept: Vec<i64> = timeline.tail().map(|it| it.time.0).collect();
            let want: Vec<i64> = (count.saturating_sub(TAIL)..count).map(|it| it as i64).collect();
            assert_eq!((kept, timeline.tail().len()), (want, count.min(TAIL)));
        }
    }
}
