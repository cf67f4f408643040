//! The rows: each pair has one difference, or none but what every build has: its time, its host and the last part of its release.

mod archives;
mod builds;
mod dates;
mod debs;
mod fields;
mod files;
mod programs;

use super::pair::Pair;
use super::parts;
use std::path::Path;

/// All pairs, made below this folder.
pub(crate) fn pairs(base: &Path) -> Vec<Pair> {
    let rows = [fields::rows(), files::rows(), dates::rows(), archives::rows(base), programs::rows(base)];
    std::thread::scope(|scope| {
        let others = scope.spawn(|| builds::pairs(base));
        let debs = scope.spawn(|| debs::pairs(base));
        let mut pairs = parts::pairs(base, "together", &rows.concat());
        pairs.extend(
            fields::alone().iter().flat_map(|row| parts::pairs(base, row.name(), std::slice::from_ref(row))),
        );
        pairs.extend(others.join().unwrap());
        pairs.extend(debs.join().unwrap());
        pairs
    })
}
