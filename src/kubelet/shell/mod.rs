//! A POSIX shell in virtual time (`sh` as in busybox and dash), with the programs that scripts in pod specs call.
//!
//! The grammar is the parser's; `script` turns its tree into commands, [`machine`] runs them, process by process, and
//! `step` says what a process does next. Known differences: a shell shows as process 1 to itself, and a word's `$( .. )` run
//! before the rest of the word is looked at.

mod arithmetic;
mod complaint;
mod execute;
mod expand;
pub mod files;
pub mod foresight;
mod input;
pub mod machine;
pub mod network;
pub mod output;
mod pattern;
mod programs;
pub mod raw;
mod script;
pub mod scripts;
mod signals;
mod step;
mod task;
#[cfg(test)]
mod tests;
pub mod tree;
mod word;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clock::Time;
use crate::object::Str;
use files::Files;
use machine::{Machine, State};
pub use programs::known::{exists, is_base_image};
pub use programs::network::Said;
pub use programs::{base_name, is_program, plain, reads_its_script};
use script::{Node, Refused, Simple};
use scripts::Scripts;
use word::Word;

/// What variables hold: `None` stands for a value that exists but is not known here.
pub type Environment = BTreeMap<String, Option<String>>;

/// The exit status of a shell that does not understand its script.
pub const NOT_UNDERSTOOD: i64 = 2;

/// How a shell is started.
#[derive(Clone, Debug, Default)]
pub struct Shell<'a> {
    /// The parameters after the script: the name of the shell, and then `$1` and on.
    pub args: &'a [String],
    /// Whether it runs with `-e`.
    pub stops_on_error: bool,
    /// The scripts that were read before, if somebody remembers them.
    pub scripts: Option<&'a Scripts>,
}

/// Runs `script` as `sh -c` does, in a container that is started at `started`.
///
/// # Errors
/// The construct that is not interpreted. A script that no shell would take is no error: it ends as it would in one.
pub fn shell(script: &str, shell: &Shell<'_>, env: &Environment, started: Time) -> Result<Machine, String> {
    let hostname = host(env);
    let node = match shell.scripts.map_or_else(|| script::parse(script), |it| it.read(script)) {
        Ok(node) => node,
        Err(Refused::Construct(construct)) => return Err(construct),
        Err(refused @ Refused::Syntax(_)) => return Ok(failed(&refused, env, started)),
    };
    let mut machine = Machine::new(node, Files::new(hostname, started), started);
    if let Some(first) = machine.first() {
        first.args = Arc::new(shell.args.get(1..).unwrap_or_default().to_vec());
        first.stops_on_error = shell.stops_on_error;
    }
    give(&mut machine, env);
    Ok(machine)
}

/// A shell that came to a construct which is not interpreted: it fails as over any other that it does not know, and names it.
pub fn refused(construct: &str, env: &Environment, started: Time) -> Machine {
    let mut machine = failed(&Refused::Construct(construct.to_owned()), env, started);
    machine.stuck.insert(1, construct.to_owned());
    machine
}

fn failed(refused: &Refused, env: &Environment, started: Time) -> Machine {
    let mut machine = Machine::new(Arc::new(Node::List(Vec::new())), Files::new(host(env), started), started);
    machine.print(&task::Target::Log(true), &refused.complaint());
    machine.state = State::Ended(started, NOT_UNDERSTOOD);
    machine
}

/// Runs one program with its arguments, without a shell.
pub fn program(argv: &[String], env: &Environment, started: Time) -> Machine {
    let words = argv.iter().map(|it| Word::literal(it)).collect();
    let node = Arc::new(Node::Simple(Simple { words, ..Simple::default() }));
    let mut machine = Machine::new(node, Files::new(host(env), started), started);
    give(&mut machine, env);
    machine
}

fn host(env: &Environment) -> Str {
    env.get("HOSTNAME").cloned().flatten().map(Str::from).unwrap_or_default()
}

fn give(machine: &mut Machine, env: &Environment) {
    if let Some(first) = machine.first() {
        let variables = env.iter().map(|(name, value)| (name.clone(), execute::given(value.clone())));
        first.variables = Arc::new(variables.collect());
    }
}
