//! `printf`, and the escapes that it shares with `echo -e`.

use super::{Call, Outcome};

/// `text` as `$'..'` has it.
pub fn unescaped(text: &str) -> String {
    unescape(text, true, false).0
}

/// `text` with its backslashes read, and whether a `\c` cut it off. An octal number begins with a zero, or as in the format of
/// `printf` with any digit.
pub fn unescape(text: &str, any_octal: bool, stops: bool) -> (String, bool) {
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
            Some('c') if stops => return (out, true),
            Some('\\') => out.push('\\'),
            Some('"') if any_octal => out.push('"'),
            Some('x') if characters.peek().is_some_and(char::is_ascii_hexdigit) => {
                out.extend(char::from_u32(digits(&mut characters, 16, 2, 0)));
            }
            Some(digit @ '0'..='7') if any_octal || digit == '0' => {
                let first = digit.to_digit(8).unwrap_or(0);
                let most = if digit == '0' { 3 } else { 2 };
                out.extend(char::from_u32(digits(&mut characters, 8, most, first)));
            }
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    (out, false)
}

fn digits(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, radix: u32, most: usize, start: u32) -> u32 {
    let mut code = start;
    for _ in 0..most {
        let Some(digit) = rest.peek().and_then(|it| it.to_digit(radix)) else { break };
        code = code * radix + digit;
        rest.next();
    }
    code
}

/// The widest that a value is printed: no script means more, and what it asks for is held in memory.
const MOST: usize = 4096;

pub fn printf(call: &mut Call<'_>) -> Outcome {
    let args = call.args.strip_prefix(&["--".to_owned()]).unwrap_or(call.args);
    let [format, args @ ..] = args else {
        return call.fail("usage: printf FORMAT [ARG]...");
    };
    let mut state = Printing { out: String::new(), rest: args, used: 0, wrong: Vec::new(), stopped: false };
    loop {
        let before = state.used;
        if state.once(format).is_none() {
            return Outcome::Unknown;
        }
        if state.stopped || state.rest.is_empty() || state.used == before {
            break;
        }
    }
    let Printing { out, wrong, .. } = state;
    call.print(&out);
    for text in &wrong {
        call.fail(&format!("invalid number '{text}'"));
    }
    Outcome::Done(i64::from(!wrong.is_empty()))
}

/// What `printf` prints, on its way.
struct Printing<'a> {
    out: String,
    rest: &'a [String],
    used: usize,
    wrong: Vec<String>,
    stopped: bool,
}

