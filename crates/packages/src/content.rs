//! The contents of an archive's entries, whichever form the archive has.
//!
//! Invariant: an entry is read to its end, with what fills it up, before the next head is; and no more is read of it than its head
//! says.

use crate::{EntryKind, PackageError, codec};
use std::io::Read;

/// An archive that is read from begin to end, in which entries are filled up to a multiple of so many bytes.
pub(crate) struct Stream<'a> {
    from: Box<dyn Read + 'a>,
    alignment: u64,
    /// In words, for errors.
    what: &'static str,
    /// Of the content, or what follows it, not yet read.
    left: u64,
    padding: u64,
}

impl<'a> Stream<'a> {
    pub(crate) fn new(from: Box<dyn Read + 'a>, alignment: u64, what: &'static str) -> Self {
        Self { from, alignment, what, left: 0, padding: 0 }
    }

    /// Says how many bytes of content there are; they are read or skipped before the next head.
    pub(crate) fn begin_content(&mut self, size: u64) {
        self.left = size;
        self.padding = self.padding_of(size);
    }

    /// Reads content; 0 at its end.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> Result<usize, PackageError> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        let into = into.get_mut(..most).unwrap_or_default();
        if into.is_empty() {
            return Ok(0);
        }
        let read = self.from.read(into).map_err(codec::problem)?;
        if read == 0 {
            return Err(PackageError::Truncated(self.what));
        }
        self.left -= read as u64;
        Ok(read)
    }

    /// Reads all of the content that is left. It takes memory as it comes, and not as it is claimed.
    pub(crate) fn read_all(&mut self) -> Result<Vec<u8>, PackageError> {
        let mut all = Vec::new();
        let mut part = [0; 64 << 10];
        loop {
            match self.read(&mut part)? {
                0 => return Ok(all),
                read => all.extend_from_slice(part.get(..read).unwrap_or_default()),
            }
        }
    }

    /// Goes to where the next head begins.
    pub(crate) fn skip_rest(&mut self) -> Result<(), PackageError> {
        let (left, padding) = (std::mem::take(&mut self.left), std::mem::take(&mut self.padding));
        self.skip(left)?;
        self.skip(padding)
    }

    /// Skips what fills up so many bytes.
    pub(crate) fn skip_padding_of(&mut self, size: u64) -> Result<(), PackageError> {
        self.skip(self.padding_of(size))
    }

    /// Reads a part of a head.
    pub(crate) fn fill(&mut self, into: &mut [u8]) -> Result<(), PackageError> {
        self.from.read_exact(into).map_err(codec::problem)
    }

    /// Reads a whole head; false where the archive ends instead.
    pub(crate) fn fill_or_end(&mut self, into: &mut [u8]) -> Result<bool, PackageError> {
        let mut filled = 0;
        while let Some(rest) = into.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.from.read(rest).map_err(codec::problem)? {
                0 if filled == 0 => return Ok(false),
                0 => return Err(PackageError::Truncated(self.what)),
                read => filled += read,
            }
        }
        Ok(true)
    }

    /// Reads what follows the archive, so that a decoder sees its checksums: at most so many bytes.
    pub(crate) fn finish(&mut self, most: u64) -> Result<(), PackageError> {
        let mut rest = (&mut self.from).take(most.saturating_add(1));
        let rest = std::io::copy(&mut rest, &mut std::io::sink()).map_err(codec::problem)?;
        PackageError::within("what follows the archive", rest, most)
    }

    /// Reads what follows the archive, of that at most so many bytes.
    pub(crate) fn rest(&mut self, most: u64) -> Result<Vec<u8>, PackageError> {
        let mut rest = Vec::new();
        (&mut self.from).take(most).read_to_end(&mut rest).map_err(codec::problem)?;
        Ok(rest)
    }

    fn padding_of(&self, size: u64) -> u64 {
        size.checked_next_multiple_of(self.alignment).map_or(0, |whole| whole - size)
    }

    fn skip(&mut self, bytes: u64) -> Result<(), PackageError> {
        let skipped =
            std::io::copy(&mut (&mut self.from).take(bytes), &mut std::io::sink()).map_err(codec::problem)?;
        if skipped == bytes { Ok(()) } else { Err(PackageError::Truncated(self.what)) }
    }
}

/// The content of one file.
pub struct Content<'p, 'a> {
    stream: &'p mut Stream<'a>,
    place: usize,
    size: u64,
    kind: Kind,
}

/// What content there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// That of a file.
    File,
    /// None: it comes with another link of the same file.
    Link,
    /// None, or where a symlink leads.
    Other,
}

impl Kind {
    pub(crate) fn of(file: EntryKind, is_link: bool) -> Self {
        match file {
            EntryKind::File if is_link => Self::Link,
            EntryKind::File => Self::File,
            EntryKind::Directory
            | EntryKind::Symlink
            | EntryKind::CharacterDevice
            | EntryKind::BlockDevice
            | EntryKind::Fifo
            | EntryKind::Socket
            | EntryKind::Unknown => Self::Other,
        }
    }
}

impl<'p, 'a> Content<'p, 'a> {
    /// Begins the content of a file whose head was just read.
    pub(crate) fn begin(stream: &'p mut Stream<'a>, place: usize, size: u64, kind: Kind) -> Self {
        stream.begin_content(size);
        Self { stream, place, size, kind }
    }

    /// Which of the package's files it is.
    pub fn place(&self) -> usize {
        self.place
    }

    /// Bytes that come; none of a file whose content comes with another link of it.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether it is that of a file, which has it here and not with another link of it.
    pub fn is_file(&self) -> bool {
        self.kind == Kind::File
    }

    /// Reads some of it; 0 at its end.
    pub fn read(&mut self, into: &mut [u8]) -> Result<usize, PackageError> {
        self.stream.read(into)
    }

    /// Reads all of it, where that is at most so much.
    pub fn read_all(&mut self, most: u64) -> Result<Vec<u8>, PackageError> {
        PackageError::within("a file", self.size, most)?;
        self.stream.read_all()
    }
}
