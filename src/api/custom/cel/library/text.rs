//! Regular expressions over strings: `find` and `findAll` (apiserver `pkg/cel/library/regex.go`).

use cel::common::types::{CelList, CelString, INT_TYPE, STRING_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError};
use regex::Regex;

use super::Answer;
use super::opaque::{failed, number, text};

/// Adds the functions.
pub fn extend(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_member_overload("find", "string.find(string)", STRING_TYPE, vec![STRING_TYPE], find)?;
    env.add_member_overload("findAll", "string.findAll(string)", STRING_TYPE, vec![STRING_TYPE], |args| {
        all(&args, usize::MAX)
    })?;
    let with_limit = vec![STRING_TYPE, INT_TYPE];
    env.add_member_overload("findAll", "string.findAll(string, int)", STRING_TYPE, with_limit, |args| {
        let limit = usize::try_from(number(&args, 2)?).unwrap_or(usize::MAX);
        all(&args, limit)
    })
}

fn regex(args: &[CowVal<'_, '_>]) -> Result<Regex, ExecutionError> {
    let pattern = text(args, 1)?;
    Regex::new(pattern).map_err(|_| failed(format!("Illegal regex: {pattern}")))
}

fn find<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let found = regex(&args)?.find(text(&args, 0)?).map_or("", |it| it.as_str()).to_owned();
    Ok(CowVal::owned(CelString::from(found)))
}

fn all<'b, 'v>(args: &[CowVal<'b, 'v>], limit: usize) -> Answer<'b, 'v> {
    let regex = regex(args)?;
    let found = regex.find_iter(text(args, 0)?).take(limit);
    let items: Vec<Box<dyn Val>> =
        found.map(|it| Box::new(CelString::from(it.as_str().to_owned())) as Box<dyn Val>).collect();
    Ok(CowVal::owned(CelList::from(items)))
}
