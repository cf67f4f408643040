//! The first frame on the socket: what the spawner tells the child's [`crate::enter`].

use serde::{Deserialize, Serialize};
use skink_job::ByteCount;

/// Resource limits that are a matter of policy. The others are fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ceilings {
    /// CPU time of the child, in seconds, over all threads. A backstop: the deadline of a call is the parent's.
    pub cpu_seconds: u64,
    /// The largest file that the child may write.
    pub file_size: ByteCount,
}

impl Default for Ceilings {
    /// One hour of CPU time and files of 8 GiB.
    fn default() -> Self {
        Self { cpu_seconds: 3600, file_size: ByteCount(8 << 30) }
    }
}

/// What the child must know before it has locked itself in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Orders {
    /// Uid and gid to become; `None` in a user namespace, where there is but one.
    pub(crate) owner: Option<(u32, u32)>,
    pub(crate) ceilings: Ceilings,
}
