//! Programs that print and pass on text.

use super::super::dialect::Dialect;
use super::super::files::absolute;
use super::super::task::Target;
use super::printf::unescape;
use super::{Call, Outcome, disk};

pub fn echo(call: &mut Call<'_>) -> Outcome {
    let is_dash = call.task.dialect == Dialect::Dash;
    let (mut newline, mut escapes, mut args) = (true, is_dash, call.args);
    while let [flag, rest @ ..] = args
        && flag.len() > 1
        && flag.starts_with('-')
        && flag[1..].chars().all(|it| it == 'n' || !is_dash && "eE".contains(it))
    {
        newline &= !flag.contains('n');
        escapes = (escapes || flag.contains('e')) && !flag.contains('E');
        args = rest;
    }
    let mut text = args.join(" ");
    if escapes {
        let (unescaped, stopped) = unescape(&text, false, true);
        text = unescaped;
        newline &= !stopped;
    }
    if newline {
        text.push('\n');
    }
    call.print(&text);
    Outcome::Done(0)
}

/// What `read` is asked to do.
#[derive(Default)]
struct Reading {
    raw: bool,
    /// Ends after so many characters.
    most: Option<usize>,
    /// Whether the one name is that of an array.
    array: bool,
    names: Vec<String>,
}

impl Reading {
    fn parse(args: &[String], dialect: Dialect) -> Option<Reading> {
        let mut reading = Reading::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let Some(letters) = arg.strip_prefix('-').filter(|_| reading.names.is_empty()) else {
                reading.names.push(arg.clone());
                continue;
            };
            for (at, letter) in letters.char_indices() {
                let mut value = || match &letters[at + 1..] {
                    "" => args.next().cloned(),
                    rest => Some(rest.to_owned()),
                };
                match letter {
                    'r' => reading.raw = true,
                    's' if dialect != Dialect::Dash => {}
                    // Nobody is asked who does not sit at a terminal.
                    'p' => drop(value()?),
                    't' if dialect != Dialect::Dash => drop(value()?),
                    'n' if dialect != Dialect::Dash => reading.most = Some(value()?.parse().ok()?),
                    'a' if dialect == Dialect::Bash => {
                        reading.array = true;
                        reading.names.push(value()?);
                    }
                    _ => return None,
                }
                if "ptna".contains(letter) {
                    break;
                }
            }
        }
        Some(reading)
    }
}

/// `read [-r] [-p PROMPT] [-n COUNT] [-t SECONDS] NAME..`: one line, split into the variables. Without `-r` a backslash takes the
/// meaning of what follows it, and one at the end of a line goes on with the next. Known difference: it waits for its line for as
/// long as somebody may write one, whatever `-t` says.
pub fn read(call: &mut Call<'_>) -> Outcome {
    let Some(Reading { raw, most, array, mut names }) = Reading::parse(call.args, call.task.dialect) else {
        return Outcome::Unknown;
    };
    if names.is_empty() {
        names.push("REPLY".to_owned());
    }
    let Some(Target::In(stream)) = call.task.fds.first().cloned() else {
        names.iter().for_each(|it| {
            call.task.assign(it, String::new());
        });
        return Outcome::Done(1);
    };
    let has_writers = call.machine.has_writers(stream);
    let buffer = call.machine.streams.or_default(stream);
    let cut = most.and_then(|it| buffer.text.char_indices().nth(it)).map(|it| it.0);
    let (line, whole) = match line_end(&buffer.text, raw) {
        at if cut.is_some_and(|cut| at.is_none_or(|at| cut <= at)) => {
            let rest = buffer.text.split_off(cut.unwrap_or(0));
            (std::mem::replace(&mut buffer.text, rest), true)
        }
        Some(at) => {
            let rest = buffer.text.split_off(at + 1);
            let line = std::mem::replace(&mut buffer.text, rest);
            (line[..at].to_owned(), true)
        }
        // What is there is no line yet: it is put behind what comes.
        None if has_writers && buffer.text.contains('\n') => return Outcome::All(stream),
        None if has_writers => return Outcome::Line(stream),
        None => (std::mem::take(&mut buffer.text), false),
    };
    let separators = call.task.variable("IFS").unwrap_or(" \t\n").to_owned();
    if array {
        // As many as there can be: what is left over is empty.
        let mut values = split_line(&line, &separators, line.len() + 1, raw);
        while values.last().is_some_and(String::is_empty) {
            values.pop();
        }
        super::super::arrays::put(call.task, &names[0], values);
        return Outcome::Done(i64::from(!whole));
    }
    for (name, value) in names.iter().zip(split_line(&line, &separators, names.len(), raw)) {
        call.task.assign(name, value);
    }
    Outcome::Done(i64::from(!whole))
}

