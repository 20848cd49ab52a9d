//! Steps that apply and create manifests, written under the step or in a file beside the feature.

use super::custom::Definitions;
use super::request::PatchType;
use super::target::nearest_of;
use super::{Args, Refusal, Result, Target, steps};
use crate::api::http::yaml_to_value;
use crate::map;
use crate::object::{Kind, Map, Served, Str, Value};
use crate::report::{Failure, Place};
use crate::world::World;

/// Where `kubectl apply` keeps what it applied last.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// The field manager of `kubectl apply`.
const APPLIER: &str = "kubectl-client-side-apply";

steps! {
    /// Applies the manifests under the step, one after the other, as `kubectl apply` does.
    When "I apply:", "When I apply:\n  \"\"\"yaml\n  apiVersion: batch/v1\n  kind: Job\n  ...\n  \"\"\"" => apply_text;
    /// Applies the manifests of a file; its path is relative to the feature.
    When "I apply {file:text}", "When I apply \"fluentd.yaml\"" => apply_file;
    /// Creates what the manifests under the step describe, as `kubectl create` does: `generateName` works, and what is
    /// there already is refused.
    When "I create:", "When I create:\n  \"\"\"yaml\n  ...\n  \"\"\"" => create_text;
    /// Creates what the manifests of a file describe.
    When "I create {file:text}", "When I create \"pi.yaml\"" => create_file;
    /// Deletes what the manifests of a file describe, as `kubectl delete -f` does.
    When "I delete the objects of {file:text}", "When I delete the objects of \"fluentd.yaml\"" => delete_file;
}

/// One document of a manifest and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it says.
    pub value: Value,
    /// Where kubectl would say that it comes from: the file as the step names it, or `STDIN`.
    source: String,
    /// Its text, for finding fields in it.
    text: String,
    /// The place of its first line.
    place: Place,
}

async fn apply_text(world: &mut World, args: Args) -> Result {
    for document in written_under(world, &args)? {
        apply(world, &document).await?;
    }
    Ok(())
}

async fn apply_file(world: &mut World, args: Args) -> Result {
    for document in read_file(world, args.text("file"))? {
        apply(world, &document).await?;
    }
    Ok(())
}

async fn create_text(world: &mut World, args: Args) -> Result {
    for document in written_under(world, &args)? {
        create(world, &document).await?;
    }
    Ok(())
}

async fn create_file(world: &mut World, args: Args) -> Result {
    for document in read_file(world, args.text("file"))? {
        create(world, &document).await?;
    }
    Ok(())
}

async fn delete_file(world: &mut World, args: Args) -> Result {
    for document in read_file(world, args.text("file"))? {
        let (target, _) = addressed(world, &document).await?;
        world.existing(&target).await?;
        world.delete(&target, &Value::Map(map! { "propagationPolicy" => "Background" })).await?;
    }
    Ok(())
}

async fn create(world: &mut World, document: &Document) -> Result {
    let (target, body) = addressed(world, document).await?;
    let result = world.create(target.kind, &target.namespace, "kubectl-create", &body).await;
    result.map(|_| ()).map_err(|failure| in_manifest(failure, document))
}

/// Creates the object, or patches it with what changed since the last apply.
async fn apply(world: &mut World, document: &Document) -> Result {
    let (target, mut body) = addressed(world, document).await?;
    let applied = {
        let mut plain = body.clone();
        if plain.at(&["metadata", "annotations"]).is_null() {
            plain.field_mut("metadata").set("annotations", Value::empty_map());
        }
        format!("{}\n", plain.to_json())
    };
    body.at_mut(&["metadata", "annotations"]).set(LAST_APPLIED, applied);
    let result = match world.read(&target).await? {
        None => world.create(target.kind, &target.namespace, APPLIER, &body).await,
        Some(live) => {
            let last = live.at(&["metadata", "annotations", LAST_APPLIED]).str_or_empty();
            let last = Value::from_json(last.as_bytes()).unwrap_or_default();
            let patch = changes(&last, &body, &live);
            world.patch_as(APPLIER, &target, "", PatchType::Merge, &patch).await
        }
    };
    result.map(|_| ()).map_err(|failure| in_manifest(failure, document))
}

