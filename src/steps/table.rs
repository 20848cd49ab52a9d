//! Steps that compare objects with a table under kubectl's column names.

use super::count::select;
use super::target::matches_glob;
use super::{Args, Result, steps};
use crate::object::kinds;
use crate::report::Failure;
use crate::snapshot::columns;
use crate::world::World;

steps! {
    /// Checks all objects of a kind against a table, in any order. The columns are kubectl's; those that the table leaves
    /// out are not looked at. `*` in a cell stands for any characters. Events are compared in
    /// their order; `the events of KIND/NAME` are those about the object.
    Then "the( {state}) {resource:plural}( of {owner:object})( labelled {labels:word})( on {node})( in namespace {namespace:word}) are:", "Then the pods of daemonset/web are:\n  | NAME  | READY | STATUS  | NODE   |\n  | web-* | 1/1   | Running | node-0 |" => are;
}

/// The cells of a row.
pub(super) type Row = Vec<String>;

async fn are(world: &mut World, args: Args) -> Result {
    let found = select(world, &args).await?;
    let (header, rows) = args.table()?;
    let now = world.stage()?.now();
    let known = columns::names(found.kind);
    for column in header {
        if !known.contains(column) {
            let failure = Failure::scenario(format!("kubectl shows no column {column:?} of {}", args.word("resource")));
            return Err(failure.help(format!("its columns are {}", known.join(", "))));
        }
    }
    let cells = |object| header.iter().map(|column| columns::cell(found.kind, column, object, now)).collect();
    let actual: Vec<Row> = found.objects.iter().map(cells).collect();
    compare(&format!("the {} are others", args.word("resource")), header, rows, &actual, found.kind == kinds::EVENT)
}

/// Compares rows, `*` standing for anything; unless `ordered`, in any order.
///
/// # Errors
/// When a row of one side has no partner on the other; the failure shows both sides as tables.
pub(super) fn compare(message: &str, header: &[String], want: &[Row], actual: &[Row], ordered: bool) -> Result {
    let pairs = if ordered { in_order(want, actual) } else { matching(want, actual) };
    if want.len() == actual.len() && pairs.iter().all(Option::is_some) {
        return Ok(());
    }
    // Rows that match are shown alike on both sides, so that the difference is what differs.
    let mut expected: Vec<Row> = Vec::new();
    for (row, pair) in want.iter().zip(&pairs) {
        expected.push(pair.and_then(|i| actual.get(i)).unwrap_or(row).clone());
    }
    let mut shown = actual.to_vec();
    if !ordered {
        expected.sort();
        shown.sort();
    }
    let failure = Failure::expectation(message);
    Err(failure.comparing(columns::align(header, &expected), columns::align(header, &shown)))
}

fn matches_row(want: &Row, actual: &Row) -> bool {
    want.len() == actual.len() && want.iter().zip(actual).all(|(want, actual)| matches_glob(want, actual))
}

fn in_order(want: &[Row], actual: &[Row]) -> Vec<Option<usize>> {
    let partner = |(i, row): (usize, &Row)| actual.get(i).filter(|it| matches_row(row, it)).map(|_| i);
    want.iter().enumerate().map(partner).collect()
}

/// A partner for as many wanted rows as possible (augmenting paths: a pattern may match several rows).
fn matching(want: &[Row], actual: &[Row]) -> Vec<Option<usize>> {
    let mut taken: Vec<Option<usize>> = vec![None; actual.len()];
    for i in 0..want.len() {
        let mut seen = vec![false; actual.len()];
        augment(i, want, actual, &mut taken, &mut seen);
    }
    let partner = |i: usize| taken.iter().position(|it| *it == Some(i));
    (0..want.len()).map(partner).collect()
}

fn augment(i: usize, want: &[Row], actual: &[Row], taken: &mut [Option<usize>], seen: &mut [bool]) -> bool {
    for j in 0..actual.len() {
        if seen[j] || !matches_row(&want[i], &actual[j]) {
            continue;
        }
        seen[j] = true;
        if taken[j].is_none_or(|other| augment(other, want, actual, taken, seen)) {
            taken[j] = Some(i);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Row> {
        text.split(';').filter(|it| !it.is_empty()).map(|row| row.split(' ').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn rows_match_in_any_order_and_patterns_share_them() {
        let header = [String::from("NAME"), String::from("NODE")];
        let check = |want: &str, actual: &str| compare("x", &header, &rows(want), &rows(actual), false).is_ok();
        assert!(check("web-* n0;web-* n1", "web-b n1;web-a n0"));
        assert!(check("* n0;web-a *", "web-a n0;web-b n0"));
        assert!(!check("web-* n0", "web-a n0;web-b n1"));
        assert!(!check("web-* n0;web-* n0", "web-a n0;web-b n1"));
    }
}
