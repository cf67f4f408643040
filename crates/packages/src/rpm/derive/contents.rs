//! The contents of a derived package's files, from one payload into the other.

use super::super::Rpm;
use super::archive::{pad, write_head, write_trailer};
use super::layout::{Laid, Layout};
use super::seal::Sums;
use crate::codec::Encoder;
use crate::{Content, EntryKind, PackageError};
use md5::Md5;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::{self, Read, Seek, Write};

/// Counts and digests what goes through.
pub(super) struct Digested<W> {
    to: W,
    digest: Sha256,
    bytes: u64,
}

impl<W> Digested<W> {
    pub(super) fn new(to: W) -> Self {
        Self { to, digest: Sha256::new(), bytes: 0 }
    }
}

impl<W: Write> Write for Digested<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.digest.update(bytes.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl Layout {
    /// For each file whether its content stands with it: of links the last one has it.
    pub(super) fn carriers(&self) -> Vec<bool> {
        let mut last = HashMap::new();
        for (place, file) in
            self.files.iter().enumerate().filter(|(_, file)| file.entry.kind == EntryKind::File)
        {
            last.insert(file.entry.inode, place);
        }
        let carries = |(place, file): (usize, &Laid)| match file.entry.kind {
            EntryKind::File => last.get(&file.entry.inode) == Some(&place),
            EntryKind::Symlink => !file.entry.is_ghost(),
            EntryKind::Directory
            | EntryKind::CharacterDevice
            | EntryKind::BlockDevice
            | EntryKind::Fifo
            | EntryKind::Socket
            | EntryKind::Unknown => false,
        };
        self.files.iter().enumerate().map(carries).collect()
    }
}

/// Writes the archive: first what has no content in the original, then each content as it comes, with all links of its file.
pub(super) fn write_archive<S: Read + Seek, W: Write>(
    rpm: &mut Rpm<S>,
    layout: &Layout,
    encoder: Encoder<Digested<W>>,
) -> Result<Sums, PackageError> {
    let is_md5 = rpm.digests_are_md5()?;
    let mut to = Digested::new(encoder);
    let carriers = layout.carriers();
    let mut waiting: HashMap<u32, Vec<usize>> = HashMap::new();
    for (place, file) in layout.files.iter().enumerate() {
        if file.entry.is_ghost() {
            continue;
        }
        if file.entry.kind == EntryKind::File {
            waiting.entry(file.entry.inode).or_default().push(place);
        } else {
            write_small(&mut to, layout, place, file).map_err(PackageError::Io)?;
        }
    }
    let mut payload = rpm.payload()?;
    while let Some(mut content) = payload.next()? {
        let Some(Some(number)) = layout.numbers.get(content.place()) else { continue };
        if !content.is_file() {
            continue;
        }
        let Some(places) = waiting.remove(number) else { continue };
        for place in places {
            let Some(file) = layout.files.get(place) else { continue };
            if carriers.get(place) == Some(&true) {
                write_head(&mut to, place, file, file.entry.size, layout.is_large)
                    .map_err(PackageError::Io)?;
                copy(&mut content, &mut to, file, is_md5)?;
            } else {
                write_head(&mut to, place, file, 0, layout.is_large).map_err(PackageError::Io)?;
            }
        }
    }
    if let Some(file) = waiting.values().flatten().next().and_then(|place| layout.files.get(*place)) {
        return Err(PackageError::corrupt(format!("the payload has no content of {}", file.entry.path)));
    }
    write_trailer(&mut to).map_err(PackageError::Io)?;
    let plain = hex::encode(to.digest.finalize());
    let packed = to.to.finish().map_err(PackageError::Io)?;
    Ok(Sums {
        plain,
        packed: hex::encode(packed.digest.finalize()),
        packed_bytes: packed.bytes,
        ..Sums::none()
    })
}

/// Copies the content of a file, and compares it with its digest.
fn copy(
    from: &mut Content<'_, '_>,
    to: &mut impl Write,
    file: &Laid,
    is_md5: bool,
) -> Result<(), PackageError> {
    let mut digest = FileDigest::new(is_md5);
    let mut part = [0; 64 << 10];
    loop {
        let read = from.read(&mut part)?;
        let part = part.get(..read).unwrap_or_default();
        if part.is_empty() {
            digest.check(file)?;
            return pad(to, file.entry.size).map_err(PackageError::Io);
        }
        digest.update(part);
        to.write_all(part).map_err(PackageError::Io)?;
    }
}

/// Directories, symlinks and devices.
fn write_small(to: &mut impl Write, layout: &Layout, place: usize, file: &Laid) -> io::Result<()> {
    let target = file.entry.target.as_deref().unwrap_or_default().as_bytes();
    let size = target.len() as u64;
    write_head(to, place, file, size, layout.is_large)?;
    to.write_all(target)?;
    pad(to, size)
}

/// A digest as the header has it.
enum FileDigest {
    Md5(Md5),
    Sha256(Sha256),
}

impl FileDigest {
    fn new(is_md5: bool) -> Self {
        if is_md5 { Self::Md5(Md5::new()) } else { Self::Sha256(Sha256::new()) }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Md5(digest) => digest.update(bytes),
            Self::Sha256(digest) => digest.update(bytes),
        }
    }

    fn check(self, file: &Laid) -> Result<(), PackageError> {
        let digest = match self {
            Self::Md5(digest) => hex::encode(digest.finalize()),
            Self::Sha256(digest) => hex::encode(digest.finalize()),
        };
        if digest == file.entry.digest {
            return Ok(());
        }
        Err(PackageError::corrupt(format!("the content of {} is not that of the header", file.entry.path)))
    }
}
