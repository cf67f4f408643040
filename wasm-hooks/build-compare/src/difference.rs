//! One difference, and all of them.
//!
//! Invariant: however much differs, no more than a limit of them is held; what is beyond it is counted, and the build is
//! changed all the same.

use crate::codes::{Code, Reason};
use crate::text::shown;
use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// The most bytes of all that are told together, as the attachment has them: the host takes 8 MiB of it, packages and all.
const MAX_BYTES: usize = 4 << 20;

/// What differs, and how it was and is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    pub(crate) reason: Reason,
    pub(crate) code: Code,
    /// `name.arch`.
    pub(crate) package: Option<String>,
    pub(crate) field: Option<String>,
    /// The file, then members of archives.
    pub(crate) path: Vec<String>,
    /// Where in the file or text.
    pub(crate) part: Option<String>,
    pub(crate) old: Option<String>,
    pub(crate) new: Option<String>,
    /// One line for people.
    pub(crate) message: String,
}

impl Difference {
    /// What differs, in words; how it was and is follows.
    pub(crate) fn new(code: Code, what: &str) -> Self {
        Self {
            reason: Reason::BinariesDiffer,
            code,
            package: None,
            field: None,
            path: Vec::new(),
            part: None,
            old: None,
            new: None,
            message: shown(what),
        }
    }

    /// Something looks the same, and holds bytes that are no UTF-8, which all look alike.
    pub(crate) fn unclear(code: Code, what: &str) -> Self {
        Self::new(code, &format!("{what} is no UTF-8, so nobody can tell whether it is the same"))
    }

    pub(crate) fn field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    pub(crate) fn file(mut self, path: &str) -> Self {
        self.path = [path.to_owned()].into();
        self
    }

    pub(crate) fn part(mut self, part: String) -> Self {
        self.part = Some(part);
        self
    }

    /// How it was and is, none where it is missing; the message says it too.
    pub(crate) fn values(mut self, old: Option<&str>, new: Option<&str>) -> Self {
        (self.old, self.new) = (old.map(shown), new.map(shown));
        let what = &self.message;
        self.message = match (&self.old, &self.new) {
            (Some(old), Some(new)) => format!("{what}: “{old}” became “{new}”"),
            (Some(old), None) => format!("{what}: “{old}” is gone"),
            (None, Some(new)) => format!("{what}: “{new}” is new"),
            (None, None) => return self,
        };
        self
    }
}

/// The differences so far.
#[derive(Debug)]
pub(crate) struct Differences {
    max: usize,
    /// How many more bytes are told.
    bytes: usize,
    /// What the next one is of.
    package: Option<String>,
    reason: Reason,
    pub(crate) list: Vec<Difference>,
    /// How many are not in the list.
    pub(crate) omitted: u64,
    pub(crate) reasons: BTreeSet<Reason>,
}

impl Differences {
    pub(crate) fn new(max: usize) -> Self {
        let (list, reasons) = (Vec::new(), BTreeSet::new());
        let bytes = MAX_BYTES;
        Self { max, bytes, package: None, reason: Reason::PackagesDiffer, list, omitted: 0, reasons }
    }

    /// Says what the ones that follow are of.
    pub(crate) fn of(&mut self, package: Option<String>, reason: Reason) {
        (self.package, self.reason) = (package, reason);
    }

    pub(crate) fn add(&mut self, difference: Difference) {
        let reason = if difference.code == Code::Unreadable { Reason::Unreadable } else { self.reason };
        self.reasons.insert(reason);
        let difference = Difference { reason, package: self.package.clone(), ..difference };
        // One that cannot be told, or not any more, is counted.
        let bytes = serde_json::to_vec_pretty(&difference).map_or(usize::MAX, |text| text.len());
        if self.list.len() >= self.max || bytes > self.bytes {
            (self.max, self.omitted) = (self.list.len(), self.omitted.saturating_add(1));
            return;
        }
        self.bytes -= bytes;
        self.list.push(difference);
    }

    /// How many there are, told or not.
    pub(crate) fn count(&self) -> u64 {
        (self.list.len() as u64).saturating_add(self.omitted)
    }

    /// How many more are told.
    pub(crate) fn room(&self) -> usize {
        self.max.saturating_sub(self.list.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_says_how_it_was_and_is() {
        let rows = [
            (Some("a"), Some("b"), "the summary: “a” became “b”"),
            (Some("a"), None, "the summary: “a” is gone"),
            (None, Some("b\n"), "the summary: “b\\n” is new"),
            (None, None, "the summary"),
        ];
        for (old, new, want) in rows {
            let difference = Difference::new(Code::FieldDiffers, "the summary").values(old, new);
            assert_eq!(difference.message, want);
        }
    }

    #[test]
    fn what_is_told_stays_small_however_many_are_allowed() {
        let mut found = Differences::new(10_000);
        let long = "\"".repeat(1000);
        for _ in 0..10_000 {
            found.add(Difference::new(Code::FileDiffers, &long).values(Some(&long), Some(&long)));
        }
        let told = serde_json::to_vec_pretty(&found.list).unwrap().len();
        assert!((MAX_BYTES / 2..MAX_BYTES * 5 / 4).contains(&told), "{told}");
        assert_eq!((found.count(), found.room()), (10_000, 0));
    }

    #[test]
    fn what_is_beyond_the_limit_is_counted() {
        let mut found = Differences::new(2);
        found.of(Some("a.noarch".to_owned()), Reason::SrcrpmDiffers);
        for _ in 0..2 {
            found.add(Difference::new(Code::SourceDiffers, "x"));
        }
        found.add(Difference::new(Code::Unreadable, "x"));
        assert_eq!((found.list.len(), found.omitted, found.count(), found.room()), (2, 1, 3, 0));
        assert_eq!(found.list[0].package.as_deref(), Some("a.noarch"));
        let reasons: Vec<Reason> = found.reasons.into_iter().collect();
        assert_eq!(reasons, [Reason::SrcrpmDiffers, Reason::Unreadable]);
    }
}
