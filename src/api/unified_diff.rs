//! The difference of two values as messages of the API server show it (apimachinery `pkg/util/diff`, in the manner of
//! Python's difflib).
//!
//! Both sides are written as indented JSON, and the lines that differ are shown with three others around them. Since
//! Kubernetes 1.34.

use std::collections::BTreeMap;

use crate::api::field::escaped_json;

/// How many lines are shown around a change.
const CONTEXT: usize = 3;
/// From how many lines on those that are very common are no points to start from.
const MANY_LINES: usize = 200;

/// How `new` differs from `old`; both are JSON without white space.
pub fn of_json(old: &str, new: &str) -> String {
    let (old, new) = (indented(&escaped_json(old)), indented(&escaped_json(new)));
    let (a, b): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    unified(&a, &b)
}

/// JSON as Go's `json.MarshalIndent` writes it, one space a level.
fn indented(json: &str) -> String {
    let (mut out, mut depth, mut in_text, mut escaped) = (String::with_capacity(json.len() * 2), 0, false, false);
    let mut letters = json.chars().peekable();
    let new_line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', depth));
    };
    while let Some(letter) = letters.next() {
        if in_text {
            out.push(letter);
            in_text = escaped || letter != '"';
            escaped = !escaped && letter == '\\';
            continue;
        }
        match letter {
            '{' | '[' if letters.peek().is_some_and(|next| matches!(next, '}' | ']')) => {
                out.push(letter);
                out.extend(letters.next());
            }
            '{' | '[' => {
                depth += 1;
                out.push(letter);
                new_line(&mut out, depth);
            }
            '}' | ']' => {
                depth -= 1;
                new_line(&mut out, depth);
                out.push(letter);
            }
            ',' => {
                out.push(letter);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => {
                in_text = letter == '"';
                out.push(letter);
            }
        }
    }
    out
}

/// A stretch of `a` and the stretch of `b` that takes its place, or is the same.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    is_same: bool,
    a: (usize, usize),
    b: (usize, usize),
}

fn unified(a: &[&str], b: &[&str]) -> String {
    let mut out = String::new();
    for group in groups(stretches(a, b)) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        out.push_str(&format!("@@ -{} +{} @@\n", range(first.a.0, last.a.1), range(first.b.0, last.b.1)));
        let mut show = |sign: char, lines: &[&str]| {
            for line in lines {
                out.push(sign);
                out.push_str(line);
                out.push('\n');
            }
        };
        for it in group {
            if it.is_same {
                show(' ', &a[it.a.0..it.a.1]);
            } else {
                show('-', &a[it.a.0..it.a.1]);
                show('+', &b[it.b.0..it.b.1]);
            }
        }
    }
    out
}

/// Lines as a hunk counts them, from one on.
fn range(start: usize, stop: usize) -> String {
    match stop - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        length => format!("{},{length}", start + 1),
    }
}

/// Changes with what is around them, apart where there is much in between (`GetGroupedOpCodes`).
fn groups(mut all: Vec<Stretch>) -> Vec<Vec<Stretch>> {
    let tail = |it: Stretch| Stretch {
        a: (it.a.0.max(it.a.1.saturating_sub(CONTEXT)), it.a.1),
        b: (it.b.0.max(it.b.1.saturating_sub(CONTEXT)), it.b.1),
        ..it
    };
    let head = |it: Stretch| Stretch {
        a: (it.a.0, it.a.1.min(it.a.0 + CONTEXT)),
        b: (it.b.0, it.b.1.min(it.b.0 + CONTEXT)),
        ..it
    };
    if let Some(first) = all.first_mut().filter(|it| it.is_same) {
        *first = tail(*first);
    }
    if let Some(last) = all.last_mut().filter(|it| it.is_same) {
        *last = head(*last);
    }
    let (mut groups, mut group) = (Vec::new(), Vec::new());
    for mut it in all {
        if it.is_same && it.a.1 - it.a.0 > 2 * CONTEXT {
            group.push(head(it));
            groups.push(std::mem::take(&mut group));
            it = tail(it);
        }
        group.push(it);
    }
    if group.iter().any(|it| !it.is_same) {
        groups.push(group);
    }
    groups
}

