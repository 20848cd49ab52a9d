//! Which shell reads a script: what one of them understands is an error in another.
//!
//! `sh` is busybox's in the images that are made of it and of Alpine, dash in those made of Debian and Ubuntu, and bash in those
//! made of Fedora's and its relatives. Known differences: dash reads `${a:offset}` and `${a/b/c}` when it comes to them, here the
//! whole script fails; and the words of busybox's `[[` are not split.

use brush_parser::ParserOptions;

use super::programs::base_name;

/// A kind of shell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    /// That of busybox.
    #[default]
    Ash,
    /// The Bourne-again shell.
    Bash,
    /// That of Debian.
    Dash,
}

/// Images of which it is known that they are made of Debian, unless their tag says otherwise.
const OF_DEBIAN: [&str; 21] = [
    "cassandra",
    "debian",
    "debian-base",
    "golang",
    "httpd",
    "jenkins",
    "mariadb",
    "memcached",
    "mongo",
    "nginx",
    "node",
    "perl",
    "php",
    "postgres",
    "python",
    "rabbitmq",
    "redis",
    "ruby",
    "rust",
    "tomcat",
    "ubuntu",
];

/// Images whose `sh` is bash.
const OF_FEDORA: [&str; 11] = [
    "almalinux",
    "amazonlinux",
    "archlinux",
    "centos",
    "fedora",
    "mysql",
    "opensuse",
    "oraclelinux",
    "rockylinux",
    "ubi8",
    "ubi9",
];

impl Dialect {
    /// What `sh` is in `image`, as a spec names it.
    pub fn of_image(image: &str) -> Self {
        let last = image.split('@').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let (name, tag) = last.split_once(':').unwrap_or((last, ""));
        match name {
            _ if tag.contains("alpine") || tag.contains("busybox") => Dialect::Ash,
            name if OF_DEBIAN.binary_search(&name).is_ok() => Dialect::Dash,
            name if OF_FEDORA.binary_search(&name).is_ok() => Dialect::Bash,
            _ => Dialect::Ash,
        }
    }

    /// Which shell `program` is, where `sh` is this one.
    pub fn of_program(self, program: &str) -> Self {
        match base_name(program) {
            "ash" => Dialect::Ash,
            "bash" => Dialect::Bash,
            "dash" => Dialect::Dash,
            _ => self,
        }
    }

    /// How the parser is to read a script.
    pub fn options(self) -> ParserOptions {
        let plain = self == Dialect::Dash;
        ParserOptions { sh_mode: plain, posix_mode: self != Dialect::Bash, ..ParserOptions::default() }
    }
}

/// Whether an image is known to lack a shell of this name: those of busybox and Alpine have no bash and no dash, those of
/// Debian no ash.
pub fn is_missing(shell: &str, image: &str) -> bool {
    let name = || {
        let last = image.split('@').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        last.split(':').next().unwrap_or_default()
    };
    match base_name(shell) {
        "bash" | "dash" => matches!(name(), "busybox" | "alpine"),
        "ash" => matches!(name(), "debian" | "ubuntu"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_of_an_image_follows_from_what_it_is_made_of() {
        for (image, want) in [
            ("busybox", Dialect::Ash),
            ("busybox:1.36", Dialect::Ash),
            ("debian:12", Dialect::Dash),
            ("docker.io/library/ubuntu:24.04", Dialect::Dash),
            ("nginx:1.27", Dialect::Dash),
            ("nginx:1.27-alpine", Dialect::Ash),
            ("quay.io/centos/centos:stream9", Dialect::Bash),
            ("my/app:1", Dialect::Ash),
        ] {
            assert_eq!(Dialect::of_image(image), want, "{image}");
        }
    }

    #[test]
    fn a_shell_is_known_by_its_name() {
        assert_eq!(Dialect::Dash.of_program("/bin/sh"), Dialect::Dash);
        assert_eq!(Dialect::Dash.of_program("/bin/bash"), Dialect::Bash);
        assert!(is_missing("/bin/bash", "busybox:1.36") && is_missing("bash", "library/alpine"));
        assert!(!is_missing("sh", "busybox") && !is_missing("bash", "bash:5"));
    }
}
