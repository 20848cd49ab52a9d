//! Controllers that are down for a while: what they would have heard is lost, and so is what they remembered.

use std::fmt;

use crate::controllers::Controller;
use crate::sim::cluster::Cluster;
use crate::store::{Change, View};

/// There is no controller of that name to be stopped or started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownController {
    /// The name asked for.
    pub name: String,
    /// The names that there are.
    pub known: Vec<&'static str>,
}

impl fmt::Display for UnknownController {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no controller {:?}: the controllers are {}", self.name, self.known.join(", "))
    }
}

impl std::error::Error for UnknownController {}

/// Kubelets keep containers, which no restart of theirs brings back: they are no controllers that can be taken down.
const KUBELET: &str = "kubelet";

impl Cluster {
    fn controller(&self, name: &str) -> Result<usize, UnknownController> {
        let can_stop = |it: &dyn Controller| it.name() != KUBELET;
        self.controllers.iter().position(|it| it.name() == name && can_stop(it.as_ref())).ok_or_else(|| {
            let known = self.controllers.iter().filter(|it| can_stop(it.as_ref())).map(|it| it.name()).collect();
            UnknownController { name: name.to_owned(), known }
        })
    }

    /// Takes the controller `name` down: nothing wakes it any more, and what was due for it is forgotten when its time comes.
    ///
    /// # Errors
    /// That there is none of that name.
    pub fn stop_controller(&mut self, name: &str) -> Result<(), UnknownController> {
        let index = self.controller(name)?;
        self.route();
        self.stopped.insert(index);
        Ok(())
    }

    /// Brings a controller back as `fresh`: it remembers nothing, and hears of every object there is as if it were new, as
    /// an informer's first list tells it.
    ///
    /// # Errors
    /// That there is none of its name.
    pub fn start_controller(&mut self, fresh: Box<dyn Controller>) -> Result<(), UnknownController> {
        let index = self.controller(fresh.name())?;
        self.route();
        self.stopped.remove(&index);
        let mut controller = fresh;
        let mut wakes = Vec::new();
        let watches = controller.watches();
        let heard = self.store.kinds().filter(|kind| watches.includes(*kind));
        for object in heard.flat_map(|kind| self.store.list(kind)) {
            let change = Change {
                version: object.meta.resource_version,
                time: self.now,
                actor: "".into(),
                key: object.key(),
                before: None,
                after: Some(object.clone()),
            };
            controller.wakes(&change, View::new(&self.store), &mut wakes);
        }
        self.controllers[index] = controller;
        wakes.drain(..).for_each(|wake| self.timeline.push(index, wake.key, self.now + wake.after));
        Ok(())
    }
}
