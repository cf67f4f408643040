//! The outer archive of a deb: ar, with the members of deb(5) in their order.
//!
//! This is our own, since the crate ar 0.9 allocates tables of names by the size that their head claims. A deb needs no such table: heads
//! are 60 bytes of text, names have at most 16.
//!
//! Invariant: every member lies within the file, and there is one control archive and one data archive. Otherwise tools that look
//! members up by name, and tools that read them in order, would see two packages in one file.

use crate::PackageError;
use crate::codec::Codec;
use std::io::{Read, Seek, SeekFrom};

pub(crate) const MAGIC: [u8; 8] = *b"!<arch>\n";

/// Bytes of a member's head, and what it ends in.
pub(super) const HEAD: u64 = 60;
pub(super) const HEAD_END: [u8; 2] = *b"`\n";

/// The most bytes of `debian-binary`: one short line, and what later versions may add to it.
const VERSION: u64 = 1024;

/// The most members. Debs have three, and a few signatures.
const MEMBERS: u64 = 64;

/// A compressed tar archive in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) start: u64,
    pub(super) size: u64,
    pub(super) codec: Codec,
}

/// What a deb consists of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Members {
    pub(super) control: Member,
    pub(super) data: Member,
    /// When it was written, in seconds since 1970; 0 where it does not say.
    pub(super) time: u64,
}

/// One head.
struct Head {
    name: Vec<u8>,
    start: u64,
    size: u64,
    time: u64,
}

/// Finds the members; none of them is read but the version.
pub(super) fn members(source: &mut (impl Read + Seek)) -> Result<Members, PackageError> {
    let length = source.seek(SeekFrom::End(0)).map_err(PackageError::Io)?;
    source.rewind().map_err(PackageError::Io)?;
    let mut magic = [0; MAGIC.len()];
    source.read_exact(&mut magic).map_err(PackageError::reading("the first line"))?;
    if magic != MAGIC {
        return Err(PackageError::NotAPackage("it does not begin as a deb"));
    }
    let mut at = MAGIC.len() as u64;
    let first = head(source, &mut at, length)?.filter(|first| first.name == b"debian-binary");
    let first = first.ok_or(PackageError::NotAPackage("its first member is no debian-binary"))?;
    version(source, &first)?;
    let (mut control, mut data, mut count) = (None, None, 1);
    while let Some(head) = head(source, &mut at, length)? {
        count += 1;
        PackageError::within("the number of members", count, MEMBERS)?;
        let shown = String::from_utf8_lossy(&head.name).into_owned();
        let misplaced = |why| Err(PackageError::corrupt(format!("its member {shown:?} {why}")));
        if let Some(suffix) = shown.strip_prefix("control.tar") {
            if control.replace(head.archive(suffix)?).is_some() {
                return misplaced("comes twice");
            }
        } else if let Some(suffix) = shown.strip_prefix("data.tar") {
            if data.replace(head.archive(suffix)?).is_some() || control.is_none() {
                return misplaced("comes twice, or before its control files");
            }
        } else if shown == "debian-binary" {
            return misplaced("comes twice");
        } else if !shown.starts_with('_') && data.is_none() {
            return misplaced("is not known, and is not one to be ignored");
        }
    }
    let control = control.ok_or(PackageError::Truncated("its members, before control.tar"))?;
    let data = data.ok_or(PackageError::Truncated("its members, before data.tar"))?;
    Ok(Members { control, data, time: first.time })
}

/// The head at a place, which goes on to the next one; none at the end.
fn head(source: &mut (impl Read + Seek), at: &mut u64, length: u64) -> Result<Option<Head>, PackageError> {
    if *at >= length {
        return Ok(None);
    }
    source.seek(SeekFrom::Start(*at)).map_err(PackageError::Io)?;
    let mut head = [0; HEAD as usize];
    source.read_exact(&mut head).map_err(PackageError::reading("the head of a member"))?;
    let field = |from: usize, to: usize| head.get(from..to).unwrap_or_default().trim_ascii_end();
    if !head.ends_with(&HEAD_END) {
        return Err(PackageError::corrupt("the head of a member does not end as one"));
    }
    let number = |digits: &[u8]| {
        let digits = std::str::from_utf8(digits).ok();
        let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
        digits.and_then(|digits| digits.parse::<u64>().ok())
    };
    // dpkg looks at no time.
    let time = number(field(16, 28)).unwrap_or_default();
    let size =
        number(field(48, 58)).ok_or_else(|| PackageError::corrupt("the size of a member is no number"))?;
    let name = field(0, 16);
    let start = *at + HEAD;
    // Ten digits do not overflow.
    if start + size > length {
        return Err(PackageError::Truncated("a member"));
    }
    // The filler behind the last member may be missing.
    *at = start + size.next_multiple_of(2);
    Ok(Some(Head { name: name.strip_suffix(b"/").unwrap_or(name).to_vec(), start, size, time }))
}

/// That `debian-binary` says 2 and a number.
fn version(source: &mut (impl Read + Seek), head: &Head) -> Result<(), PackageError> {
    PackageError::within("the member debian-binary", head.size, VERSION)?;
    source.seek(SeekFrom::Start(head.start)).map_err(PackageError::Io)?;
    let mut text = Vec::new();
    source.take(head.size).read_to_end(&mut text).map_err(PackageError::Io)?;
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    match line.split_once('.') {
        Some(("2", minor)) if is_number(minor) => Ok(()),
        Some((major, minor)) if is_number(major) && is_number(minor) => {
            Err(PackageError::Unsupported(format!("version {line} of the deb format")))
        }
        Some(_) | None => Err(PackageError::corrupt(format!("its version is {line:?}"))),
    }
}

impl Head {
    fn archive(&self, suffix: &str) -> Result<Member, PackageError> {
        let codec = match suffix {
            "" => Codec::None,
            ".gz" => Codec::Gzip,
            ".bz2" => Codec::Bzip2,
            ".xz" => Codec::Xz,
            ".lzma" => Codec::Lzma,
            ".zst" => Codec::Zstd,
            other => return Err(PackageError::Unsupported(format!("the compression {other:?}"))),
        };
        Ok(Member { start: self.start, size: self.size, codec })
    }
}
