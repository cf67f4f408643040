//! The archive in a payload: cpio in the form that rpm writes.
//!
//! Each entry is a head of hexadecimal digits (`070701` and `070702`, with the file's name behind it) or, in packages with large files,
//! only the number of the file in the header (`07070X`). Head with name, and content, are filled up to a multiple of four bytes.

use crate::{PackageError, codec};
use std::io::Read;

const ALIGNMENT: u64 = 4;

/// Bytes of a whole head, and of the short one.
const HEAD: usize = 110;
const SHORT_HEAD: usize = 14;

/// The most bytes of a name: what a path may have in Linux.
const NAME: u64 = 4096;

const TRAILER: &[u8] = b"TRAILER!!!";

/// A cpio archive that is read from begin to end.
pub(super) struct Archive<'a> {
    from: Box<dyn Read + 'a>,
    /// Of the content, or what follows it, not yet read.
    left: u64,
    padding: u64,
}

/// Which file an entry is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// By its name, with the size that the archive says.
    Named(Vec<u8>, u64),
    /// By its number in the header, which has the size.
    Numbered(u32),
}

impl<'a> Archive<'a> {
    pub(super) fn new(from: Box<dyn Read + 'a>) -> Self {
        Self { from, left: 0, padding: 0 }
    }

    /// The head of the next entry; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Who>, PackageError> {
        self.skip_rest()?;
        let mut head = [0; HEAD];
        let (short, rest) = head.split_at_mut(SHORT_HEAD);
        self.fill(short)?;
        if let Some(digits) = short.strip_prefix(b"07070X") {
            self.skip(u64::from(SHORT_HEAD as u32).next_multiple_of(ALIGNMENT) - SHORT_HEAD as u64)?;
            return Ok(Some(Who::Numbered(hexadecimal(digits)?)));
        }
        if !short.starts_with(b"070701") && !short.starts_with(b"070702") {
            return Err(PackageError::corrupt("the payload is no archive as rpm writes it"));
        }
        self.fill(rest)?;
        let field = |place: usize| hexadecimal(head.get(6 + place * 8..14 + place * 8).unwrap_or_default());
        let (size, length) = (u64::from(field(6)?), u64::from(field(11)?));
        PackageError::within("the name of a file", length, NAME)?;
        let mut name = vec![0; length as usize];
        self.fill(&mut name)?;
        let read = HEAD as u64 + length;
        self.skip(read.next_multiple_of(ALIGNMENT) - read)?;
        let end =
            memchr::memchr(0, &name).ok_or_else(|| PackageError::corrupt("the name of a file has no end"))?;
        name.truncate(end);
        Ok((name != TRAILER).then_some(Who::Named(name, size)))
    }

    /// Says how many bytes of content there are; they have to be read before the next head.
    pub(super) fn begin_content(&mut self, size: u64) {
        self.left = size;
        self.padding = size.next_multiple_of(ALIGNMENT) - size;
    }

    /// Reads content; 0 at its end.
    pub(super) fn read(&mut self, into: &mut [u8]) -> Result<usize, PackageError> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        let into = into.get_mut(..most).unwrap_or_default();
        if into.is_empty() {
            return Ok(0);
        }
        let read = self.from.read(into).map_err(codec::problem)?;
        if read == 0 {
            return Err(PackageError::Truncated("the payload"));
        }
        self.left -= read as u64;
        Ok(read)
    }

    fn skip_rest(&mut self) -> Result<(), PackageError> {
        let (left, padding) = (std::mem::take(&mut self.left), std::mem::take(&mut self.padding));
        self.skip(left)?;
        self.skip(padding)
    }

    fn skip(&mut self, bytes: u64) -> Result<(), PackageError> {
        let skipped =
            std::io::copy(&mut (&mut self.from).take(bytes), &mut std::io::sink()).map_err(codec::problem)?;
        if skipped == bytes { Ok(()) } else { Err(PackageError::Truncated("the payload")) }
    }

    fn fill(&mut self, into: &mut [u8]) -> Result<(), PackageError> {
        self.from.read_exact(into).map_err(codec::problem)
    }
}

fn hexadecimal(digits: &[u8]) -> Result<u32, PackageError> {
    let number = std::str::from_utf8(digits)
        .ok()
        .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    let number = number.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    number.ok_or_else(|| PackageError::corrupt("a number in the payload's archive is none"))
}
