//! A session with a container over a WebSocket: exec and attach
//! (`staging/src/k8s.io/apiserver/pkg/util/proxy/streamtranslator.go`).
//!
//! Each message begins with the number of its channel. A session goes on in virtual time: what a command prints after
//! `sleep 5` comes five seconds later. A client that goes away takes its command with it.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use super::activity::OpenStream;
use super::service::SharedCluster;
use super::upgrade::{Socket, Upgraded};
use crate::api::Status;
use crate::api::http::{SessionRequest, Streams};
use crate::kubelet::command::not_interpreted;
use crate::kubelet::session::{Progress, Session};
use crate::kubelet::shell::raw;
use crate::map;
use crate::object::{Str, Value};

/// The channels (`apimachinery/pkg/util/remotecommand/constants.go`).
const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const STATUS: u8 = 3;
/// Says that the channel in the next byte is closed.
const CLOSE: u8 = 255;
/// How long a client may take to end its side when the session is over, by the wall clock.
const FAREWELL: Duration = Duration::from_secs(10);
/// How often a client is asked whether it reads before it is told anything.
const QUESTIONS: usize = 3;
/// How long to wait before the next such question, by the wall clock: a client on a busy machine may answer some in a row
/// before it goes on with what it is about to do.
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(10);
/// How long a client may take to answer that, by the wall clock; one that does not answer is told all the same.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest piece of output in one message.
const MOST_PIECE: usize = 32 << 10;

/// Serves one session from its upgrade to its end. `starting` counts as a request that is not answered until the client has
/// been told something.
pub(super) async fn serve(
    cluster: SharedCluster,
    request: SessionRequest,
    upgraded: Upgraded,
    stream: OpenStream,
    starting: impl Send,
) {
    let Some(mut socket) = upgraded.socket().await else {
        return;
    };
    let started = cluster.with(|cluster| {
        let started = cluster.start_session(&request);
        stream.looked(cluster, false, None);
        started
    });
    let streams = request.streams;
    let mut early = VecDeque::new();
    let status = match (greet(&mut socket, streams, &mut early).await, started) {
        (_, Err(message)) => Some(internal(&message)),
        (greeted, Ok(session)) => {
            drop(starting);
            let status = match greeted {
                Ok(()) => converse(&cluster, &mut socket, &session, streams, &stream, early).await,
                Err(_) => None,
            };
            cluster.with(|cluster| cluster.end_session(&session));
            status
        }
    };
    drop(stream);
    if let Some(status) = status {
        farewell(&mut socket, &status).await;
    }
}

/// Tells the client that it is connected, once it takes what it is told: kubectl before 1.34 drops what comes before it has
/// made its streams, which it does while it begins to read. It answers a ping when it reads. What it says meanwhile is kept.
async fn greet(socket: &mut Socket, streams: Streams, early: &mut VecDeque<Message>) -> Result<(), Error> {
    let mut unanswered = QUESTIONS;
    socket.send(Message::Ping(Bytes::new())).await?;
    // Whoever sends anything by itself has its streams.
    while unanswered > 0 && early.is_empty() {
        let Ok(message) = tokio::time::timeout(PATIENCE, socket.next()).await else {
            break;
        };
        match message.ok_or(Error::ConnectionClosed)?? {
            Message::Pong(_) => {
                unanswered -= 1;
                if unanswered > 0 {
                    tokio::time::sleep(BETWEEN_QUESTIONS).await;
                    socket.send(Message::Ping(Bytes::new())).await?;
                }
            }
            Message::Ping(_) => {}
            message => early.push_back(message),
        }
    }
    let channel = match (streams.stdout, streams.stderr) {
        (true, _) => STDOUT,
        (false, true) => STDERR,
        (false, false) => STATUS,
    };
    send(socket, channel, b"").await
}

/// Carries input and output until the command ends; then its status. `None` when the client has gone.
async fn converse(
    cluster: &SharedCluster,
    socket: &mut Socket,
    session: &Session,
    streams: Streams,
    stream: &OpenStream,
    mut early: VecDeque<Message>,
) -> Option<Value> {
    let mut moved = cluster.subscribe();
    let mut input = Input::default();
    let mut told = 0;
    loop {
        moved.mark_unchanged();
        let progress = cluster.with(|cluster| {
            let progress = cluster.session(session, told);
            stream.looked(cluster, progress.tells(), progress.next);
            progress
        });
        told += progress.printed.len();
        tell(socket, &progress, streams).await.ok()?;
        if let Some(status) = outcome(&progress, session) {
            return Some(status);
        }
        let message = match early.pop_front() {
            Some(message) => message,
            None => tokio::select! {
                message = socket.next() => message?.ok()?,
                changed = moved.changed() => {
                    changed.ok()?;
                    continue;
                }
            },
        };
        match input.take(message, streams) {
            Taken::Nothing => {}
            Taken::Gone => return None,
            Taken::Text(text) => cluster.with(|cluster| cluster.feed_session(session, Some(&text))).ok()?,
            Taken::End(rest) => {
                let rest = Some(rest.as_str()).filter(|it| !it.is_empty());
                let fed = cluster.with(|cluster| {
                    rest.map_or(Ok(()), |text| cluster.feed_session(session, Some(text)))?;
                    cluster.feed_session(session, None)
                });
                fed.ok()?;
            }
        }
    }
}

