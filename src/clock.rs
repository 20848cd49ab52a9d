//! Virtual time, durations, and the names and uids that a scenario's seed yields.
//!
//! Nothing here reads the machine: a [`Time`] is a number that the timeline moves, and [`Names`] is a seeded
//! generator, so that the same scenario gets the same pod names and uids on every machine.

use std::fmt;
use std::ops::{Add, Sub};

use crate::object::{Str, hexadecimal};

/// An instant of virtual time, in nanoseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

/// A signed span of virtual time, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

const NANOS: i64 = 1_000_000_000;

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);

    /// A span of whole seconds.
    pub const fn seconds(n: i64) -> Self {
        Span(n.saturating_mul(NANOS))
    }

    /// A span of whole milliseconds.
    pub const fn millis(n: i64) -> Self {
        Span(n.saturating_mul(NANOS / 1000))
    }

    /// The whole seconds in it, cut towards zero.
    pub const fn whole_seconds(self) -> i64 {
        self.0 / NANOS
    }

    /// The back-off after so many failures in a row: this span after the first, doubled by each further one, `longest` at
    /// the most.
    pub fn backed_off(self, failures: u32, longest: Span) -> Self {
        // Past 40 doublings every back-off is the longest: a nanosecond would be 18 minutes.
        self.times(1 << failures.saturating_sub(1).min(40)).min(longest)
    }

    /// The span `n` times, saturating.
    pub const fn times(self, n: i64) -> Self {
        Span(self.0.saturating_mul(n))
    }
}

impl fmt::Display for Span {
    /// As Go prints a `time.Duration`: `40s`, `1m30s`, `1.5s`, `200ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, total) = if self.0 < 0 { ("-", self.0.unsigned_abs()) } else { ("", self.0.unsigned_abs()) };
        let nanos = NANOS.unsigned_abs();
        if total == 0 {
            return f.write_str("0s");
        }
        f.write_str(sign)?;
        let fraction = |f: &mut fmt::Formatter<'_>, whole: u64, part: u64, width: usize, unit: &str| {
            if part == 0 {
                return write!(f, "{whole}{unit}");
            }
            let digits = format!("{part:0width$}");
            write!(f, "{whole}.{}{unit}", digits.trim_end_matches('0'))
        };
        if total < 1_000 {
            return write!(f, "{total}ns");
        }
        if total < 1_000_000 {
            return fraction(f, total / 1_000, total % 1_000, 3, "µs");
        }
        if total < nanos {
            return fraction(f, total / 1_000_000, total % 1_000_000, 6, "ms");
        }
        let (hours, minutes, seconds) = (total / nanos / 3600, total / nanos / 60 % 60, total / nanos % 60);
        if hours > 0 {
            write!(f, "{hours}h")?;
        }
        if hours > 0 || minutes > 0 {
            write!(f, "{minutes}m")?;
        }
        fraction(f, seconds, total % nanos, 9, "s")
    }
}

impl Time {
    /// The instant `seconds` after the Unix epoch.
    pub const fn from_unix(seconds: i64) -> Self {
        Time(seconds.saturating_mul(NANOS))
    }

    /// Whole seconds since the Unix epoch, cut downwards.
    pub const fn unix(self) -> i64 {
        self.0.div_euclid(NANOS)
    }

    /// The instant cut to whole seconds: the precision of `metav1.Time`.
    pub const fn truncated(self) -> Self {
        Time(self.unix() * NANOS)
    }

    /// Parses RFC 3339, with or without a fraction.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(time) =
            text.as_bytes().first_chunk::<20>().filter(|it| it.len() == text.len()).and_then(parse_plain)
        {
            return Some(time);
        }
        let stamp: jiff::Timestamp = text.parse().ok()?;
        i64::try_from(stamp.as_nanosecond()).ok().map(Time)
    }

    /// `2026-01-01T00:00:40Z`, as `metav1.Time` is written.
    pub fn rfc3339(self) -> Str {
        self.civil(None)
    }

    /// `2026-01-01T00:00:40.000000Z`, as `metav1.MicroTime` is written.
    pub fn rfc3339_micro(self) -> Str {
        self.civil(Some(self.0.rem_euclid(NANOS) / 1000))
    }

    #[inline(never)]
    fn civil(self, micros: Option<i64>) -> Str {
        let (days, second) = (self.unix().div_euclid(86_400), self.unix().rem_euclid(86_400));
        let (year, month, day) = civil_date(days);
        if !(0..=9999).contains(&year) {
            let micros = micros.map(|it| format!(".{it:06}")).unwrap_or_default();
            let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
            return Str::from(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{micros}Z"));
        }
        // Half of what is written anywhere is a time.
        let mut text = *b"0000-00-00T00:00:00.000000Z";
        put_pair(&mut text, 0, year / 100);
        for (at, number) in
            [(2, year % 100), (5, month), (8, day), (11, second / 3600), (14, second / 60 % 60), (17, second % 60)]
        {
            put_pair(&mut text, at, number);
        }
        let length = match micros {
            Some(micros) => {
                for (at, number) in [(20, micros / 10_000), (22, micros / 100 % 100), (24, micros % 100)] {
                    put_pair(&mut text, at, number);
                }
                27
            }
            None => {
                text[19] = b'Z';
                20
            }
        };
        Str::from(std::str::from_utf8(&text[..length]).expect("digits and signs are UTF-8"))
    }
}

