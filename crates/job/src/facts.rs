//! The facts of one job, as hooks may ask for them.

use crate::phase::words;
use serde::{Deserialize, Serialize};

/// The facts of one job. Optional ones are unknown where the caller of `build` does not say them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// The project, such as `openSUSE:Factory`.
    pub project: Option<String>,
    /// The package, such as `hello`.
    pub package: Option<String>,
    /// The repository, such as `standard`.
    pub repository: Option<String>,
    /// The architecture that is built for, in the scheduler's words.
    pub arch: String,
    /// The architecture of the build host, in the scheduler's words.
    pub host_arch: String,
    /// The recipe's file name, without a `_service:…:` prefix.
    pub recipe: String,
    /// The release to build, from `--release`.
    pub release: Option<String>,
    /// The md5 of the sources, from `--reason` or `--disturl`.
    pub srcmd5: Option<String>,
    /// Why the build runs, from `--reason`.
    pub reason: Option<String>,
    /// The flavour of a multibuild, from `--buildflavor`.
    pub flavor: Option<String>,
    /// Whether checks are off (`--no-checks`).
    pub no_checks: bool,
    /// Whether debuginfo packages are built (`--debuginfo`).
    pub debuginfo: bool,
    /// How the build ended, once it has.
    pub build: Option<BuildEnd>,
}

words! {
    /// How the build itself ended.
    BuildEnd {
        /// Exit code 0.
        Succeeded = "succeeded",
        /// Exit code 1 or any unknown one.
        Failed = "failed",
        /// Exit code 2.
        Unchanged = "unchanged",
        /// Exit codes 3, 4 and 9, handed through.
        HandedThrough = "handed-through",
    }
}

words! {
    /// A tree of files that a hook may read.
    TreeRole {
        /// The results of the build.
        Results = "results",
        /// The sources of the package.
        Sources = "sources",
        /// The results of the previous build.
        Previous = "previous",
    }
}
