//! Programs that take lines apart and put them in order: `cut`, `tr`, `sort`, `uniq`, `paste`, `rev`, `tac`, `nl`.

use super::{Call, Outcome};

type Result = std::result::Result<Outcome, Outcome>;

/// A flag's value: what follows it in the same word or the next word.
fn value(flag: &str, letters: usize, args: &mut std::slice::Iter<'_, String>) -> Option<String> {
    if flag.len() > letters { Some(flag[letters..].to_owned()) } else { args.next().cloned() }
}

fn show(call: &mut Call<'_>, lines: impl IntoIterator<Item = String>) {
    let out: String = lines.into_iter().map(|it| it + "\n").collect();
    call.print(&out);
}

/// `1`, `2-4`, `3-` or `-2`, some of them after commas: from where to where, from 1 on.
fn ranges(text: &str) -> Option<Vec<(usize, usize)>> {
    let range = |it: &str| {
        let (from, to) = it.split_once('-').unwrap_or((it, it));
        let from = if from.is_empty() { 1 } else { from.parse().ok()? };
        let to = if to.is_empty() { usize::MAX } else { to.parse().ok()? };
        (from > 0).then_some((from, to))
    };
    text.split(',').map(range).collect()
}

pub fn cut(call: &mut Call<'_>) -> Result {
    let (mut delimiter, mut fields, mut characters, mut only) = ("\t".to_owned(), None, None, false);
    let mut names = Vec::new();
    let mut args = call.args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-s" => only = true,
            flag if flag.starts_with("-d") => delimiter = value(flag, 2, &mut args).ok_or(Outcome::Unknown)?,
            flag if flag.starts_with("-f") => fields = value(flag, 2, &mut args),
            flag if flag.starts_with("-c") || flag.starts_with("-b") => characters = value(flag, 2, &mut args),
            flag if flag.starts_with('-') && flag.len() > 1 => return Err(Outcome::Unknown),
            name => names.push(name.to_owned()),
        }
    }
    let by_field = fields.is_some();
    let wanted = fields.or(characters).and_then(|it| ranges(&it)).ok_or(Outcome::Unknown)?;
    let takes = |at: usize| wanted.iter().any(|(from, to)| (*from..=*to).contains(&(at + 1)));
    let (texts, all) = call.texts(&names)?;
    let mut out = Vec::new();
    for line in texts.iter().flat_map(|(_, text)| text.lines()) {
        if !by_field {
            out.push(line.chars().enumerate().filter(|(at, _)| takes(*at)).map(|(_, it)| it).collect());
        } else if line.contains(&delimiter) {
            let parts = line.split(&delimiter).enumerate().filter(|(at, _)| takes(*at)).map(|(_, it)| it);
            out.push(parts.collect::<Vec<_>>().join(&delimiter));
        } else if !only {
            out.push(line.to_owned());
        }
    }
    show(call, out);
    Ok(Outcome::Done(i64::from(!all)))
}

/// The characters that a set of `tr` stands for.
fn set(text: &str) -> Option<Vec<char>> {
    let (mut out, mut rest) = (Vec::new(), text);
    while let Some(it) = rest.chars().next() {
        if let Some((class, after)) = rest.strip_prefix("[:").and_then(|it| it.split_once(":]")) {
            let of: fn(char) -> bool = match class {
                "alpha" => |it| it.is_ascii_alphabetic(),
                "digit" => |it| it.is_ascii_digit(),
                "alnum" => |it| it.is_ascii_alphanumeric(),
                "upper" => |it| it.is_ascii_uppercase(),
                "lower" => |it| it.is_ascii_lowercase(),
                "space" => |it| it.is_ascii_whitespace() || it == '\x0b',
                "blank" => |it| matches!(it, ' ' | '\t'),
                "punct" => |it| it.is_ascii_punctuation(),
                "cntrl" => |it| it.is_ascii_control(),
                "xdigit" => |it| it.is_ascii_hexdigit(),
                "print" => |it| it.is_ascii_graphic() || it == ' ',
                "graph" => |it| it.is_ascii_graphic(),
                _ => return None,
            };
            out.extend((0..128_u8).map(char::from).filter(|it| of(*it)));
            rest = after;
            continue;
        }
        rest = &rest[it.len_utf8()..];
        let mut it = it;
        if it == '\\' {
            let escaped = rest.chars().next()?;
            rest = &rest[escaped.len_utf8()..];
            it = match escaped {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                '0' => '\0',
                other => other,
            };
        }
        match rest.strip_prefix('-').and_then(|after| Some((after.chars().next()?, after))) {
            Some((to, after)) if to >= it => {
                out.extend(it..=to);
                rest = &after[to.len_utf8()..];
            }
            Some(_) => return None,
            None => out.push(it),
        }
    }
    Some(out)
}

