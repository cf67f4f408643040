//! The snapshot: the results of a build in a folder of our own, inside the build root but out of the build's hands.
//!
//! It is made after the last process of the build is gone, under a name that nobody could foresee. What becomes
//! visible in the end is this folder, so that what was judged is what is handed back, byte for byte.

use crate::handback::{self, Staged};
use crate::root::{LeftOut, Means, copy_below, copy_file, make_staged};
use crate::{WorkerError, root};
use cap_fs_ext::DirExt;
use cap_std::fs::Dir;
use skink_job::SafeText;
use skink_report::ResultReport;
use std::path::{Path, PathBuf};

/// The snapshot of one job.
#[derive(Debug)]
pub(crate) struct Staging {
    root: PathBuf,
    name: String,
    has_raw: bool,
    /// Special files that are not in it, told in lines.
    pub(crate) left_out: Vec<SafeText>,
    /// Names of the packages that were in the build root.
    pub(crate) installed: Vec<String>,
    /// The build's statistics: name and value.
    pub(crate) statistics: Vec<(String, String)>,
}

impl Staging {
    /// Takes the snapshot. `None` where the build left no results to take.
    pub(crate) fn take(root_path: &Path, name: &str, with_raw: bool) -> Result<Option<Self>, WorkerError> {
        let Some(results) = skink_obs::Results::open(root_path)? else { return Ok(None) };
        root::remove_all_staged(root_path)?;
        let path = root_path.join(name);
        let failed = |action| WorkerError::file(action, &path);
        let folder = make_staged(&root::open(root_path)?, name).map_err(failed("create"))?;
        let left = LeftByBuild::find(&results)?;
        let left_out = left.copy(&folder, "results").map_err(failed("copy the results to"))?;
        if with_raw {
            left.copy(&folder, "raw").map_err(failed("copy the results to"))?;
        }
        let statistic = |s: skink_obs::Statistic| (s.name, s.value.to_string());
        Ok(Some(Self {
            root: root_path.to_owned(),
            name: name.to_owned(),
            has_raw: with_raw,
            left_out: left_out.lines(),
            installed: results.installed_packages()?,
            statistics: results.statistics()?.into_iter().map(statistic).collect(),
        }))
    }

    fn folder(&self) -> PathBuf {
        self.root.join(&self.name)
    }

    /// The results, to which hooks add.
    pub(crate) fn results(&self) -> PathBuf {
        self.folder().join("results")
    }

    /// The results as the build left them.
    pub(crate) fn raw_results(&self) -> PathBuf {
        if self.has_raw { self.folder().join("raw") } else { self.results() }
    }

    /// The files that the build left, by path.
    pub(crate) fn files(&self) -> Result<Vec<ResultReport>, WorkerError> {
        let mut files = Vec::new();
        let results = self.results();
        list(&root::open(&results)?, Path::new(""), &mut files)
            .map_err(WorkerError::file("list", &results))?;
        files.sort_unstable();
        Ok(files)
    }

    /// Makes ready for the one rename.
    pub(crate) fn stage(&self) -> Result<Staged, WorkerError> {
        handback::stage(&self.root, &format!("{}/results", self.name), &self.name)
    }
}

/// What a caller of `build` reads.
struct LeftByBuild<'a> {
    results: &'a skink_obs::Results,
    folders: Vec<PathBuf>,
    files: Vec<String>,
}

impl<'a> LeftByBuild<'a> {
    fn find(results: &'a skink_obs::Results) -> Result<Self, WorkerError> {
        Ok(Self { results, folders: results.folders()?, files: results.files()? })
    }

    /// Puts it into the new folder `name` of `into`.
    fn copy(&self, into: &Dir, name: &str) -> std::io::Result<LeftOut> {
        let from = Dir::from_std_file(self.results.folder().try_clone_to_owned()?.into());
        let (to, mut left_out) = (make_staged(into, name)?, LeftOut::default());
        for folder in &self.folders {
            let (mut from, mut to) = (from.try_clone()?, to.try_clone()?);
            for part in folder {
                match to.create_dir(part) {
                    Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => return Err(e),
                    Ok(()) | Err(_) => {}
                }
                (from, to) = (from.open_dir_nofollow(part)?, to.open_dir_nofollow(part)?);
            }
            copy_below(&from, &to, Means::Link, folder, &mut left_out)?;
        }
        for file in &self.files {
            copy_file(&from, &to, Path::new(file), Means::Link)?;
        }
        Ok(left_out)
    }
}

/// The most files of the results that the report tells.
const MOST_FILES: usize = 20_000;

/// Adds the plain files in `folder`, which is at `at`, and below it.
fn list(folder: &Dir, at: &Path, files: &mut Vec<ResultReport>) -> std::io::Result<()> {
    for entry in folder.entries()? {
        let entry = entry?;
        let (path, kind) = (at.join(entry.file_name()), entry.file_type()?);
        if kind.is_dir() {
            list(&folder.open_dir_nofollow(entry.file_name())?, &path, files)?;
        } else if kind.is_file() && files.len() < MOST_FILES {
            let name = SafeText::line(&path.to_string_lossy());
            files.push(ResultReport { name, bytes: entry.metadata()?.len() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn all_that_a_worker_uploads_is_in_the_snapshot() {
        let base = tempfile::tempdir().unwrap();
        let root = base.path();
        let files = ["DEBS/all/x.deb", "DEBS/y.deb", "RPMS/noarch/a.rpm", "OTHER/log", "x.dsc"];
        for file in files {
            let path = root.join(".build.packages").join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        rustix::fs::mkfifoat(rustix::fs::CWD, root.join(".build.packages/OTHER/fifo"), 0o644.into()).unwrap();
        let staging = Staging::take(root, ".skink-1", true).unwrap().unwrap();
        for file in files {
            assert_eq!(fs::read_to_string(staging.results().join(file)).unwrap(), file);
            assert_eq!(fs::read_to_string(staging.raw_results().join(file)).unwrap(), file);
        }
        let listed: Vec<(String, u64)> =
            staging.files().unwrap().iter().map(|file| (file.name.to_string(), file.bytes)).collect();
        let mut want = files.map(|file| (file.to_owned(), file.len() as u64));
        want.sort_unstable();
        assert_eq!(listed, want);
        assert_eq!(staging.left_out, [SafeText::from("OTHER/fifo")]);
    }
}
