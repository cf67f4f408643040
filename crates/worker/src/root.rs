//! Files below a build root. An untrusted build wrote there: no operation follows a symlink, all are bound to
//! directory descriptors, and special files are never opened.

use crate::WorkerError;
use cap_fs_ext::DirExt;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, DirBuilder, DirBuilderExt, MetadataExt, PermissionsExt};
use std::io;
use std::path::Path;

/// The prefix of every folder that Skink makes in a build root.
pub const STAGED_PREFIX: &str = ".skink-";

/// Opens a build root.
pub fn open(root: &Path) -> Result<Dir, WorkerError> {
    Dir::open_ambient_dir(root, ambient_authority()).map_err(WorkerError::file("open", root))
}

/// Makes a new folder in a build root that everybody may read. Fails if anything has that name.
pub fn make_staged(root: &Dir, name: &str) -> io::Result<Dir> {
    root.create_dir_with(name, DirBuilder::new().mode(0o755))?;
    root.open_dir_nofollow(name)
}

/// Removes a folder that we staged, if it is there and is not what `.build.packages` shows by now.
pub fn remove_staged(root: &Path, name: &str) -> Result<(), WorkerError> {
    if crate::handback::shows(root, name) {
        return Ok(());
    }
    let dir = match Dir::open_ambient_dir(root, ambient_authority()) {
        Ok(dir) => dir,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(WorkerError::file("open", root)(e)),
    };
    remove(&dir, name).map_err(WorkerError::file("remove", &root.join(name)))
}

/// Removes every staged folder but `keep`.
pub fn remove_all_staged(root: &Path, keep: Option<&str>) -> Result<(), WorkerError> {
    if !root.exists() {
        return Ok(());
    }
    let dir = open(root)?;
    for entry in dir.entries().map_err(WorkerError::file("list", root))? {
        let name = entry.map_err(WorkerError::file("list", root))?.file_name();
        let Some(name) = name.to_str().filter(|n| n.starts_with(STAGED_PREFIX)) else { continue };
        if Some(name) != keep {
            remove(&dir, name).map_err(WorkerError::file("remove", &root.join(name)))?;
        }
    }
    Ok(())
}

fn remove(dir: &Dir, name: &str) -> io::Result<()> {
    let metadata = match dir.symlink_metadata(name) {
        Ok(metadata) => metadata,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e),
    };
    if metadata.is_dir() { dir.open_dir_nofollow(name)?.remove_open_dir_all() } else { dir.remove_file(name) }
}

/// What [`copy_tree`] did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Regular files that are in the copy.
    pub files: u64,
    /// Paths of special files (FIFOs, devices, sockets), which were left out.
    pub left_out: Vec<String>,
}

/// Copies the tree `from` into the empty folder `to`: hard links where the file system lets us and everybody may
/// read the file, else copies. The build is over and its processes are gone, so nobody writes a linked file.
pub fn copy_tree(from: &Dir, to: &Dir, copied: &mut Copied) -> io::Result<()> {
    for entry in from.entries()? {
        let entry = entry?;
        let name = entry.file_name();
        let metadata = from.symlink_metadata(&name)?;
        let kind = metadata.file_type();
        if kind.is_dir() {
            to.create_dir_with(&name, DirBuilder::new().mode(0o755))?;
            copy_tree(&from.open_dir_nofollow(&name)?, &to.open_dir_nofollow(&name)?, copied)?;
        } else if kind.is_symlink() {
            to.symlink_contents(from.read_link_contents(&name)?, &name)?;
        } else if kind.is_file() {
            let readable = metadata.mode() & 0o444 == 0o444;
            if !readable || from.hard_link(&name, to, &name).is_err() {
                copy_file(from, to, Path::new(&name))?;
            }
            copied.files += 1;
        } else {
            copied.left_out.push(name.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

fn copy_file(from: &Dir, to: &Dir, name: &Path) -> io::Result<()> {
    from.copy(name, to, name)?;
    to.set_permissions(name, cap_std::fs::Permissions::from_mode(0o644))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn a_copy_keeps_links_as_links_and_leaves_special_files_out() {
        let base = tempfile::tempdir().unwrap();
        let (from, to) = (base.path().join("from"), base.path().join("to"));
        fs::create_dir_all(from.join("RPMS/x86_64")).unwrap();
        fs::create_dir(&to).unwrap();
        fs::write(from.join("RPMS/x86_64/a.rpm"), "a").unwrap();
        fs::write(from.join("secret"), "s").unwrap();
        fs::set_permissions(from.join("secret"), fs::Permissions::from_mode(0o600)).unwrap();
        symlink("/etc/shadow", from.join("link")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, from.join("fifo"), 0o644.into()).unwrap();
        let mut copied = Copied::default();
        copy_tree(&open(&from).unwrap(), &open(&to).unwrap(), &mut copied).unwrap();
        assert_eq!(copied, Copied { files: 2, left_out: vec!["fifo".to_owned()] });
        assert_eq!(fs::read_link(to.join("link")).unwrap(), Path::new("/etc/shadow"));
        let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&to.join("secret")), mode(&from.join("secret"))), (0o644, 0o600));
    }

    #[test]
    fn a_staged_name_that_became_a_symlink_is_removed_and_not_followed() {
        let base = tempfile::tempdir().unwrap();
        let (root, victim) = (base.path().join("root"), base.path().join("victim"));
        fs::create_dir_all(&root).unwrap();
        fs::create_dir_all(victim.join("kept")).unwrap();
        symlink(&victim, root.join(".skink-1")).unwrap();
        fs::create_dir(root.join(".skink-2")).unwrap();
        symlink(&victim, root.join(".skink-2/inside")).unwrap();
        remove_all_staged(&root, None).unwrap();
        assert!(victim.join("kept").exists());
        assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
    }
}