pub fn tr(call: &mut Call<'_>) -> Result {
    let (flags, sets) = call.flags("cCsd").ok_or(Outcome::Unknown)?;
    let sets: Vec<Vec<char>> = sets.iter().map(|it| set(it)).collect::<Option<_>>().ok_or(Outcome::Unknown)?;
    let Some(first) = sets.first() else {
        return Ok(call.fail("missing operand"));
    };
    let inside = |it: char| first.contains(&it) != flags.contains(['c', 'C']);
    let input = call.input()?;
    let deletes = flags.contains('d');
    let mut out = String::new();
    let mut last = None;
    let squeezed = sets.last().filter(|_| flags.contains('s'));
    for it in input.chars() {
        let new = match sets.get(1) {
            _ if deletes && inside(it) => continue,
            Some(second) if !deletes && inside(it) => {
                let at = first.iter().rposition(|other| *other == it).unwrap_or(usize::MAX);
                second.get(at).or(second.last()).copied().unwrap_or(it)
            }
            _ => it,
        };
        let of_set = |set: &Vec<char>| if sets.len() == 1 { inside(new) } else { set.contains(&new) };
        if squeezed.is_some_and(of_set) && last == Some(new) {
            continue;
        }
        out.push(new);
        last = Some(new);
    }
    call.print(&out);
    Ok(Outcome::Done(0))
}

/// What a line is put in order by: the fields from one to another, and how those are compared.
struct SortKey {
    from: usize,
    to: usize,
    flags: String,
}

fn sort_key(text: &str) -> Option<SortKey> {
    let digits: String = text.chars().filter(|it| it.is_ascii_digit() || *it == ',').collect();
    let flags: String = text.chars().filter(char::is_ascii_alphabetic).collect();
    let (from, to) = digits.split_once(',').unwrap_or((&digits, ""));
    let to = if to.is_empty() { usize::MAX } else { to.parse().ok()? };
    text.chars().all(|it| it.is_ascii_alphanumeric() || it == ',').then_some(())?;
    Some(SortKey { from: from.parse().ok().filter(|it| *it > 0)?, to, flags })
}

/// The fields of a line with the blanks before them, as `sort` has them without a separator.
fn fields(line: &str, separator: Option<char>) -> Vec<&str> {
    if let Some(separator) = separator {
        return line.split(separator).collect();
    }
    let (mut out, mut start, mut in_word) = (Vec::new(), 0, false);
    for (at, it) in line.char_indices() {
        if it.is_whitespace() && in_word {
            out.push(&line[start..at]);
            (start, in_word) = (at, false);
        } else if !it.is_whitespace() {
            in_word = true;
        }
    }
    out.push(&line[start..]);
    out
}

fn compare(a: &str, b: &str, flags: &str) -> std::cmp::Ordering {
    let number = |it: &str| {
        let text = it.trim_start();
        let end = text.find(|it: char| !(it.is_ascii_digit() || it == '.' || it == '-')).unwrap_or(text.len());
        text[..end].parse::<f64>().unwrap_or(0.0)
    };
    let order = if flags.contains(['n', 'g', 'h']) {
        number(a).total_cmp(&number(b))
    } else if flags.contains('f') {
        a.to_uppercase().cmp(&b.to_uppercase())
    } else {
        a.cmp(b)
    };
    if flags.contains('r') { order.reverse() } else { order }
}

