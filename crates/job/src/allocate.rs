//! What a hook of the phase `allocate` is asked, may use, and answers.

use crate::phase::words;
use crate::{ByteCount, Limits, Millis, SafeText};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Named facts; each name has one value or several, in the order in which they were given.
pub type NamedFacts = BTreeMap<String, Vec<String>>;

/// What is known of a job and of a worker that may take it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Allocation {
    /// The job's own facts, by the dispatcher's names for them.
    pub job: NamedFacts,
    /// The worker's, by the names of its registration: `hostlabel`, `hardware.memory`.
    pub worker: NamedFacts,
    /// What the job demands of a worker: `hostlabel`, `hardware.processors`.
    pub constraints: NamedFacts,
}

/// Whether a worker takes a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It does.
    Yes,
    /// It does not, for this reason.
    No(SafeText),
    /// The hook has no opinion.
    Abstain,
}

words! {
    /// What a hook that gives no answer counts as: it trapped, met a limit, or could not be called.
    OnBroken {
        /// As if it had abstained.
        Abstain = "abstain",
        /// As if it had said no.
        Refuse = "refuse",
    }
}

/// The limits of one call of an `allocate` hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocateLimits {
    /// Sum of all linear memories and tables.
    pub memory: ByteCount,
    /// Time from question to answer. A backstop: it is fuel that ends a hook that does not end.
    pub wall_time: Millis,
    /// What the guest's instructions may cost; one costs about one. The same for the same question on every machine.
    pub fuel: u64,
}

impl Default for AllocateLimits {
    fn default() -> Self {
        Self { memory: ByteCount(64 << 20), wall_time: Millis(50), fuel: 20_000_000 }
    }
}

impl AllocateLimits {
    /// Handles that the guest may hold at once.
    const HANDLES: u32 = 64;
    /// Bytes of findings, progress and log lines.
    const LOG_BYTES: ByteCount = ByteCount(16 << 10);

    /// The limits of the call as a runner keeps them. Such a hook puts nothing out and has no tools.
    pub fn of_call(&self) -> Limits {
        Limits {
            memory: self.memory,
            wall_time: self.wall_time,
            handles: Self::HANDLES,
            log_bytes: Self::LOG_BYTES,
            output_bytes: ByteCount(0),
            output_files: 0,
            tool_time: Millis(0),
            tool_memory: ByteCount(0),
            tool_processes: 0,
            scratch_bytes: ByteCount(0),
        }
    }
}
