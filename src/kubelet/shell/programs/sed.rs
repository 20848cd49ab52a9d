//! `sed`: the commands that scripts in specs use, line by line.

use regex::Regex;

use super::super::files::absolute;
use super::regular::regular;
use super::{Call, Outcome};

/// Which lines a command is for.
#[derive(Debug)]
enum Address {
    Line(usize),
    Last,
    Matching(Regex),
}

#[derive(Debug)]
enum Action {
    /// What is replaced, by what, which match counts (0 for each), and whether the line is shown then.
    Substitute(Regex, String, usize, bool),
    Translate(Vec<(char, char)>),
    Delete,
    Print,
    Quit,
    Number,
    Append(String),
    Insert(String),
    Change(String),
}

#[derive(Debug)]
struct Command {
    from: Option<Address>,
    to: Option<Address>,
    negated: bool,
    action: Action,
    /// Whether a range of lines has begun and not ended.
    open: bool,
}

pub fn sed(call: &mut Call<'_>) -> Result<Outcome, Outcome> {
    let (mut quiet, mut extended, mut in_place) = (false, false, false);
    let (mut scripts, mut names) = (Vec::new(), Vec::new());
    let mut args = call.args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-n" | "--quiet" => quiet = true,
            "-E" | "-r" => extended = true,
            "-i" => in_place = true,
            "-e" => scripts.push(args.next().ok_or(Outcome::Unknown)?.clone()),
            "-ne" | "-en" => {
                quiet = true;
                scripts.push(args.next().ok_or(Outcome::Unknown)?.clone());
            }
            "-ie" | "-i -e" => return Err(Outcome::Unknown),
            flag if flag.starts_with('-') && flag.len() > 1 => return Err(Outcome::Unknown),
            name => names.push(name.to_owned()),
        }
    }
    if scripts.is_empty() {
        if names.is_empty() {
            return Ok(call.fail("usage: sed [-i] [-nrE] CMD [FILE]..."));
        }
        scripts.push(names.remove(0));
    }
    let mut commands = parse(&scripts.join("\n"), extended).ok_or(Outcome::Unknown)?;
    let (texts, all) = call.texts(&names)?;
    let status = Outcome::Done(i64::from(!all));
    if in_place {
        for (name, text) in texts {
            let out = edit(&mut commands, &text, quiet);
            let (path, now) = (absolute(&call.task.folder, &name), call.now());
            if let Err(why) = call.machine.files.write(&path, &out, false, now) {
                return Ok(call.fail(&format!("can't create '{name}': {why}")));
            }
        }
        return Ok(status);
    }
    let whole: String = texts.iter().map(|(_, text)| text.as_str()).collect();
    let out = edit(&mut commands, &whole, quiet);
    call.print(&out);
    Ok(status)
}

fn edit(commands: &mut [Command], text: &str, quiet: bool) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        let end = if line.ends_with('\n') { "\n" } else { "" };
        let mut space = line.strip_suffix('\n').unwrap_or(line).to_owned();
        let (mut after, mut deleted, mut quits) = (String::new(), false, false);
        for command in commands.iter_mut() {
            if !command.applies(index + 1, index + 1 == lines.len(), &space) {
                continue;
            }
            match &command.action {
                Action::Substitute(find, by, which, shows) => {
                    if let Some(new) = substituted(&space, find, by, *which) {
                        space = new;
                        if *shows {
                            out.push_str(&format!("{space}{end}"));
                        }
                    }
                }
                Action::Translate(pairs) => {
                    let other = |it: char| pairs.iter().find(|(from, _)| *from == it).map_or(it, |(_, to)| *to);
                    space = space.chars().map(other).collect();
                }
                Action::Delete => deleted = true,
                Action::Print => out.push_str(&format!("{space}\n")),
                Action::Quit => quits = true,
                Action::Number => out.push_str(&format!("{}\n", index + 1)),
                Action::Append(text) => after.push_str(&format!("{text}\n")),
                Action::Insert(text) => out.push_str(&format!("{text}\n")),
                Action::Change(text) => {
                    out.push_str(&format!("{text}\n"));
                    deleted = true;
                }
            }
            if deleted || quits {
                break;
            }
        }
        if !deleted && !quiet {
            out.push_str(&space);
            out.push_str(if after.is_empty() { end } else { "\n" });
        }
        out.push_str(&after);
        if quits {
            break;
        }
    }
    out
}

impl Address {
    fn fits(&self, number: usize, last: bool, line: &str) -> bool {
        match self {
            Address::Line(it) => *it == number,
            Address::Last => last,
            Address::Matching(it) => it.is_match(line),
        }
    }
}

