//! What a step is about: `daemonset/web`, `pod/web-*`, `job/pi in namespace cce`, `the pod of daemonset/web on node-1`.

use super::Result;
use crate::object::{Kind, Str, Value, kinds};
use crate::report::Failure;
use crate::world::World;

/// An object that a step names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The kind.
    pub kind: Kind,
    /// The group version that is spoken; the one that the cluster prefers when it does not matter.
    pub api_version: Option<Str>,
    /// The namespace; empty for cluster-scoped kinds.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kind.info().singular, self.name)?;
        if !self.namespace.is_empty() && self.namespace != "default" {
            write!(f, " in namespace {}", self.namespace)?;
        }
        Ok(())
    }
}

/// That `word` names no kind; the message names the nearest built-in or `custom` one.
fn unknown_kind<'a>(word: &str, custom: impl Iterator<Item = &'a str>) -> Failure {
    let names: Vec<&str> = Kind::all().map(|kind| kind.info().singular).chain(custom).collect();
    let failure = Failure::scenario(format!("the server doesn't have a resource type {word:?}"));
    match nearest_of(word, &names) {
        Some(name) => failure.help(format!("did you mean `{name}`?")),
        None => failure.help(format!("served are {}", names.join(", "))),
    }
}

/// The one of `names` that is most like `word`, if any is like it at all.
pub fn nearest_of<'a>(word: &str, names: &[&'a str]) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    let mut scored: Vec<_> = names.iter().map(|it| (strsim::jaro_winkler(&word, it), *it)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.first().filter(|(score, _)| *score > 0.75).map(|(_, name)| *name)
}

impl World {
    /// The kind that people mean by `word`, be it built in or made by a CustomResourceDefinition of the cluster.
    ///
    /// # Errors
    /// When there is none; the message names the nearest.
    pub async fn kind_called(&self, word: &str) -> Result<Kind> {
        if let Some(kind) = Kind::by_any_name(word) {
            return Ok(kind);
        }
        let definitions = self.definitions().await?;
        definitions.called(word).map(|it| it.kind).ok_or_else(|| unknown_kind(word, definitions.names()))
    }

    /// The object that `words` name. Patterns and `the pod of .. on ..` are looked up, and must mean one object.
    ///
    /// # Errors
    /// For an unknown kind, and when a pattern means no object or several.
    pub async fn target(&self, words: &str) -> Result<Target> {
        if let Some(rest) = words.strip_prefix("the pod of ") {
            return self.pod_of(rest).await;
        }
        let (object, namespace) = match words.split_once(" in namespace ") {
            Some((object, namespace)) => (object, namespace),
            None => (words, self.namespace.as_str()),
        };
        let (kind, name) = object
            .split_once('/')
            .ok_or_else(|| Failure::scenario(format!("{object:?} names no object")).help("write it as `kind/name`"))?;
        let kind = self.kind_called(kind).await?;
        let namespace = if kind.info().namespaced { namespace.to_owned() } else { String::new() };
        let target = Target { kind, api_version: None, namespace, name: name.to_owned() };
        if !name.contains('*') {
            return Ok(target);
        }
        let all = self.list(kind, Some(&target.namespace)).await?;
        let matching = all.iter().filter(|it| matches_glob(name, it.at(&["metadata", "name"]).str_or_empty()));
        one_of(matching.collect(), &target.to_string(), kind)
    }

    async fn pod_of(&self, words: &str) -> Result<Target> {
        let (owner, node) = words.split_once(" on ").unwrap_or((words, ""));
        let owner = Box::pin(self.target(owner)).await?;
        let pods = self.owned_by(&owner, crate::object::kinds::POD).await?;
        let node = node.strip_prefix("node/").unwrap_or(node);
        let there = pods.iter().filter(|it| it.at(&["spec", "nodeName"]).str_or_empty() == node);
        let staying: Vec<_> = there.filter(|it| it.at(&["metadata", "deletionTimestamp"]).is_null()).collect();
        one_of(staying, &format!("the pod of {owner} on {node}"), crate::object::kinds::POD)
    }

    /// The objects of `kind` that `owner` owns, by name; the pods of a Deployment are those of its ReplicaSets, and those of
    /// a CronJob are its Jobs'.
    ///
    /// # Errors
    /// When the owner is not there.
    pub async fn owned_by(&self, owner: &Target, kind: Kind) -> Result<Vec<Value>> {
        let mut uids = vec![self.existing(owner).await?.at(&["metadata", "uid"]).clone()];
        let is_owned = |it: &Value, uids: &[Value]| {
            it.at(&["metadata", "ownerReferences"]).items().iter().any(|it| uids.contains(&it["uid"]))
        };
        let between = BETWEEN.iter().find(|(above, _)| *above == owner.kind && kind == kinds::POD);
        if let Some((_, between)) = between {
            let sets = self.list(*between, Some(&owner.namespace)).await?;
            let owned = sets.iter().filter(|it| is_owned(it, &uids)).map(|it| it.at(&["metadata", "uid"]).clone());
            uids.extend(owned.collect::<Vec<_>>());
        }
        let mut all = self.list(kind, Some(&owner.namespace)).await?;
        all.retain(|it| is_owned(it, &uids));
        Ok(all)
    }
}

/// Kinds whose pods belong to something between them.
const BETWEEN: [(Kind, Kind); 2] = [(kinds::DEPLOYMENT, kinds::REPLICA_SET), (kinds::CRON_JOB, kinds::JOB)];

fn one_of(found: Vec<&Value>, words: &str, kind: Kind) -> Result<Target> {
    let name = |it: &Value| it.at(&["metadata", "name"]).str_or_empty().to_owned();
    match found.as_slice() {
        [one] => {
            let namespace = one.at(&["metadata", "namespace"]).str_or_empty().to_owned();
            Ok(Target { kind, api_version: None, namespace, name: name(one) })
        }
        [] => Err(Failure::expectation(format!("there is no {words}"))),
        several => {
            let names: Vec<_> = several.iter().map(|it| name(it)).collect();
            Err(Failure::scenario(format!("{words} means {} objects: {}", names.len(), names.join(", "))))
        }
    }
}

/// Whether `text` matches `pattern`, in which `*` stands for any characters.
pub fn matches_glob(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(rest) = text.strip_prefix(head) else {
        return false;
    };
    (0..=rest.len()).filter(|i| rest.is_char_boundary(*i)).any(|i| matches_glob(tail, &rest[i..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text, want) in [
            ("web-*", "web-x7k2p", true),
            ("web-*", "api-x7k2p", false),
            ("*", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("web", "web-1", false),
        ] {
            assert_eq!(matches_glob(pattern, text), want, "{pattern} {text}");
        }
    }

    #[test]
    fn an_unknown_kind_is_answered_with_the_nearest() {
        let help = |word| unknown_kind(word, ["sailboat"].into_iter()).help;
        assert_eq!(help("deamonset").as_deref(), Some("did you mean `daemonset`?"));
        assert_eq!(help("saliboat").as_deref(), Some("did you mean `sailboat`?"));
        assert!(help("zzz").is_some_and(|it| it.starts_with("served are namespace, node, ")));
    }
}
