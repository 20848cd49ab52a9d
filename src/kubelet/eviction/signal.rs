//! What a kubelet watches of its node, and from when on that is too little (`pkg/kubelet/eviction/api/types.go`,
//! `pkg/kubelet/apis/config/v1beta1/defaults_linux.go`).

use crate::clock::Span;
use crate::object::Quantity;

/// Something of which a node can have too little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// `memory.available`.
    Memory,
    /// `nodefs.available`.
    NodeFs,
    /// `nodefs.inodesFree`.
    NodeFsInodes,
    /// `imagefs.available`: images are on the node's only file system.
    ImageFs,
    /// `imagefs.inodesFree`.
    ImageFsInodes,
    /// `pid.available`.
    Pid,
}

/// What containers and the rest of a machine use of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// Bytes of memory.
    Memory,
    /// Bytes on the disk.
    Disk,
    /// Files on the disk.
    Inodes,
    /// Processes.
    Pids,
}

/// A node condition that says of what there is too little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pressure {
    /// `MemoryPressure`.
    Memory,
    /// `DiskPressure`.
    Disk,
    /// `PIDPressure`.
    Pid,
}

impl Signal {
    /// Every signal with its name, the most urgent first.
    pub const ALL: [(&'static str, Signal); 6] = [
        ("memory.available", Signal::Memory),
        ("nodefs.available", Signal::NodeFs),
        ("nodefs.inodesFree", Signal::NodeFsInodes),
        ("imagefs.available", Signal::ImageFs),
        ("imagefs.inodesFree", Signal::ImageFsInodes),
        ("pid.available", Signal::Pid),
    ];

    /// What it tells of.
    pub fn resource(self) -> Resource {
        match self {
            Signal::Memory => Resource::Memory,
            Signal::NodeFs | Signal::ImageFs => Resource::Disk,
            Signal::NodeFsInodes | Signal::ImageFsInodes => Resource::Inodes,
            Signal::Pid => Resource::Pids,
        }
    }

    /// The condition that the node is in when there is too little.
    pub fn pressure(self) -> Pressure {
        match self.resource() {
            Resource::Memory => Pressure::Memory,
            Resource::Disk | Resource::Inodes => Pressure::Disk,
            Resource::Pids => Pressure::Pid,
        }
    }
}

impl Resource {
    /// The name that requests have for it, and messages.
    pub fn name(self) -> &'static str {
        match self {
            Resource::Memory => "memory",
            Resource::Disk => "ephemeral-storage",
            Resource::Inodes => "inodes",
            Resource::Pids => "pids",
        }
    }

    /// `amount` of it as messages show it.
    pub fn quantity(self, amount: i64) -> Quantity {
        match self {
            Resource::Memory | Resource::Disk => Quantity::from_bytes(amount),
            Resource::Inodes | Resource::Pids => Quantity::from_units(amount),
        }
    }
}

impl Pressure {
    /// Every condition, in the order in which a node shows them.
    pub const ALL: [Pressure; 3] = [Pressure::Memory, Pressure::Disk, Pressure::Pid];

    /// The type of the condition.
    pub fn name(self) -> &'static str {
        match self {
            Pressure::Memory => "MemoryPressure",
            Pressure::Disk => "DiskPressure",
            Pressure::Pid => "PIDPressure",
        }
    }

    /// What the condition, and the event of its change, say when it holds or does not: the reason, the message and the reason
    /// of the event.
    pub fn words(self, holds: bool) -> (&'static str, &'static str, &'static str) {
        match (self, holds) {
            (Pressure::Memory, true) => (
                "KubeletHasInsufficientMemory",
                "kubelet has insufficient memory available",
                "NodeHasInsufficientMemory",
            ),
            (Pressure::Memory, false) => {
                ("KubeletHasSufficientMemory", "kubelet has sufficient memory available", "NodeHasSufficientMemory")
            }
            (Pressure::Disk, true) => ("KubeletHasDiskPressure", "kubelet has disk pressure", "NodeHasDiskPressure"),
            (Pressure::Disk, false) => {
                ("KubeletHasNoDiskPressure", "kubelet has no disk pressure", "NodeHasNoDiskPressure")
            }
            (Pressure::Pid, true) => {
                ("KubeletHasInsufficientPID", "kubelet has insufficient PID available", "NodeHasInsufficientPID")
            }
            (Pressure::Pid, false) => {
                ("KubeletHasSufficientPID", "kubelet has sufficient PID available", "NodeHasSufficientPID")
            }
        }
    }
}

