//! Files below a build root. An untrusted build wrote there: no operation follows a symlink, all are bound to
//! directory descriptors, and special files are never opened.

use crate::{WorkerError, sparse};
use cap_fs_ext::DirExt;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, DirBuilder, DirBuilderExt, MetadataExt, PermissionsExt};
use skink_job::SafeText;
use std::io;
use std::path::Path;

/// The prefix of every folder that Skink makes in a build root.
pub const STAGED_PREFIX: &str = ".skink-";

/// Opens a build root.
pub fn open(root: &Path) -> Result<Dir, WorkerError> {
    Dir::open_ambient_dir(root, ambient_authority()).map_err(WorkerError::file("open", root))
}

/// Makes a new folder in a build root that everybody may read, as far as the umask allows it (see
/// [`crate::Host::open`]). Fails if anything has that name.
pub fn make_staged(root: &Dir, name: impl AsRef<Path>) -> io::Result<Dir> {
    let name = name.as_ref();
    root.create_dir_with(name, DirBuilder::new().mode(0o755))?;
    root.open_dir_nofollow(name)
}

/// Removes a folder that we staged, if it is there and is not what `.build.packages` shows by now; whether it did.
pub fn remove_staged(root: &Path, name: &str) -> Result<bool, WorkerError> {
    if crate::handback::shows(root, name) {
        return Ok(false);
    }
    let dir = match Dir::open_ambient_dir(root, ambient_authority()) {
        Ok(dir) => dir,
        // The build has not come so far as to make it.
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(false);
        }
        Err(e) => return Err(WorkerError::file("open", root)(e)),
    };
    was_removed(&dir, name.as_ref()).map_err(WorkerError::file("remove", &root.join(name)))
}

/// Removes every staged folder.
pub fn remove_all_staged(root: &Path) -> Result<(), WorkerError> {
    if !root.exists() {
        return Ok(());
    }
    let dir = open(root)?;
    for entry in dir.entries().map_err(WorkerError::file("list", root))? {
        let name = entry.map_err(WorkerError::file("list", root))?.file_name();
        let Some(name) = name.to_str().filter(|n| n.starts_with(STAGED_PREFIX)) else { continue };
        remove(&dir, name).map_err(WorkerError::file("remove", &root.join(name)))?;
    }
    Ok(())
}

/// Removes what has that name in `dir`, with all that is in it. What is not there is removed.
pub(crate) fn remove(dir: &Dir, name: impl AsRef<Path>) -> io::Result<()> {
    was_removed(dir, name.as_ref()).map(drop)
}

fn was_removed(dir: &Dir, name: &Path) -> io::Result<bool> {
    let metadata = match dir.symlink_metadata(name) {
        Ok(metadata) => metadata,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(e),
    };
    if metadata.is_dir() {
        dir.open_dir_nofollow(name)?.remove_open_dir_all()?;
    } else {
        dir.remove_file(name)?;
    }
    Ok(true)
}

/// How [`copy_tree`] brings a file into the copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// As a file of its own: whoever writes to the one does not write to the other.
    Copy,
    /// As the same file, where the file system lets us and everybody may read it. Only where nobody will ever
    /// write to it again: after the build, whose processes are gone.
    Link,
}

/// The most special files that are told by their paths.
const MOST_TOLD: usize = 20;

/// The longest path that is told whole, in bytes.
const LONGEST_TOLD: usize = 512;

/// The special files (FIFOs, devices, sockets) that [`copy_tree`] left out. A build can make millions of them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct LeftOut {
    told: Vec<SafeText>,
    more: u64,
}

impl LeftOut {
    fn add(&mut self, path: &Path) {
        if self.told.len() < MOST_TOLD {
            self.told.push(SafeText::line(&path.to_string_lossy()).truncated(LONGEST_TOLD));
        } else {
            self.more += 1;
        }
    }

    /// Their paths in the tree, the first ones; then how many there are beyond those.
    pub fn lines(self) -> Vec<SafeText> {
        let more = (self.more > 0).then(|| SafeText::from(format!("{} more special files", self.more)));
        self.told.into_iter().chain(more).collect()
    }
}

/// Copies the tree `from` into the empty folder `to`. Symlinks stay what they are.
pub fn copy_tree(from: &Dir, to: &Dir, means: Means) -> io::Result<LeftOut> {
    let mut left_out = LeftOut::default();
    copy_below(from, to, means, Path::new(""), &mut left_out)?;
    Ok(left_out)
}

