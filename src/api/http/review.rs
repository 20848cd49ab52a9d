//! Kinds that are asked and not stored: who am I, may I, whose token is this, and a token for a service account
//! (`pkg/registry/authentication`, `pkg/registry/authorization`, `pkg/registry/core/serviceaccount/storage/token.go`).
//!
//! Known differences: whoever a client is, everything is allowed, who shows no token is the administrator, and the signature of
//! a token is nobody's.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::query::Params;
use super::route::Target;
use super::{Request, Response, body, write};
use crate::api::Status;
use crate::api::field::{At, ErrorList};
use crate::api::registry::Api;
use crate::clock::{Span, Time};
use crate::map;
use crate::object::{Key, Kind, Map, Object, Str, Value, kinds, literal};
use crate::store::View;

/// The name of whoever shows no token and takes nobody's place.
const USER: Str = literal!("kubernetes-admin");
/// The groups of that user: the first is allowed everything.
const GROUPS: [Str; 2] = [literal!("system:masters"), literal!("system:authenticated")];
/// Who signs tokens, and whom they are for when nobody else is named.
pub(super) const ISSUER: Str = literal!("https://kubernetes.default.svc.cluster.local");
/// Who signs the tokens that secrets hold.
const LEGACY_ISSUER: &str = "kubernetes/serviceaccount";
/// How long a token is good when nobody says, and how long it is at least, in seconds.
const TOKEN_SECONDS: i64 = 3_600;
const AUTHENTICATION: &str = "authentication.k8s.io/v1";
const TOKEN_SECONDS_MIN: i64 = 600;

/// POST to a collection of a kind that is only asked.
pub(super) fn create(
    api: &mut Api<'_>,
    request: &Request,
    target: &Target,
    params: &Params,
) -> Result<Response, Response> {
    if target.kind == kinds::BINDING {
        let binding = body::parse_as(request, "Binding")?;
        let name = Str::from(binding["metadata"]["name"].str_or_empty());
        let pod = Target { kind: kinds::POD, name, subresource: literal!("binding"), ..target.clone() };
        return write::bind(api, request, &pod, params);
    }
    write::write_options(params, "CreateOptions")?;
    let mut asked = body::object(request, target, params)?;
    let review = &mut asked.object;
    let errors = errors_of(review);
    if !errors.is_empty() {
        return Err(Status::invalid(review.kind, "", &errors).into());
    }
    let status = match target.kind {
        kinds::SELF_SUBJECT_REVIEW => {
            review.meta.created = Some(api.now.truncated());
            map! { "userInfo" => asker(api, request) }
        }
        kinds::TOKEN_REVIEW => reviewed_token(api, review.spec())?,
        kinds::SELF_SUBJECT_RULES_REVIEW => rules(review.spec())?,
        _ => map! { "allowed" => true },
    };
    let namespace = std::mem::take(&mut review.meta.namespace);
    if target.kind == kinds::LOCAL_SUBJECT_ACCESS_REVIEW {
        review.meta.namespace = namespace;
    }
    if target.kind != kinds::SELF_SUBJECT_REVIEW {
        review.body.entry("spec").map_mut();
    }
    review.body.insert("status", status);
    let mut response = Response::json(201, review.to_value(Some(&target.api_version())));
    response.warnings = asked.warnings;
    Ok(response)
}

fn user(name: &Str, groups: &[Str]) -> Map {
    map! { "username" => name, "groups" => Value::list(groups.iter()) }
}

/// Who asks: whom the client takes the place of (apiserver `pkg/endpoints/filters/impersonation.go`), whose token it shows,
/// or the administrator.
fn asker(api: &Api<'_>, request: &Request) -> Map {
    if !request.impersonated_user.is_empty() {
        let name = Str::from(request.impersonated_user.as_str());
        return user(&name, &impersonated_groups(&name, &request.impersonated_groups));
    }
    let token = bearer(&request.authorization).unwrap_or_default();
    match account_of(api.view(), api.now, token) {
        Some((claims, account)) => account_user(&claims, &account),
        None => user(&USER, &GROUPS),
    }
}

/// The token of an `Authorization` header.
pub fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim()).filter(|it| !it.is_empty())
}

