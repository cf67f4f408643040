//! Debian's package manager: installs aloud, and downloads for chroots without touching this machine.

use super::lists::{Lists, Origin};
use crate::layout::{Layout, make_folder, write};
use crate::process::{self, root_command, run_logged};
use anyhow::Context;
use std::path::{Path, PathBuf};

/// Calls of apt-get.
#[derive(Debug)]
pub(crate) struct Apt {
    log: PathBuf,
    state: PathBuf,
}

impl Apt {
    pub(crate) fn new(layout: &Layout) -> Self {
        Self { log: layout.log("apt.log"), state: layout.cache().join("apt") }
    }

    /// Refreshes the lists of packages. A registry that is away is said, and not yet an error: what is
    /// wanted may be in the lists that are here.
    fn update(&self) -> anyhow::Result<()> {
        let mut update = root_command("apt-get", "refreshing the lists of packages")?;
        update.args(["-q", "-o", "DPkg::Lock::Timeout=300", "update"]);
        if let Err(error) = run_logged(&mut update, &self.log) {
            println!("set-up: the lists of packages could not be refreshed ({error:#})");
        }
        Ok(())
    }

    /// Installs packages on this machine, without what they merely recommend.
    pub(crate) fn install(&self, packages: &[&str]) -> anyhow::Result<()> {
        self.update()?;
        let mut install = root_command("env", "installing packages")?;
        install.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]);
        install.args(["-o", "DPkg::Lock::Timeout=300", "--no-install-recommends", "install"]).args(packages);
        run_logged(&mut install, &self.log).with_context(|| {
            let names = packages.join(" ");
            format!("could not install {names}; is the registry of Debian packages reachable from here?")
        })
    }

    /// Downloads packages and all that they depend on into `folder`, as for a machine that has none.
    pub(crate) fn download(&self, origin: &Origin, packages: &[String], folder: &Path) -> anyhow::Result<()> {
        let lists = Lists::of(origin, &self.state)?;
        let attempt = || run_logged(&mut self.download_command(&lists, packages, folder)?, &self.log);
        if lists.are_the_machines() && attempt().is_ok() {
            return Ok(());
        }
        println!("pool: refreshing the lists of packages");
        if lists.are_the_machines() {
            self.update()?
        } else {
            lists.refresh(&self.log)?
        }
        attempt()
            .context("could not download packages; is the registry of Debian packages reachable from here?")
    }

    /// Downloads one package into `folder`, without what it depends on. Nothing is installed.
    pub(crate) fn download_one(&self, package: &str, folder: &Path) -> anyhow::Result<()> {
        make_folder(folder)?;
        let attempt = || {
            let mut apt = process::command("apt-get");
            apt.current_dir(folder).args(["-q", "download", package]);
            if process::is_root() {
                apt.args(["-o", "APT::Sandbox::User=root"]);
            }
            run_logged(&mut apt, &self.log)
        };
        if attempt().is_ok() {
            return Ok(());
        }
        self.update()?;
        attempt().with_context(|| {
            format!("could not download {package}; is the registry of Debian packages reachable from here?")
        })
    }

    fn download_command(
        &self,
        lists: &Lists,
        packages: &[String],
        folder: &Path,
    ) -> anyhow::Result<std::process::Command> {
        // An empty status file makes apt work out the whole closure.
        let status = self.state.join("status");
        write(&status, "")?;
        make_folder(&folder.join("partial"))?;
        let mut apt = lists.apt();
        apt.args(["-q", "-y", "-o", "APT::Install-Recommends=false", "-o", "Debug::NoLocking=1"]);
        for (option, path) in [("Dir::State::status", &*status), ("Dir::Cache::archives", folder)] {
            apt.arg("-o").arg(format!("{option}={}", path.display()));
        }
        // Nothing of the machine's own cache is written, so no root is needed.
        apt.args(["-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache="]);
        apt.args(["--download-only", "install"]).args(packages);
        Ok(apt)
    }
}