/// [`copy_tree`] for a part of a tree: `at` is where the part lies in it.
pub fn copy_below(from: &Dir, to: &Dir, means: Means, at: &Path, left_out: &mut LeftOut) -> io::Result<()> {
    for entry in from.entries()? {
        let entry = entry?;
        let name = entry.file_name();
        let kind = from.symlink_metadata(&name)?.file_type();
        if kind.is_dir() {
            to.create_dir_with(&name, DirBuilder::new().mode(0o755))?;
            let (from, to) = (from.open_dir_nofollow(&name)?, to.open_dir_nofollow(&name)?);
            copy_below(&from, &to, means, &at.join(&name), left_out)?;
        } else if kind.is_symlink() {
            to.symlink_contents(from.read_link_contents(&name)?, &name)?;
        } else if kind.is_file() {
            copy_file(from, to, Path::new(&name), means)?;
        } else {
            left_out.add(&at.join(&name));
        }
    }
    Ok(())
}

/// Brings one plain file into another folder.
pub fn copy_file(from: &Dir, to: &Dir, name: &Path, means: Means) -> io::Result<()> {
    let mode = from.symlink_metadata(name)?.mode();
    let linked = match means {
        Means::Link => mode & 0o444 == 0o444 && from.hard_link(name, to, name).is_ok(),
        Means::Copy => false,
    };
    if linked {
        return Ok(());
    }
    sparse::copy(from, name, to, name)?;
    to.set_permissions(name, cap_std::fs::Permissions::from_mode(0o644 | mode & 0o111))
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
        rustix::fs::mkfifoat(rustix::fs::CWD, from.join("RPMS/fifo"), 0o644.into()).unwrap();
        let left_out = copy_tree(&open(&from).unwrap(), &open(&to).unwrap(), Means::Link).unwrap();
        assert_eq!(left_out.lines(), [SafeText::from("RPMS/fifo")]);
        assert_eq!(fs::read_to_string(to.join("RPMS/x86_64/a.rpm")).unwrap(), "a");
        assert_eq!(fs::read_link(to.join("link")).unwrap(), Path::new("/etc/shadow"));
        let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&to.join("secret")), mode(&from.join("secret"))), (0o644, 0o600));
    }

    #[test]
    fn what_was_never_staged_needs_no_removing() {
        let base = tempfile::tempdir().unwrap();
        let (root, name) = (base.path().join("root"), ".skink-1");
        let removed = || remove_staged(&root, name).unwrap();
        assert!(!removed(), "no root");
        fs::write(&root, "").unwrap();
        assert!(!removed(), "a root that is a file");
        fs::remove_file(&root).unwrap();
        fs::create_dir(&root).unwrap();
        assert!(!removed(), "an empty root");
        fs::create_dir_all(root.join(name).join("results")).unwrap();
        assert!(removed() && !root.join(name).exists());
    }

    #[test]
    fn only_a_link_changes_with_its_original() {
        for (means, want) in [(Means::Copy, "before"), (Means::Link, "after!")] {
            let base = tempfile::tempdir().unwrap();
            let (from, to) = (base.path().join("from"), base.path().join("to"));
            fs::create_dir(&from).unwrap();
            fs::create_dir(&to).unwrap();
            fs::write(from.join("a"), "before").unwrap();
            fs::set_permissions(from.join("a"), fs::Permissions::from_mode(0o755)).unwrap();
            copy_tree(&open(&from).unwrap(), &open(&to).unwrap(), means).unwrap();
            fs::write(from.join("a"), "after!").unwrap();
            assert_eq!(fs::read_to_string(to.join("a")).unwrap(), want, "{means:?}");
            assert_eq!(fs::metadata(to.join("a")).unwrap().permissions().mode() & 0o777, 0o755, "{means:?}");
        }
    }

    #[test]
    fn many_special_files_are_counted_and_not_all_told() {
        let base = tempfile::tempdir().unwrap();
        let (from, to) = (base.path().join("from"), base.path().join("to"));
        fs::create_dir(&from).unwrap();
        fs::create_dir(&to).unwrap();
        for i in 0..MOST_TOLD + 30 {
            rustix::fs::mkfifoat(rustix::fs::CWD, from.join(i.to_string()), 0o644.into()).unwrap();
        }
        let lines = copy_tree(&open(&from).unwrap(), &open(&to).unwrap(), Means::Copy).unwrap().lines();
        assert_eq!(lines.len(), MOST_TOLD + 1);
        assert_eq!(lines.last().unwrap().as_str(), "30 more special files");
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
        remove_all_staged(&root).unwrap();
        assert!(victim.join("kept").exists());
        assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
    }
}
