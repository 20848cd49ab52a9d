//! Which times of a schedule were missed, and when to look again (`mostRecentScheduleTime` in `pkg/controller/cronjob/utils.go`).

use jiff::tz::TimeZone;

use crate::clock::{Span, Time};
use crate::object::cron::{Schedule, zone};
use crate::object::{Lookup, Object, Str};

/// What is added to the next time of a schedule, so that clocks which are a little off do not come too early.
const PADDING: Span = Span::millis(100);
/// More missed times than this are told in a warning.
const MANY: i64 = 100;

/// A schedule, and the zone whose clocks it goes by.
#[derive(Clone, Debug)]
pub struct Clockwork {
    schedule: Schedule,
    zone: TimeZone,
}

/// What the schedule has come to since the last start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The latest time that has passed, if there is one.
    pub latest: Option<Time>,
    /// Whether so many passed that this is worth a warning.
    pub is_many: bool,
}

/// The schedules that were read before, by their texts.
#[derive(Debug, Default)]
pub struct Schedules(Lookup<Str, Schedule>);

/// So many schedules are remembered.
const REMEMBERED: usize = 1024;

impl Schedules {
    /// The schedule of `cron_job`, by the clocks of `zone`.
    ///
    /// # Errors
    /// What is wrong with the schedule, in the words of the parser.
    pub fn clockwork(&mut self, cron_job: &Object, zone: TimeZone) -> Result<Clockwork, String> {
        let text = cron_job.spec()["schedule"].as_shared_str().cloned().unwrap_or_default();
        if let Some(schedule) = self.0.get(&text) {
            return Ok(Clockwork { schedule: schedule.clone(), zone });
        }
        if self.0.len() >= REMEMBERED {
            self.0.clear();
        }
        let schedule = Schedule::parse(&text)?;
        self.0.insert(text, schedule.clone());
        Ok(Clockwork { schedule, zone })
    }
}

/// Two times of the schedule are the same: it never comes.
pub const NEVER_COMES: &str = "time difference between two schedules is less than 1 second";

impl Clockwork {
    fn next(&self, after: Time) -> Option<Time> {
        self.schedule.next(after, &self.zone)
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

    /// When to look again after `now`; `since` is when the last start was (`nextScheduleTimeDuration`).
    pub fn wake(&self, since: Time, now: Time) -> Option<Time> {
        let from = match self.due(since, now) {
            Ok(Due { latest: Some(latest), .. }) => latest,
            Ok(_) if self.next(since).is_some_and(|it| now < it) => since,
            _ => now,
        };
        self.next(from).map(|it| it + PADDING)
    }
}

/// Since when times of the schedule of `cron_job` count: its last start, or its creation.
pub fn last_start(cron_job: &Object) -> Time {
    let started = cron_job.status()["lastScheduleTime"].as_str().and_then(Time::parse);
    started.or(cron_job.meta.created).unwrap_or_default()
}

/// The time zone of `cron_job`; that of the controller is UTC.
///
/// # Errors
/// The name of a zone that does not exist.
pub fn time_zone(cron_job: &Object) -> Result<TimeZone, &str> {
    match cron_job.spec()["timeZone"].as_str() {
        Some("" | "UTC") | None => Ok(TimeZone::UTC),
        Some(name) => zone(name).ok_or(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;
    use crate::object::{Value, kinds};

    fn clockwork(schedule: &str) -> Clockwork {
        let mut cron_job = Object::new(kinds::CRON_JOB, "default", "hello");
        cron_job.body.insert("spec", Value::Map(map! { "schedule" => schedule }));
        Schedules::default().clockwork(&cron_job, TimeZone::UTC).expect("a schedule")
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
}
