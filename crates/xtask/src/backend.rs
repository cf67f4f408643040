//! The backend of the Open Build Service, for the stage `obs`: Debian's package, unpacked and not installed.
//!
//! Installed, it would add users, units and start services of a developer's machine; unpacked, it is a folder below
//! `target/` that goes with it. Only the Perl libraries that it uses are installed. Invariant: a stamp is written
//! last and names what was unpacked; where it fits, apt is not called.

use crate::layout::{Layout, fresh_folder, write};
use crate::process::{command, run_logged};
use crate::setup::{self, Apt, Group, is_debian};
use anyhow::{Context, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

const PACKAGE: &str = "obs-server";

/// The folder of `bs_srcserver` and the other programs.
pub(crate) fn code(layout: &Layout) -> PathBuf {
    folder(layout).join("usr/lib/obs/server")
}

fn folder(layout: &Layout) -> PathBuf {
    layout.cache().join(PACKAGE)
}

/// Downloads and unpacks what is not here.
pub(crate) fn ensure(layout: &Layout) -> anyhow::Result<()> {
    setup::ensure(layout, &[Group::Build, Group::Backend])?;
    let stamp = layout.cache().join("obs-server.stamp");
    let stamped = fs::read_to_string(&stamp).unwrap_or_default();
    if !stamped.is_empty() && code(layout).join("bs_worker").is_file() {
        return Ok(());
    }
    if !is_debian() {
        bail!("the OBS backend of the stage obs is Debian's package {PACKAGE}, and there is no apt-get here");
    }
    let start = Instant::now();
    println!(
        "backend: downloading {PACKAGE} and unpacking it under target/, needed by the stage obs; not installed"
    );
    let folder = folder(layout);
    fresh_folder(&folder)?;
    Apt::new(layout).download_one(PACKAGE, &folder)?;
    let package = find_package(&folder)?;
    let mut unpack = command("dpkg-deb");
    run_logged(unpack.arg("-x").arg(&package).arg(&folder), &layout.log("obs-server.log"))?;
    let name = package.file_name().unwrap_or_default().to_string_lossy().into_owned();
    write(&stamp, format!("{name}\n"))?;
    println!("backend: {name} is here after {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn find_package(folder: &Path) -> anyhow::Result<PathBuf> {
    let list = fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))?;
    let mut packages = list.filter_map(Result::ok).map(|entry| entry.path());
    let package = packages.find(|path| path.extension().is_some_and(|extension| extension == "deb"));
    package.with_context(|| format!("apt-get left no package in {}", folder.display()))
}
