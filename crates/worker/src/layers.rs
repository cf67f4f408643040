//! The three layers of one job: the admin's policy, the project's hooks, the package's `_hooks`.
//!
//! The project's are lines of the job's build configuration, and the `_hooks` of the folder above the package where
//! there is one, as osc lays out a checkout. On a worker there is none.

use crate::WorkerError;
use crate::admit::{ModuleFolders, find_file};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use skink_job::FileName;
use skink_policy::{EntryLock, HooksFile, LockFile, Merged, ModuleSource, Policy, Problems, merge};
use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Where the admin's policy is.
pub const INSTALLED_POLICY: &str = "/etc/skink/policy.toml";
/// Where the admin's modules are, unless `--hook-modules` says otherwise.
pub const INSTALLED_MODULES: &str = "/etc/skink/modules";
/// The name of a layer's file beside the sources.
const HOOKS_FILE: &str = "_hooks";
/// The name of what pins the modules and tool roots of such a file, beside it.
pub const LOCK_FILE: &str = "_hooks.lock";
/// The largest build configuration that is read, in bytes; those of large projects have some hundred thousand.
const MAX_CONFIG: u64 = 16 << 20;

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

/// Where a job's hooks are said, besides the policy.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The folder of the package's sources.
    pub sources: &'a Path,
    /// The build root.
    pub root: &'a Path,
    /// The job's build configuration, where it names one.
    pub config: Option<&'a Path>,
}

/// Whether [`load`] would find anything to read.
pub fn any(said: Said<'_>) -> bool {
    let mut folders = std::iter::once(said.sources).chain(project_folder(said.sources, said.root));
    // What cannot be read may say something, and is told of by `load`.
    folders.any(|folder| [HOOKS_FILE, LOCK_FILE].iter().any(|name| find_file(folder, name).is_some()))
        || read_config(said.config).map_or(true, |config| config.is_some())
}

/// The build configuration, if it has hook lines. One that is not there is for `build` to miss.
fn read_config(path: Option<&Path>) -> Result<Option<(&Path, Vec<u8>)>, WorkerError> {
    let Some(path) = path else { return Ok(None) };
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(WorkerError::file("read", path)(e)),
    };
    if !file.metadata().map_err(WorkerError::file("look at", path))?.is_file() {
        return Ok(None); // a pipe can only be read once, and that is for `build`
    }
    let mut bytes = Vec::new();
    file.take(MAX_CONFIG + 1).read_to_end(&mut bytes).map_err(WorkerError::file("read", path))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_CONFIG {
        let why = format!("it has more than {MAX_CONFIG} bytes");
        return Err(WorkerError::file("read", path)(std::io::Error::other(why)));
    }
    Ok(skink_policy::has_hook_lines(&bytes).then_some((path, bytes)))
}

/// The folder of the project's layer.
fn project_folder<'a>(sources: &'a Path, root: &Path) -> Option<&'a Path> {
    sources.parent().filter(|_| !sources.starts_with(root))
}

/// Reads the hook lines of the configuration, the `_hooks` of the sources and, where the build root is not around
/// them, of the folder above. Of a line and an entry above of one name the entry counts.
pub fn load(
    policy: Policy,
    project: Option<&str>,
    said: Said<'_>,
    modules: Option<PathBuf>,
) -> Result<Layers, LayersError> {
    let sources = said.sources;
    let package = read_hooks(sources)?;
    let above = project_folder(sources, said.root);
    let above_file = above.map(read_hooks).transpose()?.flatten();
    let lines = match read_config(said.config)? {
        Some((path, bytes)) => Some(HooksFile::parse_lines(&bytes, &path.display().to_string())?),
        None => None,
    };
    let project_layer = match (lines, above_file) {
        (Some(lines), Some(file)) => Some(lines.followed_by(file)),
        (lines, file) => lines.or(file),
    };
    let merged = merge(&policy, project, project_layer.as_ref(), package.as_ref())?;
    let folders = ModuleFolders {
        admin: Some(modules.unwrap_or_else(|| PathBuf::from(INSTALLED_MODULES))),
        project: above.map(Path::to_owned),
        package: Some(sources.to_owned()),
    };
    Ok(Layers { policy, merged, folders })
}

