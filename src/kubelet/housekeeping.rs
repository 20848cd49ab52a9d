//! What a kubelet does for its node as a whole, beside its work for each pod.

use std::sync::Arc;

use super::events;
use super::eviction::{self, Candidate, Resource, Shortage, Threshold, Usage, rank, words};
use super::machine::{self, Machine, NodeDirection, Order, Power};
use super::node::has_kubelet;
use super::node_status::Report;
use super::shutdown::{self, Shutdown};
use super::verdict::{Verdict, is_critical, priority};
use super::worker::Worker;
use super::{Kubelet, status};
use crate::clock::{Span, Time};
use crate::controllers::{EventRecord, Outcome, Wake};
use crate::object::{Key, Object, Str, kinds};
use crate::scheduler::resources::pod_requests;
use crate::store::{Change, View};

impl Kubelet {
    /// Takes in what a scenario says of a node, and tells what to look at for it.
    ///
    /// # Errors
    /// That no kubelet runs there.
    pub fn direct_node(&mut self, direction: &NodeDirection, view: View<'_>) -> Result<Key, String> {
        let key = Key::new(kinds::NODE, "", direction.node.clone());
        let runs = self.is_down(&direction.node) || view.get(&key).is_some_and(|it| has_kubelet(it));
        if !runs || self.latency.silent {
            return Err(format!("no kubelet runs on node/{}", direction.node));
        }
        let machine = self.machines.entry(direction.node.clone()).or_default();
        machine.check(&direction.order, &direction.node)?;
        machine.orders.push(direction.order.clone());
        Ok(key)
    }

    /// Sees to the node `key`.
    pub(super) fn keep_house(&mut self, key: &Key, view: View<'_>, now: Time) -> Outcome {
        let Some(node) = view.get(key) else {
            self.machines.remove(&key.name);
            return Outcome::default();
        };
        let Some(mut machine) = self.machines.remove(&key.name) else {
            return Outcome::default();
        };
        let mut outcome = Outcome { actor: Some(self.nodes.remember(node).actor.clone()), ..Outcome::default() };
        let (mut node, stored) = (node.clone(), node);
        let mut has_started = false;
        for order in std::mem::take(&mut machine.orders) {
            has_started |= self.carry_out(&mut machine, order, &mut node, (view, now), &mut outcome);
        }
        if matches!(machine.power, Power::Off { until: Some(until) } if until <= now) {
            self.start(&mut machine, &mut node, view, now, &mut outcome);
            has_started = true;
        }
        match machine.power {
            Power::Off { until } => outcome.wake_at = until,
            Power::KubeletStopped => {}
            Power::Running if !has_started && !has_kubelet(stored) => {}
            Power::Running => {
                let not_ready = machine.shutdown.is_some().then_some(shutdown::NOT_READY);
                if machine.shutdown.is_none() {
                    self.relieve(&mut machine, &node, view, now, &mut outcome);
                }
                let report = Report { pressures: machine.pressures.holding().to_vec(), not_ready };
                outcome.actions.extend(report.write(&node, has_started, now));
                self.shut_down(&mut machine, &node, view, now, &mut outcome);
            }
        }
        self.machines.insert(key.name.clone(), machine);
        outcome
    }

