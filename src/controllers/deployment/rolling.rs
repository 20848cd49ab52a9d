//! `RollingUpdate`: as many new pods as there is room for, and as many old ones less as others are available
//! (`pkg/controller/deployment/rolling.go`).

use super::rollout::Rollout;

impl Rollout<'_> {
    /// One step of a rolling update.
    pub fn roll(&mut self) {
        if self.new.is_none() && !self.sync_new_replica_set(true) {
            return;
        }
        if !self.scale_new() && !self.scale_old() && self.was_complete() {
            self.clean_up();
        }
        self.sync_rollout_status();
    }

    fn scale_new(&mut self) -> bool {
        let Some(index) = self.new else {
            return false;
        };
        let size = self.sets[index].size();
        let wanted = if size >= self.spec.replicas { self.spec.replicas } else { self.new_size(size) };
        self.scale_unless_there(index, wanted)
    }

    fn scale_old(&mut self) -> bool {
        let old = self.active_old();
        if old.is_empty() {
            return false;
        }
        // New pods that are not available yet count as missing, so that they never hasten the end of old ones.
        let starting = self.new_set().map_or(0, |it| it.size() - it.count("availableReplicas"));
        let room = self.total_size() - self.spec.min_available() - starting;
        if room <= 0 {
            return false;
        }
        let Some(removed) = self.remove_unhealthy(&old, room) else {
            return false;
        };
        let scaled_down = self.remove_available(&old);
        removed || scaled_down
    }

    /// Old pods that are not available go first, `room` of them at the most: they hold the rollout up and serve nobody.
    ///
    /// `None` when a set counts more available pods than it is to have: it was made smaller and has not said yet which pods are
    /// left, so that nothing can be taken for available.
    fn remove_unhealthy(&mut self, old: &[usize], mut room: i64) -> Option<bool> {
        let mut scaled = false;
        for index in old {
            if room <= 0 {
                break;
            }
            let set = &self.sets[*index];
            let size = set.size();
            let unhealthy = size - set.count("availableReplicas");
            if unhealthy < 0 {
                return None;
            }
            let removed = unhealthy.min(room);
            if removed > 0 {
                scaled |= self.scale_unless_there(*index, size - removed);
                room -= removed;
            }
        }
        Some(scaled)
    }

    /// Then as many as are available beyond the least number.
    fn remove_available(&mut self, old: &[usize]) -> bool {
        let mut surplus = self.total("availableReplicas") - self.spec.min_available();
        let mut scaled = false;
        for index in old {
            let size = self.sets[*index].size();
            let removed = size.min(surplus);
            if removed > 0 {
                scaled |= self.scale_unless_there(*index, size - removed);
                surplus -= removed;
            }
        }
        scaled
    }
}
