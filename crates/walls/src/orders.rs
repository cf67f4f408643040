//! The first frame on the socket: what the spawner tells the child's [`crate::enter`].

use crate::WallsError;
use serde::{Deserialize, Serialize};
use skink_job::{ByteCount, Limits};

/// What a child may have beside what its call is allowed: memory for listings, whole files and code.
const OWN_DATA: u64 = 1 << 30;
/// The largest file beside what a call puts out: images of memory that an engine keeps.
const OWN_FILE: u64 = 1 << 30;
/// Descriptors beside the handles of a guest.
const OWN_DESCRIPTORS: u64 = 64;
/// CPU time beside a guest's: loading, linking, clean-up.
const OWN_SECONDS: u64 = 60;
/// A call has one thread for the guest and some that wait.
const BUSY_THREADS: u64 = 2;

/// Resource limits that depend on what the child is for. The others are fixed.
///
/// They are backstops: a limit of a call is met, counted and told before. So a child may have a little more of each
/// than its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ceilings {
    /// CPU time of the child, in seconds, over all threads.
    pub cpu_seconds: u64,
    /// The largest file that the child may write.
    pub file_size: ByteCount,
    /// Open descriptors.
    pub descriptors: u64,
    /// Data memory. Address space is not limited, because wasmtime reserves much more than it uses.
    pub data: ByteCount,
}

impl Default for Ceilings {
    /// For a child that makes no call: one hour of CPU time, files and memory of 8 GiB.
    fn default() -> Self {
        let descriptors = 1024 + OWN_DESCRIPTORS;
        Self { cpu_seconds: 3600, file_size: ByteCount(8 << 30), descriptors, data: ByteCount(8 << 30) }
    }
}

impl Ceilings {
    /// What a child needs for a call with these limits.
    pub fn of(limits: &Limits) -> Self {
        let seconds = limits.wall_time.0.div_ceil(1000);
        Self {
            cpu_seconds: seconds.saturating_mul(BUSY_THREADS).saturating_add(OWN_SECONDS),
            file_size: ByteCount(limits.output_bytes.0.saturating_add(OWN_FILE)),
            descriptors: u64::from(limits.handles) + OWN_DESCRIPTORS,
            data: ByteCount(limits.memory.0.saturating_add(OWN_DATA)),
        }
    }
}

/// The way of spawning. The two sides divide the walls between them, so they must be of one mind who builds which.
///
/// The first way had no such number: a child of then finds this one where it expects 0 or 1, and ends.
const WAY: u8 = 2;

/// What the child must know before it has locked itself in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Orders {
    way: u8,
    /// Uid and gid to become; `None` in a user namespace, where there is but one.
    pub(crate) owner: Option<(u32, u32)>,
    pub(crate) ceilings: Ceilings,
}

impl Orders {
    pub(crate) fn new(owner: Option<(u32, u32)>, ceilings: Ceilings) -> Self {
        Self { way: WAY, owner, ceilings }
    }

    /// For the child: refuses the orders of a parent that is not from the same Skink.
    pub(crate) fn check(self) -> Result<Self, WallsError> {
        if self.way == WAY { Ok(self) } else { Err(WallsError::Strangers) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use skink_job::Millis;
    use skink_protocol::Channel;

    /// As they were before there was a number.
    #[derive(Debug, Serialize, Deserialize)]
    struct First {
        owner: Option<(u32, u32)>,
        ceilings: Ceilings,
    }

    /// Otherwise a child would change the mounts of a namespace that is its parent's.
    #[test]
    fn parent_and_child_of_two_installations_do_not_understand_each_other() {
        let (ceilings, owners) = (Ceilings::default(), [None, Some((0x6000_0000, 0x6000_0000))]);
        let ends = || Channel::pair().map(|(parent, child)| (parent, Channel::new(child))).unwrap();
        for owner in owners {
            let (parent, mut child) = ends();
            parent.send(&Orders::new(owner, ceilings), None).unwrap();
            assert!(child.receive::<First>(None).is_err(), "{owner:?}");
            let (parent, mut child) = ends();
            parent.send(&First { owner, ceilings }, None).unwrap();
            let taken = child.receive::<Orders>(None).map(|received| received.message.check().is_ok());
            assert!(!taken.unwrap_or(false), "{owner:?}");
            let (parent, mut child) = ends();
            parent.send(&Orders::new(owner, ceilings), None).unwrap();
            assert_eq!(child.receive::<Orders>(None).unwrap().message.check().unwrap().owner, owner);
        }
    }

    #[test]
    fn a_call_may_use_all_that_its_limits_say() {
        let usual = Limits::default();
        let rows = [
            usual,
            Limits { wall_time: Millis(1), handles: 8, output_bytes: ByteCount(1 << 10), ..usual },
            Limits { wall_time: Millis(24 * 3_600_000), handles: 1_000_000, ..usual },
            Limits { memory: ByteCount(64 << 30), output_bytes: ByteCount(1 << 40), ..usual },
            Limits { memory: ByteCount(u64::MAX), wall_time: Millis(u64::MAX), handles: u32::MAX, ..usual },
        ];
        for limits in rows {
            let Ceilings { cpu_seconds, file_size, descriptors, data } = Ceilings::of(&limits);
            assert!(cpu_seconds >= limits.wall_time.0.div_ceil(1000), "{limits:?}");
            assert!(file_size >= limits.output_bytes, "{limits:?}");
            assert!(descriptors > u64::from(limits.handles), "{limits:?}");
            assert!(data >= limits.memory, "{limits:?}");
        }
    }
}
