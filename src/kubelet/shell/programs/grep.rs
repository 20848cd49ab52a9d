//! `grep`, `egrep` and `fgrep`.

use regex::Regex;

use super::regular::regular;
use super::{Call, Outcome};

/// How `grep` is called.
#[derive(Debug, Default)]
struct Asked {
    flags: String,
    patterns: Vec<String>,
    most: Option<usize>,
    before: usize,
    after: usize,
    names: Vec<String>,
}

impl Asked {
    fn has(&self, letter: char) -> bool {
        self.flags.contains(letter)
    }
}

fn asked(call: &Call<'_>) -> Option<Asked> {
    let mut asked = Asked::default();
    let mut args = call.args.iter();
    while let Some(arg) = args.next() {
        let Some(letters) = arg.strip_prefix('-').filter(|it| !it.is_empty() && !it.starts_with('-')) else {
            match arg.as_str() {
                "--" => asked.names.extend(args.by_ref().cloned()),
                "--quiet" => asked.flags.push('q'),
                "--color=never" | "--color=auto" | "--line-buffered" => {}
                long if long.starts_with("--") => return None,
                name => asked.names.push(name.to_owned()),
            }
            continue;
        };
        let mut letters = letters.chars();
        while let Some(letter) = letters.next() {
            if !"emABC".contains(letter) {
                asked.flags.push(letter);
                continue;
            }
            let rest: String = letters.by_ref().collect();
            let value = if rest.is_empty() { args.next()?.clone() } else { rest };
            match letter {
                'e' => asked.patterns.push(value),
                'm' => asked.most = Some(value.parse().ok()?),
                'A' => asked.after = value.parse().ok()?,
                'B' => asked.before = value.parse().ok()?,
                _ => (asked.before, asked.after) = (value.parse().ok()?, value.parse().ok()?),
            }
        }
    }
    if asked.patterns.is_empty() {
        if asked.names.is_empty() {
            return None;
        }
        asked.patterns.push(asked.names.remove(0));
    }
    match call.name {
        "egrep" => asked.flags.push('E'),
        "fgrep" => asked.flags.push('F'),
        _ => {}
    }
    asked.flags.chars().all(|it| "qvicnEFwxolhHsr".contains(it)).then_some(asked)
}

fn expressions(asked: &Asked) -> Option<Vec<Regex>> {
    let lines = asked.patterns.iter().flat_map(|it| it.split('\n'));
    let expressions = lines.map(|it| {
        let plain = if asked.has('F') { regex::escape(it) } else { it.to_owned() };
        let extended = asked.has('E') || asked.has('F');
        let whole = match (asked.has('x'), asked.has('w'), extended) {
            (true, _, true) => format!("^({plain})$"),
            (true, _, false) => format!("^\\({plain}\\)$"),
            (_, true, _) => format!("\\<{plain}\\>"),
            _ => plain,
        };
        regular(&whole, extended, asked.has('i'))
    });
    expressions.collect()
}

pub fn grep(call: &mut Call<'_>) -> Result<Outcome, Outcome> {
    let mut asked = asked(call).ok_or(Outcome::Unknown)?;
    let expressions = expressions(&asked).ok_or(Outcome::Unknown)?;
    if asked.has('r') {
        if asked.names.is_empty() {
            asked.names.push(".".to_owned());
        }
        let names = std::mem::take(&mut asked.names);
        asked.names = names.iter().flat_map(|it| super::find::below(call, it, false)).collect();
        asked.flags.push('H');
    }
    let named = !asked.has('h') && (asked.has('H') || asked.names.len() > 1);
    let quiet = call.task.fds.get(2).cloned();
    if asked.has('s')
        && let Some(fd) = call.task.fds.make_mut().get_mut(2)
    {
        *fd = super::super::task::Target::Null;
    }
    let texts = call.texts(&asked.names);
    if let (Some(quiet), Some(fd)) = (quiet, call.task.fds.make_mut().get_mut(2)) {
        *fd = quiet;
    }
    let (texts, all) = texts?;
    let (mut found, mut out) = (false, String::new());
    for (name, text) in &texts {
        let start = if named { format!("{name}:") } else { String::new() };
        let count = matches(&asked, &expressions, text, &start, &mut out);
        found |= count > 0;
        if asked.has('l') && count > 0 {
            out.push_str(&format!("{name}\n"));
        } else if asked.has('c') && !asked.has('l') {
            out.push_str(&format!("{start}{count}\n"));
        }
    }
    if !asked.has('q') {
        call.print(&out);
    }
    Ok(Outcome::Done(match (found, all) {
        (true, _) if asked.has('q') => 0,
        (_, false) => 2,
        (found, true) => i64::from(!found),
    }))
}

/// Shows the lines of `text` that are asked for, and counts them.
fn matches(asked: &Asked, expressions: &[Regex], text: &str, start: &str, out: &mut String) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let shows = !asked.has('c') && !asked.has('l') && !asked.has('q');
    let (mut count, mut shown_to) = (0, 0);
    for (index, line) in lines.iter().enumerate() {
        if asked.most.is_some_and(|most| count >= most) {
            break;
        }
        if expressions.iter().any(|it| it.is_match(line)) == asked.has('v') {
            continue;
        }
        count += 1;
        if !shows {
            continue;
        }
        let mut show = |index: usize, mark: char, text: &str| {
            let number = if asked.has('n') { format!("{}{mark}", index + 1) } else { String::new() };
            out.push_str(&format!("{start}{number}{text}\n"));
        };
        if asked.has('o') {
            let parts = expressions.iter().flat_map(|it| it.find_iter(line)).filter(|it| !it.is_empty());
            parts.for_each(|it| show(index, ':', it.as_str()));
            continue;
        }
        let from = index.saturating_sub(asked.before).max(shown_to);
        (from..index).for_each(|it| show(it, '-', lines[it]));
        if index >= shown_to {
            show(index, ':', line);
        }
        shown_to = shown_to.max(index + 1);
        let to = (index + 1 + asked.after).min(lines.len());
        let is_context = |text: &str| expressions.iter().any(|it| it.is_match(text)) == asked.has('v');
        for (at, text) in lines[..to].iter().enumerate().skip(shown_to).take_while(|(_, it)| is_context(it)) {
            show(at, '-', text);
            shown_to = at + 1;
        }
    }
    count
}
