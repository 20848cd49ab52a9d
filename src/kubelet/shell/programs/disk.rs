//! Programs that fill disks and measure files: `dd`, `fallocate`, `truncate`, `du`, `stat`, and `head -c` of a device.
//!
//! What comes from `/dev/zero` or `/dev/urandom` has a length and no content: nobody reads it, and nobody holds it.

use super::super::files::{Entry, absolute};
use super::super::task::Target;
use super::{Call, Outcome};

/// A device that gives as many bytes as are asked for.
pub fn is_endless(name: &str) -> bool {
    matches!(name, "/dev/zero" | "/dev/urandom" | "/dev/random")
}

/// A number of bytes as the programs take it: `512`, `4k`, `10M`, `1G`; with a `B` behind it in thousands.
pub fn bytes(text: &str) -> Option<u64> {
    let end = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..end].parse().ok()?;
    let power = |it: char| "kmgt".find(it.to_ascii_lowercase()).map(|it| u32::try_from(it).unwrap_or(0) + 1);
    let unit = match text[end..].chars().collect::<Vec<_>>().as_slice() {
        [] | ['c'] => 1,
        ['b'] => 512,
        [letter] | [letter, 'i', 'B'] => 1024_u64.pow(power(*letter)?),
        [letter, 'B'] => 1000_u64.pow(power(*letter)?),
        _ => return None,
    };
    number.checked_mul(unit)
}

/// Puts bytes without content where a descriptor leads.
pub fn pour(call: &mut Call<'_>, count: u64) -> Outcome {
    let (target, now) = (call.task.fds.get(1).cloned(), call.now());
    match target {
        Some(Target::File(path)) => match call.machine.files.fill(&path, count, true, now) {
            Ok(()) => Outcome::Done(0),
            Err(why) => call.fail(&format!("write error: {why}")),
        },
        Some(Target::Null | Target::Closed) => Outcome::Done(0),
        _ => Outcome::Unknown,
    }
}

pub fn run(call: &mut Call<'_>) -> Outcome {
    match call.name {
        "dd" => dd(call),
        "fallocate" | "truncate" => sized(call),
        "du" => du(call),
        _ => stat(call),
    }
}

/// `dd if=FILE of=FILE bs=SIZE count=N`, and what it says of it on its standard error.
fn dd(call: &mut Call<'_>) -> Outcome {
    let (mut from, mut to, mut block, mut count, mut quiet) = (None, None, 512, None, false);
    let mut appends = false;
    for arg in call.args {
        let Some((name, value)) = arg.split_once('=') else {
            return Outcome::Unknown;
        };
        match name {
            "if" => from = Some(value.to_owned()),
            "of" => to = Some(value.to_owned()),
            "bs" | "ibs" | "obs" => match bytes(value).filter(|it| *it > 0) {
                Some(it) => block = it,
                None => return call.fail(&format!("invalid number '{value}'")),
            },
            "count" => match bytes(value) {
                Some(it) => count = Some(it),
                None => return call.fail(&format!("invalid number '{value}'")),
            },
            "status" => quiet = value != "progress",
            "conv" | "oflag" => appends |= value.split(',').any(|it| matches!(it, "notrunc" | "append")),
            "iflag" => {}
            _ => return Outcome::Unknown,
        }
    }
    let most = count.map(|it: u64| it.saturating_mul(block));
    let (text, filling) = match &from {
        Some(name) if is_endless(name) => match most {
            Some(most) => (String::new(), most),
            // It goes on until the disk is full.
            None => return Outcome::Unknown,
        },
        Some(name) => match call.machine.files.get(&absolute(&call.task.folder, name)) {
            Some(Entry::File { text, filling, .. }) => cut(&text, filling, most),
            Some(Entry::Folder) => return call.fail(&format!("can't open '{name}': Is a directory")),
            None => return call.fail(&format!("can't open '{name}': No such file or directory")),
        },
        None => match call.input() {
            Ok(text) => cut(&text, 0, most),
            Err(waits) => return waits,
        },
    };
    let size = text.len() as u64 + filling;
    if let Some(name) = to.filter(|it| it != "/dev/null") {
        let (path, now) = (absolute(&call.task.folder, &name), call.now());
        let files = &mut call.machine.files;
        let written = files.write(&path, &text, appends, now).and_then(|()| files.fill(&path, filling, true, now));
        if let Err(why) = written {
            return call.fail(&format!("can't open '{name}': {why}"));
        }
    } else if filling > 0 {
        if let it @ Outcome::Unknown = pour(call, filling) {
            return it;
        }
    } else {
        call.print(&text);
    }
    if !quiet {
        let (whole, part) = (size / block, u64::from(!size.is_multiple_of(block)));
        let records = format!("{whole}+{part} records in\n{whole}+{part} records out\n");
        let target = call.task.fds.get(2).cloned().unwrap_or(Target::Null);
        call.machine.print(&target, &records);
    }
    Outcome::Done(0)
}

/// The first bytes of a file: of its text, and of what comes after it.
fn cut(text: &str, filling: u64, most: Option<u64>) -> (String, u64) {
    let most = most.unwrap_or(u64::MAX);
    let mut end = usize::try_from(most).unwrap_or(usize::MAX).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (text[..end].to_owned(), filling.min(most.saturating_sub(text.len() as u64)))
}

