//! What of a program is in no section: what is loaded between them, and what was appended.
//!
//! A program may read what stands behind its end, as those do that carry an archive. What signs a kernel module is not compared:
//! it follows from the rest, and from a key that may be made for each build.

use super::header::Header;
use super::{File, Found, RESERVED};
use crate::excerpt;
use crate::numbers::{big, slice};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// What a signed kernel module ends with.
const SIGNED: &[u8] = b"~Module signature appended~\n";
/// The most bytes that are in no section.
const MOST: usize = 1 << 16;
/// What says how long the signature is.
const SIGNATURE: u64 = 12;

/// What differs first.
pub(super) fn first(old: (File<'_>, &Header), new: (File<'_>, &Header)) -> Result<Option<Found>, String> {
    let (theirs, ours) = (between(old.0, old.1)?, between(new.0, new.1)?);
    if theirs != ours {
        let found = theirs.iter().zip(&ours).find(|(old, new)| old != new);
        let last = theirs.len().min(ours.len());
        let found = found.map(|(old, new)| (Some(old), Some(new)));
        let (old, new) = found.unwrap_or((theirs.get(last), ours.get(last)));
        let shown = |one: Option<&(u64, u8)>| one.map(|(at, byte)| format!("{byte:02x} at {at:#x}"));
        let why = "what is loaded and in no section differs".to_owned();
        return Ok(Some(Found { part: "segments".to_owned(), old: shown(old), new: shown(new), why }));
    }
    let found = excerpt::first(behind(old.0, old.1), behind(new.0, new.1));
    Ok(found.map(|first| {
        let part = format!("behind its end, {}", first.part);
        Found { part, old: first.old, new: first.new, why: "what is behind its end differs".to_owned() }
    }))
}

/// Bytes that are loaded and are in no section, with their addresses. Zeros fill gaps up.
fn between((bytes, elf): File<'_>, header: &Header) -> Result<Vec<(u64, u8)>, String> {
    let sections = elf.sections.iter().filter(|section| section.kind != RESERVED);
    let known = sections.map(|section| (section.offset, section.offset.saturating_add(section.size)));
    let mut known: Vec<(u64, u64)> = known.chain(header.tables).collect();
    known.sort_unstable();
    let (mut found, mut left) = (Vec::new(), (bytes.len() as u64).saturating_mul(2).saturating_add(4096));
    for segment in header.segments.iter().filter(|segment| segment.is_loaded()) {
        let end = segment.offset.saturating_add(segment.size).min(bytes.len() as u64);
        let mut at = segment.offset;
        for (begin, known_end) in known.iter().copied().chain([(end, end)]) {
            let gap = slice(bytes, at, begin.min(end).saturating_sub(at)).unwrap_or_default();
            // The same bytes may be in many segments.
            let cost = gap.len() as u64 + 1;
            left = left.checked_sub(cost).ok_or("its segments have the same bytes again and again")?;
            let address = |place: usize| segment.address.wrapping_add(at - segment.offset + place as u64);
            let told = gap.iter().enumerate().filter(|(_, byte)| **byte != 0);
            found.extend(told.map(|(place, byte)| (address(place), *byte)).take(MOST));
            if found.len() >= MOST {
                return Err("most of it is in no section".to_owned());
            }
            at = at.max(known_end);
        }
    }
    Ok(found)
}

/// What is behind all sections, segments and tables.
fn behind<'a>((bytes, elf): File<'a>, header: &Header) -> &'a [u8] {
    let sections = elf.sections.iter().filter(|section| section.kind != RESERVED);
    let sections = sections.map(|section| section.offset.saturating_add(section.size));
    let segments = header.segments.iter().map(|segment| segment.offset.saturating_add(segment.size));
    let tables = header.tables.iter().map(|(_, end)| *end);
    let end = sections.chain(segments).chain(tables).max().unwrap_or_default();
    let rest = usize::try_from(end).ok().and_then(|end| bytes.get(end..)).unwrap_or_default();
    if is_signature(rest) { &[] } else { rest }
}

fn is_signature(rest: &[u8]) -> bool {
    let size = || {
        let signature = rest.strip_suffix(SIGNED)?;
        let told = slice(signature, (signature.len() as u64).checked_sub(SIGNATURE)?, SIGNATURE)?;
        let names = big(told, 3, 1)? + big(told, 4, 1)?;
        Some((signature.len() as u64, big(told, 8, 4)? + names + SIGNATURE))
    };
    size().is_some_and(|(is, told)| is == told)
}
