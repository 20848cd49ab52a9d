//! `tar`, as `kubectl cp` calls it and a little more (busybox `archival/tar.c`).
//!
//! Known difference: there are no links in virtual containers, and those of an archive are left out.

use std::io::{Cursor, Read};

use tar::{Archive, Builder, EntryType, Header};

use super::super::files::{Entry, absolute};
use super::super::raw;
use super::super::task::Target;
use super::{Call, Outcome};

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    mode: char,
    file: String,
    folder: Option<String>,
    verbose: bool,
    to_output: bool,
    names: Vec<String>,
}

fn asked(args: &[String]) -> Option<Asked> {
    let mut asked = Asked { file: "-".to_owned(), ..Asked::default() };
    let mut args = args.iter().enumerate();
    while let Some((index, arg)) = args.next() {
        let letters = match (arg.strip_prefix("--"), arg.strip_prefix('-')) {
            (Some("no-same-owner" | "no-same-permissions" | "numeric-owner"), _) => continue,
            (Some(_), _) => return None,
            (None, Some(letters)) if !letters.is_empty() => letters,
            // The first word needs no dash.
            (None, _) if index == 0 => arg.as_str(),
            (None, _) => {
                asked.names.push(arg.clone());
                continue;
            }
        };
        for (at, letter) in letters.char_indices() {
            let mut value = || {
                let rest = letters.get(at + 1..).filter(|it| index > 0 && !it.is_empty()).map(str::to_owned);
                rest.or_else(|| args.next().map(|(_, it)| it.clone()))
            };
            match letter {
                'c' | 'x' | 't' => asked.mode = letter,
                'f' => asked.file = value()?,
                'C' => asked.folder = Some(value()?),
                'v' => asked.verbose = true,
                'O' => asked.to_output = true,
                'm' | 'p' | 'o' | 'k' | 'h' => continue,
                _ => return None,
            }
            // What follows such a letter in its word was its value.
            if matches!(letter, 'f' | 'C') && index > 0 {
                break;
            }
        }
    }
    (asked.mode != '\0').then_some(asked)
}

pub fn run(call: &mut Call<'_>) -> Outcome {
    let Some(mut asked) = asked(call.args) else {
        return Outcome::Unknown;
    };
    let here = call.task.folder.clone();
    if asked.file != "-" {
        asked.file = absolute(&here, &asked.file);
    }
    let folder = asked.folder.as_deref().map_or_else(|| here.to_string(), |it| absolute(&here, it));
    if !matches!(call.machine.files.get(&folder), Some(Entry::Folder)) {
        return call.fail(&format!("can't change directory to '{folder}': No such file or directory"));
    }
    let done = if asked.mode == 'c' { create(call, &asked, &folder) } else { read(call, &asked, &folder) };
    done.unwrap_or_else(|outcome| outcome)
}

fn create(call: &mut Call<'_>, asked: &Asked, folder: &str) -> Result<Outcome, Outcome> {
    if asked.names.is_empty() {
        return Err(call.fail("empty archive"));
    }
    let mut builder = Builder::new(Vec::new());
    let (mut failed, mut told, mut listing) = (false, false, String::new());
    for name in &asked.names {
        let path = absolute(folder, name);
        if call.machine.files.get(&path).is_none() {
            call.fail(&format!("{name}: No such file or directory"));
            failed = true;
            continue;
        }
        if name.starts_with('/') && !std::mem::replace(&mut told, true) {
            call.fail("removing leading '/' from member names");
        }
        let member = name.trim_start_matches('/').trim_end_matches('/');
        let member = if member.is_empty() { "." } else { member };
        for below in std::iter::once(path.clone()).chain(call.machine.files.below(&path)) {
            let rest = below.strip_prefix(path.as_str()).unwrap_or_default().trim_start_matches('/');
            let member = if rest.is_empty() { member.to_owned() } else { format!("{member}/{rest}") };
            if add(call, &mut builder, &below, &member).is_none() {
                return Err(call.fail(&format!("{member}: cannot be archived")));
            }
            listing.push_str(&member);
            listing.push('\n');
        }
    }
    let archive = raw::text(&builder.into_inner().unwrap_or_default());
    if asked.file == "-" {
        call.print(&archive);
    } else {
        let now = call.now();
        if let Err(why) = call.machine.files.write(&asked.file, &archive, false, now) {
            return Err(call.fail(&format!("can't open '{}': {why}", asked.file)));
        }
        if asked.verbose {
            call.print(&listing);
        }
    }
    if failed {
        call.fail("error exit delayed from previous errors");
    }
    Ok(Outcome::Done(i64::from(failed)))
}

fn add(call: &Call<'_>, builder: &mut Builder<Vec<u8>>, path: &str, member: &str) -> Option<()> {
    let mut header = Header::new_gnu();
    header.set_uid(0);
    header.set_gid(0);
    let started = u64::try_from(call.now().unix()).unwrap_or_default();
    match call.machine.files.get(path)? {
        Entry::Folder => {
            header.set_entry_type(EntryType::Directory);
            header.set_mode(0o755);
            header.set_mtime(started);
            header.set_size(0);
            builder.append_data(&mut header, format!("{member}/"), Cursor::new([])).ok()
        }
        Entry::File { text, changed, mode, .. } => {
            let content = raw::bytes(&text);
            header.set_mode(mode);
            header.set_mtime(u64::try_from(changed.unix()).unwrap_or_default());
            header.set_size(u64::try_from(content.len()).ok()?);
            builder.append_data(&mut header, member, Cursor::new(content)).ok()
        }
    }
}

