//! Walking a whole tree without ever following a link out of it.

use super::FileError;
use super::open::{open_dir, size, target};
use crate::Clock;
use rustix::fs::{AtFlags, Dir, FileType, statat};
use std::os::fd::BorrowedFd;

/// The most entries of one tree.
const MAX_ENTRIES: u64 = 1_000_000;

/// The most bytes of paths and link targets in one tree.
const MAX_BYTES: u64 = 64 << 20;

/// Entries after which the deadline is looked at.
const STRIDE: u64 = 1024;

/// One entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Relative to the tree. Bytes that are no UTF-8 are shown as U+FFFD; such an entry is of an unknown type,
    /// because nothing can be opened by that path.
    pub(crate) path: String,
    pub(crate) kind: FileType,
    pub(crate) size: u64,
    pub(crate) mode: u32,
    /// Where a symlink points to.
    pub(crate) target: Option<String>,
}

/// Everything below a directory, sorted by path.
pub(crate) fn walk(root: BorrowedFd<'_>, clock: &Clock) -> Result<Vec<Found>, FileError> {
    let (mut found, mut bytes) = (Vec::new(), 0_u64);
    let mut todo = vec![String::new()];
    while let Some(parent) = todo.pop() {
        clock.check()?;
        let shown = if parent.is_empty() { "the tree" } else { &parent };
        let mut dir = Dir::new(open_dir(root, &parent)?).map_err(|errno| FileError::new(shown, errno))?;
        while let Some(entry) = dir.read() {
            let entry = entry.map_err(|errno| FileError::new(shown, errno))?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let fd = dir.fd().map_err(|errno| FileError::new(shown, errno))?;
            let one = look_at(fd, name, &parent)?;
            bytes = bytes.saturating_add(weight(&one));
            if matches!(one.kind, FileType::Directory) {
                todo.push(one.path.clone());
            }
            found.push(one);
            bound(&found, bytes, clock)?;
        }
    }
    found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn look_at(dir: BorrowedFd<'_>, name: &std::ffi::CStr, parent: &str) -> Result<Found, FileError> {
    let path = join(parent, &name.to_string_lossy());
    let stat = statat(dir, name, AtFlags::SYMLINK_NOFOLLOW).map_err(|errno| FileError::new(&path, errno))?;
    let kind = match name.to_str() {
        Ok(_) => FileType::from_raw_mode(stat.st_mode),
        Err(_) => FileType::Unknown,
    };
    let target = target(dir, name, kind).map_err(|errno| FileError::new(&path, errno))?;
    let size = if matches!(kind, FileType::RegularFile) { size(&stat) } else { 0 };
    Ok(Found { path, kind, size, mode: stat.st_mode & 0o7777, target })
}

fn join(parent: &str, name: &str) -> String {
    let mut path = String::with_capacity(parent.len() + 1 + name.len());
    if !parent.is_empty() {
        path.push_str(parent);
        path.push('/');
    }
    path.push_str(name);
    path
}

fn weight(found: &Found) -> u64 {
    let bytes = found.path.len() + found.target.as_ref().map_or(0, String::len);
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

fn bound(found: &[Found], bytes: u64, clock: &Clock) -> Result<(), FileError> {
    let entries = u64::try_from(found.len()).unwrap_or(u64::MAX);
    if entries > MAX_ENTRIES || bytes > MAX_BYTES {
        let what = format!("the tree has more than {MAX_ENTRIES} entries or {MAX_BYTES} bytes of names");
        return Err(FileError::Bound(what));
    }
    if entries.is_multiple_of(STRIDE) { Ok(clock.check()?) } else { Ok(()) }
}
