//! A cluster whose time keeps up with the wall clock, or waits to be told to pass.
//!
//! Its clock is the only one in the program that is not virtual.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::clock_endpoint;
use crate::api::{Status, http as api_http};
use crate::clock::{Span, Time};
use crate::sim::{Bounds, Cluster, NotSettled};
use crate::stage::server::{self, Answer};
use crate::stage::service::{ApiService, ReplyBody, SharedCluster};

/// The longest that time stands still for those who watch, in wall time.
pub(super) const TICK: Duration = Duration::from_millis(50);
/// How long history is kept at least, as by a real API server, which compacts this often.
const COMPACTED_EVERY: Span = Span::seconds(300);

/// How time passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// With the wall clock, this many times as fast.
    Wall(f64),
    /// Only when somebody lets it.
    Paused,
}

/// A cluster that is served, and its clock.
#[derive(Debug)]
pub struct Paced {
    cluster: SharedCluster,
    service: ApiService,
    pace: Pace,
    token: Option<String>,
    clock: Mutex<Clock>,
    /// Told when a request may have made something due sooner.
    asked: Notify,
}

#[derive(Debug)]
struct Clock {
    /// The instant of the wall clock that stands for `start`.
    began: Instant,
    /// Where virtual time was then; what somebody lets pass moves it on.
    start: Time,
    /// When history was last cut, and the version that will be its oldest at the next cut.
    compacted: (Time, u64),
    failed: Option<NotSettled>,
}

impl Paced {
    /// Starts the clock of `cluster`; whoever has no `token`, if there is one, is refused.
    pub fn new(cluster: Cluster, pace: Pace, token: Option<String>) -> Self {
        let (start, version) = (cluster.now(), cluster.view().version());
        let clock = Clock { began: Instant::now(), start, compacted: (start, version), failed: None };
        let cluster = SharedCluster::new(cluster);
        let service = cluster.service().with_token(token.as_deref());
        Paced { cluster, service, pace, token, clock: Mutex::new(clock), asked: Notify::new() }
    }

    fn clock(&self) -> MutexGuard<'_, Clock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pace that time passes at.
    pub(super) fn pace(&self) -> Pace {
        self.pace
    }

    /// The time, and the instant that the cluster started at.
    pub(super) fn times(&self) -> (Time, Time) {
        self.cluster.with(|cluster| (cluster.now(), cluster.start()))
    }

    /// Lets the cluster reach the instant that the wall clock stands for.
    fn catch_up(&self) {
        let mut clock = self.clock();
        let result = self.cluster.with(|cluster| match self.pace {
            Pace::Paused => cluster.run_due(),
            Pace::Wall(speed) => {
                let target = clock.start + span_of(clock.began.elapsed().as_secs_f64() * speed);
                cluster.advance(target - cluster.now().min(target))
            }
        });
        self.compact(&mut clock);
        if let Err(error) = result {
            clock.failed.get_or_insert(error);
        }
    }

    /// Lets time pass at once, whatever the pace.
    ///
    /// # Errors
    /// [`NotSettled`] when what is due by then never ends.
    pub fn advance(&self, span: Span) -> Result<(), NotSettled> {
        self.pass(|cluster| cluster.advance(span))
    }

    /// Lets time pass until nothing is due for a minute.
    ///
    /// # Errors
    /// [`NotSettled`] when that does not happen within a day.
    pub fn settle(&self) -> Result<(), NotSettled> {
        self.pass(|cluster| cluster.settle(&Bounds::default()))
    }

    fn pass(&self, how: impl FnOnce(&mut Cluster) -> Result<(), NotSettled>) -> Result<(), NotSettled> {
        self.catch_up();
        let mut clock = self.clock();
        let (passed, result) = self.cluster.with(|cluster| {
            let before = cluster.now();
            let result = how(cluster);
            (cluster.now() - before, result)
        });
        clock.start = clock.start + passed;
        self.compact(&mut clock);
        drop(clock);
        self.asked.notify_one();
        result
    }

    /// Forgets what happened before the cut before this one.
    fn compact(&self, clock: &mut Clock) {
        self.cluster.with(|cluster| {
            let (at, version) = clock.compacted;
            if cluster.now() - at >= COMPACTED_EVERY {
                cluster.compact_until(version);
                clock.compacted = (cluster.now(), cluster.view().version());
            }
        });
    }

