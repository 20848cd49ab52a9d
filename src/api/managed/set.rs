//! Sets of fields: a tree of steps, some of which are members (structured-merge-diff `fieldpath/set.go`).

use super::path::{FieldPath, Step};
use super::types::{TypeId, Types};

/// A set of paths. A path that is a member says nothing of those above or below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSet {
    /// Sorted by step; each is a member or has members below it.
    nodes: Vec<Node>,
}

/// A step of some path of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The step.
    pub step: Step,
    /// Whether the path that ends here is a member.
    pub is_member: bool,
    /// The paths that go on from here.
    pub below: FieldSet,
}

impl Node {
    fn is_empty(&self) -> bool {
        !self.is_member && self.below.is_empty()
    }
}

/// What becomes of the nodes of one step in two sets.
enum Both<'a> {
    Left(&'a Node),
    Right(&'a Node),
    Two(&'a Node, &'a Node),
}

fn zip<'a>(left: &'a FieldSet, right: &'a FieldSet) -> impl Iterator<Item = Both<'a>> {
    let (mut left, mut right) = (left.nodes.iter().peekable(), right.nodes.iter().peekable());
    std::iter::from_fn(move || match (left.peek(), right.peek()) {
        (None, None) => None,
        (Some(_), None) => left.next().map(Both::Left),
        (None, Some(_)) => right.next().map(Both::Right),
        (Some(a), Some(b)) => match a.step.cmp(&b.step) {
            std::cmp::Ordering::Less => left.next().map(Both::Left),
            std::cmp::Ordering::Greater => right.next().map(Both::Right),
            std::cmp::Ordering::Equal => left.next().zip(right.next()).map(|(a, b)| Both::Two(a, b)),
        },
    })
}

impl FieldSet {
    /// A set of `paths`.
    pub fn of<'a>(paths: impl IntoIterator<Item = &'a [Step]>) -> Self {
        let mut set = FieldSet::default();
        for path in paths {
            set.insert(path);
        }
        set
    }

    /// A set of paths of field names, each written with dots: `metadata.name`.
    pub fn of_fields(paths: &[&str]) -> Self {
        let steps = |path: &str| path.split('.').map(Step::field).collect::<FieldPath>();
        let paths: Vec<FieldPath> = paths.iter().map(|path| steps(path)).collect();
        Self::of(paths.iter().map(Vec::as_slice))
    }

    fn from_nodes(nodes: impl Iterator<Item = Node>) -> Self {
        FieldSet { nodes: nodes.filter(|node| !node.is_empty()).collect() }
    }

    /// Whether no path is a member.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The first steps, in order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node of `step`, put there when it is absent. It must become a member or get members below it.
    fn node_mut(&mut self, step: &Step) -> &mut Node {
        // Sets are built in order more often than not.
        let at = match self.nodes.last() {
            Some(last) if last.step < *step => Err(self.nodes.len()),
            _ => self.nodes.binary_search_by(|node| node.step.cmp(step)),
        };
        let at = at.unwrap_or_else(|at| {
            self.nodes.insert(at, Node { step: step.clone(), is_member: false, below: FieldSet::default() });
            at
        });
        &mut self.nodes[at]
    }

    /// Makes `path` a member. Nobody owns an object as a whole: an empty path is none.
    pub fn insert(&mut self, path: &[Step]) {
        let Some((last, above)) = path.split_last() else {
            return;
        };
        let mut set = self;
        for step in above {
            set = &mut set.node_mut(step).below;
        }
        set.node_mut(last).is_member = true;
    }

    /// Adds a step with what is known of it: whether it is a member and what is below it.
    pub fn insert_node(&mut self, step: &Step, is_member: bool, below: FieldSet) {
        if !is_member && below.is_empty() {
            return;
        }
        let node = self.node_mut(step);
        node.is_member |= is_member;
        node.below = if node.below.is_empty() { below } else { node.below.union(&below) };
    }

    fn get(&self, step: &Step) -> Option<&Node> {
        self.nodes.binary_search_by(|node| node.step.cmp(step)).ok().map(|at| &self.nodes[at])
    }

    /// Whether the path of this one step is a member.
    pub fn has_step(&self, step: &Step) -> bool {
        self.get(step).is_some_and(|node| node.is_member)
    }

    /// The paths below `step`, without it.
    pub fn below(&self, step: &Step) -> Option<&FieldSet> {
        self.get(step).map(|node| &node.below).filter(|below| !below.is_empty())
    }

    /// Whether `path` is a member.
    pub fn has(&self, path: &[Step]) -> bool {
        let Some((last, above)) = path.split_last() else {
            return false;
        };
        let set = above.iter().try_fold(self, |set, step| set.get(step).map(|node| &node.below));
        set.is_some_and(|set| set.has_step(last))
    }

    /// What is in either set.
    pub fn union(&self, other: &FieldSet) -> FieldSet {
        if other.is_empty() {
            return self.clone();
        }
        Self::from_nodes(zip(self, other).map(|both| match both {
            Both::Left(node) | Both::Right(node) => node.clone(),
            Both::Two(a, b) => {
                Node { step: a.step.clone(), is_member: a.is_member || b.is_member, below: a.below.union(&b.below) }
            }
        }))
    }

    /// What is in both sets.
    pub fn intersection(&self, other: &FieldSet) -> FieldSet {
        Self::from_nodes(zip(self, other).filter_map(|both| match both {
            Both::Two(a, b) => Some(Node {
                step: a.step.clone(),
                is_member: a.is_member && b.is_member,
                below: a.below.intersection(&b.below),
            }),
            _ => None,
        }))
    }

    /// What is in this set and not in the other.
    pub fn difference(&self, other: &FieldSet) -> FieldSet {
        if other.is_empty() {
            return self.clone();
        }
        Self::from_nodes(zip(self, other).filter_map(|both| match both {
            Both::Left(node) => Some(node.clone()),
            Both::Right(_) => None,
            Both::Two(a, b) => Some(Node {
                step: a.step.clone(),
                is_member: a.is_member && !b.is_member,
                below: a.below.difference(&b.below),
            }),
        }))
    }

    /// What is in this set and neither in the other nor below a member of it.
    pub fn without_trees(&self, other: &FieldSet) -> FieldSet {
        if other.is_empty() {
            return self.clone();
        }
        Self::from_nodes(zip(self, other).filter_map(|both| match both {
            Both::Left(node) => Some(node.clone()),
            Both::Right(_) => None,
            Both::Two(_, b) if b.is_member => None,
            Both::Two(a, b) => {
                Some(Node { step: a.step.clone(), is_member: a.is_member, below: a.below.without_trees(&b.below) })
            }
        }))
    }

    /// What is in this set and equal to or below a member of the other.
    pub fn only_trees(&self, other: &FieldSet) -> FieldSet {
        Self::from_nodes(zip(self, other).filter_map(|both| match both {
            Both::Left(_) | Both::Right(_) => None,
            Both::Two(a, b) if b.is_member => Some(a.clone()),
            Both::Two(a, b) => {
                Some(Node { step: a.step.clone(), is_member: a.is_member, below: a.below.only_trees(&b.below) })
            }
        }))
    }

    /// The set with every declared field on the way to a member made a member, which the paths of a struct are not by
    /// themselves (`EnsureNamedFieldsAreMembers`).
    pub fn with_named_fields(&self, types: &Types, ty: Option<TypeId>) -> FieldSet {
        let atom = ty.map(|ty| types.atom(ty));
        let nodes = self.nodes.iter().map(|node| {
            let below_type = atom.and_then(|atom| match &node.step {
                Step::Field(name) => atom.map.as_ref().and_then(|map| map.field_or_element(name)),
                Step::Key(_) => atom.list.as_ref().map(|list| list.element),
                _ => None,
            });
            let is_declared = match &node.step {
                Step::Field(name) => {
                    atom.and_then(|it| it.map.as_ref()).is_some_and(|map| map.fields.contains_key(name))
                }
                _ => false,
            };
            Node {
                step: node.step.clone(),
                is_member: node.is_member || (is_declared && !node.below.is_empty()),
                below: node.below.with_named_fields(types, below_type),
            }
        });
        FieldSet { nodes: nodes.collect() }
    }

    /// Every member: those of one level before those below it.
    pub fn paths(&self) -> Vec<FieldPath> {
        let mut out = Vec::new();
        self.collect(&mut Vec::new(), &mut out);
        out
    }

    fn collect(&self, above: &mut FieldPath, out: &mut Vec<FieldPath>) {
        for node in self.nodes.iter().filter(|node| node.is_member) {
            let mut path = above.clone();
            path.push(node.step.clone());
            out.push(path);
        }
        for node in &self.nodes {
            above.push(node.step.clone());
            node.below.collect(above, out);
            above.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::path::path_text;
    use super::*;

    fn texts(set: &FieldSet) -> Vec<String> {
        set.paths().iter().map(|path| path_text(path)).collect()
    }

    #[test]
    fn a_member_stands_for_itself_alone() {
        let set = FieldSet::of_fields(&["a.b", "a", "a.c.d"]);
        assert_eq!(texts(&set), [".a", ".a.b", ".a.c.d"]);
        assert!(set.has(&[Step::field("a"), Step::field("b")]));
        assert!(!set.has(&[Step::field("a"), Step::field("c")]));
        assert!(!set.has(&[]));
    }

    #[test]
    fn sets_are_united_intersected_and_subtracted() {
        let (left, right) =
            (FieldSet::of_fields(&["a", "a.b", "c.d", "e"]), FieldSet::of_fields(&["a", "c", "e.f", "g"]));
        assert_eq!(texts(&left.union(&right)), [".a", ".c", ".e", ".g", ".a.b", ".c.d", ".e.f"]);
        assert_eq!(texts(&left.intersection(&right)), [".a"]);
        assert_eq!(texts(&left.difference(&right)), [".e", ".a.b", ".c.d"]);
        assert_eq!(texts(&left.without_trees(&right)), [".e"]);
        assert_eq!(texts(&left.only_trees(&right)), [".a", ".e", ".a.b", ".c.d"]);
        assert!(left.difference(&left).is_empty());
    }
}
