//! The objects that a served cluster starts with.

use std::path::{Path, PathBuf};

use crate::api::http::{self, Content, Reply, Request, yaml_to_value};
use crate::object::Value;
use crate::sim::Cluster;

/// One object of a manifest, and the file that it comes from.
struct Document {
    file: PathBuf,
    value: Value,
}

/// Creates every object of the manifests under `folder`: namespaces and custom resource definitions first, then the others in
/// the order of their files. What is there already is patched.
///
/// # Errors
/// A sentence that names the file, for what cannot be read and for what the API refuses.
pub(super) fn create(cluster: &mut Cluster, folder: &Path) -> Result<(), String> {
    let mut files = Vec::new();
    collect(folder, &mut files).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut documents = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        for text in split(&text) {
            let value = yaml_to_value(text.as_bytes()).map_err(|why| format!("{}: {why}", file.display()))?;
            flatten(value, &file, &mut documents);
        }
    }
    documents.sort_by_key(|it| match it.value["kind"].str_or_empty() {
        "Namespace" => 0,
        "CustomResourceDefinition" => 1,
        _ => 2,
    });
    for document in &documents {
        create_one(cluster, &document.value).map_err(|why| format!("{}: {why}", document.file.display()))?;
        cluster.run_due().map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Every manifest under `folder`, in the order of their paths.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut paths = std::fs::read_dir(folder)?.map(|it| it.map(|it| it.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|it| it == "yaml" || it == "yml" || it == "json") {
            files.push(path);
        }
    }
    Ok(())
}

/// The documents of a YAML stream.
fn split(text: &str) -> Vec<String> {
    let mut documents = vec![String::new()];
    for line in text.lines() {
        if line == "---" || line.starts_with("--- ") {
            documents.push(String::new());
        } else if let Some(document) = documents.last_mut() {
            document.push_str(line);
            document.push('\n');
        }
    }
    documents.retain(|it| it.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')));
    documents
}

/// Takes a list apart.
fn flatten(value: Value, file: &Path, out: &mut Vec<Document>) {
    if value["kind"].str_or_empty() == "List" {
        for item in value["items"].items() {
            flatten(item.clone(), file, out);
        }
    } else {
        out.push(Document { file: file.to_owned(), value });
    }
}

fn create_one(cluster: &mut Cluster, object: &Value) -> Result<(), String> {
    let (path, namespaced) = collection(cluster, object)?;
    let name = object.at(&["metadata", "name"]).str_or_empty();
    let namespace = match object.at(&["metadata", "namespace"]).str_or_empty() {
        "" => "default",
        namespace => namespace,
    };
    let (prefix, plural) = path.rsplit_once('/').unwrap_or(("", &path));
    let path = if namespaced { format!("{prefix}/namespaces/{namespace}/{plural}") } else { path.clone() };
    let (code, answer) = ask(cluster, "POST", &path, "application/json", object);
    if code != 409 {
        return refused(code, &answer);
    }
    let (code, answer) = ask(cluster, "PATCH", &format!("{path}/{name}"), "application/merge-patch+json", object);
    refused(code, &answer)
}

fn refused(code: u16, answer: &Value) -> Result<(), String> {
    if code < 400 { Ok(()) } else { Err(answer["message"].str_or_empty().to_owned()) }
}

/// The path of the collection that an object belongs to, as discovery tells it, and whether it lies in a namespace.
fn collection(cluster: &mut Cluster, object: &Value) -> Result<(String, bool), String> {
    let (version, kind) = (object["apiVersion"].str_or_empty(), object["kind"].str_or_empty());
    let prefix = if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
    let (code, resources) = ask(cluster, "GET", &prefix, "", &Value::Null);
    let found = resources["resources"]
        .items()
        .iter()
        .find(|it| it["kind"].as_str() == Some(kind) && !it["name"].str_or_empty().contains('/'));
    match found {
        Some(found) if code == 200 => {
            Ok((format!("{prefix}/{}", found["name"].str_or_empty()), found["namespaced"].as_bool() == Some(true)))
        }
        _ => Err(format!("no matches for kind {kind:?} in version {version:?}")),
    }
}

fn ask(cluster: &mut Cluster, method: &str, path: &str, content_type: &str, body: &Value) -> (u16, Value) {
    let request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: "fieldManager=seatrial".to_owned(),
        content_type: content_type.to_owned(),
        accept: "application/json".to_owned(),
        body: if body.is_null() { bytes::Bytes::new() } else { body.to_json().into_bytes().into() },
        ..Request::default()
    };
    match http::handle(&mut cluster.api("seatrial"), &request) {
        Reply::Done(response) => match response.content {
            Content::Json(value) => (response.code, value),
            _ => (response.code, Value::Null),
        },
        Reply::Watch(_) | Reply::Log(_) | Reply::Session(_) => (500, Value::Null),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ClusterOptions;

    fn created(files: &[(&str, &str)]) -> (Cluster, Result<(), String>) {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
            std::fs::write(path, text).expect("it is written");
        }
        let mut cluster = Cluster::new(&ClusterOptions::default(), Vec::new());
        cluster.bootstrap(&[]).expect("it is furnished");
        let result = create(&mut cluster, folder.path());
        (cluster, result)
    }

    #[test]
    fn every_document_of_every_file_is_created_after_its_namespace() {
        let (cluster, result) = created(&[
            ("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: late}\n---\n# nothing\n---\n"),
            ("deep/z.yml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: late}\n"),
            ("notes.txt", "not a manifest"),
        ]);
        result.expect("all are accepted");
        let key = crate::object::Key::new(crate::object::kinds::CONFIG_MAP, "late", "a");
        assert!(cluster.view().get(&key).is_some());
    }

    #[test]
    fn what_is_refused_names_its_file() {
        let (_, result) = created(&[("b.yaml", "apiVersion: v9\nkind: Ship\n")]);
        let why = result.expect_err("refused");
        assert!(why.ends_with("b.yaml: no matches for kind \"Ship\" in version \"v9\""), "{why}");
    }
}
