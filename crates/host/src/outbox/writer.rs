//! One file on its way into the outbox or among the attachments.

use crate::Refusal;
use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags, ResolveFlags, openat2, renameat_with, unlinkat};
use skink_job::FileName;
use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// A file under a temporary name. It is removed unless it is finished.
#[derive(Debug)]
pub struct Writer {
    dir: Arc<OwnedFd>,
    file: File,
    /// Begins with a dot, which no [`FileName`] does.
    partial: String,
    pub(super) name: FileName,
    pub(super) bytes: u64,
    finished: bool,
}

impl Writer {
    /// Creates the temporary file.
    pub(super) fn create(dir: &Arc<OwnedFd>, number: u64, name: FileName) -> Result<Self, Refusal> {
        let partial = format!(".partial-{number}");
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat2(
            dir,
            partial.as_str(),
            flags,
            Mode::from_raw_mode(0o644),
            ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS,
        )
        .map_err(|errno| Refusal::other(format!("{name} could not be created: {errno}")))?;
        Ok(Self { dir: Arc::clone(dir), file: File::from(file), partial, name, bytes: 0, finished: false })
    }

    /// Appends. The caller has counted the bytes.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.file
            .write_all(bytes)
            .map_err(|error| Refusal::other(format!("{} could not be written: {error}", self.name)))
    }

    /// The file, to be written in another way than from begin to end. The caller counts the bytes.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Bytes that were counted.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Gives the file its name. `flags` say whether it may take another file's place.
    pub(super) fn finish(mut self, flags: RenameFlags) -> Result<(), Refusal> {
        renameat_with(&self.dir, self.partial.as_str(), &self.dir, self.name.as_str(), flags)
            .map_err(|errno| Refusal::other(format!("{} could not be finished: {errno}", self.name)))?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.finished {
            // Best effort: the worker takes no file whose name begins with a dot.
            let _ = unlinkat(&self.dir, self.partial.as_str(), AtFlags::empty());
        }
    }
}
