//! What a check against a schema came to (kube-openapi `pkg/validation/validate/result.go`), and its way into field errors
//! (apiextensions-apiserver `pkg/apiserver/validation/validation.go`).

use crate::api::field::{ErrorList, FieldError, Path, Wrong, quote};
use crate::object::Value;

/// The failures of a value, each once, and how many checks were made: the measure of how close an alternative came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// What is wrong.
    pub failures: Vec<Failure>,
    /// How many checks were made.
    pub matches: usize,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Where; `None` for what is said of a value as a whole.
    path: Option<String>,
    problem: Problem,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// A required field is missing.
    Required,
    /// The value is not one of the enumeration.
    NotAllowed {
        /// What is there.
        value: Value,
        /// What may be.
        values: Vec<String>,
    },
    /// A string is longer than this.
    TooLong(i64),
    /// A list or map has more entries than it may.
    TooMany {
        /// How many there are.
        actual: i64,
        /// How many there may be.
        max: i64,
    },
    /// The type is another one.
    Type {
        /// What is there.
        value: Value,
        /// The whole text.
        why: String,
    },
    /// Anything else.
    Invalid {
        /// What is there.
        value: Value,
        /// The whole text.
        why: String,
    },
}

impl Failure {
    pub(super) fn new(path: &str, problem: Problem) -> Self {
        Failure { path: Some(path.to_owned()), problem }
    }

    pub(super) fn invalid(path: &str, value: impl Into<Value>, why: String) -> Self {
        Self::new(path, Problem::Invalid { value: value.into(), why })
    }

    pub(super) fn of_type(path: &str, wanted: &str, found: &str) -> Self {
        let why = format!("{path} in body must be of type {wanted}: {}", quote(found));
        Self::new(path, Problem::Type { value: Value::from(found), why })
    }

    pub(super) fn whole(why: String) -> Self {
        Failure { path: None, problem: Problem::Invalid { value: Value::from(""), why } }
    }

    /// As a field error below `root`.
    fn field_error(&self, root: Option<&Path>, errors: &mut ErrorList) {
        let below = self.path.as_deref().map(|path| path.trim_start_matches('.')).filter(|path| !path.is_empty());
        let at = match (root, below) {
            (Some(root), Some(below)) => root.child(below),
            (Some(root), None) => root.clone(),
            (None, Some(below)) => Path::new(below),
            (None, None) => Path::default(),
        };
        match &self.problem {
            Problem::Required => errors.required(&at, ""),
            Problem::NotAllowed { value, values } => {
                let values: Vec<&str> = values.iter().map(String::as_str).collect();
                errors.not_supported(&at, value, &values);
            }
            Problem::TooLong(max) => errors.too_long(&at, usize::try_from(*max).unwrap_or_default()),
            Problem::TooMany { actual, max } => {
                let count = |it: i64| usize::try_from(it).unwrap_or_default();
                errors.too_many(&at, count(*actual), count(*max));
            }
            Problem::Type { value, why } => {
                let shown = quote(value.str_or_empty());
                errors.add(FieldError { wrong: Wrong::TypeInvalid, field: at.to_string(), shown, detail: why.clone() });
            }
            Problem::Invalid { value, why } => errors.invalid(&at, value, why.as_str()),
        }
    }
}

impl Outcome {
    pub(super) fn of(failure: Failure) -> Self {
        Outcome { failures: vec![failure], matches: 0 }
    }

    /// Whether nothing is wrong.
    pub fn is_valid(&self) -> bool {
        self.failures.is_empty()
    }

    pub(super) fn add(&mut self, failure: Failure) {
        if !self.failures.contains(&failure) {
            self.failures.push(failure);
        }
    }

    pub(super) fn merge(&mut self, other: Outcome) {
        self.matches += other.matches;
        for failure in other.failures {
            self.add(failure);
        }
    }

    /// As field errors below `root`, or of the object as a whole.
    pub fn field_errors(&self, root: Option<&Path>) -> ErrorList {
        let mut errors = ErrorList::new();
        for failure in &self.failures {
            failure.field_error(root, &mut errors);
        }
        errors
    }
}
