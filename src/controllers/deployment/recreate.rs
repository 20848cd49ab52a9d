//! `Recreate`: the old pods end, all of them, before the first new one is made (`pkg/controller/deployment/recreate.go`).

use crate::controllers::shared::pod::is_terminal;
use crate::object::kinds;

use super::rollout::Rollout;

impl Rollout<'_> {
    /// One step of a recreation.
    pub fn recreate(&mut self) {
        let mut scaled_down = false;
        for index in self.active_old() {
            scaled_down |= self.scale_unless_there(index, 0);
        }
        if scaled_down || self.runs_old_pods() {
            return self.sync_rollout_status();
        }
        if self.new.is_none() && !self.sync_new_replica_set(true) {
            return;
        }
        if let Some(new) = self.new {
            self.scale_unless_there(new, self.spec.replicas);
        }
        if self.was_complete() {
            self.clean_up();
        }
        self.sync_rollout_status();
    }

    /// Whether some pod of another template has not ended (`oldPodsRunning`).
    fn runs_old_pods(&self) -> bool {
        self.old().into_iter().any(|index| {
            let set = &self.sets[index];
            let pods = self.view.owned_by(&set.object.meta.uid).filter(|it| it.kind == kinds::POD);
            set.count("replicas") > 0 || pods.filter(|it| !is_terminal(it)).count() > 0
        })
    }
}
