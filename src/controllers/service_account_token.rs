//! Fills secrets of the type `kubernetes.io/service-account-token` with a token of the account that they name, and removes those
//! whose account is gone.
//!
//! Follows `pkg/controller/serviceaccount/tokens_controller.go` of Kubernetes 1.36. Known differences: the signature of a token is
//! nobody's, and follows from its claims.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::api::registry::DeleteOptions;
use crate::clock::Time;
use crate::controllers::service_account::CERTIFICATE;
use crate::controllers::{Action, Controller, Outcome, Wake, Watches};
use crate::map;
use crate::object::{Key, Object, Str, Value, kinds, literal};
use crate::store::{Change, View};

/// The type of the secrets that hold a token.
const TYPE: &str = "kubernetes.io/service-account-token";
/// The annotation with the name of the account.
const ACCOUNT: Str = literal!("kubernetes.io/service-account.name");
/// The annotation with the uid of the account.
const ACCOUNT_UID: Str = literal!("kubernetes.io/service-account.uid");

/// The tokens controller.
#[derive(Debug, Default)]
pub struct TokensController;

impl Controller for TokensController {
    fn name(&self) -> &'static str {
        "serviceaccount-token-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::SECRET, kinds::SERVICE_ACCOUNT])
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        match change.key.kind {
            kinds::SECRET if change.after.as_ref().is_some_and(|it| account_of(it).is_some()) => {
                wakes.push(Wake::now(change.key.clone()));
            }
            kinds::SERVICE_ACCOUNT if change.before.is_none() || change.after.is_none() => {
                let secrets = view.list_in(kinds::SECRET, &change.key.namespace);
                let own = secrets.filter(|it| account_of(it) == Some(change.key.name.as_str()));
                wakes.extend(own.map(|it| Wake::now(it.key())));
            }
            _ => {}
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, _: Time) -> Outcome {
        let Some(secret) = view.get(key) else {
            return Outcome::default();
        };
        let Some(name) = account_of(secret) else {
            return Outcome::default();
        };
        let account = view.get(&Key::new(kinds::SERVICE_ACCOUNT, key.namespace.clone(), name));
        let is_same = |it: &Object| secret.meta.annotation(&ACCOUNT_UID).is_none_or(|uid| uid == it.meta.uid.as_str());
        let action = match account.filter(|it| is_same(it)) {
            None => Some(Action::Delete(key.clone(), DeleteOptions::default())),
            Some(account) => filled(secret, account).map(Action::Update),
        };
        Outcome { actions: action.into_iter().collect(), ..Outcome::default() }
    }
}

/// The name of the account that a secret is to hold a token of, if it is such a secret.
fn account_of(secret: &Object) -> Option<&str> {
    let is_token = secret.body["type"].str_or_empty() == TYPE;
    secret.meta.annotation(&ACCOUNT).filter(|it| is_token && !it.is_empty())
}

/// `secret` with everything that it lacks, or `None` when it lacks nothing.
fn filled(secret: &Object, account: &Object) -> Option<Object> {
    let data = &secret.body["data"];
    let (certificate, namespace) = (STANDARD.encode(CERTIFICATE.as_bytes()), STANDARD.encode(&*secret.meta.namespace));
    let has_token = !data["token"].is_empty();
    let is_complete = has_token
        && data["ca.crt"].as_str() == Some(certificate.as_str())
        && data["namespace"].as_str() == Some(namespace.as_str())
        && secret.meta.annotation(&ACCOUNT_UID) == Some(account.meta.uid.as_str());
    if is_complete {
        return None;
    }
    let mut filled = secret.clone();
    filled.meta.set_annotation(ACCOUNT_UID, account.meta.uid.clone());
    let data = filled.body.entry("data");
    data.set("ca.crt", certificate);
    data.set("namespace", namespace);
    if !has_token {
        data.set("token", STANDARD.encode(token(secret, account)));
    }
    Some(filled)
}

