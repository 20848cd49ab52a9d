//! Programs that make, list and remove files.

use super::super::files::{Entry, absolute};
use super::{Call, Outcome};

/// As busybox words a refusal for `name`.
pub fn refusal(program: &str, name: &str, why: &str) -> String {
    match program {
        "cat" | "head" | "tail" | "wc" | "sort" | "sed" | "cut" | "uniq" | "tac" | "rev" | "nl" | "paste"
        | "base64" | "sha256sum" | "sha512sum" => format!("can't open '{name}': {why}"),
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
        "ls" => "1alAhdrtFpC",
        "chmod" | "chown" => "Rvf",
        "ln" => "snfv",
        "readlink" | "realpath" => "fe",
        _ => "rRafpvLnd",
    };
    let Some((flags, names)) = call.flags(known) else {
        return Outcome::Unknown;
    };
    match call.name {
        "ls" => ls(call, &flags, &names),
        "chmod" => chmod(call, &names),
        "chown" => each_exists(call, &names),
        "cp" | "mv" => copy(call, &flags, &names),
        "ln" => link(call, &flags, &names),
        "readlink" | "realpath" => read_link(call, &flags, &names),
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

/// `chown OWNER FILE..`: everything belongs to root, so that only files that are not there make a difference.
fn each_exists(call: &mut Call<'_>, names: &[String]) -> Outcome {
    let mut status = 0;
    for name in names.iter().skip(1) {
        if call.machine.files.get(&absolute(&call.task.folder, name)).is_none() {
            call.fail(&format!("{name}: No such file or directory"));
            status = 1;
        }
    }
    Outcome::Done(status)
}

fn ls(call: &mut Call<'_>, flags: &str, names: &[String]) -> Outcome {
    if flags.contains('l') || flags.contains('t') || flags.contains('F') || flags.contains('p') {
        return Outcome::Unknown;
    }
    let here = vec![".".to_owned()];
    let names = if names.is_empty() { &here } else { names };
    let (mut status, mut folders, mut out) = (0, Vec::new(), String::new());
    let mut names = names.to_vec();
    names.sort();
    for name in &names {
        match call.machine.files.get(&absolute(&call.task.folder, name)) {
            Some(Entry::Folder) if !flags.contains('d') => folders.push(name),
            Some(_) => out.push_str(&format!("{name}\n")),
            None => {
                call.fail(&format!("{name}: No such file or directory"));
                status = 1;
            }
        }
    }
    for name in folders {
        if names.len() > 1 {
            out.push_str(&format!("{}{name}:\n", if out.is_empty() { "" } else { "\n" }));
        }
        let mut inside = call.machine.files.names(&absolute(&call.task.folder, name));
        if flags.contains('r') {
            inside.reverse();
        }
        if flags.contains('a') {
            out.push_str(".\n..\n");
        }
        let shown = inside.iter().filter(|it| flags.contains(['a', 'A']) || !it.starts_with('.'));
        out.extend(shown.map(|it| format!("{it}\n")));
    }
    call.print(&out);
    Outcome::Done(status)
}

/// `cp` and `mv`, of one file to another or of several into a folder.
fn copy(call: &mut Call<'_>, flags: &str, names: &[String]) -> Outcome {
    let [sources @ .., to] = names else {
        return call.fail("missing operand");
    };
    let target = absolute(&call.task.folder, to);
    let into = matches!(call.machine.files.get(&target), Some(Entry::Folder));
    if sources.is_empty() {
        return call.fail("missing operand");
    }
    if sources.len() > 1 && !into {
        return call.fail(&format!("target '{to}' is not a directory"));
    }
    let mut status = 0;
    for from in sources {
        let source = absolute(&call.task.folder, from);
        let last = source.rsplit('/').next().unwrap_or_default();
        let target = if into { absolute(&target, last) } else { target.clone() };
        if let Err((name, why)) = copy_one(call, flags, (from, &source), (to, &target)) {
            call.fail(&refusal(call.name, &name, why));
            status = 1;
        }
    }
    Outcome::Done(status)
}

fn copy_one(
    call: &mut Call<'_>,
    flags: &str,
    (from, source): (&str, &str),
    (to, target): (&str, &str),
) -> Result<(), (String, &'static str)> {
    let now = call.now();
    let files = &mut call.machine.files;
    let to_it = |why| (to.to_owned(), why);
    match files.get(source) {
        None => return Err((from.to_owned(), "No such file or directory")),
        Some(Entry::Folder) if call.name == "cp" && !flags.contains(['r', 'R', 'a']) => {
            return Err((from.to_owned(), "omitting directory"));
        }
        Some(Entry::Folder) => {
            files.make_folder(target, true).map_err(to_it)?;
            for name in files.names(source) {
                let (inner, outer) = (absolute(source, &name), absolute(target, &name));
                copy_one(call, flags, (from, &inner), (to, &outer))?;
            }
        }
        Some(Entry::File { text, mode, .. }) => {
            files.write(target, &text, false, now).map_err(to_it)?;
            files.change_mode(target, |_| mode).map_err(to_it)?;
        }
    }
    if call.name == "mv" && source != target {
        let _ = call.machine.files.remove(source, true, true);
    }
    Ok(())
}

/// `ln [-s] TARGET LINK`. A hard link is a copy.
fn link(call: &mut Call<'_>, flags: &str, names: &[String]) -> Outcome {
    let [target, name] = names else {
        return Outcome::Unknown;
    };
    if !flags.contains('s') {
        return copy(call, flags, names);
    }
    let mut path = absolute(&call.task.folder, name);
    if matches!(call.machine.files.get(&path), Some(Entry::Folder)) && !flags.contains('n') {
        path = absolute(&path, target.trim_end_matches('/').rsplit('/').next().unwrap_or_default());
    }
    if flags.contains('f') {
        let _ = call.machine.files.remove(&path, false, false);
    }
    let now = call.now();
    match call.machine.files.link(&path, target, now) {
        Ok(()) => Outcome::Done(0),
        Err(why) => call.fail(&format!("{name}: {why}")),
    }
}

/// `readlink` and `realpath`.
fn read_link(call: &mut Call<'_>, flags: &str, names: &[String]) -> Outcome {
    let mut status = 0;
    for name in names {
        let path = absolute(&call.task.folder, name);
        let whole = call.name == "realpath" || flags.contains(['f', 'e']);
        let shown = match call.machine.files.target(&path) {
            _ if whole => Some(call.machine.files.resolved(&path)),
            target => target.map(str::to_owned),
        };
        match shown {
            Some(text) => call.print(&format!("{text}\n")),
            None => status = 1,
        }
    }
    Outcome::Done(status)
}
