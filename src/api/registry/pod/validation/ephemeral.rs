//! Adding ephemeral containers to a pod (`ValidatePodEphemeralContainersUpdate`).

use super::annotations::MIRROR;
use super::{SPEC, validate_spec};
use crate::api::field::{At, ErrorList};
use crate::api::registry::pod::go_form::ephemeral_container_difference;
use crate::object::Object;

/// Checks a write of `/ephemeralcontainers`: they may be added, and none may go or change.
pub fn validate_ephemeral_containers_update(new: &Object, old: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    if old.meta.annotation(MIRROR).is_some() {
        errors.forbidden(&At::new(""), "static pods do not support ephemeral containers");
        return errors;
    }
    validate_spec(new, &mut errors);
    let at = SPEC.child("ephemeralContainers");
    let containers = new.spec()["ephemeralContainers"].items();
    for before in old.spec()["ephemeralContainers"].items() {
        let name = before["name"].str_or_empty();
        match containers.iter().rfind(|it| it["name"] == before["name"]) {
            None => errors.forbidden(&at, format!("existing ephemeral containers {name:?} may not be removed\n")),
            Some(now) if now != before => {
                let difference = ephemeral_container_difference(before, now);
                let detail = format!("existing ephemeral containers {name:?} may not be changed\n{difference}");
                errors.forbidden(&at, detail);
            }
            Some(_) => {}
        }
    }
    errors
}
