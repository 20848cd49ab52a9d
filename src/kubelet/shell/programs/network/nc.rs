//! `nc` (busybox `networking/nc_bloaty.c`).
//!
//! Known differences: it sends what it reads all at once, when that is at its end, and a listener answers with what it has
//! to read when the connection comes.

use super::super::super::network::{GIVES_UP, Reply, Wants, reason};
use super::super::{Call, Outcome};
use super::{Listener, Options, Serves};

/// Runs it.
pub fn run(call: &mut Call<'_>) -> Outcome {
    let options = Options::of(call.args, "wpiesoO", &[]);
    if options.has(&["e", "u"]) {
        return Outcome::Unknown;
    }
    if options.has(&["l"]) {
        return listen(&options);
    }
    let [host, port] = options.rest.as_slice() else {
        return Outcome::Unknown;
    };
    let Ok(number) = port.parse::<u16>() else {
        return call.fail(&format!("bad port '{port}'"));
    };
    let host = host.clone();
    let scans = options.has(&["z"]);
    // What is sent is known once it is all there; then the stream is empty, so it is asked for only once.
    let wants = match &call.task.reply {
        Some(_) => Wants::Nothing,
        None if scans => Wants::Nothing,
        None => match call.input() {
            Ok(text) => Wants::Connection(text),
            Err(wait) => return wait,
        },
    };
    let reply = match call.ask(&host, Some(number), wants) {
        Ok(reply) => reply,
        Err(question) => return question,
    };
    let (address, said) = match reply {
        Reply::NoHost | Reply::Host(..) => return call.fail(&format!("bad address '{host}'")),
        Reply::Refused(address) => return call.fail(&format!("{host} ({address}:{number}): Connection refused")),
        Reply::Silent(address, true) => {
            let after = options.seconds(&["w"]).unwrap_or(GIVES_UP);
            let text = format!("nc: {host} ({address}:{number}): Connection timed out\n");
            return Outcome::Later(after, 1, text);
        }
        Reply::Silent(address, false) => (address, String::new()),
        Reply::Raw(address, text) => (address, text.to_string()),
        Reply::Http { address, status, body } => {
            let head = format!("HTTP/1.1 {status} {}\r\nContent-Length: {}\r\n\r\n", reason(status), body.len());
            (address, format!("{head}{body}"))
        }
    };
    if options.has(&["v"]) {
        call.tell(&format!("{host} ({address}:{number}) open\n"));
    }
    if !scans {
        call.print(&said);
    }
    Outcome::Done(0)
}

/// `nc -l -p PORT`, or `nc -l PORT` as others have it.
fn listen(options: &Options) -> Outcome {
    let port = options.get(&["p"]).or(options.rest.last().map(String::as_str)).and_then(|it| it.parse().ok());
    let serves = if options.has(&["k"]) { Serves::Always } else { Serves::Once };
    port.map_or(Outcome::Unknown, |port| Outcome::Listen(Listener { port, serves }))
}
