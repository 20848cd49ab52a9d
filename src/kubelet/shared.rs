//! Parts of statuses that many pods have in common, made once: thousands of pods start at one instant, and their history
//! is kept.

use super::conditions::{Condition, is_list_of};
use super::container::Hold;
use super::identity;
use crate::clock::{Stamps, Time};
use crate::map;
use std::hash::Hash;

use crate::object::{Lookup, Map, Str, Value, joined};

/// How many entries each table keeps: enough for what happens close together.
const KEPT: usize = 512;

/// How many lists of conditions and texts are remembered: each is compared with the one that is wanted.
const FEW: usize = 8;

/// The tables.
#[derive(Debug, Default)]
pub struct Shared {
    /// The texts of times.
    pub stamps: Stamps,
    running: Lookup<i64, Value>,
    conditions: Conditions,
    /// The last few texts that name one container.
    about: Vec<About>,
    images: Lookup<Str, Image>,
    users: Lookup<(i64, i64, Vec<i64>), Value>,
    root: Option<Value>,
    waiting: Lookup<Str, Value>,
    empty: Map,
}

/// The last few conditions that were made at an instant, each with its place, and the last few lists of them. Nearly every one
/// that is made is so since then, so that none from before is made again.
#[derive(Debug, Default)]
struct Conditions {
    made_at: Str,
    made: Vec<(usize, Value)>,
    lists: Vec<Value>,
}

/// A text about one name, with what makes it another one than those about the same name.
#[derive(Debug)]
struct About {
    what: &'static str,
    name: Str,
    text: Str,
}

/// An image as the runtime knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The whole reference: `docker.io/library/busybox:latest`.
    pub name: Str,
    /// The reference by digest.
    pub id: Str,
}

fn kept<K: Hash + Eq, V: Clone>(table: &mut Lookup<K, V>, key: K, make: impl FnOnce(&K) -> V) -> V {
    if let Some(value) = table.get(&key) {
        return value.clone();
    }
    if table.len() >= KEPT {
        table.clear();
    }
    let value = make(&key);
    table.insert(key, value.clone());
    value
}

impl Shared {
    /// The state of a container that runs since `started`.
    pub fn running(&mut self, started: Time) -> Value {
        let stamps = &mut self.stamps;
        kept(&mut self.running, started.unix(), |_| {
            Value::Map(map! { "running" => map! { "startedAt" => stamps.rfc3339(started) } })
        })
    }

    /// The state of a container that waits for `reason`.
    pub fn waiting(&mut self, reason: Str) -> Value {
        kept(&mut self.waiting, reason, |reason| Value::Map(map! { "waiting" => map! { "reason" => reason } }))
    }

    /// The state of a container that is held up.
    pub fn held(&mut self, hold: &Hold) -> Value {
        if hold.message.is_empty() {
            return self.waiting(Str::from(hold.reason));
        }
        Value::Map(map! { "waiting" => map! { "reason" => hold.reason, "message" => &hold.message } })
    }

    /// `{}`.
    pub fn empty(&self) -> Value {
        Value::from(&self.empty)
    }

    /// `condition` at its `place` among the kubelet's own, as it was made at the same instant, `now`.
    pub fn condition(&mut self, now: &Str, place: usize, condition: &Condition<'_>) -> Value {
        let known = &mut self.conditions;
        if known.made_at != *now {
            known.made_at = now.clone();
            known.made.clear();
            known.lists.clear();
        }
        if let Some((_, made)) = known.made.iter().find(|(it, made)| *it == place && condition.is_told_by(made)) {
            return made.clone();
        }
        let made = condition.to_value();
        if known.made.len() < FEW * FEW {
            known.made.push((place, made.clone()));
        }
        made
    }

    /// The list of these very conditions, as it was made at the same instant.
    pub fn condition_list(&mut self, conditions: Vec<Value>) -> Value {
        let known = &mut self.conditions;
        if let Some(list) = known.lists.iter().find(|it| is_list_of(it.items(), &conditions)) {
            return list.clone();
        }
        if known.lists.len() >= FEW {
            known.lists.remove(0);
        }
        let list = Value::from(conditions);
        known.lists.push(list.clone());
        list
    }

    /// `name` between `before` and a bracket.
    pub fn in_brackets(&mut self, before: &'static str, name: &Str) -> Str {
        self.about(before, name, || joined(&[before, name, "]"]))
    }

    /// Where the container `name` is in a spec: `spec.containers{web}`.
    pub fn field_path(&mut self, list: &'static str, name: &Str) -> Str {
        self.about(list, name, || joined(&["spec.", list, "{", name, "}"]))
    }

