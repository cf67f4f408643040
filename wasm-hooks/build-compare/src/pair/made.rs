//! Entries of trees for tests.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;
use skink_sdk::{Entry, Kind};

pub(crate) fn entries(paths: &[&str]) -> Vec<Entry> {
    let entry = |path: &&str| Entry {
        path: (*path).to_owned(),
        kind: Kind::File,
        size: 1,
        mode: 0o644,
        target: None,
    };
    paths.iter().map(entry).collect()
}
