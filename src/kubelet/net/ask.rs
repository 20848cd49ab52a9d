//! What a process in a pod gets when it asks for something over the network: names are looked up, a Service leads to one of
//! its ready endpoints, and the pod there answers as it is at that instant.
//!
//! Known differences: an answer takes no time, network policies are not looked at, and which endpoint of a Service answers
//! follows from the instant and the one who asks.

use super::api::{self, ApiCall};
use super::{answer, names, service};
use crate::clock::Time;
use crate::kubelet::behaviour::Answer;
use crate::kubelet::network::host_address;
use crate::kubelet::shell::network::{Question, Reply, Wants};
use crate::kubelet::status::is_terminal;
use crate::kubelet::surroundings::Surroundings;
use crate::kubelet::worker::Worker;
use crate::object::{Key, Str, kinds};

/// A connection that was made to a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The pod.
    pub pod: Key,
    /// The port.
    pub port: u16,
    /// What was sent over it.
    pub sent: String,
}

/// Where a question leads.
enum Way {
    /// Nowhere but to this.
    Told(Reply),
    /// To the API server, which shows this address.
    Api(Str),
    /// To a pod, or to the asking one for `None`: the address that is shown, and the port there.
    Pod(Option<Key>, Str, u16, Option<(Key, Time, Str)>),
}

/// What came of the questions of a pod.
#[derive(Debug, Default)]
pub struct Answered {
    /// The connections to other pods.
    pub visits: Vec<Visit>,
    /// What is to be asked of the API server before anything goes on.
    pub call: Option<Box<ApiCall>>,
}

/// Answers what the processes of `worker` ask now, one question; returns what that means for others, or `None` when nobody asks.
pub fn answers(worker: &mut Worker, around: &Surroundings<'_>) -> Option<Answered> {
    let now = around.now;
    let asks = |index: usize, worker: &mut Worker| {
        let running = worker.containers[index].running_mut().filter(|it| it.look.is_some_and(|at| at <= now))?;
        Some((index, running.question(now)?))
    };
    if !worker.containers.iter().filter_map(|it| it.running()).any(|it| it.look.is_some_and(|at| at <= now)) {
        return None;
    }
    worker.bring_up(now);
    let (index, (process, question)) = (0..worker.containers.len()).find_map(|it| asks(it, worker))?;
    let way = way(worker, &question, around);
    worker.client.asked = worker.client.asked.wrapping_add(1);
    let mut answered = Answered::default();
    let reply = match way {
        Way::Api(address) => match api::call(&question, &address) {
            Ok(request) => {
                let container_id = worker.containers[index].running().map(|it| it.id.clone()).unwrap_or_default();
                let pod = worker.pod.key();
                answered.call = Some(Box::new(ApiCall { pod, container_id, process, address, request }));
                return Some(answered);
            }
            Err(reply) => reply,
        },
        way => {
            if let Way::Pod(_, _, _, Some((service, until, endpoint))) = &way {
                worker.client.kept.insert(service.clone(), (endpoint.clone(), *until));
            }
            let reply = reply(worker, &way, &question, now, around);
            if let (Way::Pod(pod, _, port, _), Reply::Raw(..) | Reply::Http { .. }) = (&way, &reply) {
                let pod = pod.clone().unwrap_or_else(|| worker.pod.key());
                answered.visits.push(Visit { pod, port: *port, sent: sent(&question) });
            }
            reply
        }
    };
    if let Some(running) = worker.containers[index].running_mut() {
        running.reply(process, reply, now);
    }
    worker.show_writes(index);
    worker.look_ahead(now);
    Some(answered)
}

impl Worker {
    /// Somebody made a connection to a port of the pod; returns whether that changed anything.
    pub fn visited(&mut self, visit: &Visit, now: Time) -> bool {
        if !self.containers.iter().filter_map(|it| it.running()).any(|it| it.listens()) {
            return false;
        }
        self.bring_up(now);
        let takes = |index: &usize, worker: &mut Worker| {
            let running = worker.containers[*index].running_mut();
            running.is_some_and(|it| it.connected(visit.port, &visit.sent, now))
        };
        let taken = (0..self.containers.len()).find(|it| takes(it, self));
        if let Some(index) = taken {
            // What probes of this pod foresaw may be otherwise now.
            self.containers.iter_mut().filter_map(|it| it.running_mut()).for_each(|it| it.runs_ahead += 1);
            self.show_writes(index);
            self.look_ahead(now);
        }
        taken.is_some()
    }
}

