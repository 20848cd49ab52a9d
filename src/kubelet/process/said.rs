//! What is known of an image, and what a scenario says of a container: when it ends, what it prints and what it answers.

use super::Running;
use crate::clock::Time;
use crate::kubelet::behaviour::{Behaviour, Effect, Server};
use crate::kubelet::container::KILLED;
use crate::kubelet::image_behaviour::{ImageBehaviour, Run};
use crate::kubelet::shell::machine::Printed;

impl Running {
    /// Does what is known of an image.
    pub(super) fn be(&mut self, image: &'static ImageBehaviour) {
        match image.run {
            Run::Until(code) => (self.heeds_sigterm, self.at_sigterm) = (true, code),
            Run::UntilKilled => {}
            Run::Ends(code) => self.end = Some((self.started, code)),
        }
        self.server = Some(Box::new(Server::new(Some(image))));
        if !image.prints.is_empty() {
            let started = jiff::Timestamp::from_second(self.started.unix()).unwrap_or_default();
            let text = started.strftime(image.prints).to_string();
            self.prints.push(Printed { time: self.started, error: false, text });
        }
    }

    /// Does as well what is said of it, counted from `from`; `limit` is the memory that it may have, in bytes. A command that
    /// is interpreted goes on to be, unless it is said how it ends.
    pub fn follow(&mut self, behaviour: &Behaviour, from: Time, limit: Option<i64>) {
        for clause in &behaviour.clauses {
            let at = from + clause.after;
            let (end, out_of_memory) = match &clause.effect {
                Effect::Print(text) => {
                    self.prints.push(Printed { time: at, error: false, text: text.to_string() });
                    continue;
                }
                Effect::Exit(code) => ((at, *code), false),
                Effect::Grow(bytes) if limit.is_some_and(|it| *bytes > it) => ((at, KILLED), true),
                _ => continue,
            };
            if self.fate.is_none_or(|it| end.0 < it.0) {
                (self.fate, self.out_of_memory, self.stuck) = (Some(end), out_of_memory, None);
            }
        }
        self.meet_fate();
        self.prints.sort_by_key(|it| it.time);
        self.server.get_or_insert_default().follow(behaviour, from);
    }

    /// Makes it end as it was said, unless it ends earlier by itself.
    pub(super) fn meet_fate(&mut self) {
        if let Some(fate) = self.fate
            && self.end.is_none_or(|it| it.0 > fate.0)
        {
            self.end = Some(fate);
        }
    }
}
