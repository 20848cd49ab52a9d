//! Standard inputs that somebody outside writes to, and the shell that reads its commands from one as they come
//! (`cmdloop` in busybox `shell/ash.c`).
//!
//! A terminal echoes what is typed, hands it on line by line, and makes signals of some keys, as the line discipline of a pty
//! does. Known difference: of the keys that edit a line there is backspace alone, and no history.

use super::invocation::Invocation;
use super::machine::Machine;
use super::script;
use super::task::{Frame, Pid, StreamId, Target, Task, Wait};

/// More than that is not held for anybody to read.
const MOST: usize = 64 << 20;

/// A standard input that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// What was written and not read.
    pub stream: StreamId,
    /// The line that is being typed, if it is a terminal.
    pub terminal: Option<String>,
}

impl Machine {
    /// Gives the process `first` a standard input, which is open until [`Self::feed`] ends it.
    pub fn open_input(&mut self, first: Pid, terminal: bool) {
        let stream = self.new_stream(String::new());
        if let Some(task) = self.task_mut(first) {
            task.fds.make_mut()[0] = Target::In(stream);
            self.inputs.insert(first, Input { stream, terminal: terminal.then(String::new) });
        }
    }

    /// Writes to the standard input of the process `first`, or ends it with `None`; false when more was written than is read.
    pub fn feed(&mut self, first: Pid, text: Option<&str>) -> bool {
        let Some(text) = text else {
            self.inputs.remove(&first);
            return true;
        };
        let Some(input) = self.inputs.get(&first) else {
            return true;
        };
        let stream = input.stream;
        if input.terminal.is_some() {
            text.chars().for_each(|key| self.typed(first, key));
        } else {
            self.streams.or_default(stream).text.push_str(text);
        }
        self.streams.get(&stream).is_none_or(|it| it.text.len() <= MOST)
    }

    /// A key of a terminal.
    fn typed(&mut self, first: Pid, key: char) {
        let Some(Input { stream, terminal: Some(line) }) = self.inputs.get_mut(&first) else {
            return;
        };
        let (stream, mut done) = (*stream, None);
        let echo = match key {
            '\r' | '\n' => {
                line.push('\n');
                done = Some(std::mem::take(line));
                "\n".to_owned()
            }
            '\x7f' | '\x08' if line.pop().is_some() => "\x08 \x08".to_owned(),
            '\x7f' | '\x08' => String::new(),
            '\x03' => {
                line.clear();
                "^C\n".to_owned()
            }
            '\x04' => {
                done = Some(std::mem::take(line));
                String::new()
            }
            key => {
                line.push(key);
                key.to_string()
            }
        };
        self.print(&screen(first), &echo);
        match (key, done) {
            ('\x03', _) => self.interrupt(first),
            ('\x04', Some(line)) if line.is_empty() => drop(self.inputs.remove(&first)),
            (_, Some(line)) => self.streams.or_default(stream).text.push_str(&line),
            _ => {}
        }
    }

    /// Sends SIGINT to what runs in the foreground of the session of `first`; a shell that reads its commands gives up the
    /// one that it is at.
    fn interrupt(&mut self, first: Pid) {
        let mut spared: Vec<Pid> = self.tasks.values().flat_map(|it| it.children.iter().copied()).collect();
        let mut readers: Vec<Pid> = self.tasks.values().filter(|it| reads(it)).map(|it| it.id).collect();
        let innermost = readers.last().copied();
        // Those that wait for a shell are not at the front.
        while let Some(reader) = readers.pop() {
            spared.push(reader);
            let waits =
                |it: &&Task| it.frames.iter().any(|it| matches!(it, Frame::Subshell(child) if *child == reader));
            readers.extend(self.tasks.values().map(|it| &**it).filter(waits).map(|it| it.id));
        }
        let front: Vec<Pid> =
            self.tasks.values().filter(|it| it.session == first && !spared.contains(&it.id)).map(|it| it.id).collect();
        for pid in front {
            self.signal(pid, "INT");
        }
        if let Some(task) = innermost.and_then(|it| self.task_mut(it)).filter(|it| it.session == first) {
            give_up(task);
        }
    }

    fn has_terminal(&self, stream: StreamId) -> bool {
        self.inputs.values().any(|it| it.stream == stream && it.terminal.is_some())
    }

    /// `sh` without a script: a shell that runs what comes on its standard input.
    pub(super) fn shell_of_input(&mut self, task: &mut Task, invocation: &Invocation) {
        self.inner_shell(task, "", invocation);
        if let Wait::Child(child) = task.wait
            && let Some(child) = self.task_mut(child)
        {
            child.frames = vec![Frame::ReadScript { pending: String::new(), prompted: false }];
        }
    }

