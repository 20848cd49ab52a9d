//! Cron schedules: reading them, and when they come next (the parser and the schedule of robfig/cron v3, as CronJobs use them).

mod duration;
mod field;
mod zone;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::clock::{Span, Time};
use field::{Bits, Bounds};

pub use zone::zone;

const MINUTES: Bounds = Bounds { min: 0, max: 59, names: &[] };
const HOURS: Bounds = Bounds { min: 0, max: 23, names: &[] };
const DAYS: Bounds = Bounds { min: 1, max: 31, names: &[] };
const MONTHS: Bounds = Bounds {
    min: 1,
    max: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const WEEKDAYS: Bounds = Bounds { min: 0, max: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

const SECONDS_OF_MINUTE: i64 = 60;
const SECONDS_OF_HOUR: i64 = 3600;

/// How many years a schedule is followed until it counts as one that never comes.
const YEARS: i16 = 5;
/// What the real one makes of a zone without a schedule after it: its parser panics, and the API server tells of it.
const NO_SPACE: &str = "invalid schedule format: runtime error: slice bounds out of range [:-1]";

/// A parsed schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    form: Form,
    /// The time zone that the text itself names with `TZ=`, if it does.
    zone: Option<TimeZone>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    /// `@every 5m`, in whole seconds.
    Every(i64),
    Fields {
        minute: Bits,
        hour: Bits,
        day: Bits,
        month: Bits,
        weekday: Bits,
    },
}

impl Schedule {
    /// Reads a schedule of five fields, such as `*/5 9-17 * * mon-fri`, or a word such as `@daily`.
    ///
    /// # Errors
    /// What is wrong with it, in the words of the parser that Kubernetes uses.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("empty spec string".to_owned());
        }
        let (mut rest, mut zone) = (text, None);
        if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") {
            let (head, tail) = text.split_once(' ').ok_or_else(|| NO_SPACE.to_owned())?;
            let name = head.split_once('=').map_or("", |(_, name)| name);
            let found = if name.is_empty() { Some(TimeZone::UTC) } else { self::zone(name) };
            zone = Some(found.ok_or_else(|| format!("provided bad location {name}: unknown time zone {name}"))?);
            rest = tail.trim();
        }
        let form = if rest.starts_with('@') { descriptor(rest)? } else { fields(rest)? };
        Ok(Schedule { form, zone })
    }

    /// The first moment after `after` that the schedule means, by the clocks of `zone` unless the schedule names another;
    /// `None` when it does not come within five years.
    pub fn next(&self, after: Time, zone: &TimeZone) -> Option<Time> {
        let after = after.truncated();
        match &self.form {
            Form::Every(seconds) => Some(after + Span::seconds(*seconds)),
            Form::Fields { .. } => self.next_of_fields(after, self.zone.as_ref().unwrap_or(zone)),
        }
    }

    fn next_of_fields(&self, after: Time, zone: &TimeZone) -> Option<Time> {
        let Form::Fields { minute, hour, day, month, weekday } = &self.form else { return None };
        let mut clock = Clock { at: after.unix() + 1, zone };
        let limit = clock.now()?.year() + YEARS;
        loop {
            let now = clock.now()?;
            let date = now.date();
            if now.year() > limit {
                return None;
            }
            if !month.has(now.month()) {
                clock.go_to(date.last_of_month().tomorrow().ok()?.at(0, 0, 0, 0))?;
            } else if !day_matches(day, weekday, now) {
                clock.go_to(date.tomorrow().ok()?.at(0, 0, 0, 0))?;
            } else if !hour.has(now.hour()) {
                clock.at += SECONDS_OF_HOUR - i64::from(now.minute()) * SECONDS_OF_MINUTE - i64::from(now.second());
            } else if !minute.has(now.minute()) || now.second() != 0 {
                clock.at += SECONDS_OF_MINUTE - i64::from(now.second());
            } else {
                return Some(Time::from_unix(clock.at));
            }
        }
    }
}

/// A moment that moves on, in seconds since 1970, and the zone whose clocks are looked at.
struct Clock<'a> {
    at: i64,
    zone: &'a TimeZone,
}

impl Clock<'_> {
    /// What the clocks show.
    fn now(&self) -> Option<DateTime> {
        Timestamp::from_second(self.at).ok().map(|it| self.zone.to_datetime(it))
    }

    /// Moves to where the clocks show `time`, or to what comes instead of it.
    fn go_to(&mut self, time: DateTime) -> Option<()> {
        self.at = self.zone.to_timestamp(time).ok()?.as_second();
        Some(())
    }
}

/// Where both the day of the month and that of the week are given, either will do.
fn day_matches(day: &Bits, weekday: &Bits, now: DateTime) -> bool {
    let of_month = day.has(now.day());
    let of_week = weekday.has(now.weekday().to_sunday_zero_offset());
    if day.is_star || weekday.is_star { of_month && of_week } else { of_month || of_week }
}

fn fields(text: &str) -> Result<Form, String> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return Err(format!("expected exactly 5 fields, found {}: [{}]", fields.len(), fields.join(" ")));
    };
    Ok(Form::Fields {
        minute: MINUTES.parse(minute)?,
        hour: HOURS.parse(hour)?,
        day: DAYS.parse(day)?,
        month: MONTHS.parse(month)?,
        weekday: WEEKDAYS.parse(weekday)?,
    })
}

fn descriptor(text: &str) -> Result<Form, String> {
    let same_as = match text {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => {
            let Some(length) = text.strip_prefix("@every ") else {
                return Err(format!("unrecognized descriptor: {text}"));
            };
            let nanos = duration::parse(length).map_err(|why| format!("failed to parse duration {text}: {why}"))?;
            return Ok(Form::Every(Span(nanos).whole_seconds().max(1)));
        }
    };
    fields(same_as)
}

#[cfg(test)]
mod tests;
