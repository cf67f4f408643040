//! Trees of files to read, below directories that the worker opened.
//!
//! Invariants: symlinks are entries and are never followed; nothing but a regular file is opened, and opening
//! never waits; every answer is bounded, in bytes and in time.

mod error;
mod grant;
mod host;
mod open;
mod read;
#[cfg(test)]
mod tests;
mod walk;

pub(crate) use error::FileError;
pub(crate) use grant::covers;
pub(crate) use walk::walk;

use skink_job::TreeRole;
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// A tree that the guest may read.
#[derive(Debug)]
pub struct Tree {
    pub(crate) role: TreeRole,
    pub(crate) dir: Arc<OwnedFd>,
}

/// A regular file that the guest may read in parts.
#[derive(Debug)]
pub struct File {
    pub(crate) file: Arc<std::fs::File>,
    /// Its size when it was opened.
    pub(crate) size: u64,
}
