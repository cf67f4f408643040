//! RPM and deb packages: what the host reads of them, and makes of them.

use alloc::vec::Vec;

pub use crate::bindings::skink::hook::derive::{Altered, Origin, Placed, Recipe, derive};
pub use crate::bindings::skink::hook::packages::{
    Change, Condition, Dependency, DependencyKind, Elf, Field, FileTable, Format, Package, Script,
    ScriptKind, Section, Trigger, TriggerKind, decompress, open, read_elf,
};

/// The bits of a mode that say what a file is, and the three kinds that most files are.
const KIND: u32 = 0o170_000;
const FILE: u32 = 0o100_000;
const DIRECTORY: u32 = 0o040_000;
const SYMLINK: u32 = 0o120_000;

/// `RPMFILE_GHOST`.
const GHOST: u32 = 1 << 6;

/// One file of a [`FileTable`].
#[derive(Debug, Clone, Copy)]
pub struct PackagedFile<'a> {
    /// Its place in the table.
    pub place: u32,
    /// Absolute.
    pub path: &'a str,
    /// `st_mode`: permissions and kind.
    pub mode: u32,
    /// In bytes.
    pub size: u64,
    /// The name of its owner.
    pub owner: &'a str,
    /// The name of its group.
    pub group: &'a str,
    /// `RPMFILE_…` of rpm.
    pub flags: u32,
    /// `RPMVERIFY_…` of rpm.
    pub verify: u32,
    /// Of the content, in hexadecimal digits; empty where there is none.
    pub digest: &'a str,
    /// Where a symlink leads.
    pub target: &'a str,
    /// Files with the same number are one file.
    pub inode: u64,
    /// 1 in programs and libraries of 32 bits, 2 in those of 64.
    pub colour: u32,
    /// Places among the package's dependencies of those that come from this file.
    pub dependencies: &'a [u32],
}

impl PackagedFile<'_> {
    /// Whether it is a regular file.
    pub fn is_file(&self) -> bool {
        self.mode & KIND == FILE
    }

    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        self.mode & KIND == DIRECTORY
    }

    /// Whether it is a symlink.
    pub fn is_symlink(&self) -> bool {
        self.mode & KIND == SYMLINK
    }

    /// Whether it is only listed, and has no content.
    pub fn is_ghost(&self) -> bool {
        self.flags & GHOST != 0
    }
}

impl FileTable {
    /// The files one by one, in their order.
    pub fn rows(&self) -> Vec<PackagedFile<'_>> {
        let [mut owners, mut groups] = [&self.owners, &self.groups].map(|column| column.split('\0'));
        let [mut digests, mut targets] = [&self.digests, &self.targets].map(|column| column.split('\0'));
        let mut dependencies = self.dependencies.as_slice();
        let row = |(place, path)| {
            let at = place as usize;
            let count = self.dependency_counts.get(at).copied().unwrap_or_default() as usize;
            let (own, rest) = dependencies.split_at_checked(count).unwrap_or_default();
            dependencies = rest;
            PackagedFile {
                place,
                path,
                mode: self.modes.get(at).copied().unwrap_or_default(),
                size: self.sizes.get(at).copied().unwrap_or_default(),
                owner: owners.next().unwrap_or_default(),
                group: groups.next().unwrap_or_default(),
                flags: self.flags.get(at).copied().unwrap_or_default(),
                verify: self.verify.get(at).copied().unwrap_or_default(),
                digest: digests.next().unwrap_or_default(),
                target: targets.next().unwrap_or_default(),
                inode: self.inodes.get(at).copied().unwrap_or_default(),
                colour: self.colours.get(at).copied().unwrap_or_default(),
                dependencies: own,
            }
        };
        // What follows the last zero is no path.
        let paths = self.paths.strip_suffix('\0').map(|paths| paths.split('\0'));
        (0..).zip(paths.into_iter().flatten()).map(row).collect()
    }
}
