//! Values that only functions look into: each is a type of its own.

use cel::ExecutionError;
use cel::common::types::{CelInt, CelString};
use cel::common::value::CowVal;

use super::no_overload;

/// Makes a value of a Rust type that can be compared and cloned, under a name of the language.
macro_rules! opaque {
    ($name:ident, $constant:ident, $cel:literal) => {
        /// The type's name in the language.
        pub static $constant: cel::common::types::Type = cel::common::types::Type::new_unspecified_type($cel);

        impl cel::common::value::Val for $name {
            fn get_type(&self) -> &cel::common::types::Type {
                &$constant
            }

            fn cel_type() -> &'static cel::common::types::Type {
                &$constant
            }

            fn equals(&self, other: &dyn cel::common::value::Val) -> bool {
                other.downcast_ref::<$name>().is_some_and(|other| other == self)
            }

            fn clone_as_boxed<'v>(&self) -> Box<dyn cel::common::value::Val + 'v>
            where
                Self: 'v,
            {
                Box::new(self.clone())
            }

            fn as_any(&self) -> Option<&dyn std::any::Any> {
                Some(self)
            }
        }

        impl cel::common::value::StaticVal for $name {}
    };
}

pub(super) use opaque;

/// The string that is the argument `i`.
pub fn text<'a>(args: &'a [CowVal<'_, '_>], i: usize) -> Result<&'a str, ExecutionError> {
    let value = args.get(i).ok_or_else(no_overload)?;
    value.downcast_ref::<CelString<'_>>().map(|it| it.inner()).ok_or_else(no_overload)
}

/// The number that is the argument `i`.
pub fn number(args: &[CowVal<'_, '_>], i: usize) -> Result<i64, ExecutionError> {
    let value = args.get(i).ok_or_else(no_overload)?;
    value.downcast_ref::<CelInt>().map(|it| *it.inner()).ok_or_else(no_overload)
}

/// The error of a function that says why.
pub fn failed(why: impl Into<String>) -> ExecutionError {
    ExecutionError::function_error("", why.into())
}
