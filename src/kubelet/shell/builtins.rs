//! The builtins that change the shell itself.

use std::sync::Arc;

use super::dialect::Dialect;
use super::execute::single_quoted;
use super::files::absolute;
use super::invocation::Invocation;
use super::machine::Machine;
use super::script::Node;
use super::step::stop_on_error;
use super::task::{Frame, OPTIONS, Options, Target, Task};

impl Machine {
    /// Runs a builtin; returns whether `argv` is one.
    pub(super) fn builtin(&mut self, task: &mut Task, argv: &[String]) -> bool {
        let args = &argv[1..];
        match argv[0].as_str() {
            ":" => task.status = 0,
            "exit" => {
                let status = self.status_argument(task, "exit", args);
                task.exit(status);
            }
            "return" => {
                let status = self.status_argument(task, "return", args);
                leave_function(task, status);
            }
            "break" | "continue" => leave_loop(task, argv[0] == "continue", args),
            "export" | "readonly" => self.export(task, args, argv[0] == "readonly"),
            "local" => self.local(task, argv),
            "declare" | "typeset" if task.dialect == Dialect::Bash && args.iter().all(|it| !names_array(it)) => {
                self.local(task, argv);
            }
            "let" if task.dialect != Dialect::Dash => self.let_be(task, args),
            "source" if task.dialect == Dialect::Dash => return false,
            "printf" if task.dialect == Dialect::Bash && args.len() > 2 && args[0] == "-v" => {
                self.print_to_variable(task, argv);
            }
            "unset" => self.unset(task, args),
            "set" => self.set(task, args),
            "shift" => self.shift(task, args),
            "cd" | "chdir" => self.cd(task, args),
            "getopts" => self.getopts(task, args),
            "umask" => self.umask(task, args),
            "command" | "type" if argv[0] == "type" || args.first().is_some_and(|it| it == "-v" || it == "-V") => {
                self.locate(task, argv);
            }
            "eval" | "." | "source" | "command" | "exec" => self.another(task, argv),
            "trap" => self.trap(task, args),
            "wait" => self.wait(task, args),
            "kill" => self.kill(task, args),
            _ => return false,
        }
        true
    }

    pub(super) fn say(&mut self, task: &Task, text: &str) {
        self.print(&task.fds.get(1).cloned().unwrap_or(Target::Null), text);
    }

    /// `command -v NAME` and `type NAME`: what a name stands for.
    fn locate(&mut self, task: &mut Task, argv: &[String]) {
        let explains = argv[0] == "type" || argv[1] == "-V";
        task.status = 0;
        for name in argv[1..].iter().filter(|it| !it.starts_with('-')) {
            let function = task.functions.contains_key(name);
            let builtin = is_builtin(name);
            let own = function || builtin || is_reserved(name);
            let found = if own { Some(name.clone()) } else { super::programs::location(name) };
            let line = match found {
                Some(_) if explains && function => format!("{name} is a function\n"),
                Some(_) if explains && builtin => format!("{name} is a shell builtin\n"),
                Some(_) if explains && own => format!("{name} is a shell keyword\n"),
                Some(path) if explains => format!("{name} is {path}\n"),
                Some(path) => format!("{path}\n"),
                None => {
                    task.status = 127;
                    if explains { format!("{name}: not found\n") } else { String::new() }
                }
            };
            self.say(task, &line);
        }
        stop_on_error(task);
    }

    /// `printf -v NAME FORMAT [ARG..]`.
    fn print_to_variable(&mut self, task: &mut Task, argv: &[String]) {
        let stream = self.new_stream(String::new());
        let before = std::mem::replace(&mut task.fds.make_mut()[1], Target::Out(stream));
        let mut program = vec![argv[0].clone()];
        program.extend(argv[3..].iter().cloned());
        self.program(task, program);
        task.fds.make_mut()[1] = before;
        let text = self.streams.remove(&stream).unwrap_or_default().text;
        task.assign(&argv[2], text);
    }

    fn status_argument(&mut self, task: &Task, name: &str, args: &[String]) -> i64 {
        match args.first() {
            None => task.status,
            Some(text) => text.parse::<u32>().map_or_else(
                |_| {
                    self.complain(task, &format!("{name}: Illegal number: {text}"));
                    2
                },
                |it| i64::from(it & 0xff),
            ),
        }
    }