/// The merge patch that takes `live` to `next`, removing what `last` had and `next` has not.
fn changes(last: &Value, next: &Value, live: &Value) -> Value {
    let mut patch = Map::new();
    for (key, want) in next.as_map().into_iter().flat_map(Map::iter) {
        let there = live.get(key);
        if let (Some(_), Some(_)) = (want.as_map(), there.as_map()) {
            let inner = changes(last.get(key), want, there);
            if !inner.is_empty() {
                patch.insert(key.clone(), inner);
            }
        } else if !want.is_same(there) {
            patch.insert(key.clone(), want.clone());
        }
    }
    for (key, _) in last.as_map().into_iter().flat_map(Map::iter) {
        if next.get(key).is_null() && !live.get(key).is_null() {
            patch.insert(key.clone(), Value::Null);
        }
    }
    Value::Map(patch)
}

/// What a document is about, and the document with its namespace written out.
pub(super) async fn addressed(world: &mut World, document: &Document) -> Result<(Target, Value)> {
    let mut body = document.value.clone();
    let (api_version, kind) = named_kind(document)?;
    let kind = match Kind::ever_served(api_version, kind) {
        Some((kind, served)) if world.options.release.served(kind).any(|it| it == served) => kind,
        Some((kind, served)) => return Err(not_served(world, document, kind, served)),
        None => {
            let definitions = world.definitions().await?;
            let custom = definitions.serving(api_version, kind);
            custom.ok_or_else(|| unknown_kind(document, (api_version, kind), &definitions))?
        }
    };
    let api_version = Some(Str::from(api_version));
    let mut namespace = String::new();
    if kind.info().namespaced {
        let metadata = body.field_mut("metadata");
        metadata.set_default("namespace", world.namespace.as_str());
        namespace = metadata["namespace"].str_or_empty().to_owned();
    }
    let name = body.at(&["metadata", "name"]).str_or_empty().to_owned();
    Ok((Target { kind, api_version, namespace, name }, body))
}

/// The `apiVersion` and the `kind` that a document says it is.
fn named_kind(document: &Document) -> Result<(&str, &str)> {
    let (version, kind) = (document.value["apiVersion"].str_or_empty(), document.value["kind"].str_or_empty());
    for (field, value) in [("apiVersion", version), ("kind", kind)] {
        if value.is_empty() {
            let failure = Failure::scenario(format!("the manifest has no {field}"));
            return Err(failure.at(document.place.clone()).help(format!("add `{field}: ..` to it")));
        }
    }
    Ok((version, kind))
}

/// That nothing serves the kind of a document in its version; the message names the nearest kind.
fn unknown_kind(document: &Document, (version, kind): (&str, &str), definitions: &Definitions) -> Failure {
    let failure = Failure::scenario(format!("no matches for kind {kind:?} in version {version:?}"));
    let built_in = Kind::all().map(|it| (it.info().kind, Str::from(it.info().api_version())));
    let custom = definitions.kinds().map(|(name, version)| (name.as_str(), version));
    let known: Vec<(&str, Str)> = built_in.chain(custom).collect();
    let names: Vec<&str> = known.iter().map(|it| it.0).collect();
    let nearest = names.iter().find(|it| **it == kind).copied().or_else(|| nearest_of(kind, &names));
    let field = if names.contains(&kind) { "apiVersion" } else { "kind" };
    let failure = failure.at(document.place_of(field));
    match known.iter().find(|it| Some(it.0) == nearest) {
        Some((kind, version)) => failure.help(format!("did you mean `kind: {kind}` with `apiVersion: {version}`?")),
        None => failure.help(format!("served kinds are {}", names.join(", "))),
    }
}

