//! The functions that awk has by itself.

use super::parse::Expr;
use super::run::Run;
use super::value::Value;

impl Run<'_> {
    /// Calls a function; `None` for one that there is not.
    pub fn builtin(&mut self, name: &str, arguments: &[Expr]) -> Option<Value> {
        if let ("length", [Expr::Variable(array)]) = (name, arguments)
            && !self.array(array).is_empty()
        {
            return Some(Value::Number(self.array(array).len() as f64));
        }
        match name {
            "sub" | "gsub" => return self.substitute(arguments, name == "gsub"),
            "split" => return self.split_into(arguments),
            "match" => return self.find(arguments),
            "sprintf" => return Some(Value::Text(self.formatted(arguments)?)),
            "length" if arguments.is_empty() => return Some(Value::Number(self.line().chars().count() as f64)),
            _ => {}
        }
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.value(argument)?);
        }
        let number = |of: fn(f64) -> f64| Some(Value::Number(of(values.first()?.number())));
        match name {
            "length" => Some(Value::Number(values.first()?.text().chars().count() as f64)),
            "tolower" => Some(Value::Text(values.first()?.text().to_lowercase())),
            "toupper" => Some(Value::Text(values.first()?.text().to_uppercase())),
            "substr" => part(&values),
            "index" => {
                let (text, wanted) = (values.first()?.text(), values.get(1)?.text());
                let at = text.find(&wanted).map_or(0, |at| text[..at].chars().count() + 1);
                Some(Value::Number(at as f64))
            }
            "int" => number(f64::trunc),
            "sqrt" => number(f64::sqrt),
            "exp" => number(f64::exp),
            "log" => number(f64::ln),
            "sin" => number(f64::sin),
            "cos" => number(f64::cos),
            "atan2" => Some(Value::Number(values.first()?.number().atan2(values.get(1)?.number()))),
            "rand" => {
                self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                Some(Value::Number((self.seed >> 11) as f64 / (1_u64 << 53) as f64))
            }
            "srand" => {
                self.seed = values.first().map_or(0, |it| it.number() as u64);
                Some(Value::Number(0.0))
            }
            "fflush" | "close" => Some(Value::Number(0.0)),
            _ => None,
        }
    }

    /// `sub` and `gsub`: how often the expression was replaced.
    fn substitute(&mut self, arguments: &[Expr], everywhere: bool) -> Option<Value> {
        let line = Expr::Field(Box::new(Expr::Number(0.0)));
        let (pattern, by, place) = match arguments {
            [pattern, by] => (pattern, by, &line),
            [pattern, by, place] => (pattern, by, place),
            _ => return None,
        };
        let pattern = self.pattern(pattern)?;
        let by = self.value(by)?.text();
        let text = self.value(place)?.text();
        let pattern = self.regular(&pattern)?;
        let (mut out, mut last, mut count) = (String::new(), 0, 0);
        for found in pattern.find_iter(&text).take(if everywhere { usize::MAX } else { 1 }) {
            out.push_str(&text[last..found.start()]);
            let put = replacement(&by, found.as_str());
            self.moved(put.len())?;
            out.push_str(&put);
            (last, count) = (found.end(), count + 1);
        }
        out.push_str(&text[last..]);
        if count > 0 {
            self.assign(place, Value::of_input(out))?;
        }
        Some(Value::Number(f64::from(count)))
    }

    /// `split(TEXT, ARRAY [, SEPARATOR])`.
    fn split_into(&mut self, arguments: &[Expr]) -> Option<Value> {
        let (text, Expr::Variable(array)) = (self.value(arguments.first()?)?.text(), arguments.get(1)?) else {
            return None;
        };
        let separator = match arguments.get(2) {
            Some(separator) => self.pattern(separator)?,
            None => self.text_of("FS"),
        };
        let parts = self.split(&text, &separator, false)?;
        let count = parts.len();
        let of = self.array(array);
        of.clear();
        of.extend(parts.into_iter().enumerate().map(|(at, it)| ((at + 1).to_string(), Value::of_input(it))));
        Some(Value::Number(count as f64))
    }

    /// `match(TEXT, EXPRESSION)`.
    fn find(&mut self, arguments: &[Expr]) -> Option<Value> {
        let text = self.value(arguments.first()?)?.text();
        let pattern = self.pattern(arguments.get(1)?)?;
        let found = self
            .regular(&pattern)?
            .find(&text)
            .map(|it| (text[..it.start()].chars().count() as f64 + 1.0, it.as_str().chars().count() as f64));
        let (start, length) = found.unwrap_or((0.0, -1.0));
        self.set("RSTART", Value::Number(start));
        self.set("RLENGTH", Value::Number(length));
        Some(Value::Number(start))
    }

    /// `sprintf`, and what `printf` prints.
    pub fn formatted(&mut self, arguments: &[Expr]) -> Option<String> {
        let (format, rest) = arguments.split_first()?;
        let format = self.value(format)?.text();
        let mut values = Vec::with_capacity(rest.len());
        for argument in rest {
            let value = self.value(argument)?;
            self.moved(value.size())?;
            values.push(value);
        }
        let mut values = values.into_iter();
        let mut texts = Vec::new();
        for kind in kinds(&format) {
            let value = values.next().unwrap_or_default();
            texts.push(match (kind, &value) {
                ('s', _) => value.text(),
                ('c', Value::Number(it)) => char::from_u32(*it as u32).map(String::from).unwrap_or_default(),
                ('c', _) => value.text(),
                ('d' | 'i' | 'o' | 'x' | 'X' | 'u' | '*', _) => (value.number() as i64).to_string(),
                _ => format!("{}", value.number()),
            });
        }
        super::super::printf::formatted(&format, &texts)
    }
}

/// The conversions of a format that take a value.
fn kinds(format: &str) -> Vec<char> {
    let (mut all, mut rest) = (Vec::new(), format);
    while let Some(at) = rest.find('%') {
        rest = &rest[at + 1..];
        let end = rest.find(|it: char| it.is_ascii_alphabetic() || it == '%').unwrap_or(rest.len());
        all.extend(rest[..end].chars().filter(|it| *it == '*'));
        let Some(kind) = rest[end..].chars().next() else { break };
        rest = &rest[end + kind.len_utf8()..];
        if kind != '%' {
            all.push(kind);
        }
    }
    all
}

/// What stands for a match: `&` is the match itself.
fn replacement(by: &str, found: &str) -> String {
    let mut out = String::new();
    let mut characters = by.chars().peekable();
    while let Some(it) = characters.next() {
        match it {
            '\\' => match characters.next_if(|it| matches!(it, '&' | '\\')) {
                Some(escaped) => out.push(escaped),
                None => out.push('\\'),
            },
            '&' => out.push_str(found),
            other => out.push(other),
        }
    }
    out
}

/// `substr(TEXT, FROM [, COUNT])`, whose first character is the first one.
fn part(values: &[Value]) -> Option<Value> {
    let text = values.first()?.text();
    let from = values.get(1)?.number().round().max(1.0);
    let end = values.get(2).map_or(f64::INFINITY, |it| from + it.number().round());
    let inside = |at: usize| (at as f64 + 1.0) >= from && (at as f64 + 1.0) < end;
    Some(Value::Text(text.chars().enumerate().filter(|(at, _)| inside(*at)).map(|(_, it)| it).collect()))
}
