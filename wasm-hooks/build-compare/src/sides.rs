//! The two headers of a package, as the comparisons take them.

use crate::header::Header;
use crate::text::{Line, first_difference};
use alloc::borrow::Cow;

/// A package of the previous build and of this one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sides<'a> {
    pub(crate) old: &'a Header,
    pub(crate) new: &'a Header,
}

impl Sides<'_> {
    /// The first line in which two texts differ by more than the package's own release.
    pub(crate) fn first_difference<'t>(&self, old: &'t str, new: &'t str) -> Option<Line<'t>> {
        if old == new && self.old.release.long() == self.new.release.long() {
            return None;
        }
        let trim_old = |line: &'t str| -> Cow<'t, str> { self.old.release.line(line) };
        let trim_new = |line: &'t str| -> Cow<'t, str> { self.new.release.line(line) };
        first_difference((old, trim_old), (new, trim_new))
    }
}