    /// The next command of a shell that reads its commands; `pending` is what there is of it.
    pub(super) fn read_script(&mut self, task: &mut Task, mut pending: String, prompted: bool) {
        let Some(Target::In(stream)) = task.fds.first().cloned() else {
            return;
        };
        let interactive = self.has_terminal(stream);
        if interactive && !prompted {
            let prompt = if pending.is_empty() { format!("{} # ", task.folder) } else { "> ".to_owned() };
            self.print(&task.fds.get(1).cloned().unwrap_or(Target::Null), &prompt);
        }
        let has_writers = self.has_writers(stream);
        let text = &mut self.streams.or_default(stream).text;
        let is_last = match text.find('\n') {
            Some(at) => {
                let rest = text.split_off(at + 1);
                pending.push_str(&std::mem::replace(text, rest));
                false
            }
            None if has_writers => {
                task.frames.push(Frame::ReadScript { pending, prompted: true });
                task.wait = Wait::Line(stream);
                return;
            }
            None => {
                pending.push_str(&std::mem::take(text));
                if pending.is_empty() {
                    return;
                }
                true
            }
        };
        if !is_last && script::is_unfinished(&pending, task.dialect) {
            task.frames.push(Frame::ReadScript { pending, prompted: false });
            return;
        }
        let next = Frame::ReadScript { pending: String::new(), prompted: false };
        match script::parse(&pending, task.dialect) {
            Ok(node) => {
                task.frames.push(next);
                task.frames.push(Frame::Run(node));
            }
            Err(refused) => {
                self.print(&task.fds.get(2).cloned().unwrap_or(Target::Null), &refused.complaint());
                task.status = 2;
                if interactive {
                    task.frames.push(next);
                }
            }
        }
    }
}

/// Where a terminal shows what is typed.
fn screen(first: Pid) -> Target {
    if first == 1 { Target::Log(false) } else { Target::Session(first, false) }
}

fn reads(task: &Task) -> bool {
    task.frames.iter().any(|it| matches!(it, Frame::ReadScript { .. }))
}

/// Leaves every command that a shell is at, to read the next one.
fn give_up(task: &mut Task) {
    while let Some(frame) = task.frames.pop() {
        match frame {
            Frame::ReadScript { .. } => break,
            Frame::Restore(fds) => task.fds = fds,
            Frame::Call(args, _) => task.args = args,
            _ => {}
        }
    }
    task.frames.push(Frame::ReadScript { pending: String::new(), prompted: false });
    (task.status, task.wait) = (130, Wait::Nothing);
}

#[cfg(test)]
mod tests {
    use super::super::{Environment, program};
    use super::*;
    use crate::clock::Time;

    fn shell(terminal: bool) -> Machine {
        let mut machine = program(&["sh".to_owned()], &Environment::new(), Time::from_unix(0));
        machine.open_input(1, terminal);
        machine.run(Time::from_unix(0));
        machine
    }

    fn said(machine: &mut Machine, text: Option<&str>, at: i64) -> String {
        let before = machine.log.total();
        machine.run(Time::from_unix(at));
        machine.feed(1, text);
        machine.run(Time::from_unix(at));
        machine.log.after(before).iter().map(|it| it.text.as_str()).collect()
    }

    #[test]
    fn a_shell_runs_each_command_as_it_comes() {
        let mut sh = shell(false);
        assert_eq!(said(&mut sh, Some("x=6\necho $((x * 7))\necho"), 1), "42\n");
        assert_eq!(said(&mut sh, Some(" more\nfor i in 1 2; do\n"), 2), "more\n");
        assert_eq!(said(&mut sh, Some("echo $i\ndone\ncat <<E\nhere\nE\n"), 3), "1\n2\nhere\n");
        assert_eq!(said(&mut sh, Some("read y\n"), 4), "");
        assert_eq!(said(&mut sh, Some("a line\necho got $y\n"), 5), "got a line\n");
        assert_eq!(said(&mut sh, Some("exit 3\n"), 6), "");
        assert_eq!(sh.state, super::super::machine::State::Ended(Time::from_unix(6), 3));
    }

    #[test]
    fn a_shell_ends_with_its_input() {
        let mut sh = shell(false);
        assert_eq!(said(&mut sh, Some("false"), 1), "");
        said(&mut sh, None, 2);
        assert_eq!(sh.state, super::super::machine::State::Ended(Time::from_unix(2), 1));
        let mut sh = shell(false);
        assert!(said(&mut sh, Some("echo a; fi\necho b\n"), 1).starts_with("sh: syntax error"));
        assert_eq!(sh.state, super::super::machine::State::Ended(Time::from_unix(1), 2));
    }

    #[test]
    fn a_terminal_prompts_echoes_and_interrupts() {
        let mut sh = shell(true);
        assert_eq!(sh.log.text(), "/ # ");
        assert_eq!(said(&mut sh, Some("cd /tmpx\x7f\r"), 1), "cd /tmpx\x08 \x08\n/tmp # ");
        assert_eq!(said(&mut sh, Some("sleep 100; echo no\r"), 2), "sleep 100; echo no\n");
        assert_eq!(said(&mut sh, Some("\x03"), 3), "^C\n/tmp # ");
        assert_eq!(said(&mut sh, Some("echo $?; fi\r"), 4).lines().next(), Some("echo $?; fi"));
        assert_eq!(said(&mut sh, Some("echo 'a\rb'\r"), 5), "echo 'a\nb'\n> a\nb\n/tmp # ");
        said(&mut sh, Some("\x04"), 6);
        assert_eq!(sh.state, super::super::machine::State::Ended(Time::from_unix(6), 0));
    }
}
