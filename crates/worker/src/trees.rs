//! The folders that hooks and tools may read, made readable for the unprivileged users they run as.

use crate::WorkerError;
use crate::root::{Means, copy_tree, open};
use skink_job::SafeText;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The trees of one job. What is `None` does not exist for it.
#[derive(Debug, Clone, Default)]
pub struct Trees {
    /// The results as the build left them.
    pub raw_results: Option<PathBuf>,
    /// The results with what transforms and earlier checks added.
    pub results: Option<PathBuf>,
    /// The sources of the package.
    pub sources: Option<PathBuf>,
    /// The results of the previous build.
    pub previous: Option<PathBuf>,
    /// The build's log so far, open for reading only. Not a path: it lies where the build could put another file.
    pub build_log: Option<Arc<File>>,
}

/// `folder` itself where everybody may read it, else a readable copy of it at `copy`.
pub fn readable(folder: &Path, copy: &Path) -> Result<PathBuf, WorkerError> {
    if is_readable(folder).map_err(WorkerError::file("read", folder))? {
        return Ok(folder.to_owned());
    }
    self::copy(folder, copy)
}

/// A copy of `folder` at `copy` that everybody may read, and that stays as it is whoever writes to `folder`.
pub fn copy(folder: &Path, copy: &Path) -> Result<PathBuf, WorkerError> {
    fs::create_dir_all(copy).map_err(WorkerError::file("create", copy))?;
    copy_tree(&open(folder)?, &open(copy)?, Means::Copy).map_err(WorkerError::file("copy", folder))?;
    Ok(copy.to_owned())
}

/// The most files of the sources that the report names.
const MOST_NAMES: usize = 10_000;

/// The names of the plain files in a folder, sorted; as many as the report tells, and none where it cannot be read.
pub fn names(folder: &Path) -> Vec<SafeText> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let plain = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let mut names: Vec<SafeText> =
        plain.map(|entry| SafeText::line(&entry.file_name().to_string_lossy())).take(MOST_NAMES).collect();
    names.sort_unstable();
    names
}

fn is_readable(folder: &Path) -> std::io::Result<bool> {
    if fs::metadata(folder)?.permissions().mode() & 0o005 != 0o005 {
        return Ok(false);
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let fine = if metadata.is_dir() {
            is_readable(&entry.path())?
        } else {
            metadata.is_symlink() || metadata.permissions().mode() & 0o004 != 0
        };
        if !fine {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_a_private_file_is_copied() {
        let base = tempfile::tempdir().unwrap();
        let (from, copy) = (base.path().join("from"), base.path().join("copy"));
        fs::create_dir(&from).unwrap();
        fs::set_permissions(&from, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(from.join("a.spec"), "x").unwrap();
        fs::set_permissions(from.join("a.spec"), fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(readable(&from, &copy).unwrap(), from);
        fs::set_permissions(from.join("a.spec"), fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(readable(&from, &copy).unwrap(), copy);
        assert_eq!(fs::read_to_string(copy.join("a.spec")).unwrap(), "x");
    }

    #[test]
    fn a_copy_of_sources_in_reach_does_not_change_with_them() {
        let base = tempfile::tempdir().unwrap();
        let (from, to) = (base.path().join("root/.build-srcdir"), base.path().join("copy"));
        fs::create_dir_all(&from).unwrap();
        fs::write(from.join("a.spec"), "judged").unwrap();
        fs::set_permissions(from.join("a.spec"), fs::Permissions::from_mode(0o644)).unwrap();
        copy(&from, &to).unwrap();
        fs::write(from.join("a.spec"), "forged").unwrap();
        assert_eq!(fs::read_to_string(to.join("a.spec")).unwrap(), "judged");
    }
}
