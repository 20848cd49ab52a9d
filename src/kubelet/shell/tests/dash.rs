//! Scripts with what dash, busybox, bash and the usual programs make of them, as they were run by hand (`dash.txt`, `ash.txt`,
//! `bash.txt`).

use super::{Shell, State, Time, exported, shell};
use crate::kubelet::shell::dialect::Dialect;
use crate::kubelet::shell::machine::Machine;

struct Case<'a> {
    name: &'a str,
    script: &'a str,
    status: i64,
    output: &'a str,
}

fn cases(text: &'static str) -> impl Iterator<Item = Case<'static>> {
    text.split("=== ").skip(1).map(|block| {
        let (name, rest) = block.split_once('\n').expect("a name");
        let (script, rest) = rest.rsplit_once("\n--- ").expect("a result");
        let (status, output) = rest.split_once('\n').expect("an exit code");
        Case { name, script, status: status.parse().expect("a number"), output }
    })
}

/// What it printed to the standard output, and to the standard error.
fn outputs(machine: &Machine) -> (String, String) {
    let of =
        |error: bool| machine.log.pieces().iter().filter(|it| it.error == error).map(|it| it.text.as_str()).collect();
    (of(false), of(true))
}

#[test]
fn scripts_print_and_end_as_they_do_under_dash() {
    check(include_str!("dash.txt"), Dialect::Ash);
}

#[test]
fn scripts_print_and_end_as_they_do_under_busybox() {
    check(include_str!("ash.txt"), Dialect::Ash);
}

#[test]
fn scripts_print_and_end_as_they_do_under_bash() {
    check(include_str!("bash.txt"), Dialect::Bash);
}

fn check(text: &'static str, dialect: Dialect) {
    let mut wrong = Vec::new();
    for case in cases(text) {
        let env = [("HOME", "/root"), ("HOSTNAME", "web-0")].map(|(name, value)| (name.into(), exported(value.into())));
        let Ok(mut machine) =
            shell(case.script, &Shell { dialect, ..Shell::default() }, &env.into_iter().collect(), Time::from_unix(0))
        else {
            wrong.push(format!("=== {}: not interpreted", case.name));
            continue;
        };
        machine = machine.of_image(true);
        machine.files.make_folder("/tmp/w", true).expect("a folder");
        if let Some(first) = machine.first() {
            first.folder = "/tmp/w".into();
        }
        machine.run(Time::from_unix(3600));
        let (mut output, errors) = outputs(&machine);
        if !output.is_empty() && !output.ends_with('\n') {
            output.push('\n');
        }
        let ended = match machine.state {
            State::Ended(_, status) => Some(status),
            State::Running => None,
        };
        if output != case.output || ended != Some(case.status) {
            wrong.push(format!(
                "=== {}\n{}\n--- wanted {}\n{}--- got {ended:?} {:?}\n{output}--- errors\n{errors}",
                case.name, case.script, case.status, case.output, machine.stuck
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of the scripts do otherwise:\n{}", wrong.len(), wrong.join("\n"));
}
