//! The folders that hooks and tools may read, made readable for the unprivileged users they run as.

use crate::WorkerError;
use crate::root::{Copied, copy_tree, open};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Paths of the trees of one job. What is `None` does not exist for it.
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
    /// The build's log so far.
    pub build_log: Option<PathBuf>,
}

/// `folder` itself where everybody may read it, else a readable copy of it at `copy`.
pub fn readable(folder: &Path, copy: &Path) -> Result<PathBuf, WorkerError> {
    if is_readable(folder).map_err(WorkerError::file("read", folder))? {
        return Ok(folder.to_owned());
    }
    self::copy(folder, copy)
}

/// A copy of `folder` at `copy` that everybody may read.
pub fn copy(folder: &Path, copy: &Path) -> Result<PathBuf, WorkerError> {
    fs::create_dir_all(copy).map_err(WorkerError::file("create", copy))?;
    let copied = copy_tree(&open(folder)?, &open(copy)?, &mut Copied::default());
    copied.map_err(WorkerError::file("copy", folder))?;
    Ok(copy.to_owned())
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
}
