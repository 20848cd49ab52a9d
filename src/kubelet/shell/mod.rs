//! A POSIX shell in virtual time (`sh` as in busybox and dash), with the programs that scripts in pod specs call.
//!
//! The grammar is the parser's; `script` turns its tree into commands, [`machine`] runs them, process by process, and
//! `step` says what a process does next. A word that comes to a `$( .. )` waits for its output and is put together anew. Known
//! differences: a shell has no jobs, and what busybox and dash do differently is done as busybox does it, but for the status of
//! a failed redirection, which is 2.

mod arithmetic;
mod arrays;
mod braces;
mod builtins;
mod complaint;
pub mod dialect;
mod execute;
mod expand;
pub mod files;
pub mod foresight;
mod input;
pub mod invocation;
pub mod machine;
pub mod network;
pub mod output;
mod pattern;
mod programs;
pub mod raw;
mod redirect;
mod script;
pub mod scripts;
mod signals;
mod step;
mod table;
mod task;
#[cfg(test)]
mod tests;
pub mod tree;
mod truths;
mod variables;
mod word;

use std::sync::Arc;

use crate::clock::Time;
use crate::object::Str;
use files::Files;
pub use invocation::Invocation;
pub use invocation::Invocation as Shell;
use machine::{Machine, State};
pub use programs::known::{exists, is_base_image};
pub use programs::network::Said;
pub use programs::{base_name, is_program, plain};
use script::{Node, Refused, Simple};
use scripts::{Call, Scripts};
use table::Table;
pub use task::Variable;
use word::Word;

/// The variables that a process is given.
pub type Environment = Table<Str, Variable>;

/// The exit status of a shell that does not understand its script.
pub const NOT_UNDERSTOOD: i64 = 2;

/// Runs `script` as `sh -c` does, in a container that is started at `started`; `call` says how the shell is called.
///
/// # Errors
/// The construct that is not interpreted. A script that no shell would take is no error: it ends as it would in one.
pub fn shell(script: &str, call: &Invocation, env: &Environment, started: Time) -> Result<Machine, String> {
    read_shell(script, call, None, env, started)
}

/// [`shell`] of a script that may have been read before.
///
/// # Errors
/// As [`shell`].
pub fn read_shell(
    script: &str,
    call: &Invocation,
    known: Option<&Scripts>,
    env: &Environment,
    started: Time,
) -> Result<Machine, String> {
    let node = match known.map_or_else(|| script::parse(script, call.dialect), |it| it.read(script, call.dialect)) {
        Ok(node) => node,
        Err(Refused::Construct(construct)) => return Err(construct),
        Err(refused @ Refused::Syntax(_)) => return Ok(failed(&refused, env, started)),
    };
    Ok(begin(node, call, env, started))
}

/// Runs the script of a shell that was read before.
pub fn called(call: &Call, env: &Environment, started: Time) -> Machine {
    begin(call.node.clone(), &call.shell, env, started)
}

fn begin(node: Arc<Node>, call: &Invocation, env: &Environment, started: Time) -> Machine {
    let mut machine = Machine::new(node, Files::new(host(env), started), started);
    if let Some(first) = machine.first() {
        first.args = call.args.clone().into();
        first.options = call.options;
        first.dialect = call.dialect;
        if !call.name.is_empty() {
            first.name = Str::from(call.name.as_str());
        }
    }
    give(&mut machine, env);
    machine
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

/// A variable of the environment.
pub fn exported(value: Str) -> Variable {
    Variable { value: Some(value), readonly: false, exported: true }
}

fn host(env: &Environment) -> Str {
    env.get("HOSTNAME").and_then(|it| it.value.clone()).unwrap_or_default()
}

fn give(machine: &mut Machine, env: &Environment) {
    let start = machine.now.0 as u32;
    if let Some(first) = machine.first() {
        first.variables = env.clone();
        // What is random in a container follows from its name and its start, so that it is the same in every run.
        let name = host(env);
        first.random = name.bytes().fold(start, |all, it| all.wrapping_mul(31).wrapping_add(u32::from(it)));
    }
}
