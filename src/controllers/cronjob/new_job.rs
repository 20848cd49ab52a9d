//! The Jobs that a CronJob starts (`getJobFromTemplate2`).

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::clock::Time;
use crate::controllers::cronjob::spec::Template;
use crate::map;
use crate::object::{Meta, Object, Str, Value, decimal, joined, kinds, literal};

/// The annotation with the time that a Job was started for, by the clocks of the CronJob's zone.
const SCHEDULED: Str = literal!("batch.kubernetes.io/cronjob-scheduled-timestamp");

/// The name of the Job for the time `scheduled`: its minute since 1970.
pub fn name(cron_job: &Object, scheduled: Time) -> Str {
    let minute = scheduled.unix() / 60;
    let minute = u64::try_from(minute).map_or_else(|_| Str::from(minute.to_string()), decimal);
    joined(&[&cron_job.meta.name, "-", &minute])
}

/// The Job of `cron_job` that is called `name`, for the time `scheduled` by the clocks of its zone.
pub fn new_job(cron_job: &Object, template: &Template, name: Str, scheduled: Str) -> Object {
    let meta = Meta {
        name,
        namespace: cron_job.meta.namespace.clone(),
        labels: template.labels.clone(),
        annotations: template.annotations.with(vec![(SCHEDULED, Value::Str(scheduled))]),
        ..Meta::held_by(template.owners.clone(), template.finalizers.clone())
    };
    Object { kind: kinds::JOB, meta, body: map! { "spec" => &template.spec } }
}

/// `time`, which is `in_utc` by the clocks of UTC, as RFC 3339 by those of `zone` and as Go writes it: with `Z` where they
/// show UTC.
pub fn in_zone(in_utc: &Str, time: Time, zone: &TimeZone) -> Str {
    let Ok(stamp) = Timestamp::from_second(time.unix()) else {
        return in_utc.clone();
    };
    let offset = zone.to_offset(stamp);
    if offset.seconds() == 0 { in_utc.clone() } else { Str::from(stamp.display_with_offset(offset).to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::cron::zone;

    #[test]
    fn a_time_is_told_by_the_clocks_of_its_zone() {
        let table = [
            ("UTC", "2026-07-01T00:00:00Z"),
            ("Europe/Berlin", "2026-07-01T02:00:00+02:00"),
            ("America/New_York", "2026-06-30T20:00:00-04:00"),
            ("Asia/Kolkata", "2026-07-01T05:30:00+05:30"),
        ];
        let time = Time::parse("2026-07-01T00:00:00Z").expect("a time");
        for (name, want) in table {
            assert_eq!(in_zone(&time.rfc3339(), time, &zone(name).expect("a zone")), want, "{name}");
        }
    }
}
