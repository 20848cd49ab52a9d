//! What the conditions of a namespace say of its deletion (`deletion/status_condition_utils.go`).

use std::collections::BTreeMap;

use crate::api::custom::serving;
use crate::clock::Time;
use crate::map;
use crate::object::{Kind, Str, Value, kinds, literal};
use crate::store::View;

/// What is left in a namespace.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Remaining {
    /// How many objects of each kind, as the resource is named: `configmaps.`, `jobs.batch`.
    resources: BTreeMap<String, usize>,
    /// How many objects have each finalizer.
    finalizers: BTreeMap<Str, usize>,
    /// What went wrong, one text a kind.
    errors: Vec<String>,
}

impl Remaining {
    /// Counts what is left of `kinds` in `namespace`.
    ///
    /// Objects without finalizers should be gone, unless they are pods that are still given `estimate` seconds.
    pub fn count(view: View<'_>, namespace: &str, kinds: &[Kind], estimate: i64) -> Self {
        let mut remaining = Remaining::default();
        for kind in kinds {
            let mut held = false;
            let mut count = 0;
            for object in view.list_in(*kind, namespace) {
                count += 1;
                for finalizer in object.meta.finalizers.iter() {
                    held = true;
                    *remaining.finalizers.entry(finalizer.clone()).or_default() += 1;
                }
            }
            if count == 0 {
                continue;
            }
            let info = kind.info();
            let custom = serving::definition_of(view, *kind);
            let version = custom.as_ref().and_then(|it| it.served_versions().first().map(|it| it.as_str()));
            remaining.resources.insert(format!("{}.{}", info.plural, info.group), count);
            let is_waited_for = held || (*kind == kinds::POD && estimate > 0);
            if !is_waited_for {
                remaining.errors.push(format!(
                    "unexpected items still remain in namespace: {namespace} for gvr: {}/{}, Resource={}",
                    info.group,
                    version.unwrap_or(info.version),
                    info.plural
                ));
            }
        }
        remaining
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }

    /// Whether something is left that nothing holds.
    pub fn is_unexpected(&self) -> bool {
        !self.errors.is_empty()
    }

    /// The conditions by type: whether it is so, why, and the sentence.
    fn conditions(&self) -> [(Str, bool, Str, String); 5] {
        let joined = |texts: Vec<String>| texts.join(", ");
        let resources = self.resources.iter().map(|(name, n)| format!("{name} has {n} resource instances")).collect();
        let finalizers = self.finalizers.iter().map(|(name, n)| format!("{name} in {n} resource instances")).collect();
        let mut errors = self.errors.clone();
        errors.sort();
        [
            (
                literal!("NamespaceDeletionDiscoveryFailure"),
                false,
                literal!("ResourcesDiscovered"),
                "All resources successfully discovered".to_owned(),
            ),
            (
                literal!("NamespaceDeletionGroupVersionParsingFailure"),
                false,
                literal!("ParsedGroupVersions"),
                "All legacy kube types successfully parsed".to_owned(),
            ),
            if errors.is_empty() {
                let text = "All content successfully deleted, may be waiting on finalization".to_owned();
                (literal!("NamespaceDeletionContentFailure"), false, literal!("ContentDeleted"), text)
            } else {
                let text =
                    format!("Failed to delete all resource types, {} remaining: {}", errors.len(), joined(errors));
                (literal!("NamespaceDeletionContentFailure"), true, literal!("ContentDeletionFailed"), text)
            },
            if self.resources.is_empty() {
                let text = "All content successfully removed".to_owned();
                (literal!("NamespaceContentRemaining"), false, literal!("ContentRemoved"), text)
            } else {
                let text = format!("Some resources are remaining: {}", joined(resources));
                (literal!("NamespaceContentRemaining"), true, literal!("SomeResourcesRemain"), text)
            },
            if self.finalizers.is_empty() {
                let text = "All content-preserving finalizers finished".to_owned();
                (literal!("NamespaceFinalizersRemaining"), false, literal!("ContentHasNoFinalizers"), text)
            } else {
                let text = format!("Some content in the namespace has finalizers remaining: {}", joined(finalizers));
                (literal!("NamespaceFinalizersRemaining"), true, literal!("SomeFinalizersRemain"), text)
            },
        ]
    }
}

/// `old` brought up to date with what remains, or `None` when it says so already.
///
/// A condition keeps its transition time until its status changes; conditions of other types stay.
pub fn updated_conditions(old: &Value, remaining: &Remaining, now: Time) -> Option<Value> {
    let mut conditions = old.items().to_vec();
    for (kind, is_true, reason, message) in remaining.conditions() {
        let status = if is_true { literal!("True") } else { literal!("False") };
        let found = conditions.iter().position(|it| it["type"].as_str() == Some(&kind));
        let since = found
            .map(|i| &conditions[i])
            .filter(|it| it["status"].as_str() == Some(&status))
            .and_then(|it| it["lastTransitionTime"].as_shared_str().cloned());
        let new = Value::Map(map! {
            "type" => kind,
            "status" => status,
            "lastTransitionTime" => since.unwrap_or_else(|| now.rfc3339()),
            "reason" => reason,
            "message" => message,
        });
        match found {
            Some(i) => conditions[i] = new,
            None => conditions.push(new),
        }
    }
    (conditions.as_slice() != old.items()).then(|| Value::list(conditions))
}
