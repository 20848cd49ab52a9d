//! How much of its past a cluster remembers, so that a virtual year costs no more memory than a virtual day.
//!
//! etcd forgets after five minutes what only history needs. Scenarios and reports read all of it, so that a cluster keeps
//! whatever may still be asked for in practice: everything of the last day, and of the days before as much as is not many
//! changes. Who asks for more is told that it is forgotten (`Store::forgotten`), as a watch is by `410 Gone`.

use crate::clock::Span;
use crate::sim::cluster::Cluster;

/// What is kept of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// All that is not older than this.
    pub span: Span,
    /// And as much of the older as makes this many changes.
    pub changes: usize,
}

impl Default for Horizon {
    /// A day, or 100,000 changes if those reach back further.
    fn default() -> Self {
        Horizon { span: Span::seconds(86_400), changes: 100_000 }
    }
}

impl Cluster {
    /// Forgets what lies beyond the horizon. The cluster does so whenever its clock moves, so that what it has just let go of
    /// is what it makes the next changes of.
    pub(super) fn forget_the_past(&mut self) {
        let Horizon { span, changes } = self.horizon;
        if self.store.history().len() > changes {
            self.route();
            self.store.forget(changes, self.now - span);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Object, kinds};
    use crate::sim::ClusterOptions;

    #[test]
    fn what_is_older_than_a_day_is_forgotten_unless_it_is_little() {
        let after = |per_hour: usize, hours: usize| {
            let horizon = Horizon { changes: 100, ..Horizon::default() };
            let mut cluster = Cluster::new(&ClusterOptions { horizon, ..ClusterOptions::default() }, Vec::new());
            for _ in 0..hours {
                for _ in 0..per_hour {
                    let object = Object::new(kinds::CONFIG_MAP, "default", "a");
                    cluster.store.put(object, cluster.now, "test".into());
                }
                cluster.advance(Span::seconds(3600)).expect("idle");
            }
            let forgotten = cluster.store.forgotten().map(|it| (it - cluster.start).whole_seconds() / 3600);
            (cluster.store.history().len(), forgotten)
        };
        assert_eq!(after(2, 50), (100, None), "few changes are kept however old they are");
        assert_eq!(after(2, 60), (100, Some(9)));
        assert_eq!(after(10, 24), (240, None), "a day is kept however much happened");
        assert_eq!(after(10, 60), (240, Some(35)));
    }
}
