//! A module's bytes, read once, in memory that nobody can change.
//!
//! Invariant: the bytes that were hashed are the bytes that are inspected and compiled, whatever happens to
//! the file they came from.

use crate::MAX_MODULE;
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};
use skink_job::{ByteCount, Digest, SafeText};
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

/// Why a module's bytes could not be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The file cannot be read.
    #[error("cannot read the module {path}: {source}")]
    Read {
        /// Which file.
        path: SafeText,
        /// Why.
        source: std::io::Error,
    },
    /// It is no regular file.
    #[error("the module {path} is no regular file")]
    NotAFile {
        /// Which.
        path: SafeText,
    },
    /// It is larger than [`MAX_MODULE`].
    #[error("the module has more than {max}, the most that a module may have; strip its debug information", max = ByteCount(MAX_MODULE as u64))]
    TooLarge,
    /// Memory for it could not be had.
    #[error("cannot seal the module in memory: {0}")]
    Memory(std::io::Error),
}

/// How often sealing is tried.
const TRIES: u32 = 20;

/// The kernel does not seal memory as long as anybody holds a page of it, be it the kernel itself while it moves pages about on
/// a busy machine. It waits for that a little, and then says that the memory is busy.
fn seal(memory: &File) -> Result<(), Errno> {
    let all = SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
    let mut left = TRIES;
    loop {
        match fcntl_add_seals(memory, all) {
            Err(Errno::BUSY) if left > 1 => left -= 1,
            done => return done,
        }
    }
}

/// The bytes of a module and their digest.
#[derive(Debug)]
pub struct Sealed {
    memory: File,
    digest: Digest,
    len: u64,
}

impl Sealed {
    /// Reads the file at `path` once. A symlink is followed: whoever names the path answers for it.
    ///
    /// # Errors
    /// The file cannot be read, is no regular file or is too large.
    pub fn read(path: &Path) -> Result<Self, SealError> {
        let shown = || SafeText::line(&path.to_string_lossy());
        let failed = |source| SealError::Read { path: shown(), source };
        // Asked first: to open a FIFO would block.
        if !std::fs::metadata(path).map_err(failed)?.is_file() {
            return Err(SealError::NotAFile { path: shown() });
        }
        Self::copy(File::open(path).map_err(failed)?, failed)
    }

    /// Takes bytes that are in memory already.
    ///
    /// # Errors
    /// They are too many, or there is no memory.
    pub fn new(bytes: &[u8]) -> Result<Self, SealError> {
        Self::copy(bytes, SealError::Memory)
    }

    fn copy(from: impl Read, failed: impl Fn(std::io::Error) -> SealError) -> Result<Self, SealError> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let memory = memfd_create("skink-module", flags).map_err(|errno| SealError::Memory(errno.into()))?;
        let mut memory = File::from(memory);
        let mut from = from.take(MAX_MODULE as u64 + 1);
        let mut hash = Sha256::new();
        let mut len = 0_u64;
        let mut chunk = vec![0_u8; 64 << 10];
        loop {
            let got = from.read(&mut chunk).map_err(&failed)?;
            let Some(bytes) = chunk.get(..got).filter(|bytes| !bytes.is_empty()) else { break };
            hash.update(bytes);
            memory.write_all(bytes).map_err(SealError::Memory)?;
            len = len.saturating_add(bytes.len() as u64);
        }
        if len > MAX_MODULE as u64 {
            return Err(SealError::TooLarge);
        }
        memory.rewind().map_err(SealError::Memory)?;
        seal(&memory).map_err(|errno| SealError::Memory(errno.into()))?;
        Ok(Self { memory, digest: Digest::from_bytes(hash.finalize().into()), len })
    }

    /// The sha256 of the bytes, the module's name everywhere.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// How many bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl AsFd for Sealed {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.memory.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileExt;

    /// Row 45 of the table of hostile modules: what happens to the file later changes nothing.
    #[test]
    fn sealed_bytes_stay_as_they_were_hashed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hook.wasm");
        std::fs::write(&path, b"abc").unwrap();
        let sealed = Sealed::read(&path).unwrap();
        std::fs::write(&path, b"xyz").unwrap();
        let wanted = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sealed.digest().to_string(), wanted);
        assert_eq!(sealed.len(), 3);
        assert!(sealed.memory.write_at(b"x", 0).is_err());
        assert!(sealed.memory.set_len(0).is_err());
        let mut bytes = [0; 3];
        sealed.memory.read_exact_at(&mut bytes, 0).unwrap();
        assert_eq!(&bytes, b"abc");
    }

    #[test]
    fn what_is_no_module_file_is_refused_without_reading_it() {
        let dir = tempfile::tempdir().unwrap();
        let huge = dir.path().join("huge.wasm");
        File::create(&huge).unwrap().set_len(MAX_MODULE as u64 + 1).unwrap();
        let rows = [
            (dir.path().join("missing.wasm"), "cannot read the module"),
            (dir.path().to_owned(), "is no regular file"),
            ("/dev/zero".into(), "is no regular file"),
            (huge, "more than 64 MiB"),
        ];
        for (path, text) in rows {
            let error = Sealed::read(&path).unwrap_err().to_string();
            assert!(error.contains(text), "{}: {error}", path.display());
        }
    }
}
