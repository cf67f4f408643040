//! RPM and deb packages of a tree.
//!
//! Invariants: a package gives nothing that its tree does not; each is read within bounds, and unpacked until the
//! deadline of the call, so that one that claims terabytes costs no more than the time of the call.

mod convert;
mod error;
mod host;
#[cfg(test)]
mod tests;

use crate::Clock;
pub(crate) use convert::{dependency, field, script, trigger};
pub(crate) use error::refused;
use skink_packages::Bounds;
use std::fs::File;

/// What is read of a package in a call. A header takes up to ten times its size.
fn bounds(clock: &Clock) -> Bounds {
    Bounds {
        header_bytes: 32 << 20,
        files: 500_000,
        decoder_bytes: 160 << 20,
        payload_bytes: 64 << 30,
        deadline: Some(clock.deadline()),
    }
}

/// A package that the guest may read.
#[derive(Debug)]
pub struct Package {
    pub(crate) open: skink_packages::Package<File>,
    /// In the tree, for errors.
    pub(crate) path: String,
}
