//! Index lists such as `0,2-4`, as an Indexed Job's status and success policy write them.

/// The number of indexes in `text`, all of them below `completions` and in increasing order.
pub(super) fn count(text: &str, completions: i64) -> Result<i64, String> {
    let intervals = parse(text, completions)?;
    Ok(intervals.iter().map(|(first, last)| last - first + 1).sum())
}

/// The first index that is in both lists.
pub(super) fn overlap(a: &str, b: &str, completions: i64) -> Option<i64> {
    let (Ok(a), Ok(b)) = (parse(a, completions), parse(b, completions)) else {
        return None;
    };
    let meets = |(x, y): &(i64, i64)| b.iter().find(|(first, last)| x <= last && first <= y).map(|it| (*x).max(it.0));
    a.iter().find_map(meets)
}

fn parse(text: &str, completions: i64) -> Result<Vec<(i64, i64)>, String> {
    let mut intervals: Vec<(i64, i64)> = Vec::new();
    if text.is_empty() {
        return Ok(intervals);
    }
    for part in text.split(',') {
        let (first, last) = parse_interval(part, completions)?;
        if let Some((_, before)) = intervals.last().filter(|it| it.1 >= first) {
            return Err(format!("non-increasing order, previous: {before}, current: {first}"));
        }
        intervals.push((first, last));
    }
    Ok(intervals)
}

fn parse_interval(part: &str, completions: i64) -> Result<(i64, i64), String> {
    let limits: Vec<&str> = part.split('-').collect();
    let number = |text: &str| {
        let number: i64 = text.parse().map_err(|_| format!("cannot convert string to integer for index: {text:?}"))?;
        if number >= completions { Err(format!("too large index: {text:?}")) } else { Ok(number) }
    };
    match limits.as_slice() {
        [only] => number(only).map(|it| (it, it)),
        [first, last] => {
            let (first, last) = (number(first)?, number(last)?);
            if first >= last {
                return Err(format!("non-increasing order, previous: {first}, current: {last}"));
            }
            Ok((first, last))
        }
        _ => Err(format!(
            "the fragment {part:?} violates the requirement that an index interval can have at most two parts separated \
             by '-'"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: Result<i64, &str>) {
        assert_eq!(count(text, 10), want.map_err(str::to_owned), "{text:?}");
    }

    #[test]
    fn an_index_list_is_numbers_and_intervals_in_increasing_order() {
        check("", Ok(0));
        check("0,2-4,9", Ok(5));
        check("3,2", Err("non-increasing order, previous: 3, current: 2"));
        check("4-4", Err("non-increasing order, previous: 4, current: 4"));
        check("10", Err("too large index: \"10\""));
        check("x", Err("cannot convert string to integer for index: \"x\""));
    }

    #[test]
    fn two_lists_overlap_at_their_first_common_index() {
        assert_eq!(overlap("0-2,5", "3,5-6", 10), Some(5));
        assert_eq!(overlap("0-2", "3", 10), None);
    }
}
