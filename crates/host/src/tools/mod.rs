//! Tools. The runner starts none: it asks the worker's broker, which checks the grant again.

mod host;

pub(crate) use host::odd;

/// A granted tool.
#[derive(Debug)]
pub struct Tool {
    pub(crate) name: String,
    pub(crate) version: String,
}

/// A tool that runs, by the broker's number for it.
#[derive(Debug)]
pub struct Process {
    pub(crate) number: u32,
}
