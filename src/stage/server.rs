//! One connection of an API server: HTTP/1.1 over any stream, with bounds on what a client can cost.
//!
//! A client may be slow, vanish, or send anything. It then loses its own connection and nothing else: every read and write
//! has a time limit, every buffer a size, and a panic while a request is answered becomes the 500 of that request.
//! The limits are those of apiserver where it has them (`pkg/server/config.go`, `secure_serving.go`).

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http_body_util::{BodyExt, Full};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutWriter;

use super::service::ReplyBody;
use crate::api::Status;

/// The longest body that is read (`MaxRequestBodyBytes` of apiserver).
pub const MOST_BODY: usize = 3 << 20;
/// How much of a body that is too long is read and thrown away, so that its sender gets to read the refusal.
const MOST_THROWN_AWAY: usize = 64 << 20;
/// A body up to this length is always read; longer ones share a budget.
const SMALL_BODY: usize = 64 << 10;
/// What the longer bodies that are being read may take together.
const BODIES: usize = 128 << 20;
/// The longest head of a request, as in Go's `net/http`.
const MOST_HEAD: usize = 1 << 20;
/// How long a connection may take for the head of its next request, idling included.
const HEAD_PATIENCE: Duration = Duration::from_secs(90);
/// How long the body of a request may take.
const BODY_PATIENCE: Duration = Duration::from_secs(60);
/// How long a client may take to read what it is sent next.
const WRITE_PATIENCE: Duration = Duration::from_secs(30);
/// The connections served at a time.
const CONNECTIONS: usize = 10_000;

/// What answers the requests of a connection.
pub trait Answer: Send + Sync + 'static {
    /// Refuses a request by its head alone, before its body is read; lets it in with `None`.
    fn refuse(&self, _: &Parts) -> Option<http::Response<ReplyBody>> {
        None
    }

    /// Answers a request.
    fn answer(&self, parts: &Parts, body: Bytes) -> http::Response<ReplyBody>;
}

/// What the connections of a server share: their number, and the memory of what they are sending.
#[derive(Debug)]
pub struct Limits {
    connections: Arc<Semaphore>,
    bodies: AtomicUsize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { connections: Arc::new(Semaphore::new(CONNECTIONS)), bodies: AtomicUsize::new(0) }
    }
}

impl Limits {
    /// Waits for a turn, and gives it back when the permit is dropped.
    pub async fn admit(&self) -> Option<tokio::sync::OwnedSemaphorePermit> {
        self.connections.clone().acquire_owned().await.ok()
    }
}

/// A part of the budget for bodies.
struct Share<'a> {
    limits: &'a Limits,
    bytes: usize,
}

