//! The variables of a container (`makeEnvironmentVariables` in `pkg/kubelet/kubelet_pods.go`,
//! `third_party/forked/golang/expansion/expand.go`).

pub mod services;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::downward::Facts;
use super::known::Known;
use super::shell::tree::Tree;
use super::shell::{Environment, exported};
use crate::object::{Key, Object, Str, Value, kinds, literal};
use crate::store::View;

/// What every container has from its runtime.
static HOME: Str = literal!("/root");
static PATH: Str = literal!("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
/// The longest host name.
const MOST_HOSTNAME: usize = 63;

/// Where the values of variables come from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The pod and its place.
    pub facts: Facts<'a>,
    /// ConfigMaps, Secrets and Services.
    pub view: View<'a>,
    /// What is in the pod's own volumes.
    pub volumes: &'a BTreeMap<Str, Tree>,
    /// What was worked out before.
    pub known: &'a Known,
}

/// The variables of `container`, but for those of its runtime.
///
/// # Errors
/// What is missing, in the kubelet's words: `configmap "x" not found`.
pub fn environment(container: &Value, sources: &Sources<'_>) -> Result<Environment, String> {
    let mut all = sources.known.services.variables(sources.facts.pod, sources.view);
    for source in container["envFrom"].items() {
        for (name, value) in all_of(source, sources)? {
            all.insert(name, exported(value));
        }
    }
    for variable in container["env"].items() {
        let value = match variable["value"].as_shared_str().filter(|it| !it.is_empty()) {
            Some(text) if !text.contains('$') => Some(text.clone()),
            Some(text) => {
                let known = |name: &str| all.get(name)?.value.clone();
                Some(sources.known.scripts.text(&expand(text, known)))
            }
            None if variable["valueFrom"].is_null() => Some(Str::new()),
            None => value_from(&variable["valueFrom"], container, sources)?,
        };
        if let Some(value) = value {
            all.insert(variable["name"].as_shared_str().cloned().unwrap_or_default(), exported(value));
        }
    }
    Ok(all)
}

/// `env` with what the runtime adds where the container says nothing else.
pub fn with_runtime(env: &Environment, pod: &Object) -> Environment {
    let own =
        [(literal!("HOME"), HOME.clone()), (literal!("HOSTNAME"), hostname(pod)), (literal!("PATH"), PATH.clone())];
    env.filled_up(own.map(|(name, value)| (name, exported(value))))
}

fn text(it: &Value) -> Option<&Str> {
    it.as_shared_str().filter(|it| !it.is_empty())
}

/// The host name of a pod (`GeneratePodHostNameAndDomain`).
pub fn hostname(pod: &Object) -> Str {
    let spec = pod.spec();
    let overriding = text(&spec["hostnameOverride"]);
    // On the network of its node a pod has the node's name.
    let is_on_node = overriding.is_none() && spec["hostNetwork"].is_true();
    let node = if is_on_node { pod.node_name() } else { None };
    let name = node.or(overriding).or_else(|| text(&spec["hostname"])).unwrap_or(&pod.meta.name);
    match name.get(..MOST_HOSTNAME) {
        Some(cut) if name.len() > MOST_HOSTNAME => Str::from(cut.trim_end_matches(['-', '.'])),
        _ => name.clone(),
    }
}

/// A ConfigMap or Secret of the pod's namespace by its name, or the words for its absence; `None` for an optional one.
fn object<'a>(
    reference: &Value,
    is_secret: bool,
    sources: &'a Sources<'_>,
) -> Result<Option<&'a std::sync::Arc<Object>>, String> {
    let (kind, word) = if is_secret { (kinds::SECRET, "secret") } else { (kinds::CONFIG_MAP, "configmap") };
    let name = reference["name"].str_or_empty();
    let key = Key::new(kind, sources.facts.pod.meta.namespace.clone(), name);
    match sources.view.get(&key) {
        Some(object) => Ok(Some(object)),
        None if reference["optional"].is_true() => Ok(None),
        None => Err(format!("{word} {name:?} not found")),
    }
}

