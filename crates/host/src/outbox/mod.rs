//! What a hook adds: files of the outbox and attachments.
//!
//! Invariants: a name is flat and none that a result has, in any spelling of its letters' case; a file is
//! visible under its name only when it is whole, by one rename; the sum of bytes and files stays below the
//! limits, and meeting one makes the call void.

mod host;
mod output;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use output::Output;
pub use writer::Writer;

/// The guest's handle to the outbox.
#[derive(Debug)]
pub struct Outbox;
