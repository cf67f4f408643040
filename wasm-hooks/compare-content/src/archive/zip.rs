//! `zip`: by the list at its end, as unzip and Java read it.
//!
//! What each member was compressed with is undone later, and only where it differs. A zip of more than 4 GiB, one in several
//! parts and one that is encrypted are not opened.

use super::{Archive, Body, Packed, SET_ID, Traits, What};
use crate::numbers::{little, slice};
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// The record at the end.
const END: &[u8] = b"PK\x05\x06";
const END_LEN: u64 = 22;
/// The longest remark behind it.
const REMARK: u64 = 65_535;

struct End<'a> {
    /// Where the record itself begins.
    at: u64,
    /// How many members there are.
    count: u64,
    /// Where their list begins.
    list: u64,
    /// What all places in the file are counted from.
    base: u64,
    remark: &'a [u8],
}

pub(crate) fn read(bytes: &[u8], most: usize) -> Result<Archive<'_>, &'static str> {
    let end = end(bytes).ok_or("its end is not found")?;
    let mut archive = Archive::of(bytes, most);
    let (mut at, mut first, mut sum) = (end.list, end.list, 0);
    let mut taken = Vec::new();
    for _ in 0..end.count {
        let entry = Entry::read(bytes, at).ok_or("its list does not hold together")?;
        let place = end.base.checked_add(entry.place).ok_or("a member is nowhere")?;
        let local = entry.local(bytes, place).ok_or("a member is not where its list says")?;
        taken.push((place, local.until));
        sum += local.until.saturating_sub(place);
        if sum > bytes.len() as u64 {
            return Err("its members have the same bytes again and again");
        }
        first = first.min(place);
        at += entry.len();
        archive.push(entry.name, entry.traits(local.extra), entry.body(local.data)?)?;
    }
    taken.extend([(end.list, at), (end.at, end.at)]);
    is_whole(bytes, taken)?;
    let before = slice(bytes, 0, first).unwrap_or_default();
    archive.beside = Vec::from([
        ("what is before the zip", Cow::Borrowed(before)),
        ("its remark", Cow::Borrowed(end.remark)),
    ]);
    Ok(archive)
}

/// Whether there is nothing between the members, and before their list: who reads a zip from its beginning comes upon it. No member
/// may lie in another one.
fn is_whole(bytes: &[u8], mut taken: Vec<(u64, u64)>) -> Result<(), &'static str> {
    taken.sort_unstable();
    for pair in taken.windows(2) {
        let [(_, until), (begin, _)] = pair else { continue };
        let len = begin.checked_sub(*until).ok_or("a member lies in another one")?;
        let gap = slice(bytes, *until, len).unwrap_or_default();
        if gap.iter().any(|byte| *byte != 0) {
            return Err("there is something between its members");
        }
    }
    Ok(())
}

fn end(bytes: &[u8]) -> Option<End<'_>> {
    let len = bytes.len() as u64;
    let window = slice(bytes, len.saturating_sub(END_LEN + REMARK), len.min(END_LEN + REMARK))?;
    let offset = len - window.len() as u64;
    for found in memchr::memmem::rfind_iter(window, END) {
        let at = offset + found as u64;
        let field = |begin: u64, len: u64| little(bytes, at + begin, len);
        let Some(remark) = field(20, 2) else { continue };
        if at + END_LEN + remark != len {
            continue;
        }
        let (parts, count, all) = (field(4, 4)?, field(8, 2)?, field(10, 2)?);
        let (size, list) = (field(12, 4)?, field(16, 4)?);
        if parts != 0 || count != all || count == 0xffff || list == 0xffff_ffff {
            return None;
        }
        // A program may stand before the archive, and the places in it may not know.
        let list_at = at.checked_sub(size)?;
        let base = list_at.checked_sub(list)?;
        return Some(End { at, count, list: list_at, base, remark: slice(bytes, at + END_LEN, remark)? });
    }
    None
}

