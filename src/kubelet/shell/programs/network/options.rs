//! The command lines of programs whose flags may be written together, and take values.

use crate::clock::Span;

/// What a program is called with: its flags with their values, and the other arguments.
pub struct Options {
    flags: Vec<(String, String)>,
    /// What is no flag.
    pub rest: Vec<String>,
}

impl Options {
    /// Reads `args`. Of the short flags those in `valued` take a value, of the long ones those in `long` do.
    pub fn of(args: &[String], valued: &str, long: &[&str]) -> Options {
        let mut read = Options { flags: Vec::new(), rest: Vec::new() };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            if let Some(name) = arg.strip_prefix("--") {
                let (name, value) = match name.split_once('=') {
                    Some((name, value)) => (name, value.to_owned()),
                    None if long.contains(&name) => (name, args.next().cloned().unwrap_or_default()),
                    None => (name, String::new()),
                };
                read.flags.push((name.to_owned(), value));
            } else if let Some(letters) = arg.strip_prefix('-').filter(|it| !it.is_empty()) {
                read.letters(letters, valued, &mut args);
            } else {
                read.rest.push(arg.clone());
            }
        }
        read
    }

    fn letters<'a>(&mut self, letters: &str, valued: &str, args: &mut impl Iterator<Item = &'a String>) {
        for (at, letter) in letters.char_indices() {
            if !valued.contains(letter) {
                self.flags.push((letter.to_string(), String::new()));
                continue;
            }
            let inline = &letters[at + letter.len_utf8()..];
            let value = if inline.is_empty() { args.next().cloned().unwrap_or_default() } else { inline.to_owned() };
            self.flags.push((letter.to_string(), value));
            break;
        }
    }

    /// The last value of a flag that goes by any of `names`.
    pub fn get(&self, names: &[&str]) -> Option<&str> {
        self.flags.iter().rev().find(|it| names.contains(&it.0.as_str())).map(|it| it.1.as_str())
    }

    /// All its values.
    pub fn all<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a str> {
        self.flags.iter().filter(|it| names.contains(&it.0.as_str())).map(|it| it.1.as_str())
    }

    /// Whether such a flag is given.
    pub fn has(&self, names: &[&str]) -> bool {
        self.get(names).is_some()
    }

    /// Its value as a time in seconds.
    pub fn seconds(&self, names: &[&str]) -> Option<Span> {
        let text = self.get(names)?.trim_end_matches('s');
        text.parse::<f64>().ok().filter(|it| *it > 0.0 && *it < 1e9).map(|it| Span((it * 1e9).round() as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_may_stand_together_and_their_values_apart() {
        let args = ["-qO-", "-T", "2", "--max-time=3", "--header", "A: b", "-s", "web"].map(str::to_owned);
        let options = Options::of(&args, "OT", &["header"]);
        assert!(options.has(&["q"]) && options.has(&["s", "silent"]) && !options.has(&["v"]));
        assert_eq!((options.get(&["O"]), options.seconds(&["T"])), (Some("-"), Some(Span::seconds(2))));
        assert_eq!(options.seconds(&["m", "max-time"]), Some(Span::seconds(3)));
        assert_eq!(options.all(&["header"]).collect::<Vec<_>>(), ["A: b"]);
        assert_eq!(options.rest, ["web"]);
    }
}