impl Share<'_> {
    /// Takes more of the budget; false when there is none left.
    fn grow(&mut self, length: usize) -> bool {
        if length <= SMALL_BODY {
            return true;
        }
        let more = length.saturating_sub(self.bytes);
        let before = self.limits.bodies.fetch_add(more, Ordering::Relaxed);
        self.bytes += more;
        before + more <= BODIES
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.limits.bodies.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Serves one connection until either side ends it.
pub async fn connection<I>(io: I, answer: Arc<dyn Answer>, limits: Arc<Limits>)
where
    I: AsyncRead + AsyncWrite + Send + 'static,
{
    let mut io = TimeoutWriter::new(io);
    io.set_timeout(Some(WRITE_PATIENCE));
    let service = service_fn(move |request| respond(answer.clone(), limits.clone(), request));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .max_buf_size(MOST_HEAD)
        .serve_connection(TokioIo::new(Box::pin(io)), service)
        // A session with a container takes its connection over.
        .with_upgrades();
    // A client that hangs up in the middle is its own business.
    let _ = served.await;
}

async fn respond<B>(
    answer: Arc<dyn Answer>,
    limits: Arc<Limits>,
    request: http::Request<B>,
) -> Result<http::Response<ReplyBody>, Infallible>
where
    B: http_body::Body<Data = Bytes>,
{
    let (parts, body) = request.into_parts();
    if let Some(refusal) = answer.refuse(&parts) {
        return Ok(refusal);
    }
    let body = match tokio::time::timeout(BODY_PATIENCE, read(body, &limits)).await {
        Ok(Ok(body)) => body,
        Ok(Err(refusal)) => return Ok(closing(refusal)),
        Err(_) => return Ok(closing(too_slow())),
    };
    // The store changes only where a write is complete, so a panic on the way to it leaves nothing half done: the lock is
    // given up as usual, and the next request finds what was stored last.
    let answered = catch_unwind(AssertUnwindSafe(|| answer.answer(&parts, body)));
    Ok(answered.unwrap_or_else(|_| panicked()))
}

/// Reads a body of at most [`MOST_BODY`] bytes.
async fn read<B>(body: B, limits: &Limits) -> Result<Bytes, http::Response<ReplyBody>>
where
    B: http_body::Body<Data = Bytes>,
{
    let expected = body.size_hint().exact().unwrap_or(0);
    let mut body = std::pin::pin!(body);
    let mut share = Share { limits, bytes: 0 };
    let (mut read, mut length) = (BytesMut::new(), 0_usize);
    let mut refusal: Option<fn() -> http::Response<ReplyBody>> = None;
    if expected > MOST_BODY as u64 {
        refusal = Some(too_large);
    }
    while let Some(frame) = body.frame().await {
        // A body that breaks off is answered, though hardly anybody is left to read it.
        let Ok(frame) = frame else {
            return Err(broken_off());
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        length += data.len();
        if length > MOST_BODY {
            refusal = refusal.or(Some(too_large));
        } else if refusal.is_none() && !share.grow(length) {
            refusal = Some(too_many);
        }
        if refusal.is_some() {
            read = BytesMut::new();
            if length > MOST_THROWN_AWAY {
                break;
            }
        } else {
            read.extend_from_slice(&data);
        }
    }
    match refusal {
        Some(refusal) => Err(refusal()),
        None => Ok(read.freeze()),
    }
}

fn broken_off() -> http::Response<ReplyBody> {
    status(&Status::bad_request("unexpected EOF"))
}

fn too_large() -> http::Response<ReplyBody> {
    let message = format!("Request entity too large: limit is {MOST_BODY}");
    status(&Status::failure(413, "RequestEntityTooLarge", message))
}

fn too_many() -> http::Response<ReplyBody> {
    let message = "the server has received too many requests and has asked us to try again later";
    let mut response = status(&Status::failure(429, "TooManyRequests", message));
    response.headers_mut().insert(http::header::RETRY_AFTER, http::HeaderValue::from_static("1"));
    response
}

fn too_slow() -> http::Response<ReplyBody> {
    status(&Status::failure(408, "Timeout", "the body of the request did not arrive in time"))
}

fn panicked() -> http::Response<ReplyBody> {
    let text = "This request caused apiserver to panic. Look in the logs for details.\n";
    let mut response = http::Response::new(Full::from(text).boxed_unsync());
    *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
    let plain = http::HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(http::header::CONTENT_TYPE, plain);
    // So does Go's `http.Error`, by which apiserver answers it (`pkg/server/filters/wrap.go`).
    let nosniff = http::HeaderValue::from_static("nosniff");
    response.headers_mut().insert(http::header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

/// A `Status` as an answer.
pub fn status(status: &Status) -> http::Response<ReplyBody> {
    let text = format!("{}\n", status.to_value().to_json());
    let mut response = http::Response::new(Full::from(text).boxed_unsync());
    *response.status_mut() = http::StatusCode::from_u16(status.code).unwrap_or_default();
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}

/// The same answer, after which the connection ends: what is left of the request is not worth reading.
fn closing(mut response: http::Response<ReplyBody>) -> http::Response<ReplyBody> {
    response.headers_mut().insert(http::header::CONNECTION, http::HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

    use super::*;

    /// Panics where it is asked to, holding a lock that every answer needs.
    #[derive(Default)]
    struct Panicking {
        answered: std::sync::Mutex<usize>,
    }

    impl Answer for Panicking {
        fn answer(&self, parts: &Parts, _: Bytes) -> http::Response<ReplyBody> {
            let mut answered = self.answered.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *answered += 1;
            assert!(parts.uri.path() != "/panic", "as asked");
            http::Response::new(Full::from(answered.to_string()).boxed_unsync())
        }
    }

    fn connect(answer: &Arc<Panicking>, limits: &Arc<Limits>) -> DuplexStream {
        let (client, server) = tokio::io::duplex(1 << 16);
        tokio::spawn(connection(server, answer.clone(), limits.clone()));
        client
    }

    /// Asks for `path` and reads the answer, without its date, up to the end of a body that ends with `end`.
    async fn ask(client: &mut DuplexStream, path: &str, end: &str) -> String {
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n");
        client.write_all(request.as_bytes()).await.expect("the server reads");
        let mut answer = String::new();
        let mut part = [0; 4096];
        while !(answer.contains("\r\n\r\n") && answer.ends_with(end)) {
            let length = client.read(&mut part).await.expect("the server answers");
            assert!(length > 0, "the connection ended after {answer:?}");
            answer.push_str(&String::from_utf8_lossy(&part[..length]));
        }
        answer.lines().filter(|line| !line.starts_with("date:")).collect::<Vec<_>>().join("\n")
    }

    #[tokio::test]
    async fn a_panic_is_the_500_of_one_request_and_of_no_other() {
        let (answer, limits) = (Arc::<Panicking>::default(), Arc::<Limits>::default());
        let (mut one, mut other) = (connect(&answer, &limits), connect(&answer, &limits));
        let refused = ask(&mut one, "/panic", "details.\n").await;
        let want = "HTTP/1.1 500 Internal Server Error\ncontent-type: text/plain; charset=utf-8\n\
                    x-content-type-options: nosniff\ncontent-length: 70\n\n\
                    This request caused apiserver to panic. Look in the logs for details.";
        assert_eq!(refused, want);
        assert!(ask(&mut one, "/fine", "2").await.starts_with("HTTP/1.1 200 OK"), "on the same connection");
        assert!(ask(&mut other, "/fine", "3").await.starts_with("HTTP/1.1 200 OK"), "on one that was open");
        let mut new = connect(&answer, &limits);
        assert!(ask(&mut new, "/fine", "4").await.starts_with("HTTP/1.1 200 OK"), "on a new one");
    }
}
