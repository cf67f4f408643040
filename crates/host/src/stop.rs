//! Why the host ends a call from within. Such an end is a trap for the guest and a typed end for the worker.

use skink_job::ByteCount;

/// Ends the call at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Stop {
    /// The deadline has passed.
    #[error("the call had {allowed_ms} ms")]
    WallTime {
        /// The limit in milliseconds.
        allowed_ms: u64,
    },
    /// The table of handles is full.
    #[error("the hook may hold {0} handles at once; it must drop those that it no longer needs")]
    Handles(u32),
    /// The guest goes on writing findings and log lines long after its limit is used up.
    #[error("the limit for findings and log lines is {limit}; the hook went on with {dropped} more of them")]
    LogBytes {
        /// The limit.
        limit: ByteCount,
        /// What was dropped, in findings and lines.
        dropped: u64,
    },
    /// The module called the host when it was made, before its call began. It is made anew then.
    #[error("the module called the host before its call began")]
    Early,
    /// The worker no longer answers, or answers something else than was asked.
    #[error("the worker was asked for {asked}, and {problem}")]
    Worker {
        /// What it was asked for.
        asked: &'static str,
        /// What came instead.
        problem: String,
    },
}
