//! Scripts for a shell that is root in a throw-away root: written by a hook, run as its tool.
//!
//! A script has *steps*. For each, the hook learns how it ended, how long it took and what it said last; all that is
//! written goes into the log and an attachment, both bounded. What marks the steps is a random number that the script
//! draws before the first one, so nothing that a step prints is taken for a mark. It is no wall: a step is root in the
//! same root, and whoever wants its own tests to pass need not forge anything.
//!
//! Text of a job gets into a script through [`word`] only.

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod lines;
mod quote;
mod record;
mod run;
mod whole;

pub use quote::{word, words};
pub use record::{Step, ended, seconds};
pub use run::Run;
