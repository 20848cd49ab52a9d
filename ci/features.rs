//! Plays every feature of this project: `cargo test --test features`.

fn main() -> std::process::ExitCode {
    seatrial::run("features")
}
