//! Which times of a schedule were missed, and when to look again (`mostRecentScheduleTime` in `pkg/controller/cronjob/utils.go`).

use std::cell::Cell;

use jiff::tz::TimeZone;

use crate::clock::{Span, Time};
use crate::object::cron::Schedule;

/// What is added to the next time of a schedule, so that clocks which are a little off do not come too early.
const PADDING: Span = Span::millis(100);
/// More missed times than this are told in a warning.
const MANY: i64 = 100;

/// A time, and the first time of the schedule after it.
type Following = (Time, Option<Time>);

/// A schedule, and the zone whose clocks it goes by.
#[derive(Clone, Debug)]
pub struct Clockwork {
    schedule: Schedule,
    zone: TimeZone,
    /// The times that were last asked for, each with what follows it. From one start to the next it is always the same two.
    known: Cell<[Option<Following>; 2]>,
}

/// What the schedule has come to since the last start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The latest time that has passed, if there is one.
    pub latest: Option<Time>,
    /// Whether so many passed that this is worth a warning.
    pub is_many: bool,
}

/// A time of the schedule that has not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upcoming {
    /// The time.
    pub at: Time,
    /// When to look whether it has come.
    pub wake_at: Time,
}

/// Two times of the schedule are the same: it never comes.
pub const NEVER_COMES: &str = "time difference between two schedules is less than 1 second";

impl Clockwork {
    /// The schedule `text` by the clocks of `zone`.
    ///
    /// # Errors
    /// What is wrong with the schedule, in the words of the parser.
    pub fn new(text: &str, zone: TimeZone) -> Result<Self, String> {
        Ok(Clockwork { schedule: Schedule::parse(text)?, zone, known: Cell::default() })
    }

    /// The zone whose clocks the schedule goes by, unless it names one itself.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The first time of the schedule after `after`.
    pub fn next(&self, after: Time) -> Option<Time> {
        let known = self.known.get();
        if let Some((_, next)) = known.into_iter().flatten().find(|(it, _)| *it == after) {
            return next;
        }
        let next = self.schedule.next(after, &self.zone);
        self.known.set([Some((after, next)), known[0]]);
        next
    }

    /// What has come between `since` and `now`.
    ///
    /// # Errors
    /// That the schedule never comes.
    pub fn due(&self, since: Time, now: Time) -> Result<Due, &'static str> {
        let none = Due { latest: None, is_many: false };
        let first = self.next(since).ok_or(NEVER_COMES)?;
        if now < first {
            return Ok(none);
        }
        let Some(second) = self.next(first).filter(|it| *it <= now) else {
            return Ok(Due { latest: Some(first), is_many: false });
        };
        let interval = (second - first).whole_seconds();
        if interval < 1 {
            return Err(NEVER_COMES);
        }
        let missed = (now - first).whole_seconds() / interval + 1;
        // One interval is gone back further, for schedules whose times are not evenly spread.
        let from = first + Span::seconds((missed - 2) * interval);
        let times = std::iter::successors(self.next(from), |it| self.next(*it)).take_while(|it| *it <= now);
        Ok(Due { latest: times.last(), is_many: missed > MANY })
    }

    /// The first time of the schedule after `since`, if it has not come at `now`, and when to look for it.
    pub fn upcoming(&self, since: Time, now: Time) -> Option<Upcoming> {
        let at = self.next(since).filter(|it| now < *it)?;
        Some(Upcoming { at, wake_at: at + PADDING })
    }

    /// When to look again after `now`; `since` is when the last start was (`nextScheduleTimeDuration`).
    pub fn wake(&self, since: Time, now: Time) -> Option<Time> {
        if let Some(next) = self.upcoming(since, now) {
            return Some(next.wake_at);
        }
        let from = match self.due(since, now) {
            Ok(Due { latest: Some(latest), .. }) => latest,
            _ => now,
        };
        self.next(from).map(|it| it + PADDING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clockwork(schedule: &str) -> Clockwork {
        Clockwork::new(schedule, TimeZone::UTC).expect("a schedule")
    }

    fn at(text: &str) -> Time {
        Time::parse(text).expect("a time")
    }

    #[test]
    fn the_latest_missed_time_is_due_and_more_than_a_hundred_are_many() {
        let table = [
            ("*/5 * * * *", "2026-01-01T00:00:30Z", "2026-01-01T00:04:59Z", None, false),
            ("*/5 * * * *", "2026-01-01T00:00:30Z", "2026-01-01T00:05:00Z", Some("2026-01-01T00:05:00Z"), false),
            ("*/5 * * * *", "2026-01-01T00:00:30Z", "2026-01-01T00:14:59Z", Some("2026-01-01T00:10:00Z"), false),
            ("* * * * *", "2026-01-01T00:00:00Z", "2026-01-01T01:40:30Z", Some("2026-01-01T01:40:00Z"), false),
            ("* * * * *", "2026-01-01T00:00:00Z", "2026-01-01T01:41:00Z", Some("2026-01-01T01:41:00Z"), true),
            // Friday evening is followed by Monday morning, whatever the interval of the first two times.
            ("30 6-16/4 * * 1-5", "2026-01-02T10:00:00Z", "2026-01-05T12:00:00Z", Some("2026-01-05T10:30:00Z"), false),
            ("@every 1h", "2026-01-01T00:20:00Z", "2026-01-01T05:30:00Z", Some("2026-01-01T05:20:00Z"), false),
        ];
        for (schedule, since, now, latest, is_many) in table {
            let got = clockwork(schedule).due(at(since), at(now));
            assert_eq!(got, Ok(Due { latest: latest.map(at), is_many }), "{schedule} from {since} to {now}");
        }
    }

    #[test]
    fn a_schedule_that_never_comes_is_an_error() {
        assert_eq!(
            clockwork("59 23 31 2 *").due(at("2026-01-01T00:00:00Z"), at("2026-06-01T00:00:00Z")),
            Err(NEVER_COMES)
        );
    }

    #[test]
    fn it_is_looked_at_again_a_little_after_the_next_time() {
        let table = [
            ("* * * * *", "2026-01-01T00:00:30Z", "2026-01-01T00:00:40Z", "2026-01-01T00:01:00.1Z"),
            ("* * * * *", "2026-01-01T00:00:00Z", "2026-01-01T07:00:40Z", "2026-01-01T07:01:00.1Z"),
            ("@every 1h", "2026-01-01T00:20:00Z", "2026-01-01T05:30:00Z", "2026-01-01T06:20:00.1Z"),
        ];
        for (schedule, since, now, want) in table {
            assert_eq!(clockwork(schedule).wake(at(since), at(now)), Some(at(want)), "{schedule} {now}");
        }
    }

    #[test]
    fn what_follows_a_time_is_the_same_however_often_and_in_which_order_it_is_asked() {
        let clockwork = clockwork("*/5 * * * *");
        for minute in [0, 5, 0, 3, 5, 10, 4, 0, 0, 12] {
            let (after, next) = (minute * 60, (minute / 5 + 1) * 300);
            assert_eq!(clockwork.next(Time::from_unix(after)), Some(Time::from_unix(next)), "after {minute}");
        }
    }
}
