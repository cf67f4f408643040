//! What appeared in the places that are a job's own, and stayed: mounts and loop devices.
//!
//! A build and its tools have namespaces of their own, and what they mount and start ends with them. Loop devices do not:
//! they are the machine's. Nor does what somebody mounts in a build root from outside, whether for the job or by mistake.
//!
//! What is a stray is not guessed: [`Before`] is a record of what there was when the job began, and only what is not in it
//! is ended.
//!
//! Invariants: only what lies below a place of the job is touched, and never the place itself; a place is never a folder that
//! the system lives in. What was there before is left alone, and all is left alone while anybody works in the place. No
//! process is ever signalled. Undoing what is not there is nothing.

mod before;
mod loops;
mod place;
mod table;
mod users;

pub use before::Before;

use crate::mounts::MountError;
use std::io;
use std::path::PathBuf;

/// What could not be cleaned up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StrayError {
    /// The kernel's tables could not be read, or a place not be looked at.
    #[error("cannot {what} {path}: {source}")]
    File {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A mount that stays.
    #[error(transparent)]
    Mount(#[from] MountError),
    /// A loop device that stays.
    #[error("cannot detach {device}: {why}; detach it by `losetup -d {device}`")]
    Detach {
        /// The device.
        device: String,
        /// What the system or losetup said.
        why: String,
    },
    /// Somebody works where something is to be cleaned up.
    #[error("{place} is in use by process {pid} ({name}), so {what} is left alone until that has ended")]
    InUse {
        /// The place.
        place: PathBuf,
        /// Who uses it.
        pid: i32,
        /// What that calls itself.
        name: String,
        /// The first stray.
        what: String,
    },
}

fn file(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> StrayError {
    move |source| StrayError::File { what, path: path.into(), source }
}

#[cfg(test)]
mod tests;
