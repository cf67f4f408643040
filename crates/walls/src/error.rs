//! What can go wrong when the walls are built. Every error means: do not go on.

use rustix::io::Errno;
use std::io;
use std::path::PathBuf;

/// Why a child could not be started or could not lock itself in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WallsError {
    /// A system call failed.
    #[error("could not {tried}: {errno}")]
    System {
        /// What was tried, after "could not".
        tried: &'static str,
        /// What the kernel answered.
        errno: Errno,
    },
    /// A file or thread of the parent failed.
    #[error("could not {tried}: {source}")]
    Io {
        /// What was tried, after "could not".
        tried: &'static str,
        /// What the system answered.
        source: io::Error,
    },
    /// The child's process could not be made.
    #[error("could not make a process with namespaces of its own: {source}; {help}")]
    Namespaces {
        /// What the kernel answered.
        source: io::Error,
        /// What to do about it.
        help: &'static str,
    },
    /// The child's process was made, but could not become the program.
    #[error("could not start {}: {step}: {source}; reinstall Skink if the file is damaged or missing", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// At which step.
        step: &'static str,
        /// What the kernel answered.
        source: io::Error,
    },
    /// The path of the program holds a NUL byte.
    #[error("could not start {}: the path holds a NUL byte", .0.display())]
    Path(PathBuf),
    /// All uids of this process are taken.
    #[error("{max} walled children run already; end one first", max = crate::slot::MAX)]
    TooMany,
    /// The program was not started by a [`crate::Spawner`].
    #[error("this program is a part of Skink and does nothing by itself; run `skink` instead")]
    NotSpawned,
    /// Parent and child do not build the walls in the same way.
    #[error("the programs of Skink are of different versions; install all from one build")]
    Strangers,
    /// There are threads that the walls would not hold.
    #[error("the walls must be built while the process has one thread only")]
    Threads,
    /// The kernel has no Landlock, or it is switched off.
    #[error(
        "this kernel offers no Landlock; use Linux 5.13 or later, with `landlock` in the list of the boot option `lsm=`"
    )]
    NoLandlock,
    /// Landlock refused a rule.
    #[error("could not build the Landlock rules: {0}")]
    Landlock(#[from] landlock::RulesetError),
    /// The filter could not be built or installed.
    #[error("could not install the seccomp filter: {0}")]
    Seccomp(#[from] seccompiler::Error),
    /// The socket between parent and child failed.
    #[error("could not hand the child its orders: {0}")]
    Channel(#[from] skink_protocol::ProtocolError),
}

/// For `map_err`: names what was tried.
pub(crate) fn trying(tried: &'static str) -> impl FnOnce(Errno) -> WallsError {
    move |errno| WallsError::System { tried, errno }
}

/// Like [`trying`], for the standard library's errors.
pub(crate) fn trying_io(tried: &'static str) -> impl FnOnce(io::Error) -> WallsError {
    move |source| WallsError::Io { tried, source }
}
