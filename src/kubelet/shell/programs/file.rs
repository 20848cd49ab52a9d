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
        _ => "rRafpv",
    };
    let Some((flags, names)) = call.flags(known) else {
        return Outcome::Unknown;
    };
    match call.name {
        "ls" => ls(call, &flags, &names),
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
            Some(Entry::File(..)) => call.print(&format!("{name}\n")),
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
