//! What volumes hold that the API tells: ConfigMaps, Secrets, the downward API and their projections (`pkg/volume/configmap`,
//! `pkg/volume/secret`, `pkg/volume/downwardapi`, `pkg/volume/projected`).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use std::cell::RefCell;
use std::sync::Arc;

use super::Sources;
use crate::kubelet::downward::Facts;
use crate::kubelet::environment::data;
use crate::kubelet::identity;
use crate::kubelet::shell::tree::Tree;
use crate::map;
use crate::object::{Key, Map, Object, Str, Value, kinds};
use crate::store::{Store, View};

/// The mode of a file where nobody says anything.
const DEFAULT_MODE: i64 = 0o644;
/// The least time that a token lasts when nobody says anything.
const TOKEN_SECONDS: i64 = 3600;
/// Who gives out tokens.
const ISSUER: &str = "https://kubernetes.default.svc.cluster.local";

/// One file: its path in the volume, its text and its mode.
type File = (String, String, u32);

/// What a published volume holds now.
///
/// # Errors
/// What is missing, in the words of the volume's plugin: `configmap "x" not found`.
pub fn tree(volume: &Value, sources: &Sources<'_>) -> Result<Tree, String> {
    let mut tree = Tree::default();
    for (path, text, mode) in files(volume, sources)? {
        tree.add_file(&path, &text, sources.now, mode);
    }
    Ok(tree)
}

/// Of how many projections it is remembered where their content comes from.
const KEPT: usize = 16;

/// Where the content of the last few projections comes from: all pods of a namespace and an account have the same one for their
/// token.
#[derive(Debug, Default)]
pub struct Origins(RefCell<Vec<(Projection, Arc<[Key]>)>>);

/// A projection, and what decides beside it which objects it tells of.
#[derive(Debug)]
struct Projection {
    projected: Value,
    namespace: Str,
    account: Value,
}

impl Origins {
    /// The keys of the objects that a published volume of `pod` tells of.
    pub fn of(&self, volume: &Value, pod: &Object) -> Arc<[Key]> {
        let (projected, account) = (&volume["projected"], &pod.spec()["serviceAccountName"]);
        if projected.is_null() {
            return origins(volume, pod);
        }
        let is_it = |it: &Projection| {
            it.projected.is_shared_with(projected) && it.namespace == pod.meta.namespace && it.account == *account
        };
        let mut known = self.0.borrow_mut();
        if let Some((_, keys)) = known.iter().rev().find(|(it, _)| is_it(it)) {
            return keys.clone();
        }
        if known.len() >= KEPT {
            known.remove(0);
        }
        let keys = origins(volume, pod);
        let (projected, namespace, account) = (projected.clone(), pod.meta.namespace.clone(), account.clone());
        known.push((Projection { projected, namespace, account }, keys.clone()));
        keys
    }
}

/// What a published volume holds now, of which nothing is worked out before somebody looks at it.
pub fn later(volume: &Value, sources: &Sources<'_>, known: &Origins) -> Tree {
    let facts = sources.facts;
    let (volume, pod, node, now) = (volume.clone(), facts.pod.clone(), facts.node.clone(), sources.now);
    let address = facts.address.cloned();
    let keys = known.of(&volume, &pod);
    let mut objects: Vec<Arc<Object>> = Vec::with_capacity(keys.len());
    objects.extend(keys.iter().filter_map(|it| sources.view.get(it).cloned()));
    Tree::later(move || {
        let mut store = Store::new();
        for object in &objects {
            store.put(Object::clone(object), now, Str::new());
        }
        let facts = Facts { pod: &pod, address: address.as_ref(), node: &node };
        tree(&volume, &Sources { facts, view: View::new(&store), now }).unwrap_or_default()
    })
}