    fn about(&mut self, what: &'static str, name: &Str, make: impl FnOnce() -> Str) -> Str {
        if let Some(known) = self.about.iter().find(|it| it.name == *name && it.what == what) {
            return known.text.clone();
        }
        if self.about.len() >= FEW {
            self.about.remove(0);
        }
        let text = make();
        self.about.push(About { what, name: name.clone(), text: text.clone() });
        text
    }

    /// The image that a container's spec names `image`.
    pub fn image(&mut self, image: &Str) -> Image {
        kept(&mut self.images, image.clone(), |image| Image::new(image))
    }

    /// The `user` of a container that runs as its image says, which is root.
    pub fn root(&mut self) -> Value {
        if self.root.is_none() {
            self.root = Some(self.user(0, 0, vec![0]));
        }
        self.root.clone().unwrap_or_default()
    }

    /// The `user` of a container's status.
    pub fn user(&mut self, uid: i64, gid: i64, groups: Vec<i64>) -> Value {
        kept(&mut self.users, (uid, gid, groups), |(uid, gid, groups)| {
            let groups = Value::list(groups.iter().copied());
            let linux = map! { "uid" => *uid, "gid" => *gid, "supplementalGroups" => groups };
            Value::Map(map! { "linux" => linux })
        })
    }
}

impl Image {
    /// Fills in what `image` leaves open: the registry `docker.io`, its folder `library`, the tag `latest`.
    pub fn new(image: &str) -> Self {
        let registry = image.split_once('/').filter(|(first, _)| first.contains(['.', ':']) || *first == "localhost");
        let full = match (registry, image.contains('/')) {
            (Some(_), _) => image.to_owned(),
            (None, true) => format!("docker.io/{image}"),
            (None, false) => format!("docker.io/library/{image}"),
        };
        let path = full.rfind('/').map_or(0, |at| at + 1);
        let (repository, name) = match (full.find('@'), full[path..].find(':')) {
            (Some(at), _) => return Image { name: Str::from(&full[..]), id: digest(&full[..at], &full) },
            (None, Some(colon)) => (full[..path + colon].to_owned(), full),
            (None, None) => (full.clone(), format!("{full}:latest")),
        };
        Image { id: digest(&repository, &name), name: Str::from(name) }
    }
}

fn digest(repository: &str, name: &str) -> Str {
    match name.split_once('@') {
        Some(_) => Str::from(name),
        None => Str::from(format!("{repository}@sha256:{}", identity::hex(&["image", name], 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_named_in_full() {
        let table = [
            ("busybox", "docker.io/library/busybox:latest", "docker.io/library/busybox@sha256:"),
            ("busybox:1.36", "docker.io/library/busybox:1.36", "docker.io/library/busybox@sha256:"),
            ("bitnami/nginx", "docker.io/bitnami/nginx:latest", "docker.io/bitnami/nginx@sha256:"),
            ("quay.io/a/b:1", "quay.io/a/b:1", "quay.io/a/b@sha256:"),
            ("localhost:5000/a", "localhost:5000/a:latest", "localhost:5000/a@sha256:"),
            ("a@sha256:12", "docker.io/library/a@sha256:12", "docker.io/library/a@sha256:12"),
        ];
        for (image, name, id) in table {
            let got = Image::new(image);
            assert_eq!(got.name, name, "{image}");
            assert!(got.id.starts_with(id), "{image}: {}", got.id);
        }
    }

    #[test]
    fn equal_parts_are_one_part() {
        let mut shared = Shared::default();
        let (a, b) = (shared.running(Time(1_500_000_000)), shared.running(Time(1_900_000_000)));
        match (&a, &b) {
            (Value::Map(a), Value::Map(b)) => assert!(a.is_shared_with(b)),
            _ => panic!("a state is a map"),
        }
    }

    #[test]
    fn a_message_about_a_container_is_remembered_by_its_name_and_by_what_it_says() {
        let (mut shared, name) = (Shared::default(), Str::from("web"));
        let first = shared.in_brackets("unready: [", &name);
        assert_eq!(first, "unready: [web]");
        assert!(Str::ptr_eq(&first, &shared.in_brackets("unready: [", &Str::from("web"))));
        assert_eq!(shared.in_brackets("incomplete: [", &name), "incomplete: [web]");
        assert_eq!(shared.in_brackets("unready: [", &Str::from("db")), "unready: [db]");
        assert_eq!(shared.field_path("containers", &name), "spec.containers{web}");
        assert_eq!(shared.field_path("initContainers", &name), "spec.initContainers{web}");
    }
}