    fn set(&mut self, task: &mut Task, args: &[String]) {
        task.status = 0;
        if args.is_empty() {
            let line = |(name, value): (&crate::object::Str, &str)| format!("{name}={}\n", single_quoted(value));
            let known = task.variables.iter().filter_map(|(name, it)| Some((name, it.value.as_deref()?)));
            let text: String = known.map(line).collect();
            return self.say(task, &text);
        }
        if args == ["-o"] {
            let letters = task.options.letters();
            let lines = OPTIONS.iter().map(|(letter, name)| {
                let on = if letters.contains(*letter) { "on" } else { "off" };
                format!("{name:<16}{on}\n")
            });
            let text: String = lines.collect();
            return self.say(task, &text);
        }
        match set_options(args, &mut task.options) {
            Ok((values, replaces)) if replaces || !values.is_empty() => task.args = values.to_vec().into(),
            Ok(_) => {}
            Err(option) => {
                self.complain(task, &format!("set: illegal option {option}"));
                task.exit(2);
            }
        }
    }

    fn shift(&mut self, task: &mut Task, args: &[String]) {
        let count = args.first().map_or(Ok(1), |it| it.parse::<usize>());
        match count {
            Ok(count) if count <= task.args.len() => {
                task.args = task.args[count..].to_vec().into();
                task.status = 0;
            }
            _ => {
                self.complain(task, "shift: can't shift that many");
                task.exit(2);
            }
        }
    }

    fn cd(&mut self, task: &mut Task, args: &[String]) {
        let args: Vec<&str> = args.iter().map(String::as_str).filter(|it| !matches!(*it, "-P" | "-L" | "--")).collect();
        let old = task.variable("OLDPWD").unwrap_or_default().to_owned();
        let to = match args.first() {
            None => task.variable("HOME").unwrap_or("/root").to_owned(),
            Some(&"-") => old,
            Some(to) => (*to).to_owned(),
        };
        let path = self.files.resolved(&absolute(&task.folder, &to));
        if matches!(self.files.get(&path), Some(super::files::Entry::Folder)) {
            let before = std::mem::replace(&mut task.folder, path.as_str().into());
            task.assign("OLDPWD", before);
            if task.variables.contains_key("PWD") {
                task.assign("PWD", path.as_str());
            }
            task.status = 0;
            if args == ["-"] {
                self.say(task, &format!("{path}\n"));
            }
        } else {
            self.complain(task, &format!("cd: can't cd to {to}"));
            task.status = 2;
            stop_on_error(task);
        }
    }

    /// `getopts OPTIONS NAME [ARG..]`: the next option. Letters that follow each other in one word are told apart by where
    /// the last one stood, which is kept beside `OPTIND`.
    fn getopts(&mut self, task: &mut Task, args: &[String]) {
        const WITHIN: &str = "OPTIND within";
        let [options, name, own @ ..] = args else {
            self.complain(task, "getopts: usage: getopts optstring name [args]");
            task.status = 2;
            return;
        };
        let words = if own.is_empty() { task.args.to_vec() } else { own.to_vec() };
        let number = |name: &str| task.variable(name).and_then(|it| it.parse::<usize>().ok());
        let (mut index, mut within) = (number("OPTIND").unwrap_or(1).max(1), number(WITHIN).unwrap_or(0));
        let word = words.get(index - 1).map(String::as_str).unwrap_or_default();
        let Some(letter) = word.strip_prefix('-').and_then(|it| it.chars().nth(within)).filter(|_| word != "--") else {
            if word == "--" {
                task.assign("OPTIND", (index + 1).to_string());
            }
            task.assign(name, "?");
            task.status = 1;
            return;
        };
        within += 1;
        let silent = options.starts_with(':');
        let place = options.find(letter).filter(|_| letter != ':');
        let takes = place.is_some_and(|at| options[at + letter.len_utf8()..].starts_with(':'));
        let rest: String = word[1..].chars().skip(within).collect();
        let (mut shown, mut value) = (letter.to_string(), None);
        if rest.is_empty() || takes {
            (index, within) = (index + 1, 0);
        }
        let mut complaint = None;
        if place.is_none() {
            complaint = Some(format!("illegal option -{letter}"));
            shown = "?".to_owned();
        } else if takes && !rest.is_empty() {
            value = Some(rest);
        } else if takes {
            value = words.get(index - 1).cloned();
            index += 1;
            if value.is_none() {
                complaint = Some(format!("no arg for -{letter} option"));
                shown = if silent { ":" } else { "?" }.to_owned();
            }
        }
        match complaint {
            Some(_) if silent => value = Some(letter.to_string()),
            Some(message) => self.complain(task, &message),
            None => {}
        }
        task.assign("OPTIND", index.to_string());
        task.assign(WITHIN, within.to_string());
        match value {
            Some(value) => {
                task.assign("OPTARG", value);
            }
            None => drop(task.variables.remove("OPTARG")),
        }
        task.assign(name, shown);
        task.status = 0;
    }

