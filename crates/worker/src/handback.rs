//! Hand-back: one rename makes the job's results visible, with all that hooks added or, before it, with nothing.
//!
//! `.build.packages` is what every caller of `build` reads. In chroot and nspawn mode it is a symlink to the
//! build's own folder, and a new symlink is renamed over it; where it is a folder (VM mode), the two folders are
//! exchanged.

use crate::WorkerError;
use cap_std::fs::Dir;
use rustix::fs::{RenameFlags, renameat_with};
use std::path::{Path, PathBuf};

/// What every caller of `build` reads.
pub(crate) const VISIBLE: &str = ".build.packages";

/// Results that are complete but not visible yet.
#[derive(Debug)]
pub struct Staged {
    root: Dir,
    path: PathBuf,
    /// What takes the place of `.build.packages`.
    next: String,
    is_folder: bool,
}

/// Makes ready: `results` is a folder below `root`, relative to it.
pub fn stage(root_path: &Path, results: &str, job_folder: &str) -> Result<Staged, WorkerError> {
    let path = root_path.join(VISIBLE);
    let root = crate::root::open(root_path)?;
    let metadata = root.symlink_metadata(VISIBLE).map_err(WorkerError::file("look at", &path))?;
    if metadata.is_dir() {
        return Ok(Staged { root, path, next: results.to_owned(), is_folder: true });
    }
    let next = format!("{job_folder}/visible");
    root.symlink_contents(results, &next).map_err(WorkerError::file("link", &root_path.join(&next)))?;
    Ok(Staged { root, path, next, is_folder: false })
}

/// Whether the visible results lie in the staged folder `name`.
pub fn shows(root: &Path, name: &str) -> bool {
    std::fs::read_link(root.join(VISIBLE)).is_ok_and(|target| target.starts_with(name))
}

/// Marks the visible results as equal to the previous ones, as `build` does.
pub fn mark_unchanged(root: &Path) -> Result<(), WorkerError> {
    let path = root.join(VISIBLE).join("same_result_marker");
    let Some(results) = skink_obs::Results::open(root)? else { return Ok(()) };
    let folder = results.folder().try_clone_to_owned().map_err(WorkerError::file("open", &path))?;
    let written = Dir::from_std_file(folder.into()).write("same_result_marker", b"");
    written.map_err(WorkerError::file("write", &path))
}

impl Staged {
    /// The one rename.
    pub fn make_visible(self) -> Result<(), WorkerError> {
        let flags = if self.is_folder { RenameFlags::EXCHANGE } else { RenameFlags::empty() };
        renameat_with(&self.root, &self.next, &self.root, VISIBLE, flags)
            .map_err(|errno| WorkerError::file("replace", &self.path)(errno.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_link_stays_a_link_and_a_folder_a_folder() {
        for is_folder in [false, true] {
            let base = tempfile::tempdir().unwrap();
            let root = base.path();
            fs::create_dir_all(root.join("home/abuild/rpmbuild/OTHER")).unwrap();
            fs::create_dir_all(root.join(".skink-1/results/OTHER")).unwrap();
            fs::write(root.join(".skink-1/results/OTHER/SHA256SUMS"), "x").unwrap();
            if is_folder {
                fs::create_dir_all(root.join(".build.packages/OTHER")).unwrap();
            } else {
                std::os::unix::fs::symlink("home/abuild/rpmbuild", root.join(".build.packages")).unwrap();
            }
            let staged = stage(root, ".skink-1/results", ".skink-1").unwrap();
            assert!(!root.join(".build.packages/OTHER/SHA256SUMS").exists());
            staged.make_visible().unwrap();
            assert_eq!(fs::read_to_string(root.join(".build.packages/OTHER/SHA256SUMS")).unwrap(), "x");
            let visible = fs::symlink_metadata(root.join(".build.packages")).unwrap();
            assert_eq!(visible.is_dir(), is_folder);
            // What a crash right after the rename leaves to the next start must not take the results away.
            crate::root::remove_staged(root, ".skink-1").unwrap();
            assert!(root.join(".build.packages/OTHER/SHA256SUMS").exists());
        }
    }
}
