//! ControllerRevisions: how a controller keeps the templates it has had, finds the current one and forgets the oldest.
//!
//! Follows `pkg/controller/daemon/update.go` and `pkg/controller/history`. Known difference: upstream hashes Go's own
//! rendering of the template (`ComputeHash` over `dump.ForHash`), which no other language can reproduce byte for byte;
//! here the canonical JSON is hashed. Hashes look alike and are as stable, but are not the ones a real cluster computes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::registry::DeleteOptions;
use crate::clock::NAME_ALPHABET;
use crate::controllers::Action;
use crate::controllers::shared::claim;
use crate::map;
use crate::object::{Key, Object, Str, Value, kinds};
use crate::store::View;

/// The label that names a revision on itself and on its pods.
pub const HASH_LABEL: &str = "controller-revision-hash";

/// The name-safe hash of a template: FNV-1a of 32 bits, written in the alphabet of generated names.
///
/// `collision_count` is mixed in as upstream does: eight bytes, the number first.
pub fn compute_hash(template: &Value, collision_count: Option<i64>) -> String {
    let mut bytes = template.to_json().into_bytes();
    if let Some(count) = collision_count {
        let count = u32::try_from(count).unwrap_or_default();
        bytes.extend_from_slice(&u64::from(count).to_le_bytes());
    }
    let hash = bytes.iter().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    safe_encode(&hash.to_string())
}

/// Each byte as a character of [`NAME_ALPHABET`] (apimachinery `rand.SafeEncodeString`).
fn safe_encode(text: &str) -> String {
    text.bytes().map(|byte| char::from(NAME_ALPHABET[usize::from(byte) % NAME_ALPHABET.len()])).collect()
}

/// The strategic merge patch that brings `template` back: what a revision's `data` holds.
pub fn template_patch(template: &Value) -> Value {
    let mut template = template.clone();
    template.set("$patch", "replace");
    Value::Map(map! { "spec" => map! { "template" => template } })
}

/// Whether `revision` holds `template`.
pub fn holds(revision: &Object, template: &Value) -> bool {
    let Some(kept) = revision.body["data"].at(&["spec", "template"]).as_map() else {
        return false;
    };
    let fields = template.as_map().map_or(0, crate::object::Map::len);
    kept.len() == fields + 1
        && kept.iter().all(|(key, value)| key == "$patch" || value.is_same(&template[key.as_str()]))
}

/// The number of a revision: the newest has the highest.
pub fn number(revision: &Object) -> i64 {
    revision.body["revision"].as_i64().unwrap_or_default()
}

/// A revision that is not the current one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldRevision {
    /// Its number; the oldest has the smallest.
    pub number: i64,
    /// The object's name.
    pub name: Str,
    /// The hash that pods of it are labelled with.
    pub hash: Str,
}

/// The revisions of an owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The hash of the current template.
    pub hash: Str,
    /// Every other revision, oldest first.
    pub old: Vec<OldRevision>,
}

/// What looking at an owner's revisions came to.
#[derive(Debug)]
pub enum Standing {
    /// The current revision is known, once the actions (its creation or its new number) are done.
    Known(History, Vec<Action>),
    /// The actions (adoption, removal of duplicates, a raised collision count) come first; then look again.
    Unsettled(Vec<Action>),
}

/// Finds or makes the revision of `owner`'s current template, numbered above all others (`constructHistory`).
///
/// `pods` are the owner's pods: those of a duplicate revision are relabelled before it goes.
pub fn construct<'a>(view: View<'_>, owner: &Object, pods: impl Iterator<Item = &'a Arc<Object>>) -> Standing {
    let template = &owner.spec()["template"];
    let claimed = claim(view, owner, kinds::CONTROLLER_REVISION, &owner.spec()["selector"], |_, _| {});
    if !claimed.actions.is_empty() {
        return Standing::Unsettled(claimed.actions);
    }
    let unlabelled = claimed.objects.iter().filter(|it| it.meta.label(HASH_LABEL).is_none());
    let labelling: Vec<_> = unlabelled.map(|it| Action::Update(labelled(it, &it.meta.name))).collect();
    if !labelling.is_empty() {
        return Standing::Unsettled(labelling);
    }
    let (mut current, mut old): (Vec<_>, Vec<_>) = claimed.objects.iter().partition(|it| holds(it, template));
    current.sort_by_key(|it| number(it));
    old.sort_by_key(|it| number(it));
    let next = old.last().map_or(0, |it| number(it)) + 1;
    let Some(kept) = current.pop() else {
        return first_of_its_kind(view, owner, next, &old);
    };
    if !current.is_empty() {
        return Standing::Unsettled(without_duplicates(kept, &current, pods));
    }
    let mut actions = Vec::new();
    if number(kept) < next {
        let mut renumbered = Object::clone(kept);
        renumbered.body.insert("revision", next);
        actions.push(Action::Update(renumbered));
    }
    Standing::Known(History { hash: hash_of(kept), old: listed(&old) }, actions)
}