/// How much of something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// So much.
    Of(Quantity),
    /// So many percent of what there is.
    Percent(f32),
}

impl Amount {
    /// Reads `100Mi` or `15%`.
    pub fn parse(text: &str) -> Option<Amount> {
        match text.strip_suffix('%') {
            Some(number) => number.parse().ok().filter(|it| (0.0..=100.0).contains(it)).map(Amount::Percent),
            None => Quantity::parse(text).ok().filter(|it| !it.is_negative()).map(Amount::Of),
        }
    }

    /// The amount, where there is `capacity` in all.
    pub fn quantity(self, capacity: i64) -> Quantity {
        match self {
            Amount::Of(quantity) => quantity,
            // A kubelet reckons with fractions in single precision, cuts off what is not whole, and shows any as bytes.
            Amount::Percent(percent) => Quantity::from_bytes((capacity as f64 * f64::from(percent / 100.0)) as i64),
        }
    }
}

/// From when on there is too little of something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Of what.
    pub signal: Signal,
    /// Less than this is too little.
    pub amount: Amount,
    /// How long it has to be so before a pod is evicted; nothing for a hard threshold.
    pub grace: Span,
}

/// The thresholds of a kubelet that is not told otherwise (`DefaultEvictionHard`).
pub fn default_thresholds() -> Vec<Threshold> {
    let hard = |signal, amount| Threshold { signal, amount, grace: Span::ZERO };
    vec![
        hard(Signal::Memory, Amount::Of(Quantity::from_bytes(100 << 20))),
        hard(Signal::NodeFs, Amount::Percent(10.0)),
        hard(Signal::NodeFsInodes, Amount::Percent(5.0)),
        hard(Signal::ImageFs, Amount::Percent(15.0)),
        hard(Signal::ImageFsInodes, Amount::Percent(5.0)),
    ]
}

/// How much there is of something, and how much of it is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// What is left.
    pub available: i64,
    /// All of it.
    pub capacity: i64,
}

impl Threshold {
    /// Whether there is too little.
    pub fn is_met(&self, observed: Observation) -> bool {
        self.amount.quantity(observed.capacity) > self.signal.resource().quantity(observed.available)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_too_little_below_a_threshold_and_not_at_it() {
        let memory = default_thresholds()[0];
        let observed = |available| Observation { available, capacity: 4 << 30 };
        assert!(!memory.is_met(observed(100 << 20)));
        assert!(memory.is_met(observed((100 << 20) - 1)));
        let disk = default_thresholds()[1];
        assert_eq!(disk.amount.quantity(100 << 30).value(), 10_737_418_400);
        assert!(disk.is_met(Observation { available: 10 << 30, capacity: 100 << 30 }));
        assert!(!disk.is_met(Observation { available: 11 << 30, capacity: 100 << 30 }));
    }

    #[test]
    fn an_amount_is_read_as_a_kubelet_reads_it() {
        assert_eq!(Amount::parse("100Mi"), Some(Amount::Of(Quantity::from_bytes(100 << 20))));
        assert_eq!(Amount::parse("15%"), Some(Amount::Percent(15.0)));
        assert_eq!((Amount::parse("-1"), Amount::parse("101%"), Amount::parse("much")), (None, None, None));
    }
}
