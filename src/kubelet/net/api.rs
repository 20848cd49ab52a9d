//! The API server as processes in containers reach it: under the name and the address of the Service `kubernetes`.

use crate::kubelet::shell::network::{HttpRequest, Question, Reply, Wants};
use crate::object::{Key, Object, Str, kinds};
use crate::store::View;

/// A request of a process in a container, of which the kubelet has to hear the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiCall {
    /// The pod.
    pub pod: Key,
    /// The run of its container.
    pub container_id: Str,
    /// The process that waits for the answer.
    pub process: u32,
    /// The address at which the process reaches the server.
    pub address: Str,
    /// The request.
    pub request: HttpRequest,
}

/// Whether a Service is the API server's.
pub fn is_server(service: &Object) -> bool {
    service.meta.namespace == "default" && service.meta.name == "kubernetes"
}

/// Whether the API server itself is at `address` and `port`.
pub fn is_at(view: View<'_>, address: &str, port: u16) -> bool {
    let Some(endpoints) = view.get(&Key::new(kinds::ENDPOINTS, "default", "kubernetes")) else {
        return false;
    };
    endpoints.body["subsets"].items().iter().any(|subset| {
        subset["addresses"].items().iter().any(|it| it["ip"].as_str() == Some(address))
            && subset["ports"].items().iter().any(|it| it["port"].as_i64() == Some(i64::from(port)))
    })
}

/// The request that a question is, or what comes back of a connection that is none.
pub fn call(question: &Question, address: &Str) -> Result<HttpRequest, Reply> {
    match &question.wants {
        Wants::Http(request) if request.tls => Ok((**request).clone()),
        Wants::Http(_) => {
            let body = Str::from("Client sent an HTTP request to an HTTPS server.\n");
            Err(Reply::Http { address: address.clone(), status: 400, body })
        }
        _ => Err(Reply::Raw(address.clone(), Str::new())),
    }
}
