//! The archives in a deb: tar, in the forms of POSIX (ustar, pax) and GNU.
//!
//! This is our own, since the crate tar 0.4.46 reads a long name or a pax head of any size into memory before its caller can object,
//! takes a line within a pax value for the next record, and lends its entries from the archive, so that nothing can hold both.
//!
//! Invariant: what a head claims is held against [`Bounds`] before a byte of it is read.

use super::head::{BLOCK, Raw};
use super::pax::Extensions;
use crate::content::Stream;
use crate::{Bounds, EntryKind, PackageError};
use std::io::Read;

/// The most bytes of a path or target, with the zero byte behind it: what Linux takes.
pub(super) const NAME: u64 = 4097;

/// The most bytes of an entry's pax records.
const RECORDS: u64 = 1 << 20;

/// What a head says of its entry.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Absolute, with no slash at its end.
    pub(super) path: Vec<u8>,
    pub(super) what: What,
    /// Without the bits for its kind.
    pub(super) mode: u32,
    /// The numbers of owner and group.
    pub(super) ids: [u64; 2],
    /// Their names, empty where there are none.
    pub(super) owner: Vec<u8>,
    pub(super) group: Vec<u8>,
    /// Bytes of content that follow.
    pub(super) size: u64,
    pub(super) modified: u64,
}

/// What an entry is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum What {
    File,
    Directory,
    /// Another name of the entry with this absolute path.
    HardLink(Vec<u8>),
    /// With its target.
    Symlink(Vec<u8>),
    /// With its number.
    Device(EntryKind, u32),
    Fifo,
}

/// A tar archive that is read from begin to end.
pub(super) struct Archive<'a> {
    stream: Stream<'a>,
    bounds: Bounds,
    /// Of the archive, as far as heads told of it.
    bytes: u64,
    /// Of paths and other names.
    names: u64,
    count: u64,
    is_over: bool,
}

impl<'a> Archive<'a> {
    pub(super) fn new(from: Box<dyn Read + 'a>, bounds: Bounds, what: &'static str) -> Self {
        let stream = Stream::new(from, BLOCK as u64, what);
        Self { stream, bounds, bytes: 0, names: 0, count: 0, is_over: false }
    }

    /// Where the content of the entry comes from whose head was just read.
    pub(super) fn stream(&mut self) -> &mut Stream<'a> {
        &mut self.stream
    }

    /// The head of the next entry; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Head>, PackageError> {
        if self.is_over {
            return Ok(None);
        }
        self.stream.skip_rest()?;
        let mut before = Extensions::default();
        let mut block = [0; BLOCK];
        // One of each may precede a head.
        let mut seen = Vec::new();
        loop {
            // Some writers leave out the blocks that end an archive.
            let raw = if self.stream.fill_or_end(&mut block)? { Raw::read(&block)? } else { None };
            let Some(raw) = raw else { return self.end(&before) };
            if seen.contains(&raw.letter) {
                return Err(PackageError::corrupt("something is said twice of one entry of an archive"));
            }
            seen.push(raw.letter);
            match raw.letter {
                b'L' => before.long_path(&self.text(raw.size, NAME)?)?,
                b'K' => before.long_target(&self.text(raw.size, NAME)?)?,
                b'x' => before.pax(&self.text(raw.size, RECORDS)?)?,
                b'g' => Extensions::global(&self.text(raw.size, RECORDS)?)?,
                _ => return self.entry(raw.with(before)?).map(Some),
            }
        }
    }

    fn entry(&mut self, head: Head) -> Result<Head, PackageError> {
        self.count += 1;
        PackageError::within("the number of files", self.count, self.bounds.files.into())?;
        let target = match &head.what {
            What::HardLink(target) | What::Symlink(target) => target.len(),
            What::File | What::Directory | What::Device(..) | What::Fifo => 0,
        };
        PackageError::within("a path or target", head.path.len().max(target) as u64, NAME)?;
        self.hold(head.path.len() + target + head.owner.len() + head.group.len())?;
        self.claim(head.size)?;
        self.stream.begin_content(head.size);
        Ok(head)
    }

    /// Counts bytes of names that the list of files holds.
    pub(super) fn hold(&mut self, bytes: usize) -> Result<(), PackageError> {
        self.names += bytes as u64;
        PackageError::within("what the names of files take", self.names, self.bounds.header_bytes.into())
    }

    /// What stands before an entry's head, read whole.
    fn text(&mut self, size: u64, most: u64) -> Result<Vec<u8>, PackageError> {
        PackageError::within("what stands before an entry of an archive", size, most)?;
        self.claim(size)?;
        self.stream.begin_content(size);
        let text = self.stream.read_all()?;
        self.stream.skip_rest()?;
        Ok(text)
    }

    /// Counts a head and what follows it.
    fn claim(&mut self, size: u64) -> Result<(), PackageError> {
        self.bytes = self.bytes.saturating_add(size).saturating_add(2 * BLOCK as u64);
        PackageError::within("the unpacked archive", self.bytes, self.bounds.payload_bytes)
    }

    fn end(&mut self, before: &Extensions) -> Result<Option<Head>, PackageError> {
        self.is_over = true;
        if !before.is_empty() {
            return Err(PackageError::corrupt("an archive ends where an entry should follow"));
        }
        self.stream.finish(self.bounds.payload_bytes.saturating_sub(self.bytes)).map(|()| None)
    }
}
