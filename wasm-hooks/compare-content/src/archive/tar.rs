//! `tar`, as POSIX and GNU have it. Sparse files and archives in several volumes are not opened.

use super::pax::{self, Pax};
use super::{Archive, Body, SET_ID, Traits, What};
use crate::numbers::{big, slice, written};
use alloc::format;
use alloc::vec::Vec;

const BLOCK: u64 = 512;

/// Whether bytes begin as a tar. An old one, without a magic, only where it is named so.
pub(crate) fn is_one(bytes: &[u8], is_named: bool) -> bool {
    let Some(header) = slice(bytes, 0, BLOCK) else { return false };
    (is_named || header.get(257..262) == Some(b"ustar")) && sums_up(header)
}

/// Whether the sum over a header is the one in it.
fn sums_up(header: &[u8]) -> bool {
    let sum = |bytes: Option<&[u8]>| -> u64 { bytes.unwrap_or_default().iter().map(|b| u64::from(*b)).sum() };
    let own = sum(header.get(..148)) + sum(header.get(156..)) + 8 * u64::from(b' ');
    header.get(148..156).and_then(|field| written(field, 8)) == Some(own)
}

/// What the members before a member say of it, each once: of two some programs heed the first, and some the last.
#[derive(Default)]
struct Before {
    pax: Option<Pax>,
    name: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
}

/// What is told twice is not heeded at all.
fn once<T>(slot: &mut Option<T>, told: T) -> Result<(), &'static str> {
    if slot.replace(told).is_none() { Ok(()) } else { Err("the same is told of a member twice") }
}

pub(crate) fn read(bytes: &[u8], most: usize) -> Result<Archive<'_>, &'static str> {
    let mut archive = Archive::of(bytes, most);
    let (mut at, mut before) = (0, Before::default());
    while let Some(header) = next(bytes, at)? {
        let kind = header.get(156).copied().unwrap_or_default();
        let size = before
            .pax
            .as_ref()
            .and_then(|pax| pax.size)
            .filter(|_| !b"xgLK".contains(&kind))
            .or_else(|| number(header, 124, 12));
        let size = size.ok_or("a size is no number")?;
        // Links have a size and no content.
        let size = if matches!(kind, b'1'..=b'6') { 0 } else { size };
        let data = slice(bytes, at + BLOCK, size).ok_or("a member is cut off")?;
        at = at.checked_add(BLOCK + size.next_multiple_of(BLOCK)).ok_or("a size is too large")?;
        let text = || data.strip_suffix(b"\0").unwrap_or(data).to_vec();
        match kind {
            b'L' => once(&mut before.name, text())?,
            b'K' => once(&mut before.target, text())?,
            b'x' => {
                let told = pax::read(data).ok_or("what pax says of a member does not hold together")?;
                once(&mut before.pax, told)?;
            }
            b'g' => everywhere(data)?,
            0 | b'0'..=b'7' => {
                let before = core::mem::take(&mut before);
                let (name, traits) = member(header, kind, before).ok_or("a header has no numbers")?;
                archive.push(&name, traits, Body::Plain(data))?;
            }
            0.. => return Err("it has a kind of member that is not opened"),
        }
    }
    Ok(archive)
}

/// The header at a place; none behind the last member, where only zeros may be.
fn next(bytes: &[u8], at: u64) -> Result<Option<&[u8]>, &'static str> {
    let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
    let Some(header) = slice(rest, 0, BLOCK).filter(|header| header.iter().any(|byte| *byte != 0)) else {
        let is_end = rest.iter().all(|byte| *byte == 0);
        return if is_end { Ok(None) } else { Err("there is something behind its end") };
    };
    if sums_up(header) { Ok(Some(header)) } else { Err("a header does not sum up") }
}

/// What is said of all members may only be a remark.
fn everywhere(data: &[u8]) -> Result<(), &'static str> {
    let told = pax::read(data).ok_or("what pax says of all members does not hold together")?;
    let is_named = told.path.is_some() || told.target.is_some() || told.size.is_some();
    // Owners count of some members.
    if !is_named && told.owner.is_empty() && told.more.is_empty() {
        Ok(())
    } else {
        Err("pax says more of all members than a remark")
    }
}

fn member(header: &[u8], kind: u8, before: Before) -> Option<(Vec<u8>, Traits)> {
    let Before { pax, name, target } = before;
    let pax = pax.unwrap_or_default();
    let name = pax.path.or(name).unwrap_or_else(|| name_of(header));
    let what = match kind {
        b'1' => What::Link,
        b'2' => What::Symlink,
        b'3' => What::CharacterDevice,
        b'4' => What::BlockDevice,
        b'5' => What::Directory,
        b'6' => What::Fifo,
        // A directory of an old tar ends so.
        0.. if name.ends_with(b"/") => What::Directory,
        0.. => What::File,
    };
    let is_link = matches!(what, What::Link | What::Symlink);
    let target = pax.target.or(target).or_else(|| text(header, 157, 100)).filter(|_| is_link);
    let is_device = matches!(what, What::CharacterDevice | What::BlockDevice);
    let device = if is_device { (number(header, 329, 8)?, number(header, 337, 8)?) } else { (0, 0) };
    let mode = number(header, 100, 8)? & 0o7777;
    let owner = if mode & SET_ID == 0 { Vec::new() } else { owner(header, &pax.owner)? };
    let (mode, target) = (Some(mode), target.unwrap_or_default());
    Some((name, Traits { mode, target, device, owner, more: pax.more, ..Traits::new(what) }))
}

/// Who owns a member: by numbers and by names, and what pax says of it.
fn owner(header: &[u8], pax: &[u8]) -> Option<Vec<u8>> {
    let numbers = format!("{}:{}", number(header, 108, 8)?, number(header, 116, 8)?);
    let (user, group) = (text(header, 265, 32)?, text(header, 297, 32)?);
    Some([numbers.as_bytes(), b" ", &user, b":", &group, b" ", pax].concat().trim_ascii_end().to_vec())
}

/// The name, with what POSIX has of it in a field of its own.
fn name_of(header: &[u8]) -> Vec<u8> {
    let name = text(header, 0, 100).unwrap_or_default();
    // GNU has other things in that field.
    let is_posix = header.get(257..263) == Some(b"ustar\0");
    match text(header, 345, 155).filter(|prefix| is_posix && !prefix.is_empty()) {
        Some(prefix) => [&prefix[..], b"/", &name].concat(),
        None => name,
    }
}

/// A field up to its zero.
fn text(header: &[u8], at: u64, len: u64) -> Option<Vec<u8>> {
    let field = slice(header, at, len)?;
    Some(field.get(..memchr::memchr(0, field).unwrap_or(field.len()))?.to_vec())
}

/// In octal digits; GNU has large ones in bytes.
fn number(header: &[u8], at: u64, len: u64) -> Option<u64> {
    let field = slice(header, at, len)?;
    match field.first()? {
        0x80 => {
            let (high, low) = field.split_at_checked(field.len().checked_sub(8)?)?;
            let is_small = high.iter().skip(1).all(|byte| *byte == 0);
            let is_one = is_small && low.first().is_some_and(|byte| *byte < 0x40);
            big(low, 0, 8).filter(|_| is_one && len > 8)
        }
        _ if field.iter().all(|byte| matches!(byte, 0 | b' ')) => Some(0),
        _ => written(field, 8),
    }
}
