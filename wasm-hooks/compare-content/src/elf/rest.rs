//! What of a program is in no section: what is loaded between them, and what was appended.
//!
//! A program may read what stands behind its end, as those do that carry an archive. Of what signs a kernel module only the way
//! counts: the signature follows from the rest, and from a key that may be made for each build.

use super::header::Header;
use super::{File, Found, LOADED, NOTE, OBJECT, RESERVED, counts, is_note};
use crate::numbers::{big, slice};
use crate::{Elf, excerpt};
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
    let (theirs, ours) = (behind(old.0, old.1), behind(new.0, new.1));
    let signed = [(old.0, theirs), (new.0, ours)].map(|((_, elf), rest)| signature(elf, rest));
    if let [their, our] = signed
        && their != our
    {
        let way = |way: Option<&[u8]>| way.and_then(|way| excerpt::bytes_at(way, 0));
        let (part, why) = ("signature".to_owned(), "how the module is signed differs".to_owned());
        return Ok(Some(Found { part, old: way(their), new: way(our), why }));
    }
    if signed.iter().any(Option::is_some) {
        return Ok(None);
    }
    let found = excerpt::first(theirs, ours);
    Ok(found.map(|first| {
        let part = format!("behind its end, {}", first.part);
        Found { part, old: first.old, new: first.new, why: "what is behind its end differs".to_owned() }
    }))
}

/// Bytes that are loaded and are in no section, with their addresses. Zeros fill gaps up.
fn between((bytes, elf): File<'_>, header: &Header) -> Result<Vec<(u64, u8)>, String> {
    let is_debug = is_debug(elf);
    let sections = elf.sections.iter().filter(|section| section.kind != RESERVED);
    let sections = sections.filter(|section| counts(section) || is_note(section) || is_debug);
    let known = sections.map(|section| (section.offset, section.offset.saturating_add(section.size)));
    let mut known: Vec<(u64, u64)> = known.chain(header.tables).collect();
    known.sort_unstable();
    let (mut found, mut left) = (Vec::new(), (bytes.len() as u64).saturating_mul(2).saturating_add(4096));
    for segment in header.segments.iter().filter(|segment| segment.is_read()) {
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

/// Whether it is debug information alone, which has the segments of its program, and nothing that is loaded by them.
fn is_debug(elf: &Elf) -> bool {
    let mut loaded = elf.sections.iter().filter(|one| one.flags & LOADED != 0 && one.kind != NOTE).peekable();
    loaded.peek().is_some() && loaded.all(|one| one.kind == RESERVED)
}

/// What is behind all sections, tables, and segments that are read. What is empty is nowhere, whatever its place is said to be.
fn behind<'a>((bytes, elf): File<'a>, header: &Header) -> &'a [u8] {
    let sections = elf.sections.iter().filter(|section| section.kind != RESERVED);
    let sections = sections.map(|section| (section.offset, section.offset.saturating_add(section.size)));
    let segments = header.segments.iter().filter(|segment| segment.is_read());
    let segments = segments.map(|segment| (segment.offset, segment.offset.saturating_add(segment.size)));
    let ends = sections.chain(segments).chain(header.tables);
    let end = ends.filter(|(begin, end)| begin < end).map(|(_, end)| end).max().unwrap_or_default();
    usize::try_from(end).ok().and_then(|end| bytes.get(end..)).unwrap_or_default()
}

/// How a kernel module is signed, if it is: with which algorithms, and by what its key is named.
fn signature<'a>(elf: &Elf, rest: &'a [u8]) -> Option<&'a [u8]> {
    let signature = rest.strip_suffix(SIGNED).filter(|_| elf.kind == OBJECT)?;
    let told = slice(signature, (signature.len() as u64).checked_sub(SIGNATURE)?, SIGNATURE)?;
    let names = big(told, 3, 1)? + big(told, 4, 1)?;
    let size = big(told, 8, 4)? + names + SIGNATURE;
    // Behind the way stands only how long the signature is.
    told.get(..8).filter(|_| size == signature.len() as u64)
}