/// Of the list at the end.
struct Entry<'a> {
    /// The system that it was made on, which says what the attributes mean.
    system: u64,
    /// The version that unpacks it.
    version: u64,
    flags: u64,
    method: u64,
    crc: u64,
    packed: u64,
    size: u64,
    extra: &'a [u8],
    remark: &'a [u8],
    /// Attributes as DOS has them.
    dos: u64,
    mode: u64,
    place: u64,
    name: &'a [u8],
}

/// What is where a member is.
struct Local<'a> {
    extra: &'a [u8],
    /// What was compressed.
    data: &'a [u8],
    /// Where the next member may begin.
    until: u64,
}

/// The flag that sum and sizes stand behind a member.
const IS_BEHIND: u64 = 8;
/// How well deflate compressed.
const LEVEL: u64 = 6;
/// Stands for a size that is told in a field of its own, with eight bytes.
const NOT_HERE: u64 = 0xffff_ffff;

/// One of the further fields, with its head; what is none has no kind.
type Field<'a> = (Option<u64>, &'a [u8]);

fn fields(mut rest: &[u8]) -> impl Iterator<Item = Field<'_>> {
    core::iter::from_fn(move || {
        let len = little(rest, 2, 2).and_then(|len| usize::try_from(4 + len).ok());
        let kind = little(rest, 0, 2).filter(|_| len.is_some());
        let (field, behind) = rest.split_at_checked(len.unwrap_or(usize::MAX).min(rest.len()))?;
        rest = behind;
        (!field.is_empty()).then_some((kind, field))
    })
}

/// The field of both sizes, with eight bytes each.
fn wide((kind, field): Field<'_>) -> Option<&[u8]> {
    (kind == Some(1) && field.len() == 20).then_some(field)
}

impl<'a> Entry<'a> {
    fn read(bytes: &'a [u8], at: u64) -> Option<Self> {
        let field = |begin: u64, len: u64| little(bytes, at + begin, len);
        if slice(bytes, at, 4)? != b"PK\x01\x02" {
            return None;
        }
        let (packed, size, place) = (field(20, 4)?, field(24, 4)?, field(42, 4)?);
        if [packed, size, place].contains(&NOT_HERE) {
            return None;
        }
        let (name, extra, remark) = (field(28, 2)?, field(30, 2)?, field(32, 2)?);
        Some(Self {
            system: field(5, 1)?,
            version: field(6, 2)?,
            flags: field(8, 2)?,
            method: field(10, 2)?,
            crc: field(16, 4)?,
            packed,
            size,
            extra: slice(bytes, at + 46 + name, extra)?,
            remark: slice(bytes, at + 46 + name + extra, remark)?,
            dos: field(38, 2)?,
            mode: field(40, 2)?,
            place,
            name: slice(bytes, at + 46, name)?,
        })
    }

    /// Of the entry.
    fn len(&self) -> u64 {
        46 + (self.name.len() + self.extra.len() + self.remark.len()) as u64
    }

