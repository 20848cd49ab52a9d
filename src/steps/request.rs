//! Requests to the API as steps make them, and its refusals as values.

use http::{Method, Request};

use super::{Result, Target};
use crate::map;
use crate::object::{Kind, Str, Value};
use crate::report::Failure;
use crate::world::World;

/// What the API answered when it refused a request, or why a client did not even ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP code; 0 when the API was not asked.
    pub code: u16,
    /// `NotFound`, `Invalid`, ...; empty when the API was not asked.
    pub reason: String,
    /// The sentence.
    pub message: String,
}

impl std::fmt::Display for Refusal {
    /// As kubectl prints it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.reason.is_empty() {
            return write!(f, "error: {}", self.message);
        }
        write!(f, "Error from server ({}): {}", self.reason, self.message)
    }
}

/// The type of a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchType {
    /// RFC 6902.
    Json,
    /// RFC 7386.
    Merge,
    /// Kubernetes' own, with merge keys.
    Strategic,
}

impl PatchType {
    fn content_type(self) -> &'static str {
        match self {
            PatchType::Json => "application/json-patch+json",
            PatchType::Merge => "application/merge-patch+json",
            PatchType::Strategic => "application/strategic-merge-patch+json",
        }
    }
}

/// The path of a collection, or with a `name` of an object.
fn path(kind: Kind, api_version: &str, namespace: &str, name: &str) -> String {
    let info = kind.info();
    let root = if api_version.contains('/') { "apis" } else { "api" };
    let mut path = format!("/{root}/{api_version}");
    if !namespace.is_empty() {
        path.push_str(&format!("/namespaces/{namespace}"));
    }
    path.push_str(&format!("/{}", info.plural));
    if !name.is_empty() {
        path.push_str(&format!("/{name}"));
    }
    path
}

type Answer = std::result::Result<Value, Refusal>;

impl World {
    /// The group version by which the cluster is asked for `kind`.
    ///
    /// # Errors
    /// When the API does not tell which custom kinds it serves.
    pub async fn spoken(&self, kind: Kind) -> Result<Str> {
        if kind.is_custom() {
            // The list of definitions is asked for its items only, and those are of a built-in kind.
            let gone = || Failure::expectation(format!("nothing serves {} any more", kind.info().resource()));
            return Box::pin(self.definitions()).await?.preferred(kind).ok_or_else(gone);
        }
        let served = self.options.release.preferred(kind).unwrap_or_else(|| kind.info().preferred());
        Ok(Str::from(served.api_version()))
    }

    /// The group version in which `body`, of `kind`, is sent: its own, if the kind ever had it.
    async fn spoken_by(&self, kind: Kind, body: &Value) -> Result<Str> {
        let own = body["apiVersion"].as_shared_str();
        match own.filter(|own| kind.is_custom() || Kind::ever_served(own, kind.info().kind).is_some()) {
            Some(own) => Ok(own.clone()),
            None => self.spoken(kind).await,
        }
    }

    async fn path_of(&self, target: &Target) -> Result<String> {
        let api_version = match &target.api_version {
            Some(api_version) => api_version.clone(),
            None => self.spoken(target.kind).await?,
        };
        Ok(path(target.kind, &api_version, &target.namespace, &target.name))
    }

    async fn send(&self, method: Method, path: &str, content_type: &str, body: Option<&Value>) -> Result<Answer> {
        let body = body.map(Value::to_json).unwrap_or_default();
        let answer = self.ask(method, path, content_type, body).await?;
        Ok(answer.map(|bytes| Value::from_json(&bytes).unwrap_or_default()))
    }

