//! What a build left in its root.
//!
//! Invariant: everything is opened below the root's own descriptor, and a symlink in it means what it meant
//! to the build: `/` is the root, and nothing leads out of it. What is read is bounded.

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, ResolveFlags, openat2, statat};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

/// The most that is read of the statistics, in bytes.
const MOST_STATISTICS: u64 = 64 << 10;
/// The most names that are read of one folder.
const MOST_NAMES: usize = 20_000;

/// Why results could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} of the build root {root}: {source}")]
pub struct ResultsError {
    what: &'static str,
    root: PathBuf,
    source: io::Error,
}

/// One line of the build's statistics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistic {
    /// What was measured, such as `TIME_main_build` (seconds) or `MAX_mb_used_memory` (MiB).
    pub name: String,
    /// The value.
    pub value: u64,
}

/// The results of one build, opened.
#[derive(Debug)]
pub struct Results {
    root_path: PathBuf,
    root: OwnedFd,
    packages: OwnedFd,
}

impl Results {
    /// Opens the results below a build root: the folder `.build.packages`, or what the symlink of that name
    /// leads to. `None` where there are none.
    pub fn open(root: &Path) -> Result<Option<Self>, ResultsError> {
        let error =
            |what| move |e: rustix::io::Errno| ResultsError { what, root: root.to_owned(), source: e.into() };
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let opened = rustix::fs::open(root, flags, Mode::empty());
        let Some(fd) = missing_is_none(opened).map_err(error("open the folder"))? else { return Ok(None) };
        let packages = missing_is_none(folder(fd.as_fd(), ".build.packages"));
        let packages = packages.map_err(error("open the results"))?;
        Ok(packages.map(|packages| Self { root_path: root.to_owned(), root: fd, packages }))
    }

