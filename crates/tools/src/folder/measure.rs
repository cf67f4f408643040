//! Measures a tree while its owner may change it.

use super::cost;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, statat};
use rustix::io::Errno;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Deeper trees count as over the limit: each level costs us a descriptor.
const MAX_DEPTH: usize = 100;

const OPEN: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// One walk at a time in the whole process, so that the descriptors stay bounded.
static WALK: Mutex<()> = Mutex::new(());

/// The bytes below `top`; stops at the first sum above `limit`, and at `until` with what it has.
///
/// A folder that an ordinary user's tool has made unreadable is passed over; it is counted when it is removed.
pub(super) fn tree(top: &Path, limit: u64, until: Instant) -> Result<u64, Errno> {
    let _one = WALK.lock().unwrap_or_else(PoisonError::into_inner);
    let mut stack = vec![Dir::new(openat(CWD, top, OPEN, Mode::empty())?)?];
    let mut bytes: u64 = 0;
    while let Some(dir) = stack.last_mut() {
        let Some(entry) = dir.read() else {
            stack.pop();
            continue;
        };
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        // What is gone by now counts nothing.
        let Ok(stat) = statat(dir.fd()?, name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
        bytes = bytes.saturating_add(cost(&stat));
        if bytes > limit || Instant::now() >= until {
            return Ok(bytes);
        }
        if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
            match openat(dir.fd()?, name, OPEN, Mode::empty()) {
                Ok(_) if stack.len() == MAX_DEPTH => return Ok(u64::MAX),
                Ok(fd) => stack.push(Dir::new(fd)?),
                Err(Errno::ACCESS | Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => {}
                Err(e) => return Err(e),
            }
        }
    }
    Ok(bytes)
}
