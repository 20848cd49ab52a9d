//! Which standard a namespace holds its pods to, as its labels say (pod-security-admission `api/helpers.go`).

use std::fmt;

use crate::api::field::{ErrorList, Path};
use crate::object::Map;

/// What the labels begin with that say what pods of a namespace have to be like.
const PREFIX: &str = "pod-security.kubernetes.io/";

/// What pods are held to, from the most lenient on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// To nothing.
    Privileged,
    /// To what keeps known ways to more rights shut.
    Baseline,
    /// To what hardened pods are like.
    Restricted,
}

impl Level {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "privileged" => Level::Privileged,
            "baseline" => Level::Baseline,
            "restricted" => Level::Restricted,
            _ => return None,
        })
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Privileged => "privileged",
            Level::Baseline => "baseline",
            Level::Restricted => "restricted",
        })
    }
}

/// The release of Kubernetes whose standard it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// The newest that the server knows.
    Latest,
    /// That of this minor release.
    Minor(i64),
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        if text == "latest" {
            return Some(Version::Latest);
        }
        let digits = text.strip_prefix("v1.")?;
        let is_number = digits.bytes().all(|it| it.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
        if is_number { digits.parse().ok().map(Version::Minor) } else { None }
    }

    /// The minor release that it stands for where `newest` is the newest that checks differ in.
    pub(super) fn minor(self, newest: u8) -> u8 {
        match self {
            Version::Latest => newest,
            Version::Minor(minor) => u8::try_from(minor).unwrap_or(u8::MAX).min(newest),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Version::Latest => f.write_str("latest"),
            Version::Minor(minor) => write!(f, "v1.{minor}"),
        }
    }
}

/// A level in the form that it had at a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standard {
    pub(super) level: Level,
    pub(super) version: Version,
}

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.level, self.version)
    }
}

/// What a namespace asks of its pods. What it has audited is not kept: nobody reads an audit log here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api::registry) struct Policy {
    /// A pod that does not come up to this is refused.
    pub(super) enforce: Standard,
    /// Who writes something that does not come up to this is warned.
    pub(super) warn: Standard,
}

impl Policy {
    /// The policy of a namespace whose labels say nothing of it.
    const DEFAULT: Policy = {
        let privileged = Standard { level: Level::Privileged, version: Version::Latest };
        Policy { enforce: privileged, warn: privileged }
    };

    /// The policy of a namespace that has these labels; `None` where none of them is about it.
    pub(in crate::api::registry) fn stated(labels: &Map) -> Option<Self> {
        is_stated(labels).then(|| Self::of(labels).0)
    }

    /// The policy of a namespace that has these labels, and what is wrong with them. What cannot be read is enforced in its
    /// strictest form, and not warned of (`PolicyToEvaluate`).
    pub(super) fn of(labels: &Map) -> (Self, ErrorList) {
        let (mut policy, mut errors) = (Self::DEFAULT, ErrorList::new());
        let enforced = level(labels, "enforce", &mut errors);
        if let Some(level) = enforced {
            policy.enforce.level = level.unwrap_or(Level::Restricted);
        }
        policy.enforce.version = version(labels, "enforce-version", &mut errors).unwrap_or(Version::Latest);
        level(labels, "audit", &mut errors);
        version(labels, "audit-version", &mut errors);
        let warned = level(labels, "warn", &mut errors);
        if let Some(level) = warned {
            policy.warn.level = level.unwrap_or(Level::Privileged);
        }
        let of_warnings = version(labels, "warn-version", &mut errors);
        policy.warn.version = of_warnings.unwrap_or(Version::Latest);
        // What is enforced on pods is warned of elsewhere, unless the namespace says what to warn of.
        let level = enforced.flatten().filter(|level| warned.is_none() && *level > policy.warn.level);
        if let Some(level) = level {
            policy.warn.level = level;
            if of_warnings.is_none() {
                policy.warn.version = policy.enforce.version;
            }
        }
        (policy, errors)
    }
}

/// Whether some of `labels` are about the security of pods.
#[inline]
pub(super) fn is_stated(labels: &Map) -> bool {
    labels.keys().any(|it| it.starts_with(PREFIX))
}

