//! What files take when they are installed, in KiB, as dpkg-gencontrol counts for `Installed-Size`.

use super::layout::{Body, Layout};
use crate::{Entry, EntryKind};
use std::collections::HashSet;

impl Layout {
    /// What it takes when it is installed, as dpkg-gencontrol counts.
    pub(super) fn kibibytes(&self) -> u64 {
        let own = self.files.iter().map(|laid| {
            let bytes = if laid.kind == EntryKind::Symlink { laid.target.len() as u64 } else { laid.size };
            kibibytes(laid.kind, bytes, matches!(laid.body, Body::Link(_)))
        });
        own.fold(0, u64::saturating_add)
    }
}

/// What the files of a package take when it is installed.
pub(super) fn kibibytes_of(files: &[Entry]) -> u64 {
    let mut seen = HashSet::new();
    let own = files.iter().map(|file| {
        let bytes = file.target.as_ref().map_or(file.size, |target| target.len() as u64);
        kibibytes(file.kind, bytes, !seen.insert(file.inode))
    });
    own.fold(0, u64::saturating_add)
}

/// A file and a symlink by their bytes, once for all links; anything else one.
fn kibibytes(kind: EntryKind, bytes: u64, is_link: bool) -> u64 {
    match kind {
        EntryKind::File | EntryKind::Symlink if is_link => 0,
        EntryKind::File | EntryKind::Symlink => bytes.div_ceil(1024),
        EntryKind::Directory
        | EntryKind::CharacterDevice
        | EntryKind::BlockDevice
        | EntryKind::Fifo
        | EntryKind::Socket
        | EntryKind::Unknown => 1,
    }
}
