//! Scripted containers: what one does whose process is not interpreted, as an annotation of its pod or a step says.
//!
//! `seatrial.dev/container.web: print "3.14159" and exit 0 after 10 seconds` on a pod is for its container `web`; the words are
//! those of the steps ([`parse`]). What is said of an image holds for every run of its containers from then on, times
//! counted from the start of each. What is said of one container holds until that run ends.

mod agnhost;
mod direct;
mod parse;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::image_behaviour::{ImageBehaviour, Run, Speaks};
use crate::clock::{Span, Time};
use crate::object::{Key, Object, Str, Value};

pub use direct::memory_limit;
pub use parse::{UnknownWords, parse};

/// What comes before a container's name in the annotation that scripts it.
pub const ANNOTATION: &str = "seatrial.dev/container.";

/// What a container does, and how long after its start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Behaviour {
    /// In the order in which it was said.
    pub clauses: Vec<Clause>,
}

/// One thing that a container does.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// How long after the start, or after it was said of a container that runs.
    pub after: Span,
    /// What.
    pub effect: Effect,
}

/// What a container does at an instant.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Prints a line.
    Print(Str),
    /// Ends with this exit code.
    Exit(i64),
    /// Needs so many bytes of memory.
    Grow(i64),
    /// Takes up so many bytes of its node's disk.
    Fill(i64),
    /// Opens a port.
    Listen(u16),
    /// Answers requests for a path, or for all, on a port, or on all that it opens.
    Answer {
        /// The status code.
        status: u16,
        /// The path.
        path: Option<Str>,
        /// The port.
        port: Option<u16>,
        /// The body.
        body: Str,
    },
    /// Closes a port, or all.
    StopListening(Option<u16>),
    /// Takes connections and never answers.
    Hang,
}

/// What comes back from a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nobody listens there.
    Refused,
    /// The connection is made, and nothing comes over it.
    Silent,
    /// An answer to an HTTP request.
    Http {
        /// The status code.
        status: u16,
        /// The body.
        body: Str,
    },
    /// A connection to something that does not speak HTTP, and what it says.
    Raw(Str),
}

/// Whom somebody directs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// Every container of an image, in the runs that start from now on.
    Image(Str),
    /// The container of a pod, in its present run.
    Container(Key, Str),
}

/// What a scenario says of containers.
#[derive(Clone, Debug, PartialEq)]
pub struct Direction {
    /// Of which.
    pub whom: Whom,
    /// What they do.
    pub behaviour: Behaviour,
}

/// What was said of images.
#[derive(Clone, Debug, Default)]
pub struct Behaviours {
    images: BTreeMap<Str, Arc<Behaviour>>,
}

impl Behaviours {
    /// Remembers what the containers of `image` do. A name without a tag stands for every tag.
    pub fn set(&mut self, image: Str, behaviour: Behaviour) {
        self.images.insert(image, Arc::new(behaviour));
    }

    /// What is said of the container of `pod` with this spec: by the pod's annotation, or else of its image.
    ///
    /// # Errors
    /// What the annotation says and is not understood.
    pub fn of(&self, pod: &Object, container: &Value) -> Result<Option<Arc<Behaviour>>, UnknownWords> {
        if !pod.meta.annotations.is_empty() {
            let name = format!("{ANNOTATION}{}", container["name"].str_or_empty());
            if let Some(text) = pod.meta.annotation(&name) {
                return parse(text).map(|it| Some(Arc::new(it)));
            }
        }
        let image = container["image"].str_or_empty();
        if let Some(text) = agnhost::behaviour(image, container["args"].items()) {
            return parse(&text).map(|it| Some(Arc::new(it)));
        }
        if self.images.is_empty() {
            return Ok(None);
        }
        let untagged = image.split('@').next().unwrap_or(image);
        let cut = untagged.rfind(':').filter(|at| !untagged[*at..].contains('/')).unwrap_or(untagged.len());
        Ok(self.images.get(image).or_else(|| self.images.get(&untagged[..cut])).cloned())
    }
}

/// What a container is on the network: what its image or its spec opens, and what was said of it.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// What its image does, if that is known and runs.
    pub image: Option<&'static ImageBehaviour>,
    /// Whether it opens the ports of its spec, because nothing else is known of it.
    pub declared: bool,
    /// What was said of it, in the order of the instants.
    said: Vec<(Time, Effect)>,
}

