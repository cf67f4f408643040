//! Folders that unprivileged tools can reach, wherever the caller put them.
//!
//! A tool runs as an user of its own, and bubblewrap walks to the trees as that user: below a private folder such
//! as `/root` it would not get through. Such a tree is bind-mounted, in a mount namespace of our own, to a place
//! in the job's folder that everybody can walk to. The namespace ends with the process, also on `kill -9`; nothing
//! of it is ever seen by others.

use crate::WorkerError;
use rustix::mount::{MountPropagationFlags, UnmountFlags, mount_bind, mount_change, unmount};
use rustix::thread::UnshareFlags;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The views of one job. Dropping it unmounts them; it must go before the folder they are in.
#[derive(Debug)]
pub(crate) struct Views {
    folder: PathBuf,
    mounted: Vec<PathBuf>,
}

/// Gives this process a mount namespace of its own. To be called before the first thread is started.
pub(crate) fn isolate() -> Result<(), WorkerError> {
    if !rustix::process::geteuid().is_root() {
        return Ok(()); // tools run as ourselves
    }
    let failed = |errno: rustix::io::Errno| {
        WorkerError::file("make a mount namespace below", Path::new("/"))(errno.into())
    };
    // Only the calling thread gets it; the threads it starts later share it.
    #[expect(deprecated, reason = "its successor is unsafe for the sake of flags that are not used here")]
    rustix::thread::unshare(UnshareFlags::NEWNS).map_err(failed)?;
    mount_change("/", MountPropagationFlags::REC | MountPropagationFlags::PRIVATE).map_err(failed)
}

impl Views {
    /// `folder` is made when the first view is, and everybody must be able to walk to it.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, mounted: Vec::new() }
    }

    /// `tree` itself where everybody can walk to it, else a view of it.
    pub(crate) fn of(&mut self, tree: &Path) -> Result<PathBuf, WorkerError> {
        if is_reachable(tree)? {
            return Ok(tree.to_owned());
        }
        let place = self.folder.join(self.mounted.len().to_string());
        make_passage(&self.folder)?;
        make_passage(&place)?;
        let_through(&place)?;
        mount_bind(tree, &place).map_err(|errno| WorkerError::file("bind", tree)(errno.into()))?;
        self.mounted.push(place.clone());
        Ok(place)
    }

    /// Ends the views. What cannot be unmounted is an error: the folder below must then not be removed.
    pub(crate) fn close(&mut self) -> Result<(), WorkerError> {
        while let Some(place) = self.mounted.last() {
            let gone = unmount(place, UnmountFlags::DETACH);
            gone.map_err(|errno| WorkerError::file("unmount", place)(errno.into()))?;
            self.mounted.pop();
        }
        Ok(())
    }
}

impl Drop for Views {
    fn drop(&mut self) {
        let _ = self.close();
    }
}

/// Makes a folder that everybody can walk through, whatever the umask.
pub(crate) fn make_passage(folder: &Path) -> Result<(), WorkerError> {
    fs::create_dir_all(folder).map_err(WorkerError::file("create", folder))?;
    let mode = fs::Permissions::from_mode(0o711);
    fs::set_permissions(folder, mode).map_err(WorkerError::file("set the mode of", folder))
}

/// An error where tools could not walk to a folder of ours, with the first folder that is in their way.
pub(crate) fn let_through(folder: &Path) -> Result<(), WorkerError> {
    match in_the_way(folder)? {
        None => Ok(()),
        Some(closed) => Err(WorkerError::Closed { folder: folder.to_owned(), closed }),
    }
}

fn is_reachable(path: &Path) -> Result<bool, WorkerError> {
    Ok(in_the_way(path)?.is_none())
}

/// The folder nearest to the root that does not let everybody through, where tools run as somebody else.
fn in_the_way(path: &Path) -> Result<Option<PathBuf>, WorkerError> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None); // tools run as ourselves
    }
    let mut closed = None;
    for folder in path.ancestors().filter(|folder| !folder.as_os_str().is_empty()) {
        if fs::metadata(folder).map_err(WorkerError::file("look at", folder))?.mode() & 0o001 == 0 {
            closed = Some(folder.to_owned());
        }
    }
    Ok(closed)
}
