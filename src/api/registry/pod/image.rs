//! Image references, as far as the default pull policy asks (`pkg/util/parsers/parsers.go`, distribution's grammar).

/// The tag of an image reference: `latest` when there is neither tag nor digest, and `None` for a digest alone or for a
/// text that is no reference.
pub(super) fn tag(reference: &str) -> Option<&str> {
    let (named, digest) = match reference.split_once('@') {
        Some((named, digest)) => (named, Some(digest)),
        None => (reference, None),
    };
    let (name, tag) = match named.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (named, None),
    };
    let is_valid = is_name(name) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest);
    if !is_valid {
        return None;
    }
    tag.or(if digest.is_none() { Some("latest") } else { None })
}

fn is_tag(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=128).contains(&tag.len())
        && tag.bytes().enumerate().all(|(i, b)| word(b) || (i > 0 && (b == b'.' || b == b'-')))
}

fn is_digest(digest: &str) -> bool {
    digest.split_once(':').is_some_and(|(algorithm, hex)| {
        algorithm.starts_with(|c: char| c.is_ascii_alphabetic())
            && hex.len() >= 32
            && hex.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

fn is_name(name: &str) -> bool {
    let is_host = |it: &str| it == "localhost" || it.contains(['.', ':']) || it.bytes().any(|b| b.is_ascii_uppercase());
    let path = match name.split_once('/') {
        Some((host, path)) if is_host(host) => {
            if !host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']')) {
                return false;
            }
            path
        }
        _ => name,
    };
    path.split('/').all(is_component)
}

fn is_component(component: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = component.as_bytes();
    let ends_are_plain = bytes.first().is_some_and(|b| is_plain(*b)) && bytes.last().is_some_and(|b| is_plain(*b));
    let separators = component.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    ends_are_plain
        && separators.into_iter().all(|it| matches!(it, "" | "." | "_" | "__") || it.bytes().all(|b| b == b'-'))
}

#[cfg(test)]
mod tests {
    use super::tag;

    #[test]
    fn an_image_without_tag_and_digest_is_the_latest() {
        let digest = format!("busybox@sha256:{}", "0".repeat(64));
        let both = format!("busybox:1.36@sha256:{}", "0".repeat(64));
        for (reference, want) in [
            ("busybox", Some("latest")),
            ("busybox:1.36", Some("1.36")),
            ("localhost:5000/team/app", Some("latest")),
            ("localhost:5000/team/app:v1", Some("v1")),
            ("registry.example.com/a_b/c-d:latest", Some("latest")),
            (digest.as_str(), None),
            (both.as_str(), Some("1.36")),
            ("Upper", None),
            ("a b", None),
            ("", None),
        ] {
            assert_eq!(tag(reference), want, "{reference}");
        }
    }
}
