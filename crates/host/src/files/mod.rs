//! Trees of files to read, below directories that the worker opened.
//!
//! Invariants: symlinks are entries and are never followed; no device is opened, nothing but a regular file is read, and
//! opening never waits; every answer is bounded, in bytes and in time.

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
pub(crate) use open::open_regular;
pub(crate) use walk::walk;

use rustix::fs::{StatVfsMountFlags, fstatvfs};
use skink_job::TreeRole;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

/// A tree that the guest may read.
#[derive(Debug)]
pub struct Tree {
    pub(crate) role: TreeRole,
    pub(crate) dir: Arc<OwnedFd>,
    pub(crate) devices: Devices,
}

/// Whether a file of a tree may be a device, which is not to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Devices {
    /// The mount lets nobody open one.
    None,
    Some,
}

impl Devices {
    /// Those below a directory, on the same mount.
    pub(crate) fn below(dir: impl AsFd) -> Self {
        match fstatvfs(dir) {
            Ok(mount) if mount.f_flag.contains(StatVfsMountFlags::NODEV) => Self::None,
            Ok(_) | Err(_) => Self::Some,
        }
    }
}

/// A regular file that the guest may read in parts.
#[derive(Debug)]
pub struct File {
    pub(crate) file: Arc<std::fs::File>,
    /// Its size when it was opened.
    pub(crate) size: u64,
}