/// The text of a key of a ConfigMap or Secret.
pub fn data(object: &Object, key: &str) -> Option<Str> {
    let value = object.body.get("data")?.as_map()?.get(key)?.as_shared_str()?;
    if object.kind != kinds::SECRET {
        return Some(value.clone());
    }
    let bytes = STANDARD.decode(value.as_str()).unwrap_or_default();
    Some(Str::from(String::from_utf8_lossy(&bytes).as_ref()))
}

/// Every variable of an `envFrom` source.
fn all_of(source: &Value, sources: &Sources<'_>) -> Result<Vec<(Str, Str)>, String> {
    let is_secret = !source["secretRef"].is_null();
    let reference = if is_secret { &source["secretRef"] } else { &source["configMapRef"] };
    let Some(object) = object(reference, is_secret, sources)? else {
        return Ok(Vec::new());
    };
    let (prefix, texts) = (source["prefix"].str_or_empty(), &sources.known.scripts);
    let keys = object.body.get("data").and_then(Value::as_map).map(|it| it.keys());
    let pair = |key: &Str| {
        let name = if prefix.is_empty() { key.clone() } else { texts.text(&format!("{prefix}{key}")) };
        Some((name, texts.shared(data(object, key)?)))
    };
    Ok(keys.into_iter().flatten().filter_map(pair).collect())
}

/// The value of a variable that comes from elsewhere; `None` for one that is optional and not there.
fn value_from(from: &Value, container: &Value, sources: &Sources<'_>) -> Result<Option<Str>, String> {
    let texts = &sources.known.scripts;
    if !from["fieldRef"].is_null() {
        let text = sources.facts.field(from["fieldRef"]["fieldPath"].str_or_empty())?;
        return Ok(Some(texts.text(&text)));
    }
    if !from["resourceFieldRef"].is_null() {
        let text = sources.facts.resource(&from["resourceFieldRef"], Some(container))?;
        return Ok(Some(texts.text(&text)));
    }
    if !from["fileKeyRef"].is_null() {
        return Ok(file_key(&from["fileKeyRef"], sources)?.map(|it| texts.text(&it)));
    }
    let is_secret = !from["secretKeyRef"].is_null();
    let reference = if is_secret { &from["secretKeyRef"] } else { &from["configMapKeyRef"] };
    let Some(object) = object(reference, is_secret, sources)? else {
        return Ok(None);
    };
    let key = reference["key"].str_or_empty();
    match data(object, key) {
        Some(value) => Ok(Some(texts.shared(value))),
        None if reference["optional"].is_true() => Ok(None),
        None => {
            let kind = if is_secret { "Secret" } else { "ConfigMap" };
            Err(format!("couldn't find key {key} in {kind} {}/{}", object.meta.namespace, object.meta.name))
        }
    }
}

/// A key of a file in a volume of the pod, which has lines of the kind `NAME='value'`.
fn file_key(reference: &Value, sources: &Sources<'_>) -> Result<Option<String>, String> {
    let volume = reference["volumeName"].str_or_empty();
    let spec = sources.facts.pod.spec();
    if !spec["volumes"].items().iter().any(|it| it["name"].as_str() == Some(volume)) {
        return Err(format!("cannot find the volume {volume:?} referenced by FileKeyRef"));
    }
    let (path, key) = (reference["path"].str_or_empty(), reference["key"].str_or_empty());
    let inside = super::shell::files::absolute("/", path);
    let text = sources.volumes.get(volume).and_then(|it| it.read(&inside));
    let optional = reference["optional"].is_true();
    let Some(text) = text else {
        return if optional { Ok(None) } else { Err("couldn't parse env file".to_owned()) };
    };
    match in_file(&text, key) {
        Ok(Some(value)) => Ok(Some(value)),
        Ok(None) if optional => Ok(None),
        Ok(None) => {
            let uid = &sources.facts.pod.meta.uid;
            let file = format!("/var/lib/kubelet/pods/{uid}/volumes/kubernetes.io~empty-dir/{volume}{inside}");
            Err(format!("environment variable key {key:?} not found in file {file:?}"))
        }
        Err(()) => Err("couldn't parse env file".to_owned()),
    }
}

