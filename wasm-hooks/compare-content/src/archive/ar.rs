//! `ar`: libraries to link, and debs.
//!
//! The index of symbols tells of each name in which member it is. Where a member is in the file counts no more than its number, for
//! it follows from the members. Names stand in the headers, behind them (BSD), or in a member of their own (GNU).

use super::{Archive, Body, Traits, What};
use crate::numbers::{big, slice, written};
use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;

const MAGIC: u64 = 8;
const HEADER: u64 = 60;
/// The longest index, of which a copy is made.
const INDEX: usize = 16 << 20;

pub(crate) fn read(bytes: &[u8], most: usize) -> Result<Archive<'_>, &'static str> {
    let mut archive = Archive::of(bytes, most);
    let (mut at, mut names, mut index) = (MAGIC, None, None);
    let mut places = Vec::new();
    while at < bytes.len() as u64 {
        let header = slice(bytes, at, HEADER).ok_or("a header is cut off")?;
        if !header.ends_with(b"`\n") {
            return Err("a header does not end as one");
        }
        let size = header.get(48..58).and_then(|field| written(field, 10)).ok_or("a size is no number")?;
        let data = slice(bytes, at + HEADER, size).ok_or("a member is cut off")?;
        let name = header.get(..16).unwrap_or_default().trim_ascii_end();
        // Elsewhere a linker takes them for members.
        let (is_first, is_before) = (at == MAGIC, places.is_empty() && names.is_none());
        match name {
            b"/" if is_first => index = Some((data, 4)),
            b"/SYM64/" if is_first => index = Some((data, 8)),
            b"//" if is_before => names = Some(data),
            _ => {
                let named = named(name, names.unwrap_or_default(), data);
                let (name, data) = named.ok_or("a name is not where it should be")?;
                archive.push(name, Traits::new(What::File), Body::Plain(data))?;
                places.push(at);
            }
        }
        // Members begin at even places.
        at += HEADER + size + size % 2;
    }
    let symbols = match index {
        Some((index, len)) => {
            symbols(index, len, &places).ok_or("its index of symbols does not hold together")?
        }
        None => Vec::new(),
    };
    archive.beside.push(("its index of symbols", Cow::Owned(symbols)));
    Ok(archive)
}

/// A line for each symbol: its member's number, and its name. Before the names are as many places, of so many bytes each, as the
/// first number says.
fn symbols(index: &[u8], len: u64, places: &[u64]) -> Option<Vec<u8>> {
    let count = big(index, 0, len).filter(|_| index.len() <= INDEX)?;
    let mut names = index.get(usize::try_from(count.checked_add(1)?.checked_mul(len)?).ok()?..)?;
    let mut lines = b"members and symbols\n".to_vec();
    for number in 1..=count {
        let member = places.binary_search(&big(index, number * len, len)?).ok()?;
        let (name, rest) = names.split_at_checked(memchr::memchr(0, names)?)?;
        if name.contains(&b'\n') {
            return None;
        }
        lines.extend_from_slice(format!("{} ", member + 1).as_bytes());
        lines.extend_from_slice(name);
        lines.push(b'\n');
        names = rest.get(1..)?;
    }
    names.iter().all(|byte| *byte == 0).then_some(lines)
}

/// The whole name, and the content without it.
fn named<'a>(field: &'a [u8], names: &'a [u8], data: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    if let Some(len) = field.strip_prefix(b"#1/") {
        let (name, data) = data.split_at_checked(written(len, 10)?.try_into().ok()?)?;
        let end = memchr::memchr(0, name).unwrap_or(name.len());
        return Some((name.get(..end)?, data));
    }
    if let Some(place) = field.strip_prefix(b"/").and_then(|place| written(place, 10)) {
        let rest = names.get(usize::try_from(place).ok()?..)?;
        let name = rest.get(..memchr::memchr(b'\n', rest)?)?;
        return Some((name.strip_suffix(b"/").unwrap_or(name), data));
    }
    Some((field.strip_suffix(b"/").unwrap_or(field), data))
}
