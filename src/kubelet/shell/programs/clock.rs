//! `sleep` and `date`.

use super::super::task::Target;
use super::{Call, Outcome};
use crate::clock::{Span, Time};

/// How long `sleep` with these arguments takes, `None` for ever; an error when it would complain.
pub fn sleeps(args: &[String]) -> Result<Option<Span>, ()> {
    if args.is_empty() {
        return Err(());
    }
    let mut total = Some(Span::ZERO);
    for arg in args {
        let span = if matches!(arg.as_str(), "infinity" | "inf") { None } else { Some(parse(arg).ok_or(())?) };
        total = total.zip(span).map(|(total, span)| total + span);
    }
    Ok(total)
}

pub fn sleep(call: &mut Call<'_>) -> Outcome {
    if call.args.is_empty() {
        return call.fail("missing operand");
    }
    let mut total = Span::ZERO;
    for arg in call.args {
        if matches!(arg.as_str(), "infinity" | "inf") {
            return Outcome::Never;
        }
        match parse(arg) {
            Some(span) if call.name == "usleep" => total = total + Span(span.0 / 1_000_000),
            Some(span) => total = total + span,
            None => return call.fail(&format!("invalid number '{arg}'")),
        }
    }
    Outcome::After(total)
}

/// A time as `sleep` takes it: `5`, `0.5`, `2m`, `1h`, `1d`.
fn parse(text: &str) -> Option<Span> {
    const NANOS: f64 = 1e9;
    let (number, seconds) = match text.strip_suffix(['s', 'm', 'h', 'd']) {
        None => (text, 1.0),
        Some(number) if text.ends_with('m') => (number, 60.0),
        Some(number) if text.ends_with('h') => (number, 3600.0),
        Some(number) if text.ends_with('d') => (number, 86_400.0),
        Some(number) => (number, 1.0),
    };
    let digits =
        number.chars().all(|it| it.is_ascii_digit() || it == '.') && number.chars().any(|it| it.is_ascii_digit());
    // The cast saturates: a sleep of more than 292 years ends with the clock.
    digits.then(|| number.parse::<f64>().ok()).flatten().map(|it| Span((it * seconds * NANOS).round() as i64))
}

/// What `date` prints when nothing else is asked for.
const PLAIN: &str = "%a %b %e %H:%M:%S UTC %Y";

/// `time` in the form [`PLAIN`], for the years that have four digits: loops print it over and over.
fn plain(time: Time) -> Option<String> {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let stamp = time.rfc3339();
    let (date, clock) = stamp.strip_suffix('Z')?.split_once('T').filter(|it| it.0.len() == 10)?;
    let (year, month, day) = (&date[..4], &date[5..7], &date[8..]);
    let weekday = DAYS[time.unix().div_euclid(86_400).rem_euclid(7) as usize];
    let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    let (space, day) = day.strip_prefix('0').map_or(("", day), |it| (" ", it));
    Some([weekday, " ", month, " ", space, day, " ", clock, " UTC ", year, "\n"].concat())
}

pub fn date(call: &mut Call<'_>) -> Outcome {
    // What goes to the log alone decides nothing.
    call.machine.looked_outside |= !matches!(call.task.fds.get(1), Some(Target::Log(_)));
    let mut format = PLAIN;
    let mut time = call.now();
    let mut args = call.args.iter().map(String::as_str);
    while let Some(arg) = args.next() {
        let given = match arg {
            "-u" | "--utc" | "--universal" => continue,
            "-d" => args.next(),
            _ => arg.strip_prefix("--date=").or_else(|| arg.strip_prefix("-d")),
        };
        if let Some(given) = given {
            match instant(given, time) {
                Some(instant) => time = instant,
                None => return call.fail(&format!("invalid date '{given}'")),
            }
            continue;
        }
        format = match arg {
            "-I" | "-Idate" | "--iso-8601" => "%Y-%m-%d",
            "-Iminutes" => "%Y-%m-%dT%H:%M+00:00",
            "-Iseconds" | "--iso-8601=seconds" => "%Y-%m-%dT%H:%M:%S+00:00",
            "-R" | "--rfc-2822" | "--rfc-email" => "%a, %d %b %Y %H:%M:%S +0000",
            "--rfc-3339=seconds" => "%Y-%m-%d %H:%M:%S+00:00",
            _ => match arg.strip_prefix('+') {
                Some(format) => format,
                None => return Outcome::Unknown,
            },
        };
    }
    if format == PLAIN
        && let Some(line) = plain(time)
    {
        call.print(&line);
        return Outcome::Done(0);
    }
    // What C calls nanoseconds is a fraction of nine digits here.
    let nanoseconds = format.contains("%N").then(|| format.replace("%N", "%9f"));
    let format = nanoseconds.as_deref().unwrap_or(format);
    let stamp = jiff::Timestamp::from_nanosecond(i128::from(time.0)).map(|it| it.to_zoned(jiff::tz::TimeZone::UTC));
    match stamp.and_then(|it| jiff::fmt::strtime::format(format, &it)) {
        Ok(mut text) => {
            text.push('\n');
            call.print(&text);
            Outcome::Done(0)
        }
        Err(_) => Outcome::Unknown,
    }
}

/// An instant as `date -d` takes it: `@0`, `2026-01-01`, `2026-01-01 12:00:00`, RFC 3339, `now`.
fn instant(text: &str, now: Time) -> Option<Time> {
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse().ok().map(Time::from_unix);
    }
    match text {
        "now" => Some(now),
        _ if text.len() == 10 => Time::parse(&format!("{text}T00:00:00Z")),
        _ if text.len() == 16 => Time::parse(&format!("{}:00Z", text.replacen(' ', "T", 1))),
        _ if text.len() == 19 => Time::parse(&format!("{}Z", text.replacen(' ', "T", 1))),
        _ => Time::parse(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_in_the_plain_form_is_as_the_format_says() {
        for seconds in [0, -1, 86_399, 951_782_400, 951_868_799, 1_767_225_640, 4_102_444_799] {
            let stamp = jiff::Timestamp::from_second(seconds).expect("a time").to_zoned(jiff::tz::TimeZone::UTC);
            let want = jiff::fmt::strtime::format(PLAIN, &stamp).expect("a format that is known");
            assert_eq!(plain(Time::from_unix(seconds)), Some(format!("{want}\n")), "{seconds}");
        }
    }
}
