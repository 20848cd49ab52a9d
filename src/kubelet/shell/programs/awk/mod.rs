//! `awk`: patterns, actions, fields, arrays and functions (POSIX, as busybox's `editors/awk.c` and mawk have them).
//!
//! Known differences: it reads all of its input before it prints, a `for (key in array)` goes through the keys in their order,
//! `getline`, `system` and pipes are not interpreted, and neither is a program that takes too many steps.

mod builtin;
mod lex;
mod parse;
mod run;
#[cfg(test)]
mod tests;
mod value;

use super::super::files::absolute;
use super::super::task::Target;
use super::{Call, Outcome};
use run::{Run, Said};

/// What comes after the options: the separator, the variables, the program and the operands.
#[derive(Default)]
struct Options {
    separator: Option<String>,
    variables: Vec<(String, String)>,
    program: Option<String>,
    operands: Vec<String>,
}

fn options(call: &Call<'_>) -> Option<Options> {
    let mut options = Options::default();
    let mut args = call.args.iter();
    while let Some(arg) = args.next() {
        let is_flag = arg.starts_with('-') && arg.len() > 1 && options.operands.is_empty();
        if !is_flag {
            options.operands.push(arg.clone());
            continue;
        }
        if arg == "--" {
            options.operands.extend(args.cloned());
            break;
        }
        let (flag, rest) = arg.split_at_checked(2)?;
        let value = if rest.is_empty() { args.next()?.clone() } else { rest.to_owned() };
        match flag {
            "-F" => options.separator = Some(value),
            "-v" => options.variables.push(assignment(&value)?),
            "-f" => {
                let text = call.machine.files.read(&absolute(&call.task.folder, &value)).ok()?;
                options.program = Some(options.program.unwrap_or_default() + &text);
            }
            _ => return None,
        }
        if options.program.is_none() && !args.as_slice().first().is_some_and(|it| it.starts_with('-')) {
            options.program = args.next().cloned();
        }
    }
    if options.program.is_none() && !options.operands.is_empty() {
        options.program = Some(options.operands.remove(0));
    }
    Some(options)
}

/// `NAME=VALUE`, with the escapes in it read.
fn assignment(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let is_name = |it: &str| it.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
    let begins = name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_');
    (begins && is_name(name)).then(|| (name.to_owned(), super::unescaped(value)))
}

pub fn awk(call: &mut Call<'_>) -> Result<Outcome, Outcome> {
    let options = options(call).ok_or(Outcome::Unknown)?;
    let Some(text) = options.program else {
        return Ok(call.fail("usage: awk [-v VAR=VAL] [-F SEP] PROGRAM [FILE]..."));
    };
    let program = parse::program(&text).ok_or(Outcome::Unknown)?;
    let mut run = Run::new(&program);
    if let Some(separator) = options.separator {
        let separator = if separator == "t" { "\t".to_owned() } else { super::unescaped(&separator) };
        run.set("FS", value::Value::of_input(separator));
    }
    let exported = call.task.variables.iter().filter(|(_, it)| it.exported);
    for (name, variable) in exported {
        run.set_environment(name, variable.value.clone().ok_or(Outcome::Unknown)?.to_string());
    }
    for (name, value) in options.variables {
        run.set(&name, value::Value::of_input(value));
    }
    let reads = program.reads_input();
    let mut inputs = Vec::new();
    let mut missing = Vec::new();
    let files = options.operands.iter().filter(|it| assignment(it).is_none()).count();
    if reads && files == 0 {
        inputs.extend(options.operands.iter().cloned().map(Said::Variable));
        inputs.push(Said::Text(String::new(), call.input()?));
    }
    for operand in options.operands.iter().filter(|_| reads && files > 0) {
        match assignment(operand) {
            Some(_) => inputs.push(Said::Variable(operand.clone())),
            None if operand == "-" => inputs.push(Said::Text(String::new(), call.input()?)),
            None => match call.machine.files.read(&absolute(&call.task.folder, operand)) {
                Ok(text) => inputs.push(Said::Text(operand.clone(), text.to_string())),
                Err(why) => missing.push(format!("{operand}: {why}")),
            },
        }
    }
    let status = run.all(&inputs).ok_or(Outcome::Unknown)?;
    print(call, std::mem::take(&mut run.printed))?;
    for message in &missing {
        call.fail(message);
    }
    Ok(Outcome::Done(if missing.is_empty() { status } else { 1 }))
}

/// Hands on what was printed, to the file that each piece is for.
fn print(call: &mut Call<'_>, pieces: Vec<run::Printed>) -> Result<(), Outcome> {
    for (to, text) in pieces {
        match to.as_deref() {
            None | Some("/dev/stdout") => call.print(&text),
            Some("/dev/stderr") => {
                let target = call.task.fds.get(2).cloned().unwrap_or(Target::Null);
                call.machine.print(&target, &text);
            }
            Some("/dev/null") => {}
            Some(name) => {
                let (fresh, name) = name.strip_prefix('\0').map_or((false, name), |it| (true, it));
                let (path, now) = (absolute(&call.task.folder, name), call.now());
                if let Err(why) = call.machine.files.write(&path, &text, !fresh, now) {
                    let name = name.to_owned();
                    return Err(call.fail(&format!("{name}: {why}")));
                }
            }
        }
    }
    Ok(())
}
