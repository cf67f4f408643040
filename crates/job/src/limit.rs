//! Limits of one hook call, and how close it came to each.

use crate::phase::words;
use crate::{ByteCount, Millis};
use serde::{Deserialize, Serialize};
use std::fmt;

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
        /// Memory of one run of a tool.
        ToolMemory = "tool-memory",
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
    /// Memory of all processes of one run of a tool.
    pub tool_memory: ByteCount,
    /// Processes and threads of one run of a tool; it is refused more.
    pub tool_processes: u32,
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
            tool_memory: ByteCount(4 << 30),
            tool_processes: 512,
            scratch_bytes: ByteCount(1 << 30),
        }
    }
}

/// An amount of something that is limited, with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Bytes.
    Bytes(ByteCount),
    /// Time.
    Time(Millis),
    /// Things.
    Count(u64),
}

impl Amount {
    /// The bare number: bytes, milliseconds, things.
    pub fn number(self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.0,
            Self::Time(time) => time.0,
            Self::Count(count) => count,
        }
    }

    /// So much of the same unit.
    #[must_use]
    fn of_the_same(self, number: u64) -> Self {
        match self {
            Self::Bytes(_) => Self::Bytes(ByteCount(number)),
            Self::Time(_) => Self::Time(Millis(number)),
            Self::Count(_) => Self::Count(number),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => bytes.fmt(f),
            Self::Time(time) => time.fmt(f),
            Self::Count(count) => count.fmt(f),
        }
    }
}

impl Limits {
    /// Each limit by its key in a policy.
    pub fn each(&self) -> [(&'static str, Amount); 10] {
        // No `..`: a new limit must be in this list or it does not compile.
        let Self {
            memory,
            wall_time,
            handles,
            log_bytes,
            output_bytes,
            output_files,
            tool_time,
            tool_memory,
            tool_processes,
            scratch_bytes,
        } = *self;
        [
            ("memory", Amount::Bytes(memory)),
            ("wall-time", Amount::Time(wall_time)),
            ("handles", Amount::Count(handles.into())),
            ("log-bytes", Amount::Bytes(log_bytes)),
            ("output-bytes", Amount::Bytes(output_bytes)),
            ("output-files", Amount::Count(output_files.into())),
            ("tool-time", Amount::Time(tool_time)),
            ("tool-memory", Amount::Bytes(tool_memory)),
            ("tool-processes", Amount::Count(tool_processes.into())),
            ("scratch-bytes", Amount::Bytes(scratch_bytes)),
        ]
    }
}

impl Usage {
    /// How much of each limit, in the order of the limits in a policy.
    pub fn of(&self, limits: &Limits) -> impl Iterator<Item = Use> {
        let used = [
            self.memory,
            self.wall_time,
            self.handles.into(),
            self.log_bytes,
            self.output_bytes,
            self.output_files.into(),
            self.tool_time,
            self.tool_memory,
            self.tool_processes.into(),
            self.scratch_bytes,
        ];
        let pairs = limits.each().into_iter().zip(used);
        pairs.map(|((key, limit), used)| Use { key, used: limit.of_the_same(used), limit })
    }

    /// The limit that was come closest to; none where nothing was used of any.
    pub fn closest(&self, limits: &Limits) -> Option<Use> {
        // Of two shares, that of more used of less.
        let by_share = |one: &Use, other: &Use| {
            let product = |of: &Use, by: &Use| u128::from(of.used.number()) * u128::from(by.limit.number());
            product(one, other).cmp(&product(other, one))
        };
        self.of(limits).filter(|of| of.used.number() > 0).max_by(by_share)
    }
}

/// What was used of one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// The limit's key in a policy.
    pub key: &'static str,
    /// So much was used.
    pub used: Amount,
    /// So much was allowed.
    pub limit: Amount,
}

impl Use {
    /// The share in thousandths.
    pub fn permille(&self) -> u128 {
        u128::from(self.used.number()) * 1000 / u128::from(self.limit.number().max(1))
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
    /// The most memory that one run of a tool was seen with, in bytes.
    pub tool_memory: u64,
    /// The most processes and threads that one run of a tool was seen with.
    pub tool_processes: u32,
    /// Bytes in the scratch folder at the end.
    pub scratch_bytes: u64,
    /// Calls from the guest to the host.
    pub host_calls: u64,
    /// Findings that were dropped because `log_bytes` was used up.
    pub suppressed: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_that_was_come_closest_to() {
        let limits = Limits::default();
        let none = Usage::default();
        for (what, usage, wanted) in [
            ("nothing", none, None),
            ("one", Usage { log_bytes: 1, ..none }, Some(("log-bytes", 0))),
            (
                "by the share",
                Usage { memory: 1 << 20, output_files: 100, ..none },
                Some(("output-files", 100)),
            ),
            // 4.39 and 4.88 thousandths.
            (
                "by less than a thousandth",
                Usage { memory: 1_179_936, handles: 5, ..none },
                Some(("handles", 4)),
            ),
            ("over it", Usage { wall_time: 600_000, tool_time: 240_000, ..none }, Some(("wall-time", 2000))),
        ] {
            let closest = usage.closest(&limits).map(|of| (of.key, of.permille()));
            assert_eq!(closest, wanted, "{what}");
        }
        // What may not be used at all, and was.
        let closed = Limits { handles: 0, ..limits };
        let closest = Usage { memory: 1 << 20, handles: 1, ..none }.closest(&closed);
        assert_eq!(closest.map(|of| of.key), Some("handles"));
    }
}
