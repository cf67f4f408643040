//! How a program is loaded: which bytes of the file come where, and what may be done with them.
//!
//! A note that names the build may be longer in one build than in the other, and still fit in where the other one was.

use super::header::{Form, Header};
use super::{Found, LOADED, NOTES, is_note};
use crate::Elf;
use crate::numbers::slice;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// `p_type`.
const LOAD: u64 = 1;
const INTERPRETER: u64 = 3;
const NOTE: u64 = 4;

/// A part that is loaded, or says something of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    kind: u64,
    flags: u64,
    pub(super) offset: u64,
    pub(super) address: u64,
    physical: u64,
    /// In the file.
    pub(super) size: u64,
    memory: u64,
    align: u64,
}

impl Segment {
    /// How long an entry of the table is.
    pub(super) fn size_in(form: Form) -> u64 {
        if form.is_64 { 56 } else { 32 }
    }

    pub(super) fn read(form: Form, bytes: &[u8], at: u64) -> Option<Self> {
        let entry = slice(bytes, at, Self::size_in(form))?;
        let field = |begin: u64, len| form.number(entry, begin, len);
        let [kind, flags, offset, address, physical, size, memory, align] = if form.is_64 {
            let numbers =
                [field(8, 8)?, field(16, 8)?, field(24, 8)?, field(32, 8)?, field(40, 8)?, field(48, 8)?];
            let [offset, address, physical, size, memory, align] = numbers;
            [field(0, 4)?, field(4, 4)?, offset, address, physical, size, memory, align]
        } else {
            let numbers =
                [field(4, 4)?, field(8, 4)?, field(12, 4)?, field(16, 4)?, field(20, 4)?, field(28, 4)?];
            let [offset, address, physical, size, memory, align] = numbers;
            [field(0, 4)?, field(24, 4)?, offset, address, physical, size, memory, align]
        };
        Some(Self { kind, flags, offset, address, physical, size, memory, align })
    }

    fn told(&self) -> [(&'static str, u64); 8] {
        [
            ("kind", self.kind),
            ("flags", self.flags),
            ("address", self.address),
            ("alignment", self.align),
            ("offset", self.offset),
            ("physical address", self.physical),
            ("size in the file", self.size),
            ("size in memory", self.memory),
        ]
    }

    fn shown(&self, (name, number): (&str, u64)) -> String {
        format!("kind {:#x} at {:#x}: {name} {number:#x}", self.kind, self.address)
    }

    /// Whether its bytes in the file are read when the program starts.
    pub(super) fn is_read(&self) -> bool {
        matches!(self.kind, LOAD | INTERPRETER)
    }
}

/// Where the loaded notes are that name the build: where each begins, by where it ends.
#[derive(Debug, PartialEq, Eq)]
struct Notes {
    file: BTreeMap<u64, u64>,
    memory: BTreeMap<u64, u64>,
}

impl Notes {
    fn of(elf: &Elf) -> Self {
        let notes = || elf.sections.iter().filter(|one| is_note(one) && one.flags & LOADED != 0);
        let file = notes().map(|one| (one.offset.saturating_add(one.size), one.offset)).collect();
        let memory = notes().map(|one| (one.address.saturating_add(one.size), one.address)).collect();
        Self { file, memory }
    }

    /// Sizes without notes at the end.
    fn without(&self, segment: &Segment) -> Segment {
        let shorter = |ends: &BTreeMap<u64, u64>, begin: u64, size: u64| {
            let mut end = begin.saturating_add(size);
            for _ in NOTES {
                end = ends.get(&end).copied().filter(|before| *before >= begin).unwrap_or(end);
            }
            end.saturating_sub(begin)
        };
        let size = shorter(&self.file, segment.offset, segment.size);
        let memory = shorter(&self.memory, segment.address, segment.memory);
        Segment { size, memory, ..*segment }
    }
}

/// What differs first of two.
pub(super) fn first(old: (&Elf, &Header), new: (&Elf, &Header)) -> Option<Found> {
    let notes = [old.0, new.0].map(Notes::of);
    let [old_notes, new_notes] = &notes;
    let is_same = old_notes == new_notes;
    let told = |header: &Header, notes: &Notes| -> Vec<Segment> {
        if is_same {
            return header.segments.clone();
        }
        // What is in segments of notes alone is compared as sections.
        let segments = header.segments.iter().filter(|segment| segment.kind != NOTE);
        segments.map(|segment| notes.without(segment)).collect()
    };
    let (theirs, ours) = (told(old.1, old_notes), told(new.1, new_notes));
    if let Some((old, new)) = theirs.iter().zip(&ours).find(|(old, new)| old != new) {
        let found = old.told().into_iter().zip(new.told()).find(|(old, new)| old != new);
        let (old_told, new_told) = found.unwrap_or_default();
        let (old, new) = (old.shown(old_told), new.shown(new_told));
        return Some(Found::new("segments", &old, &new, "how it is loaded differs"));
    }
    let is_same = theirs.len() == ours.len();
    (!is_same).then(|| {
        Found::new("segments", &theirs.len(), &ours.len(), "it is loaded in another number of segments")
    })
}
