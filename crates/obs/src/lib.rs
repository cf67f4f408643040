//! Open Build Service: how `build` reads its arguments, what they say of the job, and how the real `build`
//! is run.
//!
//! Skink stands where `build` stands, so this crate mirrors the script's behaviour, quirks included, and
//! never re-implements what the script does: it rewrites arguments, configuration and package list, and
//! leaves the work to the script.
//!
//! The way through it:
//!
//! 1. [`Invocation::parse`] reads the arguments into a view; the arguments themselves stay as they were.
//! 2. [`find_build`] finds the real `build`; [`reentry`] tells whether we were called inside the machine.
//! 3. [`Invocation::facts`] and its siblings tell what the job is and where its folders are.
//! 4. [`rewrite`] turns plan edits into new arguments and edited copies of the files they name.
//! 5. [`BuildProcess::run`] runs the real `build` in namespaces of its own ([`init_main`] is their first
//!    process).
//! 6. [`Results::open`] finds what it left in the build root.
//!
//! Beside that way, [`RootSetup`] has obs-build make a root of packages for tools.
//!
//! Invariant: nothing of a build root is ever opened through a symlink that leads out of it.

mod added_options;
mod arch;
mod args;
mod buildinfo;
mod config;
mod emulation;
mod environment;
mod expand;
mod facts;
mod find;
mod hook_options;
mod init;
mod invocation;
mod kill_file;
mod nspawn;
mod options;
mod perl;
mod process;
mod reason;
mod recipe;
mod results;
mod rewrite;
mod root_setup;
mod rpmlist;
mod scratch;

pub use arch::{of_this_program as machine_arch, runs_here};
pub use buildinfo::{BuildInfoError, read_buildinfo};
pub use config::ConfigError;
pub use emulation::Emulation;
pub use environment::Environment;
pub use expand::ExpandError;
pub use find::{FindError, RealBuild, Reentry, find_build, reentry};
pub use hook_options::{
    ColorWhen, HookOption, HookOptions, HookValue, UsageError, ValueKind, Verbosity, hook_options,
};
pub use init::{INIT_VERB, init_main, probe as has_own_table};
pub use invocation::{Invocation, Mode, PassThrough, VmType};
pub use kill_file::{KillFile, Watch};
pub use process::{BuildExit, BuildProcess, LineSink, ProcessError, for_each_line, signals_that_end};
pub use results::{Results, ResultsError, Statistic};
pub use rewrite::{RewriteError, RewriteRequest, Rewritten, Special, rewrite};
pub use root_setup::{ListedPackage, PackageList, RootSetup, RootSetupError};
pub use scratch::{ScratchError, ScratchFolder};