/// The `_hooks` of a folder, held by the `_hooks.lock` beside it. A lock alone locks hooks that are not there.
fn read_hooks(folder: &Path) -> Result<Option<HooksFile>, LayersError> {
    let hooks = read_unlocked(folder)?;
    match read_lock(folder)? {
        Some(lock) => Ok(Some(hooks.unwrap_or_default().locked_by(&lock)?)),
        None => Ok(hooks),
    }
}

/// The `_hooks` of a folder, whatever its lock says.
pub fn read_unlocked(folder: &Path) -> Result<Option<HooksFile>, LayersError> {
    let Some(path) = find_file(folder, HOOKS_FILE) else { return Ok(None) };
    let bytes = read_plain(&path)?;
    Ok(Some(HooksFile::parse(bytes, &path.display().to_string())?))
}

/// The `_hooks.lock` of a folder.
pub fn read_lock(folder: &Path) -> Result<Option<LockFile>, LayersError> {
    let Some(path) = find_file(folder, LOCK_FILE) else { return Ok(None) };
    let bytes = read_plain(&path)?;
    Ok(Some(LockFile::parse(bytes, &path.display().to_string())?))
}

/// What the lock of a folder says of a module there, by the first hook of the `_hooks` that has it.
pub fn lock_of_module(folder: &Path, module: &FileName) -> Result<Option<EntryLock>, LayersError> {
    if find_file(folder, LOCK_FILE).is_none() {
        return Ok(None); // then a `_hooks` is nothing to whoever tries a module
    }
    let source = ModuleSource::Beside(module.clone());
    let hooks = read_hooks(folder)?.unwrap_or_default();
    Ok(hooks.hooks().find(|hook| hook.module == source).and_then(|hook| hook.lock.clone()))
}

/// Reads a file of a project. It is a plain one: what a link points to is perhaps not the project's to read, and
/// what is wrong in a file is quoted.
fn read_plain(path: &Path) -> Result<Vec<u8>, WorkerError> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(file) => fs::File::from(file),
        Err(Errno::LOOP) => return Err(not_plain(path)),
        Err(errno) => return Err(WorkerError::file("read", path)(errno.into())),
    };
    if !file.metadata().map_err(WorkerError::file("look at", path))?.is_file() {
        return Err(not_plain(path));
    }
    let mut bytes = Vec::new();
    // One byte more than may be, so that it is seen to be too long.
    let most = u64::try_from(skink_policy::MAX_TEXT).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(WorkerError::file("read", path))?;
    Ok(bytes)
}