/// Refuses whoever shows a token that this server did not give out, or whose account is gone.
///
/// # Errors
/// 401 as apiserver `pkg/endpoints/filters/authentication.go` answers it.
pub(super) fn authenticate(api: &Api<'_>, request: &Request) -> Result<(), Status> {
    match bearer(&request.authorization) {
        Some(token) if account_of(api.view(), api.now, token).is_none() => {
            Err(Status::failure(401, "Unauthorized", "Unauthorized"))
        }
        _ => Ok(()),
    }
}

/// Whether `header` shows a token of a service account that is good at `now`.
pub fn is_account(view: View<'_>, now: Time, header: &str) -> bool {
    bearer(header).is_some_and(|token| account_of(view, now, token).is_some())
}

fn impersonated_groups(name: &str, named: &[String]) -> Vec<Str> {
    let mut groups: Vec<Str> = named.iter().map(|it| Str::from(it.as_str())).collect();
    let account = name.strip_prefix("system:serviceaccount:").and_then(|it| it.split_once(':'));
    if let (Some((namespace, _)), true) = (account, groups.is_empty()) {
        groups = vec![literal!("system:serviceaccounts"), Str::from(format!("system:serviceaccounts:{namespace}"))];
    }
    let (known, unknown) = ("system:authenticated", "system:unauthenticated");
    if name == "system:anonymous" {
        if !groups.iter().any(|it| it == unknown) {
            groups.push(Str::from(unknown));
        }
    } else if !groups.iter().any(|it| it == known || it == unknown) {
        groups.push(Str::from(known));
    }
    groups
}

/// `pkg/apis/authorization/validation/validation.go`.
fn errors_of(review: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let (spec, at) = (review.spec(), At::new("spec"));
    let is_about_a_user = matches!(review.kind, kinds::SUBJECT_ACCESS_REVIEW | kinds::LOCAL_SUBJECT_ACCESS_REVIEW);
    if !is_about_a_user && review.kind != kinds::SELF_SUBJECT_ACCESS_REVIEW {
        return errors;
    }
    let (resource, other) = (&spec["resourceAttributes"], &spec["nonResourceAttributes"]);
    if !resource.is_null() && !other.is_null() {
        let detail = "cannot be specified in combination with resourceAttributes";
        errors.invalid(&at.child("nonResourceAttributes"), other, detail);
    }
    if resource.is_null() && other.is_null() {
        let detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
        errors.invalid(&at.child("resourceAttributes"), other, detail);
    }
    if is_about_a_user && spec["user"].is_empty() && spec["groups"].is_empty() {
        let user = spec["user"].str_or_empty();
        errors.invalid(&at.child("user"), user, "at least one of user or group must be specified");
    }
    let is_local = review.kind == kinds::LOCAL_SUBJECT_ACCESS_REVIEW;
    let mut meta = review.meta.to_value();
    if is_local {
        meta.remove("namespace");
    }
    if !meta.is_empty() {
        let rest = if is_local { " except for namespace" } else { "" };
        errors.invalid(&At::new("metadata"), review.meta.to_value(), format!("must be empty{rest}"));
    }
    if is_local && !resource.is_null() && resource["namespace"].str_or_empty() != review.meta.namespace {
        let namespace = resource["namespace"].str_or_empty();
        errors.invalid(&At::new("spec.resourceAttributes.namespace"), namespace, "must match metadata.namespace");
    }
    if is_local && !other.is_null() {
        errors.invalid(&At::new("spec.nonResourceAttributes"), other, "disallowed on this kind of request");
    }
    errors
}

/// What the user may do in a namespace: everything.
fn rules(spec: &Value) -> Result<Map, Response> {
    if spec["namespace"].is_empty() {
        return Err(Status::bad_request("no namespace on request").into());
    }
    let all = || Value::list(["*"]);
    Ok(map! {
        "resourceRules" => Value::list([map! { "verbs" => all(), "apiGroups" => all(), "resources" => all() }]),
        "nonResourceRules" => Value::list([map! { "verbs" => all(), "nonResourceURLs" => all() }]),
        "incomplete" => false,
    })
}

/// Whose token it is.
fn reviewed_token(api: &Api<'_>, spec: &Value) -> Result<Map, Response> {
    let token = spec["token"].str_or_empty();
    if token.is_empty() {
        return Err(Status::bad_request("token is required for TokenReview in authentication").into());
    }
    let Some((claims, account)) = account_of(api.view(), api.now, token) else {
        return Ok(map! { "user" => Value::empty_map(), "error" => "[invalid bearer token, unknown]" });
    };
    Ok(map! { "authenticated" => true, "user" => account_user(&claims, &account), "audiences" => &claims["aud"] })
}

