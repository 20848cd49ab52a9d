//! The order of versions by how settled they are: `v2`, `v1`, `v1beta2`, `v1alpha1`, and then names of other shapes
//! (apimachinery `pkg/version/helpers.go`).

use std::cmp::Ordering;

/// Major number, stability and minor number of a version that is named as Kubernetes names its own.
fn parse(name: &str) -> Option<(u64, u8, u64)> {
    let rest = name.strip_prefix('v')?;
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (major, rest) = rest.split_at(digits(rest));
    if major.starts_with('0') {
        return None;
    }
    let major = major.parse().ok()?;
    if rest.is_empty() {
        return Some((major, 2, 0));
    }
    let (stability, minor) = match (rest.strip_prefix("alpha"), rest.strip_prefix("beta")) {
        (Some(minor), _) => (0, minor),
        (_, Some(minor)) => (1, minor),
        _ => return None,
    };
    let minor = if minor.starts_with('0') { None } else { minor.parse().ok() }?;
    Some((major, stability, minor))
}

/// Compares two versions: the greater one is preferred.
pub fn compare(a: &str, b: &str) -> Ordering {
    match (parse(a), parse(b)) {
        (Some((a_major, a_type, a_minor)), Some((b_major, b_type, b_minor))) => {
            a_type.cmp(&b_type).then(a_major.cmp(&b_major)).then(a_minor.cmp(&b_minor))
        }
        (Some(_), None) => Ordering::Greater,
        (None, Some(_)) => Ordering::Less,
        (None, None) => b.cmp(a),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settled_versions_come_before_others() {
        let mut names = vec!["foo1", "v1alpha2", "v10", "v2", "v1beta1", "v11beta2", "v12alpha1", "foo10", "v3beta1"];
        names.sort_by(|a, b| compare(b, a));
        let want = ["v10", "v2", "v11beta2", "v3beta1", "v1beta1", "v12alpha1", "v1alpha2", "foo1", "foo10"];
        assert_eq!(names, want);
    }
}