/// What kubectl says of a kind in a version that another release serves and this one does not, and what to do about it.
fn not_served(world: &mut World, document: &Document, kind: Kind, served: Served) -> Failure {
    let metadata = &document.value["metadata"];
    let message = format!(
        "resource mapping not found for name: {:?} namespace: {:?} from {:?}: no matches for kind {:?} in version {:?}\nensure \
         CRDs are installed first",
        metadata["name"].str_or_empty(),
        metadata["namespace"].str_or_empty(),
        document.source,
        kind.info().kind,
        served.api_version()
    );
    let release = world.options.release;
    let range = match (served.since, served.until) {
        (_, until) if until <= release.minor() => format!("until 1.{}", until - 1),
        (since, _) => format!("from 1.{since} on"),
    };
    let instead = match release.preferred(kind) {
        Some(it) => format!("write `apiVersion: {}`", it.api_version()),
        None => format!("nothing serves {} there", kind.info().plural),
    };
    let refusal = Refusal { code: 0, reason: String::new(), message };
    let failure = Failure::expectation(refusal.to_string()).at(document.place_of("apiVersion"));
    world.refusal = Some(refusal);
    failure.help(format!(
        "{} was served {range}, and this cluster is Kubernetes {release}: {instead}",
        served.api_version()
    ))
}

/// A refusal with the line of the manifest that it is about.
pub(super) fn in_manifest(failure: Failure, document: &Document) -> Failure {
    let field = field_in(&failure.message).unwrap_or_default();
    failure.at(document.place_of(&field))
}

/// The last name in the path of the first field that an API error talks about.
fn field_in(message: &str) -> Option<String> {
    let path = match message.split_once("unknown field \"") {
        Some((_, rest)) => rest.split('"').next()?,
        None => {
            let (_, rest) = message.split_once(" is invalid: ")?;
            rest.trim_start_matches('[').split(':').next()?
        }
    };
    let last = path.split('.').next_back()?;
    Some(last.split('[').next()?.to_owned())
}

impl Document {
    /// The place of the first line with the key `field`, or of the document.
    fn place_of(&self, field: &str) -> Place {
        for (i, line) in self.text.lines().enumerate() {
            let trimmed = line.trim_start_matches([' ', '-']);
            if !field.is_empty() && trimmed.strip_prefix(field).is_some_and(|rest| rest.starts_with(':')) {
                let indent = line.len() - trimmed.len();
                let (line, column) = (self.place.line + i, self.place.column + indent);
                return Place { path: self.place.path.clone(), line, column };
            }
        }
        self.place.clone()
    }
}

/// The documents under a step.
pub(super) fn written_under(world: &World, args: &Args) -> Result<Vec<Document>> {
    let text = args.docstring()?;
    let step = &world.place;
    // The text begins in the line after the opening quotes, which follow the step, and is indented as they are.
    let place = Place { path: step.path.clone(), line: step.line + 2, column: step.column + 2 };
    parse_documents(&text, &place)
}

pub(super) fn read_file(world: &World, name: &str) -> Result<Vec<Document>> {
    let folder = world.scene.file.parent().map(std::path::Path::to_owned).unwrap_or_default();
    let path = folder.join(name);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let help = "the path of a manifest is relative to the feature that names it";
        Failure::scenario(format!("cannot read {}: {}", shown(world, &path), error.kind())).help(help)
    })?;
    let mut documents = parse_documents(&text, &Place { path: shown(world, &path), line: 1, column: 1 })?;
    for document in &mut documents {
        document.source = name.to_owned();
    }
    Ok(documents)
}

