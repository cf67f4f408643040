//! Limits of one hook call, and how close it came to each.

use crate::phase::words;
use crate::{ByteCount, Millis};
use serde::{Deserialize, Serialize};

words! {
    /// The limit that ended a call.
    LimitKind {
        /// Sum of all linear memories and tables.
        Memory = "memory",
        /// Time from request to verdict.
        WallTime = "wall-time",
        /// Handles that the guest holds at once.
        Handles = "handles",
        /// Bytes of findings, progress and log lines.
        LogBytes = "log-bytes",
        /// Bytes in outbox and attachments.
        OutputBytes = "output-bytes",
        /// Files in outbox and attachments.
        OutputFiles = "output-files",
        /// Time that the tools of the hook ran.
        ToolTime = "tool-time",
        /// Bytes in the scratch folder of a tool.
        ScratchBytes = "scratch-bytes",
        /// Bytes of one call from guest to host or back.
        CallBytes = "call-bytes",
        /// Instructions, in the metered flavour.
        Fuel = "fuel",
    }
}

/// The limits of one hook call. Every field is enforced by the runner or the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Sum of all linear memories and tables.
    pub memory: ByteCount,
    /// Time from request to verdict, the hook's tools included.
    pub wall_time: Millis,
    /// Handles that the guest may hold at once.
    pub handles: u32,
    /// Bytes of findings, progress and log lines; what is more is dropped and counted.
    pub log_bytes: ByteCount,
    /// Bytes in outbox and attachments.
    pub output_bytes: ByteCount,
    /// Files in outbox and attachments.
    pub output_files: u32,
    /// Time that the tools of the hook may run, summed.
    pub tool_time: Millis,
    /// Bytes in the scratch folder of a tool.
    pub scratch_bytes: ByteCount,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: ByteCount(256 << 20),
            wall_time: Millis(300_000),
            handles: 1024,
            log_bytes: ByteCount(4 << 20),
            output_bytes: ByteCount(256 << 20),
            output_files: 1000,
            tool_time: Millis(240_000),
            scratch_bytes: ByteCount(1 << 30),
        }
    }
}

/// What one call used of its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Peak of the sum of all linear memories and tables, in bytes.
    pub memory: u64,
    /// Milliseconds from request to verdict.
    pub wall_time: u64,
    /// Peak of the handles held at once.
    pub handles: u32,
    /// Bytes of findings, progress and log lines.
    pub log_bytes: u64,
    /// Bytes in outbox and attachments.
    pub output_bytes: u64,
    /// Files in outbox and attachments.
    pub output_files: u32,
    /// Milliseconds that tools ran.
    pub tool_time: u64,
    /// Bytes in the scratch folder at the end.
    pub scratch_bytes: u64,
    /// Calls from the guest to the host.
    pub host_calls: u64,
    /// Findings that were dropped because `log_bytes` was used up.
    pub suppressed: u64,
}
