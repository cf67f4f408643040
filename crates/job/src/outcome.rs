//! How one hook call ended.

use crate::{LimitKind, SafeText};
use serde::{Deserialize, Serialize};

/// How one hook call ended. What each does to the build is one table, in the worker's `decide`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// The hook is content.
    Passed,
    /// The hook judged the build as failed, or could not do its work.
    Failed {
        /// The hook's own words.
        reason: SafeText,
    },
    /// The hook judged the build as unchanged.
    Unchanged {
        /// The hook's own words.
        reason: SafeText,
    },
    /// The module was not admitted; nothing of it ran.
    Refused {
        /// Which rule refused it, and what to do.
        reason: SafeText,
    },
    /// The call met a limit and was stopped.
    Limit {
        /// Which limit.
        kind: LimitKind,
        /// The limit's value and what was asked for.
        detail: SafeText,
    },
    /// The guest trapped.
    Trap {
        /// Where, and after which host calls.
        report: CrashReport,
    },
    /// The runner died.
    Crashed {
        /// How: the signal or exit code, and the last lines it wrote.
        detail: SafeText,
    },
    /// The host could not make the call; nobody's module is to blame.
    HostError {
        /// What was tried, on what, and what to do.
        detail: SafeText,
    },
    /// The hook was not called.
    Skipped {
        /// Why.
        reason: SafeText,
    },
}

impl Outcome {
    /// The one word for it in tables and reports.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed { .. } => "failed",
            Self::Unchanged { .. } => "unchanged",
            Self::Refused { .. } => "refused",
            Self::Limit { .. } => "limit",
            Self::Trap { .. } => "trap",
            Self::Crashed { .. } => "crashed",
            Self::HostError { .. } => "host-error",
            Self::Skipped { .. } => "skipped",
        }
    }

    /// One line of detail, empty where there is nothing to add.
    pub fn detail(&self) -> SafeText {
        match self {
            Self::Passed => SafeText::default(),
            Self::Failed { reason }
            | Self::Unchanged { reason }
            | Self::Refused { reason }
            | Self::Skipped { reason } => reason.clone(),
            Self::Limit { kind, detail } => SafeText::from(format!("{kind}: {detail}")),
            Self::Trap { report } => report.message.clone(),
            Self::Crashed { detail } | Self::HostError { detail } => detail.clone(),
        }
    }
}

/// Why and where a guest trapped.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CrashReport {
    /// The trap in one line.
    pub message: SafeText,
    /// The guest's call stack, innermost first.
    pub frames: Vec<Frame>,
    /// The last calls from the guest to the host, oldest first.
    pub host_calls: Vec<SafeText>,
}

/// One frame of a guest's call stack.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Frame {
    /// The function's demangled name, or its index.
    pub function: SafeText,
    /// Offset in the module, in bytes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub offset: Option<u64>,
}
