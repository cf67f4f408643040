//! Why a root could not be made.

use crate::ProcessError;
use skink_job::SafeText;
use std::io;
use std::path::{Path, PathBuf};

/// Why a root could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RootSetupError {
    /// One of obs-build's programs could not be started.
    #[error("cannot run {program}: {source}; is obs-build whole?")]
    Start {
        /// Which.
        program: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A repository could not be read.
    #[error("obs-build cannot read the repositories: {said}")]
    Repository {
        /// Its words.
        said: SafeText,
    },
    /// The packages or what they need are not there, or conflict.
    #[error("the repositories do not have all that {names} need, or it conflicts: {said}")]
    Unresolvable {
        /// The packages that were asked for.
        names: String,
        /// obs-build's words.
        said: SafeText,
    },
    /// A package could not be fetched.
    #[error("cannot fetch {url}: {said}")]
    Fetch {
        /// From where.
        url: SafeText,
        /// The words of the program that tried.
        said: SafeText,
    },
    /// A package went away between reading its repository and now.
    #[error("the package {path} is gone; was its repository changed meanwhile? Try again")]
    Gone {
        /// Its file.
        path: PathBuf,
    },
    /// obs-build's script ended badly.
    #[error("obs-build's init_buildsystem ended with exit code {code}; its lines say why")]
    Failed {
        /// Its exit code.
        code: u8,
    },
    /// A signal ended it.
    #[error("signal {0} ended it")]
    Interrupted(i32),
    /// The script could not be run.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// A file of ours or the configuration.
    #[error("cannot {what} {path}: {source}")]
    File {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl RootSetupError {
    pub(super) fn file(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { what, path: path.to_owned(), source }
    }
}
