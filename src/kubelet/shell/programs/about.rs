//! Programs that tell of the container, its variables and programs, and of names: `hostname`, `id`, `uname`, `basename`, `env`,
//! `which`, `mktemp`, ...

use super::super::files::absolute;
use super::{Call, Outcome, is_program, known, say};

/// Programs that tell of the container and of names.
pub fn about(call: &mut Call<'_>) -> Outcome {
    let args: Vec<&str> = call.args.iter().map(String::as_str).collect();
    let host = call.task.variable("HOSTNAME").unwrap_or("localhost").to_owned();
    match (call.name, args.as_slice()) {
        ("hostname", [] | ["-s" | "-f"]) => say(call, &host),
        ("pwd", _) => {
            let folder = call.task.folder.clone();
            say(call, &folder)
        }
        ("whoami", _) | ("id", ["-un" | "-gn"]) => say(call, "root"),
        ("nproc", _) => say(call, "1"),
        ("tty", _) => {
            say(call, "not a tty");
            Outcome::Done(1)
        }
        ("uname", [] | ["-s"]) => say(call, "Linux"),
        ("uname", ["-n"]) => say(call, &host),
        ("uname", ["-m" | "-p" | "-i"]) => say(call, "x86_64"),
        ("uname", ["-o"]) => say(call, "GNU/Linux"),
        ("id", []) => say(call, "uid=0(root) gid=0(root) groups=0(root)"),
        ("id", ["-u" | "-g" | "-G"]) => say(call, "0"),
        ("basename", [name]) => {
            let name = last_part(name).to_owned();
            say(call, &name)
        }
        ("basename", [name, end]) => {
            let name = last_part(name);
            let short = name.strip_suffix(end).filter(|it| !it.is_empty()).unwrap_or(name).to_owned();
            say(call, &short)
        }
        ("dirname", [name]) => {
            let folder = match name.trim_end_matches('/').rsplit_once('/') {
                _ if name.starts_with('/') && name.trim_end_matches('/').is_empty() => "/".to_owned(),
                Some(("", _)) => "/".to_owned(),
                Some((folder, _)) => folder.trim_end_matches('/').to_owned(),
                None => ".".to_owned(),
            };
            say(call, &folder)
        }
        _ => Outcome::Unknown,
    }
}

fn last_part(name: &str) -> &str {
    let name = if name.len() > 1 { name.trim_end_matches('/') } else { name };
    match name.rsplit_once('/') {
        _ if name.is_empty() || name == "/" => "/",
        Some((_, last)) => last,
        None => name,
    }
}

/// `mktemp [-d] [TEMPLATE]`: a new file or folder.
pub fn make_temporary(call: &mut Call<'_>) -> Outcome {
    let Some((flags, names)) = call.flags("dq") else {
        return Outcome::Unknown;
    };
    // There may be a file of every name.
    const TRIES: usize = 10_000;
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let template = names.first().cloned().unwrap_or_else(|| "/tmp/tmp.XXXXXX".to_owned());
    let start = template.trim_end_matches('X');
    for _ in 0..TRIES {
        let letter = |call: &mut Call<'_>| char::from(LETTERS[call.task.next_random() as usize % LETTERS.len()]);
        let end: String = (start.len()..template.len()).map(|_| letter(call)).collect();
        let (name, now) = (format!("{start}{end}"), call.now());
        let path = absolute(&call.task.folder, &name);
        if call.machine.files.get(&path).is_some() {
            continue;
        }
        let files = &mut call.machine.files;
        let made =
            if flags.contains('d') { files.make_folder(&path, false) } else { files.write(&path, "", false, now) };
        return match made {
            Ok(()) => say(call, &name),
            Err(why) => call.fail(&format!("{name}: {why}")),
        };
    }
    call.fail(&format!("{template}: File exists"))
}

/// Where a program is, as `which` and `command -v` tell.
pub fn location(name: &str) -> Option<String> {
    let is_there = is_program(name) || known::exists(name);
    (is_there && !name.contains('/')).then(|| format!("/bin/{name}"))
}

pub fn which(call: &mut Call<'_>) -> Outcome {
    let found: Vec<String> = call.args.iter().filter_map(|it| location(it)).collect();
    for path in &found {
        say(call, path);
    }
    Outcome::Done(i64::from(found.len() < call.args.len()))
}

pub fn environment(call: &mut Call<'_>) -> Outcome {
    match call.args {
        [] => {
            let all = call.task.variables.iter();
            let all = all.filter(|(_, it)| it.exported);
            let text: String = all.filter_map(|(name, it)| Some(format!("{name}={}\n", it.value.as_ref()?))).collect();
            call.print(&text);
            Outcome::Done(0)
        }
        [name] if call.name == "printenv" => match call.task.variable(name).map(str::to_owned) {
            Some(value) => say(call, &value),
            None => Outcome::Done(1),
        },
        _ => Outcome::Unknown,
    }
}