fn not_plain(path: &Path) -> WorkerError {
    WorkerError::file("read", path)(std::io::Error::other("it must be a plain file, and is none"))
}

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, WorkerError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(WorkerError::file("read", path)(e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_hooks_file_is_a_plain_file_or_an_error() {
        type Plant = fn(&Path);
        let rows: [(&str, Plant, &str); 7] = [
            ("nothing", |_| {}, ""),
            ("a file", |path| fs::write(path, "schema = 1\nhooks.a.module = \"a.wasm\"").unwrap(), "a"),
            ("a link", |path| symlink("/etc/passwd", path).unwrap(), "must be a plain file"),
            ("a link to nothing", |path| symlink("nothing", path).unwrap(), "must be a plain file"),
            ("a folder", |path| fs::create_dir(path).unwrap(), "must be a plain file"),
            (
                "a pipe",
                |path| drop(std::process::Command::new("mkfifo").arg(path).status()),
                "must be a plain file",
            ),
            (
                "a huge file",
                |path| fs::File::create(path).unwrap().set_len(1 << 40).unwrap(),
                "at most 1048576",
            ),
        ];
        for (what, plant, want) in rows {
            let base = tempfile::tempdir().unwrap();
            let package = base.path().join("package");
            fs::create_dir(&package).unwrap();
            plant(&package.join(HOOKS_FILE));
            let said = Said { sources: &package, root: Path::new("/nowhere"), config: None };
            match load(Policy::default(), None, said, None) {
                Ok(layers) => {
                    let names: Vec<String> =
                        layers.merged.entries.iter().map(|entry| entry.name.to_string()).collect();
                    assert_eq!(names.join(" "), want, "{what}");
                }
                Err(error) => {
                    let error = error.to_string();
                    assert!(!want.is_empty() && error.contains(want), "{what}: {error}");
                    assert!(!error.contains("root:"), "{what}: {error}");
                }
            }
        }
    }

    #[test]
    fn a_lock_is_looked_for_where_hooks_are() {
        let locks = |name: &str| format!("schema = 1\nhooks.{name}.sha256 = \"{}\"", "ab".repeat(32));
        let rows = [
            // the lock, whether a `_hooks` with the hook `a` is there, hooks with whether they are locked
            (None, true, "a free"),
            (Some(locks("a")), true, "a locked"),
            (Some("schema = 1".to_owned()), true, "a locked"),
            (Some(locks("b")), true, "this lock is stale"),
            (Some(locks("a")), false, "this lock is stale"),
            (Some("schema = 2".to_owned()), true, "has schema 2"),
        ];
        for (lock, has_hooks, want) in rows {
            let base = tempfile::tempdir().unwrap();
            let package = base.path().join("package");
            fs::create_dir(&package).unwrap();
            if has_hooks {
                fs::write(package.join(HOOKS_FILE), "schema = 1\nhooks.a.module = \"a.wasm\"").unwrap();
            }
            if let Some(lock) = &lock {
                fs::write(package.join(format!("_service:x:{LOCK_FILE}")), lock).unwrap();
            }
            let said = Said { sources: &package, root: Path::new("/nowhere"), config: None };
            assert!(any(said), "{lock:?}");
            let got = match load(Policy::default(), None, said, None) {
                Ok(layers) => {
                    let word = |lock: bool| if lock { "locked" } else { "free" };
                    let entries = layers.merged.entries.iter();
                    entries.map(|entry| format!("{} {}", entry.name, word(entry.lock.is_some()))).collect()
                }
                Err(error) => error.to_string(),
            };
            assert!(got.contains(want), "{lock:?}: {got}");
        }
    }

    #[test]
    fn the_lines_of_the_configuration_are_of_the_project() {
        let base = tempfile::tempdir().unwrap();
        let (package, config) = (base.path().join("package"), base.path().join("prjconf"));
        fs::create_dir(&package).unwrap();
        let rows = [
            // configuration, the folder's above, hooks with their layers; nothing where there are none to look for
            (None, None, None),
            (Some("Type: spec\n"), None, None),
            (Some("#!Hook: a = { module = \"a.wasm\" }"), None, Some("a project")),
            (
                Some("#!Hook: a = { module = \"a.wasm\" }"),
                Some("hooks.b.module = \"b\""),
                Some("a project b project"),
            ),
            (Some("#!Hook: a = { disabled = true }"), None, Some("")),
            (Some("#!Hook: a"), None, Some("error: this is no valid TOML")),
        ];
        for (lines, above, want) in rows {
            let _ = fs::remove_file(&config);
            let _ = fs::remove_file(base.path().join(HOOKS_FILE));
            if let Some(lines) = lines {
                fs::write(&config, lines).unwrap();
            }
            if let Some(above) = above {
                fs::write(base.path().join(HOOKS_FILE), format!("schema = 1\n{above}")).unwrap();
            }
            let said = Said { sources: &package, root: Path::new("/nowhere"), config: Some(&config) };
            let got = any(said).then(|| match load(Policy::default(), None, said, None) {
                Ok(layers) => {
                    let shown =
                        layers.merged.entries.iter().map(|entry| format!("{} {}", entry.name, entry.layer));
                    shown.collect::<Vec<_>>().join(" ")
                }
                Err(error) => error.to_string(),
            });
            let fits = match (&got, want) {
                (Some(got), Some(want)) => {
                    got == want || (want.starts_with("error") && got.starts_with(want))
                }
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            };
            assert!(fits, "{lines:?} {above:?}: {got:?}, not {want:?}");
        }
    }
}
