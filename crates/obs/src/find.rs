//! Where the real `build` is, and whether we were called in its place inside a machine.
//!
//! Invariant: what is found is a script and never a copy of ourselves, so that a call cannot come back to us
//! for ever.

use crate::Environment;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Why no real `build` was found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FindError {
    /// The one that was named is none.
    #[error("{path} is not obs-build's `build` script ({why}); --hook-build names the script itself")]
    NotOne {
        /// The path that was named.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// None in any of the usual places.
    #[error(
        "obs-build's `build` is in none of {tried}; install obs-build, or name the script with --hook-build"
    )]
    Nowhere {
        /// The paths that were tried.
        tried: String,
    },
}

/// The real `build`.
#[derive(Debug, Clone)]
pub struct RealBuild {
    script: PathBuf,
    dir: PathBuf,
    default_root: PathBuf,
    options: BTreeSet<String>,
}

impl RealBuild {
    /// The script.
    pub fn script(&self) -> &Path {
        &self.script
    }

    /// The folder of the script and its helpers, `BUILD_DIR` for the script.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The build root that the script takes where none is named.
    pub fn default_root(&self) -> &Path {
        &self.default_root
    }

    /// The same obs-build, with its script that makes build roots in the place of `build`.
    pub(crate) fn root_setup(&self) -> Self {
        Self { script: self.dir.join("init_buildsystem"), ..self.clone() }
    }

    /// Whether the script knows an option; the name is without dashes.
    pub fn knows(&self, name: &str) -> bool {
        self.options.contains(name)
    }

    /// Becomes the script, with the environment as it is but for `BUILD_DIR`. For what is no build, and for a
    /// build without hooks. Returns only if that failed.
    pub fn exec(&self, args: &[OsString]) -> io::Error {
        Command::new(&self.script).args(args).env("BUILD_DIR", &self.dir).exec()
    }

    fn read(path: &Path) -> Result<Self, String> {
        let script = std::fs::canonicalize(path).map_err(|e| e.to_string())?;
        let mut start = [0; 2];
        let mut file = File::open(&script).map_err(|e| e.to_string())?;
        if file.read_exact(&mut start).is_err() || start != *b"#!" {
            return Err("it is no script".to_owned());
        }
        let dir = script.parent().unwrap_or(Path::new("/")).to_owned();
        let text = |name: &Path| std::fs::read(name).map(|b| String::from_utf8_lossy(&b).into_owned());
        let main = text(&script).map_err(|e| e.to_string())?;
        let parts = ["build-vm", "build-recipe"].map(|name| text(&dir.join(name)).unwrap_or_default());
        let lines = main.lines().chain(parts.iter().flat_map(|part| part.lines()));
        let options = lines.flat_map(case_labels).map(str::to_owned).collect();
        let default_root = main
            .lines()
            .find_map(|line| line.trim().strip_prefix("test -z \"$BUILD_ROOT\" && BUILD_ROOT="))
            .map_or_else(|| "/var/tmp/build-root".into(), PathBuf::from);
        Ok(Self { script, dir, default_root, options })
    }

    /// One that exists only in a test.
    #[cfg(test)]
    pub(crate) fn for_tests(dir: &str, options: &[&str]) -> Self {
        Self {
            script: Path::new(dir).join("build"),
            dir: dir.into(),
            default_root: "/var/tmp/build-root".into(),
            options: options.iter().map(|name| (*name).to_owned()).collect(),
        }
    }
}

/// The option names of a line like `-root|-r)` in one of the script's `case` blocks.
fn case_labels(line: &str) -> impl Iterator<Item = &str> {
    let labels = line.trim().split_once(')').map(|(labels, _)| labels).filter(|l| l.starts_with('-'));
    labels.into_iter().flat_map(|labels| labels.split('|')).filter_map(|label| label.strip_prefix('-'))
}

