//! How a shell is called: `sh [-e..] [-o OPTION] [-c SCRIPT [NAME]] [FILE] [ARG..]`.

use super::dialect::Dialect;
use super::task::Options;

/// A shell as it is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invocation {
    /// What is switched on.
    pub options: Options,
    /// Where its script comes from.
    pub script: Source,
    /// `$0`.
    pub name: String,
    /// The positional parameters.
    pub args: Vec<String>,
    /// Which shell it is, where `sh` is busybox's.
    pub dialect: Dialect,
}

/// Where a shell has its script from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// Its standard input.
    #[default]
    Input,
    /// The text after `-c`.
    Text(String),
    /// A file.
    File(String),
}

impl Invocation {
    /// Reads the arguments of a shell, its own name first.
    ///
    /// # Errors
    /// The option that a shell does not have, or that is not interpreted.
    pub fn parse(argv: &[String]) -> Result<Invocation, String> {
        let shell = argv.first().cloned().unwrap_or_default();
        let (mut text, mut input, mut options, mut args) =
            (false, false, Options::default(), argv.get(1..).unwrap_or_default());
        while let [flag, rest @ ..] = args {
            let on = flag.starts_with('-');
            if flag == "--" || flag == "-" {
                args = rest;
                break;
            }
            if !(on || flag.starts_with('+')) || flag.starts_with("--") {
                break;
            }
            args = rest;
            for letter in flag[1..].chars() {
                match letter {
                    'c' => text = true,
                    's' => input = true,
                    // A login shell runs the same.
                    'l' => {}
                    // Nobody types.
                    'i' if argv.len() == 2 => {}
                    'o' => {
                        let name = args.first().map(String::as_str).unwrap_or_default();
                        if !options.set(name, on) {
                            return Err(format!("{shell} {flag} {name}"));
                        }
                        args = args.get(1..).unwrap_or_default();
                    }
                    'i' => return Err(format!("{shell} {flag}")),
                    _ if options.set_letter(letter, on) => {}
                    _ => return Err(format!("{shell} {flag}")),
                }
            }
        }
        let mut words = args.iter().cloned();
        let script = if text {
            Source::Text(words.next().ok_or_else(|| format!("{shell} -c"))?)
        } else if input || args.is_empty() {
            Source::Input
        } else {
            Source::File(args[0].clone())
        };
        let dialect = Dialect::Ash.of_program(&shell);
        let name = if script == Source::Input { None } else { words.next() }.unwrap_or(shell);
        Ok(Invocation { options, script, name, args: words.collect(), dialect })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(argv: &[&str], script: &Source, name: &str, args: &[&str], letters: &str) {
        let argv: Vec<String> = argv.iter().map(|it| (*it).to_owned()).collect();
        let got = Invocation::parse(&argv).expect("a shell");
        assert_eq!(
            (&got.script, got.name.as_str(), got.options.letters().as_str()),
            (script, name, letters),
            "{argv:?}"
        );
        assert_eq!(got.args, args, "{argv:?}");
    }

    #[test]
    fn a_shell_reads_its_options_its_script_and_its_parameters() {
        let text = |it: &str| Source::Text(it.to_owned());
        check(&["sh", "-c", "echo"], &text("echo"), "sh", &[], "");
        check(&["sh", "-ec", "echo", "name", "a", "-b"], &text("echo"), "name", &["a", "-b"], "e");
        check(&["bash", "-e", "-u", "-o", "pipefail", "-c", "x"], &text("x"), "bash", &[], "eu");
        check(&["/bin/sh", "run.sh", "a"], &Source::File("run.sh".to_owned()), "run.sh", &["a"], "");
        check(&["sh", "-x", "run.sh"], &Source::File("run.sh".to_owned()), "run.sh", &[], "x");
        check(&["sh", "-s", "a"], &Source::Input, "sh", &["a"], "");
        check(&["sh"], &Source::Input, "sh", &[], "");
        check(&["sh", "-"], &Source::Input, "sh", &[], "");
    }

    #[test]
    fn an_option_that_no_shell_has_is_named() {
        for (argv, want) in
            [(["sh", "-i", "-c"], "sh -i"), (["sh", "-q", "x"], "sh -q"), (["sh", "-o", "bad"], "sh -o bad")]
        {
            let argv: Vec<String> = argv.iter().map(|it| (*it).to_owned()).collect();
            assert_eq!(Invocation::parse(&argv), Err(want.to_owned()));
        }
    }
}
