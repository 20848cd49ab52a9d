//! `seatrial serve`: a cluster behind a port, whose time follows the wall clock at a chosen speed, or stands still until it
//! is told to pass.

mod clock_endpoint;
pub(super) mod kubeconfig;
mod manifests;
mod paced;
mod tls;

use std::io::Write;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub(super) use clock_endpoint::PATH as CLOCK_PATH;
pub use paced::{Pace, Paced};

use crate::api::Status;
use crate::clock::Time;
use crate::kubelet::Latency;
use crate::object::Release;
use crate::sim::{Cluster, ClusterOptions, ControlPlaneOptions, NodeSpec, NotSettled, control_plane};
use crate::stage::server::{self, Limits};

/// The arguments of `seatrial serve`.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// The address and port to listen on; port 0 picks a free one. Beyond loopback it takes a token.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8001", value_parser = parse_listen)]
    pub listen: SocketAddr,
    /// Write a kubeconfig for this server.
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// How many nodes the cluster has: node-0 and on.
    #[arg(long, value_name = "COUNT", default_value_t = 4)]
    pub nodes: usize,
    /// The release of Kubernetes whose API is served, from 1.20 on.
    #[arg(long, value_name = "1.N", default_value_t = Release::LATEST)]
    pub kubernetes: Release,
    /// Start with the objects of every *.yaml, *.yml and *.json file of a folder and of those in it.
    #[arg(long, value_name = "FOLDER")]
    pub manifests: Option<PathBuf>,
    /// Virtual seconds that pass in a second of the wall clock.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = parse_speed)]
    pub speed: f64,
    /// Let no time pass but what `seatrial clock` lets pass.
    #[arg(long, conflicts_with = "speed")]
    pub paused: bool,
    /// The instant to start at, such as 2026-03-01T02:00:00Z; unless said the wall clock's, and with --paused
    /// 2026-01-01T00:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub start: Option<Time>,
    /// How long things take on the nodes: pull, sandbox, start, stop and notice, with jitter=10%,seed=7 as chance has it.
    /// With start and stop alone, as in start=1s,stop=200ms, the kubelets are simulated: they do as they are told.
    #[arg(long, value_name = "PART=DURATION,..")]
    pub latency: Option<Latency>,
    /// Where generated names and uids come from.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The bearer token that every client must show.
    #[arg(long, value_name = "TOKEN", value_parser = parse_token)]
    pub token: Option<String>,
    /// Serve HTTPS with a certificate made for this run; the kubeconfig has the authority that signed it.
    #[arg(long)]
    pub tls: bool,
}

/// Why serving could not begin, or ended.
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
    /// Anybody could reach the server, and do anything.
    #[error("{0} is not a loopback address: whoever can reach it could do anything; give a --token as well")]
    Open(SocketAddr),
    /// The cluster could not be furnished.
    #[error("the cluster could not be set up: {0}")]
    Bootstrap(#[from] Status),
    /// A manifest could not be read, or was refused.
    #[error("{0}")]
    Manifest(String),
    /// The kubeconfig could not be written.
    #[error("cannot write the kubeconfig {}: {source}", path.display())]
    Kubeconfig {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No certificate could be made.
    #[error("cannot make a certificate: {0}")]
    Certificate(String),
    /// Entries never end.
    #[error("{0}")]
    NotSettled(#[from] NotSettled),
}

fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    let mut addresses = text.to_socket_addrs().map_err(|error| format!("{error}; give ADDRESS:PORT"))?;
    addresses.next().ok_or_else(|| "no such address".to_owned())
}

fn parse_speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed > 0.0 && speed.is_finite() => Ok(speed),
        _ => Err("give a number above 0, such as 10; or --paused".to_owned()),
    }
}

fn parse_time(text: &str) -> Result<Time, String> {
    Time::parse(text).ok_or_else(|| "write it as 2026-03-01T02:00:00Z".to_owned())
}

fn parse_token(text: &str) -> Result<String, String> {
    let fine = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fine { Ok(text.to_owned()) } else { Err("give letters, digits and signs without blanks".to_owned()) }
}

/// A furnished cluster whose past before this instant is forgotten, as after a compaction.
fn new_cluster(args: &ServeArgs) -> Result<Cluster, ServeError> {
    let mut options = ClusterOptions { seed: args.seed, release: args.kubernetes, ..ClusterOptions::default() };
    options.start = match args.start {
        Some(start) => start,
        None if args.paused => options.start,
        None => wall_clock(),
    };
    let latency = args.latency.unwrap_or_default();
    let mut cluster = Cluster::new(&options, control_plane(&ControlPlaneOptions { latency }));
    cluster.bootstrap(&NodeSpec::numbered(args.nodes))?;
    cluster.run_due()?;
    if let Some(folder) = &args.manifests {
        manifests::create(&mut cluster, folder).map_err(ServeError::Manifest)?;
        cluster.run_due()?;
    }
    cluster.compact();
    Ok(cluster)
}

