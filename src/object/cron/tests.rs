//! Schedules as they are read and followed.

use super::*;

#[test]
fn a_bad_schedule_is_refused_in_the_parser_s_words() {
    let table = [
        ("", "empty spec string"),
        ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
        ("* * * * * *", "expected exactly 5 fields, found 6: [* * * * * *]"),
        ("60 * * * *", "end of range (60) above maximum (59): 60"),
        ("* 24 * * *", "end of range (24) above maximum (23): 24"),
        ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
        ("* * * * 7", "end of range (7) above maximum (6): 7"),
        ("5-3 * * * *", "beginning of range (5) beyond end of range (3): 5-3"),
        ("*/0 * * * *", "step of range should be a positive number: */0"),
        ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
        ("1/2/3 * * * *", "too many slashes: 1/2/3"),
        ("a * * * *", "failed to parse int from a: strconv.Atoi: parsing \"a\": invalid syntax"),
        ("-5 * * * *", "failed to parse int from : strconv.Atoi: parsing \"\": invalid syntax"),
        ("@often", "unrecognized descriptor: @often"),
        ("@every soon", "failed to parse duration @every soon: time: invalid duration \"soon\""),
        ("@every 5", "failed to parse duration @every 5: time: missing unit in duration \"5\""),
        ("@every 5x", "failed to parse duration @every 5x: time: unknown unit \"x\" in duration \"5x\""),
        ("TZ=UTC", "invalid schedule format: runtime error: slice bounds out of range [:-1]"),
        ("TZ=Nope/Zone 0 0 * * *", "provided bad location Nope/Zone: unknown time zone Nope/Zone"),
    ];
    for (text, want) in table {
        assert_eq!(Schedule::parse(text).map(|_| String::new()).unwrap_or_else(|why| why), want, "{text}");
    }
}

fn next(text: &str, after: &str, zone: &str) -> String {
    let schedule = Schedule::parse(text).expect("a valid schedule");
    let zone = super::zone(zone).expect("a known zone");
    let after = Time::parse(after).expect("a moment");
    schedule.next(after, &zone).map_or_else(|| "never".to_owned(), |it| it.rfc3339().to_string())
}

#[test]
fn the_next_moment_is_the_first_that_every_field_has() {
    let table = [
        ("*/15 * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:15:00Z"),
        ("*/15 * * * *", "2026-01-01T00:14:59Z", "2026-01-01T00:15:00Z"),
        ("0/1 * * * *", "2026-01-01T00:00:30Z", "2026-01-01T00:01:00Z"),
        ("30 9 * * mon-fri", "2026-01-02T10:00:00Z", "2026-01-05T09:30:00Z"),
        ("0 0 31 * *", "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z"),
        ("0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
        ("0 0 13 * fri", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
        ("0 0 30 2 *", "2026-01-01T00:00:00Z", "never"),
        ("@hourly", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"),
        ("@yearly", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("@every 1h30m", "2026-01-01T00:00:00Z", "2026-01-01T01:30:00Z"),
        ("@every 1.5s", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"),
    ];
    for (text, after, want) in table {
        assert_eq!(next(text, after, "UTC"), want, "{text} after {after}");
    }
}

#[test]
fn a_zone_moves_the_moments_and_summer_time_skips_what_is_not_there() {
    assert_eq!(next("0 9 * * *", "2026-01-01T00:00:00Z", "Europe/Berlin"), "2026-01-01T08:00:00Z");
    assert_eq!(next("0 9 * * *", "2026-07-01T00:00:00Z", "Europe/Berlin"), "2026-07-01T07:00:00Z");
    // Half past two does not exist on the day that summer time begins.
    assert_eq!(next("30 2 * * *", "2026-03-28T12:00:00Z", "Europe/Berlin"), "2026-03-30T00:30:00Z");
    // On the day that it ends it comes twice.
    assert_eq!(next("30 2 * * *", "2026-10-24T12:00:00Z", "Europe/Berlin"), "2026-10-25T00:30:00Z");
    assert_eq!(next("30 2 * * *", "2026-10-25T00:30:00Z", "Europe/Berlin"), "2026-10-25T01:30:00Z");
    assert_eq!(next("30 2 * * *", "2026-10-25T01:30:00Z", "Europe/Berlin"), "2026-10-26T01:30:00Z");
    assert_eq!(next("TZ=Asia/Tokyo 0 9 * * *", "2026-01-01T01:00:00Z", "UTC"), "2026-01-02T00:00:00Z");
}

#[test]
fn zones_are_known_by_their_own_names_only() {
    for (name, is_known) in [("Europe/Berlin", true), ("UTC", true), ("utc", false), ("Nope/Zone", false)] {
        assert_eq!(super::zone(name).is_some(), is_known, "{name}");
    }
}