impl Printing<'_> {
    fn next(&mut self) -> Option<&str> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.used += 1;
        Some(first)
    }

    /// The next argument as a number: decimal, octal, hexadecimal, or a quote and a character.
    fn number(&mut self) -> i64 {
        let Some(text) = self.next().map(str::to_owned) else { return 0 };
        if let Some(character) = text.strip_prefix(['\'', '"']) {
            return character.chars().next().map_or(0, |it| i64::from(u32::from(it)));
        }
        let trimmed = text.trim_start();
        let (negative, digits) = match trimmed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
        };
        let (radix, digits) = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
            Some(hex) => (16, hex),
            None if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
            None => (10, digits),
        };
        let end = digits.find(|it: char| !it.is_digit(radix)).unwrap_or(digits.len());
        let value = i64::from_str_radix(&digits[..end], radix);
        if (end < digits.len() || end == 0) && !text.is_empty() {
            self.wrong.push(text);
        }
        let value = value.unwrap_or(0);
        if negative { -value } else { value }
    }

    fn float(&mut self) -> f64 {
        let Some(text) = self.next().map(str::to_owned) else { return 0.0 };
        text.trim().parse().unwrap_or_else(|_| {
            if !text.is_empty() {
                self.wrong.push(text);
            }
            0.0
        })
    }

    /// Goes through the format once; `None` for a conversion that is not known.
    fn once(&mut self, format: &str) -> Option<()> {
        let mut rest = format;
        while let Some(at) = rest.find('%') {
            self.out.push_str(&unescape(&rest[..at], true, false).0);
            rest = &rest[at + 1..];
            rest = self.conversion(rest)?;
            if self.stopped {
                return Some(());
            }
        }
        self.out.push_str(&unescape(rest, true, false).0);
        Some(())
    }

    fn conversion<'f>(&mut self, format: &'f str) -> Option<&'f str> {
        let flags_end = format.find(|it: char| !"-0 +#".contains(it))?;
        let (flags, mut rest) = format.split_at(flags_end);
        let mut flags = flags.to_owned();
        let amount = |rest: &mut &'f str, printing: &mut Self| {
            if let Some(after) = rest.strip_prefix('*') {
                *rest = after;
                return Some(printing.number());
            }
            let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
            let (digits, after) = rest.split_at(end);
            *rest = after;
            digits.parse().ok()
        };
        let width = amount(&mut rest, self).unwrap_or(0);
        if width < 0 {
            flags.push('-');
        }
        let width = usize::try_from(width.unsigned_abs()).unwrap_or(0);
        let precision = match rest.strip_prefix('.') {
            Some(after) => {
                rest = after;
                Some(usize::try_from(amount(&mut rest, self).unwrap_or(0)).unwrap_or(0))
            }
            None => None,
        };
        if width.max(precision.unwrap_or(0)) > MOST {
            return None;
        }
        let kind = rest.chars().next()?;
        let after = &rest[kind.len_utf8()..];
        if kind == '%' {
            self.out.push('%');
            return Some(after);
        }
        let text = self.converted(kind, &flags, precision)?;
        let pads_zero = flags.contains('0') && !flags.contains('-') && !matches!(kind, 's' | 'b' | 'c');
        let missing = width.saturating_sub(text.chars().count());
        if flags.contains('-') {
            self.out.push_str(&text);
            self.out.push_str(&" ".repeat(missing));
        } else if pads_zero && !(precision.is_some() && matches!(kind, 'd' | 'i' | 'u' | 'x' | 'X' | 'o')) {
            let digits = text.trim_start_matches(['-', '+', ' ']);
            self.out.push_str(&text[..text.len() - digits.len()]);
            self.out.push_str(&"0".repeat(missing));
            self.out.push_str(digits);
        } else {
            self.out.push_str(&" ".repeat(missing));
            self.out.push_str(&text);
        }
        Some(after)
    }

    fn converted(&mut self, kind: char, flags: &str, precision: Option<usize>) -> Option<String> {
        let cut = |text: String| precision.map_or_else(|| text.clone(), |it| text.chars().take(it).collect());
        let sign = |text: String| match (text.starts_with('-'), flags.contains('+'), flags.contains(' ')) {
            (false, true, _) => format!("+{text}"),
            (false, false, true) => format!(" {text}"),
            _ => text,
        };
        let filled = |digits: String| {
            let least = precision.unwrap_or(0).saturating_sub(digits.trim_start_matches('-').len());
            match digits.strip_prefix('-') {
                Some(digits) => format!("-{}{digits}", "0".repeat(least)),
                None => format!("{}{digits}", "0".repeat(least)),
            }
        };
        Some(match kind {
            's' => cut(self.next().unwrap_or_default().to_owned()),
            'b' => {
                let (text, stopped) = unescape(self.next().unwrap_or_default(), false, true);
                self.stopped = stopped;
                cut(text)
            }
            'c' => self.next().unwrap_or_default().chars().take(1).collect(),
            'd' | 'i' => sign(filled(self.number().to_string())),
            'u' => filled((self.number() as u64).to_string()),
            'x' => filled(format!("{}{:x}", if flags.contains('#') { "0x" } else { "" }, self.number())),
            'X' => filled(format!("{}{:X}", if flags.contains('#') { "0X" } else { "" }, self.number())),
            'o' => filled(format!("{}{:o}", if flags.contains('#') { "0" } else { "" }, self.number())),
            'f' | 'F' => sign(format!("{:.*}", precision.unwrap_or(6), self.float())),
            'e' | 'E' => {
                let text = scientific(self.float(), precision.unwrap_or(6));
                sign(if kind == 'E' { text.to_uppercase() } else { text })
            }
            'g' | 'G' => {
                let text = general(self.float(), precision.unwrap_or(6));
                sign(if kind == 'G' { text.to_uppercase() } else { text })
            }
            _ => return None,
        })
    }
}

/// `format` with `args` put in, once; `None` for a conversion that is not known.
pub fn formatted(format: &str, args: &[String]) -> Option<String> {
    let mut state = Printing { out: String::new(), rest: args, used: 0, wrong: Vec::new(), stopped: false };
    state.once(&format.replace('\\', "\\\\"))?;
    Some(state.out)
}

/// A number with so many digits that count, as `%g` writes it.
pub fn general(value: f64, precision: usize) -> String {
    let precision = precision.max(1);
    let text = scientific(value, precision - 1);
    let power: i32 = text.rsplit_once('e').and_then(|it| it.1.parse().ok()).unwrap_or(0);
    let short = |it: &str| match it.contains('.') {
        true => it.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => it.to_owned(),
    };
    if power < -4 || power >= precision as i32 {
        let (digits, power) = text.split_once('e').unwrap_or((&text, "+00"));
        return format!("{}e{power}", short(digits));
    }
    short(&format!("{value:.*}", usize::try_from(precision as i32 - 1 - power).unwrap_or(0)))
}

/// `1.5e+01`, as C writes it.
fn scientific(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    match text.split_once('e') {
        Some((digits, power)) => {
            let (sign, power) = power.strip_prefix('-').map_or(('+', power), |it| ('-', it));
            format!("{digits}e{sign}{power:0>2}")
        }
        None => text,
    }
}
