//! What a client of a kubelet does inside of containers: reads their logs, executes commands, attaches to them.

use crate::api::http::SessionRequest;
use crate::clock::{Span, Time};
use crate::kubelet::Kubelet;
use crate::kubelet::latency::Part;
use crate::kubelet::log::Reader;
use crate::kubelet::session::{InputRefused, Progress, Session};
use crate::object::Key;
use crate::sim::cluster::Cluster;
use crate::store::View;

impl Cluster {
    /// Reads on in the log of a run of a container; returns what there is to tell, and when the container does something next.
    pub fn read_log(&mut self, pod: &Key, container_id: &str, reader: &mut Reader) -> (Vec<u8>, Option<Time>) {
        let now = self.now;
        match self.kubelet() {
            Some((_, kubelet)) => kubelet.read_log(pod, container_id, reader, now),
            None => (reader.read(&[], 0, Some(now)), None),
        }
    }

    /// When a container of the pod does something next by itself, if any does.
    pub fn next_in_containers(&mut self, pod: &Key) -> Option<Time> {
        let now = self.now;
        self.kubelet()?.1.next_in_containers(pod, now)
    }

    /// Begins a session with a container.
    ///
    /// # Errors
    /// Why there can be none.
    pub fn start_session(&mut self, request: &SessionRequest) -> Result<Session, String> {
        let now = self.now;
        let mut kubelets =
            self.controllers.iter_mut().enumerate().filter_map(|(index, it)| Some((index, it.kubelets()?)));
        let Some((index, kubelet)) = kubelets.next() else {
            return Err("there is no kubelet".to_owned());
        };
        let session = kubelet.start_session(request, View::new(&self.store), now);
        self.touched(index, &request.pod);
        session
    }

    /// What a session has come to, and what was printed in it after the first `told` pieces.
    pub fn session(&mut self, session: &Session, told: usize) -> Progress {
        let now = self.now;
        self.kubelet().map(|(_, kubelet)| kubelet.session(session, told, now)).unwrap_or_default()
    }

    /// Gives a session input, or with `None` the end of it.
    ///
    /// # Errors
    /// When there is more input than anything reads.
    pub fn feed_session(&mut self, session: &Session, text: Option<&str>) -> Result<(), InputRefused> {
        let now = self.now;
        let Some((index, kubelet)) = self.kubelet() else {
            return Ok(());
        };
        let fed = kubelet.feed_session(session, text, now);
        self.touched(index, session.pod());
        fed
    }

    /// Ends a session, with all that still runs in it.
    pub fn end_session(&mut self, session: &Session) {
        let now = self.now;
        if let Some((index, kubelet)) = self.kubelet() {
            kubelet.end_session(session, now);
            self.touched(index, session.pod());
        }
    }

    /// Tells the kubelets something that no client of the API could: what a registry answers, say. `None` without them.
    pub fn tell_kubelets<T>(&mut self, tell: impl FnOnce(&mut Kubelet) -> T) -> Option<T> {
        self.kubelet().map(|(_, kubelet)| tell(kubelet))
    }

    /// Says how long one thing takes from now on, on one node or on all of them.
    pub fn set_latency(&mut self, node: Option<&str>, part: Part, span: Span) {
        if let Some((_, kubelets)) = self.kubelet() {
            kubelets.set_latency(node, part, span);
        }
    }

    /// Says how much shorter or longer everything may take from now on, in thousandths, on one node or on all of them.
    pub fn set_jitter(&mut self, node: Option<&str>, jitter: i64, seed: u64) {
        if let Some((_, kubelets)) = self.kubelet() {
            kubelets.set_jitter(node, jitter, seed);
        }
    }

    /// The kubelets, and their number among the controllers.
    pub(super) fn kubelet(&mut self) -> Option<(usize, &mut Kubelet)> {
        self.controllers.iter_mut().enumerate().find_map(|(index, it)| Some((index, it.kubelets()?)))
    }

    /// Somebody has interfered with the processes of a pod: its kubelet looks at it anew.
    fn touched(&mut self, index: usize, pod: &Key) {
        self.timeline.push(index, pod.clone(), self.now);
        // A bound that is reached here is reached again, and reported, by whoever lets time pass.
        let _ = self.run_due();
    }
}
