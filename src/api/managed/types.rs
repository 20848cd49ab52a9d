//! Types as ownership knows them: which lists and maps are owned as a whole, which by element, and by which keys.
//!
//! It follows structured-merge-diff `schema/elements.go`. The types of built-in kinds come from their Go types, those of
//! custom resources from the schemas of their definitions.

use std::collections::BTreeMap;

use crate::object::{Str, Value};

/// A type, as an index into [`Types`].
pub type TypeId = usize;

/// What a scalar may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// A number.
    Numeric,
    /// A string.
    Text,
    /// True or false.
    Boolean,
    /// Any of them.
    Untyped,
}

/// What a value of a type may be: one form, or several for types that say nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Atom {
    /// It may be a scalar.
    pub scalar: Option<Scalar>,
    /// It may be a list.
    pub list: Option<ListType>,
    /// It may be a map or a struct.
    pub map: Option<MapType>,
}

/// How the elements of a list are told apart.
#[derive(Clone, Debug, PartialEq)]
pub enum Elements {
    /// They are not: the list is owned as a whole.
    Atomic,
    /// By their values: a set.
    Set,
    /// By some of their fields, each with the value that stands for an absent one.
    Keyed(Vec<(Str, Option<Value>)>),
}

/// A list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListType {
    /// The type of the elements.
    pub element: TypeId,
    /// How they are told apart.
    pub elements: Elements,
}

/// A map or a struct.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MapType {
    /// The declared fields.
    pub fields: BTreeMap<Str, TypeId>,
    /// The type of every other entry; a struct has none.
    pub element: Option<TypeId>,
    /// Whether it is owned as a whole.
    pub is_atomic: bool,
}

impl MapType {
    /// The type of the entry `key`, if there may be one.
    pub fn field_or_element(&self, key: &str) -> Option<TypeId> {
        self.fields.get(key).copied().or(self.element)
    }
}

impl Atom {
    /// The forms that are left when the value is known; all of them when the type takes no such value, which validation
    /// then tells (`deduceAtom`).
    pub fn form_of(&self, value: Option<&Value>) -> Forms {
        match value {
            Some(Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_)) if self.scalar.is_some() => {
                Forms::Scalar
            }
            Some(Value::List(_)) if self.list.is_some() => Forms::List,
            Some(Value::Map(_)) if self.map.is_some() => Forms::Map,
            _ => Forms::Any,
        }
    }

    /// The form by which a value is handled (`handleAtom`).
    pub fn handled(&self, forms: Forms) -> Handled<'_> {
        match (forms, &self.map, self.scalar, &self.list) {
            (Forms::Map | Forms::Any, Some(map), ..) => Handled::Map(map),
            (Forms::Scalar | Forms::Any, _, Some(scalar), _) => Handled::Scalar(scalar),
            (Forms::List | Forms::Any, _, _, Some(list)) => Handled::List(list),
            _ => Handled::Scalar(Scalar::Untyped),
        }
    }
}

/// Which forms of an [`Atom`] a value leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forms {
    /// The scalar.
    Scalar,
    /// The list.
    List,
    /// The map.
    Map,
    /// All that the type has.
    Any,
}

/// The form by which a value is handled.
#[derive(Clone, Copy, Debug)]
pub enum Handled<'t> {
    /// As a scalar.
    Scalar(Scalar),
    /// As a list.
    List(&'t ListType),
    /// As a map or a struct.
    Map(&'t MapType),
}

/// Every type that is reached from some objects.
#[derive(Clone, Debug)]
pub struct Types {
    atoms: Vec<Atom>,
}

impl Default for Types {
    fn default() -> Self {
        Self::new()
    }
}

impl Types {
    /// Anything, the entries of maps told apart: what is not declared has this type.
    pub const DEDUCED: TypeId = 0;
    /// Anything, lists and maps owned as a whole.
    pub const ATOMIC: TypeId = 1;
    /// A string.
    pub const TEXT: TypeId = 2;
    /// A number.
    pub const NUMERIC: TypeId = 3;
    /// True or false.
    pub const BOOLEAN: TypeId = 4;
    /// Any scalar.
    pub const UNTYPED: TypeId = 5;

    /// The types that everything is made of, and no more.
    pub fn new() -> Self {
        let anything = |is_atomic: bool, element: TypeId| Atom {
            scalar: Some(Scalar::Untyped),
            list: Some(ListType { element: Self::ATOMIC, elements: Elements::Atomic }),
            map: Some(MapType { element: Some(element), is_atomic, ..MapType::default() }),
        };
        let scalar = |scalar| Atom { scalar: Some(scalar), ..Atom::default() };
        Types {
            atoms: vec![
                anything(false, Self::DEDUCED),
                anything(true, Self::ATOMIC),
                scalar(Scalar::Text),
                scalar(Scalar::Numeric),
                scalar(Scalar::Boolean),
                scalar(Scalar::Untyped),
            ],
        }
    }

    /// Adds a type. A type that refers to itself is added empty and set afterwards.
    pub fn add(&mut self, atom: Atom) -> TypeId {
        self.atoms.push(atom);
        self.atoms.len() - 1
    }

    /// Sets a type that was added before.
    pub fn set(&mut self, ty: TypeId, atom: Atom) {
        self.atoms[ty] = atom;
    }

    /// Adds a list of `element`.
    pub fn add_list(&mut self, element: TypeId, elements: Elements) -> TypeId {
        self.add(Atom { list: Some(ListType { element, elements }), ..Atom::default() })
    }

    /// Adds a map of anything to `element`.
    pub fn add_map(&mut self, element: TypeId, is_atomic: bool) -> TypeId {
        let map = MapType { element: Some(element), is_atomic, ..MapType::default() };
        self.add(Atom { map: Some(map), ..Atom::default() })
    }

    /// Adds a copy of the type `ty` of another table, with the types that it is made of. It must not be made of itself.
    pub fn add_copy(&mut self, from: &Types, ty: TypeId) -> TypeId {
        if ty <= Self::UNTYPED {
            return ty;
        }
        let mut atom = from.atom(ty).clone();
        if let Some(list) = &mut atom.list {
            list.element = self.add_copy(from, list.element);
        }
        if let Some(map) = &mut atom.map {
            map.element = map.element.map(|it| self.add_copy(from, it));
            for field in map.fields.values_mut() {
                *field = self.add_copy(from, *field);
            }
        }
        self.add(atom)
    }

    /// What `ty` is.
    pub fn atom(&self, ty: TypeId) -> &Atom {
        &self.atoms[ty]
    }
}
