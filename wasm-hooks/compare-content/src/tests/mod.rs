//! Pairs of contents, and what is said of them.

mod archives;
mod bounds;
mod elf;
mod make;
mod objects;
mod pages;
mod random;
mod rules;
mod shown;

use crate::{Difference, Native, Release, Side, compare};

/// What differs in a file of foo-1.0-1.1 and foo-1.0-1.2.
pub(crate) fn differences(path: &str, old: &[u8], new: &[u8]) -> Vec<Difference> {
    let side = |bytes, release| Side { bytes, release: Release { name: "foo", version: "1.0", release } };
    crate::fuzz::promises(&Native::default(), path, old, new);
    compare(&Native::default(), path, side(old, "1.1"), side(new, "1.2"), 100)
}

/// Where each difference is.
pub(crate) fn places(path: &str, old: &[u8], new: &[u8]) -> Vec<String> {
    let place =
        |found: Difference| format!("{}: {}", found.path[1..].join("/"), found.part.unwrap_or(found.why));
    differences(path, old, new).into_iter().map(place).collect()
}

/// A name, two texts of it, and whether they are the same.
pub(crate) type Row = (&'static str, &'static str, &'static str, bool);

/// Asserts for each row whether its two texts are the same.
pub(crate) fn check(rows: &[Row]) {
    for (path, old, new, is_same) in rows {
        let found = differences(path, old.as_bytes(), new.as_bytes());
        assert_eq!(found.is_empty(), *is_same, "{path}\n{old}\n{new}\n{found:#?}");
    }
}
