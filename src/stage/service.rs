//! A cluster as a tower service: what a `kube::Client` talks to without a socket, and what `seatrial serve` listens with.
//!
//! The service neither advances time nor owns it. After a write it lets everything that is due at this instant happen, so
//! that a client's own watch sees the consequences; every later instant is the stage's to reach.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::stream::{self, Stream};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use tokio::sync::watch;

use super::activity::{Activity, OpenStream};
use super::{log_stream, session, upgrade};
use crate::api::http::{self as api_http, Encoded, Lines, Reply, Watch};
use crate::clock::Time;
use crate::object::Str;
use crate::sim::Cluster;

/// The body of an answer: bytes, or the frames of a watch as they come.
pub type ReplyBody = UnsyncBoxBody<Bytes, Infallible>;

/// A cluster that a stage, clients and watches share on one thread or several.
#[derive(Clone, Debug)]
pub struct SharedCluster {
    cluster: Arc<Mutex<Cluster>>,
    /// The store's version and the time, for watches to wait on.
    moved: watch::Sender<(u64, Time)>,
    /// What watches share; locked after the cluster.
    encoded: Arc<Mutex<Encoded>>,
}

impl SharedCluster {
    /// Shares `cluster`.
    pub fn new(cluster: Cluster) -> Self {
        let (moved, _) = watch::channel((cluster.view().version(), cluster.now()));
        SharedCluster { cluster: Arc::new(Mutex::new(cluster)), moved, encoded: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Cluster> {
        self.cluster.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on the cluster, and wakes every watch if the store or the time has moved by it.
    ///
    /// The lock is held meanwhile: `work` must not wait for a client.
    pub fn with<T>(&self, work: impl FnOnce(&mut Cluster) -> T) -> T {
        let mut cluster = self.lock();
        let result = work(&mut cluster);
        let at = (cluster.view().version(), cluster.now());
        drop(cluster);
        self.moved.send_if_modified(|seen| std::mem::replace(seen, at) != at);
        result
    }

    /// Wakes whenever the store or the time has moved.
    pub(super) fn subscribe(&self) -> watch::Receiver<(u64, Time)> {
        self.moved.subscribe()
    }

    /// A client of this cluster whose writes the history records under `actor`.
    ///
    /// It must be made within a tokio runtime, which carries its requests.
    pub fn client(&self, actor: impl Into<Str>) -> kube::Client {
        let service = ApiService { actor: Some(actor.into()), ..self.service() };
        kube::Client::new(service, "default")
    }

    /// The service itself; the `User-Agent` of a request says who writes.
    pub fn service(&self) -> ApiService {
        ApiService { cluster: self.clone(), actor: None, activity: Arc::default(), token: None }
    }

    fn answer(&self, request: &api_http::Request, actor: Str) -> Reply {
        self.with(|cluster| {
            if request.path.contains("/leases") {
                cluster.renew_leases();
            }
            let before = cluster.view().version();
            let reply = api_http::handle(&mut cluster.api(actor), request);
            if cluster.view().version() != before {
                // A bound that is reached here is reached again, and reported, by whoever lets time pass.
                let _ = cluster.run_due();
            }
            reply
        })
    }
}

/// The API of a shared cluster as a tower service.
#[derive(Clone, Debug)]
pub struct ApiService {
    cluster: SharedCluster,
    /// Who writes, when the service is one client's own.
    actor: Option<Str>,
    activity: Arc<Activity>,
    /// What the administrator shows, when the server asks for it.
    token: Option<Arc<str>>,
}

/// A request under way, counted until it is answered or given up.
struct Request(Arc<Activity>);

impl Request {
    fn begin(activity: &Arc<Activity>) -> Self {
        activity.asked();
        Request(activity.clone())
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.0.answered();
    }
}

/// An open watch, counted as long as its client reads it.
struct OpenWatch {
    watch: Box<Watch>,
    stream: OpenStream,
}

impl OpenWatch {
    /// Looks at the cluster, and counts what there is to tell.
    fn poll(&mut self, cluster: &Cluster, encoded: &mut Encoded) -> Lines {
        let lines = self.watch.poll_lines(cluster.view(), cluster.now(), encoded);
        self.stream.looked(cluster, lines.tells, None);
        lines
    }
}

impl ApiService {
    /// The same service for those who show `token`, if any, as the administrator's.
    pub fn with_token(self, token: Option<&str>) -> Self {
        ApiService { token: token.map(Arc::from), ..self }
    }

    /// An `Authorization` header for the API, for which the administrator shows none.
    fn shown_token(&self, header: String) -> String {
        let shown = api_http::bearer(&header);
        let is_administrator = self.token.as_deref().is_some_and(|token| shown == Some(token));
        if is_administrator { String::new() } else { header }
    }

    /// What the clients of this service and of its clones are doing.
    pub fn activity(&self) -> Arc<Activity> {
        self.activity.clone()
    }

    fn open_stream(&self) -> OpenStream {
        OpenStream::new(self.activity.clone())
    }

    /// Answers one request whose body was read already.
    pub fn respond(&self, parts: &http::request::Parts, body: Bytes) -> http::Response<ReplyBody> {
        let header = |name: http::HeaderName| {
            parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let request = api_http::Request {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            content_type: header(http::header::CONTENT_TYPE),
            accept: header(http::header::ACCEPT),
            if_none_match: header(http::header::IF_NONE_MATCH),
            user_agent: header(http::header::USER_AGENT),
            authorization: self.shown_token(header(http::header::AUTHORIZATION)),
            impersonated_user: header(http::HeaderName::from_static("impersonate-user")),
            impersonated_groups: parts
                .headers
                .get_all("impersonate-group")
                .iter()
                .filter_map(|value| value.to_str().ok().map(str::to_owned))
                .collect(),
            body,
        };
        let actor = self.actor.clone().unwrap_or_else(|| api_http::actor_of(&header(http::header::USER_AGENT)));
        match self.cluster.answer(&request, actor) {
            Reply::Done(response) => finished(&response),
            Reply::Watch(watch) => {
                let media_type = watch.media_type();
                let watch = OpenWatch { watch, stream: self.open_stream() };
                streamed(media_type, frames(self.cluster.clone(), watch))
            }
            Reply::Log(request) => {
                let builder = http::Response::builder().header(http::header::CONTENT_TYPE, "text/plain");
                built(builder, log_stream::body(&self.cluster, *request, || self.open_stream()))
            }
            Reply::Session(request) => match upgrade::accept(parts) {
                Ok((response, upgraded)) => {
                    let starting = Request::begin(&self.activity);
                    let (cluster, stream) = (self.cluster.clone(), self.open_stream());
                    tokio::spawn(session::serve(cluster, *request, upgraded, stream, starting));
                    response
                }
                Err(status) => super::server::status(&status),
            },
        }
    }
}

impl super::server::Answer for ApiService {
    fn answer(&self, parts: &http::request::Parts, body: Bytes) -> http::Response<ReplyBody> {
        let _under_way = Request::begin(&self.activity);
        self.respond(parts, body)
    }
}

fn finished(response: &api_http::Response) -> http::Response<ReplyBody> {
    let (bytes, media_type) = response.encode();
    let mut builder = http::Response::builder().status(response.code).header(http::header::CONTENT_TYPE, media_type);
    for warning in response.warning_headers() {
        if let Ok(value) = http::HeaderValue::from_bytes(warning.as_bytes()) {
            builder = builder.header(http::header::WARNING, value);
        }
    }
    for (name, value) in &response.headers {
        builder = builder.header(*name, value);
    }
    built(builder, Full::new(bytes).boxed_unsync())
}

fn streamed(
    media_type: &'static str,
    frames: impl Stream<Item = Result<Frame<Bytes>, Infallible>> + Send + 'static,
) -> http::Response<ReplyBody> {
    let builder = http::Response::builder().header(http::header::CONTENT_TYPE, media_type);
    built(builder, StreamBody::new(frames).boxed_unsync())
}

fn built(builder: http::response::Builder, body: ReplyBody) -> http::Response<ReplyBody> {
    builder.body(body).unwrap_or_else(|_| http::Response::new(Full::default().boxed_unsync()))
}

/// The events of a watch, a line each, as long as it lasts.
fn frames(
    cluster: SharedCluster,
    watch: OpenWatch,
) -> impl Stream<Item = Result<Frame<Bytes>, Infallible>> + Send + 'static {
    let moved = cluster.subscribe();
    stream::unfold(Some((cluster, watch, moved)), |state| async move {
        let (cluster, mut watch, mut moved) = state?;
        loop {
            moved.mark_unchanged();
            let told = {
                let guard = cluster.lock();
                let mut encoded = cluster.encoded.lock().unwrap_or_else(PoisonError::into_inner);
                watch.poll(&guard, &mut encoded)
            };
            let ended = told.ended;
            if let Some(bytes) = joined(told.lines) {
                let next = (!ended).then_some((cluster, watch, moved));
                return Some((Ok(Frame::data(bytes)), next));
            }
            if ended || moved.changed().await.is_err() {
                return None;
            }
        }
    })
}

/// Lines in one piece; a single one is not copied, and none are no piece at all.
fn joined(mut lines: Vec<Bytes>) -> Option<Bytes> {
    match lines.len() {
        0 => None,
        1 => lines.pop(),
        _ => Some(lines.concat().into()),
    }
}

impl<B> tower::Service<http::Request<B>> for ApiService
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = http::Response<ReplyBody>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move {
            let _under_way = Request::begin(&service.activity);
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map_err(Into::into)?.to_bytes();
            Ok(service.respond(&parts, body))
        })
    }
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt, TryStreamExt};
    use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
    use kube::api::{Api, DeleteParams, ListParams, ObjectMeta, PostParams, WatchEvent, WatchParams};
    use kube::runtime::watcher;

    use super::*;
    use crate::sim::ClusterOptions;

    fn shared() -> SharedCluster {
        SharedCluster::new(Cluster::new(&ClusterOptions::default(), Vec::new()))
    }

    fn named(name: &str) -> ObjectMeta {
        ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() }
    }

    async fn with_namespace() -> (SharedCluster, Api<ConfigMap>) {
        let cluster = shared();
        let client = cluster.client("tester");
        let namespace = Namespace { metadata: named("default"), ..Namespace::default() };
        Api::<Namespace>::all(client.clone()).create(&PostParams::default(), &namespace).await.expect("created");
        (cluster, Api::default_namespaced(client))
    }

    fn config_map(name: &str) -> ConfigMap {
        ConfigMap { metadata: named(name), ..ConfigMap::default() }
    }

    #[tokio::test]
    async fn a_client_creates_reads_lists_replaces_and_deletes() {
        let (cluster, maps) = with_namespace().await;
        let made = maps.create(&PostParams::default(), &config_map("a")).await.expect("created");
        assert_eq!(maps.get("a").await.expect("found"), made);
        let mut changed = made.clone();
        changed.data = Some([("k".to_owned(), "v".to_owned())].into());
        let changed = maps.replace("a", &PostParams::default(), &changed).await.expect("replaced");
        assert_ne!(changed.metadata.resource_version, made.metadata.resource_version);
        assert!(maps.replace("a", &PostParams::default(), &made).await.is_err(), "a stale version");
        assert_eq!(maps.list(&ListParams::default()).await.expect("listed").items.len(), 1);
        maps.delete("a", &DeleteParams::default()).await.expect("deleted");
        assert!(maps.get_opt("a").await.expect("answered").is_none());
        cluster.with(|cluster| {
            let view = cluster.view();
            assert!(view.history().all(|change| change.actor == "tester"));
        });
    }

    #[tokio::test]
    async fn a_panic_over_the_cluster_leaves_it_to_the_next_request() {
        let (cluster, maps) = with_namespace().await;
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            cluster.with(|_| std::panic::panic_any("a request that went wrong"));
        }));
        assert!(panicked.is_err());
        maps.create(&PostParams::default(), &config_map("a")).await.expect("created");
        assert!(maps.get("a").await.is_ok());
    }

    #[tokio::test]
    async fn a_watch_tells_of_changes_as_they_come_and_ends_in_virtual_time() {
        let (cluster, maps) = with_namespace().await;
        let mut events = maps.watch(&WatchParams::default(), "0").await.expect("a watch").boxed();
        maps.create(&PostParams::default(), &config_map("a")).await.expect("created");
        match events.try_next().await {
            Ok(Some(WatchEvent::Added(it))) => assert_eq!(it.metadata.name.as_deref(), Some("a")),
            other => panic!("{other:?}"),
        }
        cluster.with(|cluster| cluster.advance(crate::clock::Span::seconds(3600))).expect("settled");
        loop {
            match events.try_next().await.expect("no error") {
                Some(WatchEvent::Bookmark(_)) => {}
                None => break,
                other => panic!("{other:?}"),
            }
        }
    }

    #[tokio::test]
    async fn kube_s_own_watcher_follows_a_collection() {
        for config in [watcher::Config::default(), watcher::Config::default().streaming_lists()] {
            let (_cluster, maps) = with_namespace().await;
            maps.create(&PostParams::default(), &config_map("a")).await.expect("created");
            let mut events = watcher(maps.clone(), config).boxed();
            let mut seen = Vec::new();
            while let Some(event) = events.try_next().await.expect("no error") {
                match event {
                    watcher::Event::Init => seen.push("init".to_owned()),
                    watcher::Event::InitApply(it) => seen.push(format!("have {:?}", it.metadata.name)),
                    watcher::Event::InitDone => {
                        seen.push("done".to_owned());
                        maps.create(&PostParams::default(), &config_map("b")).await.expect("created");
                    }
                    watcher::Event::Apply(it) => {
                        seen.push(format!("apply {:?}", it.metadata.name));
                        maps.delete("b", &DeleteParams::default()).await.expect("deleted");
                    }
                    watcher::Event::Delete(it) => {
                        seen.push(format!("delete {:?}", it.metadata.name));
                        break;
                    }
                }
            }
            let want = ["init", "have Some(\"a\")", "done", "apply Some(\"b\")", "delete Some(\"b\")"];
            assert_eq!(seen, want);
        }
    }
}
