//! `cpio`: the forms of it that are in use, with numbers in digits. Which of them it is counts: the kernel reads no `odc`.

use super::{Archive, Body, SET_ID, Traits, What};
use crate::numbers::{slice, written};
use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;

/// What there is of a header.
struct Header {
    /// Of the file: device and inode.
    file: [u64; 3],
    mode: u64,
    /// How many names the file has.
    links: u64,
    /// By numbers: user and group.
    owner: (u64, u64),
    device: (u64, u64),
    /// With the zero at its end.
    name: u64,
    size: u64,
    /// Of the content's bytes, where the form has it.
    sum: Option<u64>,
    /// Of the header itself.
    len: u64,
    /// What begins is at a multiple of it.
    align: u64,
}

pub(crate) fn read(bytes: &[u8], most: usize) -> Result<Archive<'_>, &'static str> {
    let mut archive = Archive::of(bytes, most);
    let form = slice(bytes, 0, 6).ok_or("it has no end")?;
    archive.beside.push(("its form", Cow::Borrowed(form)));
    let (mut at, mut firsts) = (0, BTreeMap::new());
    loop {
        if slice(bytes, at, 6).ok_or("it has no end")? != form {
            return Err("a header does not begin as the first one");
        }
        let header = match form {
            b"070701" => new(bytes, at, false),
            b"070702" => new(bytes, at, true),
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
        let mut traits = traits(&header, data)?;
        let number = archive.members.len() + 1;
        // Inodes are others each time, and a file that has its other names elsewhere is one of its own.
        if header.links > 1 && traits.what != What::Directory {
            let first = *firsts.entry((header.file, header.mode & 0o170_000)).or_insert(number);
            if first != number {
                traits.more = format!("link of member {first}").into_bytes();
            }
        }
        archive.push(name, traits, Body::Plain(data))?;
    }
}

fn traits(header: &Header, data: &[u8]) -> Result<Traits, &'static str> {
    let what = What::of_mode(header.mode);
    let sum = || data.iter().fold(0_u32, |sum, byte| sum.wrapping_add(u32::from(*byte)));
    if what == What::File && !data.is_empty() && header.sum.is_some_and(|told| told != u64::from(sum())) {
        return Err("a member has not the sum that its header says");
    }
    let target = if what == What::Symlink { data.to_vec() } else { Vec::new() };
    let device = match what {
        What::CharacterDevice | What::BlockDevice => header.device,
        What::File | What::Directory | What::Symlink | What::Link | What::Fifo | What::Other(_) => (0, 0),
    };
    let (user, group) = header.owner;
    let owner = if header.mode & SET_ID == 0 { Vec::new() } else { format!("{user}:{group}").into_bytes() };
    Ok(Traits { mode: Some(header.mode & 0o7777), target, device, owner, ..Traits::new(what) })
}

/// There may be zeros behind the end, and nothing else.
fn behind(bytes: &[u8], at: u64) -> Result<(), &'static str> {
    let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
    if rest.iter().all(|byte| *byte == 0) { Ok(()) } else { Err("there is something behind its end") }
}

/// `newc`: fields of eight hexadecimal digits; or the same with sums.
fn new(bytes: &[u8], at: u64, is_summed: bool) -> Option<Header> {
    let field = |number: u64| written(slice(bytes, at + 6 + number * 8, 8)?, 16);
    Some(Header {
        file: [field(7)?, field(8)?, field(0)?],
        mode: field(1)?,
        links: field(4)?,
        owner: (field(2)?, field(3)?),
        device: (field(9)?, field(10)?),
        name: field(11)?,
        size: field(6)?,
        sum: if is_summed { Some(field(12)?) } else { None },
        len: 110,
        align: 4,
    })
}

/// `odc`: fields of six octal digits, and two of eleven.
fn old(bytes: &[u8], at: u64) -> Option<Header> {
    let field = |begin: u64, len: u64| written(slice(bytes, at + begin, len)?, 8);
    Some(Header {
        file: [field(6, 6)?, 0, field(12, 6)?],
        mode: field(18, 6)?,
        links: field(36, 6)?,
        owner: (field(24, 6)?, field(30, 6)?),
        device: (field(42, 6)?, 0),
        name: field(59, 6)?,
        size: field(65, 11)?,
        sum: None,
        len: 76,
        align: 1,
    })
}