/// The value of `key` in the lines of an environment file.
fn in_file(text: &str, key: &str) -> Result<Option<String>, ()> {
    for line in text.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#')) {
        let (name, value) = line.split_once('=').ok_or(())?;
        let value = value.strip_prefix('\'').and_then(|it| it.split_once('\'')).ok_or(())?;
        if name == key {
            return Ok(Some(value.0.to_owned()));
        }
    }
    Ok(None)
}

/// Puts variables in for `$(NAME)`; `$$` is a dollar sign, and an unknown name stays as it is.
pub fn expand(text: &str, known: impl Fn(&str) -> Option<Str>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let reference = rest.strip_prefix('(').and_then(|it| it.split_once(')'));
        match reference.and_then(|(name, after)| Some((known(name)?, after))) {
            Some((value, after)) => {
                out.push_str(&value);
                rest = after;
            }
            None => out.push('$'),
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::Time;
    use crate::kubelet::node::new_node;
    use crate::store::Store;

    fn value(json: &str) -> Value {
        Value::from_json(json.as_bytes()).expect("valid JSON")
    }

    fn store() -> Store {
        let mut store = Store::new();
        let mut put = |kind, namespace: &str, name: &str, field: &'static str, body: &str| {
            let mut object = Object::new(kind, namespace, name);
            object.body.insert(field, value(body));
            store.put(object, Time::from_unix(0), Str::from("test"));
        };
        put(kinds::CONFIG_MAP, "team", "settings", "data", r#"{"colour":"red","size":"3"}"#);
        put(kinds::SECRET, "team", "login", "data", r#"{"password":"aHVudGVyMg=="}"#);
        let port = r#"{"clusterIP":"10.96.0.1","ports":[{"name":"https","port":443,"protocol":"TCP"}]}"#;
        put(kinds::SERVICE, "default", "kubernetes", "spec", port);
        let port = r#"{"clusterIP":"10.96.0.9","ports":[{"port":80,"protocol":"TCP"}]}"#;
        put(kinds::SERVICE, "team", "web-front", "spec", port);
        put(kinds::SERVICE, "team", "headless", "spec", r#"{"clusterIP":"None","ports":[{"port":80}]}"#);
        store
    }

    fn of(container: &str, links: bool) -> Result<Vec<String>, String> {
        let (store, node) = (store(), Arc::new(new_node("node-0", 0, Time::from_unix(0))));
        let mut pod = Object::new(kinds::POD, "team", "web");
        pod.meta.uid = Str::from("u1");
        let spec = format!(r#"{{"enableServiceLinks":{links},"volumes":[{{"name":"v","emptyDir":{{}}}}]}}"#);
        pod.body.insert("spec", value(&spec));
        let mut tree = Tree::default();
        tree.add_file("/app.env", "# made by init\nMODE='fast'\n", Time::from_unix(0), 0o644);
        let volumes = BTreeMap::from([(Str::from("v"), tree)]);
        let facts = Facts { pod: &Arc::new(pod), address: None, node: &node };
        let (view, known) = (View::new(&store), Known::default());
        let env = environment(&value(container), &Sources { facts, view, volumes: &volumes, known: &known })?;
        Ok(env.iter().map(|(name, it)| format!("{name}={}", it.value.as_deref().unwrap_or_default())).collect())
    }

    fn own(env: &str) -> Result<Vec<String>, String> {
        let all = of(&format!(r#"{{"env":[{env}]}}"#), false)?;
        Ok(all.into_iter().filter(|it| !it.starts_with("KUBERNETES_")).collect())
    }

    fn check(env: &str, want: Result<&str, &str>) {
        let got = own(env).map(|it| it.join(" "));
        assert_eq!(got.as_deref().map_err(String::as_str), want, "{env}");
    }

    #[test]
    fn a_variable_comes_from_a_key_of_an_object() {
        let key = |kind: &str, name: &str, key: &str, optional: bool| {
            format!(
                r#"{{"name":"A","valueFrom":{{"{kind}KeyRef":{{"name":"{name}","key":"{key}","optional":{optional}}}}}}}"#
            )
        };
        check(&key("configMap", "settings", "colour", false), Ok("A=red"));
        check(&key("secret", "login", "password", false), Ok("A=hunter2"));
        check(&key("configMap", "none", "colour", false), Err("configmap \"none\" not found"));
        check(&key("secret", "none", "colour", false), Err("secret \"none\" not found"));
        check(&key("configMap", "settings", "k", false), Err("couldn't find key k in ConfigMap team/settings"));
        check(&key("secret", "login", "k", false), Err("couldn't find key k in Secret team/login"));
        check(&key("configMap", "settings", "k", true), Ok(""));
        check(&key("secret", "none", "k", true), Ok(""));
    }

    #[test]
    fn a_variable_comes_from_a_file_of_a_volume() {
        let key = |path: &str, key: &str| {
            let reference = format!(r#"{{"volumeName":"v","path":"{path}","key":"{key}"}}"#);
            format!(r#"{{"name":"A","valueFrom":{{"fileKeyRef":{reference}}}}}"#)
        };
        check(&key("app.env", "MODE"), Ok("A=fast"));
        check(&key("none.env", "MODE"), Err("couldn't parse env file"));
        let file = "/var/lib/kubelet/pods/u1/volumes/kubernetes.io~empty-dir/v/app.env";
        let message = format!("environment variable key \"X\" not found in file {file:?}");
        check(&key("app.env", "X"), Err(message.as_str()));
    }

    #[test]
    fn later_variables_are_made_of_earlier_ones_and_env_wins_over_env_from() {
        let all = of(
            r#"{"envFrom":[{"prefix":"P_","configMapRef":{"name":"settings"}},{"secretRef":{"name":"login"}},
                {"configMapRef":{"name":"none","optional":true}}],
                "env":[{"name":"password","value":"p"},{"name":"B","value":"$(P_colour)-$(C)-$$(P_size)"},{"name":"C","value":"c"}]}"#,
            false,
        );
        let all: Vec<String> =
            all.expect("variables").into_iter().filter(|it| !it.starts_with("KUBERNETES_")).collect();
        assert_eq!(all, ["B=red-$(C)-$(P_size)", "C=c", "P_colour=red", "P_size=3", "password=p"]);
        let missing = of(r#"{"envFrom":[{"secretRef":{"name":"none"}}]}"#, false);
        assert_eq!(missing, Err("secret \"none\" not found".to_owned()));
    }

    #[test]
    fn services_are_told_of_and_kubernetes_in_any_case() {
        let all = of("{}", true).expect("variables");
        let front: Vec<&str> = all.iter().filter_map(|it| it.strip_prefix("WEB_FRONT_")).collect();
        let want = [
            "PORT=tcp://10.96.0.9:80",
            "PORT_80_TCP=tcp://10.96.0.9:80",
            "PORT_80_TCP_ADDR=10.96.0.9",
            "PORT_80_TCP_PORT=80",
            "PORT_80_TCP_PROTO=tcp",
            "SERVICE_HOST=10.96.0.9",
            "SERVICE_PORT=80",
        ];
        assert_eq!(front, want);
        let unlinked = of("{}", false).expect("variables");
        assert!(unlinked.contains(&"KUBERNETES_SERVICE_PORT_HTTPS=443".to_owned()), "{unlinked:?}");
        assert!(unlinked.iter().all(|it| it.starts_with("KUBERNETES_")));
    }

    #[test]
    fn a_host_name_is_the_pods_or_the_one_it_asks_for_and_is_cut() {
        let mut pod = Object::new(kinds::POD, "team", format!("{}-x", "a".repeat(62)));
        assert_eq!(hostname(&pod), "a".repeat(62));
        pod.body.insert("spec", value(r#"{"hostname":"db"}"#));
        assert_eq!(hostname(&pod), "db");
    }
}