pub fn sort(call: &mut Call<'_>) -> Result {
    let (mut flags, mut keys, mut separator, mut names) = (String::new(), Vec::new(), None, Vec::new());
    let mut args = call.args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            flag if flag.starts_with("-k") => {
                let key = value(flag, 2, &mut args).and_then(|it| sort_key(&it));
                keys.push(key.ok_or(Outcome::Unknown)?);
            }
            flag if flag.starts_with("-t") => separator = value(flag, 2, &mut args).and_then(|it| it.chars().next()),
            flag if flag.starts_with('-') && flag.len() > 1 => {
                if !flag[1..].chars().all(|it| "rnufgbs".contains(it)) {
                    return Err(Outcome::Unknown);
                }
                flags.push_str(&flag[1..]);
            }
            name => names.push(name.to_owned()),
        }
    }
    let (texts, all) = call.texts(&names)?;
    let mut lines: Vec<&str> = texts.iter().flat_map(|(_, text)| text.lines()).collect();
    let ordering: String = flags.chars().filter(|it| "rnfgh".contains(*it)).collect();
    let key_order = |a: &str, b: &str| {
        let (a, b) = (fields(a, separator), fields(b, separator));
        let between = separator.map(String::from).unwrap_or_default();
        let part = |line: &[&str], key: &SortKey| {
            line.get(key.from - 1..key.to.min(line.len())).unwrap_or_default().join(&between)
        };
        let of_key = |key: &SortKey| {
            let flags = if key.flags.is_empty() { &ordering } else { &key.flags };
            compare(&part(&a, key), &part(&b, key), flags)
        };
        keys.iter().map(of_key).find(|it| it.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    };
    let main = |a: &str, b: &str| if keys.is_empty() { compare(a, b, &ordering) } else { key_order(a, b) };
    let reversed = flags.contains('r');
    let unique = flags.contains('u');
    lines.sort_by(|a, b| {
        let last = || {
            if unique {
                std::cmp::Ordering::Equal
            } else if reversed {
                b.cmp(a)
            } else {
                a.cmp(b)
            }
        };
        main(a, b).then_with(last)
    });
    if unique {
        lines.dedup_by(|a, b| main(a, b).is_eq());
    }
    let out: Vec<String> = lines.into_iter().map(str::to_owned).collect();
    show(call, out);
    Ok(Outcome::Done(i64::from(!all)))
}

pub fn uniq(call: &mut Call<'_>) -> Result {
    let (flags, names) = call.flags("cdui").ok_or(Outcome::Unknown)?;
    let (texts, all) = call.texts(&names[..names.len().min(1)])?;
    let mut groups: Vec<(&str, usize)> = Vec::new();
    for line in texts.iter().flat_map(|(_, text)| text.lines()) {
        match groups.last_mut() {
            Some((last, count)) if *last == line || flags.contains('i') && last.eq_ignore_ascii_case(line) => {
                *count += 1
            }
            _ => groups.push((line, 1)),
        }
    }
    let shown = |count: usize| !(flags.contains('d') && count < 2 || flags.contains('u') && count > 1);
    let line = |(line, count): &(&str, usize)| {
        if flags.contains('c') { format!("{count:>7} {line}") } else { (*line).to_owned() }
    };
    let out: Vec<String> = groups.iter().filter(|(_, count)| shown(*count)).map(line).collect();
    show(call, out);
    Ok(Outcome::Done(i64::from(!all)))
}

/// `rev`, `tac` and `nl`.
pub fn turned(call: &mut Call<'_>) -> Result {
    let names: Vec<String> = call.args.to_vec();
    if names.iter().any(|it| it.starts_with('-') && it.len() > 1) {
        return Err(Outcome::Unknown);
    }
    let (texts, all) = call.texts(&names)?;
    let mut lines: Vec<String> = texts.iter().flat_map(|(_, text)| text.lines()).map(str::to_owned).collect();
    match call.name {
        "tac" => lines.reverse(),
        "rev" => lines.iter_mut().for_each(|it| *it = it.chars().rev().collect()),
        _ => {
            let mut number = 0;
            for line in &mut lines {
                *line = if line.is_empty() {
                    String::new()
                } else {
                    number += 1;
                    format!("{number:>6}\t{line}")
                };
            }
        }
    }
    show(call, lines);
    Ok(Outcome::Done(i64::from(!all)))
}

/// `paste [-s] [-d SEPARATOR] [FILE..]`.
pub fn paste(call: &mut Call<'_>) -> Result {
    let (mut delimiter, mut serial, mut names) = ("\t".to_owned(), false, Vec::new());
    let mut args = call.args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-s" => serial = true,
            flag if flag.starts_with("-sd") || flag.starts_with("-d") => {
                serial |= flag.starts_with("-s");
                let letters = if flag.starts_with("-sd") { 3 } else { 2 };
                delimiter = value(flag, letters, &mut args).ok_or(Outcome::Unknown)?.replace("\\n", "\n");
            }
            flag if flag.starts_with('-') && flag.len() > 1 => return Err(Outcome::Unknown),
            name => names.push(name.to_owned()),
        }
    }
    let (texts, all) = call.texts(&names)?;
    let columns: Vec<Vec<&str>> = texts.iter().map(|(_, text)| text.lines().collect()).collect();
    let out: Vec<String> = if serial {
        columns.iter().map(|it| it.join(&delimiter)).collect()
    } else {
        let rows = columns.iter().map(Vec::len).max().unwrap_or(0);
        let row = |at: usize| columns.iter().map(|it| it.get(at).copied().unwrap_or_default()).collect::<Vec<_>>();
        (0..rows).map(|at| row(at).join(&delimiter)).collect()
    };
    show(call, out);
    Ok(Outcome::Done(i64::from(!all)))
}