    /// Does to a machine what a scenario said; returns whether its kubelet has been started.
    fn carry_out(
        &mut self,
        machine: &mut Machine,
        order: Order,
        node: &mut Arc<Object>,
        (view, now): (View<'_>, Time),
        outcome: &mut Outcome,
    ) -> bool {
        match order {
            Order::Use(resource, amount) => {
                *machine.outside.of_mut(resource) = amount.quantity(machine::capacity(node, resource)).value();
            }
            Order::Threshold(threshold) => machine.pressures.set(threshold),
            Order::StopKubelet => self.stop(machine, Power::KubeletStopped, node, view, now, outcome),
            Order::PowerOff => self.stop(machine, Power::Off { until: None }, node, view, now, outcome),
            Order::Reboot(takes) => {
                self.stop(machine, Power::Off { until: Some(now + takes) }, node, view, now, outcome);
            }
            Order::StartKubelet | Order::RestartKubelet | Order::PowerOn => {
                self.start(machine, node, view, now, outcome);
                return true;
            }
            Order::ShutDown(shutdown) => {
                let detected = "Shutdown manager detected shutdown event";
                outcome.actions.push(EventRecord::normal(&events::own_node(node), "NodeShutdown", detected));
                machine.shutdown = Some(shutdown);
            }
        }
        false
    }

    /// Goes on with the shutdown of the machine, if one is under way, and switches it off at the end.
    fn shut_down(
        &mut self,
        machine: &mut Machine,
        node: &Arc<Object>,
        view: View<'_>,
        now: Time,
        outcome: &mut Outcome,
    ) {
        let Some(mut shutdown) = machine.shutdown.take() else {
            return;
        };
        let pods: Vec<&Arc<Object>> = view.pods_on(&node.meta.name).filter(|it| !is_over(it)).collect();
        let of_group = |shutdown: &Shutdown, number: usize| -> Vec<&Arc<Object>> {
            pods.iter().copied().filter(|it| shutdown.group_of(priority(it)) == number).collect()
        };
        let waits = shutdown.waits_for().is_some_and(|it| !of_group(&shutdown, it).is_empty());
        if !waits || shutdown.until.is_none_or(|it| it <= now) {
            let group = loop {
                match shutdown.next(now) {
                    Some((number, group)) if !of_group(&shutdown, number).is_empty() => break Some((number, group)),
                    Some(_) => {}
                    None => break None,
                }
            };
            let Some((number, group)) = group else {
                if waits && !shutdown.is_released {
                    (shutdown.is_released, shutdown.until) = (true, Some(now + shutdown::SWITCH_OFF));
                    outcome.wake_at = shutdown.until;
                    machine.shutdown = Some(shutdown);
                    return;
                }
                self.stop(machine, Power::Off { until: None }, node, view, now, outcome);
                return;
            };
            for pod in of_group(&shutdown, number) {
                let own = pod.spec()["terminationGracePeriodSeconds"].as_i64().map(Span::seconds);
                let verdict = Verdict {
                    reason: shutdown::REASON,
                    message: shutdown::MESSAGE.into(),
                    disruption: Some(shutdown::MESSAGE.into()),
                    grace: Some(own.map_or(group.grace, |it| it.min(group.grace))),
                };
                outcome.wakes.push(self.condemn(pod.key(), verdict, Wake::now(node.key())));
            }
        }
        outcome.wake_at = shutdown.until;
        machine.shutdown = Some(shutdown);
    }

    /// Looks whether the node has too little of something, and evicts a pod if it has.
    fn relieve(&mut self, machine: &mut Machine, node: &Arc<Object>, view: View<'_>, now: Time, outcome: &mut Outcome) {
        let from = *machine.looks_from.get_or_insert(node.meta.created.unwrap_or(now));
        if let Some(pod) = &machine.evicting {
            if view.get(pod).is_some_and(|it| !is_over(it)) {
                return;
            }
            (machine.evicting, machine.looks_from) = (None, Some(now));
        } else if eviction::look_at(from, now) != now {
            outcome.wake_at = Some(eviction::look_at(from, now));
            return;
        }
        let from = machine.looks_from.unwrap_or(from);
        if machine.pressures.has_looked(now) {
            outcome.wake_at = Some(now + eviction::PERIOD);
            return;
        }
        let pods: Vec<&Arc<Object>> = view.pods_on(&node.meta.name).filter(|it| !is_over(it)).collect();
        let workers = || pods.iter().filter_map(|it| self.workers.get(&it.key()));
        let mut used = Usage::default();
        for usage in workers().map(|it| it.usage(now).0) {
            used.memory += usage.memory;
            used.disk += usage.disk;
            used.inodes += usage.inodes;
            used.pids += usage.pids;
        }
        let outside = machine.outside;
        let shortage = machine.pressures.look(|it| machine::observe(node, &[outside, used], it), now);
        let growth = workers().filter_map(|it| it.next_usage(Time(now.0 + 1))).min();
        let excess = workers().filter(|it| it.is_limited()).filter_map(|it| it.next_excess(from, now)).min();
        let next = machine.pressures.next(now).into_iter().chain(growth).chain(excess).min();
        outcome.wake_at = next.map(|at| eviction::look_at(from, at));
        let candidates: Vec<Candidate> = workers().map(|it| candidate(it, now)).collect();
        if !self.evict_greedy(machine, node, &candidates, (view, now), outcome)
            && let Some(shortage) = shortage
        {
            self.evict(machine, node, candidates, &shortage, view, outcome);
        }
    }

    /// Evicts those of `candidates` that use more of the disk than they may; returns whether there are any.
    fn evict_greedy(
        &mut self,
        machine: &mut Machine,
        node: &Object,
        candidates: &[Candidate],
        (view, now): (View<'_>, Time),
        outcome: &mut Outcome,
    ) -> bool {
        for candidate in candidates.iter().filter(|it| !it.is_critical) {
            let Some(pod) = view.get(&candidate.key) else { continue };
            let worker = self.workers.get_mut(&candidate.key);
            let Some(message) = worker.filter(|it| it.is_limited()).and_then(|it| it.excess(now)) else {
                continue;
            };
            let (message, grace) = (Str::from(message), Some(eviction::HARD_GRACE));
            outcome.actions.push(EventRecord::warning(pod, words::REASON, message.clone()));
            let verdict = Verdict { reason: words::REASON, message, disruption: None, grace };
            let waiting = Wake { key: node.key(), after: eviction::CLEANUP_POLL };
            outcome.wakes.push(self.condemn(candidate.key.clone(), verdict, waiting));
            machine.evicting = Some(candidate.key.clone());
        }
        machine.evicting.is_some()
    }

    /// Evicts the first of `candidates` that may be.
    fn evict(
        &mut self,
        machine: &mut Machine,
        node: &Arc<Object>,
        mut candidates: Vec<Candidate>,
        shortage: &Shortage,
        view: View<'_>,
        outcome: &mut Outcome,
    ) {
        let Threshold { signal, .. } = shortage.threshold;
        let attempt = format!("Attempting to reclaim {}", signal.resource().name());
        outcome.actions.push(EventRecord::warning(&events::own_node(node), "EvictionThresholdMet", attempt));
        rank::rank(&mut candidates, signal.resource());
        let chosen = candidates.iter().find(|it| !it.is_critical);
        let Some((chosen, pod)) = chosen.and_then(|it| Some((it, view.get(&it.key)?))) else {
            return;
        };
        let message = Str::from(words::message(chosen, &shortage.threshold, shortage.observed));
        outcome.actions.push(EventRecord::warning(pod, words::REASON, message.clone()));
        let disruption = Some(message.clone());
        let verdict = Verdict { reason: words::REASON, message, disruption, grace: Some(shortage.grace) };
        let waiting = Wake { key: node.key(), after: eviction::CLEANUP_POLL };
        outcome.wakes.push(self.condemn(chosen.key.clone(), verdict, waiting));
        machine.evicting = Some(chosen.key.clone());
    }

    /// Has the pod `key` come to its end, for which `waiting` waits; returns whom to wake for it.
    pub(super) fn condemn(&mut self, key: Key, verdict: Verdict, waiting: Wake) -> Wake {
        self.verdicts.insert(key.clone(), verdict);
        self.waiting_for.entry(key.clone()).or_default().push(waiting);
        Wake::now(key)
    }

    /// Forgets what was to be done about the pod `key`, which is gone.
    pub(super) fn let_go(&mut self, key: &Key) {
        self.verdicts.remove(key);
        self.preempting.remove(key);
        self.restarted.remove(key);
    }

    /// Wakes those who wait for the pod that `change` is about, once it has come to its end.
    pub(super) fn awaited_pod(&mut self, change: &Change, wakes: &mut Vec<Wake>) {
        if self.waiting_for.is_empty() || change.after.as_ref().is_some_and(|it| !is_over(it)) {
            return;
        }
        wakes.extend(self.waiting_for.remove(&change.key).unwrap_or_default());
    }

    /// Whom to wake after a change of what the pod of `worker` does: its node, where what is used of it matters.
    pub(super) fn watch(&mut self, worker: &Worker, node: &Object, now: Time) -> Option<Wake> {
        if self.latency.silent
            || (!self.machines.contains_key(&node.meta.name) && !worker.has_usage() && !worker.is_limited())
        {
            return None;
        }
        let machine = self.machines.entry(node.meta.name.clone()).or_default();
        let from = *machine.looks_from.get_or_insert(node.meta.created.unwrap_or(now));
        // What begins at the instant of a look is not measured yet.
        Some(Wake { key: node.key(), after: eviction::look_at(from, Time(now.0 + 1)) - now })
    }
}

/// Whether a pod has come to its end.
pub(super) fn is_over(pod: &Object) -> bool {
    status::is_terminal(pod.status()["phase"].str_or_empty())
}

fn candidate(worker: &Worker, now: Time) -> Candidate {
    let pod = &worker.pod;
    let requests = pod_requests(pod.spec());
    let (usage, containers) = worker.usage(now);
    Candidate {
        key: pod.key(),
        priority: priority(pod),
        is_critical: is_critical(pod),
        usage,
        requests: (requests.get(Resource::Memory.name()), requests.get(Resource::Disk.name())),
        containers,
    }
}
