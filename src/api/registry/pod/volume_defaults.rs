//! What volumes leave open (`pkg/apis/core/v1/defaults.go`, `zz_generated.defaults.go`).

use super::defaults::default_divisor;
use super::draft::{Draft, Rule};
use super::image;
use crate::object::{Value, literal};

/// The mode of files in a volume, 0644, unless it says otherwise.
const FILE_MODE: i64 = 0o644;

/// The volume sources that have something to fill in.
const SOURCES: [(&str, Rule); 12] = [
    ("secret", file_mode),
    ("configMap", file_mode),
    ("projected", projected),
    ("downwardAPI", downward_api_volume),
    ("hostPath", host_path),
    ("emptyDir", empty_dir),
    ("ephemeral", ephemeral),
    ("image", image_source),
    ("iscsi", iscsi),
    ("rbd", rbd),
    ("azureDisk", azure_disk),
    ("scaleIO", scale_io),
];

pub(super) fn default_volume(volume: &Value) -> Option<Value> {
    let map = volume.as_map()?;
    let mut draft = Draft::new(volume);
    if !map.iter().any(|(key, value)| key != "name" && !value.is_null()) {
        draft.set(literal!("emptyDir"), Value::empty_map());
        return draft.done();
    }
    for (key, _) in map.iter() {
        if let Some((source, rule)) = SOURCES.iter().find(|(source, _)| key == source) {
            draft.within(source, *rule);
        }
    }
    draft.done()
}

/// `fieldRef.apiVersion` is v1.
pub(super) fn default_field_ref(field: &Value) -> Option<Value> {
    let mut draft = Draft::new(field);
    draft.unless_set("apiVersion", literal!("v1"));
    draft.done()
}

fn file_mode(source: &Value) -> Option<Value> {
    let mut draft = Draft::new(source);
    draft.unless_present("defaultMode", FILE_MODE);
    draft.done()
}

fn host_path(source: &Value) -> Option<Value> {
    let mut draft = Draft::new(source);
    draft.unless_present("type", literal!(""));
    draft.done()
}

fn empty_dir(source: &Value) -> Option<Value> {
    let mut draft = Draft::new(source);
    draft.within("sizeLimit", super::defaults::quantity);
    draft.done()
}

fn downward_api_volume(source: &Value) -> Option<Value> {
    let mut draft = Draft::new(source);
    draft.each("items", downward_api_file);
    draft.unless_present("defaultMode", FILE_MODE);
    draft.done()
}

fn downward_api_file(file: &Value) -> Option<Value> {
    let mut draft = Draft::new(file);
    draft.within("fieldRef", default_field_ref);
    draft.within("resourceFieldRef", default_divisor);
    draft.done()
}

fn projected(source: &Value) -> Option<Value> {
    let mut draft = Draft::new(source);
    draft.each("sources", |source| {
        let mut draft = Draft::new(source);
        draft.within("downwardAPI", |it| {
            let mut draft = Draft::new(it);
            draft.each("items", downward_api_file);
            draft.done()
        });
        draft.within("serviceAccountToken", |it| {
            let mut draft = Draft::new(it);
            draft.unless_present("expirationSeconds", 3600);
            draft.done()
        });
        draft.done()
    });
    draft.unless_present("defaultMode", FILE_MODE);
    draft.done()
}

fn ephemeral(source: &Value) -> Option<Value> {
    fn spec(spec: &Value) -> Option<Value> {
        let mut draft = Draft::new(spec);
        draft.within("resources", |it| {
            let mut draft = Draft::new(it);
            draft.within("limits", super::defaults::resource_list);
            draft.within("requests", super::defaults::resource_list);
            draft.done()
        });
        draft.unless_present("volumeMode", literal!("Filesystem"));
        draft.done()
    }
    let mut draft = Draft::new(source);
    draft.within("volumeClaimTemplate", |template| {
        let mut draft = Draft::new(template);
        draft.within("spec", spec);
        draft.done()
    });
    draft.done()
}

fn image_source(source: &Value) -> Option<Value> {
    let mut draft = Draft::new(source);
    let is_latest = image::tag(draft.get("reference").str_or_empty()) == Some("latest");
    draft.unless_set("pullPolicy", if is_latest { literal!("Always") } else { literal!("IfNotPresent") });
    draft.done()
}

fn iscsi(source: &Value) -> Option<Value> {
    let mut draft = Draft::new(source);
    draft.unless_set("iscsiInterface", literal!("default"));
    draft.done()
}

fn rbd(source: &Value) -> Option<Value> {
    let mut draft = Draft::new(source);
    draft.unless_set("pool", literal!("rbd"));
    draft.unless_set("user", literal!("admin"));
    draft.unless_set("keyring", literal!("/etc/ceph/keyring"));
    draft.done()
}

fn azure_disk(source: &Value) -> Option<Value> {
    let mut draft = Draft::new(source);
    draft.unless_present("cachingMode", literal!("ReadWrite"));
    draft.unless_present("kind", literal!("Shared"));
    draft.unless_present("fsType", literal!("ext4"));
    draft.unless_present("readOnly", false);
    draft.done()
}

fn scale_io(source: &Value) -> Option<Value> {
    let mut draft = Draft::new(source);
    draft.unless_set("storageMode", literal!("ThinProvisioned"));
    draft.unless_set("fsType", literal!("xfs"));
    draft.done()
}
