//! Arrays, as bash has them: `a=(x y)`, `a+=(z)`, `a[1]=b`, `${a[1]}`, `"${a[@]}"`, `${#a[@]}` and `${!a[@]}`.
//!
//! An element is a variable whose name has the index in brackets, which no other variable's has. Known difference: there are no
//! associative arrays.

use super::expand::{self, Failure, Outputs};
use super::machine::Machine;
use super::task::Task;
use super::word::Word;

/// What becomes of an array.
#[derive(Debug)]
pub enum Change {
    /// `a=(x y)`, and with `true` `a+=(x y)`.
    All(bool, Vec<Word>),
    /// `a[1]=b`: the index and the value.
    One(Word, Word),
}

impl Change {
    /// The words that it takes.
    pub fn words(&self) -> Vec<&Word> {
        match self {
            Change::All(_, words) => words.iter().collect(),
            Change::One(index, value) => vec![index, value],
        }
    }
}

fn element(name: &str, index: usize) -> String {
    format!("{name}[{index}]")
}

/// The elements that are set with their indexes, in order.
pub fn elements(task: &Task, name: &str) -> Vec<(usize, String)> {
    let start = format!("{name}[");
    let of = task.variables.iter().filter(|(key, _)| key.starts_with(&start));
    let mut all: Vec<(usize, String)> = of
        .filter_map(|(key, it)| {
            Some((key[start.len()..].strip_suffix(']')?.parse().ok()?, it.value.as_ref()?.to_string()))
        })
        .collect();
    all.sort();
    // A variable that is none is an array of one.
    if all.is_empty() {
        all.extend(task.variable(name).map(|it| (0, it.to_owned())));
    }
    all
}

/// The element with this index, which counts from the end when it is negative.
pub fn get(task: &Task, name: &str, index: i64) -> Option<String> {
    let index = match usize::try_from(index) {
        Ok(index) => index,
        Err(_) => {
            let last = elements(task, name).last().map_or(0, |it| it.0 + 1);
            last.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?
        }
    };
    let own = task.variable(&element(name, index));
    own.or_else(|| task.variable(name).filter(|_| index == 0)).map(str::to_owned)
}

/// Makes `values` the elements of an array.
pub fn put(task: &mut Task, name: &str, values: Vec<String>) {
    forget(task, name);
    for (index, value) in values.into_iter().enumerate() {
        task.assign(&element(name, index), value);
    }
}

/// Forgets a variable or an array.
pub fn forget(task: &mut Task, name: &str) {
    let start = format!("{name}[");
    task.variables.retain(|key, _| key.as_str() != name && !key.starts_with(&start));
}

impl Machine {
    /// Changes an array as an assignment says.
    pub(super) fn change_array(
        &mut self,
        task: &mut Task,
        name: &str,
        change: &Change,
        outputs: &mut Outputs<'_>,
    ) -> Result<(), Failure> {
        match change {
            Change::All(appends, words) => {
                let values = expand::fields(task, &self.files, words, outputs)?;
                if !appends {
                    put(task, name, values);
                    return Ok(());
                }
                let first = elements(task, name).last().map_or(0, |it| it.0 + 1);
                for (index, value) in values.into_iter().enumerate() {
                    task.assign(&element(name, first + index), value);
                }
            }
            Change::One(index, value) => {
                let index = usize::try_from(expand::number(task, index, outputs)?).unwrap_or(0);
                let value = expand::text(task, value, outputs)?;
                task.assign(&element(name, index), value);
            }
        }
        Ok(())
    }
}
