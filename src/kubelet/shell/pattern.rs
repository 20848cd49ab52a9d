//! Patterns of the shell: `*`, `?` and `[..]`, with quoted characters that stand for themselves.

/// One element of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Element {
    /// This character.
    One(char),
    /// `?`.
    Any,
    /// `*`.
    Run,
    /// `[a-z]`, and with `true` `[!a-z]`.
    Set(bool, Vec<(char, char)>),
}

/// A pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern(Vec<Element>);

impl Pattern {
    /// Reads a pattern from characters and whether each is quoted.
    pub fn new(text: &[(char, bool)]) -> Self {
        let mut elements = Vec::new();
        let mut i = 0;
        while let Some((character, quoted)) = text.get(i).copied() {
            i += 1;
            elements.push(match character {
                '?' if !quoted => Element::Any,
                '*' if !quoted => Element::Run,
                '[' if !quoted => match set(&text[i..]) {
                    Some((element, length)) => {
                        i += length;
                        element
                    }
                    None => Element::One('['),
                },
                other => Element::One(other),
            });
        }
        Pattern(elements)
    }

    /// Whether nothing in it stands for anything else.
    pub fn is_plain(&self) -> bool {
        self.0.iter().all(|it| matches!(it, Element::One(_)))
    }

    /// Whether it matches the whole of `text`. Of several stars only the last one is ever gone back to.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut at, mut i) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        loop {
            match self.0.get(i) {
                Some(Element::Run) => {
                    star = Some((i, at));
                    i += 1;
                    continue;
                }
                Some(element) if text.get(at).is_some_and(|it| element.takes(*it)) => {
                    (at, i) = (at + 1, i + 1);
                    continue;
                }
                None if at == text.len() => return true,
                _ => {}
            }
            match star {
                Some((run, from)) if from < text.len() => {
                    star = Some((run, from + 1));
                    (at, i) = (from + 1, run + 1);
                }
                _ => return false,
            }
        }
    }
}

impl Element {
    fn takes(&self, character: char) -> bool {
        match self {
            Element::One(it) => *it == character,
            Element::Any => true,
            Element::Run => false,
            Element::Set(negated, ranges) => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&character)) != *negated
            }
        }
    }
}

/// Reads what follows a `[`: the set and its length, unless there is no `]`.
fn set(text: &[(char, bool)]) -> Option<(Element, usize)> {
    let negated = text.first().is_some_and(|(it, _)| matches!(it, '!' | '^'));
    let start = usize::from(negated);
    let mut end = start + 1;
    // A class has a bracket of its own, and a bracket in front stands for itself.
    while text.get(end)? != &(']', false) || end == start {
        end += 1;
    }
    while text[..end].iter().rev().find(|(it, _)| matches!(it, '[' | ':')).is_some_and(|(it, _)| *it == ':')
        && text[..end].last().is_some_and(|(it, _)| *it == ':')
    {
        end += 1 + text[end + 1..].iter().position(|it| *it == (']', false))?;
    }
    let characters: Vec<char> = text[start..end].iter().map(|(it, _)| *it).collect();
    let (mut ranges, mut i) = (Vec::new(), 0);
    while let Some(from) = characters.get(i).copied() {
        if from == '[' && characters.get(i + 1) == Some(&':') {
            let length = characters[i..].iter().position(|it| *it == ']')?;
            let class: String = characters[i + 2..(i + length).max(i + 3) - 1].iter().collect();
            ranges.extend(self::class(&class)?);
            i += length + 1;
            continue;
        }
        match (characters.get(i + 1), characters.get(i + 2)) {
            (Some('-'), Some(to)) => {
                ranges.push((from, *to));
                i += 3;
            }
            _ => {
                ranges.push((from, from));
                i += 1;
            }
        }
    }
    Some((Element::Set(negated, ranges), end + 1))
}

/// The ranges of a class of characters.
fn class(name: &str) -> Option<Vec<(char, char)>> {
    Some(match name {
        "alpha" => vec![('a', 'z'), ('A', 'Z')],
        "digit" => vec![('0', '9')],
        "alnum" => vec![('a', 'z'), ('A', 'Z'), ('0', '9')],
        "lower" => vec![('a', 'z')],
        "upper" => vec![('A', 'Z')],
        "space" => vec![(' ', ' '), ('\t', '\r')],
        "blank" => vec![(' ', ' '), ('\t', '\t')],
        "punct" => vec![('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "xdigit" => vec![('a', 'f'), ('A', 'F'), ('0', '9')],
        "cntrl" => vec![('\0', '\x1f'), ('\x7f', '\x7f')],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::new(&text.chars().map(|it| (it, false)).collect::<Vec<_>>())
    }

    #[test]
    fn a_pattern_matches_the_whole_text() {
        let table = [
            ("*", "", true),
            ("*.log", "a.log", true),
            ("*.log", "a.log.1", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]*z", "bz", true),
            ("[!a-c]z", "bz", false),
            ("[", "[", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("", "", true),
        ];
        for (text, word, want) in table {
            assert_eq!(pattern(text).matches(word), want, "{text} {word}");
        }
    }

    #[test]
    fn a_quoted_star_is_a_star() {
        let quoted = Pattern::new(&[('*', true)]);
        assert_eq!((quoted.matches("*"), quoted.matches("a"), quoted.is_plain()), (true, false, true));
    }
}
