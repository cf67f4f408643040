//! Write Skink hooks in Rust.
//!
//! A hook is a type that implements the trait of its phase, a macro that exports it, and a manifest:
//!
//! ```ignore
//! use skink_sdk::{Check, CheckContext, Failure, Finding, Verdict};
//!
//! struct NoDocs;
//!
//! impl Check for NoDocs {
//!     fn check(context: &CheckContext) -> Result<Verdict, Failure> {
//!         let files = context.results()?.list()?;
//!         if files.iter().any(|entry| entry.file_name().contains("-doc-")) {
//!             return Ok(Verdict::Pass);
//!         }
//!         context.report().emit(&[Finding::warning("no-docs", "no package holds documentation")]);
//!         Ok(Verdict::Fail("documentation is missing".to_owned()))
//!     }
//! }
//!
//! skink_sdk::check!(NoDocs);
//! skink_sdk::manifest!(include_str!("../manifest.json"));
//! ```
//!
//! The crate is a `cdylib` for `wasm32-wasip2`. All that a hook can reach comes from its context. A hook of
//! several phases implements several traits and calls several macros.
//!
//! What the settings of many hooks have is here once: `Level`, what becomes of a finding, and `FailOn`, which findings
//! fail the build, both with the feature `settings`; and [`pattern`], which compares names with patterns.
//!
//! The types are those of `wit/`, with conveniences added here. Nothing in this crate talks to WASI, but a hook
//! that is linked with `std` imports it for the message of a panic. With the feature `bare`, a hook says
//! `#![cfg_attr(target_arch = "wasm32", no_std)]` and `skink_sdk::bare!()`: it is smaller then, imports nothing
//! but what it was handed, and a panic is a trap without a message.

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

#[cfg(feature = "bare")]
#[doc(hidden)]
pub mod bare;
mod bindings;
mod context;
mod export;
mod failure;
mod files;
mod finding;
#[cfg(feature = "settings")]
mod level;
mod package;
pub mod packages;
pub mod pattern;
#[cfg(feature = "settings")]
mod settings;
mod tool;

#[doc(hidden)]
pub use bindings::phases as __phases;

pub use bindings::contexts::{
    AllocateContext, CheckContext, CleanupContext, PreChrootContext, TransformContext,
};
pub use bindings::phases::{Allocate, Answer, Check, Cleanup, PreChroot, Transform};
pub use bindings::skink::hook::effects::{Effect, Effects};
pub use bindings::skink::hook::files::{Entry, File, Kind, Tree};
pub use bindings::skink::hook::job::Job;
pub use bindings::skink::hook::mounts::{Mount, Mounts};
pub use bindings::skink::hook::outbox::{Outbox, Writer, finish};
pub use bindings::skink::hook::plan::Plan;
pub use bindings::skink::hook::report::Report;
pub use bindings::skink::hook::tools::{Chunk, ExitStatus, Input, Process, Stream, Tool};
pub use bindings::skink::hook::types::{Failure, Finding, Severity, Verdict};
#[doc(hidden)]
pub use export::__bytes;
pub use failure::Context;
#[cfg(feature = "settings")]
pub use level::{FailOn, Level};
pub use package::{Deb, Rpm};
pub use tool::Output;
