//! Why there is no tool root.

use skink_job::ToolRootName;
use skink_obs::{FindError, RootSetupError, ScratchError};
use std::io;
use std::path::{Path, PathBuf};

/// Why there is no tool root, for the admin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToolRootError {
    /// It has to be built, and only root can.
    #[error(
        "the tool root {name} is not built on this machine, and building it needs root: `skink tools build {name}`"
    )]
    NotRoot {
        /// Its name.
        name: ToolRootName,
    },
    /// obs-build could not make it.
    #[error("the tool root {name} could not be built: {source}{}", tail.as_ref().map(|lines| format!("\n{lines}")).unwrap_or_default())]
    Build {
        /// Its name.
        name: ToolRootName,
        /// Why not.
        source: RootSetupError,
        /// The last lines that obs-build wrote, and where the others are.
        tail: Option<String>,
    },
    /// Another job tried while this one waited.
    #[error("{why} (another job has just tried)")]
    FailedBefore {
        /// Its name.
        name: ToolRootName,
        /// What the other one was told.
        why: String,
    },
    /// A signal ended it.
    #[error("signal {0} ended it")]
    Interrupted(i32),
    /// It was removed as soon as it was there.
    #[error("the tool root {name} was removed while it was asked for; try again")]
    Vanished {
        /// Its name.
        name: ToolRootName,
    },
    /// obs-build is not here.
    #[error(transparent)]
    NoBuild(#[from] FindError),
    /// The state folder does not fit.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// A file or folder.
    #[error("tool roots: cannot {what} {path}: {source}")]
    File {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl ToolRootError {
    pub(super) fn file(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { what, path: path.to_owned(), source }
    }
}
