//! `curl`, as its release 8.17 words things.

use super::super::super::files::absolute;
use super::super::super::network::{GIVES_UP, HttpRequest, Reply, Url, parse_url, reason};
use super::super::{Call, Outcome};
use super::Options;
use crate::clock::Span;

/// The short flags that take a value.
const SHORT: &str = "AEFHTUXbcdemoruwxyzCDKPQY";
/// The long flags that take one.
const LONG: [&str; 24] = [
    "cacert",
    "capath",
    "cert",
    "connect-timeout",
    "connect-to",
    "cookie",
    "data",
    "data-binary",
    "data-raw",
    "header",
    "key",
    "max-time",
    "output",
    "output-dir",
    "oauth2-bearer",
    "proxy",
    "request",
    "resolve",
    "retry",
    "retry-delay",
    "retry-max-time",
    "user",
    "user-agent",
    "write-out",
];
/// As good as for ever: no time limit of its own.
const DAY: Span = Span::seconds(86_400);
/// What it says of a certificate whose issuer it does not know.
const UNKNOWN_ISSUER: &str = "SSL certificate problem: unable to get local issuer certificate\n\
    More details here: https://curl.se/docs/sslcerts.html\n\n\
    curl failed to verify the legitimacy of the server and therefore could not\n\
    establish a secure connection to it. To learn more about this situation and\n\
    how to fix it, please visit the webpage mentioned above.";

/// Runs it.
pub fn run(call: &mut Call<'_>) -> Outcome {
    let options = Options::of(call.args, SHORT, &LONG);
    if options.has(&["V", "version"]) {
        call.print("curl 8.17.0 (x86_64-pc-linux-musl)\n");
        return Outcome::Done(0);
    }
    let Some(url) = options.get(&["url"]).or(options.rest.first().map(String::as_str)) else {
        call.tell("curl: (2) no URL specified\n");
        return Outcome::Done(2);
    };
    let Some(url) = parse_url(url) else {
        let scheme = url.split("://").next().unwrap_or_default();
        return match url.contains("://") && !scheme.starts_with("http") {
            true => refuse(call, &options, 1, &format!("Protocol \"{scheme}\" not supported")),
            false => refuse(call, &options, 3, "URL rejected: Bad hostname"),
        };
    };
    match call.request(&url.host, url.port, request(&options, &url)) {
        Ok(reply) => take(call, &options, &url, reply),
        Err(question) => question,
    }
}

fn request(options: &Options, url: &Url) -> HttpRequest {
    let data: Vec<&str> = options.all(&["d", "data", "data-raw", "data-binary"]).collect();
    let method = match options.get(&["X", "request"]) {
        Some(method) => method,
        None if options.has(&["I", "head"]) => "HEAD",
        None if data.is_empty() => "GET",
        None => "POST",
    };
    let named = options.all(&["H", "header"]).filter_map(|it| it.split_once(':'));
    let mut headers: Vec<(String, String)> =
        named.map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned())).collect();
    if let Some(token) = options.get(&["oauth2-bearer"]) {
        headers.push(("authorization".to_owned(), format!("Bearer {token}")));
    }
    HttpRequest {
        method: method.to_owned(),
        path: url.path.clone(),
        tls: url.tls,
        agent: options.get(&["A", "user-agent"]).unwrap_or("curl/8.17.0").to_owned(),
        headers,
        body: data.join("&"),
    }
}

fn refuse(call: &mut Call<'_>, options: &Options, code: i64, text: &str) -> Outcome {
    if let Some(complaint) = complaint(options, code, text) {
        call.tell(&complaint);
    }
    report(call, options, 0, 0);
    Outcome::Done(code)
}

fn complaint(options: &Options, code: i64, text: &str) -> Option<String> {
    let silent = options.has(&["s", "silent"]) && !options.has(&["S", "show-error"]);
    (!silent).then(|| format!("curl: ({code}) {text}\n"))
}

