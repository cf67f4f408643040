//! RPM and deb packages: what is in them, and new ones made of them.
//!
//! Packages come out of builds that nobody trusts. Everything here is read within [`Bounds`], in one pass, and what does not hold
//! together is a [`PackageError`]: no panic, no allocation that a package claims and does not pay for in bytes.
//!
//! The parsers are our own where the crates that there are take a header at its word (rpm 0.30 slices a header's data at any offset
//! that an entry names, and allocates what it claims); what is compressed is decoded by the crates of the formats.

mod bounds;
mod codec;
mod content;
pub mod deb;
mod elf;
mod error;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod package;
mod recipe;
pub mod rpm;
mod view;

pub use bounds::Bounds;
pub use codec::decompress;
pub use content::Content;
pub use elf::{Elf, Section};
pub use error::PackageError;
pub use package::{Format, Package};
pub use recipe::{Altered, Origin, Placed, Recipe};
pub use view::{
    Change, Condition, Dependency, DependencyKind, Entry, EntryKind, Field, Script, ScriptKind, Trigger,
    TriggerKind,
};