/// The level of a label, if there is one: `Some(None)` if it is no level.
fn level(labels: &Map, of: &str, errors: &mut ErrorList) -> Option<Option<Level>> {
    read(labels, of, "must be one of privileged, baseline, restricted", Level::parse, errors)
}

/// The version of a label, if there is one. What is no version counts as the latest.
fn version(labels: &Map, of: &str, errors: &mut ErrorList) -> Option<Version> {
    let read = read(labels, of, "must be \"latest\" or \"v1.x\"", Version::parse, errors)?;
    Some(read.unwrap_or(Version::Latest))
}

fn read<T>(
    labels: &Map,
    of: &str,
    rule: &str,
    parse: fn(&str) -> Option<T>,
    errors: &mut ErrorList,
) -> Option<Option<T>> {
    let key = format!("{PREFIX}{of}");
    let text = labels.str(&key)?;
    let parsed = parse(text);
    if parsed.is_none() {
        errors.invalid(&Path::new("metadata").child("labels").key(&key), text, rule);
    }
    Some(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Str;

    fn labels(of: &[(&str, &str)]) -> Map {
        let mut labels = Map::new();
        for (name, value) in of {
            labels.insert(format!("{PREFIX}{name}"), Str::from(*value));
        }
        labels
    }

    #[test]
    fn labels_say_what_is_enforced_and_warned_of() {
        type Labels = &'static [(&'static str, &'static str)];
        let table: [(Labels, &str, &str); 9] = [
            (&[], "privileged:latest", "privileged:latest"),
            (&[("audit", "restricted")], "privileged:latest", "privileged:latest"),
            (&[("enforce", "baseline")], "baseline:latest", "baseline:latest"),
            (&[("enforce", "baseline"), ("enforce-version", "v1.24")], "baseline:v1.24", "baseline:v1.24"),
            (
                &[("enforce", "baseline"), ("enforce-version", "v1.24"), ("warn-version", "v1.30")],
                "baseline:v1.24",
                "baseline:v1.30",
            ),
            (&[("enforce", "restricted"), ("warn", "privileged")], "restricted:latest", "privileged:latest"),
            (&[("enforce-version", "v1.99")], "privileged:v1.99", "privileged:latest"),
            (&[("enforce", "strict")], "restricted:latest", "privileged:latest"),
            (&[("warn", "strict")], "privileged:latest", "privileged:latest"),
        ];
        for (of, enforce, warn) in table {
            let (policy, _) = Policy::of(&labels(of));
            assert_eq!((policy.enforce.to_string(), policy.warn.to_string()), (enforce.to_string(), warn.to_string()));
        }
    }

    #[test]
    fn a_namespace_without_such_labels_has_no_policy() {
        let mut other = Map::new();
        other.insert("kubernetes.io/metadata.name", "n");
        assert_eq!(Policy::stated(&other), None);
        assert!(Policy::stated(&labels(&[("warn", "baseline")])).is_some());
    }

    #[test]
    fn what_is_no_level_and_no_version_is_named_with_its_label() {
        let (_, errors) = Policy::of(&labels(&[("enforce", "Baseline"), ("warn-version", "1.24"), ("audit", "")]));
        let at = "metadata.labels[pod-security.kubernetes.io/";
        let level = "must be one of privileged, baseline, restricted";
        let want = format!(
            "[{at}enforce]: Invalid value: \"Baseline\": {level}, {at}audit]: Invalid value: \"\": {level}, \
             {at}warn-version]: Invalid value: \"1.24\": must be \"latest\" or \"v1.x\"]"
        );
        assert_eq!(errors.to_string(), want);
    }

    #[test]
    fn versions_are_minor_releases_of_the_first_major_one() {
        let minor = |text: &str| Version::parse(text).map(|it| it.minor(35));
        let table = [
            ("latest", Some(35)),
            ("v1.0", Some(0)),
            ("v1.24", Some(24)),
            ("v1.4000", Some(35)),
            ("v1.9223372036854775807", Some(35)),
            ("v1.9223372036854775808", None),
            ("v1.", None),
            ("v1.+1", None),
            ("v1.01", None),
            ("v2.0", None),
            ("v1.24.1", None),
            ("", None),
        ];
        for (text, want) in table {
            assert_eq!(minor(text), want, "{text:?}");
        }
    }
}