/// Finds the real `build`. `named` is `--hook-build`; `own` is our own program file.
///
/// The order: what is named; `build.real` beside us, where we are installed as `build`; `$BUILD_DIR/build`;
/// the two places where distributions install it.
///
/// # Errors
/// Where the named one is none, or where there is none at all.
pub fn find_build(named: Option<&Path>, own: &Path, env: &Environment) -> Result<RealBuild, FindError> {
    if let Some(path) = named {
        return RealBuild::read(path).map_err(|why| FindError::NotOne { path: path.to_owned(), why });
    }
    let mut places = Vec::new();
    if own.file_name() == Some(OsStr::new("build")) {
        places.push(own.with_file_name("build.real"));
    }
    if let Some(dir) = env.get("BUILD_DIR") {
        // A worker's folder in which we stand as `build` keeps the real one as `build.real`.
        places.extend(["build", "build.real"].map(|name| Path::new(dir).join(name)));
    }
    places.extend(["/usr/lib/obs-build/build", "/usr/lib/build/build"].map(PathBuf::from));
    let found = places.iter().find_map(|place| RealBuild::read(place).ok());
    found.ok_or_else(|| {
        let tried: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
        FindError::Nowhere { tried: tried.join(", ") }
    })
}

/// A call inside the machine: hand on to this script, with the arguments and the environment as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reentry {
    /// The real `build` inside the machine.
    pub script: PathBuf,
}

impl Reentry {
    /// Becomes the script, with the environment as it is. Returns only if that failed.
    pub fn exec(&self, args: &[OsString]) -> io::Error {
        Command::new(&self.script).args(args).exec()
    }
}

/// Whether we were called as `build` inside the machine that `build` has started (its second stage), by the
/// same signs as the script's own: called as `/sbin/init`, or `/.build/build.data` is there.
///
/// `build` copies all of its folder into `/.build`; where we stand as `build` in that folder, the real one
/// is `/.build/build.real`. The script starts itself again by `$0` there, and through `/.build/build` when it
/// changes its personality: both lead back to it.
pub fn reentry(called_as: &OsStr, env: &Environment) -> Option<Reentry> {
    reentry_below(Path::new("/"), called_as, env)
}

fn reentry_below(root: &Path, called_as: &OsStr, env: &Environment) -> Option<Reentry> {
    let is_init = called_as == "/sbin/init";
    let has_data = root.join(".build/build.data").exists() && env.get("BUILD_IGNORE_2ND_STAGE").is_none();
    let script = root.join(".build/build.real");
    ((is_init || has_data) && script.exists()).then_some(Reentry { script })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn the_real_one_is_a_script() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        write(&at("named/build"), "#!/bin/bash\n      -root|-r)\n      -list*state)\n");
        write(&at("named/build-vm"), "      -vm-args)\n");
        write(&at("w/build"), "\x7fELF");
        write(&at("w/build.real"), "#!/bin/bash\ntest -z \"$BUILD_ROOT\" && BUILD_ROOT=/var/tmp/x\n");
        let env = |name: &str| Environment::from_iter([("BUILD_DIR", at(name))]);
        let other = at("bin/skink");

        let named = find_build(Some(&at("named/build")), &other, &env("w")).unwrap();
        assert_eq!(named.script(), at("named/build"));
        assert!(named.knows("vm-args") && named.knows("r") && !named.knows("nosuch"));
        assert_eq!(named.default_root(), Path::new("/var/tmp/build-root"));

        // As `build` beside `build.real`; by BUILD_DIR, where `build` is one of us; by BUILD_DIR alone.
        for (own, build_dir) in [(at("w/build"), "none"), (other.clone(), "w"), (at("w/build"), "w")] {
            let found = find_build(None, &own, &env(build_dir)).unwrap();
            assert_eq!(found.script(), at("w/build.real"));
            assert_eq!(found.dir(), at("w"));
            assert_eq!(found.default_root(), Path::new("/var/tmp/x"));
        }
        assert_eq!(find_build(None, &other, &env("named")).unwrap().script(), at("named/build"));

        let error = find_build(Some(&at("w/build")), &other, &env("named")).unwrap_err();
        assert!(error.to_string().contains("it is no script"), "{error}");
    }

    #[test]
    fn inside_the_machine_the_real_one_is_called() {
        let root = tempfile::tempdir().unwrap();
        let plain = Environment::default();
        let ignoring = Environment::from_iter([("BUILD_IGNORE_2ND_STAGE", "1")]);
        let found = |called_as: &str, env| reentry_below(root.path(), OsStr::new(called_as), env).is_some();
        assert!(!found("/.build/build", &plain));
        write(&root.path().join(".build/build.real"), "#!/bin/bash\n");
        assert!(!found("/.build/build", &plain), "no machine");
        assert!(found("/sbin/init", &plain));
        write(&root.path().join(".build/build.data"), "");
        assert!(found("/.build/build", &plain));
        assert!(!found("/.build/build", &ignoring));
    }
}
