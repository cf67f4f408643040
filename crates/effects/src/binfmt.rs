//! The kernel's table of what runs programs that it cannot run itself.

use crate::Registration;
use rustix::mount::{MountFlags, mount};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Where the table is mounted.
pub const TABLE: &str = "/proc/sys/fs/binfmt_misc";

/// What could not be done with the table.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what}: {source}")]
pub struct BinfmtError {
    what: String,
    source: io::Error,
}

impl BinfmtError {
    pub(crate) fn new(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self { what, source }
    }
}

/// Mounts the table of this process's user namespace, for this process's mount namespace. In a new user namespace that
/// is a new table, empty, from then on.
///
/// # Errors
/// Kernels before 6.7 have no such table but the machine's own; or the kernel has none at all.
pub fn own_table() -> Result<(), BinfmtError> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    let mounted = mount("binfmt_misc", TABLE, "binfmt_misc", flags, None);
    mounted.map_err(|errno| BinfmtError::new(format!("mount binfmt_misc at {TABLE}"))(errno.into()))
}

/// Writes an entry to the table that is mounted.
pub fn register(registration: &Registration) -> Result<(), BinfmtError> {
    let context = || format!("register {} in {TABLE}", registration.entry());
    write(&Path::new(TABLE).join("register"), registration.line()).map_err(BinfmtError::new(context()))
}

/// Removes an entry from the table that is mounted; whether it was there.
pub(crate) fn unregister(entry: &str) -> Result<bool, BinfmtError> {
    match write(&Path::new(TABLE).join(entry), "-1") {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(BinfmtError::new(format!("remove {entry} from {TABLE}"))(error)),
    }
}

/// Whether a table is mounted.
pub(crate) fn is_mounted() -> bool {
    Path::new(TABLE).join("register").exists()
}

/// Whether the table that is mounted has the entry.
pub(crate) fn has(entry: &str) -> bool {
    fs::symlink_metadata(Path::new(TABLE).join(entry)).is_ok()
}

/// The kernel takes a line by one call.
fn write(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.write_all(text.as_bytes())
}
