//! How long things take on a node.

use std::str::FromStr;

use super::command::Reading;
use super::identity;
use crate::clock::Span;

/// From the binding of a pod to its network: the sandbox, the volumes and the look at its images.
pub const SANDBOX: Span = Span::seconds(1);
/// The making and starting of a container once all it needs is there. A runtime takes some hundredths of a second, which
/// no status shows.
pub const START: Span = Span::ZERO;
/// The pull of an image that the node does not have.
pub const PULL: Span = Span::seconds(2);
/// How long an exit goes unnoticed: the pod lifecycle event generator lists the containers every second
/// (`plegRelistPeriod` in `pkg/kubelet/kubelet.go`).
pub const NOTICE: Span = Span::seconds(1);
/// From the binding of a pod to the start of its first containers on a simulated node.
const SIMULATED_START: Span = Span::seconds(1);
/// What a jitter is a part of: 1000 is as much as the latency itself.
const WHOLE: i64 = 1000;

/// How long things take on every node, and how closely the kubelets keep to the real ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// The pull of an image that is not there.
    pub pull: Span,
    /// From the binding of a pod until its network is set up.
    pub sandbox: Span,
    /// From then on, or from when nothing else holds it up, to the start of a container.
    pub start: Span,
    /// From the deletion of a pod to the end of its containers, or `None` for what their processes do at SIGTERM.
    pub stop: Option<Span>,
    /// From the end of a container to the start of the next, where no back-off holds it up.
    pub notice: Span,
    /// How much shorter or longer each may be by chance, in thousandths.
    pub jitter: i64,
    /// What chance follows from.
    pub seed: u64,
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
            pull: PULL,
            sandbox: SANDBOX,
            start: START,
            stop: None,
            notice: NOTICE,
            jitter: 0,
            seed: 1,
            first_restart_waits: false,
            reading: Reading::Exact,
            silent: false,
        }
    }
}

/// One of the latencies, by the word that people use for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// [`Latency::pull`].
    Pull,
    /// [`Latency::sandbox`].
    Sandbox,
    /// [`Latency::start`].
    Start,
    /// [`Latency::stop`].
    Stop,
    /// [`Latency::notice`].
    Notice,
}

/// Every part with its word.
pub const PARTS: [(&str, Part); 5] = [
    ("pull", Part::Pull),
    ("sandbox", Part::Sandbox),
    ("start", Part::Start),
    ("stop", Part::Stop),
    ("notice", Part::Notice),
];

impl Latency {
    /// A simulated kubelet that does what it is told to do and no more.
    pub const SIMULATED: Latency = Latency {
        pull: Span::ZERO,
        sandbox: Span::ZERO,
        start: SIMULATED_START,
        stop: None,
        notice: Span::ZERO,
        jitter: 0,
        seed: 1,
        first_restart_waits: true,
        reading: Reading::AsScript,
        silent: true,
    };

    /// From the binding of a pod to the start of its first containers.
    pub fn first_start(&self) -> Span {
        self.sandbox + self.start
    }

    /// From the binding of a pod until its network is seen to be set up: a simulated kubelet shows it with the containers.
    pub fn network(&self) -> Span {
        if self.silent { self.first_start() } else { self.sandbox }
    }

    /// From the end of a container to the start of what comes after it. A simulated kubelet starts that at once.
    pub fn next_start(&self) -> Span {
        if self.silent { self.notice } else { self.notice + self.start }
    }

    /// Says how long one thing takes.
    pub fn set(&mut self, part: Part, span: Span) {
        match part {
            Part::Pull => self.pull = span,
            Part::Sandbox => self.sandbox = span,
            Part::Start => self.start = span,
            Part::Stop => self.stop = Some(span),
            Part::Notice => self.notice = span,
        }
    }

    /// The latencies of `what` (a pod, an attempt): each as much shorter or longer as chance has it. Chance follows from the
    /// seed and from `what` alone, so that the order of events changes nothing.
    pub fn of(&self, what: &[&str]) -> Latency {
        if self.jitter == 0 {
            return *self;
        }
        let mut names = crate::clock::Names::new(self.seed ^ identity::number(what));
        let mut shake = |span: Span| {
            let chance = (names.next_u64() % (2 * WHOLE.unsigned_abs() + 1)) as i64 - WHOLE;
            Span(span.0 + span.0 / WHOLE * self.jitter / WHOLE * chance)
        };
        Latency {
            pull: shake(self.pull),
            sandbox: shake(self.sandbox),
            start: shake(self.start),
            stop: self.stop.map(&mut shake),
            notice: shake(self.notice),
            ..*self
        }
    }
}