impl Command {
    fn applies(&mut self, number: usize, last: bool, line: &str) -> bool {
        let fits = match (&self.from, &self.to) {
            (None, _) => true,
            (Some(from), None) => from.fits(number, last, line),
            (Some(from), Some(to)) => {
                let was_open = self.open;
                let begins = !was_open && from.fits(number, last, line);
                // A range that ends before it begins is one line.
                let over = matches!(to, Address::Line(it) if *it <= number);
                if was_open {
                    self.open = !over && !to.fits(number, last, line);
                } else if begins {
                    self.open = !over;
                }
                begins || was_open
            }
        };
        fits != self.negated
    }
}

/// `line` with what `find` matches replaced; `None` when it matches nowhere.
fn substituted(line: &str, find: &Regex, by: &str, which: usize) -> Option<String> {
    let (mut out, mut at, mut count, mut any) = (String::new(), 0, 0, false);
    for found in find.captures_iter(line) {
        let whole = found.get(0)?;
        count += 1;
        if which != 0 && count != which {
            continue;
        }
        any = true;
        out.push_str(&line[at..whole.start()]);
        let mut characters = by.chars();
        while let Some(it) = characters.next() {
            match it {
                '&' => out.push_str(whole.as_str()),
                '\\' => match characters.next() {
                    Some(digit @ '0'..='9') => {
                        let group = digit.to_digit(10).unwrap_or(0) as usize;
                        out.push_str(found.get(group).map_or("", |it| it.as_str()));
                    }
                    Some('n') => out.push('\n'),
                    Some('t') => out.push('\t'),
                    Some(other) => out.push(other),
                    None => {}
                },
                other => out.push(other),
            }
        }
        at = whole.end();
    }
    out.push_str(&line[at..]);
    any.then_some(out)
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn parse(script: &str, extended: bool) -> Option<Vec<Command>> {
    let mut rest: Rest<'_> = script.chars().peekable();
    let mut commands = Vec::new();
    loop {
        while rest.next_if(|it| it.is_whitespace() || *it == ';').is_some() {}
        if rest.peek().is_none() {
            return Some(commands);
        }
        let from = address(&mut rest, extended)?;
        let to =
            if from.is_some() && rest.next_if_eq(&',').is_some() { Some(address(&mut rest, extended)??) } else { None };
        while rest.next_if_eq(&' ').is_some() {}
        let negated = rest.next_if_eq(&'!').is_some();
        let action = action(&mut rest, extended)?;
        commands.push(Command { from, to, negated, action, open: false });
    }
}

fn address(rest: &mut Rest<'_>, extended: bool) -> Option<Option<Address>> {
    match rest.peek() {
        Some('$') => {
            rest.next();
            Some(Some(Address::Last))
        }
        Some('/') => {
            rest.next();
            Some(Some(Address::Matching(regular(&until(rest, '/')?, extended, false)?)))
        }
        Some(it) if it.is_ascii_digit() => {
            let mut digits = String::new();
            while let Some(it) = rest.next_if(char::is_ascii_digit) {
                digits.push(it);
            }
            Some(Some(Address::Line(digits.parse().ok()?)))
        }
        _ => Some(None),
    }
}

/// What stands before the next `end`, which a backslash takes the meaning of.
fn until(rest: &mut Rest<'_>, end: char) -> Option<String> {
    let mut text = String::new();
    loop {
        match rest.next()? {
            it if it == end => return Some(text),
            '\\' => match rest.next()? {
                it if it == end => text.push(it),
                it => text.extend(['\\', it]),
            },
            it => text.push(it),
        }
    }
}

fn action(rest: &mut Rest<'_>, extended: bool) -> Option<Action> {
    Some(match rest.next()? {
        'd' => Action::Delete,
        'p' => Action::Print,
        'q' => Action::Quit,
        '=' => Action::Number,
        letter @ ('a' | 'i' | 'c') => {
            let mut line = String::new();
            while let Some(it) = rest.next_if(|it| *it != '\n') {
                line.push(it);
            }
            let text = line.trim_start().strip_prefix('\\').unwrap_or(line.trim_start()).to_owned();
            let text = if text.is_empty() {
                rest.next();
                std::iter::from_fn(|| rest.next_if(|it| *it != '\n')).collect()
            } else {
                text
            };
            match letter {
                'a' => Action::Append(text),
                'i' => Action::Insert(text),
                _ => Action::Change(text),
            }
        }
        'y' => {
            let end = rest.next()?;
            let (from, to) = (until(rest, end)?, until(rest, end)?);
            if from.chars().count() != to.chars().count() {
                return None;
            }
            Action::Translate(from.chars().zip(to.chars()).collect())
        }
        's' => {
            let end = rest.next()?;
            let (find, by) = (until(rest, end)?, until(rest, end)?);
            let (mut which, mut ignores, mut shows) = (1, false, false);
            while let Some(flag) = rest.next_if(|it| it.is_ascii_alphanumeric()) {
                match flag {
                    'g' => which = 0,
                    'p' => shows = true,
                    'i' | 'I' => ignores = true,
                    digit => which = digit.to_digit(10)? as usize,
                }
            }
            Action::Substitute(regular(&find, extended, ignores)?, by, which, shows)
        }
        _ => return None,
    })
}
