//! A small shell in virtual time: simple commands, `;`, `&&`, `||`, `!`, variables. It runs a script in one go and yields
//! when each output comes and how the script ends.

use std::collections::BTreeMap;

use super::lexer::{Construct, Part, Token, Word, tokenize};
use crate::clock::{Span, Time};

/// What variables hold: `None` stands for a value that exists but is not known here.
pub type Environment = BTreeMap<String, Option<String>>;

/// What a command prints, and how long after the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The time that passes first.
    pub after: Span,
    /// What is printed then.
    pub output: String,
}

/// A process from its start to its end, worked out in advance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What it prints, in order.
    pub steps: Vec<Step>,
    /// How long it runs and its exit code; `None` for one that sleeps for ever.
    pub end: Option<(Span, i64)>,
}

/// The words that start what is more than a simple command.
const COMPOUND: [&str; 13] =
    ["if", "then", "else", "fi", "for", "while", "until", "do", "done", "case", "esac", "function", "elif"];

/// The exit code of a shell that cannot make sense of a number.
const BAD_NUMBER: i64 = 2;

#[derive(Debug)]
struct Shell<'a> {
    env: &'a Environment,
    own: BTreeMap<String, String>,
    started: Time,
    elapsed: Span,
    printed: Span,
    steps: Vec<Step>,
    status: i64,
    stop_on_error: bool,
    over: bool,
    forever: bool,
}

/// Runs `script` as `sh -c` does, in a process that started at `started`.
///
/// # Errors
/// The construct that is not interpreted; what comes before it counts for nothing then. Syntax is looked at as a whole,
/// a program only when it is reached.
pub fn run_script(script: &str, env: &Environment, started: Time) -> Result<Plan, Construct> {
    let tokens = tokenize(script)?;
    let mut shell = Shell::new(env, started);
    let lines = || tokens.split(|it| *it == Token::End).filter(|it| !it.is_empty());
    for line in lines() {
        check_words(line)?;
    }
    for line in lines() {
        shell.and_or_list(line)?;
        if shell.over {
            break;
        }
    }
    Ok(shell.plan())
}

/// Runs one program with its arguments, without a shell.
///
/// # Errors
/// The program's name when it is not known.
pub fn run_program(argv: &[String], env: &Environment, started: Time) -> Result<Plan, Construct> {
    let mut shell = Shell::new(env, started);
    shell.program(argv)?;
    Ok(shell.plan())
}

/// Whether `name` is a program that is interpreted: not a word of the shell alone, such as `exit`.
pub fn is_program(name: &str) -> bool {
    matches!(base_name(name), "sleep" | "true" | "false" | "echo" | "date")
}

/// The last part of a program's path, when it is one of the usual folders.
pub fn base_name(path: &str) -> &str {
    ["/bin/", "/usr/bin/", "/usr/local/bin/", "/sbin/"].iter().find_map(|it| path.strip_prefix(it)).unwrap_or(path)
}

/// Refuses a line with a compound command, before anything runs.
fn check_words(line: &[Token]) -> Result<(), Construct> {
    let mut first = true;
    for token in line {
        match token {
            Token::Word(word) if first => {
                let assignment = assignment(word).is_some();
                if let Some(text) = word.keyword().filter(|it| COMPOUND.contains(it)) {
                    return Err(Construct(text.to_owned()));
                }
                first = assignment;
            }
            Token::Word(_) => {}
            _ => first = true,
        }
    }
    Ok(())
}

fn assignment(word: &Word) -> Option<(&str, &str)> {
    let Some(Part::Text(text)) = word.parts.first() else {
        return None;
    };
    let (name, rest) = text.split_once('=')?;
    let mut letters = name.chars();
    let starts = letters.next().is_some_and(|it| it.is_ascii_alphabetic() || it == '_');
    (starts && letters.all(|it| it.is_ascii_alphanumeric() || it == '_')).then_some((name, rest))
}

impl<'a> Shell<'a> {
    fn new(env: &'a Environment, started: Time) -> Self {
        Shell {
            env,
            own: BTreeMap::new(),
            started,
            elapsed: Span::ZERO,
            printed: Span::ZERO,
            steps: Vec::new(),
            status: 0,
            stop_on_error: false,
            over: false,
            forever: false,
        }
    }

    fn plan(self) -> Plan {
        Plan { steps: self.steps, end: (!self.forever).then_some((self.elapsed, self.status)) }
    }

    fn and_or_list(&mut self, line: &[Token]) -> Result<(), Construct> {
        let mut skip = false;
        let mut rest = line;
        loop {
            let at = rest.iter().position(|it| matches!(it, Token::And | Token::Or));
            let (command, operator) = match at {
                Some(at) => (&rest[..at], rest.get(at)),
                None => (rest, None),
            };
            if command.is_empty() {
                return Err(Construct(if operator == Some(&Token::Or) { "||" } else { "&&" }.to_owned()));
            }
            if !skip {
                self.negatable(command, operator.is_some())?;
                if self.over {
                    return Ok(());
                }
            }
            match operator {
                Some(Token::And) => skip = self.status != 0,
                Some(_) => skip = self.status == 0,
                None => return Ok(()),
            }
            rest = &rest[at.map_or(rest.len(), |at| at + 1)..];
        }
    }