/// One member of an archive that is read.
struct Member {
    name: String,
    is_folder: bool,
    mode: u32,
    content: String,
}

fn read(call: &mut Call<'_>, asked: &Asked, folder: &str) -> Result<Outcome, Outcome> {
    let archive = match asked.file.as_str() {
        "-" => match call.task.fds.first() {
            Some(Target::In(_)) => call.input()?,
            _ => String::new(),
        },
        file => match call.machine.files.read(file) {
            Ok(text) => text.to_string(),
            Err(why) => return Err(call.fail(&format!("can't open '{file}': {why}"))),
        },
    };
    let archive = raw::bytes(&archive);
    let Some(members) = members(&archive) else {
        return Err(call.fail(if archive.is_empty() { "short read" } else { "invalid tar magic" }));
    };
    let is_wanted = |name: &str| {
        let under = |it: &String| {
            name == it.trim_end_matches('/') || name.starts_with(&format!("{}/", it.trim_end_matches('/')))
        };
        asked.names.is_empty() || asked.names.iter().any(under)
    };
    let mut status = 0;
    for member in members.iter().filter(|it| is_wanted(it.name.trim_end_matches('/'))) {
        if asked.mode == 't' || asked.verbose {
            call.print(&format!("{}\n", member.name));
        }
        if asked.mode == 'x' && asked.to_output {
            call.print(&member.content);
        } else if asked.mode == 'x'
            && let Err(why) = extract(call, member, &absolute(folder, member.name.trim_start_matches('/')))
        {
            call.fail(&why);
            status = 1;
        }
    }
    Ok(Outcome::Done(status))
}

fn extract(call: &mut Call<'_>, member: &Member, path: &str) -> Result<(), String> {
    let now = call.now();
    let files = &mut call.machine.files;
    let parent = path.rsplit_once('/').map_or("/", |(it, _)| it);
    let parent = if parent.is_empty() { "/" } else { parent };
    let refused = |why: &str| format!("can't open '{}': {why}", member.name);
    files.make_folder(if member.is_folder { path } else { parent }, true).map_err(refused)?;
    if !member.is_folder {
        files.write(path, &member.content, false, now).map_err(refused)?;
        files.change_mode(path, |_| member.mode).map_err(refused)?;
    }
    Ok(())
}

/// The files and folders of an archive; `None` for what is no archive.
fn members(archive: &[u8]) -> Option<Vec<Member>> {
    let mut members = Vec::new();
    if archive.is_empty() {
        return None;
    }
    for entry in Archive::new(Cursor::new(archive)).entries().ok()? {
        let mut entry = entry.ok()?;
        let kind = entry.header().entry_type();
        if !(kind.is_file() || kind.is_dir()) {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mode = entry.header().mode().unwrap_or(0o644) & 0o777;
        let mut content = Vec::new();
        entry.read_to_end(&mut content).ok()?;
        members.push(Member { name, is_folder: kind.is_dir(), mode, content: raw::text(&content) });
    }
    Some(members)
}

#[cfg(test)]
mod tests {
    use super::super::super::{Environment, Shell, shell};
    use super::*;
    use crate::clock::Time;

    fn printed(script: &str) -> String {
        let machine = shell(script, &Shell::default(), &Environment::new(), Time::from_unix(0));
        let mut machine = machine.expect("a script");
        machine.run(Time::from_unix(0));
        machine.log.text()
    }

    #[test]
    fn what_was_packed_is_unpacked_elsewhere() {
        let script = "mkdir -p /tmp/a/b /tmp/out; echo one > /tmp/a/1; echo two > /tmp/a/b/2; chmod +x /tmp/a/1
            tar cf - -C /tmp a | tar -xmf - -C /tmp/out; cat /tmp/out/a/1 /tmp/out/a/b/2; tar c /tmp/a/b | tar tv";
        let want = "one\ntwo\ntar: removing leading '/' from member names\ntmp/a/b/\ntmp/a/b/2\n";
        assert_eq!(printed(script), want);
        assert_eq!(printed("cd /tmp; echo x > y; tar cf z.tar y; rm y; tar xf z.tar; cat y"), "x\n");
    }

    #[test]
    fn what_cannot_be_packed_or_unpacked_is_said() {
        let missing = "tar: /nope: No such file or directory\ntar: error exit delayed from previous errors\n1\n";
        assert_eq!(printed("tar cf - /nope > /dev/null; echo $?"), missing);
        assert_eq!(printed("echo hello | tar x; echo $?"), "tar: invalid tar magic\n1\n");
        assert_eq!(printed("tar xf /nope.tar"), "tar: can't open '/nope.tar': No such file or directory\n");
        assert!(printed("tar xC /nope < /dev/null").starts_with("tar: can't change directory to '/nope'"));
    }

    #[test]
    fn letters_are_read_with_and_without_a_dash() {
        let read = |text: &str| asked(&text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        let want = |mode, folder: Option<&str>, names: &[&str]| {
            let names = names.iter().map(|it| (*it).to_owned()).collect();
            Some(Asked { mode, file: "-".to_owned(), folder: folder.map(str::to_owned), names, ..Asked::default() })
        };
        assert_eq!(read("-xmf - -C /tmp"), want('x', Some("/tmp"), &[]));
        assert_eq!(read("cf - /a b"), want('c', None, &["/a", "b"]));
        assert_eq!(read("--no-same-permissions --no-same-owner -xmf - -C /x"), want('x', Some("/x"), &[]));
        assert_eq!((read("-czf - a"), read("f x"), read("cf")), (None, None, None));
    }
}
