//! One step of a process: the innermost thing that it has to come back to.

use std::sync::Arc;

use super::machine::Machine;
use super::script::Node;
use super::task::{Frame, Pid, Substitution, Target, Task, Wait};
use crate::object::Str;

/// What a signal's number is in an exit status.
pub(super) fn number(signal: &str) -> i64 {
    match signal {
        "HUP" => 1,
        "INT" => 2,
        "QUIT" => 3,
        "KILL" => 9,
        "USR1" => 10,
        "USR2" => 12,
        "PIPE" => 13,
        "ALRM" => 14,
        "TERM" => 15,
        _ => 0,
    }
}

impl Machine {
    /// Takes one step; returns whether the process goes on.
    pub(super) fn step(&mut self, task: &mut Task) -> bool {
        if !task.signals.is_empty() && !self.take_signal(task) {
            return false;
        }
        match task.frames.pop() {
            Some(frame) => {
                self.come_back(task, frame);
                true
            }
            None => self.run_exit_trap(task),
        }
    }

    /// Looks at the first signal; returns whether the process lives on.
    fn take_signal(&mut self, task: &mut Task) -> bool {
        let signal = task.signals.remove(0);
        if signal == "KILL" {
            task.status = 128 + number(&signal);
            return false;
        }
        match task.traps.get(&signal) {
            Some(Some(node)) => {
                let node = node.clone();
                task.frames.push(Frame::Status(task.status));
                task.frames.push(Frame::Run(node));
                true
            }
            // Process 1 gets no signal that it does not handle: the kernel sees to that.
            _ if task.id == 1 || task.traps.contains_key(&signal) => true,
            _ => {
                task.status = 128 + number(&signal);
                false
            }
        }
    }

    /// At the end of everything comes the trap on `EXIT`, once.
    fn run_exit_trap(&mut self, task: &mut Task) -> bool {
        let Some(Some(node)) = task.traps.remove("EXIT") else {
            return false;
        };
        task.frames.push(Frame::Status(task.status));
        task.frames.push(Frame::Run(node));
        true
    }

    fn come_back(&mut self, task: &mut Task, frame: Frame) {
        match frame {
            Frame::Run(node) => self.enter(task, node),
            Frame::List(node, next) => self.next_of_list(task, node, next),
            Frame::AndOr(node, next) => next_of_and_or(task, node, next),
            Frame::Negate => task.status = i64::from(task.status == 0),
            Frame::Pipeline(negated, stages) => self.end_of_pipeline(task, negated, stages),
            Frame::Subshell(child) => match self.ended.remove(&child) {
                Some(status) => {
                    task.status = status;
                    stop_on_error(task);
                }
                None => {
                    task.frames.push(Frame::Subshell(child));
                    task.wait = Wait::Child(child);
                }
            },
            Frame::Substitute(node, substitution) => self.substituted(task, node, substitution),
            Frame::If(node, arm) => next_of_if(task, &node, arm),
            Frame::While(node, in_body, last) => next_of_while(task, node, in_body, last),
            Frame::For(node, values) => self.next_of_for(task, node, values),
            Frame::Restore(fds) => task.fds = fds,
            Frame::Call(args, locals) => {
                task.args = args;
                restore_locals(task, locals);
            }
            Frame::Program(argv) => self.program(task, argv),
            Frame::ReadScript { pending, prompted } => self.read_script(task, pending, prompted),
            Frame::Timeout(child, watch, status) => self.end_of_timeout(task, child, watch, status),
            Frame::Status(status) => task.status = status,
            Frame::Fails(status, text) => {
                self.print(&task.fds.get(2).cloned().unwrap_or(Target::Null), &text);
                task.status = status;
                stop_on_error(task);
            }
        }
    }