fn hash_of(revision: &Object) -> Str {
    Str::from(revision.meta.label(HASH_LABEL).unwrap_or_default())
}

fn listed(old: &[&Arc<Object>]) -> Vec<OldRevision> {
    old.iter().map(|it| OldRevision { number: number(it), name: it.meta.name.clone(), hash: hash_of(it) }).collect()
}

fn labelled(object: &Object, hash: &Str) -> Object {
    let mut object = object.clone();
    object.meta.set_label(HASH_LABEL, hash.clone());
    object
}

fn without_duplicates<'a>(
    kept: &Object,
    others: &[&Arc<Object>],
    pods: impl Iterator<Item = &'a Arc<Object>>,
) -> Vec<Action> {
    let hash = hash_of(kept);
    let strangers = pods.filter(|pod| pod.meta.label(HASH_LABEL) != Some(&hash));
    let relabelled = strangers.map(|pod| Action::Update(labelled(pod, &hash)));
    let removed = others.iter().map(|it| Action::Delete(it.key(), DeleteOptions::default()));
    relabelled.chain(removed).collect()
}

/// The revision of a template that has none yet (`snapshot`). A name that is taken by another template's revision
/// raises `status.collisionCount`, which gives the next attempt another hash.
fn first_of_its_kind(view: View<'_>, owner: &Object, next: i64, old: &[&Arc<Object>]) -> Standing {
    let template = &owner.spec()["template"];
    let collisions = owner.status()["collisionCount"].as_i64();
    let hash = Str::from(compute_hash(template, collisions));
    let name = format!("{}-{hash}", owner.meta.name);
    let key = Key::new(kinds::CONTROLLER_REVISION, owner.meta.namespace.clone(), name.as_str());
    let known = History { hash: hash.clone(), old: listed(old) };
    match view.get(&key) {
        Some(taken) if holds(taken, template) => Standing::Known(known, Vec::new()),
        Some(_) => {
            let mut bumped = owner.clone();
            bumped.status_mut().set("collisionCount", collisions.unwrap_or_default() + 1);
            Standing::Unsettled(vec![Action::UpdateStatus(bumped)])
        }
        None => {
            let mut revision = Object::new(key.kind, key.namespace, key.name);
            revision.meta.labels = template["metadata"]["labels"].as_map().cloned().unwrap_or_default();
            revision.meta.set_label(HASH_LABEL, hash);
            revision.meta.annotations = owner.meta.annotations.clone();
            revision.meta.owners = Arc::new(vec![owner.controller_ref()]);
            revision.body.insert("data", template_patch(template));
            revision.body.insert("revision", next);
            Standing::Known(known, vec![Action::Create(revision)])
        }
    }
}

