//! The Jobs that a CronJob starts (`getJobFromTemplate2`).

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::clock::Time;
use crate::object::{Meta, Object, Str, kinds};

/// The annotation with the time that a Job was started for, by the clocks of the CronJob's zone.
const SCHEDULED: &str = "batch.kubernetes.io/cronjob-scheduled-timestamp";

/// The name of the Job for the time `scheduled`: its minute since 1970.
pub fn name(cron_job: &Object, scheduled: Time) -> Str {
    Str::from(format!("{}-{}", cron_job.meta.name, scheduled.unix() / 60))
}

/// The Job of `cron_job` for the time `scheduled`.
pub fn new_job(cron_job: &Object, scheduled: Time, zone: &TimeZone) -> Object {
    let template = &cron_job.spec()["jobTemplate"];
    let of_template = Meta::from_value(&template["metadata"]);
    let mut job = Object::new(kinds::JOB, cron_job.meta.namespace.clone(), name(cron_job, scheduled));
    job.meta.labels = of_template.labels;
    job.meta.annotations = of_template.annotations;
    job.meta.set_annotation(SCHEDULED, in_zone(scheduled, zone));
    job.meta.owners = Arc::new(vec![cron_job.controller_ref()]);
    job.body.insert("spec", &template["spec"]);
    job
}

/// `time` as RFC 3339 by the clocks of `zone`, as Go writes it: with `Z` where they show UTC.
fn in_zone(time: Time, zone: &TimeZone) -> Str {
    let Ok(stamp) = Timestamp::from_second(time.unix()) else {
        return time.rfc3339();
    };
    let offset = zone.to_offset(stamp);
    if offset.seconds() == 0 { time.rfc3339() } else { Str::from(stamp.display_with_offset(offset).to_string()) }
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
            assert_eq!(in_zone(time, &zone(name).expect("a zone")), want, "{name}");
        }
    }
}
