//! Whether a command's processes are asleep, and how to end them, where the system can tell.

/// How long the processes of a group have run so far, in nanoseconds, if every thread of theirs sleeps now. Two equal answers
/// mean that none has run between them. Where the system does not tell, they are taken to sleep.
#[cfg(target_os = "linux")]
pub(super) fn run_time_if_asleep(group: Option<u32>) -> Option<u64> {
    let Some(group) = group else {
        return Some(0);
    };
    let numbers = |folder: &str| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).collect::<Vec<_>>()
    };
    let mut ran = 0_u64;
    for process in numbers("/proc") {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        if parse(&stat).is_none_or(|it| it.group != group) {
            continue;
        }
        for thread in numbers(&format!("/proc/{process}/task")) {
            let of = |what: &str| {
                std::fs::read_to_string(format!("/proc/{process}/task/{thread}/{what}")).unwrap_or_default()
            };
            if parse(&of("stat")).is_some_and(|it| !matches!(it.state, 'S' | 'Z' | 'T')) {
                return None;
            }
            // The first of its numbers; a kernel without it tells the state alone.
            let time = of("schedstat").split_whitespace().next().and_then(|it| it.parse().ok());
            ran = ran.wrapping_add(time.unwrap_or(0));
        }
    }
    Some(ran)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn run_time_if_asleep(_: Option<u32>) -> Option<u64> {
    Some(0)
}

/// What `/proc/PID/stat` says of a process or a thread.
#[cfg(target_os = "linux")]
#[derive(Debug, PartialEq)]
struct Stat {
    state: char,
    group: u32,
}

/// Reads the third and the fifth field; the second is the program's name in parentheses, which may hold anything.
#[cfg(target_os = "linux")]
fn parse(stat: &str) -> Option<Stat> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let group = fields.nth(1)?.parse().ok()?;
    Some(Stat { state, group })
}

/// Ends every process of the group. There is no call for it without `unsafe`, but there is a program.
pub(super) fn kill_group(group: Option<u32>) {
    if let Some(group) = group.filter(|_| cfg!(unix)) {
        let _ = std::process::Command::new("sh").args(["-c", &format!("kill -9 -- -{group}")]).status();
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_state_and_the_group_are_read_behind_any_name() {
        let stat = "12 (a) R (b)) S 1 77 77 0 -1";
        assert_eq!(parse(stat), Some(Stat { state: 'S', group: 77 }));
        assert_eq!(parse(""), None);
    }
}
