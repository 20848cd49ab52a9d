//! What a container's process does: the command and arguments of its spec, run in virtual time.
//!
//! The argv follows `pkg/kubelet/container/helpers.go` (`ExpandContainerCommandAndArgs`) and
//! `third_party/forked/golang/expansion/expand.go`.

use std::sync::Arc;

use super::environment::{expand, with_runtime};
use super::image_behaviour::{ImageBehaviour, Run};
use super::image_facts::ImageFacts;
use super::probe;
use super::shell::dialect;
use super::shell::files::{Files, absolute};
use super::shell::invocation::{Invocation, Source};
use super::shell::machine::Machine;
use super::shell::scripts::{Call, Scripts, Words};
use super::shell::{self, Environment};
use crate::clock::{Span, Time};
use crate::object::{Object, Value};

/// What a container's process does once it is started.
#[derive(Clone, Debug)]
pub enum Process {
    /// It runs a script. As process 1 it takes only the signals that it traps, and is killed after the grace period.
    Script(Box<Machine>),
    /// It prints and does nothing else: it is over as soon as it starts, with this exit code.
    Prints(Arc<Call>, i64),
    /// It does nothing but end after a time with an exit code, or with `None` never. It ignores SIGTERM.
    Plain(Option<(Span, i64)>),
    /// The image's own entrypoint: it runs until it is told to stop, and stops at once and well when it is.
    Entrypoint,
    /// The image's own entrypoint, of which is known what it does.
    Image(&'static ImageBehaviour),
    /// A command that is not interpreted: it runs until it is killed. Names what is not understood.
    NotInterpreted(String),
    /// There is no such program, so the container cannot start. Holds the runtime's message.
    CannotStart(String),
}

/// How much is read into a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// As a container runtime reads it: the first word is the program.
    #[default]
    Exact,
    /// A command that names no program is read as a script, whatever starts it.
    AsScript,
}

/// What a process is made of. Its variables and files are worked out only if it needs them.
pub struct Making<'a> {
    /// The spec of the container.
    pub container: &'a Value,
    /// What is known of its image.
    pub image: Arc<ImageFacts>,
    /// The pod.
    pub pod: &'a Object,
    /// When it starts.
    pub started: Time,
    /// How its command is read.
    pub reading: Reading,
    /// Its variables, but for those of the runtime.
    pub env: Box<dyn Fn() -> Environment + 'a>,
    /// Its files.
    pub files: Box<dyn Fn() -> Files + 'a>,
    /// The scripts that were read before.
    pub scripts: &'a Scripts,
}

impl Making<'_> {
    fn env(&self) -> Environment {
        with_runtime(&(self.env)(), self.pod)
    }

    /// `machine` with the container's files, in its working directory.
    fn furnished(&self, mut machine: Machine, files: Option<Files>) -> Machine {
        machine.files = files.unwrap_or_else(|| (self.files)());
        let folder = self.container["workingDir"].as_str().filter(|it| !it.is_empty());
        if let Some(folder) = folder.map(|it| absolute("/", it)) {
            // A runtime makes the folder when the image does not have it.
            let _ = machine.files.make_folder(&folder, true);
            if let Some(first) = machine.first() {
                first.folder = folder.into();
            }
        }
        machine
    }

    /// The machine of the container's own process, with the standard input that its spec says.
    fn own(&self, machine: Machine, files: Option<Files>) -> Process {
        let mut machine = self.furnished(machine, files).of_image(self.image.is_base).with_sh(self.image.sh);
        if self.container["stdin"].is_true() {
            machine.open_input(1, self.container["tty"].is_true());
        }
        Process::Script(Box::new(machine))
    }
}

/// The process of `container`, if its command is known to print and to do nothing else, and nothing that it could change or
/// that is executed in it is seen by others: it then needs neither variables nor files.
pub fn known_to_print(container: &Value, scripts: &Scripts) -> Option<Process> {
    let call = scripts.call(Words::of(container))?;
    let code = call.prints?;
    let is_read_only = container["volumeMounts"].items().iter().all(|it| it["readOnly"].is_true());
    let is_alone = container["lifecycle"].is_null() && !probe::are_in(container) && !container["stdin"].is_true();
    (is_read_only && is_alone).then_some(Process::Prints(call, code))
}