/// A latency that is not written as `start=1s,stop=200ms`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LatencyError {
    /// A part without a name that is known.
    #[error(
        "unknown latency {0:?}: use pull, sandbox, start, stop and notice with a duration, jitter with a percentage and seed \
         with a number, as in pull=2s,stop=200ms,jitter=10%,seed=7"
    )]
    UnknownPart(String),
    /// A part whose value is no duration.
    #[error("{0:?} is not a duration: write it as 200ms, 1s, 1.5s or 2m")]
    NotADuration(String),
    /// A jitter that is no percentage.
    #[error("{0:?} is not a jitter: write it as jitter=10%, at most 100%, and what it follows from as seed=7")]
    NotAJitter(String),
}

impl FromStr for Latency {
    type Err = LatencyError;

    /// Reads `start=1s,stop=200ms` for simulated kubelets, and anything that names more than these two for real ones.
    fn from_str(text: &str) -> Result<Self, LatencyError> {
        let parts: Vec<&str> = text.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
        let name = |part: &str| part.split('=').next().unwrap_or_default().trim().to_owned();
        let simulated = parts.iter().all(|it| matches!(name(it).as_str(), "start" | "stop"));
        let mut latency = if simulated { Latency::SIMULATED } else { Latency::default() };
        for part in parts {
            let (name, value) = part.split_once('=').ok_or_else(|| LatencyError::UnknownPart(part.to_owned()))?;
            let (name, value) = (name.trim(), value.trim());
            let span = || parse_span(value).ok_or_else(|| LatencyError::NotADuration(value.to_owned()));
            let jitter = || LatencyError::NotAJitter(part.to_owned());
            match (PARTS.iter().find(|(word, _)| *word == name), name) {
                (Some((_, which)), _) => latency.set(*which, span()?),
                (None, "jitter") => latency.jitter = parse_percent(value).ok_or_else(jitter)?,
                (None, "seed") => latency.seed = value.parse().map_err(|_| jitter())?,
                _ => return Err(LatencyError::UnknownPart(part.to_owned())),
            }
        }
        Ok(latency)
    }
}

/// `10%` in thousandths, at most all of them.
pub fn parse_percent(text: &str) -> Option<i64> {
    let number: f64 = text.strip_suffix('%')?.parse().ok()?;
    (0.0..=100.0).contains(&number).then(|| (number * 10.0).round() as i64)
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
        assert_eq!("stop=0s".parse::<Latency>().map(|it| it.first_start()), Ok(SIMULATED_START));
        assert_eq!("".parse::<Latency>(), Ok(Latency::SIMULATED));
    }

    #[test]
    fn what_a_simulated_kubelet_has_no_time_for_makes_it_a_real_one() {
        let latency: Latency = "pull=5s,notice=2s, stop=3s".parse().expect("a latency");
        let want = Latency {
            pull: Span::seconds(5),
            notice: Span::seconds(2),
            stop: Some(Span::seconds(3)),
            ..Latency::default()
        };
        assert_eq!(latency, want);
    }

    #[test]
    fn a_jitter_stays_within_its_bounds_and_follows_from_the_seed() {
        let latency: Latency = "pull=10s,jitter=10%,seed=7".parse().expect("a latency");
        let pulls: Vec<Span> = (0..50).map(|it| latency.of(&["pod", &it.to_string()]).pull).collect();
        assert!(pulls.iter().all(|it| (Span::seconds(9)..=Span::seconds(11)).contains(it)), "{pulls:?}");
        assert!(pulls.iter().any(|it| *it < Span::seconds(10)) && pulls.iter().any(|it| *it > Span::seconds(10)));
        assert_eq!(latency.of(&["a"]), latency.of(&["a"]));
        assert_ne!(latency.of(&["a"]).pull, Latency { seed: 8, ..latency }.of(&["a"]).pull);
        assert_eq!(Latency::default().of(&["a"]), Latency::default());
    }

    #[test]
    fn a_latency_that_makes_no_sense_says_how_to_write_it() {
        for text in ["halt=1s", "start", "start=fast", "start=1", "start=-1s", "jitter=10", "jitter=200%", "seed=x"] {
            let error = text.parse::<Latency>().expect_err(text);
            assert!(error.to_string().contains(['1', '7']), "{error}");
        }
    }
}