/// How many seconds [`Stamps`] knows.
const STAMPS: usize = 4;

/// The texts of the seconds that were told last. What happens at one instant says so in many places, and all of them share the
/// text.
#[derive(Debug)]
pub struct Stamps([(i64, Str); STAMPS]);

impl Default for Stamps {
    fn default() -> Self {
        // As many seconds are no time.
        Stamps(std::array::from_fn(|_| (i64::MIN, Str::new())))
    }
}

impl Stamps {
    /// `time` as [`Time::rfc3339`] writes it.
    pub fn rfc3339(&mut self, time: Time) -> Str {
        let second = time.unix();
        let (known, text) = &mut self.0[second.rem_euclid(STAMPS as i64) as usize];
        if *known != second {
            (*known, *text) = (second, time.rfc3339());
        }
        text.clone()
    }
}

/// Writes the two digits of `number` at `at`.
fn put_pair(text: &mut [u8; 27], at: usize, number: i64) {
    let number = number as u8;
    text[at] = b'0' + number / 10;
    text[at + 1] = b'0' + number % 10;
}

/// Reads what nearly every time looks like, `2026-01-01T00:00:40Z`; `None` for whatever is not exactly that.
fn parse_plain(text: &[u8; 20]) -> Option<Time> {
    let signs = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'Z')];
    if signs.iter().any(|(at, sign)| text[*at] != *sign) {
        return None;
    }
    let number = |from: usize, to: usize| {
        text[from..to].iter().try_fold(0_i64, |sum, it| it.is_ascii_digit().then(|| sum * 10 + i64::from(it - b'0')))
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    // Days from 29 on, and leap seconds, are for a calendar to judge.
    if !(1..=12).contains(&month) || !(1..=28).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    seconds.checked_mul(NANOS).map(Time)
}

/// The days from 1970-01-01 to a date: the reverse of [`civil_date`].
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The proleptic Gregorian date of a day counted from 1970-01-01.
fn civil_date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

impl Add<Span> for Time {
    type Output = Time;
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Time {
    type Output = Time;
    fn sub(self, span: Span) -> Time {
        Time(self.0.saturating_sub(span.0))
    }
}

impl Sub<Time> for Time {
    type Output = Span;
    fn sub(self, other: Time) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl Add<Span> for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl From<Time> for crate::object::Value {
    fn from(it: Time) -> Self {
        crate::object::Value::Str(it.rfc3339())
    }
}

/// The characters of generated names: no vowels and none that look alike (apimachinery `util/rand`).
pub const NAME_ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// Seeded names and uids (SplitMix64). Each call moves it on, so the order of calls is part of a scenario.
#[derive(Clone, Debug)]
pub struct Names {
    state: u64,
}

impl Names {
    /// A generator whose every answer follows from `seed`.
    pub const fn new(seed: u64) -> Self {
        Names { state: seed }
    }

    /// The next 64 pseudo-random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// `length` characters of [`NAME_ALPHABET`], as apimachinery's `rand.String`.
    pub fn suffix(&mut self, length: usize) -> String {
        let mut text = String::with_capacity(length);
        self.append_suffix(&mut text, length);
        text
    }

    /// `prefix` and `length` characters of [`NAME_ALPHABET`].
    pub fn with_suffix(&mut self, prefix: &str, length: usize) -> Str {
        let mut text = String::with_capacity(prefix.len() + length);
        text.push_str(prefix);
        self.append_suffix(&mut text, length);
        Str::from(text)
    }

    fn append_suffix(&mut self, text: &mut String, length: usize) {
        text.extend((0..length).map(|_| char::from(NAME_ALPHABET[(self.next_u64() % 27) as usize])));
    }

