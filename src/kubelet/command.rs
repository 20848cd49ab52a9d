//! What a container's process does: the command and arguments of its spec, run in virtual time.
//!
//! The argv follows `pkg/kubelet/container/helpers.go` (`ExpandContainerCommandAndArgs`) and
//! `third_party/forked/golang/expansion/expand.go`.

use super::shell::machine::Machine;
use super::shell::{self, Environment, Shell};
use crate::clock::{Span, Time};
use crate::object::{Object, Value};

/// What a container's process does once it is started.
#[derive(Clone, Debug)]
pub enum Process {
    /// It runs a script. As process 1 it takes only the signals that it traps, and is killed after the grace period.
    Script(Box<Machine>),
    /// It does nothing but end after a time with an exit code, or with `None` never. It ignores SIGTERM.
    Plain(Option<(Span, i64)>),
    /// The image's own entrypoint: it runs until it is told to stop, and stops at once and well when it is.
    Entrypoint,
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

/// The process of `container` of `pod`, started at `started`.
pub fn process(container: &Value, pod: &Object, started: Time, reading: Reading) -> Process {
    let (command, args) = (container["command"].items(), container["args"].items());
    if command.is_empty() && args.is_empty() {
        return Process::Entrypoint;
    }
    let env = environment(container, pod);
    let expanded = |word: &Value| expand(word.str_or_empty(), &env);
    let argv: Vec<String> = command.iter().chain(args).map(expanded).collect();
    let program = argv[0].as_str();
    if let Some(end) = shell::plain(&argv) {
        return Process::Plain(end);
    }
    let result = if is_shell(program) {
        shell_command(&argv, &env, started)
    } else if shell::is_program(shell::base_name(program)) {
        Ok(shell::program(&argv, &env, started))
    } else if reading == Reading::AsScript {
        shell::shell(&argv.join(" "), &Shell::default(), &env, started)
    } else if !command.is_empty() && is_no_program(program) {
        return Process::CannotStart(not_found(program));
    } else {
        Err(program.to_owned())
    };
    match result {
        Ok(machine) => Process::Script(Box::new(machine)),
        Err(construct) => Process::NotInterpreted(construct),
    }
}

/// What `argv` does when it is executed in `container` of `pod` at `now`, as a machine of its own.
///
/// # Errors
/// The runtime's message about a program that is none, or the construct that is not interpreted.
pub fn executed(argv: &[String], container: &Value, pod: &Object, now: Time) -> Result<Machine, String> {
    let env = environment(container, pod);
    match argv.first() {
        None => Err("no command was given".to_owned()),
        Some(program) if is_shell(program) && !shell::reads_its_script(argv) => {
            shell_command(argv, &env, now).map_err(|construct| not_interpreted(&construct))
        }
        Some(program) if is_no_program(program) => Err(format!(
            "OCI runtime exec failed: exec failed: unable to start container process: exec: {program:?}: executable file not \
             found in $PATH"
        )),
        Some(_) => Ok(shell::program(argv, &env, now)),
    }
}

/// What is said of a command that would do something, if it were understood.
pub fn not_interpreted(construct: &str) -> String {
    format!("{construct:?} is not interpreted by virtual containers")
}

fn is_shell(program: &str) -> bool {
    matches!(shell::base_name(program), "sh" | "bash" | "ash" | "dash")
}

/// Whether no image has a program of that name: words of the shell, and whole scripts in one word.
fn is_no_program(program: &str) -> bool {
    matches!(program, "exit" | ":" | "") || program.contains([' ', ';', '&', '|', '\n'])
}

fn not_found(program: &str) -> String {
    format!(
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable \
         to start container process: error during container init: exec: {program:?}: executable file not found in $PATH"
    )
}

/// `sh -c SCRIPT [NAME ARG..]`, with `-e` and `-c` together or apart.
fn shell_command(argv: &[String], env: &Environment, started: Time) -> Result<Machine, String> {
    let flags: Vec<&str> = argv[1..].iter().map(String::as_str).take_while(|it| it.starts_with('-')).collect();
    let Some(script) = argv.get(1 + flags.len()) else {
        return Err(argv[0].clone());
    };
    let letters: String = flags.iter().flat_map(|it| it.chars().skip(1)).collect();
    // A login shell and one that traces run the same here.
    if !letters.contains('c') || letters.chars().any(|it| !"ceuxl".contains(it)) {
        return Err(flags.first().map_or_else(|| script.clone(), |it| format!("{} {it}", argv[0])));
    }
    let args = argv.get(2 + flags.len()..).unwrap_or_default();
    shell::shell(script, &Shell { args, stops_on_error: letters.contains('e') }, env, started)
}

/// The variables of a container, later ones made of earlier ones.
fn environment(container: &Value, pod: &Object) -> Environment {
    let mut env = Environment::new();
    env.insert("HOSTNAME".to_owned(), Some(hostname(pod)));
    for variable in container["env"].items() {
        let value = match &variable["valueFrom"] {
            Value::Null => Some(expand(variable["value"].str_or_empty(), &env)),
            source => field(source["fieldRef"]["fieldPath"].str_or_empty(), pod),
        };
        env.insert(variable["name"].str_or_empty().to_owned(), value);
    }
    env
}

fn hostname(pod: &Object) -> String {
    pod.spec()["hostname"].as_str().filter(|it| !it.is_empty()).unwrap_or(&pod.meta.name).to_owned()
}

/// What the downward API says of a pod (`pkg/fieldpath`), or `None` for what is not known here.
fn field(path: &str, pod: &Object) -> Option<String> {
    let keyed = |of: &str| path.strip_prefix(of)?.strip_prefix("['")?.strip_suffix("']");
    let text = match path {
        "metadata.name" => pod.meta.name.as_str(),
        "metadata.namespace" => pod.meta.namespace.as_str(),
        "metadata.uid" => pod.meta.uid.as_str(),
        "spec.nodeName" => pod.spec()["nodeName"].str_or_empty(),
        "spec.serviceAccountName" => pod.spec()["serviceAccountName"].str_or_empty(),
        _ => match (keyed("metadata.labels"), keyed("metadata.annotations")) {
            (Some(key), _) => pod.meta.label(key).unwrap_or_default(),
            (_, Some(key)) => pod.meta.annotation(key).unwrap_or_default(),
            _ => return None,
        },
    };
    Some(text.to_owned())
}

/// Puts variables in for `$(NAME)`; `$$` is a dollar sign, and an unknown name stays as it is.
fn expand(text: &str, env: &Environment) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let reference = rest.strip_prefix('(').and_then(|it| it.split_once(')'));
        match reference.and_then(|(name, after)| Some((env.get(name)?.as_ref()?, after))) {
            Some((value, after)) => {
                out.push_str(value);
                rest = after;
            }
            None => out.push('$'),
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubelet::process::Running;
    use crate::object::{Str, kinds};

    fn of(container: &str, reading: Reading) -> Process {
        let pod = Object::new(kinds::POD, "default", "web");
        let container = Value::from_json(container.as_bytes()).expect("valid JSON");
        process(&container, &pod, Time::from_unix(0), reading)
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
    fn variables_are_put_in_as_the_kubelet_does() {
        let env = r#""env":[{"name":"A","value":"4"},{"name":"B","value":"$(A)2"}]"#;
        check(&format!(r#"{{"command":["sleep","$(B)"],{env}}}"#), Some((Span::seconds(42), 0)));
        check(&format!(r#"{{"command":["sh","-c","exit $A"],{env}}}"#), Some((Span::ZERO, 4)));
        let env = [("A".to_owned(), Some("x".to_owned()))].into_iter().collect();
        for (text, want) in [("$(A)-$(B)-$$(A)-$A-$(", "x-$(B)-$(A)-$A-$("), ("$", "$"), ("a$$b", "a$b")] {
            assert_eq!(expand(text, &env), want, "{text}");
        }
    }

    #[test]
    fn a_container_without_a_command_runs_its_image() {
        assert!(matches!(of("{}", Reading::Exact), Process::Entrypoint));
    }

    #[test]
    fn a_command_that_is_not_understood_is_named() {
        for (container, want) in [
            (r#"{"command":["nginx","-g","daemon off;"]}"#, "nginx"),
            (r#"{"args":["1","2"]}"#, "1"),
            (r#"{"command":["sh","-c","cat <&3"]}"#, "<& 3"),
            (r#"{"command":["sh","-i","-c","true"]}"#, "sh -i"),
            (r#"{"command":["sh"]}"#, "sh"),
        ] {
            let got = of(container, Reading::Exact);
            assert!(matches!(&got, Process::NotInterpreted(it) if it == want), "{container}: {got:?}");
        }
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