/// The process of a container.
pub fn process(making: &Making<'_>) -> Process {
    let (command, args) = (making.container["command"].items(), making.container["args"].items());
    let exact = making.reading == Reading::Exact;
    let image = making.image.behaviour.filter(|_| exact);
    let to_entrypoint = |it: &ImageBehaviour| it.has_entrypoint && !is_command(args[0].str_or_empty());
    if command.is_empty() && (args.is_empty() || image.is_some_and(to_entrypoint)) {
        return match image {
            // A shell that has a standard input does not end at once.
            Some(image) if matches!(image.run, Run::Ends(_)) && making.container["stdin"].is_true() => {
                making.own(shell::program(&["sh".to_owned()], &making.env(), making.started), None)
            }
            image => image.map_or(Process::Entrypoint, Process::Image),
        };
    }
    let called = Words::of(making.container);
    if let Some(call) = making.scripts.call(called) {
        return making.own(shell::called(&call, &making.env(), making.started), None);
    }
    let words = || command.iter().chain(args).map(Value::str_or_empty);
    let has_variables = words().any(|it| it.contains('$'));
    let called = if has_variables { None } else { Some(called) };
    let argv: Vec<String> = if has_variables {
        let env = (making.env)();
        words().map(|it| expand(it, |name| env.get(name)?.value.clone())).collect()
    } else {
        words().map(str::to_owned).collect()
    };
    let program = argv[0].as_str();
    if let Some(end) = shell::plain(&argv) {
        return Process::Plain(end);
    }
    let (env, started) = (making.env(), making.started);
    let mut files = None;
    let is_base = exact && making.image.is_base;
    // Base images have no entrypoint, so that arguments alone are a command as well.
    let is_command = !command.is_empty() || is_base;
    let result = if is_shell(program) && dialect::is_missing(program, making.container["image"].str_or_empty()) {
        return Process::CannotStart(not_found(program));
    } else if is_shell(program) {
        let own = files.insert((making.files)());
        let is_there = |file: &str| own.get(&absolute(&folder(making), file)).is_some();
        match Invocation::parse(&argv) {
            Ok(Invocation { script: Source::File(file), .. }) if is_there(&file) => {
                Ok(shell::program(&argv, &env, started))
            }
            Ok(Invocation { script: Source::Input, .. }) => Ok(shell::program(&argv, &env, started)),
            call => call.and_then(|it| shell_command(it, program, called, &env, making)),
        }
    } else if shell::is_program(shell::base_name(program)) {
        Ok(shell::program(&argv, &env, started))
    } else if making.reading == Reading::AsScript {
        shell::read_shell(&argv.join(" "), &Invocation::default(), Some(making.scripts), &env, started)
    } else if is_command && (is_no_program(program) || is_base && is_missing(program)) {
        return Process::CannotStart(not_found(program));
    } else if let Some(image) = ImageBehaviour::of_program(program) {
        return Process::Image(image);
    } else {
        let own = files.insert((making.files)());
        let path = absolute(&folder(making), program);
        match own.get(&path).filter(|_| program.contains('/')) {
            Some(_) if own.is_executable(&path) => Ok(shell::program(&argv, &env, started)),
            Some(_) => return Process::CannotStart(cannot_start(program, "permission denied")),
            None => Err(program.to_owned()),
        }
    };
    match result {
        Ok(machine) => making.own(machine, files),
        Err(construct) => Process::NotInterpreted(construct),
    }
}

fn folder(making: &Making<'_>) -> String {
    making.container["workingDir"].as_str().filter(|it| !it.is_empty()).unwrap_or("/").to_owned()
}

/// What `argv` does when it is executed in the container, as a machine of its own.
///
/// # Errors
/// The runtime's message about a program that is none, or the construct that is not interpreted.
pub fn executed(argv: &[String], making: &Making<'_>) -> Result<Machine, String> {
    let (env, now) = (making.env(), making.started);
    let machine = match argv.first() {
        None => Err("no command was given".to_owned()),
        Some(program)
            if is_shell(program) && !dialect::is_missing(program, making.container["image"].str_or_empty()) =>
        {
            match Invocation::parse(argv) {
                Ok(Invocation { script: Source::Input | Source::File(_), .. }) => Ok(shell::program(argv, &env, now)),
                call => call
                    .and_then(|it| shell_command(it, program, None, &env, making))
                    .map_err(|construct| not_interpreted(&construct)),
            }
        }
        Some(program) if is_shell(program) || is_no_program(program) || making.image.is_base && is_missing(program) => {
            Err(format!(
                "OCI runtime exec failed: exec failed: unable to start container process: exec: {program:?}: executable file not \
             found in $PATH"
            ))
        }
        Some(_) => Ok(shell::program(argv, &env, now)),
    };
    machine.map(|it| making.furnished(it, None).of_image(making.image.is_base).with_sh(making.image.sh))
}

/// Whether a base image lacks a program of that name.
fn is_missing(program: &str) -> bool {
    !program.contains('/') && !shell::is_program(program) && !shell::exists(program)
}