    /// A version 4 UUID.
    pub fn uid(&mut self) -> Str {
        let (a, b) = (self.next_u64(), self.next_u64());
        let a = hexadecimal((a & !0xf000) | 0x4000);
        let b = hexadecimal((b & !(0xc000 << 48)) | 0x8000 << 48);
        let written = Str::init_with(36, |text| {
            text.fill(b'-');
            text[..8].copy_from_slice(&a[..8]);
            text[9..13].copy_from_slice(&a[8..12]);
            text[14..18].copy_from_slice(&a[12..]);
            text[19..23].copy_from_slice(&b[..4]);
            text[24..36].copy_from_slice(&b[4..]);
        });
        written.expect("hexadecimal digits and dashes are a text")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_and_read_as_rfc_3339() {
        for text in ["1970-01-01T00:00:00Z", "2026-11-21T03:04:05Z", "2024-02-29T23:59:59Z", "2100-03-01T00:00:00Z"] {
            let time = Time::parse(text).expect("a valid time");
            assert_eq!(time.rfc3339(), text);
        }
        for seconds in (-9_000_000_000..9_000_000_000_i64).step_by(9_876_543) {
            let time = Time::from_unix(seconds);
            let stamp: Option<jiff::Timestamp> = time.rfc3339().parse().ok();
            assert_eq!((stamp.map(|it| it.as_second()), Time::parse(&time.rfc3339())), (Some(seconds), Some(time)));
        }
        for wrong in ["2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01 00:00:0aZ"] {
            assert_eq!(Time::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Time(1_500_000_000).rfc3339_micro(), "1970-01-01T00:00:01.500000Z");
    }

    #[test]
    fn a_second_is_written_once_and_another_one_anew() {
        let (mut stamps, time) = (Stamps::default(), Time(1_500_000_000));
        assert!(Str::ptr_eq(&stamps.rfc3339(time), &stamps.rfc3339(time.truncated())), "both share the text");
        for seconds in [1, 1 + STAMPS as i64, 1, -3, i64::MIN / NANOS, 5] {
            let time = Time::from_unix(seconds);
            assert_eq!(stamps.rfc3339(time), time.rfc3339(), "{seconds}");
        }
    }

    #[test]
    fn a_span_is_written_as_go_writes_a_duration() {
        let table = [
            (Span::ZERO, "0s"),
            (Span::seconds(40), "40s"),
            (Span::seconds(90), "1m30s"),
            (Span::millis(1500), "1.5s"),
            (Span::millis(200), "200ms"),
            (Span::seconds(3600), "1h0m0s"),
            (Span(1_500), "1.5µs"),
        ];
        for (span, text) in table {
            assert_eq!(span.to_string(), text);
        }
    }

    #[test]
    fn a_back_off_doubles_until_it_is_the_longest_and_stays_so() {
        let (first, longest) = (Span::millis(5), Span::seconds(1000));
        for (failures, millis) in
            [(0, 5), (1, 5), (2, 10), (18, 655_360), (19, 1_000_000), (64, 1_000_000), (u32::MAX, 1_000_000)]
        {
            assert_eq!(first.backed_off(failures, longest), Span::millis(millis), "{failures}");
        }
    }

    #[test]
    fn one_seed_gives_one_sequence_of_names() {
        let (mut a, mut b) = (Names::new(7), Names::new(7));
        assert_eq!(a.suffix(5), b.suffix(5));
        let uid = a.uid();
        assert_eq!(uid, b.uid());
        assert_eq!((uid.len(), &uid[14..15]), (36, "4"));
        assert_eq!(a.with_suffix("web-", 5), format!("web-{}", b.suffix(5)));
    }

    #[test]
    fn a_uid_is_two_words_in_hexadecimal_with_the_version_and_the_variant_in_their_places() {
        let (mut names, mut words) = (Names::new(7), Names::new(7));
        for _ in 0..100 {
            let (a, b) = (words.next_u64(), words.next_u64());
            let plain = format!("{a:016x}{b:016x}");
            let uid = names.uid();
            let digits = uid.replace('-', "");
            assert_eq!((&digits[..12], &digits[13..16], &digits[17..]), (&plain[..12], &plain[13..16], &plain[17..]));
            assert_eq!(uid.match_indices('-').map(|it| it.0).collect::<Vec<_>>(), [8, 13, 18, 23]);
            assert_eq!((&uid[14..15], "89ab".contains(&uid[19..20])), ("4", true), "{uid}");
        }
    }
}