/// `fallocate -l SIZE FILE` and `truncate -s SIZE FILE..`.
fn sized(call: &mut Call<'_>) -> Outcome {
    let flag = if call.name == "truncate" { "-s" } else { "-l" };
    let mut args = call.args.iter();
    let (mut size, mut names) = (None, Vec::new());
    while let Some(arg) = args.next() {
        match arg.strip_prefix(flag) {
            Some("") => size = args.next().and_then(|it| bytes(it)),
            Some(text) => size = bytes(text),
            None if arg.starts_with('-') => return Outcome::Unknown,
            None => names.push(arg.clone()),
        }
    }
    let Some(size) = size else {
        return Outcome::Unknown;
    };
    for name in &names {
        let (path, now) = (absolute(&call.task.folder, name), call.now());
        let text = call.machine.files.read(&path).unwrap_or_default();
        let is_longer = (text.len() as u64) > size;
        let (text, filling) = cut(&text, u64::MAX, Some(size));
        if is_longer && call.name == "fallocate" {
            continue;
        }
        let files = &mut call.machine.files;
        if let Err(why) = files.write(&path, &text, false, now).and_then(|()| files.fill(&path, filling, true, now)) {
            return call.fail(&format!("{name}: {why}"));
        }
    }
    Outcome::Done(0)
}

/// Sizes in units of 1024 bytes, or as somebody reads them.
fn shown(size: u64, readable: bool) -> String {
    const K: u64 = 1024;
    if !readable {
        return size.div_ceil(K).to_string();
    }
    let units = ["K", "M", "G", "T"];
    let mut value = size as f64 / K as f64;
    for unit in units {
        if value < 1024.0 {
            return format!("{value:.1}{unit}");
        }
        value /= 1024.0;
    }
    format!("{value:.1}P")
}

/// `du [-s] [-h] [-k] [-m] [PATH..]`: a file takes up blocks of 4 KiB, and so does a folder.
fn du(call: &mut Call<'_>) -> Outcome {
    const BLOCK: u64 = 4096;
    let Some((flags, mut names)) = call.flags("shkamc") else {
        return Outcome::Unknown;
    };
    if names.is_empty() {
        names.push(".".to_owned());
    }
    let mut status = 0;
    for name in &names {
        let path = absolute(&call.task.folder, name);
        if call.machine.files.get(&path).is_none() {
            call.fail(&format!("{name}: No such file or directory"));
            status = 1;
            continue;
        }
        let files = &call.machine.files;
        let blocks = |path: &str| match files.get(path) {
            Some(Entry::Folder) => BLOCK,
            Some(file) => file.size().div_ceil(BLOCK) * BLOCK,
            None => 0,
        };
        let total = |path: &str| blocks(path) + files.below(path).iter().map(|it| blocks(it)).sum::<u64>();
        let below = files.below(&path);
        let listed = below
            .iter()
            .rev()
            .filter(|it| !flags.contains('s') && (flags.contains('a') || matches!(files.get(it), Some(Entry::Folder))));
        let line = |size: u64, shown_name: &str| {
            let size =
                if flags.contains('m') { size.div_ceil(1 << 20).to_string() } else { shown(size, flags.contains('h')) };
            format!("{size}\t{shown_name}\n")
        };
        let mut out: String =
            listed.map(|it| line(total(it), &format!("{}{}", name.trim_end_matches('/'), &it[path.len()..]))).collect();
        out.push_str(&line(total(&path), name));
        call.print(&out);
    }
    Outcome::Done(status)
}

/// `stat -c FORMAT FILE..`.
fn stat(call: &mut Call<'_>) -> Outcome {
    let [flag, format, names @ ..] = call.args else {
        return Outcome::Unknown;
    };
    if flag != "-c" || names.is_empty() {
        return Outcome::Unknown;
    }
    let mut status = 0;
    for name in names {
        let path = absolute(&call.task.folder, name);
        let Some(entry) = call.machine.files.get(&path) else {
            call.fail(&format!("can't stat '{name}': No such file or directory"));
            status = 1;
            continue;
        };
        let (mode, changed, kind) = match &entry {
            Entry::Folder => (0o755, None, "directory"),
            Entry::File { mode, changed, .. } if entry.size() > 0 => (*mode, Some(*changed), "regular file"),
            Entry::File { mode, changed, .. } => (*mode, Some(*changed), "regular empty file"),
        };
        let changed = changed.unwrap_or_else(|| call.now()).unix();
        let mut out = String::new();
        let mut letters = format.chars();
        while let Some(it) = letters.next() {
            match (it, if it == '%' { letters.next() } else { None }) {
                ('%', Some('s')) => out.push_str(&entry.size().to_string()),
                ('%', Some('n')) => out.push_str(name),
                ('%', Some('a')) => out.push_str(&format!("{mode:o}")),
                ('%', Some('Y' | 'X' | 'Z')) => out.push_str(&changed.to_string()),
                ('%', Some('U' | 'G')) => out.push_str("root"),
                ('%', Some('u' | 'g')) => out.push('0'),
                ('%', Some('F')) => out.push_str(kind),
                ('%', _) => return Outcome::Unknown,
                (other, _) => out.push(other),
            }
        }
        call.print(&format!("{out}\n"));
    }
    Outcome::Done(status)
}
