//! What can go wrong on the host's side of a tool.

use std::io;
use std::path::{Path, PathBuf};

/// Why a tool could not be run, for the admin. None of these is the hook's fault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToolsError {
    /// bubblewrap is missing.
    #[error("{path} cannot be run: {source}; install bubblewrap")]
    NoBubblewrap {
        /// Where it was looked for.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The tool's program is missing or not fit.
    #[error("tool {tool}: {path}: {why}")]
    Program {
        /// The tool's name in the policy.
        tool: String,
        /// Its program, as the policy says.
        path: PathBuf,
        /// What is wrong, and what to do.
        why: String,
    },
    /// An `etc` entry of the tool is missing or not fit.
    #[error("tool {tool}: etc entry {path}: {why}")]
    Etc {
        /// The tool's name in the policy.
        tool: String,
        /// The entry.
        path: PathBuf,
        /// What is wrong, and what to do.
        why: String,
    },
    /// The caller is root and gave no unprivileged user for the tool, or gave one that it cannot use.
    #[error("tools do not run as root: {0}")]
    Owner(&'static str),
    /// A folder or file that the broker needs could not be made or removed.
    #[error("could not {what} {path}: {source}")]
    File {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A tool root that is built of packages cannot be used.
    #[error(transparent)]
    BuiltRoot(#[from] crate::roots::ToolRootError),
    /// bubblewrap could not build the tool's root.
    #[error("bubblewrap could not build the root of tool {tool}: {why}")]
    Root {
        /// The tool's name in the policy.
        tool: String,
        /// What bubblewrap said.
        why: String,
    },
    /// A system call of the broker failed.
    #[error("could not {what}: {source}")]
    System {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl ToolsError {
    /// For `map_err`: a failed operation on a path.
    pub(crate) fn file<E: Into<io::Error>>(what: &'static str, path: &Path) -> impl FnOnce(E) -> Self {
        move |source| Self::File { what, path: path.to_owned(), source: source.into() }
    }

    /// For `map_err`: a failed system call.
    pub(crate) fn system<E: Into<io::Error>>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::System { what, source: source.into() }
    }
}