/// The second that the machine's clock shows.
#[expect(
    clippy::disallowed_types,
    reason = "kubectl shows ages by the wall clock, so a cluster in step with it starts there"
)]
fn wall_clock() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Time::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// `seatrial serve`: serves until the process is interrupted, and says why if it cannot.
pub(super) fn serve(args: ServeArgs) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return super::complain(&error.to_string(), 2),
    };
    match runtime.block_on(run(args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error @ ServeError::NotSettled(_)) => super::complain(&error.to_string(), 3),
        Err(error) => super::complain(&error.to_string(), 2),
    }
}

/// Serves until the process is interrupted.
///
/// # Errors
/// [`ServeError`] when the port cannot be had, when the cluster cannot be set up, or when it does not settle.
pub async fn run(args: ServeArgs) -> Result<(), ServeError> {
    if !args.listen.ip().is_loopback() && args.token.is_none() {
        return Err(ServeError::Open(args.listen));
    }
    let certificate = match args.tls {
        true => Some(tls::Certificate::new(args.listen.ip()).map_err(ServeError::Certificate)?),
        false => None,
    };
    let cluster = new_cluster(&args)?;
    let listener =
        TcpListener::bind(args.listen).await.map_err(|source| ServeError::Listen { address: args.listen, source })?;
    let address = listener.local_addr().unwrap_or(args.listen);
    let scheme = if certificate.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{}", reachable(address));
    let pace = if args.paused { Pace::Paused } else { Pace::Wall(args.speed) };
    let paced = Arc::new(Paced::new(cluster, pace, args.token.clone()));
    if let Some(path) = &args.kubeconfig {
        let entry = kubeconfig::Entry {
            server: url.clone(),
            token: args.token.clone(),
            authority: certificate.as_ref().map(|it| it.authority.clone()),
        };
        kubeconfig::write(path, &entry).map_err(|source| ServeError::Kubeconfig { path: path.clone(), source })?;
    }
    announce(&url, &args);
    tokio::select! {
        error = paced.keep_up() => Err(error.into()),
        () = accept(listener, paced.clone(), certificate.map(|it| it.acceptor)) => Ok(()),
        () = interrupted() => Ok(()),
    }
}

/// An address that a client can connect to: a server that listens everywhere is reached over loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

fn announce(url: &str, args: &ServeArgs) {
    let pace = match args.paused {
        true => "its time stands still until `seatrial clock` lets it pass".to_owned(),
        false => format!("{} virtual seconds a second", args.speed),
    };
    super::print(&format!("Serving Kubernetes {} with {} nodes on {url}, {pace}\n", args.kubernetes, args.nodes));
    if let Some(path) = &args.kubeconfig {
        super::print(&format!("export KUBECONFIG={}\n", path.display()));
    }
    // What went wrong with printing went wrong before: a reader that went away does not keep the server from serving.
    let _ = std::io::stdout().flush();
}

/// Waits for Ctrl-C, or for what ends a service.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

async fn accept(listener: TcpListener, paced: Arc<Paced>, tls: Option<TlsAcceptor>) {
    let limits = Arc::new(Limits::default());
    loop {
        let Some(turn) = limits.admit().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files, say: others may close theirs.
            tokio::time::sleep(paced::TICK).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (paced, limits, tls) = (paced.clone(), limits.clone(), tls.clone());
        tokio::spawn(async move {
            let _turn = turn;
            match tls {
                None => server::connection(stream, paced, limits).await,
                Some(tls) => {
                    // Whoever does not get through the handshake in time is no client.
                    if let Ok(Ok(stream)) = tokio::time::timeout(tls::HANDSHAKE, tls.accept(stream)).await {
                        server::connection(stream, paced, limits).await;
                    }
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_port_and_0_picks_one() {
        assert!(parse_listen("127.0.0.1:0").is_ok());
        assert!(parse_listen("[::1]:8001").is_ok());
        assert!(parse_listen("8001").is_err());
        let everywhere: SocketAddr = parse_listen("0.0.0.0:8001").expect("an address");
        assert_eq!(reachable(everywhere).to_string(), "127.0.0.1:8001");
    }

    #[test]
    fn a_speed_is_a_number_above_zero() {
        for (text, fine) in [("10", true), ("0.5", true), ("0", false), ("-1", false), ("fast", false), ("inf", false)]
        {
            assert_eq!(parse_speed(text).is_ok(), fine, "{text}");
        }
    }

    #[test]
    fn a_token_fits_into_a_header() {
        for (text, fine) in [("s3cr3t", true), ("", false), ("two words", false), ("a\nb", false)] {
            assert_eq!(parse_token(text).is_ok(), fine, "{text}");
        }
    }
}
