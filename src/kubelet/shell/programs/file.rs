//! Programs that make, list and remove files.

use super::super::files::{Entry, absolute};
use super::{Call, Outcome};

/// As busybox words a refusal for `name`.
pub fn refusal(program: &str, name: &str, why: &str) -> String {
    match program {
        "cat" | "head" | "tail" | "wc" | "grep" | "sort" => format!("can't open '{name}': {why}"),
        "rm" | "rmdir" => format!("can't remove '{name}': {why}"),
        "mkdir" => format!("can't create directory '{name}': {why}"),
        "cp" | "mv" => format!("can't stat '{name}': {why}"),
        _ => format!("{name}: {why}"),
    }
}

pub fn run(call: &mut Call<'_>) -> Outcome {
    let known = match call.name {
        "rm" => "rfiRv",
        "mkdir" => "pv",
        "rmdir" => "p",
        "touch" => "cam",
        "ls" => "1alAhd",
        "chmod" => "Rvf",
        _ => "rRafpv",
    };
    let Some((flags, names)) = call.flags(known) else {
        return Outcome::Unknown;
    };
    match call.name {
        "ls" => ls(call, &flags, &names),
        "chmod" => chmod(call, &names),
        "cp" | "mv" => copy(call, &names),
        _ if names.is_empty() && flags.contains('f') => Outcome::Done(0),
        _ if names.is_empty() => call.fail("missing operand"),
        _ => each(call, &flags, &names),
    }
}

fn each(call: &mut Call<'_>, flags: &str, names: &[String]) -> Outcome {
    let mut status = 0;
    for name in names {
        let (path, now) = (absolute(&call.task.folder, name), call.now());
        let whole = flags.contains(['r', 'R']);
        let files = &mut call.machine.files;
        let result = match call.name {
            "touch" if flags.contains('c') && files.get(&path).is_none() => Ok(()),
            "touch" if matches!(files.get(&path), Some(Entry::Folder)) => Ok(()),
            "touch" => files.write(&path, "", true, now),
            "mkdir" => files.make_folder(&path, flags.contains('p')),
            "rmdir" => files.remove(&path, true, false),
            _ if flags.contains('f') && files.get(&path).is_none() => Ok(()),
            _ => files.remove(&path, whole, whole),
        };
        if let Err(why) = result {
            call.fail(&refusal(call.name, name, why));
            status = 1;
        }
    }
    Outcome::Done(status)
}

/// `chmod MODE FILE..`, with a mode in octal digits or of the kind `u+x`.
fn chmod(call: &mut Call<'_>, names: &[String]) -> Outcome {
    let Some((mode, names)) = names.split_first() else {
        return call.fail("missing operand");
    };
    let Some(change) = mode_change(mode) else {
        return Outcome::Unknown;
    };
    let mut status = 0;
    for name in names {
        let path = absolute(&call.task.folder, name);
        if let Err(why) = call.machine.files.change_mode(&path, change) {
            call.fail(&format!("{name}: {why}"));
            status = 1;
        }
    }
    Outcome::Done(status)
}

/// Which bits of a mode stay as they are, and which are set.
fn mode_change(text: &str) -> Option<impl Fn(u32) -> u32 + Copy> {
    let (kept, set) = if let Ok(mode) = u32::from_str_radix(text, 8) {
        (0, mode & 0o7777)
    } else {
        let at = text.find(['+', '-', '='])?;
        let (who, what) = (&text[..at], &text[at + 1..]);
        let who = if who.is_empty() { "a" } else { who };
        let mask = who.chars().map(|it| match it {
            'u' => 0o700,
            'g' => 0o070,
            'o' => 0o007,
            _ => 0o777,
        });
        let mask: u32 = mask.fold(0, |all, it| all | it);
        let bit = |it: char| match it {
            'r' => Some(0o444),
            'w' => Some(0o222),
            'x' | 'X' => Some(0o111),
            _ => None,
        };
        let bits = what.chars().map(bit).try_fold(0, |all, it| Some(all | it?))? & mask;
        match &text[at..=at] {
            "+" => (!0, bits),
            "-" => (!bits, 0),
            _ => (!mask, bits),
        }
    };
    Some(move |mode: u32| mode & kept | set)
}

fn ls(call: &mut Call<'_>, flags: &str, names: &[String]) -> Outcome {
    if flags.contains('l') {
        return Outcome::Unknown;
    }
    let here = vec![".".to_owned()];
    let names = if names.is_empty() { &here } else { names };
    let mut status = 0;
    for name in names {
        let path = absolute(&call.task.folder, name);
        match call.machine.files.get(&path) {
            Some(Entry::File { .. }) => call.print(&format!("{name}\n")),
            Some(Entry::Folder) => {
                let hidden = flags.contains(['a', 'A']);
                let inside = call.machine.files.names(&path);
                let shown = inside.iter().filter(|it| hidden || !it.starts_with('.'));
                let mut text: String = shown.map(|it| format!("{it}\n")).collect();
                if names.len() > 1 {
                    text = format!("{name}:\n{text}");
                }
                call.print(&text);
            }
            None => {
                call.fail(&format!("{name}: No such file or directory"));
                status = 1;
            }
        }
    }
    Outcome::Done(status)
}

fn copy(call: &mut Call<'_>, names: &[String]) -> Outcome {
    let [from, to] = names else {
        return Outcome::Unknown;
    };
    let (source, mut target) = (absolute(&call.task.folder, from), absolute(&call.task.folder, to));
    let text = match call.machine.files.read(&source) {
        Ok(text) => text,
        Err("Is a directory") => return Outcome::Unknown,
        Err(why) => return call.fail(&refusal(call.name, from, why)),
    };
    if matches!(call.machine.files.get(&target), Some(Entry::Folder)) {
        target = absolute(&target, source.rsplit('/').next().unwrap_or_default());
    }
    let now = call.now();
    if let Err(why) = call.machine.files.write(&target, &text, false, now) {
        return call.fail(&format!("can't create '{to}': {why}"));
    }
    if call.name == "mv" && source != target {
        let _ = call.machine.files.remove(&source, false, false);
    }
    Outcome::Done(0)
}