/// What a message of the client comes to.
#[derive(Debug, PartialEq, Eq)]
enum Taken {
    Nothing,
    Text(String),
    /// The end, after what looked like half of a character.
    End(String),
    Gone,
}

/// The standard input so far: a character may come in two messages.
#[derive(Debug, Default)]
struct Input {
    half: Vec<u8>,
}

impl Input {
    fn take(&mut self, message: Message, streams: Streams) -> Taken {
        let bytes = match message {
            Message::Binary(bytes) => bytes,
            Message::Text(text) => Bytes::from(text),
            Message::Close(_) => return Taken::Gone,
            _ => return Taken::Nothing,
        };
        match bytes.split_first() {
            Some((&CLOSE, [STDIN])) if streams.stdin => Taken::End(raw::text(&std::mem::take(&mut self.half))),
            Some((&STDIN, rest)) if streams.stdin && !rest.is_empty() => {
                self.half.extend_from_slice(rest);
                Taken::Text(self.text())
            }
            // The size of a terminal, or nothing.
            _ => Taken::Nothing,
        }
    }

    /// The whole characters and the bytes that are none; what may begin a character stays.
    fn text(&mut self) -> String {
        let whole = match std::str::from_utf8(&self.half) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.half.len(),
        };
        let rest = self.half.split_off(whole);
        raw::text(&std::mem::replace(&mut self.half, rest))
    }
}

/// Sends what was printed since the last time.
async fn tell(socket: &mut Socket, progress: &Progress, streams: Streams) -> Result<(), Error> {
    for printed in &progress.printed {
        // A terminal has one output, and begins lines itself.
        let (error, text) = match streams.tty {
            true => (false, printed.text.replace('\n', "\r\n")),
            false => (printed.error, printed.text.clone()),
        };
        let (channel, wanted) = if error { (STDERR, streams.stderr) } else { (STDOUT, streams.stdout) };
        if wanted {
            for piece in raw::bytes(&text).chunks(MOST_PIECE) {
                send(socket, channel, piece).await?;
            }
        }
    }
    Ok(())
}

async fn send(socket: &mut Socket, channel: u8, piece: &[u8]) -> Result<(), Error> {
    let mut message = Vec::with_capacity(piece.len() + 1);
    message.push(channel);
    message.extend_from_slice(piece);
    socket.send(Message::binary(message)).await
}

/// How the session ended, if it has.
fn outcome(progress: &Progress, session: &Session) -> Option<Value> {
    if let Some(program) = &progress.stuck {
        let why = not_interpreted(program);
        return Some(internal(&format!("error executing command in container: {why}")));
    }
    match progress.ended? {
        // Whoever is attached learns of the end and of nothing else.
        code if code == 0 || session.is_attached() => Some(Value::Map(map! {
            "metadata" => Value::empty_map(),
            "status" => "Success",
        })),
        code => {
            let cause = Value::Map(map! { "reason" => "ExitCode", "message" => code.to_string() });
            Some(Value::Map(map! {
                "metadata" => Value::empty_map(),
                "status" => "Failure",
                "message" => format!("command terminated with non-zero exit code: command terminated with exit code {code}"),
                "reason" => "NonZeroExitCode",
                "details" => map! { "causes" => Value::list([cause]) },
            }))
        }
    }
}

/// What went wrong before there was a command (`NewInternalError`).
fn internal(message: &str) -> Value {
    let cause = Value::Map(map! { "message" => Str::from(message) });
    let details = map! { "causes" => Value::list([cause]) };
    let message = format!("Internal error occurred: {message}");
    Status { code: 500, reason: "InternalError", message, details }.to_value()
}

/// Tells the status, and lets the client end its side: a connection that is cut may lose what is still on its way.
async fn farewell(socket: &mut Socket, status: &Value) {
    let text = status.to_json();
    let done = CloseFrame { code: CloseCode::Normal, reason: Utf8Bytes::default() };
    if send(socket, STATUS, text.as_bytes()).await.is_err() || socket.close(Some(done)).await.is_err() {
        return;
    }
    let gone = async { while let Some(Ok(_)) = socket.next().await {} };
    let _ = tokio::time::timeout(FAREWELL, gone).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_may_come_in_two_messages() {
        let streams = Streams { stdin: true, ..Streams::default() };
        let mut input = Input::default();
        let mut take = |bytes: &[u8]| input.take(Message::binary(bytes.to_vec()), streams);
        assert_eq!(take(b"\0a\xc3"), Taken::Text("a".to_owned()));
        assert_eq!(take(b"\0\xa9\n"), Taken::Text("\u{e9}\n".to_owned()));
        assert_eq!(take(b"\0\xff\xfe"), Taken::Text(raw::text(b"\xff\xfe")));
        assert_eq!(take(&[CLOSE, STDIN]), Taken::End(String::new()));
        assert_eq!((take(b""), take(b"\x04{}"), take(b"\x09x")), (Taken::Nothing, Taken::Nothing, Taken::Nothing));
        assert_eq!(Input::default().take(Message::binary(b"\0a".to_vec()), Streams::default()), Taken::Nothing);
    }
}
