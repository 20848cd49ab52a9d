//! What a process asks of the network, and what comes back: a machine stops at the question until somebody answers it.

use crate::clock::Span;
use crate::object::Str;

/// What a process asks of the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// A name or an address.
    pub host: String,
    /// The port; `None` asks for the addresses of the host alone.
    pub port: Option<u16>,
    /// What is asked for there.
    pub wants: Wants,
}

/// What is asked for at a port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Wants {
    /// A connection, over which this text is sent.
    Connection(String),
    /// Whether anybody listens.
    #[default]
    Nothing,
    /// An answer to an HTTP request.
    Http(Box<HttpRequest>),
}

/// An HTTP request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, ...
    pub method: String,
    /// The path and the query, not decoded.
    pub path: String,
    /// Whether it goes over TLS.
    pub tls: bool,
    /// Who asks: the `User-Agent` header.
    pub agent: String,
    /// The other headers: names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl HttpRequest {
    /// The value of the header `name`, given in lower case, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().rev().find(|it| it.0 == name).map(|it| it.1.as_str()).unwrap_or_default()
    }
}

impl Question {
    /// The path that is asked for; a connection that begins as a request does asks for one too.
    pub fn path(&self) -> &str {
        match &self.wants {
            Wants::Http(request) => &request.path,
            Wants::Connection(text) => text.split_ascii_whitespace().nth(1).unwrap_or("/"),
            Wants::Nothing => "/",
        }
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// There is no such host.
    NoHost,
    /// The addresses of the host, with its full name.
    Host(String, Vec<Str>),
    /// Nobody listens at that address.
    Refused(Str),
    /// Nothing came back from that address; `true` when not even a connection was made.
    Silent(Str, bool),
    /// An answer to an HTTP request.
    Http {
        /// Where it came from.
        address: Str,
        /// The status code.
        status: u16,
        /// The body.
        body: Str,
    },
    /// A connection to something that does not speak HTTP, and what it says.
    Raw(Str, Str),
}

impl Reply {
    /// The same from `address`, behind which somebody else stands.
    #[must_use]
    pub fn from_behind(self, address: Str) -> Self {
        match self {
            Reply::Refused(_) => Reply::Refused(address),
            Reply::Silent(_, unconnected) => Reply::Silent(address, unconnected),
            Reply::Http { status, body, .. } => Reply::Http { address, status, body },
            Reply::Raw(_, text) => Reply::Raw(address, text),
            other => other,
        }
    }
}

/// How long a connection is tried before it is given up: six repetitions of a SYN, as Linux has them by default.
pub const GIVES_UP: Span = Span::seconds(127);

/// What stands for a status code in words.
pub fn reason(status: u16) -> &'static str {
    http::StatusCode::from_u16(status).ok().and_then(|it| it.canonical_reason()).unwrap_or("Unknown")
}

/// The parts of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Whether it is one of HTTPS.
    pub tls: bool,
    /// The host, and the port where that is written out.
    pub authority: String,
    /// The host.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The path and the query.
    pub path: String,
}

/// Reads a URL, which may leave out its scheme; `None` for one of another scheme or with a port that is none.
pub fn parse_url(url: &str) -> Option<Url> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let tls = match scheme {
        "http" => false,
        "https" => true,
        _ => return None,
    };
    let rest = rest.split('#').next().unwrap_or(rest);
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(at);
    let authority = authority.rsplit('@').next().unwrap_or(authority);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, if tls { 443 } else { 80 }),
    };
    if host.is_empty() {
        return None;
    }
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    Some(Url { tls, authority: authority.to_owned(), host: host.to_owned(), port, path })
}

/// The status code and the body of a text that is an HTTP response.
pub fn parse_response(text: &str) -> Option<(u16, &str)> {
    let status = text.strip_prefix("HTTP/1.")?.split_ascii_whitespace().nth(1)?.parse().ok()?;
    let ends = ["\r\n\r\n", "\n\n"].iter().filter_map(|it| text.find(it).map(|at| at + it.len()));
    Some((status, ends.min().map_or("", |at| &text[at..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_may_leave_out_everything_but_the_host() {
        for (url, want) in [
            ("web", Some(("web", 80, "/"))),
            ("http://web:8080/a?b=c#d", Some(("web", 8080, "/a?b=c"))),
            ("https://web.prod.svc/", Some(("web.prod.svc", 443, "/"))),
            ("http://web?x", Some(("web", 80, "/?x"))),
            ("http://me:secret@web/", Some(("web", 80, "/"))),
            ("web:http", None),
            ("ftp://web", None),
            ("http:///", None),
        ] {
            let got = parse_url(url);
            assert_eq!(got.as_ref().map(|it| (it.host.as_str(), it.port, it.path.as_str())), want, "{url}");
        }
    }

    #[test]
    fn a_text_that_begins_as_a_response_is_one() {
        for (text, want) in [
            ("HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello\n", Some((200, "hello\n"))),
            ("HTTP/1.0 503 Busy\n\nlater", Some((503, "later"))),
            ("HTTP/1.1 204", Some((204, ""))),
            ("hello", None),
        ] {
            assert_eq!(parse_response(text), want, "{text:?}");
        }
    }
}
