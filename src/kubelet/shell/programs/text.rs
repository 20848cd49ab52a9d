//! Programs that print and pass on text.

use super::super::files::absolute;
use super::super::task::Target;
use super::{Call, Outcome};

pub fn echo(call: &mut Call<'_>) -> Outcome {
    let (mut newline, mut escapes, mut args) = (true, false, call.args);
    while let [flag, rest @ ..] = args
        && flag.len() > 1
        && flag.starts_with('-')
        && flag[1..].chars().all(|it| "neE".contains(it))
    {
        newline &= !flag.contains('n');
        escapes = (escapes || flag.contains('e')) && !flag.contains('E');
        args = rest;
    }
    let mut text = args.join(" ");
    if escapes {
        let (unescaped, stopped) = unescape(&text);
        text = unescaped;
        newline &= !stopped;
    }
    if newline {
        text.push('\n');
    }
    call.print(&text);
    Outcome::Done(0)
}

/// `text` with its backslashes read, and whether a `\c` cut it off.
fn unescape(text: &str) -> (String, bool) {
    let mut out = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('a') => out.push('\x07'),
            Some('b') => out.push('\x08'),
            Some('f') => out.push('\x0c'),
            Some('v') => out.push('\x0b'),
            Some('e') => out.push('\x1b'),
            Some('c') => return (out, true),
            Some('\\') => out.push('\\'),
            Some('0') => {
                let mut code = 0;
                for _ in 0..3 {
                    match characters.peek().and_then(|it| it.to_digit(8)) {
                        Some(digit) => code = code * 8 + digit,
                        None => break,
                    }
                    characters.next();
                }
                out.extend(char::from_u32(code));
            }
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    (out, false)
}

pub fn printf(call: &mut Call<'_>) -> Outcome {
    let [format, args @ ..] = call.args else {
        return call.fail("usage: printf FORMAT [ARG]...");
    };
    let (format, _) = unescape(format);
    let mut out = String::new();
    let mut rest = args;
    loop {
        let Some(used) = format_once(&format, rest, &mut out) else {
            return Outcome::Unknown;
        };
        rest = rest.get(used..).unwrap_or_default();
        if rest.is_empty() || used == 0 {
            break;
        }
    }
    call.print(&out);
    Outcome::Done(0)
}

/// Formats with the first arguments, and returns how many were used; `None` for a conversion that is not known.
fn format_once(format: &str, args: &[String], out: &mut String) -> Option<usize> {
    let mut used = 0;
    let mut characters = format.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '%' {
            out.push(character);
            continue;
        }
        let mut spec = String::new();
        while let Some(it) = characters.next_if(|it| "-0 +#.123456789".contains(*it)) {
            spec.push(it);
        }
        let conversion = characters.next()?;
        if conversion == '%' {
            out.push('%');
            continue;
        }
        let arg = args.get(used).map(String::as_str).unwrap_or_default();
        used += 1;
        let (width, precision) = match spec.split_once('.') {
            Some((width, precision)) => (width, precision.parse::<usize>().ok()),
            None => (spec.as_str(), None),
        };
        let digits: usize = width.trim_start_matches(['-', '0', '+', ' ', '#']).parse().unwrap_or(0);
        let number = || arg.trim().parse::<i64>().unwrap_or(0);
        let text = match conversion {
            's' => precision.map_or_else(|| arg.to_owned(), |it| arg.chars().take(it).collect()),
            'b' => unescape(arg).0,
            'c' => arg.chars().take(1).collect(),
            'd' | 'i' | 'u' => number().to_string(),
            'x' => format!("{:x}", number()),
            'X' => format!("{:X}", number()),
            'o' => format!("{:o}", number()),
            'f' => format!("{:.*}", precision.unwrap_or(6), arg.trim().parse::<f64>().unwrap_or(0.0)),
            _ => return None,
        };
        let numeric = !matches!(conversion, 's' | 'b' | 'c');
        out.push_str(&match (width.starts_with('-'), width.starts_with('0') && numeric) {
            (true, _) => format!("{text:<digits$}"),
            (false, true) => format!("{text:0>digits$}"),
            (false, false) => format!("{text:>digits$}"),
        });
    }
    Some(used)
}