/// What `question` of the pod of `worker` comes to at `at`, as far as can be told now and without anybody noticing; and whether
/// that is all the pod's own. The API server is not asked.
pub fn look(worker: &Worker, question: &Question, at: Time, around: &Surroundings<'_>) -> (Reply, bool) {
    match way(worker, question, around) {
        Way::Api(address) => (Reply::Silent(address, false), false),
        way => (reply(worker, &way, question, at, around), matches!(way, Way::Pod(None, ..))),
    }
}

/// What a question sends to whoever listens.
fn sent(question: &Question) -> String {
    match &question.wants {
        Wants::Nothing => String::new(),
        Wants::Connection(text) => text.clone(),
        Wants::Http(request) => {
            let port = question.port.filter(|it| *it != 80).map_or_else(String::new, |it| format!(":{it}"));
            let mut text = format!("{} {} HTTP/1.1\r\nHost: {}{port}\r\n", request.method, request.path, question.host);
            text.push_str(&format!("User-Agent: {}\r\n", request.agent));
            for (name, value) in &request.headers {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
            format!("{text}Connection: close\r\n\r\n{}", request.body)
        }
    }
}

fn reply(worker: &Worker, way: &Way, question: &Question, at: Time, around: &Surroundings<'_>) -> Reply {
    let (pod, address, port) = match way {
        Way::Told(reply) => return reply.clone(),
        Way::Api(address) => return Reply::Silent(address.clone(), false),
        Way::Pod(pod, address, port, _) => (pod, address.clone(), *port),
    };
    let target = match pod {
        None => Some(worker),
        Some(key) => around.worker(key),
    };
    let Some(target) = target else {
        return Reply::Silent(address, true);
    };
    match answer(target, port, question.path(), at) {
        Answer::Refused => Reply::Refused(address),
        Answer::Silent => Reply::Silent(address, false),
        Answer::Http { status, body } => Reply::Http { address, status, body },
        Answer::Raw(text) => Reply::Raw(address, text),
    }
}

/// Where `question` leads.
fn way(worker: &Worker, question: &Question, around: &Surroundings<'_>) -> Way {
    let view = around.view;
    let is_address = question.host.parse::<std::net::Ipv4Addr>().is_ok();
    let found = if is_address || names::knows_cluster(&worker.pod) {
        names::lookup(view, &worker.pod.meta.namespace, &question.host)
    } else {
        None
    };
    let Some((name, addresses)) = found else {
        return Way::Told(Reply::NoHost);
    };
    let (Some(port), Some(address)) = (question.port, addresses.first().cloned()) else {
        return Way::Told(Reply::Host(name, addresses));
    };
    if address.starts_with("127.") || worker.address.as_ref() == Some(&address) {
        return Way::Pod(None, address, port, None);
    }
    let Some((service, own)) = service::behind(&around.view, &address, port) else {
        return to_pod(worker, address, port, around);
    };
    let Some(own) = own else {
        return Way::Told(Reply::Silent(address, true));
    };
    if api::is_server(service) {
        return Way::Api(address);
    }
    match service::endpoint(view, worker, service, own, around.now) {
        None => Way::Told(Reply::Refused(address)),
        Some(endpoint) => {
            let pod = endpoint.pod.filter(|it| *it != worker.pod.key());
            let kept = endpoint.kept.map(|(service, until)| (service, until, endpoint.address.clone()));
            Way::Pod(pod, address, endpoint.port, kept)
        }
    }
}

/// The way to the pod, the node or the API server that has `address` itself.
fn to_pod(worker: &Worker, address: Str, port: u16, around: &Surroundings<'_>) -> Way {
    let view = around.view;
    if api::is_at(view, &address, port) {
        return Way::Api(address);
    }
    let is_up = |it: &crate::object::Object| !is_terminal(it.status()["phase"].str_or_empty());
    let own = worker.pod.key();
    let has_it = view.list(kinds::POD).filter(|it| it.status()["podIP"].as_shared_str() == Some(&address) && is_up(it));
    let mut keys: Vec<Key> = has_it.map(|it| it.key()).collect();
    let opens = |key: &Key| {
        let target = if *key == own { Some(worker) } else { around.worker(key) };
        target.is_some_and(|it| answer(it, port, "/", around.now) != Answer::Refused)
    };
    let at = keys.iter().position(opens).unwrap_or(0);
    if !keys.is_empty() {
        let key = keys.swap_remove(at);
        return Way::Pod(Some(key).filter(|it| *it != own), address, port, None);
    }
    let is_node = view.list(kinds::NODE).any(|it| host_address(it).as_ref() == Some(&address));
    Way::Told(if is_node { Reply::Refused(address) } else { Reply::Silent(address, true) })
}