    /// How long the wall may go on until something is due.
    fn rest(&self) -> Duration {
        let Pace::Wall(speed) = self.pace else {
            return Duration::from_secs(3600);
        };
        let Some(due) = self.cluster.with(Cluster::next_due) else {
            return TICK;
        };
        let clock = self.clock();
        let target = (due - clock.start).0 as f64 / 1e9 / speed;
        let left = target - clock.began.elapsed().as_secs_f64();
        Duration::try_from_secs_f64(left.max(0.0)).unwrap_or(TICK).min(TICK)
    }

    /// Keeps the cluster up with the wall clock until it does not settle.
    pub async fn keep_up(&self) -> NotSettled {
        loop {
            self.catch_up();
            if let Some(error) = self.clock().failed.take() {
                return error;
            }
            let _ = tokio::time::timeout(self.rest(), self.asked.notified()).await;
        }
    }

    /// Whether a token of a service account is shown.
    fn is_account(&self, parts: &Parts) -> bool {
        let header = parts.headers.get(http::header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let is_account = |it| self.cluster.with(|cluster| api_http::is_account(cluster.view(), cluster.now(), it));
        header.is_some_and(is_account)
    }

    /// Whether a request shows the token, or asks for what anybody may know.
    fn is_authentic(&self, parts: &Parts) -> bool {
        let Some(token) = &self.token else {
            return true;
        };
        match parts.headers.get(http::header::AUTHORIZATION).map(http::HeaderValue::as_bytes) {
            // What `system:public-info-viewer` may read, without credentials.
            None => ["/healthz", "/livez", "/readyz", "/version"].iter().any(|path| {
                let rest = parts.uri.path().strip_prefix(path);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }),
            Some(header) => {
                let shown = header.get(..7).filter(|it| it.eq_ignore_ascii_case(b"bearer ")).map(|_| &header[7..]);
                shown.is_some_and(|shown| is_same(shown.trim_ascii(), token.as_bytes()))
            }
        }
    }
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
fn is_same(shown: &[u8], secret: &[u8]) -> bool {
    shown.len() == secret.len() && shown.iter().zip(secret).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

impl Answer for Paced {
    fn refuse(&self, parts: &Parts) -> Option<http::Response<ReplyBody>> {
        let unauthorized = || server::status(&Status::failure(401, "Unauthorized", "Unauthorized"));
        if self.is_authentic(parts) || self.is_account(parts) {
            return None;
        }
        Some(unauthorized())
    }

    fn answer(&self, parts: &Parts, body: Bytes) -> http::Response<ReplyBody> {
        if parts.uri.path() == clock_endpoint::PATH {
            return clock_endpoint::answer(self, parts, &body);
        }
        self.catch_up();
        let response = self.service.answer(parts, body);
        self.asked.notify_one();
        response
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float of seconds saturates at the ends of virtual time")]
fn span_of(seconds: f64) -> Span {
    Span((seconds * 1e9) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ClusterOptions;

    fn paced(token: Option<&str>) -> Paced {
        let cluster = Cluster::new(&ClusterOptions::default(), Vec::new());
        Paced::new(cluster, Pace::Paused, token.map(str::to_owned))
    }

    fn head(path: &str, authorization: Option<&str>) -> Parts {
        let mut request = http::Request::get(path);
        if let Some(header) = authorization {
            request = request.header(http::header::AUTHORIZATION, header);
        }
        request.body(()).expect("a request").into_parts().0
    }

    #[test]
    fn only_the_token_opens_the_door() {
        let paced = paced(Some("s3cr3t"));
        for (path, header, admitted) in [
            ("/api", None, false),
            ("/api", Some("Bearer s3cr3t"), true),
            ("/api", Some("bearer s3cr3t"), true),
            ("/api", Some("Bearer wrong!"), false),
            ("/api", Some("Basic s3cr3t"), false),
            ("/readyz", None, true),
            ("/readyz/ping", None, true),
            ("/readyzoo", None, false),
            ("/version", Some("Bearer wrong"), false),
        ] {
            assert_eq!(paced.refuse(&head(path, header)).is_none(), admitted, "{path} {header:?}");
        }
        assert!(self::paced(None).refuse(&head("/api", None)).is_none());
    }

    #[tokio::test]
    async fn a_paused_clock_moves_only_when_it_is_told_to() {
        let paced = paced(None);
        paced.catch_up();
        let (now, start) = paced.times();
        assert_eq!(now, start);
        paced.advance(Span::seconds(90)).expect("it settles");
        assert_eq!(paced.times().0 - start, Span::seconds(90));
        paced.settle().expect("it settles");
        assert_eq!(paced.times().0 - start, Span::seconds(90));
    }
}
