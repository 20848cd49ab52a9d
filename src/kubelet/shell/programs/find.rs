//! `find`, by name, kind and depth, which prints, deletes or runs a program.

use super::super::files::{Entry, absolute};
use super::super::pattern::Pattern;
use super::{Call, Outcome};

/// Every file below `start` as it would be named from there, and with `folders` every folder too, in order.
pub fn below(call: &Call<'_>, start: &str, folders: bool) -> Vec<String> {
    let (mut out, mut left) = (Vec::new(), vec![start.to_owned()]);
    while let Some(name) = left.pop() {
        let path = absolute(&call.task.folder, &name);
        if let Some(Entry::Folder) = call.machine.files.get(&path) {
            let inside = call.machine.files.names(&path);
            let start = name.trim_end_matches('/');
            left.extend(inside.iter().rev().map(|it| format!("{start}/{it}")));
            if !folders {
                continue;
            }
        }
        out.push(name);
    }
    out
}

/// What is looked for, and what is done with what is found.
#[derive(Default)]
struct Wanted {
    starts: Vec<String>,
    name: Option<Pattern>,
    kind: Option<String>,
    most: Option<usize>,
    least: usize,
    deletes: bool,
    empty: bool,
    prints: bool,
    /// A program with its arguments, and whether it is given all names at once.
    program: Option<(Vec<String>, bool)>,
}

impl Wanted {
    fn parse(all: &[String]) -> Option<Wanted> {
        let (mut wanted, mut args) = (Wanted::default(), all.iter());
        while let Some(arg) = args.next() {
            let mut number = || args.next().and_then(|it| it.parse::<usize>().ok());
            match arg.as_str() {
                "-maxdepth" => wanted.most = Some(number()?),
                "-mindepth" => wanted.least = number()?,
                "-name" => {
                    let characters: Vec<(char, bool)> = args.next()?.chars().map(|it| (it, false)).collect();
                    wanted.name = Some(Pattern::new(&characters));
                }
                "-type" => wanted.kind = args.next().cloned(),
                "-print" => wanted.prints = true,
                "-exec" => {
                    let words = args.by_ref().take_while(|it| !matches!(it.as_str(), ";" | "+")).cloned().collect();
                    // A `+` hands on all names at once; it stands right behind the braces.
                    wanted.program = Some((words, all.iter().any(|it| it == "+")));
                }
                "-delete" => wanted.deletes = true,
                "-empty" => wanted.empty = true,
                flag if flag.starts_with(['-', '!', '(']) => return None,
                start => wanted.starts.push(start.to_owned()),
            }
        }
        Some(wanted)
    }
}

pub fn find(call: &mut Call<'_>) -> Outcome {
    let Some(wanted) = Wanted::parse(call.args) else {
        return Outcome::Unknown;
    };
    let Wanted { mut starts, name, kind, most, least, deletes, empty, prints, program } = wanted;
    let most = most.unwrap_or(usize::MAX);
    if starts.is_empty() {
        starts.push(".".to_owned());
    }
    let (mut status, mut out) = (0, Vec::new());
    for start in &starts {
        if call.machine.files.get(&absolute(&call.task.folder, start)).is_none() {
            call.fail(&format!("{start}: No such file or directory"));
            status = 1;
            continue;
        }
        let depth = |it: &str| it[start.trim_end_matches('/').len().min(it.len())..].matches('/').count();
        out.extend(below(call, start, true).into_iter().filter(|it| (least..=most).contains(&depth(it))));
    }
    let folder = call.task.folder.clone();
    let files = &call.machine.files;
    out.retain(|it| {
        let last = it.trim_end_matches('/').rsplit('/').next().unwrap_or(it);
        let path = absolute(&folder, it);
        let entry = files.get(&path);
        let fits = match kind.as_deref() {
            Some("f") => matches!(entry, Some(Entry::File { .. })) && files.target(&path).is_none(),
            Some("d") => matches!(entry, Some(Entry::Folder)),
            Some("l") => files.target(&path).is_some(),
            _ => true,
        };
        let is_empty = match &entry {
            Some(Entry::File { text, .. }) => text.is_empty(),
            _ => files.names(&path).is_empty(),
        };
        fits && name.as_ref().is_none_or(|it| it.matches(last)) && (!empty || is_empty)
    });
    if let Some((words, together)) = program {
        if prints {
            return Outcome::Unknown;
        }
        super::run::each(call, &words, &out, together);
        return Outcome::Runs;
    }
    if deletes {
        for it in out.iter().rev() {
            let _ = call.machine.files.remove(&absolute(&folder, it), true, true);
        }
    } else {
        let text: String = out.iter().map(|it| format!("{it}\n")).collect();
        call.print(&text);
    }
    Outcome::Done(status)
}
