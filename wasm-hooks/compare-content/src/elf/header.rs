//! What stands at the beginning of a program: what machine it is for, where it begins, and what may be done with its parts.

use super::Found;
use crate::numbers::{big, little, slice};
use alloc::format;
use alloc::vec::Vec;

/// `p_type`.
const LOAD: u64 = 1;
const NOTE: u64 = 4;

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

/// A part that is loaded, or says something of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    kind: u64,
    flags: u64,
    pub(super) address: u64,
    align: u64,
    pub(super) offset: u64,
    /// In the file.
    pub(super) size: u64,
}

impl Segment {
    pub(super) fn is_loaded(&self) -> bool {
        self.kind == LOAD
    }
}

#[derive(Debug)]
pub(super) struct Header {
    pub(super) form: Form,
    /// Kind of numbers, system, machine, entry, flags.
    told: [u64; 6],
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
        let told_start = [little(bytes, 4, 4)?, field(16, 2)?, field(18, 2)?, field(20, 4)?];
        // entry, segments, sections, flags, sizes
        let [entry, segments, sections, flags, sizes] = if form.is_64 {
            [field(24, 8)?, field(32, 8)?, field(40, 8)?, field(48, 4)?, 52]
        } else {
            [field(24, 4)?, field(28, 4)?, field(32, 4)?, field(36, 4)?, 40]
        };
        let size = |number: u64| field(sizes + 2 * number, 2);
        let (own, segment, count) = (size(0)?, size(1)?, size(2)?);
        let (section, section_count) = (size(3)?, size(4)?);
        let mut all = Vec::new();
        for number in 0..count {
            all.push(read_segment(form, bytes, segments.checked_add(segment * number)?)?);
        }
        let table = |at: u64, len: u64| Some((at, at.checked_add(len)?));
        let tables = [
            (0, own),
            table(segments, segment * count)?,
            // More than 65280 sections are counted elsewhere: then the table is taken to be at the end.
            table(sections, if section_count == 0 { bytes.len() as u64 } else { section * section_count })?,
        ];
        let [class, kind, machine, version] = told_start;
        Some(Self {
            form,
            told: [class, kind, machine, version, entry, flags],
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

fn read_segment(form: Form, bytes: &[u8], at: u64) -> Option<Segment> {
    let entry = slice(bytes, at, if form.is_64 { 56 } else { 32 })?;
    let field = |begin: u64, len| form.number(entry, begin, len);
    Some(if form.is_64 {
        let (offset, address, size) = (field(8, 8)?, field(16, 8)?, field(32, 8)?);
        Segment { kind: field(0, 4)?, flags: field(4, 4)?, address, align: field(48, 8)?, offset, size }
    } else {
        let (offset, address, size) = (field(4, 4)?, field(8, 4)?, field(16, 4)?);
        Segment { kind: field(0, 4)?, flags: field(24, 4)?, address, align: field(28, 4)?, offset, size }
    })
}

/// What differs first of two.
pub(super) fn first(old: &Header, new: &Header) -> Option<Found> {
    const NAMES: [&str; 6] = ["class", "kind", "machine", "version", "entry", "flags"];
    let told = old.told.iter().zip(new.told).zip(NAMES).find(|((old, new), _)| **old != *new);
    if let Some(((old, new), name)) = told {
        let (old, new) = (format!("{name} {old:#x}"), format!("{name} {new:#x}"));
        return Some(Found::new("header", &old, &new, "the header differs"));
    }
    // Notes are compared as sections, but for those that are left out.
    let told = |header: &Header| {
        let segments = header.segments.iter().filter(|segment| segment.kind != NOTE);
        segments.map(|one| [one.kind, one.flags, one.address, one.align]).collect::<Vec<_>>()
    };
    let (theirs, ours) = (told(old), told(new));
    let found = theirs.iter().zip(&ours).find(|(old, new)| old != new);
    let shown = |[kind, flags, address, align]: [u64; 4]| {
        format!("kind {kind:#x}, flags {flags:#x}, address {address:#x}, alignment {align:#x}")
    };
    if let Some((old, new)) = found {
        return Some(Found::new("segments", &shown(*old), &shown(*new), "how it is loaded differs"));
    }
    let is_same = theirs.len() == ours.len();
    (!is_same).then(|| {
        Found::new("segments", &theirs.len(), &ours.len(), "it is loaded in another number of segments")
    })
}