/// Where the first line ends.
fn line_end(text: &str, raw: bool) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, it)| {
        let was_escaped = escaped;
        escaped = !raw && it == '\\' && !was_escaped;
        (it == '\n' && !was_escaped).then_some(at)
    })
}

/// A line as `count` values, the last of which takes what is left.
fn split_line(line: &str, separators: &str, count: usize, raw: bool) -> Vec<String> {
    let mut characters = Vec::new();
    let mut rest = line.chars();
    while let Some(it) = rest.next() {
        match it {
            '\\' if !raw => characters.extend(rest.next().filter(|it| *it != '\n').map(|it| (it, true))),
            it => characters.push((it, false)),
        }
    }
    let blank = |it: &(char, bool)| !it.1 && it.0.is_whitespace() && separators.contains(it.0);
    let separates = |it: &(char, bool)| !it.1 && separators.contains(it.0);
    let text = |it: &[(char, bool)]| it.iter().map(|(it, _)| *it).collect::<String>();
    let mut values = Vec::new();
    let skip = |from: usize| from + characters[from..].iter().take_while(|it| blank(it)).count();
    let mut at = skip(0);
    for index in 0..count {
        let end = at + characters[at..].iter().take_while(|it| !separates(it)).count();
        if index + 1 < count {
            values.push(text(&characters[at..end]));
            at = skip(end);
            if characters.get(at).is_some_and(|it| separates(it) && !blank(it)) && at >= end {
                at = skip(at + 1);
            }
            continue;
        }
        let mut last = characters.len();
        while last > at && blank(&characters[last - 1]) {
            last -= 1;
        }
        // A single separator at the end belongs to the last value's end.
        if last == end + 1 && separates(&characters[end]) {
            last = end;
        }
        values.push(text(&characters[at..last.max(at)]));
    }
    values
}

/// `seq [-w] [-s SEPARATOR] [FIRST [STEP]] LAST`.
pub fn seq(call: &mut Call<'_>) -> Outcome {
    const MOST: f64 = 1_000_000.0;
    const MOST_PLACES: usize = 100;
    let (mut wide, mut separator, mut args) = (false, "\n".to_owned(), call.args);
    loop {
        match args {
            [flag, rest @ ..] if flag == "-w" => (wide, args) = (true, rest),
            [flag, value, rest @ ..] if flag == "-s" => (separator, args) = (value.clone(), rest),
            [flag, rest @ ..] if flag.starts_with("-s") => (separator, args) = (flag[2..].to_owned(), rest),
            _ => break,
        }
    }
    let numbers: Result<Vec<f64>, _> = args.iter().map(|it| it.parse::<f64>()).collect();
    let (first, step, last) = match numbers.as_deref() {
        Ok([last]) => (1.0, 1.0, *last),
        Ok([first, last]) => (*first, 1.0, *last),
        Ok([first, step, last]) if *step != 0.0 => (*first, *step, *last),
        _ => return Outcome::Unknown,
    };
    let count = ((last - first) / step + 1e-9).floor() + 1.0;
    let places = args.iter().filter_map(|it| it.split_once('.')).map(|(_, it)| it.len()).max().unwrap_or(0);
    if count > MOST || places > MOST_PLACES {
        return Outcome::Unknown;
    }
    let number = |at: i64| format!("{:.places$}", first + step * at as f64);
    let all: Vec<String> = (0..count.max(0.0) as i64).map(number).collect();
    let width = if wide { all.iter().map(String::len).max().unwrap_or(0) } else { 0 };
    let text = all.iter().map(|it| format!("{it:0>width$}")).collect::<Vec<_>>().join(&separator);
    if !all.is_empty() {
        call.print(&format!("{text}\n"));
    }
    Outcome::Done(0)
}

/// Programs that read files or their standard input, and print what they make of it.
pub fn filter(call: &mut Call<'_>) -> Outcome {
    let result = match call.name {
        "cat" => cat(call),
        "tee" => tee(call),
        "wc" => wc(call),
        _ => ends(call),
    };
    result.unwrap_or_else(|outcome| outcome)
}

