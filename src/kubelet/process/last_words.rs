//! What is left of a process that ended: its exit, with its last words
//! (`pkg/kubelet/kuberuntime/kuberuntime_container.go`, `getTerminationMessage`).

use super::{Running, Script};
use crate::clock::Time;
use crate::kubelet::container::{Exit, Left};
use crate::kubelet::shell::files::Files;
use crate::kubelet::shell::machine::{Machine, Printed};
use crate::object::{Str, literal};

/// How much of a log becomes a termination message (`pkg/kubelet/container/runtime.go`).
const MESSAGE_LINES: usize = 80;
const MESSAGE_BYTES: usize = 2048;
/// How much of the file for it does.
const MESSAGE_FILE_BYTES: usize = 4096;

impl Running {
    /// What it wrote to the file `path` as its last words.
    fn termination_file(&mut self, now: Time, path: &str) -> Str {
        let writes = self.script.as_ref().is_some_and(|it| !it.rests && it.wrote);
        if path.is_empty() || !writes {
            return Str::new();
        }
        let text = self.files(now).and_then(|it| it.read(path).ok());
        text.map_or_else(Str::new, |it| Str::from(it.get(..floor(&it, MESSAGE_FILE_BYTES)).unwrap_or_default()))
    }

    /// The exit of this run at `finished` with `code`. Its message is in the file `path`, or, if that is empty and `from_log`
    /// says so, the end of the log of a failure.
    pub fn exit(mut self, finished: Time, code: i64, path: &str, from_log: bool) -> Exit {
        let reason = match code {
            0 => literal!("Completed"),
            _ if self.out_of_memory && self.end == Some((finished, code)) => literal!("OOMKilled"),
            _ => literal!("Error"),
        };
        let mut message = self.termination_file(finished, path);
        if message.is_empty() && code != 0 && from_log {
            message = log_tail(self.log(finished));
        }
        if let Some(Script { now, round: Some(round), .. }) = self.script.as_deref_mut() {
            now.skip_rounds(round, finished);
        }
        if self.script.is_none() && !self.prints.is_empty() {
            let mut now = Machine::resting(Files::new(Str::new(), self.started), finished);
            self.log(finished).iter().for_each(|it| now.log.push(it.clone()));
            self.script = Some(Box::new(Script::resting(now)));
        }
        let left = match (self.script, self.prints_alone) {
            (Some(script), _) => Left::Processes(Box::new(script.now)),
            (None, Some(call)) => Left::Prints(call),
            (None, None) => Left::Nothing,
        };
        Exit { code, reason, message, started: self.started, finished, id: self.id, left }
    }
}

/// The last place at or before `bytes` between two characters of `text`.
fn floor(text: &str, bytes: usize) -> usize {
    let mut at = bytes.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The end of what was printed.
fn log_tail(log: &[Printed]) -> Str {
    let text: String = log.iter().map(|it| it.text.as_str()).collect();
    let lines = text.split_inclusive('\n').count();
    let first = lines.saturating_sub(MESSAGE_LINES);
    let tail: String = text.split_inclusive('\n').skip(first).collect();
    let mut from = tail.len().saturating_sub(MESSAGE_BYTES);
    while !tail.is_char_boundary(from) {
        from += 1;
    }
    Str::from(&tail[from..])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::kubelet::command::Process;
    use crate::kubelet::process::started;
    use crate::kubelet::shell::Shell;
    use crate::kubelet::shell::dialect::Dialect;
    use crate::kubelet::shell::scripts::{Call, Scripts};

    #[test]
    fn what_only_prints_leaves_what_it_printed_to_whoever_asks() {
        let node = Scripts::default().read("date +%s; echo a; exit 3", Dialect::Ash).expect("a script");
        let (now, call) = (Time::from_unix(9), Arc::new(Call::new(Shell::default(), node)));
        let running = || Running::new(Process::Prints(call.clone(), 3), now, Str::new()).expect("it starts");
        assert_eq!((running().end, running().look, running().is_at_rest()), (Some((now, 3)), None, true));
        let mut exit = running().exit(now, 3, "/dev/termination-log", false);
        assert!(exit.message.is_empty() && matches!(&exit.left, Left::Prints(_)));
        assert_eq!(exit.log().iter().map(|it| it.text.as_str()).collect::<String>(), "9\na\n");
        assert_eq!((exit.log_dropped(), exit.log().len()), (0, 2));
        assert_eq!(running().exit(now, 3, "", true).message, "9\na\n");
    }

    #[test]
    fn a_termination_message_is_the_end_of_the_log() {
        let script = "echo a; sleep 5; for i in $(seq 79); do echo b; done; sleep 5; echo c; exit 1";
        let message = |at: i64, code: i64| started(script).exit(Time::from_unix(at), code, "", true).message;
        assert_eq!(message(4, 1), "a\n");
        assert_eq!(message(9, 1), format!("a\n{}", "b\n".repeat(79)));
        assert_eq!(message(10, 1), format!("{}c\n", "b\n".repeat(79)));
        assert_eq!(message(10, 0), "");
        assert_eq!(started(script).exit(Time::from_unix(10), 1, "", false).message, "");
    }
}