    fn enter(&mut self, task: &mut Task, node: Arc<Node>) {
        match &*node {
            Node::List(_) => self.next_of_list(task, node, 0),
            Node::AndOr(first, _) => {
                let first = first.clone();
                task.frames.push(Frame::AndOr(node, 0));
                task.frames.push(Frame::Run(first));
            }
            Node::Pipeline { negated, stages } => self.start_pipeline(task, *negated, stages),
            Node::Subshell(inner) => {
                let child = self.spawn(task, inner.clone(), task.fds.clone());
                task.frames.push(Frame::Subshell(child));
                task.wait = Wait::Child(child);
            }
            Node::If(arms, _) => {
                let condition = arms[0].0.clone();
                task.frames.push(Frame::If(node, 0));
                task.frames.push(Frame::Run(condition));
            }
            Node::While { condition, .. } => {
                let condition = condition.clone();
                task.frames.push(Frame::While(node, false, 0));
                task.frames.push(Frame::Run(condition));
            }
            Node::Function(name, body) => {
                task.functions.insert(name.clone(), body.clone());
                task.status = 0;
            }
            Node::ForArithmetic { init, first, turn } => {
                task.frames.push(Frame::While(turn.clone(), false, 0));
                task.frames.push(Frame::Run(first.clone()));
                task.frames.push(Frame::Run(init.clone()));
            }
            Node::Simple(_)
            | Node::Redirected(..)
            | Node::For { .. }
            | Node::Case(..)
            | Node::Test(_)
            | Node::Arithmetic(_) => {
                self.execute(task, &node, Vec::new(), None);
            }
        }
    }

    fn next_of_list(&mut self, task: &mut Task, node: Arc<Node>, next: usize) {
        let Node::List(items) = &*node else {
            return;
        };
        let Some((item, background)) = items.get(next) else {
            return;
        };
        let (item, background, more) = (item.clone(), *background, next + 1 < items.len());
        if more {
            task.frames.push(Frame::List(node, next + 1));
        }
        if background {
            let mut fds = task.fds.clone();
            fds.make_mut()[0] = Target::Null;
            let child = self.spawn(task, item, fds);
            task.background = Some(child);
            task.children.push(child);
            self.forget_oldest(task);
            task.status = 0;
        } else {
            task.frames.push(Frame::Run(item));
        }
    }

    fn start_pipeline(&mut self, task: &mut Task, negated: bool, stages: &[Arc<Node>]) {
        if let [only] = stages {
            task.frames.push(Frame::Negate);
            task.frames.push(Frame::Run(only.clone()));
            return;
        }
        let mut children = Vec::new();
        let mut input = None;
        for (i, stage) in stages.iter().enumerate() {
            let mut fds = task.fds.clone();
            if let Some(stream) = input.take() {
                fds.make_mut()[0] = Target::In(stream);
            }
            if i + 1 < stages.len() {
                let stream = self.new_pipe();
                fds.make_mut()[1] = Target::Out(stream);
                input = Some(stream);
            }
            children.push(self.spawn(task, stage.clone(), fds));
        }
        self.end_of_pipeline(task, negated, children);
    }

    fn end_of_pipeline(&mut self, task: &mut Task, negated: bool, stages: Vec<u32>) {
        if let Some(running) = stages.iter().copied().find(|it| !self.ended.contains_key(it)) {
            task.frames.push(Frame::Pipeline(negated, stages));
            task.wait = Wait::Child(running);
            return;
        }
        let mut statuses = stages.iter().rev().filter_map(|it| self.ended.get(it)).copied();
        let status = if task.options.pipefail { statuses.find(|it| *it != 0) } else { statuses.next() }.unwrap_or(0);
        self.ended.retain(|it, _| !stages.contains(it));
        task.status = if negated { i64::from(status == 0) } else { status };
        if !negated {
            stop_on_error(task);
        }
    }

