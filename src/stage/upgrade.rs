//! From HTTP to WebSocket, for sessions with containers (`staging/src/k8s.io/apiserver/pkg/util/proxy/websocket.go`).
//!
//! Known differences: SPDY, which kubectl before 1.31 speaks, is refused; of the protocols over WebSocket only the fourth and
//! the fifth are spoken.

use http::header::{CONNECTION, HeaderMap, HeaderName, HeaderValue, UPGRADE};
use http::request::Parts;
use http_body_util::{BodyExt, Full};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::service::ReplyBody;
use crate::api::Status;

/// The longest message of a client; kubectl sends 32 KiB at a time.
const MOST_MESSAGE: usize = 1 << 20;

/// The connection of a session, once the client has been told that it may have it.
pub(super) struct Upgraded {
    on_upgrade: OnUpgrade,
}

/// A connection that speaks in frames.
pub(super) type Socket = WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>;

impl Upgraded {
    /// The connection; `None` when the client has gone.
    pub(super) async fn socket(self) -> Option<Socket> {
        let io = TokioIo::new(self.on_upgrade.await.ok()?);
        let config = WebSocketConfig::default().max_message_size(Some(MOST_MESSAGE)).max_frame_size(Some(MOST_MESSAGE));
        Some(WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await)
    }
}

/// Agrees to what the head of a request asks for: the answer to it, and the connection.
///
/// # Errors
/// What is wrong with the head.
pub(super) fn accept(parts: &Parts) -> Result<(http::Response<ReplyBody>, Upgraded), Status> {
    let agreed = agree(&parts.headers)?;
    let Some(on_upgrade) = parts.extensions.get::<OnUpgrade>().cloned() else {
        return Err(Status::bad_request("Upgrade request required"));
    };
    let mut response = http::Response::new(Full::default().boxed_unsync());
    *response.status_mut() = http::StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(HeaderName::from_static("sec-websocket-protocol"), HeaderValue::from_static(agreed.protocol));
    if let Ok(accept) = HeaderValue::from_str(&agreed.accept) {
        headers.insert(HeaderName::from_static("sec-websocket-accept"), accept);
    }
    Ok((response, Upgraded { on_upgrade }))
}

/// What client and server have agreed upon.
#[derive(Debug, PartialEq, Eq)]
struct Agreed {
    accept: String,
    protocol: &'static str,
}

fn agree(headers: &HeaderMap) -> Result<Agreed, Status> {
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let words = |name: &str| -> Vec<String> {
        let values = headers.get_all(name).iter().filter_map(|it| it.to_str().ok());
        values.flat_map(|it| it.split(',')).map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
    };
    let is_upgrade = words("connection").iter().any(|it| it.eq_ignore_ascii_case("upgrade"));
    let to = text("upgrade");
    if !is_upgrade || to.is_empty() {
        return Err(Status::bad_request("Upgrade request required"));
    }
    if !to.eq_ignore_ascii_case("websocket") {
        let message = format!(
            "cannot upgrade to {to}: sessions with containers speak v5.channel.k8s.io over WebSocket, as kubectl 1.31 and later do"
        );
        return Err(Status::bad_request(message));
    }
    if text("sec-websocket-version") != "13" || text("sec-websocket-key").is_empty() {
        return Err(Status::bad_request(
            "not a WebSocket handshake: Sec-WebSocket-Version 13 and a Sec-WebSocket-Key are needed",
        ));
    }
    let offered = words("sec-websocket-protocol");
    let known =
        ["v5.channel.k8s.io", "v4.channel.k8s.io"].into_iter().find(|it| offered.iter().any(|offer| offer == it));
    let Some(protocol) = known else {
        let message =
            format!("unable to upgrade: unknown protocol {:?}: v5.channel.k8s.io is spoken", offered.join(","));
        return Err(Status::bad_request(message));
    };
    Ok(Agreed { accept: derive_accept_key(text("sec-websocket-key").as_bytes()), protocol })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreed(headers: &[(&'static str, &'static str)]) -> Result<Agreed, String> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        agree(&headers).map_err(|it| it.message)
    }

    #[test]
    fn a_handshake_names_the_protocol_and_answers_the_key() {
        let good = [
            ("connection", "keep-alive, Upgrade"),
            ("upgrade", "WebSocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("sec-websocket-protocol", "v4.channel.k8s.io, v5.channel.k8s.io"),
        ];
        let want = Agreed { accept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".to_owned(), protocol: "v5.channel.k8s.io" };
        assert_eq!(agreed(&good), Ok(want));
        for missing in 0..good.len() {
            let mut headers = good.to_vec();
            headers.remove(missing);
            assert!(agreed(&headers).is_err(), "{}", good[missing].0);
        }
    }

    #[test]
    fn another_protocol_is_refused_in_words_that_help() {
        let spdy = agreed(&[("connection", "Upgrade"), ("upgrade", "SPDY/3.1")]);
        assert!(spdy.is_err_and(|it| it.starts_with("cannot upgrade to SPDY/3.1: ") && it.contains("kubectl 1.31")));
    }
}
