//! The store's folder: every file in it is reached through its descriptor, and no symlink is followed.

use super::StoreError;
use rustix::fs::{
    AtFlags, Dir, FileType, FlockOperation, Mode, OFlags, RawMode, RenameFlags, Stat, StatVfsMountFlags,
    flock, fstat, fstatvfs, linkat, openat, renameat, renameat_with, unlinkat,
};
use rustix::io::Errno;
use skink_job::SafeText;
use std::fs::{DirBuilder, File};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// How the names of files begin that nobody sees yet.
const DRAFT: &str = ".draft-";

#[derive(Debug)]
pub(super) struct Folder {
    descriptor: OwnedFd,
    shown: SafeText,
}

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let shown = SafeText::line(&path.to_string_lossy());
        let failed = |source| StoreError::Io { what: "open", path: shown.clone(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
        let descriptor = match rustix::fs::open(path, flags, Mode::empty()) {
            Ok(descriptor) => descriptor,
            Err(Errno::LOOP | Errno::NOTDIR) => {
                return Err(StoreError::NotOurs { path: shown, why: "it is a symlink or no folder" });
            }
            Err(errno) => return Err(failed(errno.into())),
        };
        let stat = fstat(&descriptor).map_err(|errno| failed(errno.into()))?;
        if let Some(why) = foreign(&stat, Mode::WGRP | Mode::WOTH) {
            return Err(StoreError::NotOurs { path: shown, why });
        }
        let mount = fstatvfs(&descriptor).map_err(|errno| failed(errno.into()))?;
        if mount.f_flag.contains(StatVfsMountFlags::NOEXEC) {
            return Err(StoreError::NoExec { path: shown });
        }
        let folder = Self { descriptor, shown };
        folder.sweep();
        Ok(folder)
    }

    /// Removes drafts that dead processes left, unless somebody is at one.
    fn sweep(&self) {
        if flock(&self.descriptor, FlockOperation::NonBlockingLockExclusive).is_err() {
            return;
        }
        if let Ok(entries) = Dir::read_from(&self.descriptor) {
            let names = entries.filter_map(|entry| entry.ok()?.file_name().to_str().ok().map(str::to_owned));
            names.filter(|name| name.starts_with(DRAFT)).for_each(|name| self.remove(&name));
        }
        let _ = flock(&self.descriptor, FlockOperation::Unlock);
    }

    pub(super) fn failed(&self, what: &'static str, source: impl Into<std::io::Error>) -> StoreError {
        StoreError::Io { what, path: self.shown.clone(), source: source.into() }
    }

    pub(super) fn not_ours(&self, why: &'static str) -> StoreError {
        StoreError::NotOurs { path: self.shown.clone(), why }
    }

    /// Opens a file for reading. One that is not a plain file of ours is removed and counts as absent.
    pub(super) fn read(&self, name: &str) -> Result<Option<File>, StoreError> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(&self.descriptor, name, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT) => return Ok(None),
            // A symlink, a socket, a device without a driver.
            Err(Errno::LOOP | Errno::NXIO | Errno::NODEV) => {
                self.remove(name);
                return Ok(None);
            }
            Err(errno) => return Err(self.failed("read", errno)),
        };
        let stat = fstat(&file).map_err(|errno| self.failed("read", errno))?;
        let plain = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile && stat.st_nlink == 1;
        if !plain || foreign(&stat, Mode::WGRP | Mode::WOTH).is_some() {
            self.remove(name);
            return Ok(None);
        }
        Ok(Some(file))
    }

    /// Removes a file, or an empty folder. What cannot be removed stays absent to [`Folder::read`].
    pub(super) fn remove(&self, name: &str) {
        if unlinkat(&self.descriptor, name, AtFlags::empty()) == Err(Errno::ISDIR) {
            let _ = unlinkat(&self.descriptor, name, AtFlags::REMOVEDIR);
        }
    }

    /// Begins a file that nobody sees yet.
    pub(super) fn draft(&self) -> Result<Draft<'_>, StoreError> {
        let mut random = [0_u8; 16];
        super::key::fill_random(&mut random).map_err(|errno| self.failed("write", errno))?;
        let name = format!("{DRAFT}{}", hex::encode(random));
        // Each draft has a descriptor of its own for the lock, so that the end of one does not unlock another.
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let turn = openat(&self.descriptor, ".", flags, Mode::empty())
            .and_then(|turn| flock(&turn, FlockOperation::LockShared).map(|()| turn))
            .map_err(|errno| self.failed("lock", errno))?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&self.descriptor, &name, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|errno| self.failed("write", errno))?;
        Ok(Draft { folder: self, name, file: File::from(file), published: false, _turn: turn })
    }
}

/// Why a file may be someone else's: its owner, or a permission in `forbidden`.
pub(super) fn foreign(stat: &Stat, forbidden: Mode) -> Option<&'static str> {
    let permissions = Mode::from_raw_mode(stat.st_mode as RawMode);
    if stat.st_uid != rustix::process::geteuid().as_raw() {
        Some("it belongs to another user")
    } else if permissions.intersects(forbidden) {
        Some("others have permissions on it")
    } else {
        None
    }
}

/// A file that is being written. Dropped before it is published, it is removed.
pub(super) struct Draft<'a> {
    folder: &'a Folder,
    name: String,
    file: File,
    published: bool,
    /// Locks the folder against the sweep.
    _turn: OwnedFd,
}

impl Draft<'_> {
    pub(super) fn file(&self) -> DraftFile<'_> {
        DraftFile { folder: self.folder, file: &self.file }
    }

    /// Makes the file visible as `name` in one step, and returns it open for reading only.
    pub(super) fn publish(mut self, name: &str) -> Result<File, StoreError> {
        let failed = |errno| self.folder.failed("write", errno);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let reader = openat(&self.folder.descriptor, &self.name, flags, Mode::empty()).map_err(failed)?;
        renameat(&self.folder.descriptor, &self.name, &self.folder.descriptor, name).map_err(failed)?;
        self.published = true;
        Ok(File::from(reader))
    }

    /// Like [`Draft::publish`], but leaves a file of that name as it is.
    pub(super) fn publish_first(mut self, name: &str) -> Result<(), StoreError> {
        let (folder, draft) = (&self.folder.descriptor, &self.name);
        // Not a link: until the draft's own name is gone the file would have two, and another process that opens
        // the store meanwhile would take it for foreign and remove it.
        let renamed = match renameat_with(folder, draft, folder, name, RenameFlags::NOREPLACE) {
            // Some network file systems cannot do it.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                linkat(folder, draft, folder, name, AtFlags::empty())
            }
            renamed => {
                self.published = renamed.is_ok();
                renamed
            }
        };
        match renamed {
            Ok(()) | Err(Errno::EXIST) => Ok(()),
            Err(errno) => Err(self.folder.failed("write", errno)),
        }
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if !self.published {
            self.folder.remove(&self.name);
        }
    }
}

/// A draft's file with the name of its store for errors.
#[derive(Clone, Copy)]
pub(super) struct DraftFile<'a> {
    folder: &'a Folder,
    pub(super) file: &'a File,
}

impl DraftFile<'_> {
    pub(super) fn failed(&self, source: std::io::Error) -> StoreError {
        self.folder.failed("write", source)
    }
}
