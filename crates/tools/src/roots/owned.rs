//! The copy of a root whose files belong to other users.

use super::error::ToolRootError;
use super::{finish, remove};
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The copy in `folder` of `root`, each file's ids raised by `first`. Of several that ask at once one makes it.
pub(super) fn copy(root: &Path, folder: &Path, first: u32) -> Result<PathBuf, ToolRootError> {
    let place = folder.join("owned");
    if place.is_dir() {
        return Ok(place);
    }
    let lock = folder.join("owned.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock);
    let file = file.map_err(ToolRootError::file("open", &lock))?;
    file.lock().map_err(ToolRootError::file("lock", &lock))?;
    if place.is_dir() {
        return Ok(place);
    }
    let part = folder.join("owned.part");
    remove(&part)?; // of one that died
    let copied = Command::new("cp").args(["-a", "--reflink=auto"]).arg(root).arg(&part).status();
    let copied = copied
        .and_then(|status| if status.success() { Ok(()) } else { Err(io::Error::other(status.to_string())) });
    let owned = copied.and_then(|()| raise(&part, first)).map_err(ToolRootError::file("copy", root));
    if let Err(why) = owned.and_then(|()| finish::to_disk(&part)) {
        remove(&part)?;
        return Err(why);
    }
    fs::rename(&part, &place).map_err(ToolRootError::file("put in place", &place))?;
    Ok(place)
}

/// The ids of what is there and below. A file with several names is met several times.
fn raise(path: &Path, first: u32) -> io::Result<()> {
    let metadata = path.symlink_metadata()?;
    let raised = |id: u32| if id < first { id.saturating_add(first) } else { id };
    lchown(path, Some(raised(metadata.uid())), Some(raised(metadata.gid())))?;
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            raise(&entry?.path(), first)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_raised_once() {
        if !rustix::process::geteuid().is_root() {
            return assert!(copy(Path::new("/nowhere"), Path::new("/nowhere"), 1).is_err());
        }
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        fs::create_dir_all(root.join("usr/bin")).unwrap();
        fs::write(root.join("usr/bin/a"), "x").unwrap();
        fs::hard_link(root.join("usr/bin/a"), root.join("usr/bin/b")).unwrap();
        std::os::unix::fs::symlink("/etc/shadow", root.join("usr/link")).unwrap();
        lchown(root.join("usr/bin"), Some(5), Some(6)).unwrap();
        let shadow = fs::metadata("/etc/shadow").unwrap().uid();
        let copied = copy(&root, dir.path(), 1000).unwrap();
        let ids = |name: &str| copied.join(name).symlink_metadata().map(|m| (m.uid(), m.gid())).unwrap();
        assert_eq!(["usr", "usr/bin/a", "usr/bin/b", "usr/link"].map(ids), [(1000, 1000); 4]);
        assert_eq!(ids("usr/bin"), (1005, 1006));
        assert_eq!(fs::metadata("/etc/shadow").unwrap().uid(), shadow);
        assert_eq!(root.join("usr/bin/a").metadata().unwrap().uid(), 0, "the root itself stays");
        assert_eq!(copy(&root, dir.path(), 2000).unwrap(), copied);
    }
}
