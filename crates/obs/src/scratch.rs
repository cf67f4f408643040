//! The folder for our copies of files that `build` reads and writes.

use std::path::{Path, PathBuf};

/// Why a folder cannot be the scratch folder.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot hold the files for build: {why}; choose another folder for temporary files")]
pub struct ScratchError {
    path: PathBuf,
    why: String,
}

/// A folder of the caller that is ours for one build.
///
/// Invariant: its path is absolute and plain, because the script uses paths of files unquoted. It must not
/// lie below the build root, which the script empties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScratchFolder(PathBuf);

impl ScratchFolder {
    /// Takes an existing folder.
    pub fn new(path: &Path) -> Result<Self, ScratchError> {
        let refused = |why: String| ScratchError { path: path.to_owned(), why };
        let path = std::fs::canonicalize(path).map_err(|e| refused(e.to_string()))?;
        if !path.is_dir() {
            return Err(refused("it is no folder".to_owned()));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._+-".contains(c);
        if !path.to_str().is_some_and(|text| text.chars().all(plain)) {
            return Err(refused(
                "its path may hold only letters, digits and '/', '.', '_', '+', '-'".to_owned(),
            ));
        }
        Ok(Self(path))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The path of a file in it.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_folders() {
        let dir = tempfile::tempdir().unwrap();
        for (name, fits) in [("a-b_1.c", true), ("a b", false), ("a;b", false), ("a*", false), ("a$b", false)]
        {
            let path = dir.path().join(name);
            std::fs::create_dir(&path).unwrap();
            assert_eq!(ScratchFolder::new(&path).is_ok(), fits, "{name}");
        }
        assert!(ScratchFolder::new(&dir.path().join("missing")).is_err());
    }
}
