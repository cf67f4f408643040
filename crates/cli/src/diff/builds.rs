//! The two builds as the folders that the module is given.
//!
//! What is compared is never changed: where a folder cannot be given as it is, one of links or copies takes its place.

use super::ATTACHMENT;
use anyhow::{Context, Result, bail};
use skink_job::SafeText;
use skink_report::Comparison;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// The folders of both.
#[derive(Debug)]
pub(super) struct Builds {
    pub(super) old: PathBuf,
    pub(super) new: PathBuf,
    /// The name that the old package has, where both are one package: the module saw another.
    old_name: Option<SafeText>,
}

impl Builds {
    /// Both are folders of results, or both are packages. What has to be made is made in `scratch`.
    pub(super) fn find(old: &Path, new: &Path, scratch: &Path) -> Result<Self> {
        match (is_folder(old)?, is_folder(new)?) {
            (true, true) => {
                let new = without_own(new, &scratch.join("new"))?;
                Ok(Self { old: old.to_owned(), new, old_name: None })
            }
            (false, false) => Self::of_packages(old, new, scratch),
            (is_folder, _) => {
                let (folder, package) = if is_folder { (old, new) } else { (new, old) };
                bail!(
                    "{} is a folder, and {} is not; give two folders of results, or two packages",
                    folder.display(),
                    package.display()
                )
            }
        }
    }

    /// Two packages are to be compared with each other whatever they are called, and the module pairs them by the names of
    /// their files: so the old one gets the name of the new one.
    fn of_packages(old: &Path, new: &Path, scratch: &Path) -> Result<Self> {
        if old.extension() != new.extension() {
            bail!("{} and {} are packages of different kinds", old.display(), new.display());
        }
        let name = new.file_name().unwrap_or_default();
        let lay = |package: &Path, folder: &str| alone(package, &scratch.join(folder), name);
        let old_name = old.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self { old: lay(old, "old")?, new: lay(new, "new")?, old_name: Some(SafeText::line(&old_name)) })
    }

    /// Names the files as the user has them.
    pub(super) fn name(&self, found: &mut Comparison) {
        let Some(name) = &self.old_name else { return };
        found
            .packages
            .iter_mut()
            .filter_map(|package| package.old.as_mut())
            .for_each(|old| old.clone_from(name));
    }
}

/// Whether it is a folder; an error where it is neither that nor a package.
fn is_folder(path: &Path) -> Result<bool> {
    let metadata = fs::metadata(path).with_context(|| format!("cannot find {}", path.display()))?;
    if metadata.is_dir() {
        return Ok(true);
    }
    let is_package = path.extension().is_some_and(|end| ["rpm", "deb"].iter().any(|one| end == *one));
    if !metadata.is_file() || !is_package {
        bail!("{} is neither a folder of results nor a package: FILE.rpm or FILE.deb", path.display());
    }
    Ok(false)
}

/// A folder of one package, by that name.
fn alone(package: &Path, folder: &Path, name: &OsStr) -> Result<PathBuf> {
    make(folder)?;
    let real = package.canonicalize().with_context(|| format!("cannot find {}", package.display()))?;
    put(&real, &folder.join(name))?;
    Ok(folder.to_owned())
}

/// The folder itself, or its like without what the same module left there when it ran in the build: no call may leave a
/// file again that is among the results.
fn without_own(build: &Path, like: &Path) -> Result<PathBuf> {
    if !holds_own(build)? {
        return Ok(build.to_owned());
    }
    put_all(build, like)?;
    Ok(like.to_owned())
}

fn is_own(entry: &fs::DirEntry) -> bool {
    entry.file_name().to_string_lossy().eq_ignore_ascii_case(ATTACHMENT)
}

fn entries(folder: &Path) -> Result<Vec<fs::DirEntry>> {
    let read = || fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>();
    read().with_context(|| format!("cannot read {}", folder.display()))
}

fn is_dir(entry: &fs::DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_dir())
}

fn holds_own(folder: &Path) -> Result<bool> {
    for entry in entries(folder)? {
        if is_own(&entry) || (is_dir(&entry) && holds_own(&entry.path())?) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn put_all(from: &Path, to: &Path) -> Result<()> {
    make(to)?;
    for entry in entries(from)?.iter().filter(|entry| !is_own(entry)) {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().with_context(|| format!("cannot look at {}", path.display()))?;
        if kind.is_dir() {
            put_all(&path, &to)?;
        } else if kind.is_symlink() {
            let link = || symlink(fs::read_link(&path)?, &to);
            link().with_context(|| format!("cannot link {}", to.display()))?;
        } else if kind.is_file() {
            put(&path, &to)?;
        }
    }
    Ok(())
}

/// Another name of a file where one can be had, else a copy.
fn put(from: &Path, to: &Path) -> Result<()> {
    if fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    let copied = fs::copy(from, to).map(|_| ());
    copied.with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}

/// A folder that everybody may read, whatever the umask.
fn make(folder: &Path) -> Result<()> {
    let made = || {
        fs::create_dir_all(folder)?;
        fs::set_permissions(folder, Permissions::from_mode(0o755))
    };
    made().with_context(|| format!("cannot make {}", folder.display()))
}
