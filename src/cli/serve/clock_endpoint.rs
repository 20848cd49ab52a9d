//! `/seatrial/v1/clock`: the time of a served cluster, to read and to let pass.
//!
//! GET answers `{"now":"2026-01-01T00:01:30Z","passed":"1m30s","paused":true,"speed":0}`. POST takes `{"advance":"90s"}` or
//! `{"settle":true}`, does it, and answers the same. What cannot be read is a 400, and a cluster that does not come to rest a
//! 500, both with a `Status`.

use http::request::Parts;
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

use super::paced::{Pace, Paced};
use crate::api::Status;
use crate::clock::Span;
use crate::stage::server;
use crate::stage::service::ReplyBody;
use crate::steps::parse_duration;

/// Where the clock is.
pub(in crate::cli) const PATH: &str = "/seatrial/v1/clock";

/// What a POST asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wish {
    Advance(Span),
    Settle,
}

/// Answers a request for the clock.
pub(super) fn answer(paced: &Paced, parts: &Parts, body: &[u8]) -> http::Response<ReplyBody> {
    let result = match parts.method.as_str() {
        "GET" => Ok(()),
        "POST" => wish(body).and_then(|wish| {
            let done = match wish {
                Wish::Advance(span) => paced.advance(span),
                Wish::Settle => paced.settle(),
            };
            done.map_err(|error| Status::failure(500, "InternalError", error.to_string()))
        }),
        _ => Err(Status::failure(405, "MethodNotAllowed", "the clock answers GET and POST")),
    };
    match result {
        Ok(()) => shown(paced),
        Err(status) => server::status(&status),
    }
}

fn shown(paced: &Paced) -> http::Response<ReplyBody> {
    let (now, start) = paced.times();
    let speed = match paced.pace() {
        Pace::Paused => 0.0,
        Pace::Wall(speed) => speed,
    };
    let clock = json!({
        "now": now.rfc3339().as_str(),
        "passed": (now - start).to_string(),
        "paused": paced.pace() == Pace::Paused,
        "speed": speed,
    });
    let mut response = http::Response::new(Full::from(format!("{clock}\n")).boxed_unsync());
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}

fn wish(body: &[u8]) -> Result<Wish, Status> {
    let unreadable = || Status::bad_request("write {\"advance\":\"90s\"} or {\"settle\":true}");
    let value: Value = serde_json::from_slice(body).map_err(|_| unreadable())?;
    match (value["advance"].as_str(), value["settle"].as_bool()) {
        (Some(text), None) => match parse_duration(text).filter(|it| *it >= Span::ZERO) {
            Some(span) => Ok(Wish::Advance(span)),
            None => Err(Status::bad_request(format!("{text:?} is no duration: write it as 90s or 2m30s"))),
        },
        (None, Some(true)) => Ok(Wish::Settle),
        _ => Err(unreadable()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_to_advance_or_to_settle() {
        let table = [
            (r#"{"advance":"90s"}"#, Some(Wish::Advance(Span::seconds(90)))),
            (r#"{"settle":true}"#, Some(Wish::Settle)),
            (r#"{"settle":false}"#, None),
            (r#"{"advance":"soon"}"#, None),
            (r#"{"advance":"1s","settle":true}"#, None),
            ("", None),
        ];
        for (body, want) in table {
            assert_eq!(wish(body.as_bytes()).ok(), want, "{body}");
        }
    }
}