/// Deletes the oldest revisions beyond `limit` that no pod is of. `live` counts pods by their hash (`cleanupHistory`).
pub fn truncate(namespace: &Str, history: &History, limit: i64, live: &BTreeMap<Str, usize>) -> Vec<Action> {
    let surplus = history.old.len().saturating_sub(usize::try_from(limit).unwrap_or_default());
    let dead = history.old.iter().filter(|it| it.hash.is_empty() || !live.contains_key(&it.hash));
    let key = |it: &OldRevision| Key::new(kinds::CONTROLLER_REVISION, namespace.clone(), it.name.clone());
    dead.take(surplus).map(|it| Action::Delete(key(it), DeleteOptions::default())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::store::Store;

    fn template(image: &str) -> Value {
        Value::Map(map! {
            "metadata" => map! { "labels" => map! { "app" => "web" } },
            "spec" => map! { "image" => image },
        })
    }

    fn owner(image: &str) -> Object {
        let mut owner = Object::new(kinds::DAEMON_SET, "default", "web");
        owner.meta.uid = "uid".into();
        owner.spec_mut().set("template", template(image));
        owner.spec_mut().set("selector", map! { "matchLabels" => map! { "app" => "web" } });
        owner
    }

    /// Constructs the history of `owner`, stores what is to be created or updated, and says what was done.
    fn settle(store: &mut Store, owner: &Object) -> (Vec<String>, Option<History>) {
        let standing = construct(View::new(store), owner, std::iter::empty());
        let (history, actions) = match standing {
            Standing::Known(history, actions) => (Some(history), actions),
            Standing::Unsettled(actions) => (None, actions),
        };
        let done = actions
            .into_iter()
            .map(|action| match action {
                Action::Create(it) => format!("create {}", number(&store.put(it, Time(0), "t".into()))),
                Action::Update(it) => format!("update {}", number(&store.put(it, Time(0), "t".into()))),
                Action::UpdateStatus(it) => format!("collision {}", it.status()["collisionCount"]),
                Action::Delete(key, _) => {
                    store.remove(&key, Time(0), "t".into());
                    format!("delete {}", key.name)
                }
                other => format!("{other:?}"),
            })
            .collect();
        (done, history)
    }

    #[test]
    fn a_hash_is_made_of_the_name_alphabet_and_depends_on_template_and_collisions() {
        let hash = compute_hash(&template("a"), None);
        assert!(hash.bytes().all(|it| NAME_ALPHABET.contains(&it)), "{hash}");
        assert_eq!(hash, compute_hash(&template("a"), None));
        assert_ne!(hash, compute_hash(&template("b"), None));
        assert_ne!(hash, compute_hash(&template("a"), Some(1)));
        assert_eq!(safe_encode("0129"), "456f");
    }

    #[test]
    fn a_new_template_gets_the_next_number_and_an_old_one_is_renumbered_on_rollback() {
        let mut store = Store::new();
        assert_eq!(settle(&mut store, &owner("a")).0, ["create 1"]);
        assert_eq!(settle(&mut store, &owner("a")).0, [""; 0]);
        assert_eq!(settle(&mut store, &owner("b")).0, ["create 2"]);
        assert_eq!(settle(&mut store, &owner("a")).0, ["update 3"]);
        let history = settle(&mut store, &owner("a")).1.expect("settled");
        assert_eq!(history.old.iter().map(|it| it.number).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_taken_name_raises_the_collision_count() {
        let mut store = Store::new();
        let mut stranger =
            Object::new(kinds::CONTROLLER_REVISION, "default", format!("web-{}", compute_hash(&template("a"), None)));
        stranger.meta.uid = "other".into();
        store.put(stranger, Time(0), "t".into());
        let mut web = owner("a");
        assert_eq!(settle(&mut store, &web).0, ["collision 1"]);
        web.status_mut().set("collisionCount", 1);
        assert_eq!(settle(&mut store, &web).0, ["create 1"]);
    }

    #[test]
    fn duplicates_of_the_current_revision_go_and_the_highest_stays() {
        let (mut store, web) = (Store::new(), owner("a"));
        settle(&mut store, &web);
        let first = store.list(kinds::CONTROLLER_REVISION).next().cloned().expect("made above");
        let mut twin = Object::clone(&first);
        twin.meta.name = "web-twin".into();
        twin.meta.uid = "twin".into();
        twin.body.insert("revision", 5);
        store.put(twin, Time(0), "t".into());
        assert_eq!(settle(&mut store, &web).0, [format!("delete {}", first.meta.name)]);
        assert_eq!(store.count(kinds::CONTROLLER_REVISION), 1);
    }

    #[test]
    fn an_orphaned_revision_is_adopted_first() {
        let (mut store, web) = (Store::new(), owner("a"));
        settle(&mut store, &web);
        let mut orphan = Object::clone(store.list(kinds::CONTROLLER_REVISION).next().expect("made above"));
        orphan.meta.owners = Arc::default();
        store.put(orphan, Time(0), "t".into());
        assert_eq!(settle(&mut store, &web), (vec!["update 1".to_owned()], None));
        assert_eq!(settle(&mut store, &web).0, [""; 0]);
    }

    #[test]
    fn the_oldest_revisions_beyond_the_limit_go_unless_pods_are_of_them() {
        let old = |number: i64| OldRevision {
            number,
            name: format!("web-{number}").into(),
            hash: format!("h{number}").into(),
        };
        let history = History { hash: "h9".into(), old: (1..=4).map(old).collect() };
        let live = BTreeMap::from([("h1".into(), 3)]);
        for (limit, want) in [
            (4, vec![]),
            (3, vec!["web-2"]),
            (1, vec!["web-2", "web-3", "web-4"]),
            (0, vec!["web-2", "web-3", "web-4"]),
        ] {
            let gone: Vec<_> = truncate(&"default".into(), &history, limit, &live)
                .into_iter()
                .map(|action| match action {
                    Action::Delete(key, _) => key.name.to_string(),
                    other => format!("{other:?}"),
                })
                .collect();
            assert_eq!(gone, want, "limit {limit}");
        }
    }
}