fn stretches(a: &[&str], b: &[&str]) -> Vec<Stretch> {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (j, line) in b.iter().enumerate() {
        places.entry(line).or_default().push(j);
    }
    if b.len() >= MANY_LINES {
        let popular = b.len() / 100 + 1;
        places.retain(|_, at| at.len() <= popular);
    }
    let mut blocks = Vec::new();
    find_blocks(a, b, &places, &mut blocks);
    blocks.sort_unstable();
    blocks.push((a.len(), b.len(), 0));
    let (mut out, mut i, mut j): (Vec<Stretch>, _, _) = (Vec::new(), 0, 0);
    for (ai, bj, size) in blocks {
        if i < ai || j < bj {
            out.push(Stretch { is_same: false, a: (i, ai), b: (j, bj) });
        }
        (i, j) = (ai + size, bj + size);
        match out.last_mut().filter(|it| it.is_same) {
            Some(before) if size > 0 => (before.a.1, before.b.1) = (i, j),
            None if size > 0 => out.push(Stretch { is_same: true, a: (ai, i), b: (bj, j) }),
            _ => {}
        }
    }
    out
}

/// The longest stretches that both have in common, each between those found before (`GetMatchingBlocks`).
fn find_blocks(a: &[&str], b: &[&str], places: &BTreeMap<&str, Vec<usize>>, blocks: &mut Vec<(usize, usize, usize)>) {
    let mut open = vec![(0, a.len(), 0, b.len())];
    while let Some((a_from, a_to, b_from, b_to)) = open.pop() {
        let (i, j, size) = longest((a, a_from, a_to), (b, b_from, b_to), places);
        if size == 0 {
            continue;
        }
        blocks.push((i, j, size));
        if a_from < i && b_from < j {
            open.push((a_from, i, b_from, j));
        }
        if i + size < a_to && j + size < b_to {
            open.push((i + size, a_to, j + size, b_to));
        }
    }
}

/// A part of a list of lines.
type Part<'a> = (&'a [&'a str], usize, usize);

/// The longest stretch that both parts have in common, of equal ones the first (`findLongestMatch`).
fn longest(
    (a, a_from, a_to): Part<'_>,
    (b, b_from, b_to): Part<'_>,
    places: &BTreeMap<&str, Vec<usize>>,
) -> (usize, usize, usize) {
    let (mut i, mut j, mut size) = (a_from, b_from, 0);
    let mut lengths: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, line) in a.iter().enumerate().take(a_to).skip(a_from) {
        let mut next = BTreeMap::new();
        for &place in places.get(line).into_iter().flatten().filter(|it| (b_from..b_to).contains(*it)) {
            let before = place.checked_sub(1).and_then(|it| lengths.get(&it)).copied().unwrap_or(0);
            let length = before + 1;
            next.insert(place, length);
            if length > size {
                (i, j, size) = (at + 1 - length, place + 1 - length, length);
            }
        }
        lengths = next;
    }
    while i > a_from && j > b_from && a[i - 1] == b[j - 1] {
        (i, j, size) = (i - 1, j - 1, size + 1);
    }
    while i + size < a_to && j + size < b_to && a[i + size] == b[j + size] {
        size += 1;
    }
    (i, j, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_indented_as_go_does_it() {
        let table = [
            (r#"{"A":null,"B":[],"C":{}}"#, "{\n \"A\": null,\n \"B\": [],\n \"C\": {}\n}"),
            (r#"[{"A":"x, {\"y\": 1}"}]"#, "[\n {\n  \"A\": \"x, {\\\"y\\\": 1}\"\n }\n]"),
        ];
        for (json, want) in table {
            assert_eq!(indented(json), want, "{json}");
        }
    }

    fn check(a: &str, b: &str, want: &str) {
        let lines = |text: &str| text.chars().map(|it| it.to_string()).collect::<Vec<_>>();
        let (a, b) = (lines(a), lines(b));
        let refs = |lines: &'static [String]| lines.iter().map(String::as_str).collect::<Vec<_>>();
        let leak = |lines: Vec<String>| refs(Vec::leak(lines));
        assert_eq!(unified(&leak(a), &leak(b)).replace('\n', "|"), want);
    }

    #[test]
    fn hunks_are_those_of_difflib() {
        check("abc", "abc", "");
        check("abc", "abd", "@@ -1,3 +1,3 @@| a| b|-c|+d|");
        check("a", "ab", "@@ -1 +1,2 @@| a|+b|");
        check("", "a", "@@ -0,0 +1 @@|+a|");
        check("abcdefghijkl", "xbcdefghijky", "@@ -1,4 +1,4 @@|-a|+x| b| c| d|@@ -9,4 +9,4 @@| i| j| k|-l|+y|");
        check("abcdefgh", "xbcdefgy", "@@ -1,8 +1,8 @@|-a|+x| b| c| d| e| f| g|-h|+y|");
        check("qabxcd", "abycdf", "@@ -1,6 +1,6 @@|-q| a| b|-x|+y| c| d|+f|");
    }
}
