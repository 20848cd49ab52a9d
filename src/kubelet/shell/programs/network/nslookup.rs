//! `nslookup` (busybox `networking/nslookup.c`).
//!
//! Known difference: of the names that the search path makes of a short one, only the one that exists is told of.

use super::super::super::network::{Reply, Wants};
use super::super::{Call, Outcome};
use super::Options;

/// Runs it.
pub fn run(call: &mut Call<'_>) -> Outcome {
    let options = Options::of(call.args, "", &[]);
    let Some(host) = options.rest.first().cloned() else {
        return Outcome::Unknown;
    };
    let reply = match call.ask(&host, None, Wants::Nothing) {
        Ok(reply) => reply,
        Err(question) => return question,
    };
    let resolver = call.machine.files.read("/etc/resolv.conf").ok();
    let own = resolver.as_deref().and_then(|it| it.lines().find_map(|it| it.strip_prefix("nameserver ")));
    let server = own.unwrap_or("10.96.0.10").trim().to_owned();
    call.print(&format!("Server:\t\t{server}\nAddress:\t{server}:53\n\n"));
    match reply {
        Reply::Host(name, addresses) => {
            let text: String = addresses.iter().map(|it| format!("Name:\t{name}\nAddress: {it}\n")).collect();
            call.print(&format!("{text}\n"));
            Outcome::Done(0)
        }
        _ => {
            call.print(&format!("** server can't find {host}: NXDOMAIN\n\n"));
            Outcome::Done(1)
        }
    }
}