    fn negatable(&mut self, command: &[Token], guarded: bool) -> Result<(), Construct> {
        let negated = command.first() == Some(&Token::Not);
        let words: Vec<&Word> = command
            .iter()
            .filter_map(|it| match it {
                Token::Word(word) => Some(word),
                _ => None,
            })
            .collect();
        if words.is_empty() {
            return Err(Construct("!".to_owned()));
        }
        let printed = (self.steps.len(), self.printed);
        self.simple_command(&words)?;
        if command.contains(&Token::Silence) {
            self.steps.truncate(printed.0);
            self.printed = printed.1;
        }
        if negated && !self.over {
            self.status = i64::from(self.status == 0);
        }
        if self.stop_on_error && self.status != 0 && !guarded && !negated {
            self.over = true;
        }
        Ok(())
    }

    fn simple_command(&mut self, words: &[&Word]) -> Result<(), Construct> {
        let assigned = words.iter().take_while(|it| assignment(it).is_some()).count();
        let mut argv = Vec::new();
        for word in &words[assigned..] {
            argv.extend(self.expand(word)?);
        }
        let mut values = Vec::new();
        for word in &words[..assigned] {
            let text = self.join(word)?;
            if let Some((name, value)) = text.split_once('=') {
                values.push((name.to_owned(), value.to_owned()));
            }
        }
        if argv.is_empty() {
            self.own.extend(values);
            self.status = 0;
            return Ok(());
        }
        match argv[0].as_str() {
            ":" => self.status = 0,
            "exit" => self.exit(&argv[1..]),
            "exec" if argv.len() > 1 => {
                self.program(&argv[1..])?;
                self.over = true;
            }
            "set" if argv.len() == 2 && matches!(argv[1].as_str(), "-e" | "+e") => {
                self.stop_on_error = argv[1] == "-e";
                self.status = 0;
            }
            _ => self.program(&argv)?,
        }
        Ok(())
    }

    /// The fields that a word becomes: none when it is unquoted and empty.
    fn expand(&self, word: &Word) -> Result<Option<String>, Construct> {
        for part in &word.parts {
            if let Part::Variable(name, false) = part
                && self.lookup(name)?.contains(char::is_whitespace)
            {
                return Err(Construct(format!("${name}")));
            }
        }
        let text = self.join(word)?;
        Ok((word.quoted || !text.is_empty()).then_some(text))
    }

    fn join(&self, word: &Word) -> Result<String, Construct> {
        let mut text = String::new();
        for part in &word.parts {
            match part {
                Part::Text(it) => text.push_str(it),
                Part::Variable(name, _) => text.push_str(&self.lookup(name)?),
            }
        }
        Ok(text)
    }

    fn lookup(&self, name: &str) -> Result<String, Construct> {
        if name == "?" {
            return Ok(self.status.to_string());
        }
        let known = self.own.get(name).or_else(|| self.env.get(name).and_then(Option::as_ref));
        known.cloned().ok_or_else(|| Construct(format!("${name}")))
    }

    fn exit(&mut self, args: &[String]) {
        self.over = true;
        if let Some(code) = args.first() {
            self.status = code.parse::<u32>().map_or(BAD_NUMBER, |it| i64::from(it & 0xff));
        }
    }

    fn print(&mut self, output: String) {
        self.steps.push(Step { after: Span(self.elapsed.0 - self.printed.0), output });
        self.printed = self.elapsed;
    }

    fn program(&mut self, argv: &[String]) -> Result<(), Construct> {
        let (name, args) = (argv.first().map(String::as_str).unwrap_or_default(), argv.get(1..).unwrap_or_default());
        self.status = 0;
        match base_name(name) {
            "true" => {}
            "false" => self.status = 1,
            "echo" => self.echo(args)?,
            "sleep" => self.sleep(args),
            "date" => self.date(args)?,
            _ => return Err(Construct(name.to_owned())),
        }
        Ok(())
    }

    fn echo(&mut self, args: &[String]) -> Result<(), Construct> {
        let (words, end) = match args.first().map(String::as_str) {
            Some("-n") => (&args[1..], ""),
            Some(flag) if flag.starts_with('-') && flag.len() > 1 && flag[1..].chars().all(|it| "neE".contains(it)) => {
                return Err(Construct(format!("echo {flag}")));
            }
            _ => (args, "\n"),
        };
        self.print(format!("{}{end}", words.join(" ")));
        Ok(())
    }

