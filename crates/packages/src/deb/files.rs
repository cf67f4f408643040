//! The list of files: nothing but the data archive has it, so that is read once for the list, and once more for contents.
//!
//! Invariant: no path comes twice, and a hard link's file comes before the link. So every entry has one meaning, whoever unpacks it.

use super::control::Control;
use super::owner;
use super::tar::{Archive, Head, What};
use crate::{Entry, EntryKind, PackageError};
use std::collections::HashMap;

/// `RPMFILE_CONFIG`.
const CONFIG: u32 = 1;

/// What the list does not say, and a derived package has.
#[derive(Debug, Default)]
pub(super) struct Unlisted {
    /// Of each file, the numbers of its owner and group.
    pub(super) ids: Vec<[u64; 2]>,
    /// The bytes of those that are no UTF-8.
    pub(super) names: HashMap<usize, Names>,
}

/// The names of one entry as they stand in the archive.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) path: Vec<u8>,
    /// Of a symlink.
    pub(super) target: Vec<u8>,
    pub(super) owner: Vec<u8>,
    pub(super) group: Vec<u8>,
}

pub(super) fn read(
    mut archive: Archive<'_>,
    control: &Control,
) -> Result<(Vec<Entry>, Unlisted), PackageError> {
    let mut files: Vec<Entry> = Vec::new();
    let mut unlisted = Unlisted::default();
    let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
    while let Some(head) = archive.next()? {
        let file = entry(&head, files.len(), |path| files.get(*places.get(path)?))?;
        if let (What::HardLink(_), Some(target)) = (&head.what, &file.target) {
            // Of a symlink with several names each has the target.
            archive.hold(target.len())?;
        }
        unlisted.keep(&head, files.len());
        if places.insert(head.path, files.len()).is_some() {
            return Err(PackageError::corrupt(format!("the path {:?} comes twice", file.path)));
        }
        files.push(file);
    }
    for path in control.conffiles() {
        if let Some(file) = places.get(path).and_then(|place| files.get_mut(*place)) {
            file.flags |= CONFIG;
        }
    }
    for digest in control.digests() {
        let (path, digest) = digest?;
        let file = places.get(&path).and_then(|place| files.get_mut(*place));
        if let Some(file) = file.filter(|file| file.kind == EntryKind::File) {
            file.digest = digest;
        }
    }
    Ok((files, unlisted))
}

impl Unlisted {
    /// The path of a file as it stands in the archive.
    pub(super) fn path<'p>(&'p self, place: usize, file: &'p Entry) -> &'p [u8] {
        self.names.get(&place).map_or(file.path.as_bytes(), |names| &names.path)
    }

    fn keep(&mut self, head: &Head, place: usize) {
        self.ids.push(head.ids);
        let target = if let What::Symlink(target) = &head.what { target.as_slice() } else { &[] };
        let all = [&head.path, target, &head.owner, &head.group];
        if all.iter().any(|bytes| std::str::from_utf8(bytes).is_err()) {
            let [path, target, owner, group] = all.map(<[u8]>::to_vec);
            self.names.insert(place, Names { path, target, owner, group });
        }
    }
}

/// As the list has it. A hard link has size and kind of its file, and an inode is the number of the first file that has it.
fn entry<'f>(
    head: &Head,
    place: usize,
    earlier: impl Fn(&[u8]) -> Option<&'f Entry>,
) -> Result<Entry, PackageError> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let path = text(&head.path);
    let [user, crew] = head.ids;
    let own = u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1);
    let (kind, size, target, device, inode) = match &head.what {
        What::File => (EntryKind::File, head.size, None, 0, own),
        What::Directory => (EntryKind::Directory, 0, None, 0, own),
        What::Fifo => (EntryKind::Fifo, 0, None, 0, own),
        What::Symlink(target) => (EntryKind::Symlink, 0, Some(text(target)), 0, own),
        What::Device(kind, device) => (*kind, 0, None, *device, own),
        What::HardLink(to) => {
            let file = earlier(to).filter(|file| file.kind != EntryKind::Directory);
            let none = || {
                PackageError::corrupt(format!("{path:?} links to {:?}, which is no earlier file", text(to)))
            };
            let file = file.ok_or_else(none)?;
            (file.kind, file.size, file.target.clone(), file.device, file.inode)
        }
    };
    Ok(Entry {
        path,
        kind,
        mode: head.mode | kind.bits(),
        owner: owner::told(&head.owner, user),
        group: owner::told(&head.group, crew),
        flags: 0,
        verify: 0,
        size,
        modified: head.modified,
        digest: String::new(),
        target,
        device,
        inode,
        file_system: 0,
        language: String::new(),
        class: String::new(),
        colour: 0,
        capabilities: String::new(),
        dependencies: Vec::new(),
    })
}
