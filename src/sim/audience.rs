//! Who hears of a change: the controllers that watch its kind, in the order in which the cluster runs them.

use crate::controllers::Controller;
use crate::object::{Kind, kinds};

/// The numbers of the controllers that watch a kind. What they watch never changes, so that it is asked for once.
#[derive(Debug)]
pub(super) struct Audience {
    /// For each built-in kind; behind them, for every custom one.
    of_kind: Vec<Vec<usize>>,
}

impl Audience {
    /// What `controllers` watch.
    pub fn new(controllers: &[Box<dyn Controller>]) -> Self {
        let watching = |kind| {
            let numbered = controllers.iter().enumerate();
            numbered.filter(|(_, it)| it.watches().includes(kind)).map(|(number, _)| number).collect()
        };
        let rows = u16::try_from(kinds::BUILT_IN.len()).unwrap_or(u16::MAX);
        Audience { of_kind: (0..=rows).map(|row| watching(Kind(row))).collect() }
    }

    /// The controllers that hear of a change of `kind`.
    pub fn of(&self, kind: Kind) -> &[usize] {
        self.of_kind.get(usize::from(kind.0)).or(self.of_kind.last()).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{ControlPlaneOptions, control_plane};

    #[test]
    fn a_custom_object_concerns_only_those_that_hear_of_everything() {
        let controllers = control_plane(&ControlPlaneOptions::default());
        let audience = Audience::new(&controllers);
        let names = |kind| audience.of(kind).iter().map(|it| controllers[*it].name()).collect::<Vec<_>>();
        let everywhere = ["namespace-controller", "resourcequota-controller", "garbage-collector-controller"];
        assert_eq!(names(Kind(u16::MAX)), everywhere);
        assert_eq!(names(kinds::EVENT), everywhere[..2]);
        assert!(names(kinds::POD).contains(&"kubelet"));
    }
}