/// A service account as a user, by the claims of its token.
fn account_user(claims: &Value, account: &Object) -> Map {
    let (namespace, name) = (&account.meta.namespace, &account.meta.name);
    let name = Str::from(format!("system:serviceaccount:{namespace}:{name}"));
    let mut user = user(&name, &impersonated_groups(&name, &[]));
    user.insert("uid", &account.meta.uid);
    let credential = format!("JTI={}", claims["jti"].str_or_empty());
    user.insert("extra", map! { "authentication.kubernetes.io/credential-id" => Value::list([credential]) });
    user
}

/// The claims of a token that this server gave out and that is still good, and the account that it is for.
fn account_of(view: View<'_>, now: Time, token: &str) -> Option<(Value, std::sync::Arc<Object>)> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims = Value::from_json(&claims).ok()?;
    if claims["iss"].as_str() == Some(LEGACY_ISSUER) {
        let account = account_of_secret(view, &claims, token)?;
        return Some((claims, account));
    }
    let about = &claims["kubernetes.io"];
    let (namespace, account) = (about["namespace"].str_or_empty(), &about["serviceaccount"]);
    let key = Key::new(kinds::SERVICE_ACCOUNT, namespace, account["name"].str_or_empty());
    let found = view.get(&key).filter(|it| Some(it.meta.uid.as_str()) == account["uid"].as_str())?.clone();
    let is_good = Time::from_unix(claims["exp"].as_i64()?) > now && claims["iss"].as_str() == Some(ISSUER.as_str());
    is_good.then_some((claims, found))
}

/// The account of a token that a secret holds, which is good as long as both are there (`pkg/serviceaccount/legacy.go`).
fn account_of_secret(view: View<'_>, claims: &Value, token: &str) -> Option<std::sync::Arc<Object>> {
    let claim = |name: &str| Str::from(claims[format!("kubernetes.io/serviceaccount/{name}").as_str()].str_or_empty());
    let secret = view.get(&Key::new(kinds::SECRET, claim("namespace"), claim("secret.name")))?;
    let held = STANDARD.decode(secret.body["data"]["token"].str_or_empty()).ok()?;
    let account = view.get(&Key::new(kinds::SERVICE_ACCOUNT, claim("namespace"), claim("service-account.name")))?;
    let is_good = held == token.as_bytes() && account.meta.uid == claim("service-account.uid");
    is_good.then(|| account.clone())
}

/// POST to `serviceaccounts/token`.
pub(super) fn token(
    api: &mut Api<'_>,
    request: &Request,
    target: &Target,
    params: &Params,
) -> Result<Response, Response> {
    let options = write::write_options(params, "CreateOptions")?;
    let (asked, warnings) = body::posted(request, target, params, (AUTHENTICATION, "TokenRequest"))?;
    let key = Key::new(kinds::SERVICE_ACCOUNT, &target.namespace, &target.name);
    let Some(account) = api.view().get(&key).cloned() else {
        return Err(Status::not_found(kinds::SERVICE_ACCOUNT, &target.name).into());
    };
    let name = asked["metadata"]["name"].str_or_empty();
    if !name.is_empty() && name != target.name {
        return Err(Status::bad_request(format!(
            "metadata.name: Invalid value: {name:?}: must match the service account name if specified"
        ))
        .into());
    }
    let mut spec = asked["spec"].clone();
    let seconds = spec["expirationSeconds"].as_i64().unwrap_or(TOKEN_SECONDS);
    check_seconds(seconds)?;
    spec.set("expirationSeconds", seconds);
    if spec["audiences"].is_empty() {
        spec.set("audiences", Value::list([ISSUER]));
    }
    check_bound(api, &target.namespace, &spec["boundObjectRef"])?;
    spec.field_mut("boundObjectRef");
    let (now, uid) = (api.now.truncated(), api.names.uid());
    let expires = now + Span::seconds(seconds);
    let token = if options.dry_run { Str::new() } else { new_token(api, &account, &spec, expires) };
    let meta = map! {
        "name" => &target.name, "namespace" => &target.namespace, "uid" => uid, "creationTimestamp" => now,
    };
    let answer = map! {
        "kind" => "TokenRequest",
        "apiVersion" => AUTHENTICATION,
        "metadata" => meta,
        "spec" => spec,
        "status" => map! { "token" => token, "expirationTimestamp" => expires },
    };
    let mut response = Response::json(201, Value::Map(answer));
    response.warnings = warnings;
    Ok(response)
}

