//! Lists: `isSorted`, `sum`, `min`, `max`, `indexOf`, `lastIndexOf` (apiserver `pkg/cel/library/lists.go`).

use std::cmp::Ordering;

use cel::common::types::{CelBool, CelInt, DYN_TYPE, LIST_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError};

use super::{Answer, no_overload};

/// Adds the functions.
pub fn extend(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_member_overload("isSorted", "list.isSorted()", LIST_TYPE, vec![], is_sorted)?;
    env.add_member_overload("sum", "list.sum()", LIST_TYPE, vec![], sum)?;
    env.add_member_overload("min", "list.min()", LIST_TYPE, vec![], |args| extreme(&args, Ordering::Less))?;
    env.add_member_overload("max", "list.max()", LIST_TYPE, vec![], |args| extreme(&args, Ordering::Greater))?;
    env.add_member_overload("indexOf", "list.indexOf(dyn)", LIST_TYPE, vec![DYN_TYPE], |args| position(&args, false))?;
    env.add_member_overload("lastIndexOf", "list.lastIndexOf(dyn)", LIST_TYPE, vec![DYN_TYPE], |args| {
        position(&args, true)
    })
}

/// The items of the list that a function is called on.
fn items<'v>(args: &[CowVal<'_, 'v>]) -> Result<Vec<Box<dyn Val + 'v>>, ExecutionError> {
    let this = args.first().ok_or_else(no_overload)?;
    let mut iterator = this.as_iterable().ok_or_else(no_overload)?.iter();
    let mut items = Vec::new();
    while let Some(item) = iterator.next() {
        items.push(item.clone_as_boxed());
    }
    Ok(items)
}

fn compare(a: &dyn Val, b: &dyn Val) -> Result<Ordering, ExecutionError> {
    a.as_comparer().ok_or_else(no_overload)?.compare(b)
}

fn is_sorted<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    for pair in items(&args)?.windows(2) {
        if compare(pair[0].as_ref(), pair[1].as_ref())?.is_gt() {
            return Ok(CowVal::owned(CelBool::from(false)));
        }
    }
    Ok(CowVal::owned(CelBool::from(true)))
}

fn sum<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let mut items = items(&args)?.into_iter();
    let Some(mut total) = items.next() else {
        return Ok(CowVal::owned(CelInt::from(0)));
    };
    for item in items {
        let next = total.as_adder().ok_or_else(no_overload)?.add(item.as_ref())?.into_owned();
        total = next;
    }
    Ok(CowVal::Owned(total))
}

fn extreme<'b, 'v>(args: &[CowVal<'b, 'v>], wanted: Ordering) -> Answer<'b, 'v> {
    let name = if wanted == Ordering::Less { "min" } else { "max" };
    let mut items = items(args)?.into_iter();
    let empty = || ExecutionError::function_error(name, format!("{name} called on empty list"));
    let mut best = items.next().ok_or_else(empty)?;
    for item in items {
        if compare(item.as_ref(), best.as_ref())? == wanted {
            best = item;
        }
    }
    Ok(CowVal::Owned(best))
}

fn position<'b, 'v>(args: &[CowVal<'b, 'v>], from_end: bool) -> Answer<'b, 'v> {
    let items = items(args)?;
    let wanted = args.get(1).ok_or_else(no_overload)?;
    let mut matches = items.iter().map(|item| item.equals(wanted.as_ref()));
    let found = if from_end { matches.rposition(|it| it) } else { matches.position(|it| it) };
    Ok(CowVal::owned(CelInt::from(found.and_then(|i| i64::try_from(i).ok()).unwrap_or(-1))))
}
