//! Bounded reading and hashing. The deadline is looked at after every chunk, so that a sparse file of a
//! terabyte costs no more than the time of the call.

use super::FileError;
use crate::Clock;
use rustix::buffer::spare_capacity;
use rustix::io::{Errno, pread};
use sha2::{Digest as _, Sha256};
use skink_job::{ByteCount, Digest};
use std::fs::File;
use std::os::unix::fs::FileExt;

/// Bytes that are read at once.
pub(super) const CHUNK: usize = 1 << 20;

/// The largest file that is handed over whole.
pub(super) const MAX_WHOLE: u64 = 64 << 20;

/// Reads a whole file of at most `max` bytes.
pub(crate) fn whole(
    file: &File,
    path: &str,
    size: u64,
    max: u64,
    clock: &Clock,
) -> Result<Vec<u8>, FileError> {
    let max = max.min(MAX_WHOLE);
    let too_large = || FileError::TooLarge { path: path.to_owned(), max: ByteCount(max) };
    if size > max {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    loop {
        clock.check()?;
        if bytes.len() == bytes.capacity() {
            // At first room for the file and one byte more, by which its end is seen.
            let left = usize::try_from(size).unwrap_or(CHUNK).saturating_sub(bytes.len()).saturating_add(1);
            bytes.reserve_exact(left.min(CHUNK));
        }
        let offset = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let read = pread(file, spare_capacity(&mut bytes), offset);
        let now = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        match read {
            Ok(0) => return Ok(bytes),
            Ok(_) if now > max => return Err(too_large()),
            // It was asked for a byte more than the file had, and got none.
            Ok(_) if now == size && bytes.len() < bytes.capacity() => return Ok(bytes),
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(FileError::new(path, errno)),
        }
    }
}

/// At most [`CHUNK`] bytes from `offset`; fewer at the end of the file only.
pub(crate) fn part(file: &File, path: &str, offset: u64, length: u32) -> Result<Vec<u8>, FileError> {
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(CHUNK).min(CHUNK)];
    let mut filled = 0;
    while let Some(room) = bytes.get_mut(filled..).filter(|room| !room.is_empty()) {
        let at = offset.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
        match file.read_at(room, at) {
            Ok(0) => break,
            Ok(n) => filled = filled.saturating_add(n),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            // Beyond what an offset of the kernel can say, there is no file.
            Err(_) if i64::try_from(at).is_err() => break,
            Err(error) => return Err(FileError::io(path, &error)),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// The sha256 of a file.
pub(crate) fn sha256(file: &File, path: &str, size: u64, clock: &Clock) -> Result<Digest, FileError> {
    let mut hash = Sha256::new();
    let room = usize::try_from(size).unwrap_or(CHUNK).saturating_add(1).min(CHUNK);
    let (mut chunk, mut offset) = (vec![0; room], 0_u64);
    loop {
        clock.check()?;
        match file.read_at(&mut chunk, offset) {
            Ok(0) => return Ok(Digest::from_bytes(hash.finalize().into())),
            Ok(n) => {
                hash.update(chunk.get(..n).unwrap_or_default());
                offset = offset.saturating_add(u64::try_from(n).unwrap_or(u64::MAX));
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(FileError::io(path, &error)),
        }
    }
}