    /// Runs a script that a command's words need before the command can go on.
    pub(super) fn substitute(
        &mut self,
        task: &mut Task,
        node: &Arc<Node>,
        outputs: Vec<String>,
        script: Arc<Node>,
    ) -> Pid {
        let stream = self.new_stream(String::new());
        let mut fds = task.fds.clone();
        fds.make_mut()[1] = Target::Out(stream);
        let child = self.spawn(task, script, fds);
        let substitution = Substitution { outputs, running: (child, stream), before: task.status };
        task.frames.push(Frame::Substitute(node.clone(), Box::new(substitution)));
        task.wait = Wait::Child(child);
        child
    }

    /// Goes on with a command whose script is over.
    fn substituted(&mut self, task: &mut Task, node: Arc<Node>, mut substitution: Box<Substitution>) {
        let (child, stream) = substitution.running;
        let Some(status) = self.ended.remove(&child) else {
            task.frames.push(Frame::Substitute(node, substitution));
            task.wait = Wait::Child(child);
            return;
        };
        let text = self.streams.remove(&stream).unwrap_or_default().text;
        substitution.outputs.push(text.trim_end_matches('\n').to_owned());
        task.status = substitution.before;
        self.execute(task, &node, substitution.outputs, Some(status));
    }

    fn next_of_for(&mut self, task: &mut Task, node: Arc<Node>, mut values: Vec<String>) {
        let Node::For { name, body, .. } = &*node else {
            return;
        };
        let Some(value) = values.pop() else {
            return;
        };
        let (name, body) = (name.clone(), body.clone());
        task.assign(&name, value);
        task.frames.push(Frame::For(node, values));
        task.frames.push(Frame::Run(body));
    }

    /// The process has come to a program that is not known: it stays there.
    pub(super) fn stick(&mut self, task: &mut Task, program: &str) {
        task.wait = Wait::Forever;
        if !self.stuck.contains_key(&task.session) {
            self.stuck.insert(task.session, program.to_owned());
        }
    }
}

fn next_of_and_or(task: &mut Task, node: Arc<Node>, next: usize) {
    let Node::AndOr(_, rest) = &*node else {
        return;
    };
    let wanted = (next..rest.len()).find(|it| rest[*it].0 == (task.status == 0));
    if let Some(index) = wanted {
        let command = rest[index].1.clone();
        if index + 1 < rest.len() {
            task.frames.push(Frame::AndOr(node, index + 1));
        }
        task.frames.push(Frame::Run(command));
    }
}

fn next_of_if(task: &mut Task, node: &Arc<Node>, arm: usize) {
    let Node::If(arms, otherwise) = &**node else {
        return;
    };
    if task.status == 0 {
        task.frames.push(Frame::Run(arms[arm].1.clone()));
    } else if let Some((condition, _)) = arms.get(arm + 1) {
        task.frames.push(Frame::If(node.clone(), arm + 1));
        task.frames.push(Frame::Run(condition.clone()));
    } else {
        task.status = 0;
        task.frames.extend(otherwise.iter().cloned().map(Frame::Run));
    }
}

fn next_of_while(task: &mut Task, node: Arc<Node>, in_body: bool, last: i64) {
    let Node::While { until, condition, body } = &*node else {
        return;
    };
    if in_body {
        let (status, condition) = (task.status, condition.clone());
        task.frames.push(Frame::While(node, false, status));
        task.frames.push(Frame::Run(condition));
    } else if (task.status == 0) != *until {
        let body = body.clone();
        task.frames.push(Frame::While(node, true, last));
        task.frames.push(Frame::Run(body));
    } else {
        task.status = last;
    }
}

fn restore_locals(task: &mut Task, locals: Vec<(Str, Option<super::task::Variable>)>) {
    let variables = &mut task.variables;
    for (name, value) in locals.into_iter().rev() {
        match value {
            Some(value) => variables.insert(name, value),
            None => drop(variables.remove(&name)),
        }
    }
}

/// `set -e`: a failure that nothing looks at is the end.
pub(super) fn stop_on_error(task: &mut Task) {
    if task.status != 0 && task.options.errexit && !task.is_guarded() {
        task.exit(task.status);
    }
}
