//! `sleep` and `date`.

use super::{Call, Outcome};
use crate::clock::Span;

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

pub fn date(call: &mut Call<'_>) -> Outcome {
    let args: Vec<&str> = call.args.iter().map(String::as_str).filter(|it| !matches!(*it, "-u" | "--utc")).collect();
    let format = match args.as_slice() {
        [] => "%a %b %e %H:%M:%S UTC %Y",
        ["-Iseconds"] => "%Y-%m-%dT%H:%M:%S+00:00",
        ["-I"] => "%Y-%m-%d",
        ["-R"] => "%a, %d %b %Y %H:%M:%S +0000",
        [format] if format.starts_with('+') => &format[1..],
        _ => return Outcome::Unknown,
    };
    let stamp =
        jiff::Timestamp::from_nanosecond(i128::from(call.now().0)).map(|it| it.to_zoned(jiff::tz::TimeZone::UTC));
    match stamp.and_then(|it| jiff::fmt::strtime::format(format, &it)) {
        Ok(text) => {
            call.print(&format!("{text}\n"));
            Outcome::Done(0)
        }
        Err(_) => Outcome::Unknown,
    }
}