/// Where to find the objects that a published volume tells of.
fn origins(volume: &Value, pod: &Object) -> Arc<[Key]> {
    let mut keys = Vec::new();
    let mut of = |source: &Value, secret_field: &str| {
        for (field, source) in source.as_map().into_iter().flat_map(Map::iter) {
            let (kind, name) = match field.as_str() {
                "configMap" => (kinds::CONFIG_MAP, &source["name"]),
                "secret" => (kinds::SECRET, &source[secret_field]),
                "serviceAccountToken" => (kinds::SERVICE_ACCOUNT, &pod.spec()["serviceAccountName"]),
                _ => continue,
            };
            let name = name.as_shared_str().cloned().unwrap_or_default();
            keys.push(Key { kind, namespace: pod.meta.namespace.clone(), name });
        }
    };
    of(volume, "secretName");
    // A projection names all of its sources by `name`.
    volume["projected"]["sources"].items().iter().for_each(|it| of(it, "name"));
    Arc::from(keys)
}

fn files(volume: &Value, sources: &Sources<'_>) -> Result<Vec<File>, String> {
    let mode = |it: &Value| it["defaultMode"].as_i64().unwrap_or(DEFAULT_MODE);
    if !volume["configMap"].is_null() {
        let source = &volume["configMap"];
        return payload(source, "name", false, mode(source), sources);
    }
    if !volume["secret"].is_null() {
        let source = &volume["secret"];
        return payload(source, "secretName", true, mode(source), sources);
    }
    if !volume["downwardAPI"].is_null() {
        let source = &volume["downwardAPI"];
        return downward(source, mode(source), sources);
    }
    let projected = &volume["projected"];
    let mode = mode(projected);
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    for source in projected["sources"].items() {
        let part = if !source["configMap"].is_null() {
            payload(&source["configMap"], "name", false, mode, sources)
        } else if !source["secret"].is_null() {
            payload(&source["secret"], "name", true, mode, sources)
        } else if !source["downwardAPI"].is_null() {
            downward(&source["downwardAPI"], mode, sources)
        } else if !source["serviceAccountToken"].is_null() {
            token(&source["serviceAccountToken"], mode, sources)
        } else {
            Ok(Vec::new())
        };
        match part {
            Ok(part) => files.extend(part),
            Err(error) => errors.push(error),
        }
    }
    match errors.len() {
        0 => Ok(files),
        1 => Err(errors.remove(0)),
        _ => Err(format!("[{}]", errors.join(", "))),
    }
}

fn file_mode(item: &Value, default: i64) -> u32 {
    u32::try_from(item["mode"].as_i64().unwrap_or(default)).unwrap_or_default()
}

/// The files of a ConfigMap or Secret: all of its keys, or the items that are named.
fn payload(
    source: &Value,
    field: &str,
    is_secret: bool,
    mode: i64,
    sources: &Sources<'_>,
) -> Result<Vec<File>, String> {
    let (kind, word) = if is_secret { (kinds::SECRET, "secret") } else { (kinds::CONFIG_MAP, "configmap") };
    let name = source[field].str_or_empty();
    let optional = source["optional"].is_true();
    let key = Key::new(kind, sources.facts.pod.meta.namespace.clone(), name);
    let Some(object) = sources.view.get(&key) else {
        return if optional { Ok(Vec::new()) } else { Err(format!("{word} {name:?} not found")) };
    };
    if source["items"].is_empty() {
        let keys = |field: &str| object.body.get(field).and_then(Value::as_map).into_iter().flat_map(Map::keys);
        let all = keys("data").chain(keys("binaryData"));
        return Ok(all
            .filter_map(|it| Some((it.to_string(), text(object, it)?, file_mode(&Value::Null, mode))))
            .collect());
    }
    let mut files = Vec::new();
    for item in source["items"].items() {
        let key = item["key"].str_or_empty();
        match text(object, key) {
            Some(text) => files.push((item["path"].str_or_empty().to_owned(), text, file_mode(item, mode))),
            None if optional => {}
            None => {
                let word = if is_secret { "secret" } else { "config" };
                return Err(format!("references non-existent {word} key: {key}"));
            }
        }
    }
    Ok(files)
}

fn text(object: &Object, key: &str) -> Option<String> {
    let binary = || {
        let value = object.body.get("binaryData")?.as_map()?.get(key)?.as_str()?;
        Some(String::from_utf8_lossy(&STANDARD.decode(value).unwrap_or_default()).into_owned())
    };
    data(object, key).map(|it| it.to_string()).or_else(binary)
}

