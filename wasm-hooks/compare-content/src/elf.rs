//! Programs and libraries, section by section: what says which build it was is left out, and so is where in the file those lie
//! that are not loaded.
//!
//! As objdump shows sections, with their addresses. Beyond those are compared: relocations and symbols of objects, without which
//! their code says nothing; sizes of what is only reserved; entry, permissions, and what is loaded where; and loaded or appended
//! bytes that are in no section. Symbols of what is linked already are left out, as no program runs by them; of the linker that
//! starts programs it counts whether it has any.
//!
//! Invariant: what is left out is not loaded, or is a note that nobody writes to or runs. A section that is only called so counts.

mod header;
mod rest;
mod segments;
mod symbols;

use crate::excerpt;
use crate::glob;
use crate::numbers::slice;
use crate::{Elf, Section};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use header::Header;

/// Notes that name the build.
const NOTES: [&str; 3] = [".note.gnu.build-id", ".note.package", ".note.go.buildid"];
/// What leads to debug information, and what is packed of it.
const DEBUG: [&str; 2] = [".gnu_debuglink", ".gnu_debugdata"];
/// Linkers that start programs: valgrind, for one, does not run where they have no symbols.
const STARTERS: [&str; 2] = ["*/ld-*.so*", "*/ld.so*"];

/// `sh_type`.
const SYMBOLS: u32 = 2;
const STRINGS: u32 = 3;
const NOTE: u32 = 7;
const RESERVED: u32 = 8;
/// `sh_flags`.
const WRITTEN: u64 = 1;
const LOADED: u64 = 2;
const RUN: u64 = 4;
/// `e_type`: an object to link.
const OBJECT: u32 = 1;

/// A file and what is in it.
type File<'a> = (&'a [u8], &'a Elf);

/// What differs first.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) part: String,
    pub(crate) old: Option<String>,
    pub(crate) new: Option<String>,
    pub(crate) why: String,
}

impl Found {
    fn new(part: &str, old: &impl ToString, new: &impl ToString, why: &str) -> Self {
        let shown = |text: String| Some(excerpt::printable(&text));
        let (old, new) = (shown(old.to_string()), shown(new.to_string()));
        Self { part: excerpt::printable(part), old, new, why: why.to_owned() }
    }
}

/// What differs first of two with a name; none where all that counts is the same. An error where it cannot be told.
pub(crate) fn first(name: &str, old: File<'_>, new: File<'_>) -> Result<Option<Found>, String> {
    let headers = [old.0, new.0].map(Header::read);
    let [Some(old_header), Some(new_header)] = headers else {
        return Err("its header does not hold together".to_owned());
    };
    if ![old.1, new.1].iter().all(|elf| matches!(elf.kind, 1..=3) && !elf.sections.is_empty()) {
        return Err("it is no program, library or object with sections".to_owned());
    }
    let found = sections(old, new).or_else(|| header::first(&old_header, &new_header));
    let found = found.or_else(|| segments::first((old.1, &old_header), (new.1, &new_header)));
    if let Some(found) = found.or_else(|| starter(name, old.1, new.1)) {
        return Ok(Some(found));
    }
    if old.1.kind == OBJECT
        && let Some(found) = belongings((old, &old_header), (new, &new_header))
    {
        return Ok(Some(found));
    }
    if old.1.kind == OBJECT
        && let Some(found) = symbols::first(old, new, &old_header, &new_header)?
    {
        return Ok(Some(found));
    }
    rest::first((old, &old_header), (new, &new_header))
}

/// Whether a section counts. Names of sections are compared with them, and symbols apart.
fn counts(section: &Section) -> bool {
    let name = section.name.as_str();
    let is_names = section.kind == STRINGS && matches!(name, ".strtab" | ".shstrtab");
    let is_beside = section.kind == SYMBOLS || is_names || DEBUG.contains(&name);
    let is_left_out = is_beside && section.flags & LOADED == 0;
    !is_left_out && !is_note(section)
}

/// Whether a section is a note that names the build, and is nothing else.
fn is_note(section: &Section) -> bool {
    section.kind == NOTE && section.flags & (WRITTEN | RUN) == 0 && NOTES.contains(&section.name.as_str())
}

/// Whether a linker that starts programs has its symbols.
fn starter(name: &str, old: &Elf, new: &Elf) -> Option<Found> {
    let symbols = |elf: &Elf| elf.sections.iter().any(|one| one.kind == SYMBOLS);
    let (theirs, ours) = (symbols(old), symbols(new));
    let shown = |has: bool| if has { "symbols" } else { "no symbols" };
    (theirs != ours && glob::any(&STARTERS, name)).then(|| {
        Found::new("symbols", &shown(theirs), &shown(ours), "only one of the builds has its symbols")
    })
}

