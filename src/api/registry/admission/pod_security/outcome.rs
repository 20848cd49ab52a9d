//! What checks found, and the words it is told with (pod-security-admission `policy/checks.go` and `policy/helpers.go`).

use std::fmt;

/// What one check found to be against a standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// In a few words, without names.
    pub(super) reason: &'static str,
    /// Where, and what should be instead.
    pub(super) detail: String,
}

impl Finding {
    pub(super) fn new(reason: &'static str, detail: String) -> Self {
        Finding { reason, detail }
    }
}

/// All that was found against a standard, in the order of the checks. Displayed with the details.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome(pub(super) Vec<Finding>);

impl Outcome {
    /// Whether the pod comes up to the standard.
    pub(super) fn is_allowed(&self) -> bool {
        self.0.is_empty()
    }

    /// The reasons alone.
    pub(super) fn reasons(&self) -> String {
        let reasons: Vec<&str> = self.0.iter().map(|it| it.reason).collect();
        reasons.join(", ")
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, finding) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{} ({})", finding.reason, finding.detail)?;
        }
        Ok(())
    }
}

/// `"a", "b"`: the items as they are, in quotes.
pub(super) fn quoted<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let quoted: Vec<String> = items.into_iter().map(|it| format!("\"{}\"", it.as_ref())).collect();
    quoted.join(", ")
}

/// The word for `count` things.
pub(super) fn plural<'a>(one: &'a str, many: &'a str, count: usize) -> &'a str {
    if count == 1 { one } else { many }
}

/// `container "a"`, or `containers "a", "b"`.
pub(super) fn containers(names: &[&str]) -> String {
    format!("{} {}", plural("container", "containers", names.len()), quoted(names))
}

/// `pod and containers "a", "b"`: who says what is wrong, or `None` if nobody does.
pub(super) fn setters(is_pod: bool, names: &[&str]) -> Option<String> {
    match (is_pod, names.is_empty()) {
        (false, true) => None,
        (true, true) => Some("pod".to_owned()),
        (false, false) => Some(containers(names)),
        (true, false) => Some(format!("pod and {}", containers(names))),
    }
}
