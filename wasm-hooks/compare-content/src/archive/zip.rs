//! `zip`: by the list at its end, as unzip and Java read it.
//!
//! What each member was compressed with is undone later, and only where it differs. A zip of more than 4 GiB, one in several
//! parts and one that is encrypted are not opened.

use super::{Archive, Body, Packed, Traits, What};
use crate::numbers::{little, slice};
use alloc::vec::Vec;

/// The record at the end.
const END: &[u8] = b"PK\x05\x06";
const END_LEN: u64 = 22;
/// The longest remark behind it.
const REMARK: u64 = 65_535;

struct End<'a> {
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
    for _ in 0..end.count {
        let entry = Entry::read(bytes, at).ok_or("its list does not hold together")?;
        let place = end.base.checked_add(entry.place).ok_or("a member is nowhere")?;
        let data = entry.data(bytes, place)?;
        sum += data.len() as u64;
        if sum > bytes.len() as u64 {
            return Err("its members have the same bytes again and again");
        }
        first = first.min(place);
        at += entry.len();
        archive.push(entry.name, entry.traits(), entry.body(data)?)?;
    }
    let before = slice(bytes, 0, first).unwrap_or_default();
    archive.beside = Vec::from([("what is before the zip", before), ("its remark", end.remark)]);
    Ok(archive)
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
        return Some(End { count, list: list_at, base, remark: slice(bytes, at + END_LEN, remark)? });
    }
    None
}

/// Of the list at the end.
struct Entry<'a> {
    maker: u64,
    flags: u64,
    method: u64,
    crc: u64,
    packed: u64,
    size: u64,
    more: u64,
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
        Some(Self {
            maker: field(5, 1)?,
            flags: field(8, 2)?,
            method: field(10, 2)?,
            crc: field(16, 4)?,
            packed,
            size,
            more: field(30, 2)? + field(32, 2)?,
            mode: field(40, 2)?,
            place,
            name: slice(bytes, at + 46, field(28, 2)?)?,
        })
    }

    /// Of the entry.
    fn len(&self) -> u64 {
        46 + self.name.len() as u64 + self.more
    }

    /// What was compressed. Some read a zip by the headers before the members: those must say the same.
    fn data(&self, bytes: &'a [u8], at: u64) -> Result<&'a [u8], &'static str> {
        let field = |begin: u64, len: u64| little(bytes, at + begin, len);
        let own = || {
            let (name, more) = (field(26, 2)?, field(28, 2)?);
            let is_same = slice(bytes, at, 4)? == b"PK\x03\x04"
                && slice(bytes, at + 30, name)? == self.name
                && field(8, 2)? == self.method;
            slice(bytes, at + 30 + name + more, self.packed).filter(|_| is_same)
        };
        own().ok_or("a member is not where its list says")
    }

    fn traits(&self) -> Traits {
        // By the number of the system that it was made on.
        let is_unix = self.maker == 3 && self.mode != 0;
        let what = if is_unix { What::of_mode(self.mode) } else { What::File };
        let what = if self.name.ends_with(b"/") { What::Directory } else { what };
        Traits { mode: is_unix.then_some(self.mode & 0o7777), ..Traits::new(what) }
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
