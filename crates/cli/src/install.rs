//! `skink install`: puts Skink in the place of `build` in one folder, as a worker or a backend hands it out.
//!
//! Invariant: at every moment the folder has a `build` that builds. It is repeated after each upgrade of obs-build,
//! which puts its own script back: that script becomes the `build.real`.

use crate::print;
use anyhow::{Context, Result, bail};
use clap::Args;
use skink_obs::{Environment, find_build};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What Skink needs beside itself.
const BESIDE: [&str; 2] = ["skink-runner", "skink-compiler"];
/// Where it stands.
const BUILD: &str = "build";
/// Where obs-build's own script is kept.
const REAL: &str = "build.real";

#[derive(Debug, Args)]
pub(crate) struct InstallArguments {
    /// The folder of obs-build's `build`, such as the one that a backend hands out to its workers.
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// Put obs-build's script back, and take Skink away.
    #[arg(long)]
    undo: bool,
}

pub(crate) fn main(arguments: &InstallArguments) -> Result<ExitCode> {
    let place = Place::look_at(&arguments.into)?;
    if arguments.undo {
        place.undo()?;
    } else {
        place.install(&std::env::current_exe().context("cannot find this program")?)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A folder, and which of its two files are obs-build's script.
struct Place<'a> {
    folder: &'a Path,
    /// `build` is the script: nobody stands in its place.
    is_plain: bool,
}

impl<'a> Place<'a> {
    /// An error where there is no script to keep.
    fn look_at(folder: &'a Path) -> Result<Self> {
        let is_script =
            |name: &str| find_build(Some(&folder.join(name)), folder, &Environment::default()).map(|_| ());
        let place = |is_plain| Self { folder, is_plain };
        match (is_script(BUILD), is_script(REAL)) {
            (Ok(()), _) => Ok(place(true)),
            (Err(_), Ok(())) => Ok(place(false)),
            (Err(error), Err(_)) => {
                bail!(
                    "{} is no folder of obs-build, nor one that Skink is installed in: {error}",
                    folder.display()
                )
            }
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn install(&self, own: &Path) -> Result<()> {
        for name in BESIDE {
            self.put(&own.with_file_name(name), name)?;
        }
        // The script is under both names until ours takes the place of one.
        if self.is_plain {
            self.put(&self.at(BUILD), REAL)?;
        }
        self.put(own, BUILD)?;
        let (build, real) = (self.at(BUILD), self.at(REAL));
        print::line(&format!("{} is Skink now, and calls {}", build.display(), real.display()));
        Ok(())
    }

    fn undo(&self) -> Result<()> {
        if !self.is_plain {
            self.rename(REAL, BUILD)?;
        }
        for name in BESIDE.iter().chain([&REAL]) {
            match fs::remove_file(self.at(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {}", self.at(name).display()));
                }
                Ok(()) | Err(_) => {}
            }
        }
        print::line(&format!("{} is obs-build's own script", self.at(BUILD).display()));
        Ok(())
    }

    /// Puts a copy of a program there under another name first, so that no worker ever fetches half of it.
    fn put(&self, from: &Path, name: &str) -> Result<()> {
        let part = format!(".{name}.part");
        let to = self.at(&part);
        let context = || format!("cannot copy {} to {}", from.display(), to.display());
        fs::copy(from, &to).with_context(context)?;
        fs::set_permissions(&to, Permissions::from_mode(0o755)).with_context(context)?;
        self.rename(&part, name)
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        fs::rename(self.at(from), self.at(to))
            .with_context(|| format!("cannot rename {} to {to}", self.at(from).display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "#!/bin/bash\n# old\n";
    const NEW: &str = "#!/bin/bash\n# new\n";

    /// A folder of obs-build, and a folder of Skink.
    fn folders() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let base = tempfile::tempdir().unwrap();
        let (build, own) = (base.path().join("obs-build"), base.path().join("bin"));
        for folder in [&build, &own] {
            fs::create_dir(folder).unwrap();
        }
        for program in BESIDE.iter().chain([&"skink"]) {
            fs::write(own.join(program), format!("\x7fELF {program}")).unwrap();
        }
        (base, build, own.join("skink"))
    }

    fn state(folder: &Path) -> Vec<String> {
        let mut files: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                let text = fs::read_to_string(&path).unwrap();
                let what = if text == OLD {
                    "old"
                } else if text == NEW {
                    "new"
                } else {
                    "skink"
                };
                format!("{}={what}", path.file_name().unwrap().to_string_lossy())
            })
            .collect();
        files.sort();
        files
    }

    #[test]
    fn each_step_leaves_a_folder_that_builds() {
        let installed = |real: &str| {
            [real, "build=skink", "skink-compiler=skink", "skink-runner=skink"].map(str::to_owned)
        };
        let (_base, folder, own) = folders();
        let place = || Place::look_at(&folder).unwrap();
        let upgrade = || fs::write(folder.join(BUILD), NEW).unwrap();
        assert!(Place::look_at(&folder).is_err(), "an empty folder");
        fs::write(folder.join(BUILD), OLD).unwrap();

        place().install(&own).unwrap();
        assert_eq!(state(&folder), installed("build.real=old"));
        place().install(&own).unwrap();
        assert_eq!(state(&folder), installed("build.real=old"), "a second time");
        upgrade();
        place().install(&own).unwrap();
        assert_eq!(state(&folder), installed("build.real=new"), "after an upgrade");
        for program in [BUILD, "skink-runner", "skink-compiler", REAL] {
            let mode = fs::metadata(folder.join(program)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o755, "{program}");
        }

        place().undo().unwrap();
        assert_eq!(state(&folder), ["build=new"]);
        place().undo().unwrap();
        assert_eq!(state(&folder), ["build=new"], "a second time");
        place().install(&own).unwrap();
        upgrade();
        place().undo().unwrap();
        assert_eq!(state(&folder), ["build=new"], "undone after an upgrade");
    }

    #[test]
    fn what_is_missing_leaves_the_folder_as_it_was() {
        let (_base, folder, own) = folders();
        fs::write(folder.join(BUILD), OLD).unwrap();
        fs::remove_file(own.with_file_name("skink-runner")).unwrap();
        let error = Place::look_at(&folder).unwrap().install(&own).unwrap_err();
        assert!(format!("{error:#}").contains("skink-runner"), "{error:#}");
        assert_eq!(state(&folder), ["build=old"]);
    }
}
