//! A folder as it is, to compare with how it is later.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Of a larger file, in bytes, the size must do.
const READ: u64 = 1 << 30;

/// Everything below `folder`: kind, mode, owner, time, and content or target. Links are not followed.
pub fn snapshot(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    walk(folder, &mut found);
    found
}

fn walk(path: &Path, found: &mut BTreeMap<PathBuf, String>) {
    let metadata = fs::symlink_metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let content = if metadata.is_symlink() {
        fs::read_link(path).unwrap().display().to_string()
    } else if metadata.is_file() && metadata.len() <= READ {
        sha256(&fs::read(path).unwrap())
    } else {
        String::new()
    };
    let (mode, owner) = (metadata.mode(), (metadata.uid(), metadata.gid()));
    let time = (metadata.mtime(), metadata.mtime_nsec());
    found.insert(path.to_owned(), format!("{mode:o} {owner:?} {time:?} {} {content}", metadata.len()));
    if metadata.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            walk(&entry.unwrap().path(), found);
        }
    }
}

/// The sha256 in small hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
