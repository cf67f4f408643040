//! What stands at the beginning of a program: what machine it is for, where it begins, and where its tables are.

use super::Found;
use super::segments::Segment;
use crate::numbers::{big, little};
use alloc::format;
use alloc::vec::Vec;

/// More segments than the header can count: no program has them.
const MANY: u64 = 0xffff;

/// How numbers are written in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub(super) is_64: bool,
    is_big: bool,
}

impl Form {
    pub(super) fn number(self, bytes: &[u8], at: u64, len: u64) -> Option<u64> {
        if self.is_big { big(bytes, at, len) } else { little(bytes, at, len) }
    }
}

#[derive(Debug)]
pub(super) struct Header {
    pub(super) form: Form,
    /// Kind of numbers and system, version of its ABI, kind, machine, version, entry, flags.
    told: [u64; 7],
    pub(super) segments: Vec<Segment>,
    /// Where the header and the tables are: begin and end.
    pub(super) tables: [(u64, u64); 3],
    /// Where the table of sections is, and how long an entry is.
    sections: (u64, u64),
}

impl Header {
    /// None where it does not hold together.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let form = Form { is_64: *bytes.get(4)? == 2, is_big: *bytes.get(5)? == 2 };
        let field = |at, len| form.number(bytes, at, len);
        let told_start =
            [little(bytes, 4, 4)?, little(bytes, 8, 8)?, field(16, 2)?, field(18, 2)?, field(20, 4)?];
        // entry, segments, sections, flags, sizes
        let [entry, segments, sections, flags, sizes] = if form.is_64 {
            [field(24, 8)?, field(32, 8)?, field(40, 8)?, field(48, 4)?, 52]
        } else {
            [field(24, 4)?, field(28, 4)?, field(32, 4)?, field(36, 4)?, 40]
        };
        let size = |number: u64| field(sizes + 2 * number, 2);
        let (own, segment, count) = (size(0)?, size(1)?, size(2)?);
        let (section, section_count) = (size(3)?, size(4)?);
        // Sizes that nobody writes would hide what stands behind.
        let told = [own, if count == 0 { Segment::size_in(form) } else { segment }, section];
        let wanted =
            [if form.is_64 { 64 } else { 52 }, Segment::size_in(form), if form.is_64 { 64 } else { 40 }];
        if told != wanted || count == MANY {
            return None;
        }
        let section_count = match section_count {
            // The first entry, which is no section, has a count that is too large: as the size of a section.
            0 if form.is_64 => field(sections.checked_add(32)?, 8)?,
            0 => field(sections.checked_add(20)?, 4)?,
            count => count,
        };
        let mut all = Vec::new();
        for number in 0..count {
            all.push(Segment::read(form, bytes, segments.checked_add(segment * number)?)?);
        }
        let table = |at: u64, size: u64, count| Some((at, at.checked_add(size.checked_mul(count)?)?));
        let tables = [(0, own), table(segments, segment, count)?, table(sections, section, section_count)?];
        let [class, abi, kind, machine, version] = told_start;
        Some(Self {
            form,
            told: [class, abi, kind, machine, version, entry, flags],
            segments: all,
            tables,
            sections: (sections, section),
        })
    }

    /// What else an object's table says of a section, which is counted from 1: what it belongs to, alignment and size of entries.
    pub(super) fn section(&self, bytes: &[u8], number: u64) -> Option<[u64; 4]> {
        let at = self.sections.0.checked_add(self.sections.1 * number)?;
        let field = |begin: u64, len| self.form.number(bytes, at.checked_add(begin)?, len);
        Some(if self.form.is_64 {
            [field(40, 4)?, field(44, 4)?, field(48, 8)?, field(56, 8)?]
        } else {
            [field(24, 4)?, field(28, 4)?, field(32, 4)?, field(36, 4)?]
        })
    }
}

/// What differs first of two.
pub(super) fn first(old: &Header, new: &Header) -> Option<Found> {
    const NAMES: [&str; 7] = ["class", "version of the ABI", "kind", "machine", "version", "entry", "flags"];
    let told = old.told.iter().zip(new.told).zip(NAMES).find(|((old, new), _)| **old != *new);
    let ((old, new), name) = told?;
    let (old, new) = (format!("{name} {old:#x}"), format!("{name} {new:#x}"));
    Some(Found::new("header", &old, &new, "the header differs"))
}
