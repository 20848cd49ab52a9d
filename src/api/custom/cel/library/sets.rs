//! Lists as sets: `sets.contains`, `sets.intersects`, `sets.equivalent` (cel-go `ext/sets.go`).

use cel::common::types::{CelBool, LIST_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError};

use super::no_overload;

/// Adds the functions.
pub fn extend(env: &mut Env) -> Result<(), DeclarationError> {
    let lists = || vec![LIST_TYPE, LIST_TYPE];
    env.add_overload("sets.contains", "sets.contains(list, list)", lists(), |args| {
        let (all, some) = (items(&args, 0)?, items(&args, 1)?);
        Ok(CowVal::owned(CelBool::from(holds_all(&all, &some))))
    })?;
    env.add_overload("sets.equivalent", "sets.equivalent(list, list)", lists(), |args| {
        let (a, b) = (items(&args, 0)?, items(&args, 1)?);
        Ok(CowVal::owned(CelBool::from(holds_all(&a, &b) && holds_all(&b, &a))))
    })?;
    env.add_overload("sets.intersects", "sets.intersects(list, list)", lists(), |args| {
        let (a, b) = (items(&args, 0)?, items(&args, 1)?);
        let meets = a.iter().any(|it| holds(&b, it.as_ref()));
        Ok(CowVal::owned(CelBool::from(meets)))
    })
}

fn holds(all: &[Box<dyn Val + '_>], one: &dyn Val) -> bool {
    all.iter().any(|it| it.equals(one))
}

fn holds_all(all: &[Box<dyn Val + '_>], some: &[Box<dyn Val + '_>]) -> bool {
    some.iter().all(|it| holds(all, it.as_ref()))
}

fn items<'v>(args: &[CowVal<'_, 'v>], i: usize) -> Result<Vec<Box<dyn Val + 'v>>, ExecutionError> {
    let mut iterator = args.get(i).and_then(|it| it.as_iterable()).ok_or_else(no_overload)?.iter();
    let mut items = Vec::new();
    while let Some(item) = iterator.next() {
        items.push(item.clone_as_boxed());
    }
    Ok(items)
}
