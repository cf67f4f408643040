//! The mounts of the calling thread's mount namespace, as the kernel lists them, and how one of them is ended.
//!
//! Invariant: what is unmounted is the very mount that was listed, told by the kernel's id for it. A path that leads
//! elsewhere by now, or that something else was mounted over, is an error.

mod line;
mod system;
mod wanted;

pub use system::is_of_system;
pub use wanted::Wanted;

use rustix::fs::{AtFlags, CWD, StatxFlags, statx};
use rustix::io::Errno;
use rustix::mount::{UnmountFlags, unmount};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const TABLE: &str = "/proc/thread-self/mountinfo";

/// Why mounts cannot be listed, or one of them not be ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MountError {
    /// The kernel's table.
    #[error("cannot read {TABLE}: {0}")]
    Table(io::Error),
    /// Another mount is there, or none.
    #[error(
        "{0} does not lead to the mount that was listed there; something else was mounted over it, or it is gone"
    )]
    Changed(PathBuf),
    /// Others hold it, or stand on it.
    #[error(
        "{0} is in use; `fuser -vm {0}` tells by whom, and what is mounted below it has to be unmounted before"
    )]
    Busy(PathBuf),
    /// The kernel keeps it.
    #[error("cannot unmount {path}: {source}; unmount it by hand")]
    Unmount {
        /// Where it is.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// One mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    id: u32,
    parent: u32,
    device: String,
    root: String,
    point: PathBuf,
    kind: String,
    source: String,
}

impl Mount {
    /// All of them, in the order of the kernel, which is nearly that in which they were mounted.
    pub fn all() -> Result<Vec<Self>, MountError> {
        let table = fs::read(TABLE).map_err(MountError::Table)?;
        Ok(table.split(|byte| *byte == b'\n').filter_map(line::parse).collect())
    }

    /// The kernel's number for it, which may be used again when it is gone.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Where it is mounted: an absolute path without symlinks.
    pub fn point(&self) -> &Path {
        &self.point
    }

    /// The kind of file system.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What is mounted, as whoever did it named it: a device, a folder of a server, or any word.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether a mount stands on it.
    pub fn carries(&self, other: &Self) -> bool {
        other.parent == self.id && other.id != self.id
    }

    /// What it is, for comparing with another list: the same thing, mounted at the same place. Names that are not UTF-8 may
    /// be told as the same.
    pub(crate) fn identity(&self) -> String {
        let Self { device, root, point, kind, .. } = self;
        format!("{device} {root} {} {kind}", point.display())
    }

    /// Unmounts it. `lazily` takes it out of the tree although it is in use; it goes with its last user. One that others
    /// are mounted on is left alone either way, for they would go with it.
    pub fn unmount(&self, lazily: bool) -> Result<(), MountError> {
        if Self::all()?.iter().any(|other| self.carries(other)) {
            return Err(MountError::Busy(self.point.clone()));
        }
        let at = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
        let there = statx(CWD, &self.point, at, StatxFlags::MNT_ID);
        let is_it = there.is_ok_and(|there| {
            there.stx_mask & StatxFlags::MNT_ID.bits() != 0 && there.stx_mnt_id == u64::from(self.id)
        });
        if !is_it {
            return Err(MountError::Changed(self.point.clone()));
        }
        let lazily = if lazily { UnmountFlags::DETACH } else { UnmountFlags::empty() };
        unmount(&self.point, lazily | UnmountFlags::NOFOLLOW).map_err(|errno| match errno {
            Errno::BUSY => MountError::Busy(self.point.clone()),
            Errno::INVAL => MountError::Changed(self.point.clone()),
            errno => MountError::Unmount { path: self.point.clone(), source: errno.into() },
        })
    }
}

/// The order in which they can be unmounted: the deepest first, and of two at one place the later one.
pub(crate) fn in_order(mut mounts: Vec<Mount>) -> Vec<Mount> {
    mounts.reverse();
    mounts.sort_by_key(|mount| std::cmp::Reverse(mount.point.components().count()));
    mounts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mounts(table: &str) -> Vec<Mount> {
        table.split('\n').filter_map(|text| line::parse(text.as_bytes())).collect()
    }

    #[test]
    fn the_deepest_goes_first_and_of_two_at_one_place_the_later() {
        let table = "1 0 0:1 / /b/proc rw - first x rw\n2 3 0:1 / /b/a/dev/pts rw - devpts x rw\n\
                     3 0 0:1 / /b/a/dev rw - tmpfs x rw\n4 1 0:1 / /b/proc rw - second x rw\n";
        let kinds: Vec<String> = in_order(mounts(table)).into_iter().map(|mount| mount.kind).collect();
        assert_eq!(kinds, ["devpts", "tmpfs", "second", "first"]);
    }

    #[test]
    fn who_stands_on_whom() {
        let all = mounts("1 1 0:1 / / rw - a x rw\n2 1 0:1 / /b rw - b x rw\n3 2 0:1 / /b/c rw - c x rw\n");
        let [root, b, c] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!(
            [root.carries(b), b.carries(c), root.carries(root), c.carries(b)],
            [true, true, false, false]
        );
    }

    #[test]
    fn another_mount_at_the_place_is_not_the_one_that_was_listed() {
        let all = Mount::all().unwrap();
        let proc = all.iter().find(|mount| mount.point == Path::new("/proc")).unwrap();
        let gone = Mount { id: u32::MAX, ..proc.clone() };
        assert!(matches!(gone.unmount(true), Err(MountError::Changed(_))));
        let nowhere = Mount { point: "/proc/self/none".into(), id: u32::MAX, ..proc.clone() };
        assert!(matches!(nowhere.unmount(true), Err(MountError::Changed(_))));
    }
}
