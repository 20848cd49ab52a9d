//! The builtins that declare and remove variables: `export`, `readonly`, `local`, `unset`.

use super::dialect::Dialect;
use super::execute::single_quoted;
use super::machine::Machine;
use super::task::{Frame, Task};

impl Machine {
    pub(super) fn export(&mut self, task: &mut Task, args: &[String], readonly: bool) {
        task.status = 0;
        if args.is_empty() || args[0] == "-p" {
            let word = if readonly { "readonly" } else { "export" };
            let shown = task.variables.iter().filter(|(_, it)| if readonly { it.readonly } else { it.exported });
            let line = |value: &str, name: &str| format!("{word} {name}={}\n", single_quoted(value));
            let text: String = shown.filter_map(|(name, it)| Some(line(it.value.as_deref()?, name))).collect();
            return self.say(task, &text);
        }
        for arg in args {
            let (name, value) = match arg.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (arg.as_str(), None),
            };
            if let Some(value) = value
                && !task.assign(name, value)
            {
                self.complain(task, &format!("{name}: is read only"));
                return task.exit(2);
            }
            if !readonly {
                task.export(name);
            } else if let Some(variable) = task.variables.get_mut(name) {
                variable.readonly = true;
            }
        }
    }

    /// `local [-OPTIONS] NAME[=VALUE]..`, and in bash `declare` and `typeset`, which are that in a function.
    pub(super) fn local(&mut self, task: &mut Task, argv: &[String]) {
        task.status = 0;
        let is_bash = task.dialect == Dialect::Bash;
        let flags: String = argv[1..].iter().take_while(|it| is_bash && it.starts_with('-')).cloned().collect();
        let names = argv[1..].iter().skip_while(|it| is_bash && it.starts_with('-'));
        let outside = argv[0] != "local" && !task.frames.iter().any(|it| matches!(it, Frame::Call(..)));
        for arg in names {
            if arg.starts_with('-') {
                self.complain(task, &format!("local: {arg}: bad variable name"));
                return task.exit(2);
            }
            let (name, value) = match arg.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (arg.as_str(), None),
            };
            let old = task.variables.get(name).cloned();
            let call = task.frames.iter_mut().rev().find_map(|it| match it {
                Frame::Call(_, locals) => Some(locals),
                _ => None,
            });
            match call {
                _ if outside || flags.contains('g') => {}
                Some(locals) => locals.push((name.into(), old)),
                None => {
                    self.complain(task, "local: not in a function");
                    return task.exit(2);
                }
            }
            match value {
                Some(value) if flags.contains('i') => match super::arithmetic::evaluate(value, task) {
                    Ok(number) => drop(task.assign(name, number.to_string())),
                    Err(message) => return self.complain(task, &message),
                },
                Some(value) => {
                    task.assign(name, value);
                }
                None if outside => {}
                None => drop(task.variables.remove(name)),
            }
            if let Some(variable) = task.variables.get_mut(name) {
                variable.readonly |= flags.contains('r');
                variable.exported |= flags.contains('x');
            }
        }
    }

    pub(super) fn unset(&mut self, task: &mut Task, args: &[String]) {
        task.status = 0;
        let functions = args.first().is_some_and(|it| it == "-f");
        for arg in args.iter().filter(|it| !it.starts_with('-')) {
            if functions {
                task.functions.remove(arg);
            } else if task.variables.get(arg.as_str()).is_some_and(|it| it.readonly) {
                self.complain(task, &format!("unset: {arg}: is read only"));
                return task.exit(2);
            } else if task.variables.contains_key(arg.as_str()) {
                task.variables.remove(arg.as_str());
            } else {
                task.functions.remove(arg);
                if task.dialect == Dialect::Bash {
                    super::arrays::forget(task, arg);
                }
            }
        }
    }

    /// `let EXPRESSION..`: fails when the last one is zero.
    pub(super) fn let_be(&mut self, task: &mut Task, args: &[String]) {
        let values: Result<Vec<i64>, String> = args.iter().map(|it| super::arithmetic::evaluate(it, task)).collect();
        task.status = match values {
            Ok(values) => i64::from(values.last().is_none_or(|it| *it == 0)),
            Err(message) => {
                self.complain(task, &message);
                1
            }
        };
        super::step::stop_on_error(task);
    }
}
