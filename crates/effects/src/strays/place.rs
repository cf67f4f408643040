//! A folder that is a job's own.

use super::{StrayError, file};
use crate::mounts::is_of_system;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A folder that is a job's own, by its path without symlinks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place(PathBuf);

impl Place {
    /// The folder, which need not be there yet; none where it cannot be a job's own.
    pub(super) fn resolve(folder: &Path) -> Result<Option<Self>, StrayError> {
        let folder = std::path::absolute(folder).map_err(file("find", folder))?;
        for above in folder.ancestors() {
            match fs::canonicalize(above) {
                Ok(found) => {
                    let rest = folder.strip_prefix(above).unwrap_or(Path::new(""));
                    // Not `join`, which ends an empty rest by a slash.
                    let place: PathBuf = found.components().chain(rest.components()).collect();
                    return Ok(Some(Self(place)).filter(Self::may_be_own));
                }
                Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
                Err(e) => return Err(file("find", folder)(e)),
            }
        }
        Ok(None)
    }

    /// A place as it was resolved before; none where it is not there, or the path leads elsewhere.
    pub(super) fn again(path: &Path) -> Option<Self> {
        let place = Self(path.to_owned());
        let is_same = fs::canonicalize(path).is_ok_and(|found| found == path);
        (is_same && path.is_dir() && place.may_be_own()).then_some(place)
    }

    /// Its path.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Whether a path lies below it, and is not it.
    pub(super) fn has_below(&self, path: &Path) -> bool {
        path.starts_with(&self.0) && path != self.0
    }

    /// Whether a path is it, or lies below it.
    pub(super) fn has(&self, path: &Path) -> bool {
        path.starts_with(&self.0)
    }

    fn may_be_own(&self) -> bool {
        let is_in_run = self.0.starts_with("/run") && self.0.components().count() > 2;
        is_in_run || !is_of_system(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn what_is_never_a_jobs_own() {
        let never =
            ["/", "/proc", "/proc/self", "/sys/fs", "/dev/shm", "/usr", "/var", "/var/tmp", "/tmp", "/run"];
        for path in never {
            assert!(!Place(path.into()).may_be_own(), "{path}");
        }
        for path in ["/var/tmp/build-root", "/usr/build", "/home/me/root", "/run/skink/root", "/build"] {
            assert!(Place(path.into()).may_be_own(), "{path}");
        }
    }

    #[test]
    fn a_place_is_told_by_its_path_without_symlinks() {
        let base = tempfile::tempdir().unwrap();
        let base = base.path().canonicalize().unwrap();
        fs::create_dir(base.join("root")).unwrap();
        symlink("root", base.join("link")).unwrap();
        symlink("/", base.join("slash")).unwrap();
        let found = |name: &str| Place::resolve(&base.join(name)).unwrap().map(|place| place.0);
        assert_eq!(found("link"), Some(base.join("root")));
        assert_eq!(found("link/a/b"), Some(base.join("root/a/b")));
        assert_eq!(found("slash"), None);
        let again = |name: &str| Place::again(&base.join(name)).is_some();
        assert_eq!(["root", "link", "missing", "slash"].map(again), [true, false, false, false]);
    }

    #[test]
    fn names_that_begin_alike_are_not_below() {
        let place = Place("/b/root".into());
        let below = ["/b/root/proc", "/b/root/a/b"];
        let not = ["/b/root", "/b/root_1", "/b/root_1/proc", "/b", "/", "/other/b/root/proc"];
        assert_eq!(below.map(|path| place.has_below(Path::new(path))), [true; 2]);
        assert_eq!(not.map(|path| place.has_below(Path::new(path))), [false; 6]);
    }
}
