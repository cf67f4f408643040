//! Which packages an added package needs, by obs-build's own `expanddeps`.
//!
//! Only for a call with a list of packages (`--rpmlist`): there the script expands nothing. What is in the
//! list already comes first, so that it is what dependencies are met with; the rest comes from a folder of
//! packages that the admin names.

use crate::perl::{self, ProgramError};
use crate::rpmlist::{self, Package};
use crate::{Environment, RealBuild, ScratchFolder};
use skink_job::SafeText;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Why a list could not be extended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExpandError {
    /// The admin names no folder.
    #[error(
        "{names} cannot be added to the list of packages: the admin's policy names no folder to take packages from"
    )]
    NoRepository {
        /// The packages to be added.
        names: String,
    },
    /// The folder cannot be used.
    #[error("the folder of packages {path} cannot be used: {why}")]
    Repository {
        /// The folder.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// One of obs-build's programs refused.
    #[error("obs-build's {program} refused to add {names}: {said}")]
    Refused {
        /// Which program.
        program: &'static str,
        /// The packages to be added.
        names: String,
        /// Its words.
        said: SafeText,
    },
    /// A file or program of ours.
    #[error("cannot {what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: io::Error,
    },
}

/// What is to be expanded, and with what.
pub(crate) struct Expansion<'a> {
    pub(crate) build: &'a RealBuild,
    pub(crate) environment: &'a Environment,
    pub(crate) scratch: &'a ScratchFolder,
    pub(crate) config: &'a Path,
    pub(crate) config_dir: &'a Path,
    pub(crate) arch_path: &'a str,
    pub(crate) listed: &'a [Package],
    pub(crate) removed: &'a BTreeSet<String>,
    pub(crate) added: &'a [String],
    pub(crate) repositories: &'a [PathBuf],
}

impl Expansion<'_> {
    /// The packages that the list lacks.
    pub(crate) fn missing(&self) -> Result<Vec<Package>, ExpandError> {
        let repositories = self.repositories()?;
        let folder = self.linked_packages()?;
        let mut dependencies = self.run("createdirdeps", &[folder.as_os_str()])?;
        dependencies.push_str(&self.unseen_packages());
        dependencies.push_str("D:\n");
        for repository in &repositories {
            dependencies.push_str(&self.run("createdirdeps", &[repository.as_os_str()])?);
            dependencies.push_str("D:\n");
        }
        let file = self.scratch.join("dependencies");
        fs::write(&file, dependencies).map_err(|source| io_error(&file, source))?;

        let kept = self.listed.iter().filter(|package| !self.removed.contains(&package.name));
        let names = kept.map(|package| package.name.as_str()).chain(self.added.iter().map(String::as_str));
        let mut args: Vec<&OsStr> = vec!["--dist".as_ref(), self.config.as_ref(), "--depfile".as_ref()];
        args.extend([file.as_ref(), "--archpath".as_ref(), OsStr::new(self.arch_path)]);
        args.extend(["--configdir".as_ref(), self.config_dir.as_os_str()]);
        args.extend(names.map(OsStr::new));
        let expanded = rpmlist::packages(&self.run("expanddeps", &args)?);
        let is_new =
            |package: &Package| repositories.iter().any(|r| Path::new(&package.place).starts_with(r));
        Ok(expanded.into_iter().filter(is_new).collect())
    }

    fn repositories(&self) -> Result<Vec<PathBuf>, ExpandError> {
        if self.repositories.is_empty() {
            return Err(ExpandError::NoRepository { names: self.added.join(", ") });
        }
        // `createdirdeps` hands the path to a shell, so it has to be as plain as our scratch folder's.
        let plain = |path: &PathBuf| match ScratchFolder::new(path) {
            Ok(folder) => Ok(folder.path().to_owned()),
            Err(e) => Err(ExpandError::Repository { path: path.to_owned(), why: e.to_string() }),
        };
        self.repositories.iter().map(plain).collect()
    }

    /// A folder with links to the packages of the list.
    fn linked_packages(&self) -> Result<PathBuf, ExpandError> {
        let folder = self.scratch.join("listed");
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|source| io_error(&folder, source))?;
        }
        fs::create_dir(&folder).map_err(|source| io_error(&folder, source))?;
        for package in self.listed {
            let place = Path::new(&package.place);
            if let Some(ending) = ending(place).filter(|_| place.is_absolute()) {
                let link = folder.join(format!("{}{ending}", package.name));
                symlink(place, &link).map_err(|source| io_error(&link, source))?;
            }
        }
        Ok(folder)
    }

    /// Stand-ins for packages of the list without a file here: they provide their names and need nothing.
    fn unseen_packages(&self) -> String {
        let debs = self.listed.iter().any(|package| package.place.ends_with(".deb"));
        let arch = if debs { "all" } else { "noarch" };
        let mut text = String::new();
        for Package { name, place } in self.listed {
            if Path::new(place).is_absolute() && ending(Path::new(place)).is_some() {
                continue;
            }
            let id = format!("{name}.{arch}-0/0/0");
            let _ = write!(text, "F:{id}: {place}\nP:{id}: {name}\nI:{id}: {name}-0-0 0-{arch}\n");
        }
        text
    }

    /// Runs one of obs-build's perl programs and gives its output.
    fn run(&self, program: &'static str, args: &[&OsStr]) -> Result<String, ExpandError> {
        perl::run(self.build, self.environment, program, args).map_err(|why| match why {
            ProgramError::Start(source) => {
                ExpandError::Io { what: format!("run perl for {program}"), source }
            }
            ProgramError::Refused(said) => {
                ExpandError::Refused { program, names: self.added.join(", "), said }
            }
        })
    }
}

/// The end of a file name that `createdirdeps` takes for a package.
fn ending(place: &Path) -> Option<&'static str> {
    let name = place.file_name()?.to_str()?;
    [".rpm", ".deb", ".pkg.tar.gz", ".pkg.tar.xz"].into_iter().find(|ending| name.ends_with(ending))
}

fn io_error(path: &Path, source: io::Error) -> ExpandError {
    ExpandError::Io { what: format!("write {}", path.display()), source }
}
