//! Why the store could not be used.

use skink_job::{ByteCount, SafeText};

/// Why the store could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A folder or file of the store cannot be used.
    #[error("cannot {what} the artefact store {path}: {source}")]
    Io {
        /// `open`, `read`, `write`.
        what: &'static str,
        /// The store's folder.
        path: SafeText,
        /// Why.
        source: std::io::Error,
    },
    /// Someone else could put machine code into the store.
    #[error(
        "the artefact store {path} is not used: {why}; it must belong to the user that Skink runs as, and to \
             nobody else"
    )]
    NotOurs {
        /// The store's folder or key.
        path: SafeText,
        /// What is wrong.
        why: &'static str,
    },
    /// Machine code cannot be mapped from there.
    #[error("the artefact store {path} lies on a file system mounted `noexec`; choose another folder")]
    NoExec {
        /// The store's folder.
        path: SafeText,
    },
    /// The artefact is empty or larger than any that the compiler makes.
    #[error("an artefact of {found} is not stored; it must have 1 B to {max}", found = ByteCount(*found), max = ByteCount(*max))]
    Size {
        /// Bytes.
        found: u64,
        /// Bytes.
        max: u64,
    },
}