/// `ValidateTokenRequest` of `pkg/apis/authentication/validation`.
fn check_seconds(seconds: i64) -> Result<(), Response> {
    let mut errors = ErrorList::new();
    let at = At::new("spec");
    if seconds < TOKEN_SECONDS_MIN {
        let detail = "may not specify a duration less than 10 minutes";
        errors.invalid(&at.child("expirationSeconds"), seconds, detail);
    }
    if seconds > 1 << 32 {
        let detail = "may not specify a duration larger than 2^32 seconds";
        errors.invalid(&at.child("expirationSeconds"), seconds, detail);
    }
    if errors.is_empty() {
        return Ok(());
    }
    let mut status =
        Status::failure(422, "Invalid", format!("TokenRequest.authentication.k8s.io \"\" is invalid: {errors}"));
    status.details = map! {
        "group" => "authentication.k8s.io", "kind" => "TokenRequest",
        "causes" => Value::list(errors.iter().map(|error| Value::Map(error.cause()))),
    };
    Err(status.into())
}

/// A token can be bound to a pod, a secret or a node: to one that is there.
fn check_bound(api: &Api<'_>, namespace: &Str, bound: &Value) -> Result<(), Response> {
    if bound.is_null() {
        return Ok(());
    }
    let (kind, name) = (bound["kind"].str_or_empty(), bound["name"].str_or_empty());
    let (kind, namespace) = match kind {
        "Pod" => (kinds::POD, namespace.clone()),
        "Secret" => (kinds::SECRET, namespace.clone()),
        "Node" => (kinds::NODE, Str::new()),
        other => {
            let version = bound["apiVersion"].str_or_empty();
            let message = format!("cannot bind token for serviceaccount to object of type {version}, Kind={other}");
            return Err(Status::bad_request(message).into());
        }
    };
    let Some(found) = api.view().get(&Key::new(kind, namespace, name)).cloned() else {
        return Err(Status::not_found(kind, name).into());
    };
    let uid = bound["uid"].str_or_empty();
    if !uid.is_empty() && uid != found.meta.uid {
        let why = format!(
            "the UID in the bound object reference ({uid}) does not match the UID in record. The object might have been \
             deleted and then recreated"
        );
        return Err(Status::conflict(kind, name, &why).into());
    }
    Ok(())
}

/// A token in the form of a JWT that says whose it is; its signature only looks like one.
fn new_token(api: &mut Api<'_>, account: &Object, spec: &Value, expires: Time) -> Str {
    let now = api.now.unix();
    let bound = &spec["boundObjectRef"];
    let mut about = map! {
        "namespace" => &account.meta.namespace,
        "serviceaccount" => map! { "name" => &account.meta.name, "uid" => &account.meta.uid },
    };
    if !bound.is_null() {
        let kind = bound["kind"].str_or_empty().to_ascii_lowercase();
        about.insert(kind, map! { "name" => &bound["name"], "uid" => &bound["uid"] });
    }
    let claims = map! {
        "aud" => &spec["audiences"],
        "exp" => expires.unix(),
        "iat" => now,
        "iss" => ISSUER,
        "jti" => api.names.uid(),
        "kubernetes.io" => about,
        "nbf" => now,
        "sub" => format!("system:serviceaccount:{}:{}", account.meta.namespace, account.meta.name),
    };
    let header = map! { "alg" => "RS256", "kid" => "seatrial" };
    let part = |map: Map| URL_SAFE_NO_PAD.encode(Value::Map(map).to_json());
    let signature: Vec<u8> = (0..32).flat_map(|_| api.names.next_u64().to_be_bytes()).collect();
    Str::from(format!("{}.{}.{}", part(header), part(claims), URL_SAFE_NO_PAD.encode(signature)))
}

