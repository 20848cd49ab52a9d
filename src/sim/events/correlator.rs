//! Which events of one source are new, which are counted, combined or dropped.
//!
//! The policy of client-go `tools/record/events_cache.go`: of ten events that differ only in their message within ten
//! minutes the tenth and further ones are combined; the same event again raises a count; and a source may tell 25 events
//! about an object, and then one more every five minutes. A [`Correlator`] belongs to one source, as each component has
//! its own recorder. Objects and texts are remembered as 64-bit hashes, because a large cluster has many.

use std::collections::BTreeMap;

use crate::clock::{Span, Time};
use crate::controllers::EventBudget;
use crate::object::Str;

/// So many distinct messages of one kind are told apart.
const DISTINCT_MESSAGES: usize = 9;
/// Similar events further apart than this start anew.
const SIMILAR_WITHIN: Span = Span::seconds(600);
/// The objects that one source remembers.
const REMEMBERED: usize = 4096;

/// What tells one event from another, as fingerprints.
#[derive(Clone, Copy, Debug)]
pub struct Likeness {
    /// The object it is about.
    pub object: u64,
    /// The object, the type and the reason.
    pub group: u64,
    /// The message alone.
    pub message: u64,
    /// All of it, the part of the object included.
    pub exact: u64,
}

/// How an event is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The name of its Event object; the first occurrence's.
    pub name: Str,
    /// How often it occurred.
    pub count: i64,
    /// When it first occurred.
    pub first: Time,
    /// Whether it stands for several that differ in their messages.
    pub combined: bool,
}

#[derive(Debug)]
struct Group {
    key: u64,
    last: Time,
    messages: Vec<u64>,
}

#[derive(Debug)]
struct Logged {
    key: u64,
    count: i64,
    first: Time,
    name: Str,
}

#[derive(Debug)]
struct About {
    budget: EventBudget,
    groups: Vec<Group>,
    logged: Vec<Logged>,
}

/// What the recorder of one source remembers.
#[derive(Debug, Default)]
pub struct Correlator {
    abouts: BTreeMap<u64, About>,
}

impl Correlator {
    /// Takes note of an event at `now`; `None` when the source has used up its budget for the object.
    ///
    /// `new_name` makes the name of its object if it is the first of its kind. `untold` is how often it occurred before without
    /// being told of, because the budget was used up.
    pub fn observe(
        &mut self,
        event: Likeness,
        untold: u32,
        new_name: impl FnOnce() -> Str,
        now: Time,
    ) -> Option<Observed> {
        self.make_room(event.object);
        let fresh = || About { budget: EventBudget::full(now), groups: Vec::new(), logged: Vec::new() };
        let about = self.abouts.entry(event.object).or_insert_with(fresh);
        let combined = about.is_combined(event, now);
        let key = if combined { event.group } else { event.exact };
        let observed = about.count(key, combined, 1 + i64::from(untold), new_name, now);
        about.budget.spend(now).then_some(observed)
    }

    /// Forgets the half that was not used for longest when a new object would be one too many. Upstream forgets one at a
    /// time; the difference shows only to a source that talks of thousands of objects in turn.
    fn make_room(&mut self, object: u64) {
        if self.abouts.len() < REMEMBERED || self.abouts.contains_key(&object) {
            return;
        }
        let mut used: Vec<Time> = self.abouts.values().map(|about| about.budget.used()).collect();
        let middle = used.len() / 2;
        let (_, median, _) = used.select_nth_unstable(middle);
        let median = *median;
        self.abouts.retain(|_, about| about.budget.used() > median);
    }
}

impl About {
    fn is_combined(&mut self, event: Likeness, now: Time) -> bool {
        let Some(group) = self.groups.iter_mut().find(|group| group.key == event.group) else {
            self.groups.push(Group { key: event.group, last: now, messages: vec![event.message] });
            return false;
        };
        if now - group.last > SIMILAR_WITHIN {
            group.messages.clear();
        }
        group.last = now;
        if group.messages.contains(&event.message) {
            return false;
        }
        if group.messages.len() >= DISTINCT_MESSAGES {
            return true;
        }
        group.messages.push(event.message);
        false
    }

    fn count(&mut self, key: u64, combined: bool, times: i64, new_name: impl FnOnce() -> Str, now: Time) -> Observed {
        if let Some(logged) = self.logged.iter_mut().find(|logged| logged.key == key) {
            logged.count += times;
            return Observed { name: logged.name.clone(), count: logged.count, first: logged.first, combined };
        }
        let name = new_name();
        self.logged.push(Logged { key, count: times, first: now, name: name.clone() });
        Observed { name, count: times, first: now, combined }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::fingerprint;

    fn event(object: &str, reason: &str, message: &str) -> Likeness {
        Likeness {
            object: fingerprint([object]),
            group: fingerprint([object, reason]),
            message: fingerprint([message]),
            exact: fingerprint([object, reason, message]),
        }
    }

    fn observe(correlator: &mut Correlator, message: &str, at: i64) -> Option<Observed> {
        let name = || Str::from(format!("web.{at}"));
        correlator.observe(event("web", "BackOff", message), 0, name, Time::from_unix(at))
    }

    #[test]
    fn the_same_event_again_raises_the_count_of_the_first() {
        let mut correlator = Correlator::default();
        observe(&mut correlator, "a", 1).expect("recorded");
        let again = observe(&mut correlator, "a", 5).expect("recorded");
        assert_eq!((again.name.as_str(), again.count, again.first), ("web.1", 2, Time::from_unix(1)));
    }

    #[test]
    fn the_tenth_message_in_ten_minutes_is_combined_with_those_after_it() {
        let mut correlator = Correlator::default();
        for i in 1..=9 {
            assert!(!observe(&mut correlator, &format!("m{i}"), i).expect("recorded").combined, "{i}");
        }
        let tenth = observe(&mut correlator, "m10", 10).expect("recorded");
        assert!(tenth.combined && tenth.count == 1);
        let eleventh = observe(&mut correlator, "m11", 11).expect("recorded");
        assert_eq!((eleventh.combined, eleventh.count, eleventh.name), (true, 2, tenth.name));
        assert!(!observe(&mut correlator, "m1", 12).expect("recorded").combined, "a known message is itself");
        assert!(
            !observe(&mut correlator, "late", 12 + 601).expect("recorded").combined,
            "ten minutes later all is new"
        );
    }

    #[test]
    fn a_source_tells_25_events_about_an_object_and_then_one_in_five_minutes() {
        let mut correlator = Correlator::default();
        let told = (0..40).filter(|_| observe(&mut correlator, "a", 0).is_some()).count();
        assert_eq!(told, 25);
        assert!(observe(&mut correlator, "a", 299).is_none());
        let later = observe(&mut correlator, "a", 300).expect("the budget has refilled");
        assert_eq!(later.count, 42, "dropped events count as well");
        let other = correlator.observe(event("db", "BackOff", "a"), 0, Str::new, Time::from_unix(300));
        assert!(other.is_some(), "each object has a budget of its own");
    }
}
