//! Folders of one run: inputs, the scratch folder and `/tmp`; how full they are, and how they go.
//!
//! The tool writes what it likes below `work`, so nothing here follows a symlink, recurses, or holds more than a
//! few descriptors. While the tool lives, names may change under our feet: [`RunFolder::measure`] only reads.
//! [`RunFolder::remove`] changes modes and names and must be called when the tool is dead.

mod clear;
mod measure;

use crate::ToolsError;
use skink_job::FileName;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The one user of a tool root, and its group.
const PASSWD: &str = "skink:x:1000:1000:skink:/job/scratch:/usr/sbin/nologin\n";
const GROUP: &str = "skink:x:1000:\n";

/// The folder below `/job/scratch` whose content is kept where a run builds.
const RESULTS: &str = "results";

/// How long it may take to measure what is kept.
const MEASURED: Duration = Duration::from_secs(60);

/// The name of a copied starter.
const STARTER: &str = "starter";

/// Uid and gid that tools run as; none where the caller is an ordinary user itself.
pub(crate) type Owner = Option<(u32, u32)>;

/// The folder that the caller gave for all runs of one call.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    path: PathBuf,
    owner: Owner,
    starter: PathBuf,
    /// Whether its runs change their roots.
    layered: bool,
}

/// Folders of a run that changes its root.
#[derive(Debug)]
pub(crate) struct Layers {
    /// What it changed.
    pub(crate) upper: PathBuf,
    /// The overlay's own.
    pub(crate) work: PathBuf,
    /// Where the overlay is seen, in the run's own mount namespace.
    pub(crate) merged: PathBuf,
}

impl Base {
    /// Puts the made-up files into the folder. `program` becomes the starter: where it lies if the tool's user can
    /// reach it there, and else as a copy. `layered`: its runs change their roots.
    pub(crate) fn install(
        path: &Path,
        owner: Owner,
        program: &Path,
        layered: bool,
    ) -> Result<Self, ToolsError> {
        let in_place = in_place(program, owner);
        let starter = in_place.clone().unwrap_or_else(|| path.join(STARTER));
        let base = Self { path: path.to_owned(), owner, starter, layered };
        if let Some((_, gid)) = owner {
            let mode = fs::metadata(path).map_err(ToolsError::file("read", path))?.mode();
            chown(path, None, Some(gid)).map_err(ToolsError::file("hand over", path))?;
            fs::set_permissions(path, Permissions::from_mode(mode | 0o010))
                .map_err(ToolsError::file("hand over", path))?;
        }
        if in_place.is_none() {
            let mut from = File::open(program).map_err(ToolsError::file("open the starter", program))?;
            base.file(&base.starter, 0o550, |to| io::copy(&mut from, to).map(drop))?;
        }
        base.file(&path.join("passwd"), 0o440, |to| to.write_all(PASSWD.as_bytes()))?;
        base.file(&path.join("group"), 0o440, |to| to.write_all(GROUP.as_bytes()))?;
        Ok(base)
    }

    /// Takes away what [`Base::install`] put there.
    pub(crate) fn remove(&self) -> Result<(), ToolsError> {
        let copy = self.path.join(STARTER);
        let copy = (self.starter == copy).then_some(copy);
        for path in copy.into_iter().chain([self.path.join("passwd"), self.path.join("group")]) {
            fs::remove_file(&path).map_err(ToolsError::file("remove", &path))?;
        }
        Ok(())
    }

    /// A new folder that only the caller writes to and the tool's group may read.
    fn dir(&self, path: &Path) -> Result<(), ToolsError> {
        let make = DirBuilder::new().mode(0o700).create(path);
        make.and_then(|()| self.hand_over(path, 0o750)).map_err(ToolsError::file("make", path))
    }

    /// A new file that the tool's group may read.
    fn file(
        &self,
        path: &Path,
        mode: u32,
        fill: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<(), ToolsError> {
        let make = || {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            fill(&mut file)?;
            self.hand_over(path, mode)
        };
        make().map_err(ToolsError::file("write", path))
    }

    fn hand_over(&self, path: &Path, mode: u32) -> io::Result<()> {
        if let Some((_, gid)) = self.owner {
            chown(path, None, Some(gid))?;
        }
        fs::set_permissions(path, Permissions::from_mode(mode))
    }
}

/// The folders of one run.
#[derive(Debug)]
pub(crate) struct RunFolder {
    base: Base,
    starter: PathBuf,
    path: PathBuf,
    /// Where what it leaves in its folder of results is kept.
    keep: Option<PathBuf>,
}

impl RunFolder {
    /// Makes the folders and lays the inputs.
    pub(crate) fn create(
        base: &Base,
        run: u32,
        inputs: &[(FileName, Vec<u8>)],
        keep: Option<PathBuf>,
    ) -> Result<Self, ToolsError> {
        let path = base.path.join(format!("run-{run}"));
        let folder = Self { base: base.clone(), starter: base.starter.clone(), path, keep };
        base.dir(&folder.path)?;
        folder.fill(inputs)?;
        Ok(folder)
    }

