//! What the tools of one call did, for the report.

use serde::{Deserialize, Serialize};
use skink_job::{LimitKind, Millis, SafeText, ToolName};
use skink_protocol::ExitStatus;
use std::time::Instant;

/// What the tools of one call did and used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolUsage {
    /// The time that tools ran, summed over all runs.
    pub tool_time: Millis,
    /// The most bytes of memory that one run was seen with.
    pub tool_memory: u64,
    /// The most processes and threads that one run was seen with.
    pub tool_processes: u32,
    /// The most bytes that one run left in its scratch folder and `/tmp`.
    pub scratch_bytes: u64,
    /// The runs, in the order of their requests.
    pub runs: Vec<ToolRun>,
    /// The first limit that a tool met. The call ends as this limit, whatever the guest made of the answer.
    pub limit: Option<LimitMet>,
    /// What the broker could not clean up; empty when all is well.
    pub problems: Vec<SafeText>,
}

/// One run of one tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolRun {
    /// The tool's name in the policy.
    pub tool: ToolName,
    /// Its arguments, shortened.
    pub args: SafeText,
    /// How it ended.
    pub exit: RunEnd,
    /// When it was asked for.
    pub started: Instant,
    /// How long it ran, the building of its root included.
    pub millis: Millis,
}

/// How one run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunEnd {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// Killed by the guest, or because the call was over.
    Killed,
    /// Killed by the broker at this limit.
    Limit(LimitKind),
    /// It did not run: the reason.
    NotStarted(SafeText),
}

impl From<ExitStatus> for RunEnd {
    fn from(status: ExitStatus) -> Self {
        match status {
            ExitStatus::Code(code) => Self::Code(code),
            ExitStatus::Signal(signal) => Self::Signal(signal),
        }
    }
}

/// A limit that a tool met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitMet {
    /// Which limit.
    pub kind: LimitKind,
    /// The tool and the limit's value, for people.
    pub detail: String,
}
