//! The three layers of one job: the admin's policy, the project's `_hooks`, the package's `_hooks`.

use crate::WorkerError;
use crate::admit::{ModuleFolders, find_file};
use skink_policy::{HooksFile, Merged, Policy, Problems, merge};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Where the admin's policy is.
pub const INSTALLED_POLICY: &str = "/etc/skink/policy.toml";
/// Where the admin's modules are, unless `--hook-modules` says otherwise.
pub const INSTALLED_MODULES: &str = "/etc/skink/modules";
/// The name of a layer's file beside the sources.
const HOOKS_FILE: &str = "_hooks";

/// Why the layers of a job could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LayersError {
    /// A file has errors; each is told with its line.
    #[error("{0}")]
    Problems(#[from] Problems),
    /// A file could not be read.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// Others may write the policy.
    #[error(
        "{path} can be written by others than its owner (mode {mode:o}): nobody can rely on it; chmod go-w it"
    )]
    Writable {
        /// The policy's file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// `--hook-none` where the admin demands a hook.
    #[error("--hook-none is refused: the admin's policy makes the hook {0} mandatory here")]
    Mandatory(String),
}

/// The layers of one job.
#[derive(Debug)]
pub struct Layers {
    /// What the admin allows.
    pub policy: Policy,
    /// The hooks of the job, merged.
    pub merged: Merged,
    /// Where their modules are looked up.
    pub folders: ModuleFolders,
}

/// Reads the policy: the installed one, narrowed by `other`; `other` alone where none is installed; nothing is
/// allowed where there is neither.
pub fn read_policy(installed: &Path, other: Option<&Path>) -> Result<Policy, LayersError> {
    let read = |path: &Path| -> Result<Option<Policy>, LayersError> {
        let Some(bytes) = read_if_there(path)? else { return Ok(None) };
        let mode = fs::metadata(path).map_err(WorkerError::file("look at", path))?.mode() & 0o7777;
        if mode & 0o022 != 0 {
            return Err(LayersError::Writable { path: path.to_owned(), mode });
        }
        Ok(Some(Policy::parse(bytes, &path.display().to_string())?))
    };
    let installed = read(installed)?;
    let other = match other {
        Some(path) => Some(read(path)?.ok_or_else(|| {
            WorkerError::file("read", path)(std::io::Error::from(std::io::ErrorKind::NotFound))
        })?),
        None => None,
    };
    Ok(match (installed, other) {
        (Some(installed), Some(other)) => installed.narrowed_by(other)?,
        (Some(policy), None) | (None, Some(policy)) => policy,
        (None, None) => Policy::default(),
    })
}

/// Reads the `_hooks` of the sources in `sources` and, where the build root is not around them, of the folder
/// above, as osc lays out a checkout.
pub fn load(
    policy: Policy,
    project: Option<&str>,
    sources: &Path,
    root: &Path,
    modules: Option<PathBuf>,
) -> Result<Layers, LayersError> {
    let package = read_hooks(sources)?;
    let above = sources.parent().filter(|_| !sources.starts_with(root)).map(Path::to_owned);
    let project_file = above.as_deref().map(read_hooks).transpose()?.flatten();
    let merged = merge(&policy, project, project_file.as_ref(), package.as_ref())?;
    let folders = ModuleFolders {
        admin: Some(modules.unwrap_or_else(|| PathBuf::from(INSTALLED_MODULES))),
        project: above,
        package: Some(sources.to_owned()),
    };
    Ok(Layers { policy, merged, folders })
}

fn read_hooks(folder: &Path) -> Result<Option<HooksFile>, LayersError> {
    let Some(path) = find_file(folder, HOOKS_FILE) else { return Ok(None) };
    let Some(bytes) = read_if_there(&path)? else { return Ok(None) };
    Ok(Some(HooksFile::parse(bytes, &path.display().to_string())?))
}

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, WorkerError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(WorkerError::file("read", path)(e)),
    }
}
