//! The command line: what it understands, and what becomes of it. The only place that prints, reads the environment and
//! looks at the clock of the machine.

mod clock;
mod run;
pub mod serve;
mod steps;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use run::play_for_tests as run;

/// Rehearse Kubernetes workloads before they sail.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read the time of a served cluster, and let it pass.
    Clock(clock::ClockArguments),
    /// Play the scenarios of features, each on a cluster of its own in virtual time.
    Run(run::RunArguments),
    /// Serve a cluster as a Kubernetes API server, for kubectl and other clients.
    Serve(serve::ServeArgs),
    /// Print every step that a scenario can use.
    Steps,
}

/// Does what the command line says.
pub fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Clock(arguments) => clock::clock(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Serve(arguments) => serve::serve(arguments),
        Command::Steps => steps::print(),
    }
}

/// Says on standard error why a command could not do what it should, and ends with `code`.
fn complain(why: &str, code: u8) -> ExitCode {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "error: {why}");
    ExitCode::from(code)
}

/// Prints to standard output; a reader that went away (`| head`) is no error.
fn print(text: &str) {
    use std::io::Write as _;
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
