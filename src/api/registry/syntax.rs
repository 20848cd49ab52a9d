//! The syntax of names, label keys and values (apimachinery `pkg/util/validation/validation.go`, `pkg/api/validate/content`).
//!
//! Each check returns the sentences of what is wrong; an empty list, which costs nothing, means that all is well. The names
//! and labels of all objects are checked on every write: there the question whether all is well comes first, and alone.

/// The longest DNS label, label value and name part of a label key, in bytes.
pub const LABEL_MAX: usize = 63;
/// The longest DNS subdomain, in bytes.
pub const SUBDOMAIN_MAX: usize = 253;

const DNS_LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const DNS_SUBDOMAIN: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const NAME_PART: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const NAME_PART_TEXT: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
                              alphanumeric character";

/// `must be no more than 63 bytes`.
pub fn max_length_text(max: usize) -> String {
    format!("must be no more than {max} bytes")
}

/// `text (e.g. 'a', or 'b', regex used for validation is 'r')`, as `RegexError` puts it.
pub fn regex_text(text: &str, regex: &str, examples: &[&str]) -> String {
    let examples: String = examples.iter().map(|it| format!("'{it}', ")).collect::<Vec<_>>().join("or ");
    format!("{text} (e.g. {examples}regex used for validation is '{regex}')")
}

/// What a byte can be part of, as bits.
mod class {
    /// An inner byte of a label, and of a subdomain.
    pub const LABEL: u8 = 1;
    pub const SUBDOMAIN: u8 = 2;
    /// The first or last byte of either.
    pub const LABEL_END: u8 = 4;
    /// An inner byte of the name part of a key or of a value, and the first or last one.
    pub const NAME: u8 = 8;
    pub const NAME_END: u8 = 16;
    /// A byte of a part of a URL path.
    pub const PATH: u8 = 32;
}

/// What each byte can be part of.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'0'..=b'9' => {
                class::LABEL | class::SUBDOMAIN | class::LABEL_END | class::NAME | class::NAME_END | class::PATH
            }
            b'A'..=b'Z' => class::NAME | class::NAME_END | class::PATH,
            b'-' => class::LABEL | class::SUBDOMAIN | class::NAME | class::PATH,
            b'.' => class::SUBDOMAIN | class::NAME | class::PATH,
            b'_' => class::NAME | class::PATH,
            b'/' | b'%' => 0,
            _ => class::PATH,
        };
        byte += 1;
    }
    classes
};

/// Whether every byte of `text` is of the class.
#[inline]
fn all_are(text: &str, class: u8) -> bool {
    text.as_bytes().iter().fold(class, |common, byte| common & CLASSES[usize::from(*byte)]) != 0
}

/// Whether `text` begins and ends with a byte of the class `end`, and has none that is not of the class `inner`.
#[inline]
fn is_delimited(text: &str, end: u8, inner: u8) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_some_and(|it| CLASSES[usize::from(*it)] & end != 0);
    let bytes = text.as_bytes();
    is_end(bytes.first()) && is_end(bytes.last()) && all_are(text, inner)
}

fn has_form_of_dns_label(text: &str) -> bool {
    is_delimited(text, class::LABEL_END, class::LABEL)
}

/// Labels with dots between: next to a dot there is neither another one nor a dash.
fn has_form_of_dns_subdomain(text: &str) -> bool {
    let is_apart = |pair: &[u8]| !matches!(pair, b".." | b".-" | b"-.");
    is_delimited(text, class::LABEL_END, class::SUBDOMAIN)
        && (all_are(text, class::LABEL) || text.as_bytes().windows(2).all(is_apart))
}

fn is_name_part(text: &str) -> bool {
    is_delimited(text, class::NAME_END, class::NAME)
}

/// Whether this is a lowercase RFC 1123 label: [`dns_label`] has nothing to say.
pub fn is_dns_label(text: &str) -> bool {
    text.len() <= LABEL_MAX && has_form_of_dns_label(text)
}

/// Whether this is a lowercase RFC 1123 subdomain: [`dns_subdomain`] has nothing to say.
pub fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= SUBDOMAIN_MAX && has_form_of_dns_subdomain(text)
}

