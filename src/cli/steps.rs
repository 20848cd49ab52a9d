//! `seatrial steps`.

use std::process::ExitCode;

/// Prints the catalogue.
pub(super) fn print() -> ExitCode {
    super::print(&crate::steps::render_catalogue());
    ExitCode::SUCCESS
}
