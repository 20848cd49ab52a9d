//! The custom kinds that the scenario's own cluster serves: steps know them as soon as its API has established them.

use super::Result;
use crate::api::custom::Definition;
use crate::api::custom::definition::conditions;
use crate::object::{Kind, Object, Str, kinds};
use crate::world::World;

/// The definitions that a cluster serves.
#[derive(Debug, Default)]
pub(super) struct Definitions(Vec<Definition>);

impl Definitions {
    /// The definition that people mean by `word`.
    pub fn called(&self, word: &str) -> Option<&Definition> {
        self.0.iter().find(|it| it.is_called(word))
    }

    /// The kind that is served as `kind` in `api_version`.
    pub fn serving(&self, api_version: &str, kind: &str) -> Option<Kind> {
        let (group, version) = api_version.split_once('/')?;
        let found = self.0.iter().find(|it| it.group == group && it.names.kind == kind)?;
        found.version(version).is_some_and(|it| it.served).then_some(found.kind)
    }

    /// The kinds by their own names, with the group version that clients prefer for each.
    pub fn kinds(&self) -> impl Iterator<Item = (&Str, Str)> {
        self.0.iter().filter_map(|it| Some((&it.names.kind, preferred(it)?)))
    }

    /// What the kinds are called on command lines.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|it| it.names.singular.as_str())
    }

    /// The group version that clients prefer for `kind`.
    pub fn preferred(&self, kind: Kind) -> Option<Str> {
        self.0.iter().find(|it| it.kind == kind).and_then(preferred)
    }
}

fn preferred(definition: &Definition) -> Option<Str> {
    let versions = definition.served_versions();
    versions.first().map(|version| definition.api_version(version))
}

impl World {
    /// The definitions that the cluster serves; none before there is a cluster.
    pub(super) async fn definitions(&self) -> Result<Definitions> {
        if !self.has_cluster() {
            return Ok(Definitions::default());
        }
        let of = kinds::CUSTOM_RESOURCE_DEFINITION;
        let objects = self.list(of, None).await?;
        let objects = objects.iter().map(|it| Object::from_value(of, it));
        let served = objects.filter(|it| conditions::is_true(it, "Established"));
        Ok(Definitions(served.filter_map(|it| Definition::read(&it)).collect()))
    }
}
