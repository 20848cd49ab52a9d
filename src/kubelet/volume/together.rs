//! Machines that see each other's files: they run in lockstep, each up to the next instant at which anything happens.
//!
//! A copy of them all can run ahead just as a copy of one can, so that containers which write to one volume cost no more
//! entries than others.

use crate::clock::Time;
use crate::kubelet::shell::machine::Machine;
use crate::kubelet::shell::tree::Tree;
use crate::object::Str;

/// Runs `machines` until `until`, in the order of the instants at which they go on, and at one instant in their own order.
/// What one writes to a volume that another mounts is there for that other at once.
pub fn run(machines: &mut [&mut Machine], until: Time) {
    run_steps(machines, until, u32::MAX);
}

/// The same, but in no more than so many steps. Returns the instant that they came to.
pub fn run_steps(machines: &mut [&mut Machine], until: Time, most: u32) -> Time {
    let (mut reached, from) = (until, machines.iter().map(|it| it.now).max());
    for taken in 0_u32.. {
        // Time stands still for all of them while one waits for an answer.
        if let Some(asks) = machines.iter().filter(|it| it.question().is_some()).map(|it| it.now).min() {
            machines.iter_mut().for_each(|it| it.pass_to(asks));
            return asks;
        }
        let next = |(index, machine): (usize, &&mut Machine)| Some((machine.next()?, index));
        let Some((at, index)) = machines.iter().enumerate().filter_map(next).min().filter(|(at, _)| *at <= until)
        else {
            break;
        };
        // What happens at one instant is never parted, and some time passes with every effort.
        let come_to = machines.iter().map(|it| it.now).max();
        if taken >= most && come_to > from && come_to < Some(at) {
            reached = come_to.unwrap_or(until);
            break;
        }
        machines[index].run(at);
        hand_out(machines, index);
    }
    for machine in machines {
        machine.run(reached);
    }
    reached
}

/// Shows all others what the machine at `index` wrote.
pub fn hand_out(machines: &mut [&mut Machine], index: usize) {
    let written = machines[index].files.mounts();
    let trees: Vec<(Str, Tree)> =
        written.written().filter_map(|it| Some((it.clone(), written.volume(it)?.clone()))).collect();
    let at = machines[index].now;
    for (_, machine) in machines.iter_mut().enumerate().filter(|(other, _)| *other != index) {
        let mut changed = false;
        for (name, tree) in &trees {
            changed |= machine.files.mounts_mut().replace(name, tree);
        }
        // What waits for a file to change goes on at this instant, not at the one at which it began to wait.
        if changed {
            machine.pass_to(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::kubelet::shell::tree::Mount;
    use crate::kubelet::shell::{Environment, Shell, shell};

    fn machine(script: &str) -> Machine {
        let mut machine = shell(script, &Shell::default(), &Environment::new(), Time::from_unix(0)).expect("a script");
        let mount = Mount { path: "/shared".to_owned(), volume: "v".into(), sub_path: String::new(), read_only: false };
        machine.files.mount(mount, &Tree::default());
        machine
    }

    fn logs(scripts: &[&str], until: i64) -> Vec<String> {
        let mut machines: Vec<Machine> = scripts.iter().map(|it| machine(it)).collect();
        run(&mut machines.iter_mut().collect::<Vec<_>>(), Time::from_unix(until));
        let line = |it: &crate::kubelet::shell::machine::Printed| format!("{}:{}", it.time.unix(), it.text.trim_end());
        machines.iter().map(|it| it.log.pieces().iter().map(line).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn what_one_writes_the_other_reads_when_its_turn_comes() {
        let ping = "sleep 3; echo a > /shared/a; while [ ! -e /shared/b ]; do sleep 2; done; echo got; cat /shared/b";
        let pong = "until [ -e /shared/a ]; do sleep 1; done; cat /shared/a; sleep 4; echo b > /shared/b";
        assert_eq!(logs(&[ping, pong], 60), ["9:got 9:b", "3:a"]);
        assert_eq!(logs(&[pong, ping], 60), ["4:a", "9:got 9:b"]);
    }

    #[test]
    fn a_loop_of_writers_is_seen_turn_by_turn() {
        let writer = "i=0; while true; do i=$((i + 1)); echo $i >> /shared/log; sleep 10; done";
        let reader = "sleep 25; wc -l < /shared/log; sleep 20; wc -l < /shared/log";
        assert_eq!(logs(&[writer, reader], 100)[1], "25:3 45:5");
    }
}