    /// The member itself. Some read a zip by the headers before the members: those must say the same.
    fn local(&self, bytes: &'a [u8], at: u64) -> Option<Local<'a>> {
        let field = |begin: u64, len: u64| little(bytes, at + begin, len);
        let (name, more) = (field(26, 2)?, field(28, 2)?);
        let extra = slice(bytes, at + 30 + name, more)?;
        let is_same = slice(bytes, at, 4)? == b"PK\x03\x04"
            && slice(bytes, at + 30, name)? == self.name
            && (field(6, 2)?, field(8, 2)?) == (self.flags, self.method)
            && self.is_told(field(14, 4)?, (field(18, 4)?, field(22, 4)?), extra);
        let begin = at + 30 + name + more;
        let data = slice(bytes, begin, self.packed).filter(|_| is_same)?;
        let end = begin + self.packed;
        Some(Local { extra, data, until: end + self.sums(bytes, end) })
    }

    /// Whether sum and sizes are those of the list. Where they stand behind the member, there may be zeros.
    fn is_told(&self, crc: u64, (packed, size): (u64, u64), extra: &[u8]) -> bool {
        let is = |told: u64, own: u64| told == own || told == 0 && self.flags & IS_BEHIND != 0;
        let both = |packed: u64, size: u64| is(packed, self.packed) && is(size, self.size);
        let mut wide = fields(extra)
            .filter_map(wide)
            .map(|field| Some(both(little(field, 12, 8)?, little(field, 4, 8)?)))
            .peekable();
        let is_wide = (packed, size) == (NOT_HERE, NOT_HERE) && wide.peek().is_some();
        is(crc, self.crc) && (is_wide || both(packed, size)) && wide.all(|is_own| is_own == Some(true))
    }

    /// How long is what stands behind a member whose sizes were not known before: the sum and both sizes, marked or not.
    fn sums(&self, bytes: &[u8], at: u64) -> u64 {
        if self.flags & IS_BEHIND == 0 {
            return 0;
        }
        let is_marked = slice(bytes, at, 4) == Some(b"PK\x07\x08");
        let sums = at + if is_marked { 4 } else { 0 };
        let is_own = [self.crc, self.packed, self.size]
            .iter()
            .zip([0, 4, 8])
            .all(|(number, place)| little(bytes, sums + place, 4) == Some(*number));
        if is_own { sums + 12 - at } else { 0 }
    }

    /// What is told of the member beside its times and owner, in the list and before itself: some take its name from there, or where
    /// a link leads.
    fn more(&self, local: &[u8]) -> Vec<u8> {
        let list: Vec<u8> = fields(self.extra).flat_map(|field| self.counting(field)).copied().collect();
        // The sizes before it are those of the list.
        let local = fields(local).filter(|field| wide(*field).is_none());
        let local: Vec<u8> = local.flat_map(|field| self.counting(field)).copied().collect();
        let parts = [self.remark, &list, &local];
        if parts.iter().all(|part| part.is_empty()) {
            return Vec::new();
        }
        // Nothing moves from one to another unseen.
        parts.iter().flat_map(|part| [&part.len().to_be_bytes()[..], part].concat()).collect()
    }

    /// What counts of a field: no times, and the owner only of what runs as its owner does.
    fn counting<'b>(&self, (kind, field): Field<'b>) -> &'b [u8] {
        let is_owned = self.mode & SET_ID != 0;
        match kind {
            Some(0x000a | 0x5455) => b"",
            // Behind two times.
            Some(0x5855) if is_owned => field.get(12..).unwrap_or_default(),
            Some(0x5855) => b"",
            Some(0x7855 | 0x7875) if !is_owned => b"",
            _ => field,
        }
    }

    fn traits(&self, local: &[u8]) -> Traits {
        // Programs heed it whatever system it was made on.
        let is_unix = self.mode != 0;
        let what = if is_unix { What::of_mode(self.mode) } else { What::File };
        let what = if self.name.ends_with(b"/") { What::Directory } else { what };
        // Whoever reads a zip knows that version.
        let version = self.version.max(20);
        let flags = if matches!(self.method, 0 | 8) { self.flags & !LEVEL } else { self.flags };
        Traits {
            mode: is_unix.then_some(self.mode & 0o7777),
            more: self.more(local),
            zip: [self.system, version, flags, self.dos],
            ..Traits::new(what)
        }
    }

    fn body(&self, bytes: &'a [u8]) -> Result<Body<'a>, &'static str> {
        if self.flags & 1 != 0 {
            return Err("it is encrypted");
        }
        if self.method == 0 {
            let is_whole = self.packed == self.size;
            return if is_whole { Ok(Body::Plain(bytes)) } else { Err("a member has two sizes") };
        }
        let too_large = |_| "a number is too large";
        Ok(Body::Packed(Packed {
            bytes,
            method: self.method.try_into().map_err(too_large)?,
            crc: self.crc.try_into().map_err(too_large)?,
            size: self.size.try_into().map_err(too_large)?,
        }))
    }
}