fn shown(world: &World, path: &std::path::Path) -> String {
    path.strip_prefix(&world.settings.root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// Splits YAML at its `---` lines and parses each document; empty ones are left out.
fn parse_documents(text: &str, place: &Place) -> Result<Vec<Document>> {
    let mut documents = Vec::new();
    let mut first = 0;
    let lines: Vec<_> = text.lines().collect();
    let mut ends: Vec<_> = lines.iter().enumerate().filter(|(_, it)| is_separator(it)).map(|(i, _)| i).collect();
    ends.push(lines.len());
    for end in ends {
        let text = lines[first..end].join("\n");
        let place = Place { line: place.line + first, ..place.clone() };
        first = end + 1;
        if text.lines().all(|it| it.trim().is_empty() || it.trim_start().starts_with('#')) {
            continue;
        }
        documents.push(parse_document(text, place)?);
    }
    if documents.is_empty() {
        return Err(Failure::scenario("there is no manifest in it").at(place.clone()));
    }
    Ok(documents)
}

fn is_separator(line: &str) -> bool {
    line == "---" || line.starts_with("--- ")
}

fn parse_document(text: String, place: Place) -> Result<Document> {
    let wrong = |error: serde_yaml::Error| not_yaml("the manifest is not valid YAML", &error, &place);
    // The first reading refuses keys that are there twice, the second gives the value, and the third gives it as kubectl
    // does, for which an unquoted `on` is true.
    serde_yaml::from_str::<serde_yaml::Value>(&text).map_err(wrong)?;
    let value: Value = serde_yaml::from_str(&text).map_err(wrong)?;
    let value = yaml_to_value(text.as_bytes()).unwrap_or(value);
    if value.as_map().is_none() {
        return Err(Failure::scenario("a manifest is a mapping of fields").at(place));
    }
    Ok(Document { value, source: "STDIN".to_owned(), text, place })
}

/// What is wrong with a text that begins at `place`, where it is.
fn not_yaml(what: &str, error: &serde_yaml::Error, place: &Place) -> Failure {
    let at = error.location().map_or((0, 0), |it| (it.line().saturating_sub(1), it.column().saturating_sub(1)));
    let place = Place { path: place.path.clone(), line: place.line + at.0, column: place.column + at.1 };
    // The error tells its place in its words too, counted from the beginning of the text.
    let why = error.to_string();
    let why = why.split(" at line ").next().unwrap_or_default().to_owned();
    let help = "check the indentation, the colons and the brackets around this place";
    Failure::scenario(format!("{what}: {why}")).at(place).help(help)
}

/// Parses one YAML or JSON value under a step: a patch, for example.
pub(super) fn value_under(world: &World, args: &Args) -> Result<Value> {
    let text = args.docstring()?;
    let place = Place { path: world.place.path.clone(), line: world.place.line + 2, column: world.place.column + 2 };
    serde_yaml::from_str(&text).map_err(|error| not_yaml("the text is neither YAML nor JSON", &error, &place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place { path: "x.yaml".into(), line: 1, column: 1 }
    }

    #[test]
    fn several_documents_keep_their_lines() {
        let documents = parse_documents("a: 1\n---\n# nothing\n---\nb:\n  - c: 2\n", &place()).expect("valid YAML");
        let lines: Vec<_> = documents.iter().map(|it| it.place.line).collect();
        assert_eq!(lines, [1, 5]);
        assert_eq!(documents[1].place_of("c"), Place { path: "x.yaml".into(), line: 6, column: 5 });
    }

    #[test]
    fn broken_yaml_is_told_with_its_place() {
        let failure = parse_documents("a: 1\nb: [1\n", &place()).expect_err("broken");
        assert!(failure.place.is_some_and(|it| it.line >= 2), "{}", failure.message);
        let twice = parse_documents("a: 1\na: 2\n", &place()).expect_err("a key twice");
        assert!(twice.message.contains("duplicate"), "{}", twice.message);
    }

    #[test]
    fn an_unknown_kind_names_the_nearest() {
        let mut found = parse_documents("apiVersion: batch/v1beta1\nkind: Job\n", &place()).expect("valid YAML");
        let document = found.pop().expect("one document");
        let named = named_kind(&document).expect("it says what it is");
        let failure = unknown_kind(&document, named, &Definitions::default());
        assert_eq!(failure.message, "no matches for kind \"Job\" in version \"batch/v1beta1\"");
        assert_eq!(failure.help.as_deref(), Some("did you mean `kind: Job` with `apiVersion: batch/v1`?"));
    }

    #[test]
    fn an_error_is_about_a_field() {
        for (message, want) in [
            ("Job.batch \"pi\" is invalid: spec.template.spec.restartPolicy: Required value: x", "restartPolicy"),
            ("Pod \"a\" is invalid: [spec.containers[0].image: Required value, spec.x: y]", "image"),
            ("strict decoding error: unknown field \"spec.imge\"", "imge"),
        ] {
            assert_eq!(field_in(message).as_deref(), Some(want));
        }
    }

    #[test]
    fn an_apply_removes_what_it_applied_before() {
        let value = |text: &str| Value::from_json(text.as_bytes()).expect("valid JSON");
        let patch = changes(
            &value(r#"{"spec":{"a":1,"b":2}}"#),
            &value(r#"{"spec":{"a":3}}"#),
            &value(r#"{"spec":{"a":1,"b":2,"c":4}}"#),
        );
        assert_eq!(patch, value(r#"{"spec":{"a":3,"b":null}}"#));
    }
}
