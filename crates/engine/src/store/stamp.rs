//! What was verified once is not read again while it is the same file.
//!
//! A stamp says, under the store's key, that a file's content was compared with its seal: which file, of what size, when
//! last written and when last changed in any way. Nobody can set the time of the last change, so whoever touches the
//! file leaves a stamp that does not hold any more, and the content is read again.

use super::StoreError;
use super::folder::Folder;
use super::key::{SealKey, Tag};
use rustix::fs::{Stat, fstat};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a file must have been left alone before it is stamped. The times of a file are as coarse as the kernel's
/// tick, so that of two changes within one the second cannot be seen.
pub(super) const SETTLED: Duration = Duration::from_secs(2);

fn name_of(entry: &str) -> String {
    format!("{entry}.seen")
}

/// What the stamp of a file is a MAC of.
fn message(entry: &str, seal: &Tag, stat: &Stat) -> Vec<u8> {
    let numbers = [
        i128::from(stat.st_dev),
        i128::from(stat.st_ino),
        i128::from(stat.st_size),
        i128::from(stat.st_mtime),
        i128::from(stat.st_mtime_nsec),
        i128::from(stat.st_ctime),
        i128::from(stat.st_ctime_nsec),
    ];
    let numbers = numbers.iter().flat_map(|number| number.to_le_bytes());
    [b"seen\0", entry.as_bytes(), seal].concat().into_iter().chain(numbers).collect()
}

/// Whether `artefact`, the entry's file, was verified as it is, under this seal.
pub(super) fn holds(
    folder: &Folder,
    key: &SealKey,
    entry: &str,
    seal: &Tag,
    artefact: &File,
) -> Result<bool, StoreError> {
    let Some(stamp) = folder.read(&name_of(entry))? else { return Ok(false) };
    let mut tag = Tag::default();
    let Ok(stat) = fstat(artefact) else { return Ok(false) };
    Ok(stamp.read_exact_at(&mut tag, 0).is_ok() && key.verify(&message(entry, seal, &stat), &tag))
}

/// Stamps an entry that was verified just now, `before` its content was read. Best effort: without a stamp it is read
/// again next time.
pub(super) fn set(folder: &Folder, key: &SealKey, entry: &str, seal: &Tag, before: &Stat, settled: Duration) {
    let changed = Duration::new(
        u64::try_from(before.st_ctime).unwrap_or(u64::MAX),
        u32::try_from(before.st_ctime_nsec).unwrap_or(0),
    );
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // A time that lies ahead tells nothing.
    if now.checked_sub(changed).is_none_or(|age| age < settled) {
        return;
    }
    let tag = key.tag(&message(entry, seal, before));
    if let Ok(draft) = folder.draft()
        && draft.file().file.write_all_at(&tag, 0).is_ok()
    {
        let _ = draft.publish(&name_of(entry));
    }
}

/// Forgets what is known of an entry.
pub(super) fn forget(folder: &Folder, entry: &str) {
    folder.remove(&name_of(entry));
}
