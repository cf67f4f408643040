//! `zip`: by the list at its end, as unzip and Java read it.
//!
//! What each member was compressed with is undone later, and only where it differs. A zip of more than 4 GiB, one in several
//! parts and one that is encrypted are not opened.

use super::{Archive, Body, Packed, SET_ID, Traits, What};
use crate::numbers::{little, slice};
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
    let mut archive = Archive::of(most);
    let (mut at, mut first, mut sum) = (end.list, end.list, 0);
    let mut taken = Vec::new();
    for _ in 0..end.count {
        let entry = Entry::read(bytes, at).ok_or("its list does not hold together")?;
        let place = end.base.checked_add(entry.place).ok_or("a member is nowhere")?;
        let (data, until) = entry.data(bytes, place)?;
        taken.push((place, until));
        sum += data.len() as u64;
        if sum > bytes.len() as u64 {
            return Err("its members have the same bytes again and again");
        }
        first = first.min(place);
        at += entry.len();
        archive.push(entry.name, entry.traits(), entry.body(data)?)?;
    }
    taken.extend([(end.list, at), (end.at, end.at)]);
    is_whole(bytes, taken)?;
    let before = slice(bytes, 0, first).unwrap_or_default();
    archive.beside = Vec::from([("what is before the zip", before), ("its remark", end.remark)]);
    Ok(archive)
}

/// Whether there is nothing between the members, and before their list: who reads a zip from its beginning comes upon it.
fn is_whole(bytes: &[u8], mut taken: Vec<(u64, u64)>) -> Result<(), &'static str> {
    taken.sort_unstable();
    let gaps = taken.windows(2).filter_map(|pair| match pair {
        [(_, until), (begin, _)] => slice(bytes, *until, begin.checked_sub(*until)?),
        [..] => None,
    });
    let mut bytes = gaps.flatten();
    if bytes.all(|byte| *byte == 0) { Ok(()) } else { Err("there is something between its members") }
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
    flags: u64,
    method: u64,
    crc: u64,
    packed: u64,
    size: u64,
    extra: &'a [u8],
    remark: &'a [u8],
    mode: u64,
    place: u64,
    name: &'a [u8],
}

impl<'a> Entry<'a> {
    fn read(bytes: &'a [u8], at: u64) -> Option<Self> {
        let field = |begin: u64, len: u64| little(bytes, at + begin, len);
        if slice(bytes, at, 4)? != b"PK\x01\x02" {
            return None;
        }
        let (packed, size, place) = (field(20, 4)?, field(24, 4)?, field(42, 4)?);
        if [packed, size, place].contains(&0xffff_ffff) {
            return None;
        }
        let (name, extra, remark) = (field(28, 2)?, field(30, 2)?, field(32, 2)?);
        Some(Self {
            flags: field(8, 2)?,
            method: field(10, 2)?,
            crc: field(16, 4)?,
            packed,
            size,
            extra: slice(bytes, at + 46 + name, extra)?,
            remark: slice(bytes, at + 46 + name + extra, remark)?,
            mode: field(40, 2)?,
            place,
            name: slice(bytes, at + 46, name)?,
        })
    }

    /// Of the entry.
    fn len(&self) -> u64 {
        46 + (self.name.len() + self.extra.len() + self.remark.len()) as u64
    }

    /// What was compressed, and where the next member may begin. Some read a zip by the headers before the members: those must
    /// say the same.
    fn data(&self, bytes: &'a [u8], at: u64) -> Result<(&'a [u8], u64), &'static str> {
        let field = |begin: u64, len: u64| little(bytes, at + begin, len);
        let own = || {
            let (name, more) = (field(26, 2)?, field(28, 2)?);
            let is_same = slice(bytes, at, 4)? == b"PK\x03\x04"
                && slice(bytes, at + 30, name)? == self.name
                && field(8, 2)? == self.method;
            let data = slice(bytes, at + 30 + name + more, self.packed).filter(|_| is_same)?;
            let end = at + 30 + name + more + self.packed;
            Some((data, end + self.sums(bytes, end)))
        };
        own().ok_or("a member is not where its list says")
    }

    /// How long is what stands behind a member whose sizes were not known before: the sum and both sizes, marked or not.
    fn sums(&self, bytes: &[u8], at: u64) -> u64 {
        if self.flags & 8 == 0 {
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

    /// What is told of the member beside its times and owner: some take its name from there, or where a link leads.
    fn more(&self) -> Vec<u8> {
        const TIMES: [u64; 3] = [0x000a, 0x5455, 0x5855];
        const OWNER: [u64; 2] = [0x7855, 0x7875];
        let is_left_out = |kind| TIMES.contains(&kind) || OWNER.contains(&kind) && self.mode & SET_ID == 0;
        let (mut more, mut rest) = (self.remark.to_vec(), self.extra);
        while let (Some(kind), Some(len)) = (little(rest, 0, 2), little(rest, 2, 2)) {
            let len = usize::try_from(4 + len).unwrap_or(usize::MAX).min(rest.len());
            let (field, behind) = rest.split_at_checked(len).unwrap_or((rest, b""));
            if !is_left_out(kind) {
                more.extend_from_slice(field);
            }
            rest = behind;
        }
        more.extend_from_slice(rest);
        more
    }

    fn traits(&self) -> Traits {
        // Programs heed it whatever system it was made on.
        let is_unix = self.mode != 0;
        let what = if is_unix { What::of_mode(self.mode) } else { What::File };
        let what = if self.name.ends_with(b"/") { What::Directory } else { what };
        Traits { mode: is_unix.then_some(self.mode & 0o7777), more: self.more(), ..Traits::new(what) }
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
