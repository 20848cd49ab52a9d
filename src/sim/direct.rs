//! What a scenario says of containers whose processes are not interpreted, and of machines.

use crate::kubelet::behaviour::{Direction, Whom};
use crate::kubelet::machine::NodeDirection;
use crate::object::literal;
use crate::sim::cluster::Cluster;
use crate::sim::timeline::Words;
use crate::store::View;

impl Cluster {
    /// Has containers do what is said of them from now on.
    ///
    /// # Errors
    /// Why they cannot: there is no such pod or container, or it does not run.
    pub fn direct(&mut self, direction: &Direction) -> Result<(), String> {
        self.route();
        for (index, controller) in self.controllers.iter_mut().enumerate() {
            let Some(kubelets) = controller.kubelets() else {
                continue;
            };
            if let Some(pod) = kubelets.direct(direction, self.now)? {
                self.timeline.push(index, pod, self.now);
            }
        }
        let words = match &direction.whom {
            Whom::Image(image) => Words::new(["script ", "image", " "], image),
            Whom::Container(pod, _) => Words::new(["script ", "pod", "/"], &pod.name),
        };
        self.timeline.record(self.now, &literal!("scenario"), words);
        Ok(())
    }

    /// Does something to the machine under a node.
    ///
    /// # Errors
    /// Why that cannot be done: no kubelet runs there, say.
    pub fn direct_node(&mut self, direction: &NodeDirection) -> Result<(), String> {
        self.route();
        for (index, controller) in self.controllers.iter_mut().enumerate() {
            if let Some(kubelets) = controller.kubelets() {
                let node = kubelets.direct_node(direction, View::new(&self.store))?;
                self.timeline.push(index, node, self.now);
            }
        }
        let words = Words::new(["direct ", "node", "/"], &direction.node);
        self.timeline.record(self.now, &literal!("scenario"), words);
        Ok(())
    }
}
