//! Which pod is evicted first (`rankMemoryPressure`, `rankDiskPressureFunc` and `rankPIDPressure` in
//! `pkg/kubelet/eviction/helpers.go`).

use std::cmp::Reverse;

use super::signal::Resource;
use crate::object::{Key, Quantity, Str};

/// A pod that runs on a node, as far as it matters to who is evicted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The pod.
    pub key: Key,
    /// `spec.priority`.
    pub priority: i64,
    /// Whether nothing may evict it.
    pub is_critical: bool,
    /// What it uses.
    pub usage: Usage,
    /// What it requests of memory and of ephemeral storage, in bytes.
    pub requests: (i64, i64),
    /// What each of its containers uses and requests.
    pub containers: Vec<ContainerUsage>,
}

/// What a pod uses, or everything on a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of memory.
    pub memory: i64,
    /// Bytes on the disk.
    pub disk: i64,
    /// Files on the disk.
    pub inodes: i64,
    /// Processes.
    pub pids: i64,
}

/// What a container uses and requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerUsage {
    /// Its name.
    pub name: Str,
    /// Bytes of memory, and what it requests.
    pub memory: (i64, Quantity),
    /// Bytes on the disk, and what it requests.
    pub disk: (i64, Quantity),
}

impl Usage {
    /// How much of `resource`.
    pub fn of(&self, resource: Resource) -> i64 {
        match resource {
            Resource::Memory => self.memory,
            Resource::Disk => self.disk,
            Resource::Inodes => self.inodes,
            Resource::Pids => self.pids,
        }
    }

    /// How much of `resource`, to be changed.
    pub fn of_mut(&mut self, resource: Resource) -> &mut i64 {
        match resource {
            Resource::Memory => &mut self.memory,
            Resource::Disk => &mut self.disk,
            Resource::Inodes => &mut self.inodes,
            Resource::Pids => &mut self.pids,
        }
    }
}

impl Candidate {
    /// How much it uses beyond what it requests, and whether that counts as too much. Nobody requests files; the largest
    /// consumer of files is reckoned against its request of bytes, as upstream does.
    fn excess(&self, resource: Resource) -> (bool, i64) {
        let used = self.usage.of(resource);
        let (memory, disk) = self.requests;
        match resource {
            Resource::Memory => (used > memory, used - memory),
            Resource::Disk => (used > disk, used - disk),
            Resource::Inodes => (used > 0, used - disk),
            Resource::Pids => (false, used),
        }
    }
}

/// Puts those first that are evicted first when there is too little of `resource`: who uses more than it requests, then who has
/// the least priority, and then who uses the most beyond its request. For processes, nobody has a request.
pub fn rank(pods: &mut [Candidate], resource: Resource) {
    pods.sort_by_key(|it| {
        let (exceeds, excess) = it.excess(resource);
        (Reverse(exceeds), it.priority, Reverse(excess))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    const MI: i64 = 1 << 20;

    /// A pod with this priority that uses and requests so many Mi of memory and of the disk, files and processes.
    fn pod(name: &str, priority: i64, memory: (i64, i64), disk: (i64, i64), inodes: i64, pids: i64) -> Candidate {
        Candidate {
            key: Key::new(kinds::POD, "default", name),
            priority,
            is_critical: false,
            usage: Usage { memory: memory.0 * MI, disk: disk.0 * MI, inodes, pids },
            requests: (memory.1 * MI, disk.1 * MI),
            containers: Vec::new(),
        }
    }

    fn check(resource: Resource, mut pods: Vec<Candidate>, want: &str) {
        rank(&mut pods, resource);
        let names: Vec<&str> = pods.iter().map(|it| it.key.name.as_str()).collect();
        assert_eq!(names.join(" "), want, "{resource:?}");
    }

    #[test]
    fn who_uses_more_memory_than_it_requests_goes_first_then_low_priority_then_large_excess() {
        let none = (0, 0);
        check(
            Resource::Memory,
            vec![
                pod("within", -10, (900, 1000), none, 0, 0),
                pod("high", 100, (800, 0), none, 0, 0),
                pod("small", 0, (300, 200), none, 0, 0),
                pod("large", 0, (400, 100), none, 0, 0),
                pod("best-effort", 0, (150, 0), none, 0, 0),
            ],
            "large best-effort small high within",
        );
    }

    #[test]
    fn a_pod_that_uses_just_what_it_requests_does_not_exceed_it() {
        let pods = vec![pod("just", 0, (100, 100), (0, 0), 0, 0), pod("over", 9, (101, 100), (0, 0), 0, 0)];
        check(Resource::Memory, pods, "over just");
    }

    #[test]
    fn for_the_disk_the_same_order_holds_with_what_is_on_it() {
        check(
            Resource::Disk,
            vec![
                pod("within", 0, (0, 0), (900, 1000), 0, 0),
                pod("some", 0, (0, 0), (100, 0), 0, 0),
                pod("more", 0, (0, 0), (2000, 1000), 0, 0),
                pod("dear", 5, (0, 0), (5000, 0), 0, 0),
            ],
            "more some dear within",
        );
    }

    #[test]
    fn for_files_requests_are_unknown() {
        let pods = vec![pod("few", 0, (0, 0), (0, 0), 10, 0), pod("many", 0, (0, 0), (0, 0), 5000, 0)];
        check(Resource::Inodes, pods, "many few");
    }

    #[test]
    fn for_processes_only_priority_and_their_number_count() {
        check(
            Resource::Pids,
            vec![
                pod("high", 10, (900, 0), (0, 0), 0, 9000),
                pod("few", 0, (900, 0), (0, 0), 0, 5),
                pod("many", 0, (0, 500), (0, 0), 0, 500),
            ],
            "many few high",
        );
    }
}