fn cat(call: &mut Call<'_>) -> Result<Outcome, Outcome> {
    let (flags, names) = call.flags("un").ok_or(Outcome::Unknown)?;
    // What comes through a pipe goes on as it comes.
    if names.is_empty() && !flags.contains('n') {
        return Ok(match call.what_is_there()? {
            (text, Some(stream)) => {
                call.print(&text);
                Outcome::More(stream, vec!["cat".to_owned()])
            }
            (text, None) => {
                call.print(&text);
                Outcome::Done(0)
            }
        });
    }
    let (texts, all) = call.texts(&names)?;
    let mut number = 0;
    for (_, text) in texts {
        if flags.contains('n') {
            let numbered = text.split_inclusive('\n').map(|line| {
                number += 1;
                format!("{number:>6}\t{line}")
            });
            let text: String = numbered.collect();
            call.print(&text);
        } else {
            call.print(&text);
        }
    }
    Ok(Outcome::Done(i64::from(!all)))
}

/// `tee [-a] FILE..`: what comes through a pipe goes on as it comes.
fn tee(call: &mut Call<'_>) -> Result<Outcome, Outcome> {
    let (flags, names) = call.flags("ai").ok_or(Outcome::Unknown)?;
    let (text, more) = call.what_is_there()?;
    call.print(&text);
    let mut status = 0;
    for name in &names {
        let (path, now) = (absolute(&call.task.folder, name), call.now());
        if let Err(why) = call.machine.files.write(&path, &text, flags.contains('a'), now) {
            call.fail(&format!("{name}: {why}"));
            status = 1;
        }
    }
    Ok(match more {
        Some(stream) => {
            let mut again = vec!["tee".to_owned(), "-a".to_owned()];
            again.extend(names);
            Outcome::More(stream, again)
        }
        None => Outcome::Done(status),
    })
}

fn wc(call: &mut Call<'_>) -> Result<Outcome, Outcome> {
    let (flags, names) = call.flags("lwcm").ok_or(Outcome::Unknown)?;
    let (texts, all) = call.texts(&names)?;
    let wanted = |letter: char| flags.is_empty() && letter != 'm' || flags.contains(letter);
    let mut total = [0; 4];
    let mut rows = Vec::new();
    for (name, text) in texts {
        let words = text.split_whitespace().count();
        let counts = [text.matches('\n').count(), words, text.chars().count(), text.len()];
        total.iter_mut().zip(counts).for_each(|(all, it)| *all += it);
        rows.push((name, counts));
    }
    if rows.len() > 1 {
        rows.push(("total".to_owned(), total));
    }
    // Several numbers stand in columns.
    for (name, counts) in rows {
        let letters = ['l', 'w', 'm', 'c'];
        let shown = letters.iter().zip(counts).filter(|(letter, _)| wanted(**letter));
        let counts: Vec<usize> = shown.map(|(_, count)| count).collect();
        let width = if counts.len() > 1 { 9 } else { 0 };
        let mut shown: Vec<String> = counts.iter().map(|it| format!("{it:>width$}")).collect();
        if !name.is_empty() {
            shown.push(name);
        }
        call.print(&format!("{}\n", shown.join(" ")));
    }
    Ok(Outcome::Done(i64::from(!all)))
}

/// How `tail` is told to go on with a file of which it has shown so much.
const FOLLOW_ON: &str = "--follow-on";

/// Which part of a text `head` and `tail` show.
#[derive(Clone, Copy)]
struct Part {
    /// How many lines or bytes.
    count: usize,
    bytes: bool,
    /// `tail -n +3`: from there on. `head -n -3`: all but so many.
    other: bool,
}

impl Part {
    fn parse(text: &str, bytes: bool, other: char) -> Option<Part> {
        let number = text.strip_prefix(other);
        let count = number.unwrap_or(text);
        let count = if bytes { usize::try_from(disk::bytes(count)?).ok()? } else { count.parse().ok()? };
        Some(Part { count, bytes, other: number.is_some() })
    }