fn downward(source: &Value, mode: i64, sources: &Sources<'_>) -> Result<Vec<File>, String> {
    let file = |item: &Value| {
        let text = match item["fieldRef"]["fieldPath"].as_str() {
            Some(path) => sources.facts.field(path)?,
            None => sources.facts.resource(&item["resourceFieldRef"], None)?,
        };
        Ok((item["path"].str_or_empty().to_owned(), text, file_mode(item, mode)))
    };
    source["items"].items().iter().map(file).collect()
}

/// A token of the pod's service account, in the form of a JWT; its signature only looks like one.
fn token(source: &Value, mode: i64, sources: &Sources<'_>) -> Result<Vec<File>, String> {
    let pod = sources.facts.pod;
    let name = pod.spec()["serviceAccountName"].str_or_empty();
    let key = Key::new(kinds::SERVICE_ACCOUNT, pod.meta.namespace.clone(), name);
    let Some(account) = sources.view.get(&key) else {
        return Err(format!("failed to fetch token: serviceaccounts {name:?} not found"));
    };
    let audience = source["audience"].as_str().filter(|it| !it.is_empty()).unwrap_or(ISSUER);
    let seconds = source["expirationSeconds"].as_i64().unwrap_or(TOKEN_SECONDS);
    let now = sources.now.unix();
    let stamp = now.to_string();
    let named = |it: &Object| map! { "name" => &it.meta.name, "uid" => &it.meta.uid };
    let about = map! {
        "namespace" => &pod.meta.namespace,
        "node" => named(sources.facts.node),
        "pod" => named(pod),
        "serviceaccount" => named(account),
    };
    let claims = map! {
        "aud" => Value::list([audience]),
        "exp" => now + seconds,
        "iat" => now,
        "iss" => ISSUER,
        "jti" => identity::uuid(&["token", &pod.meta.uid, audience, &stamp]),
        "kubernetes.io" => about,
        "nbf" => now,
        "sub" => format!("system:serviceaccount:{}:{name}", pod.meta.namespace),
    };
    let part = |it: Map| URL_SAFE_NO_PAD.encode(Value::Map(it).to_json());
    let signature: Str = identity::hex(&["signature", &pod.meta.uid, audience, &stamp], 64);
    let header = map! { "alg" => "RS256", "kid" => "seatrial" };
    let text = format!("{}.{}.{}", part(header), part(claims), URL_SAFE_NO_PAD.encode(signature.as_bytes()));
    Ok(vec![(source["path"].str_or_empty().to_owned(), text, file_mode(&Value::Null, mode))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::kubelet::node::new_node;

    fn value(json: &str) -> Value {
        Value::from_json(json.as_bytes()).expect("valid JSON")
    }

    fn check(volume: &str, want: Result<&[&str], &str>) {
        let mut store = Store::new();
        for (kind, name, data) in [
            (kinds::CONFIG_MAP, "settings", r#"{"app.conf":"a=1","extra":"x"}"#),
            (kinds::SECRET, "login", r#"{"password":"aHVudGVyMg=="}"#),
            (kinds::SERVICE_ACCOUNT, "default", "{}"),
        ] {
            let mut object = Object::new(kind, "team", name);
            object.body.insert("data", value(data));
            store.put(object, Time::from_unix(0), Str::from("test"));
        }
        let mut pod = Object::new(kinds::POD, "team", "web");
        pod.meta.set_label("app", "web");
        let spec =
            r#"{"serviceAccountName":"default","containers":[{"name":"c","resources":{"requests":{"cpu":"2"}}}]}"#;
        pod.body.insert("spec", value(spec));
        let node = Arc::new(new_node("node-0", 0, Time::from_unix(0)));
        let facts = Facts { pod: &Arc::new(pod), address: None, node: &node };
        let sources = Sources { facts, view: View::new(&store), now: Time::from_unix(0) };
        let shown = |(path, text, mode): File| {
            let text = if text.len() > 40 { "a token".to_owned() } else { text };
            format!("{path} {mode:o} {text}")
        };
        let got: Result<Vec<String>, String> =
            files(&value(volume), &sources).map(|it| it.into_iter().map(shown).collect());
        let want = want.map(|it| it.iter().map(|it| (*it).to_owned()).collect()).map_err(str::to_owned);
        assert_eq!(got, want, "{volume}");
        let at_once = tree(&value(volume), &sources).unwrap_or_default();
        assert_eq!(later(&value(volume), &sources, &Origins::default()), at_once, "{volume}");
    }

    #[test]
    fn pods_share_where_a_projection_comes_from_if_they_share_all_that_decides_it() {
        let pod = |namespace: &str, account: &str| {
            let mut pod = Object::new(kinds::POD, namespace, "web");
            pod.spec_mut().set("serviceAccountName", account);
            pod
        };
        let volume = |name: &str| {
            value(&format!(
                r#"{{"name":"v","projected":{{"sources":[{{"serviceAccountToken":{{"path":"token"}}}},{{"configMap":{{"name":{name:?}}}}}]}}}}"#
            ))
        };
        let (known, a) = (Origins::default(), volume("a"));
        let of = |volume: &Value, namespace: &str, account: &str| known.of(volume, &pod(namespace, account));
        let names = |keys: &[Key]| keys.iter().map(|it| format!("{}/{}", it.namespace, it.name)).collect::<Vec<_>>();
        let first = of(&a, "team", "default");
        assert_eq!(names(&first), ["team/default", "team/a"]);
        assert!(Arc::ptr_eq(&first, &of(&a, "team", "default")));
        assert_eq!(names(&of(&a, "other", "default")), ["other/default", "other/a"]);
        assert_eq!(names(&of(&a, "team", "robot")), ["team/robot", "team/a"]);
        assert_eq!(names(&of(&volume("b"), "team", "default")), ["team/default", "team/b"]);
    }

    #[test]
    fn a_volume_holds_the_keys_of_its_object_or_the_items_that_are_named() {
        check(r#"{"configMap":{"name":"settings"}}"#, Ok(&["app.conf 644 a=1", "extra 644 x"]));
        let items = r#""items":[{"key":"app.conf","path":"etc/app","mode":256}]"#;
        check(&format!(r#"{{"configMap":{{"name":"settings",{items}}}}}"#), Ok(&["etc/app 400 a=1"]));
        check(r#"{"secret":{"secretName":"login","defaultMode":256}}"#, Ok(&["password 400 hunter2"]));
        let items = r#""items":[{"key":"none","path":"x"}]"#;
        let named = |kind: &str, name: &str| format!(r#"{{{kind}:{{{name},{items}}}}}"#);
        check(&named(r#""configMap""#, r#""name":"settings""#), Err("references non-existent config key: none"));
        check(&named(r#""secret""#, r#""secretName":"login""#), Err("references non-existent secret key: none"));
        check(&named(r#""secret""#, r#""optional":true,"secretName":"login""#), Ok(&[]));
        check(r#"{"configMap":{"name":"none"}}"#, Err("configmap \"none\" not found"));
        check(r#"{"secret":{"secretName":"none","optional":true}}"#, Ok(&[]));
    }

    #[test]
    fn a_projection_holds_what_its_sources_hold_and_tells_of_all_that_is_missing() {
        check(
            r#"{"projected":{"sources":[{"serviceAccountToken":{"path":"token"}},{"configMap":{"name":"settings",
                "items":[{"key":"extra","path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace",
                "fieldRef":{"fieldPath":"metadata.namespace"}},{"path":"cpu","mode":292,
                "resourceFieldRef":{"containerName":"c","resource":"requests.cpu"}}]}}]}}"#,
            Ok(&["token 644 a token", "ca.crt 644 x", "namespace 644 team", "cpu 444 2"]),
        );
        check(
            r#"{"projected":{"sources":[{"configMap":{"name":"a"}},{"secret":{"name":"b"}}]}}"#,
            Err("[configmap \"a\" not found, secret \"b\" not found]"),
        );
    }
}
