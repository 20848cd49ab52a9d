//! The command line: what it understands, and what becomes of it. The only place that prints, reads the environment and
//! looks at the clock of the machine.

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
    /// Play the scenarios of features, each on a cluster of its own in virtual time.
    Run(run::RunArguments),
    /// Serve a cluster on a loopback port, for kubectl and other clients.
    Serve(serve::ServeArgs),
    /// Print every step that a scenario can use.
    Steps,
}

/// Does what the command line says.
pub fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Serve(arguments) => serve::serve(arguments),
        Command::Steps => steps::print(),
    }
}

/// Prints to standard output; a reader that went away (`| head`) is no error.
fn print(text: &str) {
    use std::io::Write as _;
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
