//! The kits that make hooks of Python and JavaScript, in folders of their own under `target/`.

use super::Group;
use crate::layout::{Layout, fresh_folder, write};
use crate::process::{command, run_logged};
use anyhow::Context;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Pinned, so that a guest that works today works tomorrow.
const COMPONENTIZE_PY: &str = "componentize-py==0.25.1";
const COMPONENTIZE_JS: &str = "@bytecodealliance/componentize-js@0.23.0";

/// Where the kits lie.
#[derive(Debug)]
pub(crate) struct Kits {
    folder: PathBuf,
}

impl Kits {
    pub(crate) fn of(layout: &Layout) -> Self {
        Self { folder: layout.cache().join("kits") }
    }

    /// The program `componentize-py`.
    pub(crate) fn componentize_py(&self) -> PathBuf {
        self.folder.join("python/bin/componentize-py")
    }

    /// The folder from which node imports `@bytecodealliance/componentize-js`.
    pub(crate) fn node_modules(&self) -> PathBuf {
        self.folder.join("node/node_modules")
    }

    /// Installs what is not here.
    pub(crate) fn ensure(&self, layout: &Layout) -> anyhow::Result<()> {
        super::ensure(layout, &[Group::Kits])?;
        self.install("python", COMPONENTIZE_PY, |folder| {
            let log = layout.log("python.log");
            run_logged(command("python3").args(["-m", "venv"]).arg(folder), &log)?;
            let mut pip = command(folder.join("bin/pip"));
            pip.args(["install", "--disable-pip-version-check", "--only-binary=:all:", COMPONENTIZE_PY]);
            run_logged(&mut pip, &log).context("is the registry of Python packages reachable from here?")
        })?;
        self.install("node", COMPONENTIZE_JS, |folder| {
            let mut npm = command("npm");
            npm.arg("install").arg("--prefix").arg(folder);
            npm.args(["--ignore-scripts", "--no-audit", "--no-fund", COMPONENTIZE_JS]);
            let log = layout.log("node.log");
            run_logged(&mut npm, &log).context("is the registry of JavaScript packages reachable from here?")
        })
    }

    /// Fills a folder once: its stamp is written last.
    fn install(
        &self,
        name: &str,
        kit: &str,
        fill: impl FnOnce(&Path) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let folder = self.folder.join(name);
        let stamp = folder.join("kit");
        if fs::read_to_string(&stamp).is_ok_and(|have| have == kit) {
            return Ok(());
        }
        println!("set-up: installing {kit} under target/, needed by the stage guests");
        let start = Instant::now();
        fresh_folder(&folder)?;
        fill(&folder).with_context(|| format!("installing {kit}"))?;
        write(&stamp, kit)?;
        println!("set-up: {kit} is here after {:.1} s", start.elapsed().as_secs_f64());
        Ok(())
    }
}
