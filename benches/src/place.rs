//! What `cargo xtask bench` tells of this checkout, and commands to measure.

use crate::measure::{Rest, Step};
use anyhow::{Context, bail, ensure};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The folders to work with. The names of the variables are explained in CONTRIBUTING.md.
pub(crate) struct Place {
    bin: PathBuf,
    hooks: PathBuf,
    folder: PathBuf,
}

impl Place {
    pub(crate) fn told() -> anyhow::Result<Self> {
        let told = |name: &str| {
            let value = std::env::var_os(name).map(PathBuf::from);
            value.with_context(|| format!("{name} is not set; run `cargo xtask bench`"))
        };
        let (bin, hooks) = (told("SKINK_BIN_DIR")?, told("SKINK_HOOKS_DIR")?);
        Ok(Self { bin, hooks, folder: told("SKINK_TEST_DIR")? })
    }

    /// The program `skink`; the two that it starts are beside it.
    pub(crate) fn skink(&self) -> PathBuf {
        self.bin.join("skink")
    }

    /// The folder of the modules.
    pub(crate) fn hooks(&self) -> PathBuf {
        self.hooks.clone()
    }

    /// The folder that compiled modules are kept in.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    /// The guest of the rows about trees.
    pub(crate) fn guest(&self) -> anyhow::Result<PathBuf> {
        let told = std::env::var_os("SKINK_BENCH_GUEST").map(PathBuf::from);
        told.context("SKINK_BENCH_GUEST is not set; run `cargo xtask bench`")
    }

    /// A new empty folder for `what`.
    pub(crate) fn fresh(&self, what: &str) -> anyhow::Result<PathBuf> {
        let path = self.folder.join(what);
        if path.exists() {
            fs::remove_dir_all(&path).with_context(|| format!("emptying {}", path.display()))?;
        }
        fs::create_dir_all(&path).with_context(|| format!("making {}", path.display()))?;
        Ok(path)
    }
}

/// The peer of whoever makes walls: a program that does nothing, in namespaces of its own, so many times.
pub(crate) fn bwrap(times: usize) -> anyhow::Result<Step> {
    let mut bwrap = Command::new("bwrap");
    bwrap.args(["--unshare-all", "--ro-bind", "/", "/", "true"]);
    let mut once = command(bwrap)?;
    Ok(Box::new(move || (0..times).try_fold(None, |_, _| once())))
}

/// A step that runs a command to its end. It is run once here, where its words can be part of the error.
pub(crate) fn command(mut command: Command) -> anyhow::Result<Step> {
    let first = command.stdin(Stdio::null()).output().with_context(|| format!("starting {command:?}"))?;
    if !first.status.success() {
        let words = [first.stdout, first.stderr].concat();
        bail!("{command:?} ended with {}: {}", first.status, String::from_utf8_lossy(&words).trim());
    }
    Ok(Box::new(move || quietly(&mut command)))
}

/// Runs a command to its end, with what it says going nowhere.
pub(crate) fn quietly(command: &mut Command) -> anyhow::Result<Rest> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().with_context(|| format!("starting {command:?}"))?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(None)
}