    fn date(&mut self, args: &[String]) -> Result<(), Construct> {
        let format = match args {
            [] => "%a %b %e %H:%M:%S UTC %Y",
            [format] if format.starts_with('+') => &format[1..],
            _ => return Err(Construct(format!("date {}", args.join(" ")))),
        };
        let now = self.started + self.elapsed;
        let stamp = jiff::Timestamp::from_nanosecond(i128::from(now.0)).map(|it| it.to_zoned(jiff::tz::TimeZone::UTC));
        let text = stamp.and_then(|it| jiff::fmt::strtime::format(format, &it));
        self.print(format!("{}\n", text.map_err(|_| Construct(format!("date +{format}")))?));
        Ok(())
    }

    fn sleep(&mut self, args: &[String]) {
        let mut total = Span::ZERO;
        if args.is_empty() {
            self.status = 1;
            return self.print("sleep: missing operand\n".to_owned());
        }
        for arg in args {
            if matches!(arg.as_str(), "infinity" | "inf") {
                self.forever = true;
                self.over = true;
                return;
            }
            let Some(span) = parse_sleep(arg) else {
                self.status = 1;
                return self.print(format!("sleep: invalid number '{arg}'\n"));
            };
            total = total + span;
        }
        self.elapsed = self.elapsed + total;
    }
}

/// A time as `sleep` takes it: `5`, `0.5`, `2m`, `1h`, `1d`.
fn parse_sleep(text: &str) -> Option<Span> {
    const NANOS: f64 = 1e9;
    let (number, seconds) = match text.strip_suffix(['s', 'm', 'h', 'd']) {
        None => (text, 1.0),
        Some(number) if text.ends_with('m') => (number, 60.0),
        Some(number) if text.ends_with('h') => (number, 3600.0),
        Some(number) if text.ends_with('d') => (number, 86_400.0),
        Some(number) => (number, 1.0),
    };
    let digits =
        number.chars().all(|it| it.is_ascii_digit() || it == '.') && number.chars().any(|it| it.is_ascii_digit());
    // The cast saturates: a sleep of more than 292 years ends with the clock.
    digits.then(|| number.parse::<f64>().ok()).flatten().map(|it| Span((it * seconds * NANOS).round() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env() -> Environment {
        [("N", Some("3")), ("GREETING", Some("hello you")), ("SECRET", None)]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.map(str::to_owned)))
            .collect()
    }

    fn check(script: &str, seconds: i64, exit: i64) {
        let plan = run_script(script, &env(), Time::from_unix(0)).expect("a script that is interpreted");
        assert_eq!(plan.end, Some((Span::seconds(seconds), exit)), "{script}");
    }

    #[test]
    fn a_script_ends_when_and_how_its_commands_say() {
        check("sleep 5", 5, 0);
        check("sleep 1; exit 3", 1, 3);
        check("sleep 1 && false || sleep 2", 3, 0);
        check("false || exit 4; sleep 9", 0, 4);
        check("true && sleep 2\nfalse", 2, 1);
        check("! true", 0, 1);
        check("exit 256", 0, 0);
        check("exit nine", 0, 2);
        check("false; exit", 0, 1);
        check("sleep $N; exit ${N}", 3, 3);
        check("X=2; sleep $X # then nothing", 2, 0);
        check("set -e; false; sleep 9", 0, 1);
        check("exec sleep 2; sleep 9", 2, 0);
        check("sleep 1m 30", 90, 0);
        check("sleep long", 0, 1);
        check("exit 0; nginx", 0, 0);
        check("", 0, 0);
    }

    #[test]
    fn a_sleep_for_ever_has_no_end() {
        let plan = run_script("echo on; sleep infinity", &env(), Time::from_unix(0)).expect("it is interpreted");
        assert_eq!((plan.end, plan.steps.len()), (None, 1));
    }

    #[test]
    fn output_comes_when_it_is_printed() {
        let plan = run_script(
            "echo a >/dev/null; sleep 2; echo \"$GREETING\"; date; date +%y-%m-%d",
            &env(),
            Time::from_unix(0),
        )
        .expect("it is interpreted");
        let want = [
            Step { after: Span::seconds(2), output: "hello you\n".to_owned() },
            Step { after: Span::ZERO, output: "Thu Jan  1 00:00:02 UTC 1970\n".to_owned() },
            Step { after: Span::ZERO, output: "70-01-01\n".to_owned() },
        ];
        assert_eq!(plan.steps, want);
    }

    #[test]
    fn what_is_not_interpreted_is_named() {
        let table = [
            ("while true; do sleep 1; done", "while"),
            ("exit 0; if true; then sleep 1; fi", "if"),
            ("sleep 3; nginx", "nginx"),
            ("echo $SECRET", "$SECRET"),
            ("sleep $GREETING", "$GREETING"),
            ("echo a | cat", "|"),
            ("echo -e a", "echo -e"),
        ];
        for (script, want) in table {
            let result = run_script(script, &env(), Time::from_unix(0));
            assert_eq!(result, Err(Construct(want.to_owned())), "{script}");
        }
    }
}
