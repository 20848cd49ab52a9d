//! The syntax of the names that a CustomResourceDefinition gives (apimachinery `pkg/util/validation`, `IsDNS1035Label`).

use crate::api::registry::syntax;

/// What is wrong with an RFC 1035 label: one that begins with a letter.
pub fn dns1035_label(text: &str) -> Vec<String> {
    const LONGEST: usize = 63;
    let mut wrong = Vec::new();
    if text.len() > LONGEST {
        wrong.push(syntax::max_length_text(LONGEST));
    }
    let is_inner = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    let bytes = text.as_bytes();
    let fits = bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.last().is_some_and(|it| *it != b'-')
        && bytes.iter().all(|it| is_inner(*it));
    if !fits {
        wrong.push(syntax::regex_text(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, \
             and end with an alphanumeric character",
            "[a-z]([-a-z0-9]*[a-z0-9])?",
            &["my-name", "abc-123"],
        ));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_begins_with_a_letter() {
        for good in ["a", "v1", "my-name"] {
            assert!(dns1035_label(good).is_empty(), "{good}");
        }
        for bad in ["", "1a", "A", "a-", "a.b"] {
            assert_eq!(dns1035_label(bad).len(), 1, "{bad}");
        }
        let text = dns1035_label("1a").join("");
        let want = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic \
                    character, and end with an alphanumeric character (e.g. 'my-name', or 'abc-123', regex used for \
                    validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
        assert_eq!(text, want);
    }
}
