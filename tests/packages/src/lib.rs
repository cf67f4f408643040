//! What the tests of packages share: the packages, and what the real rpm and dpkg-deb say of them.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod built;
mod deb_ours;
mod deb_theirs;
mod debs;
mod ours;
mod theirs;

pub mod by_hand;
pub mod forge;
pub mod fuzz;

pub use built::{everything, spec_built, temporary};
pub use deb_ours::told as deb_ours;
pub use deb_theirs::told as deb_theirs;
pub use debs::everything_debs;
pub use ours::told as ours;
pub use theirs::told as theirs;

use std::path::{Path, PathBuf};

/// The packages of the repository.
pub fn corpus() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut packages: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|end| end == "rpm")).collect();
    packages.sort();
    assert!(packages.len() >= 31, "{} has {} packages", folder.display(), packages.len());
    packages
}

/// Text without what XML cannot have, and rpm writes into XML all the same.
fn writable(text: &str) -> String {
    text.replace(|c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r'), "\u{fffd}")
}
