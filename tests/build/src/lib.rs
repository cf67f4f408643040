//! What the tests of whole builds share: the programs, the packages, and build roots that are warm already.
//!
//! Setting up a chroot takes half a minute, so two roots are made once and lent to one test after the other. A
//! test gets its root as the last build left it, as on a worker.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "it is only used by tests")]
#![allow(clippy::print_stdout, reason = "what a failing test saw is shown")]

mod command;
mod farm;
mod package;
mod root;

pub use command::{Ended, Started, mounts_below, processes_naming};
pub use farm::{Farm, farm};
pub use package::{Package, packages_of};
pub use root::{Root, lend};
