//! The kubeconfig of a served cluster: written by `seatrial serve`, read by `seatrial clock`.

use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::api::http::yaml_to_value;
use crate::object::Value;

/// The first line, by which a file is known as one that may be written anew.
const FIRST_LINE: &str = "# Written by `seatrial serve`, which writes it anew when it starts.";

/// How to reach a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Entry {
    /// `http://127.0.0.1:8001`.
    pub server: String,
    /// What to show as a bearer token.
    pub token: Option<String>,
    /// The certificate of the authority that signed the server's, in PEM.
    pub authority: Option<String>,
}

/// Writes a kubeconfig so that it is either there in full or as it was, for its owner alone to read.
///
/// # Errors
/// When it cannot be written, and when there is a file that another program wrote.
pub(super) fn write(path: &Path, entry: &Entry) -> std::io::Result<()> {
    match std::fs::read_to_string(path) {
        Ok(text) if !text.is_empty() && !text.starts_with(FIRST_LINE) => {
            let why = "it is there already, and `seatrial serve` did not write it: name another file";
            return Err(std::io::Error::new(std::io::ErrorKind::AlreadyExists, why));
        }
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // A temporary file is private to its user, and stays so when it takes the name.
    let mut file = tempfile::Builder::new().prefix(".kubeconfig-").tempfile_in(folder)?;
    file.write_all(render(entry).as_bytes())?;
    file.as_file().sync_data()?;
    file.persist(path).map(|_| ()).map_err(|error| error.error)
}

fn render(entry: &Entry) -> String {
    let authority = entry
        .authority
        .as_ref()
        .map_or_else(String::new, |pem| format!("    certificate-authority-data: {}\n", STANDARD.encode(pem)));
    let user = entry.token.as_ref().map_or_else(|| "{}".to_owned(), |token| format!("{{token: {token:?}}}"));
    format!(
        "{FIRST_LINE}\napiVersion: v1\nkind: Config\ncurrent-context: seatrial\nclusters:\n- name: seatrial\n  cluster:\n    \
         server: {}\n{authority}contexts:\n- name: seatrial\n  context: {{cluster: seatrial, user: seatrial}}\nusers:\n\
         - name: seatrial\n  user: {user}\n",
        entry.server
    )
}

/// What a kubeconfig says of its current context.
///
/// # Errors
/// When the file cannot be read, or names no server.
pub(in crate::cli) fn read(path: &Path) -> Result<Entry, String> {
    let at = |why: String| format!("{}: {why}", path.display());
    let text = std::fs::read(path).map_err(|error| at(error.to_string()))?;
    let config = yaml_to_value(&text).map_err(at)?;
    let named = |list: &str, name: &str, part: &str| {
        let found = config[list].items().iter().find(|it| it["name"].as_str() == Some(name));
        found.map_or(Value::Null, |it| it[part].clone())
    };
    let context = named("contexts", config["current-context"].str_or_empty(), "context");
    let cluster = named("clusters", context["cluster"].str_or_empty(), "cluster");
    let user = named("users", context["user"].str_or_empty(), "user");
    let Some(server) = cluster["server"].as_str() else {
        return Err(at("its current context names no server".to_owned()));
    };
    let authority = match cluster["certificate-authority-data"].as_str() {
        None => None,
        Some(data) => {
            let pem = STANDARD.decode(data).map_err(|error| at(format!("certificate-authority-data: {error}")))?;
            Some(String::from_utf8_lossy(&pem).into_owned())
        }
    };
    Ok(Entry { server: server.to_owned(), token: user["token"].as_str().map(str::to_owned), authority })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_by_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new/kubeconfig");
        let entry = Entry {
            server: "https://127.0.0.1:1".to_owned(),
            token: Some("a\"b:c".to_owned()),
            authority: Some("-----BEGIN CERTIFICATE-----\n".to_owned()),
        };
        for entry in [entry.clone(), Entry { token: None, authority: None, ..entry }] {
            write(&path, &entry).expect("it is written");
            assert_eq!(read(&path), Ok(entry));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn the_kubeconfig_of_another_cluster_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config");
        std::fs::write(&path, "apiVersion: v1\nkind: Config\n").expect("it is written");
        let entry = Entry { server: "http://127.0.0.1:1".to_owned(), token: None, authority: None };
        let why = write(&path, &entry).expect_err("refused").to_string();
        assert!(why.contains("did not write it"), "{why}");
    }
}
