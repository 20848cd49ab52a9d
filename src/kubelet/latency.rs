//! How long things take on a node.

use std::str::FromStr;

use super::command::Reading;
use crate::clock::Span;

/// From the binding of a pod to the start of its first containers: sandbox, network, images that are present.
pub const START: Span = Span::seconds(1);
/// How long an exit goes unnoticed: the pod lifecycle event generator lists the containers every second
/// (`plegRelistPeriod` in `pkg/kubelet/kubelet.go`).
pub const NOTICE: Span = Span::seconds(1);

/// How long things take on every node, and how closely the kubelets keep to the real ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// From the binding of a pod to the start of its first containers.
    pub start: Span,
    /// From the deletion of a pod to the end of its containers, or `None` for what their processes do at SIGTERM.
    pub stop: Option<Span>,
    /// From the end of a container to the start of the next, where no back-off holds it up.
    pub notice: Span,
    /// Whether the back-off holds up the first restart as well.
    pub first_restart_waits: bool,
    /// How commands are read.
    pub reading: Reading,
    /// Whether it records no events but those of what it cannot do.
    pub silent: bool,
}

impl Default for Latency {
    /// A node that has every image.
    fn default() -> Self {
        Latency {
            start: START,
            stop: None,
            notice: NOTICE,
            first_restart_waits: false,
            reading: Reading::Exact,
            silent: false,
        }
    }
}

impl Latency {
    /// A simulated kubelet that does what it is told to do and no more.
    pub const SIMULATED: Latency = Latency {
        start: START,
        stop: None,
        notice: Span::ZERO,
        first_restart_waits: true,
        reading: Reading::AsScript,
        silent: true,
    };
}

/// A latency that is not written as `start=1s,stop=200ms`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LatencyError {
    /// A part without a name that is known.
    #[error("unknown latency {0:?}: use start=DURATION and stop=DURATION, as in start=1s,stop=200ms")]
    UnknownPart(String),
    /// A part whose value is no duration.
    #[error("{0:?} is not a duration: write it as 200ms, 1s, 1.5s or 2m")]
    NotADuration(String),
}

impl FromStr for Latency {
    type Err = LatencyError;

    /// Reads `start=1s,stop=200ms` for simulated kubelets.
    fn from_str(text: &str) -> Result<Self, LatencyError> {
        let mut latency = Latency::SIMULATED;
        for part in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| LatencyError::UnknownPart(part.to_owned()))?;
            let span = parse_span(value.trim()).ok_or_else(|| LatencyError::NotADuration(value.to_owned()))?;
            match name.trim() {
                "start" => latency.start = span,
                "stop" => latency.stop = Some(span),
                _ => return Err(LatencyError::UnknownPart(part.to_owned())),
            }
        }
        Ok(latency)
    }
}

fn parse_span(text: &str) -> Option<Span> {
    let split = text.find(|it: char| it.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let scale = match unit {
        "ms" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        _ => return None,
    };
    let plain = number.chars().all(|it| it.is_ascii_digit() || it == '.');
    plain.then(|| number.parse::<f64>().ok()).flatten().map(|it| Span((it * scale).round() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latency_is_read_as_people_write_it() {
        let latency: Latency = "start=1.5s,stop=200ms".parse().expect("a latency");
        assert_eq!((latency.start, latency.stop), (Span::millis(1500), Some(Span::millis(200))));
        assert_eq!("stop=0s".parse::<Latency>().map(|it| it.start), Ok(START));
    }

    #[test]
    fn a_latency_that_makes_no_sense_says_how_to_write_it() {
        for text in ["halt=1s", "start", "start=fast", "start=1", "start=-1s"] {
            let error = text.parse::<Latency>().expect_err(text);
            assert!(error.to_string().contains("1s"), "{error}");
        }
    }
}