    fn fill(&self, inputs: &[(FileName, Vec<u8>)]) -> Result<(), ToolsError> {
        self.base.dir(&self.inputs())?;
        for (name, content) in inputs {
            self.base.file(&self.inputs().join(name.as_str()), 0o440, |file| file.write_all(content))?;
        }
        for path in self.writable() {
            // The upper one of the layers is the tool's `/`.
            let mode = if self.base.layered { 0o755 } else { 0o700 };
            DirBuilder::new().mode(mode).create(&path).map_err(ToolsError::file("make", &path))?;
            if let Some((uid, gid)) = self.base.owner {
                chown(&path, Some(uid), Some(gid)).map_err(ToolsError::file("hand over", &path))?;
            }
        }
        Ok(())
    }

    /// The folders of a run that changes its root.
    pub(crate) fn layers(&self) -> Layers {
        let at = |name: &str| self.path.join(name);
        Layers { upper: at("upper"), work: at("work"), merged: at("merged") }
    }

    /// Folders that the run may write to.
    fn writable(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.scratch(), self.tmp()];
        if self.base.layered {
            let Layers { upper, work, merged } = self.layers();
            folders.extend([upper, work, merged]);
        }
        folders
    }

    pub(crate) fn starter(&self) -> &Path {
        &self.starter
    }

    pub(crate) fn passwd(&self) -> PathBuf {
        self.base.path.join("passwd")
    }

    pub(crate) fn group(&self) -> PathBuf {
        self.base.path.join("group")
    }

    pub(crate) fn inputs(&self) -> PathBuf {
        self.path.join("inputs")
    }

    pub(crate) fn scratch(&self) -> PathBuf {
        self.path.join("scratch")
    }

    pub(crate) fn tmp(&self) -> PathBuf {
        self.path.join("tmp")
    }

    /// Bytes below what the run may write to, or some number above `limit` where they hold more. Stops at `until`.
    pub(crate) fn measure(&self, limit: u64, until: Instant) -> Result<u64, ToolsError> {
        let mut bytes = 0;
        for path in self.writable() {
            bytes += measure::tree(&path, limit, until).map_err(ToolsError::file("measure", &path))?;
        }
        Ok(bytes)
    }

    /// Removes all folders of the run, but for what is kept; gives the bytes that it had written.
    pub(crate) fn remove(&self) -> Result<u64, ToolsError> {
        let mut bytes = self.keep()?;
        for path in self.writable() {
            if path.exists() {
                bytes += clear::tree(&path).map_err(ToolsError::file("clear", &path))?;
            }
        }
        fs::remove_dir_all(&self.path).map_err(ToolsError::file("remove", &self.path))?;
        Ok(bytes)
    }
}

impl RunFolder {
    /// Moves the results of the run to where they are kept; gives their bytes. Whatever has their name and is no folder
    /// is not moved.
    fn keep(&self) -> Result<u64, ToolsError> {
        let results = self.scratch().join(RESULTS);
        let is_folder = || fs::symlink_metadata(&results).is_ok_and(|found| found.is_dir());
        let Some(place) = self.keep.as_ref().filter(|_| is_folder()) else { return Ok(0) };
        fs::rename(&results, place).map_err(ToolsError::file("move", &results))?;
        measure::tree(place, u64::MAX, Instant::now() + MEASURED).map_err(ToolsError::file("measure", place))
    }
}

impl Drop for RunFolder {
    /// For the ways out on which no tool ran. Where one ran, [`RunFolder::remove`] was called and told.
    fn drop(&mut self) {
        if self.path.exists() {
            let _ = self.remove();
        }
    }
}

/// The path of `program` if the tool's user can run it there. One that was replaced since it started, as by an
/// update, is not there any more.
fn in_place(program: &Path, owner: Owner) -> Option<PathBuf> {
    let path = program.canonicalize().ok()?;
    let (here, there) = (program.metadata().ok()?, path.metadata().ok()?);
    let is_same = (here.dev(), here.ino()) == (there.dev(), there.ino());
    let lets = |folder: &Path| folder.metadata().is_ok_and(|folder| folder.mode() & 0o001 != 0);
    // An ordinary user runs tools as itself.
    let reachable = owner.is_none() || there.mode() & 0o005 == 0o005 && path.ancestors().skip(1).all(lets);
    (is_same && reachable).then_some(path)
}

/// What one entry counts: its allocated bytes, and at least 1 KiB, so that empty files are bounded too.
fn cost(stat: &rustix::fs::Stat) -> u64 {
    u64::try_from(stat.st_blocks).unwrap_or(0).saturating_mul(512).max(1024)
}