/// What is said of a command that would do something, if it were understood.
pub fn not_interpreted(construct: &str) -> String {
    format!("{construct:?} is not interpreted by virtual containers")
}

fn is_shell(program: &str) -> bool {
    matches!(shell::base_name(program), "sh" | "bash" | "ash" | "dash")
}

/// Whether an entry point that is a script runs the word as a command instead of its server.
fn is_command(word: &str) -> bool {
    is_shell(word) || shell::is_program(shell::base_name(word))
}

/// Whether no image has a program of that name: words of the shell, and whole scripts in one word.
fn is_no_program(program: &str) -> bool {
    matches!(program, "exit" | ":" | "") || program.contains([' ', ';', '&', '|', '\n'])
}

fn not_found(program: &str) -> String {
    if program.contains('/') {
        return cannot_start(program, &format!("stat {program}: no such file or directory"));
    }
    cannot_start(program, "executable file not found in $PATH")
}

fn cannot_start(program: &str, why: &str) -> String {
    format!(
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable \
         to start container process: error during container init: exec: {program:?}: {why}: unknown"
    )
}

/// A shell that is given its script as a text, called as `program`. It is remembered for the containers that are `called` by the
/// same words, where these say everything.
fn shell_command(
    mut call: Invocation,
    program: &str,
    called: Option<Words<'_>>,
    env: &Environment,
    making: &Making<'_>,
) -> Result<Machine, String> {
    call.dialect = making.image.sh.of_program(program);
    if let Some(words) = called {
        making.scripts.remember(words, &call);
    }
    match &call.script {
        Source::Text(script) => Ok(shell::read_shell(script, &call, Some(making.scripts), env, making.started)
            .unwrap_or_else(|construct| shell::refused(&construct, env, making.started))),
        Source::File(name) => Err(name.clone()),
        Source::Input => Err(program.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::kubelet::downward::Facts;
    use crate::kubelet::environment::{Sources, environment};
    use crate::kubelet::known::Known;
    use crate::kubelet::node::new_node;
    use crate::kubelet::process::Running;
    use crate::object::{Str, kinds};
    use crate::store::{Store, View};

    fn of(container: &str, reading: Reading) -> Process {
        let pod = Arc::new(Object::new(kinds::POD, "default", "web"));
        let container = Value::from_json(container.as_bytes()).expect("valid JSON");
        let (node, store) = (Arc::new(new_node("node-0", 0, Time::from_unix(0))), Store::new());
        let facts = Facts { pod: &pod, address: None, node: &node };
        let (volumes, known) = (BTreeMap::new(), Known::default());
        let sources = Sources { facts, view: View::new(&store), volumes: &volumes, known: &known };
        let mut files = Files::new("web".into(), Time::from_unix(0));
        for (path, text) in [("/run.sh", "exit 7"), ("/tmp/plain", "exit 8")] {
            files.write(path, text, false, Time::from_unix(0)).expect("written");
        }
        files.change_mode("/run.sh", |it| it | 0o111).expect("changed");
        process(&Making {
            image: Arc::new(ImageFacts::new(container["image"].str_or_empty())),
            container: &container,
            pod: &pod,
            started: Time::from_unix(0),
            reading,
            env: Box::new(|| environment(&container, &sources).expect("variables")),
            files: Box::new(|| files.clone()),
            scripts: &known.scripts,
        })
    }

    fn check(container: &str, want: Option<(Span, i64)>) {
        let running = Running::new(of(container, Reading::Exact), Time::from_unix(0), Str::new()).expect("it starts");
        assert_eq!(running.end.map(|(at, code)| (at - Time::from_unix(0), code)), want, "{container}");
    }

    #[test]
    fn command_and_args_make_one_argv() {
        check(r#"{"command":["sleep","5"]}"#, Some((Span::seconds(5), 0)));
        check(r#"{"command":["/bin/sh","-c"],"args":["sleep 1; exit 3"]}"#, Some((Span::seconds(1), 3)));
        check(r#"{"args":["/bin/sh","-c","date; echo Hello"]}"#, Some((Span::ZERO, 0)));
        check(r#"{"command":["sh","-ec","false; sleep 9"]}"#, Some((Span::ZERO, 1)));
        check(r#"{"command":["sleep","infinity"]}"#, None);
    }

    #[test]
    fn a_shell_without_a_script_ends_with_its_standard_input() {
        check(r#"{"command":["sh"]}"#, Some((Span::ZERO, 0)));
        check(r#"{"image":"busybox"}"#, Some((Span::ZERO, 0)));
        check(r#"{"command":["sh"],"stdin":true}"#, None);
        check(r#"{"image":"busybox","stdin":true,"tty":true}"#, None);
        check(r#"{"command":["cat"],"stdin":true}"#, None);
        check(r#"{"command":["cat"]}"#, Some((Span::ZERO, 0)));
    }

    #[test]
    fn variables_are_put_in_as_the_kubelet_does() {
        let env = r#""env":[{"name":"A","value":"4"},{"name":"B","value":"$(A)2"}]"#;
        check(&format!(r#"{{"command":["sleep","$(B)"],{env}}}"#), Some((Span::seconds(42), 0)));
        check(&format!(r#"{{"command":["sh","-c","exit $A"],{env}}}"#), Some((Span::ZERO, 4)));
        for (text, want) in [("$(A)-$(B)-$$(A)-$A-$(", "x-$(B)-$(A)-$A-$("), ("$", "$"), ("a$$b", "a$b")] {
            assert_eq!(expand(text, |name| (name == "A").then(|| Str::from("x"))), want, "{text}");
        }
    }

    #[test]
    fn a_script_in_a_file_runs_when_it_may() {
        check(r#"{"command":["/run.sh"]}"#, Some((Span::ZERO, 7)));
        check(r#"{"command":["./run.sh"],"workingDir":"/"}"#, Some((Span::ZERO, 7)));
        check(r#"{"command":["sh","plain"],"workingDir":"/tmp"}"#, Some((Span::ZERO, 8)));
        check(r#"{"command":["sh","-c","cd /tmp; sh plain"]}"#, Some((Span::ZERO, 8)));
        let refused = of(r#"{"command":["/tmp/plain"]}"#, Reading::Exact);
        assert!(matches!(&refused, Process::CannotStart(message) if message.ends_with("permission denied: unknown")));
    }

    #[test]
    fn a_container_without_a_command_runs_its_image() {
        assert!(matches!(of("{}", Reading::Exact), Process::Entrypoint));
        for (container, name) in [
            (r#"{"image":"redis:8","args":["--save","60"]}"#, "redis"),
            (r#"{"command":["nginx","-g","daemon off;"]}"#, "nginx"),
            (r#"{"image":"busybox"}"#, "busybox"),
        ] {
            let got = of(container, Reading::Exact);
            assert!(matches!(&got, Process::Image(it) if Some(*it) == ImageBehaviour::of_image(name)), "{container}");
        }
        assert!(matches!(of(r#"{"image":"busybox"}"#, Reading::AsScript), Process::Entrypoint));
        assert!(matches!(of(r#"{"image":"redis","args":["sh","-c","true"]}"#, Reading::Exact), Process::Script(_)));
    }

    #[test]
    fn a_command_that_is_not_understood_is_named() {
        for (container, want) in [
            (r#"{"command":["/opt/server","-v"]}"#, "/opt/server"),
            (r#"{"args":["1","2"]}"#, "1"),
            (r#"{"command":["sh","-i","-c","true"]}"#, "sh -i"),
        ] {
            let got = of(container, Reading::Exact);
            assert!(matches!(&got, Process::NotInterpreted(it) if it == want), "{container}: {got:?}");
        }
    }

    #[test]
    fn a_construct_that_is_not_understood_fails_the_shell() {
        check(r#"{"command":["sh","-c","cat <&3"]}"#, Some((Span::ZERO, 2)));
    }

    #[test]
    fn a_base_image_cannot_start_what_it_does_not_have() {
        for (container, cannot) in [
            (r#"{"image":"busybox:1.37","command":["nginx"]}"#, true),
            (r#"{"image":"busybox:1.37","args":["nginx"]}"#, true),
            (r#"{"image":"busybox:1.37","command":["gzip","x"]}"#, false),
            (r#"{"image":"my/app:1","command":["nginx"]}"#, false),
        ] {
            let got = of(container, Reading::Exact);
            assert_eq!(matches!(got, Process::CannotStart(_)), cannot, "{container}: {got:?}");
        }
        check(r#"{"image":"busybox","command":["sh","-c","nginx; exit $?"]}"#, Some((Span::ZERO, 127)));
    }

    #[test]
    fn a_script_in_the_place_of_a_program_cannot_start_unless_it_is_read_as_one() {
        let container = r#"{"command":["sleep 1; exit 3"]}"#;
        assert!(
            matches!(of(container, Reading::Exact), Process::CannotStart(message) if message.contains("not found"))
        );
        let running =
            Running::new(of(container, Reading::AsScript), Time::from_unix(0), Str::new()).expect("it starts");
        assert_eq!(running.end, Some((Time::from_unix(1), 3)));
    }
}
