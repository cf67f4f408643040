//! What the tests of packages share: the packages, and what the real rpm says of them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod built;
mod ours;
mod theirs;

pub use built::{everything, spec_built};
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