/// What answers a GET of a kind that the server makes up: the health of the control plane's parts.
pub(super) fn component_statuses() -> Vec<Object> {
    let kind: Kind = kinds::COMPONENT_STATUS;
    let condition = || map! { "type" => "Healthy", "status" => "True", "message" => "ok" };
    let status = |name: &'static str| {
        let mut object = Object::new(kind, "", name);
        object.body = map! { "conditions" => Value::list([condition()]) };
        object
    };
    ["controller-manager", "etcd-0", "scheduler"].into_iter().map(status).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Content, Reply, handle};
    use super::*;
    use crate::api::registry::Precedents;
    use crate::clock::Names;
    use crate::store::Store;

    fn post(store: &mut Store, names: &mut Names, path: &str, body: &str) -> (u16, Value) {
        let now = Time::from_unix(1_000);
        let mut api = Api { store, now, names, precedents: &mut Precedents::default(), actor: literal!("kubectl") };
        let request = Request {
            method: "POST".to_owned(),
            path: path.to_owned(),
            body: body.to_owned().into_bytes().into(),
            ..Request::default()
        };
        match handle(&mut api, &request) {
            Reply::Done(Response { code, content: Content::Json(value), .. }) => (code, value),
            other => panic!("{other:?}"),
        }
    }

    fn ask(path: &str, body: &str) -> (u16, Value) {
        post(&mut Store::new(), &mut Names::new(1), path, body)
    }

    #[test]
    fn a_client_learns_who_it_is_and_that_it_may() {
        let (code, me) = ask("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");
        assert_eq!((code, me["status"]["userInfo"]["username"].as_str()), (201, Some("kubernetes-admin")));
        let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        let (code, may) = ask(path, r#"{"spec":{"resourceAttributes":{"verb":"create","resource":"pods"}}}"#);
        assert_eq!((code, &may["status"]["allowed"]), (201, &Value::Bool(true)));
        let (code, refused) = ask(path, r#"{"spec":{}}"#);
        let want = "SelfSubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.resourceAttributes: Invalid value: \
                    null: exactly one of nonResourceAttributes or resourceAttributes must be specified";
        assert_eq!((code, refused["message"].str_or_empty()), (422, want));
    }

    #[test]
    fn whose_place_is_taken_has_the_groups_that_are_named_and_those_of_everybody() {
        let table: [(&str, &[&str], &[&str]); 5] = [
            ("bob", &[], &["system:authenticated"]),
            ("bob", &["devs"], &["devs", "system:authenticated"]),
            ("system:anonymous", &[], &["system:unauthenticated"]),
            (
                "system:serviceaccount:default:robot",
                &[],
                &["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
            ),
            ("system:serviceaccount:default:robot", &["devs"], &["devs", "system:authenticated"]),
        ];
        for (name, named, want) in table {
            let named: Vec<String> = named.iter().map(|it| (*it).to_owned()).collect();
            assert_eq!(impersonated_groups(name, &named), want, "{name}");
        }
    }

    #[test]
    fn a_token_of_an_account_tells_whose_it_is_until_it_is_over() {
        let (mut store, mut names) = (Store::new(), Names::new(1));
        let mut account = Object::new(kinds::SERVICE_ACCOUNT, "default", "robot");
        account.meta.uid = literal!("u-1");
        store.put(account, Time::from_unix(0), literal!("test"));
        let path = "/api/v1/namespaces/default/serviceaccounts/robot/token";
        let (code, made) = post(&mut store, &mut names, path, "{}");
        assert_eq!((code, made["spec"]["expirationSeconds"].as_i64()), (201, Some(3_600)));
        let token = made["status"]["token"].str_or_empty();
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap_or_default()).expect("base64");
        let claims = Value::from_json(&claims).expect("JSON");
        assert_eq!(claims["exp"].as_i64().zip(claims["iat"].as_i64()).map(|(exp, iat)| exp - iat), Some(3_600));
        let asked = format!(r#"{{"spec":{{"token":"{token}"}}}}"#);
        let (_, review) = post(&mut store, &mut names, "/apis/authentication.k8s.io/v1/tokenreviews", &asked);
        assert_eq!(review["status"]["user"]["username"].as_str(), Some("system:serviceaccount:default:robot"));
        let (_, unknown) =
            post(&mut store, &mut names, "/apis/authentication.k8s.io/v1/tokenreviews", r#"{"spec":{"token":"x"}}"#);
        assert!(unknown["status"]["authenticated"].is_null() && !unknown["status"]["error"].is_empty());
        let (code, short) = post(&mut store, &mut names, path, r#"{"spec":{"expirationSeconds":5}}"#);
        assert_eq!(code, 422);
        assert!(short["message"].str_or_empty().ends_with("may not specify a duration less than 10 minutes"));
    }
}
