//! RPM and deb packages of a tree.
//!
//! Invariants: a package gives nothing that its tree does not; each is read within bounds, and the deadline of the call is looked at
//! with every read, so that a package that claims terabytes costs no more than the time of the call.

mod convert;
mod error;
mod host;
mod source;
#[cfg(test)]
mod tests;

pub(crate) use convert::{dependency, field, script, trigger};
pub(crate) use error::refused;
pub(crate) use source::Source;

use skink_packages::Bounds;

/// What is read of a package: less than a runner may take together with its guest.
const BOUNDS: Bounds =
    Bounds { header_bytes: 64 << 20, files: 500_000, decoder_bytes: 160 << 20, payload_bytes: 64 << 30 };

/// A package that the guest may read.
#[derive(Debug)]
pub struct Package {
    pub(crate) open: skink_packages::Package<Source>,
    /// In the tree, for errors.
    pub(crate) path: String,
}