    /// The log of a container of a pod, as `GET /log` answers with these parameters.
    ///
    /// # Errors
    /// When the API does not answer.
    pub async fn read_log(&self, pod: &Target, parameters: &str) -> Result<std::result::Result<String, Refusal>> {
        let path = format!("{}/log?{parameters}", self.path_of(pod).await?);
        let answer = self.ask(Method::GET, &path, "application/json", String::new()).await?;
        Ok(answer.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: String,
    ) -> Result<std::result::Result<Vec<u8>, Refusal>> {
        let client = self.client()?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(http::header::CONTENT_TYPE, content_type)
            .header(http::header::ACCEPT, "application/json")
            .header(http::header::USER_AGENT, "kubectl")
            .body(body.into_bytes().into())
            .map_err(|error| Failure::scenario(format!("{path:?} makes no request: {error}")))?;
        let broken = |error: kube::Error| Failure::expectation(format!("the API did not answer: {error}"));
        let response = client.send(request).await.map_err(broken)?;
        let code = response.status().as_u16();
        let bytes = response.into_body().collect_bytes().await.map_err(broken)?;
        if code < 400 {
            return Ok(Ok(bytes.into()));
        }
        let value = Value::from_json(&bytes).unwrap_or_default();
        let message = match value["message"].as_str() {
            Some(message) => message.to_owned(),
            None => String::from_utf8_lossy(&bytes).into_owned(),
        };
        Ok(Err(Refusal { code, reason: value["reason"].str_or_empty().to_owned(), message }))
    }

    /// The object, or `None` when it is not there.
    ///
    /// # Errors
    /// When the API refuses for another reason.
    pub async fn read(&self, target: &Target) -> Result<Option<Value>> {
        let path = self.path_of(target).await?;
        match self.send(Method::GET, &path, "application/json", None).await? {
            Ok(value) => Ok(Some(value)),
            Err(refusal) if refusal.code == 404 => Ok(None),
            Err(refusal) => Err(Failure::expectation(refusal.to_string())),
        }
    }

    /// The object.
    ///
    /// # Errors
    /// When it is not there; the message names what is.
    pub async fn existing(&self, target: &Target) -> Result<Value> {
        if let Some(value) = self.read(target).await? {
            return Ok(value);
        }
        let there = self.list(target.kind, Some(&target.namespace)).await?;
        let names: Vec<_> = there.iter().map(|it| it.at(&["metadata", "name"]).str_or_empty()).collect();
        let plural = target.kind.info().plural;
        let help = match names.as_slice() {
            [] => format!("there are no {plural} at all; apply one first"),
            names => format!("there is {}", names.join(", ")),
        };
        Err(Failure::expectation(format!("{target} does not exist")).help(help))
    }

    /// The objects of `kind` in `namespace`, or in all namespaces, by namespace and name.
    ///
    /// # Errors
    /// When the API refuses.
    pub async fn list(&self, kind: Kind, namespace: Option<&str>) -> Result<Vec<Value>> {
        let api_version = self.spoken(kind).await?;
        let path = path(kind, &api_version, namespace.unwrap_or_default(), "");
        match self.send(Method::GET, &path, "application/json", None).await? {
            Ok(list) => {
                // The items of a list of a built-in kind do not say what they are: the list does.
                let info = kind.info();
                let mut items = list["items"].items().to_vec();
                for item in &mut items {
                    item.set_default("apiVersion", &api_version);
                    item.set_default("kind", info.kind);
                }
                Ok(items)
            }
            Err(refusal) => Err(Failure::expectation(refusal.to_string())),
        }
    }

    /// Sends a request that changes something, and lets everything happen that is due at once because of it. While a
    /// step is only tried, a refusal is kept and fails the step.
    async fn change(&mut self, method: Method, path: &str, content_type: &str, body: Option<&Value>) -> Result<Value> {
        let answer = self.send(method, path, content_type, body).await?;
        self.catch_up().await?;
        answer.map_err(|refusal| {
            let failure = Failure::expectation(refusal.to_string());
            self.refusal = Some(refusal);
            failure.help("to expect this, write `When I try to ..` and `Then it is refused with:`")
        })
    }

    /// Creates an object, with strict field validation as `kubectl` asks for.
    ///
    /// # Errors
    /// When the API refuses.
    pub async fn create(&mut self, kind: Kind, namespace: &str, manager: &str, body: &Value) -> Result<Value> {
        let path = path(kind, &self.spoken_by(kind, body).await?, namespace, "");
        let path = format!("{path}?fieldManager={manager}&fieldValidation=Strict");
        self.change(Method::POST, &path, "application/json", Some(body)).await
    }

    /// What a client refuses before it asks the API, as kubectl does.
    pub fn refuse(&mut self, message: String) -> Failure {
        let refusal = Refusal { code: 0, reason: String::new(), message };
        let failure = Failure::expectation(refusal.to_string());
        self.refusal = Some(refusal);
        failure.help("to expect this, write `When I try to ..` and `Then it is refused with:`")
    }

    /// Patches an object.
    ///
    /// # Errors
    /// When the API refuses.
    pub async fn patch(&mut self, target: &Target, subresource: &str, patch: PatchType, body: &Value) -> Result<Value> {
        self.patch_as("kubectl-patch", target, subresource, patch, body).await
    }

    /// Patches an object under the name of a field manager.
    ///
    /// # Errors
    /// When the API refuses.
    pub async fn patch_as(
        &mut self,
        manager: &str,
        target: &Target,
        subresource: &str,
        patch: PatchType,
        body: &Value,
    ) -> Result<Value> {
        let slash = if subresource.is_empty() { "" } else { "/" };
        let path = format!(
            "{}{slash}{subresource}?fieldManager={manager}&fieldValidation=Strict",
            self.path_of(target).await?
        );
        self.change(Method::PATCH, &path, patch.content_type(), Some(body)).await
    }

    /// Applies a configuration on the server's side.
    ///
    /// # Errors
    /// When the API refuses, with a conflict for example.
    pub async fn apply(&mut self, target: &Target, manager: &str, force: bool, body: &Value) -> Result<Value> {
        let api_version = self.spoken_by(target.kind, body).await?;
        let path = path(target.kind, &api_version, &target.namespace, &target.name);
        let path = format!("{path}?fieldManager={manager}&force={force}&fieldValidation=Strict");
        self.change(Method::PATCH, &path, "application/apply-patch+yaml", Some(body)).await
    }

    /// Deletes an object with `options` (`metav1.DeleteOptions`).
    ///
    /// # Errors
    /// When the API refuses.
    pub async fn delete(&mut self, target: &Target, options: &Value) -> Result<Value> {
        let path = self.path_of(target).await?;
        self.change(Method::DELETE, &path, "application/json", Some(options)).await
    }

    /// Evicts a pod.
    ///
    /// # Errors
    /// When the API refuses.
    pub async fn evict(&mut self, pod: &Target) -> Result {
        let metadata = map! { "name" => pod.name.as_str(), "namespace" => pod.namespace.as_str() };
        let body = map! { "apiVersion" => "policy/v1", "kind" => "Eviction", "metadata" => metadata };
        self.post(pod, "eviction", &Value::Map(body)).await.map(|_| ())
    }

    /// Posts to a subresource, such as `eviction`.
    ///
    /// # Errors
    /// When the API refuses.
    pub async fn post(&mut self, target: &Target, subresource: &str, body: &Value) -> Result<Value> {
        let path = format!("{}/{subresource}", self.path_of(target).await?);
        self.change(Method::POST, &path, "application/json", Some(body)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    #[test]
    fn an_object_has_the_path_that_the_api_serves_it_under() {
        let path = |kind: Kind, namespace, name| super::path(kind, &kind.info().api_version(), namespace, name);
        assert_eq!(path(kinds::JOB, "cce", "pi"), "/apis/batch/v1/namespaces/cce/jobs/pi");
        assert_eq!(path(kinds::NODE, "", "node-0"), "/api/v1/nodes/node-0");
        assert_eq!(path(kinds::POD, "", ""), "/api/v1/pods");
    }
}
