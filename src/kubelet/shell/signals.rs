//! The builtins that have to do with signals and with processes in the background: `trap`, `wait`, `kill`.

use super::machine::Machine;
use super::step::number;
use super::task::{Frame, Task, Wait};

impl Machine {
    pub(super) fn trap(&mut self, task: &mut Task, args: &[String]) {
        task.status = 0;
        let args = if args.first().is_some_and(|it| it == "--") { &args[1..] } else { args };
        let [action, signals @ ..] = args else {
            let shown = task.traps.keys().map(|name| {
                let text = task.trap_texts.get(name).map(String::as_str).unwrap_or_default();
                format!("trap -- {} {name}\n", super::execute::single_quoted(text))
            });
            let text: String = shown.collect();
            return self.print(&task.fds.get(1).cloned().unwrap_or(super::task::Target::Null), &text);
        };
        // Without an action a number or a name alone takes the trap back.
        let (action, signals) = if signals.is_empty() { ("-", args) } else { (action.as_str(), signals) };
        for signal in signals {
            // `trap .. 0` is how old scripts write the end of the shell.
            let name = if signal == "0" { "EXIT".to_owned() } else { signal_name(signal) };
            if name.is_empty() {
                self.complain(task, &format!("trap: {signal}: bad trap"));
                task.status = 1;
                continue;
            }
            let traps = &mut task.traps;
            task.trap_texts.insert(name.clone(), action.to_owned());
            match action {
                "-" => drop(traps.remove(&name)),
                "" => traps.insert(name, None),
                script => match super::script::parse(script, task.dialect) {
                    Ok(node) => traps.insert(name, Some(node)),
                    Err(_) => return task.exit(2),
                },
            }
        }
    }

    pub(super) fn wait(&mut self, task: &mut Task, args: &[String]) {
        let children: Vec<u32> = match args {
            [] => task.children.clone(),
            some => some.iter().filter_map(|it| it.trim_start_matches('%').parse().ok()).collect(),
        };
        let done = children.iter().all(|it| !self.tasks.contains_key(it));
        if done {
            let last = args.last().and(children.last());
            task.status = last.map_or(0, |it| self.ended.get(it).copied().unwrap_or(127));
            return;
        }
        let mut again = vec!["wait".to_owned()];
        again.extend(args.iter().cloned());
        task.frames.push(Frame::Program(again));
        task.wait = Wait::Background(children);
    }

    /// `wait` once more: its processes are gone, or a signal came whose trap has run by now.
    pub(super) fn wait_again(&mut self, task: &mut Task, args: &[String]) {
        let waits = |it: &u32| self.tasks.contains_key(it);
        let children: Vec<u32> = if args.is_empty() {
            task.children.clone()
        } else {
            args.iter().filter_map(|it| it.parse().ok()).collect()
        };
        if children.iter().any(waits) {
            task.status = 128 + number("TERM");
            return;
        }
        self.wait(task, args);
    }

    pub(super) fn kill(&mut self, task: &mut Task, args: &[String]) {
        if let [flag, codes @ ..] = args
            && flag == "-l"
        {
            let names = codes.iter().filter_map(|it| it.parse::<i64>().ok()).map(|it| named(it % 128));
            let text: String = names.map(|it| format!("{it}\n")).collect();
            task.status = 0;
            return self.print(&task.fds.get(1).cloned().unwrap_or(super::task::Target::Null), &text);
        }
        let (signal, targets) = match args {
            [flag, name, rest @ ..] if flag == "-s" => (signal_name(name), rest),
            [flag, rest @ ..] if flag.starts_with('-') && flag.len() > 1 => (signal_name(&flag[1..]), rest),
            all => ("TERM".to_owned(), all),
        };
        task.status = 0;
        for target in targets {
            let pid = target.trim_start_matches('%').parse::<u32>().ok();
            let is_there = |pid: u32, machine: &Machine| pid == task.id || machine.tasks.contains_key(&pid);
            match pid.filter(|it| is_there(*it, self)) {
                Some(_) if signal == "0" => {}
                Some(pid) if pid == task.id => task.signals.push(signal.clone()),
                Some(pid) => {
                    self.signal(pid, &signal);
                }
                None => {
                    self.complain(task, "kill: No such process");
                    task.status = 1;
                }
            }
        }
    }
}

/// The name of the signal with this number.
fn named(code: i64) -> String {
    let names = ["HUP", "INT", "QUIT", "KILL", "USR1", "USR2", "PIPE", "ALRM", "TERM"];
    names.into_iter().find(|it| number(it) == code).map_or_else(|| code.to_string(), str::to_owned)
}

/// `TERM` for `TERM`, `SIGTERM` and `15`; empty for what is no signal.
fn signal_name(text: &str) -> String {
    let name = text.strip_prefix("SIG").unwrap_or(text);
    match name {
        "0" => "0".to_owned(),
        "EXIT" => "EXIT".to_owned(),
        "1" => "HUP".to_owned(),
        "2" => "INT".to_owned(),
        "3" => "QUIT".to_owned(),
        "9" => "KILL".to_owned(),
        "10" => "USR1".to_owned(),
        "12" => "USR2".to_owned(),
        "15" => "TERM".to_owned(),
        name if number(name) > 0 => name.to_owned(),
        _ => String::new(),
    }
}
