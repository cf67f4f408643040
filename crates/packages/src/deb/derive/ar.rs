//! Writing the outer archive; see `deb::ar` for its form.

use super::super::ar::{HEAD, HEAD_END, MAGIC};
use crate::PackageError;
use crate::codec::{Codec, Encoder};
use std::io::{self, Seek, SeekFrom, Write};

/// The most bytes of a member: ten digits of them.
const MEMBER: u64 = 9_999_999_999;

/// A package whose members are written one after the other.
pub(super) struct Writer<W> {
    to: W,
    time: u64,
    /// Bytes that are written.
    at: u64,
}

impl<W: Write + Seek> Writer<W> {
    /// Begins with the version of the format; every member has the same time.
    pub(super) fn begin(to: W, time: u64) -> Result<Self, PackageError> {
        const VERSION: &[u8] = b"2.0\n";
        let mut writer = Self { to, time, at: MAGIC.len() as u64 + HEAD + VERSION.len() as u64 };
        let head = writer.head("debian-binary", VERSION.len() as u64);
        writer.to.write_all(&[&MAGIC, head.as_slice(), VERSION].concat()).map_err(PackageError::Io)?;
        Ok(writer)
    }

    /// Adds an archive of so many bytes, which `fill` writes, compressed.
    pub(super) fn archive(
        &mut self,
        name: &str,
        codec: Codec,
        size: u64,
        fill: impl FnOnce(&mut dyn Write) -> Result<(), PackageError>,
    ) -> Result<(), PackageError> {
        let name = format!("{name}{}", suffix(codec));
        let room = self.head(&name, 0);
        self.to.write_all(&room).map_err(PackageError::Io)?;
        let mut encoder = Encoder::new(codec, level(codec), size, Counted { to: &mut self.to, bytes: 0 })?;
        fill(&mut encoder)?;
        let bytes = encoder.finish().map_err(PackageError::Io)?.bytes;
        PackageError::within("a member of the new package", bytes, MEMBER)?;
        if !bytes.is_multiple_of(2) {
            self.to.write_all(b"\n").map_err(PackageError::Io)?;
        }
        let head = self.head(&name, bytes);
        let end = self.at + HEAD + bytes.next_multiple_of(2);
        self.to.seek(SeekFrom::Start(self.at)).map_err(PackageError::Io)?;
        self.to.write_all(&head).map_err(PackageError::Io)?;
        self.to.seek(SeekFrom::Start(end)).map_err(PackageError::Io)?;
        self.at = end;
        Ok(())
    }

    fn head(&self, name: &str, bytes: u64) -> Vec<u8> {
        let head = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{bytes:<10}", self.time, 0, 0, 100_644);
        [head.as_bytes(), &HEAD_END].concat()
    }
}

fn suffix(codec: Codec) -> &'static str {
    match codec {
        Codec::None => "",
        Codec::Gzip => ".gz",
        Codec::Bzip2 => ".bz2",
        Codec::Xz => ".xz",
        Codec::Lzma => ".lzma",
        Codec::Zstd => ".zst",
    }
}

/// How hard dpkg-deb tries; a deb does not say how hard its own writer did.
fn level(codec: Codec) -> Option<u32> {
    match codec {
        Codec::None => None,
        Codec::Gzip | Codec::Bzip2 => Some(9),
        Codec::Xz | Codec::Lzma => Some(6),
        Codec::Zstd => Some(3),
    }
}

/// Counts what goes through.
struct Counted<W> {
    to: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
