//! `Warning` headers (apiserver `pkg/endpoints/filters/warning.go`, `NewWarningHeader` of apimachinery `pkg/util/net`).

use std::collections::BTreeSet;

/// So many characters of warnings may be told in full.
const MOST: usize = 4 * 1024;
/// If there are more of them, each warning is cut to so many.
const MOST_OF_ONE: usize = 256;

/// The header values of warnings: code 299, no agent, the text quoted. What was told already is not told again.
pub(super) fn headers(texts: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let told: Vec<&str> = texts.iter().map(String::as_str).filter(|it| !it.is_empty() && seen.insert(*it)).collect();
    let fits = told.iter().filter(|it| is_printable(it)).map(|it| it.chars().count()).sum::<usize>() <= MOST;
    if fits { told.iter().filter_map(|it| header(it)).collect() } else { cut(&told) }
}

/// The headers of so much text that it is cut, and of the rest of it nothing.
fn cut(texts: &[&str]) -> Vec<String> {
    let (mut headers, mut written, mut in_full, mut is_cutting) = (Vec::new(), 0, 0, false);
    for text in texts {
        // What was told in full before there was too much is told again as it is cut, however much that comes to.
        in_full += if is_printable(text) { text.chars().count() } else { 0 };
        if is_cutting && written >= MOST {
            break;
        }
        is_cutting = in_full > MOST;
        let short: String = text.chars().take(MOST_OF_ONE).collect();
        if let Some(header) = header(&short) {
            written += short.chars().count();
            headers.push(header);
        }
    }
    headers
}

fn is_printable(text: &str) -> bool {
    !text.contains(char::is_control)
}

fn header(text: &str) -> Option<String> {
    is_printable(text).then(|| format!("299 - \"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[String]) -> Vec<usize> {
        headers(texts).iter().map(|it| it.chars().count() - "299 - \"\"".len()).collect()
    }

    #[test]
    fn a_warning_is_quoted_and_told_once() {
        let texts = ["a \"b\" \\", "", "c", "a \"b\" \\", "d\ne"].map(str::to_owned);
        assert_eq!(headers(&texts), [r#"299 - "a \"b\" \\""#, r#"299 - "c""#]);
    }

    #[test]
    fn warnings_are_cut_when_they_are_long_together() {
        let text = |letter: char, length: usize| letter.to_string().repeat(length);
        assert_eq!(of(&[text('a', 4096)]), [4096]);
        assert_eq!(of(&[text('a', 4000), text('b', 96)]), [4000, 96]);
        assert_eq!(of(&[text('a', 4000), text('ä', 97), text('c', 300)]), [256, 97, 256]);
        assert_eq!(of(&[text('a', 4097)]), [256]);
        let many: Vec<String> = ('a'..='z').map(|it| text(it, 1000)).collect();
        assert_eq!(of(&many), [256; 16]);
        let few: Vec<String> = (0..50).map(|it| format!("{it:02}{}", text('x', 80))).collect();
        assert_eq!(of(&few), [82; 50]);
    }
}