    fn of(self, text: &str, head: bool) -> String {
        let pieces: Vec<&str> = if self.bytes {
            text.char_indices().map(|(at, it)| &text[at..at + it.len_utf8()]).collect()
        } else {
            text.split_inclusive('\n').collect()
        };
        let (skipped, taken) = match (head, self.other) {
            (true, false) => (0, self.count),
            (true, true) => (0, pieces.len().saturating_sub(self.count)),
            (false, false) => (pieces.len().saturating_sub(self.count), usize::MAX),
            (false, true) => (self.count.saturating_sub(1), usize::MAX),
        };
        pieces.into_iter().skip(skipped).take(taken).collect()
    }
}

/// `head` and `tail`: the first or the last lines. `tail -f` follows one file, and shows what is added as it is added.
fn ends(call: &mut Call<'_>) -> Result<Outcome, Outcome> {
    let head = call.name == "head";
    let other = if head { '-' } else { '+' };
    let mut part = Part { count: 10, bytes: false, other: false };
    let (mut follows, mut quiet) = (false, false);
    let mut names = Vec::new();
    if let [flag, seen, path] = call.args
        && flag == FOLLOW_ON
    {
        return Ok(follow(call, path, seen.parse().unwrap_or(0)));
    }
    let mut args = call.args.iter();
    while let Some(arg) = args.next() {
        let parsed = match arg.strip_prefix('-') {
            Some(letter @ ("n" | "c")) => Part::parse(args.next().ok_or(Outcome::Unknown)?, letter == "c", other),
            Some("f" | "F") if !head => {
                follows = true;
                continue;
            }
            Some("q") => {
                quiet = true;
                continue;
            }
            Some(text) if text.starts_with(['n', 'c']) => Part::parse(&text[1..], text.starts_with('c'), other),
            Some(text) if !text.is_empty() => Part::parse(text, false, other),
            _ => {
                names.push(arg.clone());
                continue;
            }
        };
        part = parsed.ok_or(Outcome::Unknown)?;
    }
    if follows && names.iter().all(|it| it == "/dev/null") {
        return Ok(Outcome::Never);
    }
    if follows && names.len() != 1 {
        return Err(Outcome::Unknown);
    }
    if head && names.is_empty() && !part.bytes && !part.other {
        return first_lines(call, part.count);
    }
    if let [name] = names.as_slice()
        && head
        && part.bytes
        && disk::is_endless(name)
    {
        return Ok(disk::pour(call, part.count as u64));
    }
    let (texts, all) = call.texts(&names)?;
    let titled = texts.len() > 1 && !quiet;
    for (index, (name, text)) in texts.iter().enumerate() {
        if titled {
            call.print(&format!("{}==> {name} <==\n", if index > 0 { "\n" } else { "" }));
        }
        call.print(&part.of(text, head));
        if follows {
            let path = absolute(&call.task.folder, &names[0]);
            return Ok(follow_on(path, text.len()));
        }
    }
    // With -F a file may come later.
    if follows && call.args.iter().any(|it| it == "-F") {
        return Ok(follow_on(absolute(&call.task.folder, &names[0]), 0));
    }
    Ok(Outcome::Done(i64::from(!all)))
}

/// The first lines of the standard input; whoever writes on has nobody who reads it.
fn first_lines(call: &mut Call<'_>, count: usize) -> Result<Outcome, Outcome> {
    let Some(Target::In(stream)) = call.task.fds.first().cloned() else {
        return Ok(Outcome::Done(0));
    };
    if count > 0 && call.machine.has_writers(stream) && !call.machine.has_lines(stream, count) {
        return Err(Outcome::Lines(stream, count));
    }
    let text = call.machine.streams.get(&stream).map(|it| it.text.clone()).unwrap_or_default();
    let shown: String = text.split_inclusive('\n').take(count).collect();
    if let Some(held) = call.machine.streams.get_mut(&stream) {
        held.text = text[shown.len()..].to_owned();
    }
    call.print(&shown);
    Ok(Outcome::Done(0))
}

fn follow_on(path: String, seen: usize) -> Outcome {
    let again = ["tail".to_owned(), FOLLOW_ON.to_owned(), seen.to_string(), path.clone()];
    Outcome::Change(path, seen, again.to_vec())
}

/// Shows what came after the first `seen` bytes of the file at `path`; one that has become shorter is shown from its start.
fn follow(call: &mut Call<'_>, path: &str, seen: usize) -> Outcome {
    let Ok(text) = call.machine.files.read(path) else {
        return follow_on(path.to_owned(), seen);
    };
    let shown = text.get(seen..).unwrap_or(&text).to_owned();
    call.print(&shown);
    follow_on(path.to_owned(), text.len())
}
