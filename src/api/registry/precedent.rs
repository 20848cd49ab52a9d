//! Specs that have been looked at before.
//!
//! Many objects come with one spec: the Jobs of a CronJob, the pods of a template. What defaulting and admission make of it and
//! whether it is valid is worked out for the first of them, and holds for the next as long as admission goes by the same. A
//! spec is known again by being the very same shared map; an equal one is looked at anew.

use std::sync::Arc;

use super::Strategy;
use super::admission::{Admission, OpenNamespace};
use super::metadata::SoundLabels;
use crate::api::field::ErrorList;
use crate::object::{Kind, Object, Value};
use crate::store::Store;

/// So many specs are remembered; the one that came first makes room for another.
const REMEMBERED: usize = 32;

/// What remains to be done for a new object whose spec has a precedent.
#[derive(Clone, Copy, Debug)]
pub struct ByPrecedent {
    /// Fills in what the metadata leaves open. The spec has its defaults.
    pub default: fn(&mut Object),
    /// Whether a spec that was asked for and found valid says all there is to check, but for what `is_valid` looks at. If not,
    /// each object that has it is checked as a whole.
    pub says_all: fn(&Value) -> bool,
    /// Whether all is surely well with what does not follow from the spec. If not, the whole object is checked, so that the
    /// errors come in their order.
    pub is_valid: fn(&Object) -> bool,
}

/// The specs that objects were asked for with and found valid, and what became of them; of the object before also what its
/// namespace and its labels were found to be.
#[derive(Debug, Default)]
pub struct Precedents {
    /// The namespace that something was let into last.
    pub(super) open: OpenNamespace,
    /// The labels that were found sound last.
    pub(super) labels: SoundLabels,
    known: Vec<(Kind, Value, Arc<Precedent>)>,
    oldest: usize,
}

/// What became of a spec.
#[derive(Debug)]
pub(super) struct Precedent {
    /// The spec with its defaults and what admission adds to every object alike.
    spec: Value,
    /// What admission came to.
    admission: Admission,
    /// Whether the spec that was asked for says all there is to check, but for what is each object's own.
    says_all: bool,
}

/// How a new object stands to those before it.
#[derive(Debug)]
pub(super) enum Case {
    /// Specs of its kind are not remembered.
    Plain,
    /// None of them had the spec that it was asked for with. What defaulting makes of it comes with it.
    First { by: &'static ByPrecedent, asked: Value, defaulted: Value },
    /// One of them had.
    Known { by: &'static ByPrecedent, precedent: Arc<Precedent> },
}

impl Case {
    /// Fills in what the object leaves open, and in a known case what admission adds to the spec.
    #[inline]
    pub(super) fn default(&mut self, rules: &Strategy, object: &mut Object) {
        match self {
            Case::Plain => (rules.default)(object),
            Case::First { defaulted, .. } => {
                (rules.default)(object);
                *defaulted = object.spec().clone();
            }
            Case::Known { by, precedent, .. } => {
                *object.spec_mut() = precedent.spec.clone();
                (by.default)(object);
            }
        }
    }

    /// What admission came to in a known case.
    #[inline]
    pub(super) fn admission(&self) -> Option<&Admission> {
        match self {
            Case::Known { precedent, .. } => Some(&precedent.admission),
            Case::Plain | Case::First { .. } => None,
        }
    }

    /// What is wrong with the object.
    #[inline]
    pub(super) fn errors(&self, rules: &Strategy, object: &Object) -> ErrorList {
        match self {
            Case::Known { by, precedent } if precedent.says_all && (by.is_valid)(object) => ErrorList::new(),
            _ => (rules.validate)(object),
        }
    }
}

impl Precedents {
    /// The case of a new object that was not defaulted yet.
    #[inline]
    pub(super) fn case(&self, rules: &'static Strategy, object: &Object, store: &Store) -> Case {
        match &rules.by_precedent {
            Some(by) => self.case_by(by, object, store),
            None => Case::Plain,
        }
    }

    fn case_by(&self, by: &'static ByPrecedent, object: &Object, store: &Store) -> Case {
        match self.of(object, object.spec(), store) {
            Some(precedent) => Case::Known { by, precedent },
            None => Case::First { by, asked: object.spec().clone(), defaulted: Value::Null },
        }
    }

    fn of(&self, object: &Object, asked: &Value, store: &Store) -> Option<Arc<Precedent>> {
        let is_it = |(kind, known, _): &&(Kind, Value, _)| *kind == object.kind && known.is_shared_with(asked);
        let (_, _, precedent) = self.known.iter().find(is_it)?;
        let holds = match &precedent.admission {
            Admission::OfPods(admitted) => admitted.holds_for(store, object),
            Admission::Open => true,
            Admission::Once => false,
        };
        holds.then(|| precedent.clone())
    }

    /// Remembers what became of the spec of an object that was found valid, if it was the first with it.
    #[inline]
    pub(super) fn remember(&mut self, kind: Kind, case: Case, admission: Admission) {
        if let Case::First { by, asked, defaulted } = case {
            self.remember_first(kind, by, asked, defaulted, admission);
        }
    }

    #[cold]
    fn remember_first(&mut self, kind: Kind, by: &ByPrecedent, asked: Value, defaulted: Value, admission: Admission) {
        let spec = match &admission {
            Admission::OfPods(admitted) => admitted.spec.clone(),
            Admission::Open => defaulted,
            Admission::Once => return,
        };
        let place = self.known.iter().position(|(known, it, _)| *known == kind && it.is_shared_with(&asked));
        let says_all = (by.says_all)(&asked);
        let remembered = (kind, asked, Arc::new(Precedent { spec, admission, says_all }));
        match place {
            Some(place) => self.known[place] = remembered,
            None if self.known.len() < REMEMBERED => self.known.push(remembered),
            None => {
                self.known[self.oldest] = remembered;
                self.oldest = (self.oldest + 1) % REMEMBERED;
            }
        }
    }
}
