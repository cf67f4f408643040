//! The archive in a payload: cpio in the form that rpm writes.
//!
//! Each entry is a head of hexadecimal digits (`070701` and `070702`, with the file's name behind it) or, in packages with large files,
//! only the number of the file in the header (`07070X`). Head with name, and content, are filled up to a multiple of four bytes.

use crate::PackageError;
use crate::content::Stream;
use std::io::Read;

/// What heads and contents are filled up to a multiple of.
pub(super) const ALIGNMENT: u64 = 4;

/// Bytes of a whole head, and of the short one.
pub(super) const HEAD: usize = 110;
pub(super) const SHORT_HEAD: usize = 14;

/// The most bytes of a name: what a path may have in Linux.
const NAME: u64 = 4096;

/// The name of the entry that ends an archive.
pub(super) const TRAILER: &str = "TRAILER!!!";

/// Archives may be filled up with zeros to a whole block.
const BLOCK: u64 = 512;

/// A cpio archive that is read from begin to end.
pub(crate) struct Archive<'a> {
    stream: Stream<'a>,
    is_over: bool,
}

/// Which file an entry is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// By its name, with the size that the archive says.
    Named(Vec<u8>, u64),
    /// By its number in the header, which has the size.
    Numbered(u32),
}

impl<'a> Archive<'a> {
    pub(crate) fn new(from: Box<dyn Read + 'a>) -> Self {
        Self { stream: Stream::new(from, ALIGNMENT, "the payload"), is_over: false }
    }

    /// Where the content of the entry comes from whose head was just read.
    pub(crate) fn stream(&mut self) -> &mut Stream<'a> {
        &mut self.stream
    }

    /// The head of the next entry; none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Who>, PackageError> {
        if self.is_over {
            return Ok(None);
        }
        self.stream.skip_rest()?;
        let mut head = [0; HEAD];
        let (short, rest) = head.split_at_mut(SHORT_HEAD);
        self.stream.fill(short)?;
        if let Some(digits) = short.strip_prefix(b"07070X") {
            self.stream.skip_padding_of(SHORT_HEAD as u64)?;
            return Ok(Some(Who::Numbered(hexadecimal(digits)?)));
        }
        if !short.starts_with(b"070701") && !short.starts_with(b"070702") {
            return Err(PackageError::corrupt("the payload is no archive as rpm writes it"));
        }
        self.stream.fill(rest)?;
        let field = |place: usize| hexadecimal(head.get(6 + place * 8..14 + place * 8).unwrap_or_default());
        let (size, length) = (u64::from(field(6)?), u64::from(field(11)?));
        PackageError::within("the name of a file", length, NAME)?;
        let mut name = vec![0; length as usize];
        self.stream.fill(&mut name)?;
        self.stream.skip_padding_of(HEAD as u64 + length)?;
        let end =
            memchr::memchr(0, &name).ok_or_else(|| PackageError::corrupt("the name of a file has no end"))?;
        name.truncate(end);
        if name != TRAILER.as_bytes() {
            return Ok(Some(Who::Named(name, size)));
        }
        self.end()?;
        self.is_over = true;
        Ok(None)
    }

    /// What stands behind the end is no file that anybody lists, so nothing may stand there.
    fn end(&mut self) -> Result<(), PackageError> {
        let rest = self.stream.rest(BLOCK + 1)?;
        if rest.len() as u64 <= BLOCK && rest.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        Err(PackageError::corrupt("the payload goes on after the end of its archive"))
    }
}

fn hexadecimal(digits: &[u8]) -> Result<u32, PackageError> {
    let number = std::str::from_utf8(digits)
        .ok()
        .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    let number = number.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    number.ok_or_else(|| PackageError::corrupt("a number in the payload's archive is none"))
}