/// `read [-r] NAME..`: one line, split into the variables.
pub fn read(call: &mut Call<'_>) -> Outcome {
    let Some((_, names)) = call.flags("r") else {
        return Outcome::Unknown;
    };
    let Some(Target::In(stream)) = call.task.fds.first().cloned() else {
        return Outcome::Done(1);
    };
    let has_writers = call.machine.has_writers(stream);
    let buffer = call.machine.streams.entry(stream).or_default();
    let (line, whole) = match buffer.text.find('\n') {
        Some(at) => {
            let rest = buffer.text.split_off(at + 1);
            let line = std::mem::replace(&mut buffer.text, rest);
            (line.trim_end_matches('\n').to_owned(), true)
        }
        None if has_writers => {
            // What is there is no line yet: it is put behind what comes.
            return Outcome::Line(stream);
        }
        None => (std::mem::take(&mut buffer.text), false),
    };
    let separators = call.task.variable("IFS").unwrap_or(" \t\n").to_owned();
    let is_separator = |it: char| separators.contains(it);
    let mut rest = line.trim_matches(|it: char| it.is_whitespace() && is_separator(it));
    for (i, name) in names.iter().enumerate() {
        let (value, after) = match rest.split_once(is_separator) {
            Some((value, after)) if i + 1 < names.len() => {
                (value, after.trim_start_matches(|it: char| it.is_whitespace() && is_separator(it)))
            }
            _ => (rest, ""),
        };
        call.task.assign(name, value.to_owned());
        rest = after;
    }
    Outcome::Done(i64::from(!whole))
}

pub fn seq(call: &mut Call<'_>) -> Outcome {
    let numbers: Result<Vec<i64>, _> = call.args.iter().map(|it| it.parse()).collect();
    let (first, step, last) = match numbers.as_deref() {
        Ok([last]) => (1, 1, *last),
        Ok([first, last]) => (*first, 1, *last),
        Ok([first, step, last]) if *step != 0 => (*first, *step, *last),
        _ => return Outcome::Unknown,
    };
    const MOST: i64 = 1_000_000;
    if (last - first) / step > MOST {
        return Outcome::Unknown;
    }
    let mut text = String::new();
    let mut number = first;
    while (step > 0 && number <= last) || (step < 0 && number >= last) {
        text.push_str(&format!("{number}\n"));
        number += step;
    }
    call.print(&text);
    Outcome::Done(0)
}

/// Programs that read files or their standard input, and print what they make of it.
pub fn filter(call: &mut Call<'_>) -> Outcome {
    let result = match call.name {
        "cat" => cat(call),
        "tee" => tee(call),
        "grep" => grep(call),
        "wc" => wc(call),
        "sort" => sort(call),
        _ => ends(call),
    };
    result.unwrap_or_else(|outcome| outcome)
}

fn cat(call: &mut Call<'_>) -> Result<Outcome, Outcome> {
    let (_, names) = call.flags("u").ok_or(Outcome::Unknown)?;
    if names.iter().all(|it| it == "-")
        && let Some(Target::In(stream)) = call.task.fds.first().cloned()
    {
        // What comes is passed on as it comes.
        let text = call.machine.streams.get_mut(&stream).map(|it| std::mem::take(&mut it.text)).unwrap_or_default();
        call.print(&text);
        let goes_on = call.machine.has_writers(stream);
        return Ok(if goes_on { Outcome::Text(stream, vec!["cat".to_owned()]) } else { Outcome::Done(0) });
    }
    let (texts, all) = call.texts(&names)?;
    for (_, text) in texts {
        call.print(&text);
    }
    Ok(Outcome::Done(i64::from(!all)))
}

fn tee(call: &mut Call<'_>) -> Result<Outcome, Outcome> {
    let (flags, names) = call.flags("a").ok_or(Outcome::Unknown)?;
    let text = call.input()?;
    call.print(&text);
    let mut status = 0;
    for name in names {
        let (path, now) = (absolute(&call.task.folder, &name), call.now());
        if let Err(why) = call.machine.files.write(&path, &text, flags.contains('a'), now) {
            call.fail(&format!("{name}: {why}"));
            status = 1;
        }
    }
    Ok(Outcome::Done(status))
}

