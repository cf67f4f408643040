//! `ar`: libraries to link, and debs.
//!
//! Of the index of symbols only their names count: where they are follows from the members. Names stand in the headers, behind them (BSD), or in a
//! member of their own (GNU).

use super::{Archive, Body, Traits, What};
use crate::numbers::{big, slice, written};

const MAGIC: u64 = 8;
const HEADER: u64 = 60;

pub(crate) fn read(bytes: &[u8], most: usize) -> Result<Archive<'_>, &'static str> {
    let mut archive = Archive::of(bytes, most);
    let (mut at, mut names, mut symbols): (u64, &[u8], &[u8]) = (MAGIC, b"", b"");
    while at < bytes.len() as u64 {
        let header = slice(bytes, at, HEADER).ok_or("a header is cut off")?;
        if !header.ends_with(b"`\n") {
            return Err("a header does not end as one");
        }
        let size = header.get(48..58).and_then(|field| written(field, 10)).ok_or("a size is no number")?;
        let data = slice(bytes, at + HEADER, size).ok_or("a member is cut off")?;
        let name = header.get(..16).unwrap_or_default().trim_ascii_end();
        // Members begin at even places.
        at += HEADER + size + size % 2;
        match name {
            b"/" => symbols = behind(data, 4),
            b"/SYM64/" => symbols = behind(data, 8),
            b"//" => names = data,
            _ => {
                let (name, data) = named(name, names, data).ok_or("a name is not where it should be")?;
                if name != b"__.SYMDEF" && name != b"__.SYMDEF SORTED" {
                    archive.push(name, Traits::new(What::File), Body::Plain(data))?;
                }
            }
        }
    }
    archive.beside.push(("its index of symbols", symbols.into()));
    Ok(archive)
}

/// What is behind as many numbers of so many bytes as the first of them says.
fn behind(index: &[u8], len: u64) -> &[u8] {
    let names = |count: u64| index.get(usize::try_from(count.checked_add(1)?.checked_mul(len)?).ok()?..);
    big(index, 0, len).and_then(names).unwrap_or_default()
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