/// A token without an end, in the form of a JWT (`LegacyClaims` in `pkg/serviceaccount/legacy.go`).
fn token(secret: &Object, account: &Object) -> String {
    let (namespace, name) = (&account.meta.namespace, &account.meta.name);
    let claims = map! {
        "iss" => "kubernetes/serviceaccount",
        "kubernetes.io/serviceaccount/namespace" => namespace,
        "kubernetes.io/serviceaccount/secret.name" => &secret.meta.name,
        "kubernetes.io/serviceaccount/service-account.name" => name,
        "kubernetes.io/serviceaccount/service-account.uid" => &account.meta.uid,
        "sub" => format!("system:serviceaccount:{namespace}:{name}"),
    };
    let header = map! { "alg" => "RS256", "kid" => "seatrial" };
    let [header, claims] = [header, claims].map(|it| URL_SAFE_NO_PAD.encode(Value::Map(it).to_json()));
    let signature = URL_SAFE_NO_PAD.encode(seal(&claims));
    format!("{header}.{claims}.{signature}")
}

/// As many bytes as a signature has, which follow from `claims` (FNV-1a, then steps of `splitmix64`).
fn seal(claims: &str) -> Vec<u8> {
    let mut state = claims
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)).to_be_bytes()
    };
    (0..32).flat_map(|_| next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::registry::WriteOptions;
    use crate::controllers::service_account::ServiceAccountController;
    use crate::sim::{Cluster, ClusterOptions};

    fn cluster() -> Cluster {
        let controllers: Vec<Box<dyn Controller>> =
            vec![Box::new(ServiceAccountController::default()), Box::new(TokensController)];
        let mut cluster = Cluster::new(&ClusterOptions::default(), controllers);
        cluster.bootstrap(&[]).expect("the API takes what a fresh cluster holds");
        cluster
    }

    fn secret(cluster: &mut Cluster, account: &str) -> Key {
        let mut secret = Object::new(kinds::SECRET, "default", "token");
        secret.body.insert("type", TYPE);
        secret.meta.set_annotation(ACCOUNT, account);
        let key = secret.key();
        cluster.api("kubectl").create(secret, &WriteOptions::default()).expect("a secret");
        cluster.run_due().expect("settles");
        key
    }

    #[test]
    fn a_secret_gets_a_token_of_its_account_and_goes_with_it() {
        let mut cluster = cluster();
        let key = secret(&mut cluster, "default");
        let filled = cluster.view().get(&key).cloned().expect("it stays");
        let plain = |field: &str| {
            let bytes = STANDARD.decode(filled.body["data"][field].str_or_empty()).expect("base64");
            String::from_utf8(bytes).expect("text")
        };
        assert_eq!((plain("namespace").as_str(), plain("ca.crt").as_str()), ("default", &*CERTIFICATE));
        let claims = URL_SAFE_NO_PAD.decode(plain("token").split('.').nth(1).expect("claims")).expect("base64");
        let claims = Value::from_json(&claims).expect("JSON");
        assert_eq!(claims["sub"].str_or_empty(), "system:serviceaccount:default:default");
        assert_eq!(claims["kubernetes.io/serviceaccount/secret.name"].str_or_empty(), "token");
        assert_eq!(
            filled.meta.annotation(&ACCOUNT_UID),
            claims["kubernetes.io/serviceaccount/service-account.uid"].as_str()
        );
        let account = Key::new(kinds::SERVICE_ACCOUNT, "default", "default");
        cluster.api("kubectl").delete(&account, &DeleteOptions::default()).expect("deleted");
        cluster.run_due().expect("settles");
        assert!(cluster.view().get(&key).is_none());
    }

    #[test]
    fn a_secret_of_an_account_that_is_not_there_goes() {
        let mut cluster = cluster();
        let key = secret(&mut cluster, "nobody");
        assert!(cluster.view().get(&key).is_none());
    }
}