fn take(call: &mut Call<'_>, options: &Options, url: &Url, reply: Reply) -> Outcome {
    let (host, port) = (&url.host, url.port);
    let (status, body) = match reply {
        Reply::NoHost | Reply::Host(..) => {
            return refuse(call, options, 6, &format!("Could not resolve host: {host}"));
        }
        Reply::Refused(_) => {
            let text = format!("Failed to connect to {host} port {port} after 0 ms: Could not connect to server");
            return refuse(call, options, 7, &text);
        }
        Reply::Silent(_, unconnected) => return give_up(options, url, unconnected),
        Reply::Raw(_, text) if text.is_empty() => return refuse(call, options, 52, "Empty reply from server"),
        Reply::Raw(..) => return refuse(call, options, 1, "Received HTTP/0.9 when not allowed"),
        Reply::Http { status, body, .. } => (status, body),
    };
    if url.tls && !options.has(&["k", "insecure"]) {
        let folder = call.task.folder.clone();
        let authority = options.get(&["cacert"]).map(|it| call.machine.files.read(&absolute(&folder, it)).is_ok());
        match authority {
            None => return refuse(call, options, 60, UNKNOWN_ISSUER),
            Some(false) => {
                let file = options.get(&["cacert"]).unwrap_or_default();
                let text = format!("error setting certificate verify locations:\n  CAfile: {file}\n  CApath: none");
                return refuse(call, options, 77, &text);
            }
            Some(true) => {}
        }
    }
    if status >= 400 && options.has(&["f", "fail"]) {
        if let Some(complaint) = complaint(options, 22, &format!("The requested URL returned error: {status}")) {
            call.tell(&complaint);
        }
        report(call, options, status, 0);
        return Outcome::Done(22);
    }
    let head = format!("HTTP/1.1 {status} {}\r\nContent-Length: {}\r\n\r\n", reason(status), body.len());
    let shown = match (options.has(&["I", "head"]), options.has(&["i", "include"])) {
        (true, _) => head,
        (false, true) => format!("{head}{body}"),
        (false, false) => body.to_string(),
    };
    let own_name = url.path.split('?').next().and_then(|it| it.rsplit('/').next()).unwrap_or_default().to_owned();
    let file = match options.get(&["o", "output"]) {
        Some(file) => file.to_owned(),
        None if options.has(&["O", "remote-name"]) && !own_name.is_empty() => own_name,
        None => "-".to_owned(),
    };
    if call.save(&file, &shown).is_err() {
        return refuse(call, options, 23, "client returned ERROR on write");
    }
    report(call, options, status, body.len());
    Outcome::Done(0)
}

/// Nothing comes back: it waits for as long as it may.
fn give_up(options: &Options, url: &Url, unconnected: bool) -> Outcome {
    let whole = options.seconds(&["m", "max-time"]);
    let connect = options.seconds(&["connect-timeout"]).filter(|it| unconnected && whole.is_none_or(|all| *it < all));
    let after = connect.or(whole).unwrap_or(if unconnected { GIVES_UP } else { DAY });
    let (host, port, millis) = (&url.host, url.port, after.0 / 1_000_000);
    let (code, text) = if connect.is_some() {
        (28, format!("Failed to connect to {host} port {port} after {millis} ms: Timeout was reached"))
    } else if unconnected && whole.is_none() {
        (28, format!("Failed to connect to {host} port {port} after {millis} ms: Could not connect to server"))
    } else if unconnected {
        (28, format!("Connection timed out after {millis} milliseconds"))
    } else {
        (28, format!("Operation timed out after {millis} milliseconds with 0 bytes received"))
    };
    Outcome::Later(after, code, complaint(options, code, &text).unwrap_or_default())
}

/// What `-w` asks for: it comes after everything else.
fn report(call: &mut Call<'_>, options: &Options, status: u16, size: usize) {
    let Some(format) = options.get(&["w", "write-out"]) else {
        return;
    };
    let code = format!("{status:03}");
    let text = format.replace("%{http_code}", &code).replace("%{response_code}", &code);
    let text = text.replace("%{size_download}", &size.to_string()).replace("\\n", "\n").replace("\\t", "\t");
    call.print(&text);
}
