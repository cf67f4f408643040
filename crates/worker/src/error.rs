//! What can go wrong in the worker itself, apart from hooks and builds.

use std::path::{Path, PathBuf};

/// A failure of the host: what was tried, on what, and why it did not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// A file operation failed.
    #[error("cannot {action} {path}: {source}")]
    File {
        /// What was tried, such as `create`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A walled child could not be started.
    #[error("cannot start a walled process: {0}")]
    Walls(#[from] skink_walls::WallsError),
    /// The artefact store failed.
    #[error(transparent)]
    Store(#[from] skink_engine::StoreError),
    /// There is no emulator for an architecture, any more.
    #[error(transparent)]
    Emulator(#[from] skink_effects::InterpreterError),
    /// The kernel's table of emulators could not be used.
    #[error(transparent)]
    Binfmt(#[from] skink_effects::BinfmtError),
    /// The machine's table of emulators could not be changed.
    #[error(transparent)]
    MachineTable(#[from] skink_effects::MachineError),
    /// What was left in a place of a job's own could not be cleaned up.
    #[error(transparent)]
    Stray(#[from] skink_effects::strays::StrayError),
    /// Something is mounted in a folder that is to be removed.
    #[error("cannot remove {folder}: {point} is mounted there, and would be emptied; unmount it")]
    Mounted {
        /// The folder.
        folder: PathBuf,
        /// Where the mount is.
        point: PathBuf,
    },
    /// Tools could not be started.
    #[error(transparent)]
    Tools(#[from] skink_tools::ToolsError),
    /// A tool root could not be built.
    #[error(transparent)]
    ToolRoot(#[from] skink_tools::roots::ToolRootError),
    /// The folder for the plan's files cannot be used.
    #[error(transparent)]
    Scratch(#[from] skink_obs::ScratchError),
    /// The plan could not be made.
    #[error(transparent)]
    Rewrite(#[from] skink_obs::RewriteError),
    /// `build` could not be run.
    #[error(transparent)]
    Build(#[from] skink_obs::ProcessError),
    /// The results of the build could not be read.
    #[error(transparent)]
    Results(#[from] skink_obs::ResultsError),
    /// Something that hooks asked for cannot be had where a tool builds.
    #[error("{tool} builds in place of build, and there cannot be {what}; take one of the two hooks out")]
    Delegated {
        /// The tool.
        tool: skink_job::ToolName,
        /// What was asked for.
        what: &'static str,
    },
    /// Tools run as users of their own, which cannot reach the folder that is to be theirs.
    #[error(
        "tools cannot reach {folder}: other users may not pass {closed}; open it with chmod o+x, or give \
             Skink another folder for its state"
    )]
    Closed {
        /// The folder.
        folder: PathBuf,
        /// The one on the way that lets nobody through.
        closed: PathBuf,
    },
    /// The runner did not stand up in time.
    #[error(
        "the runner was not ready within {after}; the host has too much to do, or its kernel lacks something \
             (skink doctor)"
    )]
    NotReady {
        /// The time it had.
        after: skink_job::Millis,
    },
    /// A runner did not stand up, before any module was involved.
    #[error("the runner did not start: {why}; `skink doctor` tells more")]
    Runner {
        /// Its last words, or what became of it.
        why: skink_job::SafeText,
    },
    /// A part of the installation is missing.
    #[error(
        "{program} is missing beside {beside}: install skink, skink-runner and skink-compiler in one folder"
    )]
    Incomplete {
        /// The missing program.
        program: &'static str,
        /// The folder that was searched.
        beside: PathBuf,
    },
}

impl WorkerError {
    /// For `map_err`: adds what was tried, on what.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }
}