    /// `umask [MODE]`, which is kept and changes nothing: everything belongs to root.
    fn umask(&mut self, task: &mut Task, args: &[String]) {
        const MASK: &str = "umask of files";
        task.status = 0;
        match args.first() {
            None => {
                let mask = task.variable(MASK).unwrap_or("0022").to_owned();
                self.say(task, &format!("{mask}\n"));
            }
            Some(text) => match u32::from_str_radix(text, 8) {
                Ok(mask) => {
                    task.assign(MASK, format!("{:04o}", mask & 0o777));
                }
                Err(_) => {
                    self.complain(task, &format!("umask: Illegal mode: {text}"));
                    task.status = 2;
                    stop_on_error(task);
                }
            },
        }
    }

    /// Commands that run another: `eval`, `.`, `command`, `exec`.
    fn another(&mut self, task: &mut Task, argv: &[String]) {
        match (argv[0].as_str(), argv.get(1)) {
            ("eval", _) => {
                task.status = 0;
                self.run_text(task, &argv[1..].join(" "));
            }
            ("." | "source", Some(name)) if name == "/dev/null" => task.status = 0,
            (".", Some(name)) | ("source", Some(name)) => match self.files.read(&absolute(&task.folder, name)) {
                Ok(text) => {
                    task.frames.push(Frame::Call(task.args.clone(), Vec::new()));
                    if let Some(args) = argv.get(2..).filter(|it| !it.is_empty()) {
                        task.args = args.to_vec().into();
                    }
                    task.status = 0;
                    self.run_text(task, &text);
                }
                Err(_) => {
                    self.complain(task, &format!(".: can't open '{name}': No such file or directory"));
                    task.exit(2);
                }
            },
            ("exec", Some(_)) => {
                // The program takes the place of the shell, whose handlers are gone.
                task.traps = Default::default();
                task.frames.clear();
                self.program(task, argv[1..].to_vec());
            }
            ("command", Some(_)) => {
                let argv: Vec<String> = argv[1..].iter().skip_while(|it| *it == "-p").cloned().collect();
                if !argv.is_empty() && !self.builtin(task, &argv) {
                    self.program(task, argv);
                }
            }
            _ => task.status = 0,
        }
    }

    fn run_text(&mut self, task: &mut Task, text: &str) {
        match super::script::parse(text, task.dialect) {
            Ok(node) => task.frames.push(Frame::Run(node)),
            Err(refused) => {
                self.complain(task, refused.complaint().trim_start_matches("sh: ").trim_end());
                task.exit(2);
            }
        }
    }

    /// A shell of its own within a script, which knows what is exported.
    pub(super) fn inner_shell(&mut self, task: &mut Task, script: &str, invocation: &Invocation) {
        match super::script::parse(script, invocation.dialect) {
            Ok(node) => {
                let child = self.program_beside(task, node);
                if let Some(child) = self.task_mut(child) {
                    (child.shell, child.parent) = (child.id, task.shell);
                    child.name = invocation.name.as_str().into();
                    child.args = invocation.args.clone().into();
                    child.options = invocation.options;
                    child.dialect = invocation.dialect;
                }
                task.frames.push(Frame::Subshell(child));
                task.wait = super::task::Wait::Child(child);
            }
            Err(refused) => {
                self.print(&task.fds.get(2).cloned().unwrap_or(Target::Null), &refused.complaint());
                task.status = 2;
                stop_on_error(task);
            }
        }
    }