fn sections(old: File<'_>, new: File<'_>) -> Option<Found> {
    let [theirs, ours] = [old.1, new.1].map(|elf| elf.sections.iter().filter(|one| counts(one)));
    let (theirs, ours): (Vec<_>, Vec<_>) = (theirs.collect(), ours.collect());
    let is_object = old.1.kind == OBJECT;
    let first = theirs.iter().zip(&ours).find(|(their, our)| !is_same(their, our, is_object));
    let Some((their, our)) = first else {
        let common = theirs.len().min(ours.len());
        let only = theirs.get(common).map(|one| (one, true)).or(ours.get(common).map(|one| (one, false)));
        return only.map(|(section, is_old)| alone(section, is_old));
    };
    if their.name == our.name {
        return Some(one(old.0, their, new.0, our));
    }
    let has = |sections: &[&Section], name: &str| sections.iter().any(|section| section.name == name);
    Some(if !has(&ours, &their.name) {
        alone(their, true)
    } else if !has(&theirs, &our.name) {
        alone(our, false)
    } else {
        Found::new("sections", &their.name, &our.name, "its sections are in another order")
    })
}

/// Which section relocations are of, and where they have their symbols, says only the table of sections.
fn belongings(old: (File<'_>, &Header), new: (File<'_>, &Header)) -> Option<Found> {
    let all = |((bytes, elf), header): (File<'_>, &Header)| {
        let is_left_out =
            |one: &Section| !counts(one) && (is_note(one) || DEBUG.contains(&one.name.as_str()));
        let numbered = elf.sections.iter().zip(1..).filter(|(one, _)| !is_left_out(one));
        numbered.map(|(one, number)| (one.name.clone(), header.section(bytes, number))).collect::<Vec<_>>()
    };
    let (theirs, ours) = (all(old), all(new));
    let shown = |one: Option<&(String, Option<[u64; 4]>)>| match one {
        Some((name, Some([link, info, align, size]))) => {
            format!("{name}: link {link}, info {info}, alignment {align}, entries of {size}")
        }
        Some((name, None)) => format!("{name}: nowhere"),
        None => "none".to_owned(),
    };
    let at = (0..theirs.len().max(ours.len())).find(|at| theirs.get(*at) != ours.get(*at))?;
    let (old, new) = (shown(theirs.get(at)), shown(ours.get(at)));
    Some(Found::new("table of sections", &old, &new, "what the table of sections says differs"))
}

fn alone(section: &Section, is_old: bool) -> Found {
    let part = excerpt::printable(&format!("section {}", section.name));
    let size = Some(format!("{} bytes", section.size));
    let (old, new, who) = if is_old { (size, None, "old") } else { (None, size, "new") };
    Found { part, old, new, why: format!("only the {who} build has the section") }
}

/// Where in the file a section is counts if it is loaded by segments: those say where in the file they are, too.
fn is_same(old: &Section, new: &Section, is_object: bool) -> bool {
    let rest = |section: &Section| {
        let is_loaded = !is_object && section.flags & LOADED != 0 && section.kind != RESERVED;
        let offset = is_loaded.then_some(section.offset);
        (section.kind, section.flags, section.size, section.address, offset)
    };
    old.name == new.name && rest(old) == rest(new) && old.sha256 == new.sha256
}

/// Of two sections of one name.
fn one(old_file: &[u8], old: &Section, new_file: &[u8], new: &Section) -> Found {
    let part = format!("section {}", old.name);
    let content = |file, section: &Section| {
        let size = if section.kind == RESERVED { 0 } else { section.size };
        slice(file, section.offset, size)
    };
    let (theirs, ours): (Option<&[u8]>, Option<&[u8]>) = (content(old_file, old), content(new_file, new));
    let (theirs, ours) = (theirs.unwrap_or_default(), ours.unwrap_or_default());
    if old.sha256 != new.sha256
        && let Some(at) = excerpt::first_offset(theirs, ours)
    {
        let part = excerpt::printable(&format!("{part}, offset {at:#x}"));
        let (old, new) = (excerpt::bytes_at(theirs, at), excerpt::bytes_at(ours, at));
        return Found { part, old, new, why: "the section's bytes differ".to_owned() };
    }
    let hex = |number: u64| format!("{number:#x}");
    if old.size != new.size {
        Found::new(&part, &hex(old.size), &hex(new.size), "the section's size differs")
    } else if old.address != new.address {
        Found::new(&part, &hex(old.address), &hex(new.address), "the section's address differs")
    } else if old.flags != new.flags {
        Found::new(&part, &hex(old.flags), &hex(new.flags), "the section's flags differ")
    } else if old.kind != new.kind {
        Found::new(&part, &old.kind, &new.kind, "the section's kind differs")
    } else {
        Found::new(&part, &hex(old.offset), &hex(new.offset), "the section's place in the file differs")
    }
}
