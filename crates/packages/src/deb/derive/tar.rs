//! Writing the archives in a deb, byte for byte as GNU tar does for dpkg-deb.
//!
//! Long names stand before their head in GNU's way, and large numbers are binary: dpkg reads both, and no pax.

use super::super::control::{CONTROL, File};
use super::super::head::BLOCK;
use crate::PackageError;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// GNU tar writes so many bytes at once, and fills up an archive to a multiple of them.
const RECORD: u64 = 20 * BLOCK as u64;

/// Bytes that a head has for a path, and for a target.
const NAME: usize = 100;

/// Bytes that a head has for the name of an owner, with a zero behind it.
const OWNER: usize = 32;

/// What one head says.
pub(super) struct Head<'a> {
    /// As it stands in the archive: with `./`, and a slash at the end of a folder.
    pub(super) path: &'a [u8],
    pub(super) letter: u8,
    /// Where a link leads.
    pub(super) target: &'a [u8],
    /// Without the bits for its kind.
    pub(super) mode: u32,
    pub(super) ids: [u64; 2],
    /// Empty where there is only a number.
    pub(super) owner: &'a [u8],
    pub(super) group: &'a [u8],
    pub(super) size: u64,
    pub(super) modified: u64,
    /// Major and minor number.
    pub(super) device: Option<[u64; 2]>,
}

impl<'a> Head<'a> {
    /// Of root, with no content.
    pub(super) fn of_root(path: &'a [u8], letter: u8, mode: u32, modified: u64) -> Self {
        let (owner, group) = (b"root".as_slice(), b"root".as_slice());
        Self { path, letter, target: &[], mode, ids: [0; 2], owner, group, size: 0, modified, device: None }
    }

    /// The head with what stands before it.
    pub(super) fn written(&self) -> Result<Vec<u8>, PackageError> {
        let mut written = Vec::with_capacity(BLOCK);
        for (letter, name) in [(b'K', self.target), (b'L', self.path)] {
            if name.len() > NAME {
                let size = name.len() as u64 + 1;
                let head = Self { size, ..Self::of_root(b"././@LongLink", letter, 0o644, 0) };
                written.append(&mut head.block()?);
                written.extend_from_slice(name);
                written.resize(written.len() + 1, 0);
                written.resize(written.len().next_multiple_of(BLOCK), 0);
            }
        }
        written.append(&mut self.block()?);
        Ok(written)
    }

    fn block(&self) -> Result<Vec<u8>, PackageError> {
        let refused = |what: &str| {
            let path = String::from_utf8_lossy(self.path);
            PackageError::recipe(format!("{what} of {path:?} is too long for the archive of a deb"))
        };
        if self.owner.len().max(self.group.len()) >= OWNER {
            return Err(refused("the name of the owner or group"));
        }
        let mut block = Vec::with_capacity(BLOCK);
        let mut text = |text: &[u8], width: usize| {
            let end = block.len() + width;
            block.extend(text.iter().take(width));
            block.resize(end, 0);
        };
        let [owner, group] = self.ids;
        text(self.path, NAME);
        for (value, width) in
            [(self.mode.into(), 8), (owner, 8), (group, 8), (self.size, 12), (self.modified, 12)]
        {
            text(&number(value, width).ok_or_else(|| refused("a number"))?, width);
        }
        // The checksum counts as blanks.
        text(b"        ", 8);
        text(&[self.letter], 1);
        text(self.target, NAME);
        text(b"ustar  \0", 8);
        text(self.owner, OWNER);
        text(self.group, OWNER);
        for value in self.device.into_iter().flatten() {
            text(&number(value, 8).ok_or_else(|| refused("a number"))?, 8);
        }
        block.resize(BLOCK, 0);
        let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
        if let Some(place) = block.get_mut(148..156) {
            place.copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        }
        Ok(block)
    }
}

/// In octal digits with a zero behind them, or binary behind a bit that says so.
fn number(value: u64, width: usize) -> Option<Vec<u8>> {
    let digits = width - 1;
    let octal = format!("{value:0digits$o}");
    if octal.len() == digits {
        return Some(octal.into_bytes());
    }
    let bytes = value.to_be_bytes();
    let unused = bytes.len().saturating_sub(digits);
    let (over, bytes) = bytes.split_at_checked(unused)?;
    let filler = vec![0; digits - bytes.len()];
    over.iter().all(|byte| *byte == 0).then(|| [&[0x80], filler.as_slice(), bytes].concat())
}

/// Bytes of a head for names of such lengths, with what stands before it.
pub(super) fn head_size(path: usize, target: usize) -> u64 {
    let long = |name: usize| if name > NAME { BLOCK + (name + 1).next_multiple_of(BLOCK) } else { 0 };
    (BLOCK + long(path) + long(target)) as u64
}

/// Bytes that so much content takes.
pub(super) fn padded(content: u64) -> u64 {
    content.checked_next_multiple_of(BLOCK as u64).unwrap_or(u64::MAX)
}

/// Bytes of an archive with its end, whose entries take so many.
pub(super) fn whole(entries: u64) -> u64 {
    let end = 2 * BLOCK as u64;
    entries.saturating_add(end).checked_next_multiple_of(RECORD).unwrap_or(u64::MAX)
}

/// Fills up so much content.
pub(super) fn pad(to: &mut dyn Write, content: u64) -> io::Result<()> {
    zeros(to, padded(content) - content)
}

/// Ends an archive whose entries take so many bytes.
pub(super) fn end(to: &mut dyn Write, entries: u64) -> io::Result<()> {
    zeros(to, whole(entries) - entries)
}

fn zeros(to: &mut dyn Write, count: u64) -> io::Result<()> {
    io::copy(&mut io::Read::take(io::repeat(0), count), to).map(|_| ())
}

/// Bytes of the archive of control files.
pub(super) fn control_size(files: &BTreeMap<Vec<u8>, File>) -> u64 {
    whole(control_entries(files))
}

fn control_entries(files: &BTreeMap<Vec<u8>, File>) -> u64 {
    let sizes = files
        .iter()
        .map(|(name, file)| head_size(name.len() + 2, 0).saturating_add(padded(file.content.len() as u64)));
    sizes.fold(head_size(2, 0), u64::saturating_add)
}

/// Writes the archive of control files, the first of which is `control`.
pub(super) fn write_control(
    to: &mut dyn Write,
    files: &BTreeMap<Vec<u8>, File>,
    time: u64,
) -> Result<(), PackageError> {
    let folder = Head::of_root(b"./", b'5', 0o755, time).written()?;
    to.write_all(&folder).map_err(PackageError::Io)?;
    let (first, others): (Vec<_>, Vec<_>) = files.iter().partition(|(name, _)| *name == CONTROL.as_bytes());
    for (name, file) in first.into_iter().chain(others) {
        let path = [b"./", name.as_slice()].concat();
        let size = file.content.len() as u64;
        let head = Head { size, ..Head::of_root(&path, b'0', file.mode, time) }.written()?;
        let written = to.write_all(&head).and_then(|()| to.write_all(&file.content));
        written.and_then(|()| pad(to, size)).map_err(PackageError::Io)?;
    }
    end(to, control_entries(files)).map_err(PackageError::Io)
}
