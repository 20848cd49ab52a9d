//! What the volumes of pods are warned of.

use super::storage;
use crate::api::field::Path;
use crate::object::Value;

/// Sources that nothing makes volumes of any more, in the order of the checks.
const GONE: [(&str, &str, &str); 8] = [
    ("photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    ("scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("flocker", "flocker", "deprecated in v1.22, non-functional in v1.25+"),
    ("storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"),
    ("quobyte", "quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    ("glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"),
];

/// Adds what the volumes at `path` are warned of.
pub(super) fn of_pod(path: &Path, volumes: &Value, found: &mut Vec<String>) {
    for (i, volume) in volumes.items().iter().enumerate() {
        for (source, shown, why) in GONE {
            if !volume[source].is_null() {
                found.push(format!("{}: {why}", path.index(i).child(shown)));
            }
        }
        let template = &volume["ephemeral"]["volumeClaimTemplate"];
        if !template.is_null() {
            let at = path.index(i).child("ephemeral").child("volumeClaimTemplate").child("spec");
            storage::claim_spec(&at, &template["spec"], found);
        }
    }
    for volume in volumes.items() {
        overlaps(volume, found);
    }
}

fn paths(items: &Value) -> Vec<&str> {
    items.items().iter().map(|it| it["path"].str_or_empty()).collect()
}

/// Files of one volume whose paths are the same or go through each other (`warningsForOverlappingVirtualPaths`).
fn overlaps(volume: &Value, found: &mut Vec<String>) {
    let name = volume["name"].str_or_empty();
    for (source, what, named) in [("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName")] {
        let items = &volume[source]["items"];
        if !items.is_null() {
            let text =
                format!("volume {name:?} ({what} {:?}): overlapping paths", volume[source][named].str_or_empty());
            check(&paths(items), &text, found);
        }
    }
    let items = &volume["downwardAPI"]["items"];
    if !items.is_null() {
        check(&paths(items), &format!("volume {name:?} (DownwardAPI): overlapping paths"), found);
    }
    projected(name, &volume["projected"]["sources"], found);
}

fn projected(name: &str, sources: &Value, found: &mut Vec<String>) {
    let (mut own, mut text) = (Vec::new(), String::new());
    let mut all: Vec<&str> = Vec::new();
    for source in sources.items() {
        if source.as_map().is_none_or(|it| it.iter().all(|(_, part)| part.is_null())) {
            found.push(format!("volume {name:?} (Projected) has no sources provided"));
            continue;
        }
        let named = |what: &str, part: &Value| {
            format!("volume {name:?} (Projected {what} {:?}): overlapping paths", part["name"].str_or_empty())
        };
        let unnamed = |what: &str| format!("volume {name:?} (Projected {what}): overlapping paths");
        let (map, secret, files) = (&source["configMap"], &source["secret"], &source["downwardAPI"]);
        if !map["items"].is_null() {
            (own, text) = (paths(&map["items"]), named("ConfigMap", map));
        } else if !secret["items"].is_null() {
            (own, text) = (paths(&secret["items"]), named("Secret", secret));
        } else if !files["items"].is_null() {
            (own, text) = (paths(&files["items"]), unnamed("DownwardAPI"));
        } else if !source["serviceAccountToken"].is_null() {
            own = vec![source["serviceAccountToken"]["path"].str_or_empty()];
            text = unnamed("ServiceAccountToken");
        }
        if own.is_empty() {
            continue;
        }
        check(&own, &text, found);
        let mut once = own.clone();
        once.sort_unstable();
        once.dedup();
        let mut together: Vec<&str> = once.iter().chain(&all).copied().collect();
        together.sort_unstable();
        check(&together, &text, found);
        all.extend(once);
        all.sort_unstable();
        all.dedup();
    }
}

fn check(paths: &[&str], text: &str, found: &mut Vec<String>) {
    let mut seen: Vec<&str> = Vec::new();
    for path in paths {
        let path = path.trim_end_matches('/');
        if let Some(other) = overlap(&seen, path) {
            found.push(format!("{text}: {path:?} with {other:?}"));
        }
        if !seen.contains(&path) {
            seen.push(path);
        }
    }
}

fn overlap<'a>(seen: &[&'a str], path: &str) -> Option<&'a str> {
    for other in seen {
        if other.is_empty() || path.is_empty() {
            return None;
        }
        if *other == path || format!("{other}/").starts_with(path) || format!("{path}/").starts_with(other) {
            return Some(other);
        }
    }
    None
}
