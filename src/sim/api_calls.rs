//! What processes in containers ask of the API server: the same answers that any client gets.
//!
//! Known differences: a watch, a log that is followed and a session never answer.

use bytes::Bytes;

use crate::api::http::{self, Reply, Request};
use crate::kubelet::net::ApiCall;
use crate::object::Str;
use crate::sim::cluster::Cluster;

impl Cluster {
    /// Asks the API server, and tells the kubelets what it said.
    pub(super) fn ask_api(&mut self, controller: usize, call: &ApiCall) {
        let request = &call.request;
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let header = |name: &str| request.header(name).to_owned();
        let request = Request {
            method: request.method.clone(),
            path: path.to_owned(),
            query: query.to_owned(),
            content_type: header("content-type"),
            accept: header("accept"),
            if_none_match: header("if-none-match"),
            user_agent: request.agent.clone(),
            authorization: header("authorization"),
            impersonated_user: header("impersonate-user"),
            impersonated_groups: Vec::new(),
            body: Bytes::from(request.body.clone()),
        };
        let actor = http::actor_of(&request.user_agent);
        let reply = http::handle(&mut self.api(actor), &request);
        let now = self.now;
        let told = match reply {
            Reply::Done(response) => {
                let body = String::from_utf8_lossy(&response.encode().0).into_owned();
                Some((response.code, Str::from(body)))
            }
            Reply::Watch(_) | Reply::Log(_) | Reply::Session(_) => None,
        };
        if let Some((_, kubelets)) = self.kubelet() {
            kubelets.answered(call, told, now);
        }
        self.timeline.push(controller, call.pod.clone(), now);
    }
}
