//! `wget` (busybox `networking/wget.c`).

use super::super::super::network::{GIVES_UP, HttpRequest, Reply, Url, parse_url, reason};
use super::super::{Call, Outcome};
use super::Options;
use crate::clock::Span;

/// How long it waits for an answer by itself.
const PATIENCE: Span = Span::seconds(900);
/// The flags that take a value.
const LONG: [&str; 8] =
    ["header", "post-data", "post-file", "timeout", "output-document", "tries", "user-agent", "output-file"];

/// Runs it.
pub fn run(call: &mut Call<'_>) -> Outcome {
    let options = Options::of(call.args, "OoTPUYt", &LONG);
    let Some(url) = options.rest.first() else {
        call.tell("BusyBox v1.37.0 () multi-call binary.\n\nUsage: wget [OPTIONS] URL\n");
        return Outcome::Done(1);
    };
    let Some(url) = parse_url(url) else {
        return call.fail(&format!("not an http or ftp url: {url}"));
    };
    let body = options.get(&["post-data"]).map(str::to_owned);
    let headers = options.all(&["header"]).filter_map(|it| it.split_once(':'));
    let request = HttpRequest {
        method: if body.is_some() { "POST" } else { "GET" }.to_owned(),
        path: url.path.clone(),
        tls: url.tls,
        agent: options.get(&["U", "user-agent"]).unwrap_or("Wget").to_owned(),
        headers: headers.map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned())).collect(),
        body: body.unwrap_or_default(),
    };
    match call.request(&url.host, url.port, request) {
        Ok(reply) => take(call, &options, &url, reply),
        Err(question) => question,
    }
}

fn take(call: &mut Call<'_>, options: &Options, url: &Url, reply: Reply) -> Outcome {
    let quiet = options.has(&["q", "quiet"]);
    let address = match &reply {
        Reply::NoHost | Reply::Host(..) => return call.fail(&format!("bad address '{}'", url.authority)),
        Reply::Refused(address) | Reply::Silent(address, _) | Reply::Raw(address, _) => address.clone(),
        Reply::Http { address, .. } => address.clone(),
    };
    if !quiet {
        call.tell(&format!("Connecting to {} ({address}:{})\n", url.authority, url.port));
    }
    let limit = options.seconds(&["T", "timeout"]);
    match reply {
        Reply::Refused(_) => call.fail(&format!("can't connect to remote host ({address}): Connection refused")),
        Reply::Silent(_, unconnected) => {
            let gives_up = if unconnected { GIVES_UP } else { PATIENCE };
            if unconnected && limit.is_none_or(|it| it > gives_up) {
                let text = format!("wget: can't connect to remote host ({address}): Connection timed out\n");
                return Outcome::Later(gives_up, 1, text);
            }
            Outcome::Later(limit.unwrap_or(gives_up), 1, "wget: download timed out\n".to_owned())
        }
        Reply::Http { status, body, .. } => {
            if url.tls && !quiet && !options.has(&["no-check-certificate"]) {
                call.tell("wget: note: TLS certificate validation not implemented\n");
            }
            answered(call, options, url, status, &body)
        }
        _ => call.fail("error getting response"),
    }
}

fn answered(call: &mut Call<'_>, options: &Options, url: &Url, status: u16, body: &str) -> Outcome {
    let quiet = options.has(&["q", "quiet"]);
    if status >= 400 {
        return call.fail(&format!("server returned error: HTTP/1.1 {status} {}", reason(status)));
    }
    if options.has(&["spider"]) {
        if !quiet {
            call.tell("remote file exists\n");
        }
        return Outcome::Done(0);
    }
    let file = options.get(&["O", "output-document"]).map_or_else(|| file_of(&url.path), str::to_owned);
    let to_output = file == "-";
    if !quiet {
        call.tell(&if to_output { "writing to stdout\n".to_owned() } else { format!("saving to '{file}'\n") });
    }
    if let Err(why) = call.save(&file, body) {
        return call.fail(&format!("can't open '{file}': {why}"));
    }
    if !quiet {
        let done = if to_output { "written to stdout\n".to_owned() } else { format!("'{file}' saved\n") };
        let bar = "*".repeat(32);
        call.tell(&format!("{file:<20.20} 100% |{bar}| {:>5}  0:00:00 ETA\n{done}", body.len()));
    }
    Outcome::Done(0)
}

/// The name under which what is at `path` is saved.
fn file_of(path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    let last = path.rsplit('/').next().unwrap_or_default();
    if last.is_empty() { "index.html".to_owned() } else { last.to_owned() }
}
