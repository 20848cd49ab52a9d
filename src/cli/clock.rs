//! `seatrial clock`: reads the time of a served cluster, and lets it pass.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::serve::CLOCK_PATH;
use super::serve::kubeconfig::{self, Entry};

/// The arguments of `seatrial clock`.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct ClockArguments {
    /// Let so much time pass, such as 90s or 2m30s.
    #[arg(long, value_name = "DURATION", conflicts_with = "settle")]
    advance: Option<String>,
    /// Let time pass until nothing more happens for a minute.
    #[arg(long)]
    settle: bool,
    /// The kubeconfig that `seatrial serve` wrote; unless said the one that KUBECONFIG names.
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// The server, such as http://127.0.0.1:8001, instead of the kubeconfig's.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// The token that the server was started with, instead of the kubeconfig's.
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
}

/// Asks the server, and prints its time.
pub(super) fn clock(arguments: &ClockArguments) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return super::complain(&error.to_string(), 2),
    };
    match entry(arguments).and_then(|entry| runtime.block_on(ask(&entry, arguments))) {
        Ok(clock) => {
            super::print(&render(&clock));
            ExitCode::SUCCESS
        }
        Err(why) => super::complain(&why, 2),
    }
}

/// `2026-01-01T00:01:30Z  T+1m30s  paused`.
fn render(clock: &Value) -> String {
    let text = |key: &str| clock[key].as_str().unwrap_or_default();
    let pace = match clock["paused"].as_bool() {
        Some(true) => "paused".to_owned(),
        _ => format!("speed {}", clock["speed"]),
    };
    format!("{}  T+{}  {pace}\n", text("now"), text("passed"))
}

/// Which server is meant.
fn entry(arguments: &ClockArguments) -> Result<Entry, String> {
    let variable = std::env::var_os("KUBECONFIG").map(PathBuf::from);
    let file = arguments.kubeconfig.clone().or(variable.filter(|_| arguments.server.is_none()));
    let mut entry = match (&file, &arguments.server) {
        (Some(file), _) => kubeconfig::read(file)?,
        (None, Some(server)) => Entry { server: server.clone(), token: None, authority: None },
        (None, None) => {
            return Err("which server? Give --server URL or --kubeconfig FILE, or set KUBECONFIG".to_owned());
        }
    };
    if let Some(server) = &arguments.server {
        entry.server.clone_from(server);
    }
    if let Some(token) = &arguments.token {
        entry.token = Some(token.clone());
    }
    Ok(entry)
}

async fn ask(entry: &Entry, arguments: &ClockArguments) -> Result<Value, String> {
    let uri: http::Uri = entry.server.parse().map_err(|error| format!("{}: {error}", entry.server))?;
    let unreachable = |error: std::io::Error| format!("cannot reach {}: {error}", entry.server);
    let host = uri.host().ok_or_else(|| format!("{} names no host", entry.server))?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_https = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
    let stream = TcpStream::connect((bare, port)).await.map_err(unreachable)?;
    let request = request(&uri, entry, arguments)?;
    if !is_https {
        return send(stream, request).await;
    }
    let name = ServerName::try_from(bare.to_owned()).map_err(|error| error.to_string())?;
    let connector = TlsConnector::from(Arc::new(tls(entry)?));
    send(connector.connect(name, stream).await.map_err(unreachable)?, request).await
}

/// Believes the authority of the kubeconfig alone.
fn tls(entry: &Entry) -> Result<ClientConfig, String> {
    let pem = entry.authority.as_ref().ok_or("the kubeconfig has no certificate authority: give --kubeconfig FILE")?;
    let authority = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| error.to_string())?;
    let mut roots = RootCertStore::empty();
    roots.add(authority).map_err(|error| error.to_string())?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn request(
    uri: &http::Uri,
    entry: &Entry,
    arguments: &ClockArguments,
) -> Result<http::Request<Full<bytes::Bytes>>, String> {
    let wish = match (&arguments.advance, arguments.settle) {
        (Some(span), _) => Some(json!({ "advance": span })),
        (None, true) => Some(json!({ "settle": true })),
        (None, false) => None,
    };
    let host = uri.authority().map(|it| it.as_str()).unwrap_or_default();
    let mut builder = http::Request::builder()
        .method(if wish.is_some() { "POST" } else { "GET" })
        .uri(CLOCK_PATH)
        .header(http::header::HOST, host);
    if let Some(token) = &entry.token {
        builder = builder.header(http::header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let body = wish.map(|it| it.to_string()).unwrap_or_default();
    builder.body(Full::from(body)).map_err(|error| error.to_string())
}

async fn send<S>(stream: S, request: http::Request<Full<bytes::Bytes>>) -> Result<Value, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |error: hyper::Error| format!("the server did not answer: {error}");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(broken)?;
    let code = response.status();
    let body = response.into_body().collect().await.map_err(broken)?.to_bytes();
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    if code.is_success() && answer["now"].is_string() {
        return Ok(answer);
    }
    match answer["message"].as_str() {
        Some(message) if !code.is_success() => Err(message.to_owned()),
        _ => Err(format!("it answered {code}: is it a server of seatrial?")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_one_line() {
        let clock = json!({ "now": "2026-01-01T00:01:30Z", "passed": "1m30s", "paused": true, "speed": 0.0 });
        assert_eq!(render(&clock), "2026-01-01T00:01:30Z  T+1m30s  paused\n");
        let clock = json!({ "now": "2026-01-01T00:01:30Z", "passed": "1m30s", "paused": false, "speed": 10.0 });
        assert_eq!(render(&clock), "2026-01-01T00:01:30Z  T+1m30s  speed 10.0\n");
    }
}
