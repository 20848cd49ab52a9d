//! Which events of one source are new, which are counted, combined or dropped.
//!
//! The policy of client-go `tools/record/events_cache.go`: of ten events that differ only in their message within ten
//! minutes the tenth and further ones are combined; the same event again raises a count; and a source may tell 25 events
//! about an object, and then one more every five minutes. A [`Correlator`] belongs to one source, as each component has
//! its own recorder. Objects and texts are remembered as 64-bit hashes, because a large cluster has many.

use hashbrown::HashTable;

use crate::clock::{Span, Time};
use crate::controllers::EventBudget;
use crate::object::Str;

/// So many distinct messages of one kind are told apart.
const DISTINCT_MESSAGES: usize = 9;
/// Similar events further apart than this start anew.
const SIMILAR_WITHIN: Span = Span::seconds(600);
/// The objects that one source remembers.
const REMEMBERED: usize = 4096;
/// What is remembered of one object, which is looked through.
const LOGGED: usize = 1024;

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

/// What was told: an event as often as it occurred, or several that were combined.
#[derive(Debug)]
struct Logged {
    /// What it is known again by: all of the event or, for combined ones, the group.
    key: u64,
    group: u64,
    message: u64,
    /// Whether its message is one of those of its group that are told apart now.
    is_distinct: bool,
    count: i64,
    first: Time,
    last: Time,
    name: Str,
}

#[derive(Debug)]
struct About {
    object: u64,
    budget: EventBudget,
    logged: Vec<Logged>,
}

/// What the recorder of one source remembers. Nothing that is made of it depends on the order of the table.
#[derive(Debug, Default)]
pub struct Correlator {
    abouts: HashTable<About>,
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
        let object = event.object;
        self.make_room(object);
        let found = self.abouts.entry(object, |it| it.object == object, |it| it.object);
        let fresh = || About { object, budget: EventBudget::full(now), logged: Vec::new() };
        let about = found.or_insert_with(fresh).into_mut();
        let observed = about.count(event, 1 + i64::from(untold), new_name, now);
        about.budget.spend(now).then_some(observed)
    }

    /// Forgets the half that was not used for longest when a new object would be one too many. Upstream forgets one at a
    /// time; the difference shows only to a source that talks of thousands of objects in turn.
    fn make_room(&mut self, object: u64) {
        if self.abouts.len() < REMEMBERED || self.abouts.find(object, |it| it.object == object).is_some() {
            return;
        }
        let mut used: Vec<Time> = self.abouts.iter().map(|about| about.budget.used()).collect();
        let middle = used.len() / 2;
        let (_, median, _) = used.select_nth_unstable(middle);
        let median = *median;
        self.abouts.retain(|about| about.budget.used() > median);
    }
}

impl About {
    /// Counts an event that occurred so many `times`, by itself or with those that it is combined with.
    fn count(&mut self, event: Likeness, times: i64, new_name: impl FnOnce() -> Str, now: Time) -> Observed {
        let (combined, is_distinct) = self.tell_apart(event, now);
        let key = if combined { event.group } else { event.exact };
        let Some(logged) = self.logged.iter_mut().find(|it| it.key == key) else {
            let (name, Likeness { group, message, .. }) = (new_name(), event);
            let new = Logged { key, group, message, is_distinct, count: times, first: now, last: now, name };
            let observed = Observed { name: new.name.clone(), count: times, first: now, combined };
            self.log(new);
            return observed;
        };
        logged.count += times;
        logged.last = now;
        logged.is_distinct |= is_distinct;
        Observed { name: logged.name.clone(), count: logged.count, first: logged.first, combined }
    }

    /// Takes something new in. Most objects are told of a few times, and there are many of them, so that little room is kept free;
    /// of an object that is told of for ever the older half is forgotten.
    fn log(&mut self, new: Logged) {
        if self.logged.len() == LOGGED {
            let mut told: Vec<Time> = self.logged.iter().map(|it| it.last).collect();
            let (_, median, _) = told.select_nth_unstable(LOGGED / 2);
            let median = *median;
            self.logged.retain(|it| it.last > median);
        }
        if self.logged.len() == self.logged.capacity() {
            self.logged.reserve_exact(self.logged.len().max(2));
        }
        self.logged.push(new);
    }

    /// Whether an event is combined with others, and whether its message is another one of those that are told apart from now
    /// on. When nothing of its group was told for long, all are told apart anew.
    fn tell_apart(&mut self, event: Likeness, now: Time) -> (bool, bool) {
        let (mut last, mut distinct, mut is_known) = (None, 0, false);
        for it in self.logged.iter().filter(|it| it.group == event.group) {
            last = last.max(Some(it.last));
            distinct += usize::from(it.is_distinct);
            is_known |= it.is_distinct && it.message == event.message;
        }
        if last.is_some_and(|last| now - last > SIMILAR_WITHIN) {
            self.logged.iter_mut().filter(|it| it.group == event.group).for_each(|it| it.is_distinct = false);
            return (false, true);
        }
        let is_full = distinct >= DISTINCT_MESSAGES;
        (is_full && !is_known, !is_full && !is_known)
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
    fn of_an_object_that_is_told_of_for_ever_the_older_half_is_forgotten() {
        let mut correlator = Correlator::default();
        // Each message comes so long after the one before that none is combined, and the budget is never used up.
        for i in 0..=LOGGED as i64 {
            assert!(!observe(&mut correlator, &format!("m{i}"), i * 700).expect("recorded").combined, "{i}");
        }
        let late = (LOGGED as i64 + 1) * 700;
        assert_eq!(observe(&mut correlator, "m1000", late).expect("recorded").count, 2);
        assert_eq!(observe(&mut correlator, "m1", late + 700).expect("recorded").count, 1);
    }

    #[test]
    fn one_message_about_several_parts_of_an_object_is_one_of_those_that_are_told_apart() {
        let mut correlator = Correlator::default();
        let mut observe = |part: &str, message: &str| {
            let exact = fingerprint(["web", "BackOff", part, message]);
            let event = Likeness { exact, ..event("web", "BackOff", message) };
            let name = || Str::from(format!("{part}.{message}"));
            correlator.observe(event, 0, name, Time::from_unix(1)).expect("recorded")
        };
        for message in ["1", "2", "3", "4", "5", "6", "7", "8"] {
            for part in ["a", "b"] {
                let observed = observe(part, message);
                assert_eq!((observed.count, observed.combined), (1, false), "{part} {message}");
            }
        }
        assert!(!observe("a", "9").combined);
        assert!(observe("a", "10").combined && !observe("b", "9").combined);
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
