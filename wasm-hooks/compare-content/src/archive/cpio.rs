//! `cpio`: the two forms of it that are in use, with numbers in digits.

use super::{Archive, Body, SET_ID, Traits, What};
use crate::numbers::{slice, written};
use alloc::format;
use alloc::vec::Vec;

/// What there is of a header.
struct Header {
    mode: u64,
    /// By numbers: user and group.
    owner: (u64, u64),
    device: (u64, u64),
    /// With the zero at its end.
    name: u64,
    size: u64,
    /// Of the header itself.
    len: u64,
    /// What begins is at a multiple of it.
    align: u64,
}

pub(crate) fn read(bytes: &[u8], most: usize) -> Result<Archive<'_>, &'static str> {
    let mut archive = Archive::of(bytes, most);
    let mut at = 0;
    loop {
        let rest = slice(bytes, at, 6).ok_or("it has no end")?;
        let header = match rest {
            b"070701" | b"070702" => new(bytes, at),
            b"070707" => old(bytes, at),
            &[..] => return Err("a header does not begin as one"),
        };
        let header = header.ok_or("a header has no numbers")?;
        let padded = |end: u64| end.next_multiple_of(header.align);
        let name = slice(bytes, at + header.len, header.name).and_then(|name| name.strip_suffix(b"\0"));
        let name = name.ok_or("a name is cut off")?;
        let begin = padded(at + header.len + header.name);
        let data = slice(bytes, begin, header.size).ok_or("a member is cut off")?;
        at = padded(begin + header.size);
        if name == b"TRAILER!!!" {
            return behind(bytes, at).map(|()| archive);
        }
        archive.push(name, traits(&header, data), Body::Plain(data))?;
    }
}

fn traits(header: &Header, data: &[u8]) -> Traits {
    let what = What::of_mode(header.mode);
    let target = if what == What::Symlink { data.to_vec() } else { Vec::new() };
    let device = match what {
        What::CharacterDevice | What::BlockDevice => header.device,
        What::File | What::Directory | What::Symlink | What::Link | What::Fifo | What::Other(_) => (0, 0),
    };
    let (user, group) = header.owner;
    let owner = if header.mode & SET_ID == 0 { Vec::new() } else { format!("{user}:{group}").into_bytes() };
    Traits { mode: Some(header.mode & 0o7777), target, device, owner, ..Traits::new(what) }
}

/// There may be zeros behind the end, and nothing else.
fn behind(bytes: &[u8], at: u64) -> Result<(), &'static str> {
    let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
    if rest.iter().all(|byte| *byte == 0) { Ok(()) } else { Err("there is something behind its end") }
}

/// `newc`: fields of eight hexadecimal digits.
fn new(bytes: &[u8], at: u64) -> Option<Header> {
    let field = |number: u64| written(slice(bytes, at + 6 + number * 8, 8)?, 16);
    let (owner, device) = ((field(2)?, field(3)?), (field(9)?, field(10)?));
    Some(Header { mode: field(1)?, owner, device, name: field(11)?, size: field(6)?, len: 110, align: 4 })
}

/// `odc`: fields of six octal digits, and two of eleven.
fn old(bytes: &[u8], at: u64) -> Option<Header> {
    let field = |begin: u64, len: u64| written(slice(bytes, at + begin, len)?, 8);
    let (owner, device) = ((field(24, 6)?, field(30, 6)?), (field(42, 6)?, 0));
    Some(Header {
        mode: field(18, 6)?,
        owner,
        device,
        name: field(59, 6)?,
        size: field(65, 11)?,
        len: 76,
        align: 1,
    })
}
