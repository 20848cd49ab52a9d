//! Directing the containers of a pod.

use super::Behaviour;
use crate::clock::Time;
use crate::kubelet::worker::Worker;
use crate::object::{Object, Quantity, Value};

/// The memory that a container may have, in bytes.
pub fn memory_limit(container: &Value) -> Option<i64> {
    let limit = container.at(&["resources", "limits", "memory"]).as_str()?;
    Quantity::parse(limit).ok().map(Quantity::value)
}

impl Worker {
    /// Has the container `name` do what is said, counted from `now`.
    ///
    /// # Errors
    /// That there is no such container, with those that there are, or that it does not run.
    pub fn direct(&mut self, name: &str, behaviour: &Behaviour, now: Time) -> Result<(), String> {
        let found = (0..self.containers.len()).find(|it| self.spec(*it)["name"].as_str() == Some(name));
        let index = found.ok_or_else(|| self.unknown(name))?;
        let limit = memory_limit(self.spec(index));
        let pod = pod_name(&self.pod);
        let running = self.containers[index].running_mut();
        let running = running.ok_or_else(|| format!("container {name:?} of {pod} does not run"))?;
        running.follow(behaviour, now, limit);
        // What probes of this pod foresaw may be otherwise now.
        self.containers.iter_mut().filter_map(|it| it.running_mut()).for_each(|it| it.runs_ahead += 1);
        Ok(())
    }

    fn unknown(&self, name: &str) -> String {
        let names: Vec<&str> = (0..self.containers.len()).map(|it| self.spec(it)["name"].str_or_empty()).collect();
        let near = |it: &str| strsim::jaro_winkler(it, name);
        let nearest = names.iter().max_by(|a, b| near(a).total_cmp(&near(b))).filter(|it| near(it) > 0.7);
        let hint = nearest.map_or_else(String::new, |it| format!("; did you mean {it:?}?"));
        format!("{} has no container {name:?}, only {}{hint}", pod_name(&self.pod), names.join(", "))
    }
}

fn pod_name(pod: &Object) -> String {
    format!("pod/{}", pod.meta.name)
}
