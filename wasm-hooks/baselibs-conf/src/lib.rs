//! `baselibs.conf`: which packages are made of a package for which architecture, and what is in them.
//!
//! This is the whole of the format that obs-build's `mkbaselibs` reads, as functions on text: what is read is plain data, nothing here
//! knows of packages' files beyond their names. Texts are hostile: what a line may grow to and what a pattern may try is bounded.
//!
//! Invariant: a line that cannot be obeyed is an error that names it; none is passed over. What `mkbaselibs` does by mistake and no
//! package can want is not done: see the book's page of the hook.

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod build_id;
mod choice;
mod condition;
mod conf;
mod deb;
mod error;
#[cfg(any(test, feature = "fuzz"))]
pub mod fuzz;
mod global;
mod layout;
mod line;
mod macros;
mod path;
mod pattern;
mod reader;
mod relation;
mod rules;
mod script;
mod system;
mod target;
#[cfg(test)]
mod tests;
mod texts;

pub use conf::{Conf, Format, Package};
pub use error::ConfError;
pub use global::{GLOBAL, GLOBAL_DEB};
pub use layout::{Laid, Original, Piece};
pub use macros::Macros;
pub use relation::{Relation, RelationKind};
pub use rules::Rules;
pub use script::{Moment, Script};
pub use system::FOLDERS;
pub use target::Target;
