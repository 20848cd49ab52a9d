//! The functions that rules may call besides the standard library: cel-go's extensions and those of Kubernetes
//! (apiserver `pkg/cel/library`).

mod format;
mod lists;
mod network;
mod opaque;
mod quantity;
mod sets;
mod text;
mod url;

use cel::common::value::CowVal;
use cel::{DeclarationError, Env, ExecutionError, extensions};

/// What a function comes to.
type Answer<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

/// The error of arguments that a function does not take.
fn no_overload() -> ExecutionError {
    ExecutionError::function_error("", "no such overload")
}

/// The environment that every rule is compiled and run in.
pub fn environment() -> Env {
    let mut env = Env::stdlib();
    let added = extend(&mut env);
    debug_assert!(added.is_ok(), "{added:?}");
    env
}

fn extend(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_extension(extensions::strings)?;
    env.add_extension(extensions::encoders)?;
    lists::extend(env)?;
    text::extend(env)?;
    url::extend(env)?;
    quantity::extend(env)?;
    network::extend(env)?;
    format::extend(env)?;
    sets::extend(env)
}

/// A duration as Go writes it, such as `1h30m` (`time.ParseDuration`).
pub fn duration(text: &str) -> Option<chrono::Duration> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(chrono::Duration::zero());
    }
    let mut nanos = 0.0;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (digits, tail) = rest.split_at(number);
        let end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let of_unit = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return None,
        };
        nanos += digits.parse::<f64>().ok()? * of_unit;
        rest = tail;
    }
    (!text.is_empty()).then(|| chrono::Duration::nanoseconds((sign * nanos) as i64))
}