/// `grep` of plain words: a pattern with a character that means something is not interpreted.
fn grep(call: &mut Call<'_>) -> Result<Outcome, Outcome> {
    let (flags, mut names) = call.flags("qvicF").ok_or(Outcome::Unknown)?;
    if names.is_empty() {
        return Err(Outcome::Unknown);
    }
    let pattern = names.remove(0);
    let (mut word, anchored) = match pattern.strip_prefix('^') {
        Some(rest) => (rest.to_owned(), true),
        None => (pattern.clone(), false),
    };
    if !flags.contains('F') && word.contains(['.', '*', '[', ']', '\\', '$', '^']) {
        return Err(Outcome::Unknown);
    }
    let ignores_case = flags.contains('i');
    if ignores_case {
        word = word.to_lowercase();
    }
    let (texts, all) = call.texts(&names)?;
    let mut found = 0_i64;
    let mut out = String::new();
    for line in texts.iter().flat_map(|(_, text)| text.lines()) {
        let shown = if ignores_case { line.to_lowercase() } else { line.to_owned() };
        let matches = if anchored { shown.starts_with(&word) } else { shown.contains(&word) };
        if matches != flags.contains('v') {
            found += 1;
            out.push_str(line);
            out.push('\n');
        }
    }
    if flags.contains('c') {
        call.print(&format!("{found}\n"));
    } else if !flags.contains('q') {
        call.print(&out);
    }
    Ok(Outcome::Done(if all { i64::from(found == 0) } else { 2 }))
}

fn wc(call: &mut Call<'_>) -> Result<Outcome, Outcome> {
    let (flags, names) = call.flags("lwc").ok_or(Outcome::Unknown)?;
    let (texts, all) = call.texts(&names)?;
    let wanted = |letter: char| flags.is_empty() || flags.contains(letter);
    for (name, text) in texts {
        let counts = [('l', text.matches('\n').count()), ('w', text.split_whitespace().count()), ('c', text.len())];
        let mut shown: Vec<String> =
            counts.iter().filter(|(letter, _)| wanted(*letter)).map(|(_, count)| count.to_string()).collect();
        if !name.is_empty() {
            shown.push(name);
        }
        call.print(&format!("{}\n", shown.join(" ")));
    }
    Ok(Outcome::Done(i64::from(!all)))
}

fn sort(call: &mut Call<'_>) -> Result<Outcome, Outcome> {
    let (flags, names) = call.flags("rnu").ok_or(Outcome::Unknown)?;
    let (texts, all) = call.texts(&names)?;
    let mut lines: Vec<&str> = texts.iter().flat_map(|(_, text)| text.lines()).collect();
    if flags.contains('n') {
        lines.sort_by_key(|it| it.trim().parse::<i64>().unwrap_or(0));
    } else {
        lines.sort_unstable();
    }
    if flags.contains('u') {
        lines.dedup();
    }
    if flags.contains('r') {
        lines.reverse();
    }
    let out: String = lines.iter().map(|it| format!("{it}\n")).collect();
    call.print(&out);
    Ok(Outcome::Done(i64::from(!all)))
}

/// How `tail` is told to go on with a file of which it has shown so much.
const FOLLOW_ON: &str = "--follow-on";

/// `head` and `tail`: the first or the last lines. `tail -f` follows one file, and shows what is added as it is added.
fn ends(call: &mut Call<'_>) -> Result<Outcome, Outcome> {
    let mut count = 10_usize;
    let (mut follows, mut from_start) = (false, false);
    let mut names = Vec::new();
    if let [flag, seen, path] = call.args
        && flag == FOLLOW_ON
    {
        return Ok(follow(call, path, seen.parse().unwrap_or(0)));
    }
    let mut args = call.args.iter();
    let mut number = |text: &str| {
        from_start = text.starts_with('+');
        text.trim_start_matches('+').parse().map_err(|_| Outcome::Unknown)
    };
    while let Some(arg) = args.next() {
        match arg.strip_prefix('-') {
            Some("n") => count = number(args.next().ok_or(Outcome::Unknown)?)?,
            Some("f" | "F") if call.name == "tail" => follows = true,
            Some(text) if !text.is_empty() => count = number(text.trim_start_matches('n'))?,
            _ => names.push(arg.clone()),
        }
    }
    if follows && names.iter().all(|it| it == "/dev/null") {
        return Ok(Outcome::Never);
    }
    if from_start && call.name != "tail" || follows && names.len() != 1 {
        return Err(Outcome::Unknown);
    }
    let (texts, all) = call.texts(&names)?;
    for (_, text) in texts {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let (skipped, taken) = match call.name {
            "tail" if from_start => (count.saturating_sub(1), usize::MAX),
            "tail" => (lines.len().saturating_sub(count), count),
            _ => (0, count),
        };
        let shown: String = lines.into_iter().skip(skipped).take(taken).collect();
        call.print(&shown);
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
