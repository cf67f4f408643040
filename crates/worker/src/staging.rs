//! The snapshot: the results of a build in a folder of our own, inside the build root but out of the build's hands.
//!
//! It is made after the last process of the build is gone, under a name that nobody could foresee. What becomes
//! visible in the end is this folder, so that what was judged is what is handed back, byte for byte.

use crate::handback::{self, Staged};
use crate::root::{Copied, copy_tree, make_staged};
use crate::{WorkerError, root};
use cap_fs_ext::DirExt;
use cap_std::fs::Dir;
use std::path::{Path, PathBuf};

/// The snapshot of one job.
#[derive(Debug)]
pub(crate) struct Staging {
    root: PathBuf,
    name: String,
    has_raw: bool,
    /// Special files that are not in it.
    pub(crate) left_out: Vec<String>,
    /// Names of the packages that were in the build root.
    pub(crate) installed: Vec<String>,
    /// The build's statistics: name and value.
    pub(crate) statistics: Vec<(String, String)>,
}

impl Staging {
    /// Takes the snapshot. `None` where the build left no results to take.
    pub(crate) fn take(root_path: &Path, name: &str, with_raw: bool) -> Result<Option<Self>, WorkerError> {
        let Some(results) = skink_obs::Results::open(root_path)? else { return Ok(None) };
        root::remove_all_staged(root_path, None)?;
        let path = root_path.join(name);
        let failed = |action| WorkerError::file(action, &path);
        let folder = make_staged(&root::open(root_path)?, name).map_err(failed("create"))?;
        let mut copied = Copied::default();
        let folders = results.folders()?;
        let from = open_path(&results).map_err(failed("open the results for"))?;
        copy_results(&from, &folders, &folder, "results", &mut copied)
            .map_err(failed("copy the results to"))?;
        if with_raw {
            copy_results(&from, &folders, &folder, "raw", &mut Copied::default())
                .map_err(failed("copy the results to"))?;
        }
        let statistic = |s: skink_obs::Statistic| (s.name, s.value.to_string());
        Ok(Some(Self {
            root: root_path.to_owned(),
            name: name.to_owned(),
            has_raw: with_raw,
            left_out: copied.left_out,
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

    /// Makes ready for the one rename.
    pub(crate) fn stage(&self) -> Result<Staged, WorkerError> {
        handback::stage(&self.root, &format!("{}/results", self.name), &self.name)
    }
}

fn open_path(results: &skink_obs::Results) -> std::io::Result<Dir> {
    Ok(Dir::from_std_file(results.folder().try_clone_to_owned()?.into()))
}

fn copy_results(
    from: &Dir,
    folders: &[PathBuf],
    into: &Dir,
    name: &str,
    copied: &mut Copied,
) -> std::io::Result<()> {
    let to = make_staged(into, name)?;
    for folder in folders {
        let (mut from, mut to) = (from.try_clone()?, to.try_clone()?);
        for part in folder {
            match to.create_dir(part) {
                Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => return Err(e),
                Ok(()) | Err(_) => {}
            }
            (from, to) = (from.open_dir_nofollow(part)?, to.open_dir_nofollow(part)?);
        }
        copy_tree(&from, &to, copied)?;
    }
    Ok(())
}