impl Server {
    /// One that does what is known of `image`, or opens what its spec names.
    pub fn new(image: Option<&'static ImageBehaviour>) -> Self {
        let image = image.filter(|it| !matches!(it.run, Run::Ends(_)));
        Server { image, declared: image.is_none(), said: Vec::new() }
    }

    /// Takes in what is said of it, counted from `from`.
    pub fn follow(&mut self, behaviour: &Behaviour, from: Time) {
        let network = behaviour.clauses.iter().filter(|it| !matches!(it.effect, Effect::Print(_) | Effect::Exit(_)));
        self.said.extend(network.map(|it| (from + it.after, it.effect.clone())));
        self.said.sort_by_key(|it| it.0);
    }

    /// What it answers on `port` for `path` at `at`, as the container with the spec `container`.
    pub fn answer(&self, container: &Value, port: u16, path: &str, at: Time) -> Answer {
        let mut answer = self.unsaid(container, port, path);
        let path = path.split('?').next().unwrap_or(path);
        for (_, effect) in self.said.iter().take_while(|it| it.0 <= at) {
            match effect {
                Effect::Listen(its) if *its == port && answer == Answer::Refused => {
                    answer = Answer::Http { status: 200, body: Str::new() };
                }
                Effect::Answer { status, path: its, port: on, body } => {
                    let here = on.map_or_else(|| self.may_open(container, port), |it| it == port);
                    if here && its.as_ref().is_none_or(|it| *it == path) {
                        answer = Answer::Http { status: *status, body: body.clone() };
                    } else if here && answer == Answer::Refused {
                        answer = Answer::Http { status: 404, body: Str::new() };
                    }
                }
                Effect::StopListening(its) if its.is_none_or(|it| it == port) => answer = Answer::Refused,
                Effect::Hang if answer != Answer::Refused => answer = Answer::Silent,
                _ => {}
            }
        }
        answer
    }

    /// How many bytes of memory it was said to need by `at`, and how many of the disk.
    pub fn usage(&self, at: Time) -> (Option<i64>, Option<i64>) {
        let (mut memory, mut disk) = (None, None);
        for (_, effect) in self.said.iter().take_while(|it| it.0 <= at) {
            match effect {
                Effect::Grow(bytes) => memory = Some(*bytes),
                Effect::Fill(bytes) => disk = Some(*bytes),
                _ => {}
            }
        }
        (memory, disk)
    }

    /// When it uses another amount of something for the first time from `at` on, if it was said to.
    pub fn next_usage(&self, at: Time) -> Option<Time> {
        let uses = |effect: &Effect| matches!(effect, Effect::Grow(_) | Effect::Fill(_));
        self.said.iter().find(|it| it.0 >= at && uses(&it.1)).map(|it| it.0)
    }

    /// Whether anything was said of what it uses.
    pub fn has_usage(&self) -> bool {
        self.said.iter().any(|it| matches!(it.1, Effect::Grow(_) | Effect::Fill(_)))
    }

    /// When what it answers may first be something else, after `at`.
    pub fn next_change(&self, at: Time) -> Option<Time> {
        self.said.iter().map(|it| it.0).find(|it| *it > at)
    }

    /// What its image or spec has on `port`.
    fn unsaid(&self, container: &Value, port: u16, path: &str) -> Answer {
        let page = |status: u16, body: &'static str| Answer::Http { status, body: Str::from(body) };
        let Some(image) = self.image else {
            let opens = self.declared && self.may_open(container, port);
            return if opens { page(200, "") } else { Answer::Refused };
        };
        match image.ports.iter().find(|it| it.0 == port).map(|it| it.1) {
            None => Answer::Refused,
            Some(Speaks::Raw) => Answer::Raw(Str::new()),
            Some(Speaks::Http(body)) => page(200, body),
            Some(Speaks::Grpc) => page(200, ""),
            Some(Speaks::Pages(pages)) => {
                let path = path.split('?').next().unwrap_or(path);
                match pages.iter().find(|it| it.0 == path || (path.is_empty() && it.0 == "/")) {
                    Some((_, body)) => page(200, body),
                    None => page(404, "404 Not Found\n"),
                }
            }
        }
    }

    /// Whether the container may have `port` open: its spec names it, or names none at all, or its image has it.
    fn may_open(&self, container: &Value, port: u16) -> bool {
        let ports = container["ports"].items();
        let of_image = self.image.is_some_and(|it| it.ports.iter().any(|it| it.0 == port));
        let named = ports.iter().any(|it| it["containerPort"].as_i64() == Some(i64::from(port)));
        of_image || named || (ports.is_empty() && self.image.is_none())
    }
}