    /// The folder of the results.
    pub fn folder(&self) -> BorrowedFd<'_> {
        self.packages.as_fd()
    }

    /// The folders with results, relative to [`Results::folder`]: those of each architecture in `RPMS`, and the
    /// other ones that are there. None of them lies in another.
    pub fn folders(&self) -> Result<Vec<PathBuf>, ResultsError> {
        const PLAIN: &[&str] = &[
            "SRPMS",
            "SDEBS",
            "DEBS",
            "ARCHPKGS",
            "APKS",
            "KIWI",
            "DOCKER",
            "FISSILE",
            "HELM",
            "PRODUCT",
            "LIVEBUILD",
            "SNAP",
            "APPIMAGE",
            "FLATPAK",
            "MKOSI",
            "OTHER",
        ];
        let arches = self.names(self.packages.as_fd(), "RPMS", Some(FileType::Directory))?;
        let mut found: Vec<_> = arches.into_iter().map(|arch| Path::new("RPMS").join(arch)).collect();
        for name in PLAIN {
            let stat = statat(&self.packages, *name, AtFlags::SYMLINK_NOFOLLOW);
            if stat.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory) {
                found.push(PathBuf::from(name));
            }
        }
        Ok(found)
    }

    /// The names of the plain files in [`Results::folder`] itself, sorted: a worker uploads them too.
    pub fn files(&self) -> Result<Vec<String>, ResultsError> {
        self.names(self.packages.as_fd(), ".", Some(FileType::RegularFile))
    }

    /// The build's statistics; empty where it wrote none, as in a plain chroot.
    pub fn statistics(&self) -> Result<Vec<Statistic>, ResultsError> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let within = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_SYMLINKS;
        let opened = openat2(&self.packages, "OTHER/_statistics", flags, Mode::empty(), within);
        let error = |source| self.error("read the statistics", source);
        let Some(fd) = missing_is_none(opened).map_err(|e| error(e.into()))? else { return Ok(Vec::new()) };
        let file = File::from(fd);
        if !file.metadata().map_err(error)?.is_file() {
            return Ok(Vec::new());
        }
        let mut bytes = Vec::new();
        file.take(MOST_STATISTICS).read_to_end(&mut bytes).map_err(error)?;
        Ok(String::from_utf8_lossy(&bytes).lines().filter_map(statistic).collect())
    }

    /// The names of the packages that were installed in the build root, sorted.
    pub fn installed_packages(&self) -> Result<Vec<String>, ResultsError> {
        let mut names = self.names(self.root.as_fd(), "installed-pkg", None)?;
        names.retain(|name| crate::facts::is_name(name));
        names.sort_unstable();
        Ok(names)
    }

    /// Removes former results from a build root (`.build.oldpackages…`). Where a hook compares instead of
    /// `build`, what an earlier call left there must not be compared again (`--no-init` keeps it).
    pub fn forget_previous(root: &Path) -> io::Result<()> {
        let entries = match std::fs::read_dir(root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            if !entry.file_name().to_string_lossy().starts_with(".build.oldpackages") {
                continue;
            }
            if entry.file_type()?.is_dir() {
                std::fs::remove_dir_all(entry.path())?;
            } else {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// The names in a folder below `dir`; empty where it is not there.
    fn names(
        &self,
        dir: BorrowedFd<'_>,
        name: &str,
        only: Option<FileType>,
    ) -> Result<Vec<String>, ResultsError> {
        let error = |e: rustix::io::Errno| self.error("list a folder", e.into());
        let Some(fd) = missing_is_none(folder(dir, name)).map_err(error)? else { return Ok(Vec::new()) };
        let mut names = Vec::new();
        for entry in Dir::read_from(&fd).map_err(error)?.take(MOST_NAMES) {
            let entry = entry.map_err(error)?;
            let Ok(name) = entry.file_name().to_str() else { continue };
            let is_wanted = || match only {
                None => true,
                Some(kind) => statat(&fd, name, AtFlags::SYMLINK_NOFOLLOW)
                    .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == kind),
            };
            if !matches!(name, "." | "..") && is_wanted() {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn error(&self, what: &'static str, source: io::Error) -> ResultsError {
        ResultsError { what, root: self.root_path.clone(), source }
    }
}

fn folder(dir: BorrowedFd<'_>, name: &str) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat2(dir, name, flags, Mode::empty(), ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS)
}

/// What is not there, or is no folder, is no error.
fn missing_is_none(opened: rustix::io::Result<OwnedFd>) -> rustix::io::Result<Option<OwnedFd>> {
    use rustix::io::Errno;
    match opened {
        Ok(fd) => Ok(Some(fd)),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
        Err(error) => Err(error),
    }
}

fn statistic(line: &str) -> Option<Statistic> {
    let (name, value) = line.split_once(':')?;
    let fits = name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let value = value.trim().parse().ok()?;
    (fits && !name.is_empty()).then(|| Statistic { name: name.to_owned(), value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::{MetadataExt, symlink};

    fn make(root: &Path, folders: &[&str], files: &[(&str, &str)]) {
        for folder in folders {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        for (file, text) in files {
            fs::write(root.join(file), text).unwrap();
        }
    }

    #[test]
    fn results_behind_a_symlink_that_means_the_root() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let top = "home/abuild/rpmbuild";
        let folders = ["RPMS/x86_64", "RPMS/noarch", "SRPMS", "OTHER"].map(|name| format!("{top}/{name}"));
        make(root, &folders.each_ref().map(String::as_str), &[]);
        make(root, &["installed-pkg"], &[("installed-pkg/zlib", ""), ("installed-pkg/a b", "")]);
        make(root, &[], &[("home/abuild/rpmbuild/OTHER/_statistics", "TIME_x: 3\nbad\nMAX_mb: 7\nx y: 1\n")]);
        make(root, &[], &[("home/abuild/rpmbuild/RPMS/file", "")]);
        assert!(Results::open(root).unwrap().is_none());

        for target in [format!("/{top}"), top.to_owned(), format!("../../../{top}")] {
            let _ = fs::remove_file(root.join(".build.packages"));
            symlink(&target, root.join(".build.packages")).unwrap();
            let results = Results::open(root).unwrap().unwrap();
            let opened = fs::metadata(format!("/proc/self/fd/{}", results.folder().as_raw_fd())).unwrap();
            assert_eq!(opened.ino(), fs::metadata(root.join(top)).unwrap().ino(), "{target}");
            let want = ["RPMS/noarch", "RPMS/x86_64", "SRPMS", "OTHER"].map(PathBuf::from);
            assert_eq!(results.folders().unwrap(), want);
            let shown: Vec<_> =
                results.statistics().unwrap().into_iter().map(|s| (s.name, s.value)).collect();
            assert_eq!(shown, [("TIME_x".to_owned(), 3), ("MAX_mb".to_owned(), 7)]);
            assert_eq!(results.installed_packages().unwrap(), ["zlib"]);
        }
    }

    #[test]
    fn what_a_worker_uploads_is_named_once() {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path().join(".build.packages");
        make(
            &top,
            &["DEBS/all", "DEBS/amd64", "RPMS/noarch", "BUILD"],
            &[("DEBS/all/x.deb", ""), ("x.dsc", "")],
        );
        symlink("x.dsc", top.join("link")).unwrap();
        let results = Results::open(dir.path()).unwrap().unwrap();
        assert_eq!(results.folders().unwrap(), ["RPMS/noarch", "DEBS"].map(PathBuf::from));
        assert_eq!(results.files().unwrap(), ["x.dsc"]);
    }

    #[test]
    fn nothing_leads_out_of_the_root() {
        let outside = tempfile::tempdir().unwrap();
        make(outside.path(), &["RPMS/x86_64", "OTHER"], &[("OTHER/_statistics", "STOLEN: 1\n")]);
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        symlink(outside.path(), root.join(".build.packages")).unwrap();
        assert!(Results::open(root).unwrap().is_none(), "a link to a folder of the host");

        fs::remove_file(root.join(".build.packages")).unwrap();
        make(root, &[".build.packages"], &[]);
        symlink(outside.path().join("OTHER"), root.join(".build.packages/OTHER")).unwrap();
        symlink(outside.path().join("RPMS"), root.join(".build.packages/RPMS")).unwrap();
        symlink(outside.path(), root.join("installed-pkg")).unwrap();
        let results = Results::open(root).unwrap().unwrap();
        assert_eq!(results.folders().unwrap(), Vec::<PathBuf>::new());
        assert_eq!(results.statistics().unwrap(), []);
        assert_eq!(results.installed_packages().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn former_results_are_removed_and_links_not_followed() {
        let outside = tempfile::tempdir().unwrap();
        make(outside.path(), &[], &[("precious", "")]);
        let dir = tempfile::tempdir().unwrap();
        make(dir.path(), &[".build.oldpackages", "usr"], &[(".build.oldpackages/a.rpm", "")]);
        symlink(outside.path(), dir.path().join(".build.oldpackages1")).unwrap();
        Results::forget_previous(dir.path()).unwrap();
        let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["usr"]);
        assert!(outside.path().join("precious").exists());
        Results::forget_previous(&dir.path().join("missing")).unwrap();
    }
}