/// Whether this is a qualified name: [`qualified_name`] has nothing to say.
pub fn is_qualified_name(text: &str) -> bool {
    let name = match text.as_bytes().iter().position(|it| *it == b'/') {
        Some(end) if !is_dns_subdomain(&text[..end]) => return false,
        Some(end) => &text[end + 1..],
        None => text,
    };
    name.len() <= LABEL_MAX && is_name_part(name)
}

/// Whether this is a qualified name with a prefix, as finalizers other than Kubernetes' own have to be.
pub fn is_prefixed_name(text: &str) -> bool {
    text.bytes().any(|it| it == b'/') && is_qualified_name(text)
}

/// Whether this can be the value of a label: [`label_value`] has nothing to say.
pub fn is_label_value(text: &str) -> bool {
    text.is_empty() || (text.len() <= LABEL_MAX && is_name_part(text))
}

/// Whether this can be a part of a URL path: [`path_segment`] has nothing to say.
pub fn is_path_segment(text: &str) -> bool {
    !matches!(text, "." | "..") && all_are(text, class::PATH)
}

/// What is wrong with a lowercase RFC 1123 label.
pub fn dns_label(text: &str) -> Vec<String> {
    if is_dns_label(text) {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    if text.len() > LABEL_MAX {
        wrong.push(max_length_text(LABEL_MAX));
    }
    if !has_form_of_dns_label(text) {
        if has_form_of_dns_subdomain(text) {
            wrong.push("must not contain dots".to_owned());
        } else {
            let rule = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
                        start and end with an alphanumeric character";
            wrong.push(regex_text(rule, DNS_LABEL, &["my-name", "123-abc"]));
        }
    }
    wrong
}

/// What is wrong with a lowercase RFC 1123 subdomain.
pub fn dns_subdomain(text: &str) -> Vec<String> {
    if is_dns_subdomain(text) {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    if text.len() > SUBDOMAIN_MAX {
        wrong.push(max_length_text(SUBDOMAIN_MAX));
    }
    if !has_form_of_dns_subdomain(text) {
        let rule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and \
                    must start and end with an alphanumeric character";
        wrong.push(regex_text(rule, DNS_SUBDOMAIN, &["example.com"]));
    }
    wrong
}

/// What is wrong with a lowercase RFC 1123 subdomain whose labels may have underscores.
pub fn dns_subdomain_with_underscore(text: &str) -> Vec<String> {
    const LABEL: &str = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
    let mut wrong = Vec::new();
    if text.len() > SUBDOMAIN_MAX {
        wrong.push(max_length_text(SUBDOMAIN_MAX));
    }
    let is_label = |label: &str| {
        let label = label.strip_prefix('_').unwrap_or(label);
        let is_plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
        let bytes = label.as_bytes();
        bytes.first().is_some_and(|it| is_plain(*it))
            && bytes.last().is_some_and(|it| is_plain(*it))
            && bytes.iter().all(|it| is_plain(*it) || matches!(it, b'-' | b'_'))
    };
    if !text.split('.').all(is_label) {
        let rule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', \
                    and must start and end with an alphanumeric character";
        wrong.push(regex_text(rule, &format!("{LABEL}(\\.{LABEL})*"), &["example.com"]));
    }
    wrong
}

/// What is wrong with a qualified name: the key of a label or annotation, a finalizer, a condition type.
pub fn qualified_name(text: &str) -> Vec<String> {
    if is_qualified_name(text) {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    let examples = ["MyName", "my.name", "123-abc"];
    let mut parts = text.split('/');
    let (first, second, more) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let name = match (second, more) {
        (None, _) => first,
        (Some(name), None) => {
            if first.is_empty() {
                wrong.push("prefix part must be non-empty".to_owned());
            } else {
                wrong.extend(dns_subdomain(first).iter().map(|it| format!("prefix part {it}")));
            }
            name
        }
        (Some(_), Some(_)) => {
            let rule = regex_text(&format!("a valid label key {NAME_PART_TEXT}"), NAME_PART, &examples);
            wrong.push(format!("{rule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"));
            return wrong;
        }
    };
    if name.is_empty() {
        wrong.push("name part must be non-empty".to_owned());
    } else if name.len() > LABEL_MAX {
        wrong.push(format!("name part {}", max_length_text(LABEL_MAX)));
    }
    if !is_name_part(name) {
        wrong.push(regex_text(&format!("name part {NAME_PART_TEXT}"), NAME_PART, &examples));
    }
    wrong
}

/// What is wrong with the value of a label.
pub fn label_value(text: &str) -> Vec<String> {
    if is_label_value(text) {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    if text.len() > LABEL_MAX {
        wrong.push(max_length_text(LABEL_MAX));
    }
    if !text.is_empty() && !is_name_part(text) {
        let rule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and \
                    must start and end with an alphanumeric character";
        let regex = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?";
        wrong.push(regex_text(rule, regex, &["MyValue", "my_value", "12345"]));
    }
    wrong
}

/// What is wrong with a key of a ConfigMap or Secret.
pub fn config_map_key(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if text.len() > SUBDOMAIN_MAX {
        wrong.push(max_length_text(SUBDOMAIN_MAX));
    }
    if text.is_empty() || !text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.')) {
        let rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
        wrong.push(regex_text(rule, "[-._a-zA-Z0-9]+", &["key.name", "KEY_NAME", "key-name"]));
    }
    match text {
        "." => wrong.push("must not be '.'".to_owned()),
        ".." => wrong.push("must not be '..'".to_owned()),
        _ if text.starts_with("..") => wrong.push("must not start with '..'".to_owned()),
        _ => {}
    }
    wrong
}

/// What is wrong with a percentage such as `25%`.
pub fn percent(text: &str) -> Vec<String> {
    let digits = text.strip_suffix('%').unwrap_or_default();
    if !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit()) {
        return Vec::new();
    }
    let rule = "a valid percent string must be a numeric string followed by an ending '%'";
    vec![regex_text(rule, "[0-9]+%", &["1%", "93%"])]
}

/// What is wrong with a label that must begin with a letter, such as the name of an API version (RFC 1035).
pub fn dns1035_label(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if text.len() > LABEL_MAX {
        wrong.push(max_length_text(LABEL_MAX));
    }
    let begins = text.bytes().next().is_some_and(|it| it.is_ascii_lowercase());
    if !begins || !has_form_of_dns_label(text) {
        let rule = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic \
                    character, and end with an alphanumeric character";
        wrong.push(regex_text(rule, "[a-z]([-a-z0-9]*[a-z0-9])?", &["my-name", "abc-123"]));
    }
    wrong
}

/// What is wrong with a subdomain under a wildcard, such as `*.example.com`.
pub fn wildcard_subdomain(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if text.len() > SUBDOMAIN_MAX {
        wrong.push(max_length_text(SUBDOMAIN_MAX));
    }
    if !text.strip_prefix("*.").is_some_and(has_form_of_dns_subdomain) {
        let rule = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist \
                    of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
        wrong.push(regex_text(rule, &format!("\\*\\.{DNS_SUBDOMAIN}"), &["*.example.com"]));
    }
    wrong
}

/// What is wrong with a name as part of a URL path (apimachinery `pkg/api/validation/path/name.go`).
pub fn path_segment(text: &str) -> Vec<String> {
    if matches!(text, "." | "..") {
        return vec![format!("may not be '{text}'")];
    }
    ["/", "%"].iter().filter(|it| text.contains(**it)).map(|it| format!("may not contain '{it}'")).collect()
}

/// `name` as the prefix of a generated name: an ending dash is fine, for more will follow.
pub fn as_prefix(name: &str) -> String {
    match name.strip_suffix('-') {
        Some(stem) if name.len() > 1 => {
            let mut stem = stem.to_owned();
            stem.pop();
            stem.push('a');
            stem
        }
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&str) -> Vec<String>, text: &str, want: &[&str]) {
        let wrong = rule(text);
        assert_eq!(wrong.len(), want.len(), "{text:?}: {wrong:?}");
        for (wrong, want) in wrong.iter().zip(want) {
            assert!(wrong.contains(want), "{text:?}: {wrong:?} does not say {want:?}");
        }
    }

    #[test]
    fn a_dns_label_has_lower_case_letters_digits_and_inner_dashes() {
        for good in ["a", "0", "a-b", "node-0"] {
            check(dns_label, good, &[]);
        }
        check(dns_label, "a.b", &["must not contain dots"]);
        check(dns_label, "A", &["(e.g. 'my-name', or '123-abc', regex used for validation is"]);
        check(dns_label, "-a", &["start and end"]);
        check(dns_label, "", &["start and end"]);
        check(dns_label, &"a".repeat(64), &["must be no more than 63 bytes"]);
    }

    #[test]
    fn a_dns_subdomain_is_made_of_labels_with_dots_between() {
        check(dns_subdomain, "a.b-c.1", &[]);
        check(dns_subdomain, "a..b", &["'example.com', regex"]);
        check(dns_subdomain, &"a".repeat(254), &["must be no more than 253 bytes"]);
    }

    #[test]
    fn a_qualified_name_may_have_one_prefix() {
        check(qualified_name, "app", &[]);
        check(qualified_name, "example.com/My.app_1", &[]);
        check(qualified_name, "/a", &["prefix part must be non-empty"]);
        check(qualified_name, "a/", &["name part must be non-empty", "name part must consist"]);
        check(qualified_name, "Bad_Prefix/a", &["prefix part a lowercase RFC 1123 subdomain"]);
        check(qualified_name, "a/b/c", &["with an optional DNS subdomain prefix and '/'"]);
    }

    #[test]
    fn whether_all_is_well_is_asked_as_it_is_said_what_is_wrong() {
        let long = "a".repeat(64);
        let texts =
            ["", "a", "A", "-a", "a-", "a.b", "a..b", "a.-b", "a-.b", ".a", "a.", "a/b", "/a", "a/", "a/b/c", "A/b"];
        let more =
            ["example.com/My.app_1", "a_b", "b c", "-", "é", ".", "..", "50%", &long, "a-b.c-d", "kubernetes.io/os"];
        let subdomain = long.replace('a', "a.a.");
        for text in texts.into_iter().chain(more).chain([subdomain.as_str()]) {
            assert_eq!(is_dns_label(text), dns_label(text).is_empty(), "{text:?} as a label");
            assert_eq!(
                is_dns_label(text),
                text.len() <= 63 && !text.contains('.') && is_dns_subdomain(text),
                "{text:?}"
            );
            let is_list_of_labels = text.len() <= 253 && text.split('.').all(has_form_of_dns_label);
            assert_eq!(is_dns_subdomain(text), dns_subdomain(text).is_empty(), "{text:?} as a subdomain");
            assert_eq!(is_dns_subdomain(text), is_list_of_labels, "{text:?} as labels with dots between");
            assert_eq!(is_qualified_name(text), qualified_name(text).is_empty(), "{text:?} as a key");
            assert_eq!(is_label_value(text), label_value(text).is_empty(), "{text:?} as a value");
            assert_eq!(is_path_segment(text), path_segment(text).is_empty(), "{text:?} in a path");
        }
    }

    #[test]
    fn a_label_value_may_be_empty() {
        check(label_value, "", &[]);
        check(label_value, "b c", &["a valid label must be an empty string or consist"]);
        check(label_value, "-", &["a valid label must be"]);
    }

    #[test]
    fn a_config_key_is_a_file_name() {
        check(config_map_key, "a.txt", &[]);
        check(config_map_key, "a b", &["a valid config key"]);
        check(config_map_key, "..", &["must not be '..'"]);
        check(config_map_key, "..a", &["must not start with '..'"]);
    }

    #[test]
    fn a_percentage_is_digits_and_a_percent_sign() {
        check(percent, "25%", &[]);
        check(percent, "half", &["(e.g. '1%', or '93%', regex used for validation is '[0-9]+%')"]);
        check(percent, "%", &["a valid percent string"]);
    }
}