    /// A process that runs `node` with what is exported and nothing else of `task`.
    pub(super) fn program_beside(&mut self, task: &mut Task, node: Arc<Node>) -> super::task::Pid {
        let id = self.spawn(task, node, task.fds.clone());
        if let Some(child) = self.task_mut(id) {
            child.variables.retain(|_, it| it.exported);
            child.functions = Default::default();
            child.options = Options::default();
            child.guarded = false;
        }
        id
    }
}

/// Switches options; returns the words after them, and whether those replace the parameters even if there are none.
pub(super) fn set_options<'a>(mut args: &'a [String], options: &mut Options) -> Result<(&'a [String], bool), String> {
    while let [flag, rest @ ..] = args {
        let on = flag.starts_with('-');
        if flag == "--" || flag == "-" {
            return Ok((rest, flag == "--"));
        }
        if flag.len() < 2 || !(on || flag.starts_with('+')) {
            break;
        }
        args = rest;
        for letter in flag[1..].chars() {
            if letter == 'o' {
                let name = args.first().map(String::as_str).unwrap_or_default();
                if !options.set(name, on) {
                    return Err(format!("{}o {name}", &flag[..1]));
                }
                args = args.get(1..).unwrap_or_default();
            } else if !options.set_letter(letter, on) {
                return Err(format!("{}{letter}", &flag[..1]));
            }
        }
    }
    Ok((args, false))
}

/// Whether a word of `declare` asks for what there is not: attributes of names, arrays and a listing.
fn names_array(word: &str) -> bool {
    word.starts_with('-') && word.contains(['A', 'a', 'n', 'p', 'f', 'F'])
}

fn is_reserved(name: &str) -> bool {
    matches!(
        name,
        "!" | "{"
            | "}"
            | "if"
            | "then"
            | "elif"
            | "else"
            | "fi"
            | "for"
            | "in"
            | "do"
            | "done"
            | "while"
            | "until"
            | "case"
            | "esac"
    )
}

/// Whether busybox's shell does it itself.
fn is_builtin(name: &str) -> bool {
    matches!(
        name,
        ":" | "."
            | "["
            | "break"
            | "cd"
            | "command"
            | "continue"
            | "echo"
            | "eval"
            | "exec"
            | "exit"
            | "export"
            | "getopts"
            | "false"
            | "kill"
            | "local"
            | "printf"
            | "pwd"
            | "read"
            | "readonly"
            | "return"
            | "set"
            | "shift"
            | "test"
            | "trap"
            | "true"
            | "type"
            | "umask"
            | "unset"
            | "wait"
    )
}

fn leave_function(task: &mut Task, status: i64) {
    let Some(at) = task.frames.iter().rposition(|it| matches!(it, Frame::Call(..))) else {
        return task.exit(status);
    };
    // The descriptors of redirections inside of the function come back as it is left.
    let restored = task.frames[at..].iter().find_map(|it| match it {
        Frame::Restore(fds) => Some(fds.clone()),
        _ => None,
    });
    if let Some(fds) = restored {
        task.fds = fds;
    }
    task.frames.truncate(at + 1);
    task.status = status;
}

fn leave_loop(task: &mut Task, goes_on: bool, args: &[String]) {
    let mut levels = args.first().and_then(|it| it.parse::<usize>().ok()).unwrap_or(1).max(1);
    task.status = 0;
    while let Some(frame) = task.frames.pop() {
        match frame {
            Frame::While(node, _, _) => {
                levels -= 1;
                if levels == 0 {
                    if goes_on {
                        task.frames.push(Frame::While(node, true, 0));
                    }
                    return;
                }
            }
            Frame::For(node, values) => {
                levels -= 1;
                if levels == 0 {
                    if goes_on {
                        task.frames.push(Frame::For(node, values));
                    }
                    return;
                }
            }
            Frame::Restore(fds) => task.fds = fds,
            Frame::Call(args, locals) => {
                // A loop around the function is not the function's to leave.
                task.frames.push(Frame::Call(args, locals));
                return;
            }
            _ => {}
        }
    }
}
