//! Findings, progress, log lines and attachments. They are sent as they come, so that a hook that traps keeps
//! what it found.

pub(crate) mod budget;
mod host;
mod progress;

pub(crate) use progress::Progress;

/// The guest's handle to the report.
#[derive(Debug)]
pub struct Report;
