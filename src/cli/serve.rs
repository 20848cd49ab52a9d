//! `seatrial serve`: a cluster behind a loopback port, whose time follows the wall clock at a chosen speed.

use std::cell::RefCell;
use std::io::Write;
use std::net::{SocketAddr, ToSocketAddrs};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use clap::Args;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::LocalSet;
use tokio::time::Instant;

use crate::api::Status;
use crate::clock::{Span, Time};
use crate::kubelet::Latency;
use crate::sim::{Cluster, ClusterOptions, ControlPlaneOptions, NodeSpec, NotSettled, control_plane};
use crate::stage::service::{ReplyBody, SharedCluster};

/// The longest that time stands still for those who watch, in wall time.
const TICK: Duration = Duration::from_millis(50);

/// The arguments of `seatrial serve`.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// The loopback address and port to listen on.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8001", value_parser = parse_listen)]
    pub listen: SocketAddr,
    /// How many nodes the cluster has: node-0 and on.
    #[arg(long, value_name = "COUNT", default_value_t = 4)]
    pub nodes: usize,
    /// Virtual seconds that pass in a second of the wall clock.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = parse_speed)]
    pub speed: f64,
    /// Simulated kubelets that take this long, such as start=1s,stop=200ms; without it they behave as real ones.
    #[arg(long, value_name = "start=DURATION,stop=DURATION")]
    pub latency: Option<Latency>,
    /// Where generated names and uids come from.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Why serving ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The port cannot be had.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The cluster could not be furnished.
    #[error("the cluster could not be set up: {0}")]
    Bootstrap(#[from] Status),
    /// Entries never end.
    #[error("{0}")]
    NotSettled(#[from] NotSettled),
}

fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    let mut addresses = text.to_socket_addrs().map_err(|error| format!("{error}; give ADDRESS:PORT"))?;
    let address = addresses.next().ok_or("no such address")?;
    if address.ip().is_loopback() {
        return Ok(address);
    }
    Err("the API has no authentication, so it listens on a loopback address only, such as 127.0.0.1".to_owned())
}

fn parse_speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed > 0.0 && speed.is_finite() => Ok(speed),
        _ => Err("give a number above 0, such as 10".to_owned()),
    }
}

/// A cluster whose time is the wall's, times a speed.
///
/// Its clock is the only one in the program that is not virtual.
#[derive(Debug)]
struct Paced {
    cluster: SharedCluster,
    began: Instant,
    start: Time,
    speed: f64,
    failed: RefCell<Option<NotSettled>>,
    /// Told when a request may have made something due sooner.
    asked: Notify,
}

impl Paced {
    /// Lets the cluster reach the instant that the wall clock stands for.
    fn catch_up(&self) {
        let passed = self.began.elapsed().as_secs_f64() * self.speed;
        let target = self.start + span_of(passed);
        let result = self.cluster.with(|cluster| cluster.advance(target - cluster.now().min(target)));
        if let Err(error) = result {
            self.failed.borrow_mut().get_or_insert(error);
        }
    }

    /// How long the wall may go on until something is due.
    fn rest(&self) -> Duration {
        let Some(due) = self.cluster.with(Cluster::next_due) else {
            return TICK;
        };
        let target = (due - self.start).0 as f64 / 1e9 / self.speed;
        let left = target - self.began.elapsed().as_secs_f64();
        Duration::try_from_secs_f64(left.max(0.0)).unwrap_or(TICK).min(TICK)
    }

    /// Keeps the cluster up with the wall clock until it does not settle.
    async fn keep_up(&self) -> NotSettled {
        loop {
            self.catch_up();
            if let Some(error) = self.failed.borrow_mut().take() {
                return error;
            }
            let _ = tokio::time::timeout(self.rest(), self.asked.notified()).await;
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float of seconds saturates at the ends of virtual time")]
fn span_of(seconds: f64) -> Span {
    Span((seconds * 1e9) as i64)
}

/// A furnished cluster whose past before this instant is forgotten, as after a compaction.
fn new_cluster(args: &ServeArgs) -> Result<Cluster, ServeError> {
    let options = ClusterOptions { seed: args.seed, ..ClusterOptions::default() };
    let latency = args.latency.unwrap_or_default();
    let mut cluster = Cluster::new(&options, control_plane(&ControlPlaneOptions { latency }));
    cluster.bootstrap(&NodeSpec::numbered(args.nodes))?;
    cluster.run_due()?;
    cluster.compact();
    Ok(cluster)
}

/// `seatrial serve`: serves until the process is interrupted, and says why if it cannot.
pub(super) fn serve(args: ServeArgs) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&error.to_string(), 2),
    };
    match runtime.block_on(run(args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error @ ServeError::NotSettled(_)) => complain(&error.to_string(), 3),
        Err(error) => complain(&error.to_string(), 2),
    }
}

fn complain(why: &str, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: {why}");
    ExitCode::from(code)
}

/// Serves until the process is interrupted.
///
/// # Errors
/// [`ServeError`] when the port cannot be had, or when the cluster does not settle.
pub async fn run(args: ServeArgs) -> Result<(), ServeError> {
    let cluster = new_cluster(&args)?;
    let start = cluster.now();
    let listener =
        TcpListener::bind(args.listen).await.map_err(|source| ServeError::Listen { address: args.listen, source })?;
    let address = listener.local_addr().unwrap_or(args.listen);
    let paced = Rc::new(Paced {
        cluster: SharedCluster::new(cluster),
        began: Instant::now(),
        start,
        speed: args.speed,
        failed: RefCell::new(None),
        asked: Notify::new(),
    });
    announce(address, &args);
    let connections = LocalSet::new();
    connections
        .run_until(async {
            tokio::select! {
                error = paced.keep_up() => Err(error.into()),
                () = accept(&listener, &paced) => Ok(()),
                _ = tokio::signal::ctrl_c() => Ok(()),
            }
        })
        .await
}

fn announce(address: SocketAddr, args: &ServeArgs) {
    let mut out = std::io::stdout();
    // A reader that went away does not keep the server from serving.
    let _ = writeln!(
        out,
        "Serving Kubernetes 1.36 with {} nodes on http://{address}, {} virtual seconds a second",
        args.nodes, args.speed
    );
    let _ = out.flush();
}

async fn accept(listener: &TcpListener, paced: &Rc<Paced>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::task::spawn_local(connection(stream, paced.clone()));
            }
            // Too many open files, say: others may close theirs.
            Err(_) => tokio::time::sleep(TICK).await,
        }
    }
}

async fn connection(stream: TcpStream, paced: Rc<Paced>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| respond(paced.clone(), request));
    // A client that hangs up in the middle is its own business.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn respond(
    paced: Rc<Paced>,
    request: http::Request<Incoming>,
) -> Result<http::Response<ReplyBody>, hyper::Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    paced.catch_up();
    let response = paced.cluster.service().respond(&parts, body);
    paced.asked.notify_one();
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_loopback_address_is_listened_on() {
        assert!(parse_listen("127.0.0.1:8001").is_ok());
        assert!(parse_listen("[::1]:8001").is_ok());
        assert!(parse_listen("0.0.0.0:8001").is_err_and(|why| why.contains("loopback")));
        assert!(parse_listen("8001").is_err());
    }

    #[test]
    fn a_speed_is_a_number_above_zero() {
        for (text, fine) in [("10", true), ("0.5", true), ("0", false), ("-1", false), ("fast", false), ("inf", false)]
        {
            assert_eq!(parse_speed(text).is_ok(), fine, "{text}");
        }
    }
}
