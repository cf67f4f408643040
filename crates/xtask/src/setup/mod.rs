//! Set-up: finds what is missing on this machine, installs it, and says what and why.
//!
//! Invariant: where nothing is missing no package manager is called, so that it can run before everything.

mod apt;
mod guests;
mod kits;
mod lists;
mod needs;

use crate::layout::Layout;
use crate::process;
use anyhow::bail;
pub(crate) use apt::Apt;
pub(crate) use guests::{GUEST_TARGET, GuestToolchain};
pub(crate) use kits::Kits;
pub(crate) use lists::Origin;
pub(crate) use needs::Group;
use needs::{NEEDS, Need};
use std::path::Path;
use std::time::Instant;

/// Installs what the groups need. Gives the toolchain for guests where that was among them.
pub(crate) fn ensure(layout: &Layout, groups: &[Group]) -> anyhow::Result<Option<GuestToolchain>> {
    let start = Instant::now();
    let missing: Vec<&Need> =
        NEEDS.iter().filter(|need| groups.contains(&need.group) && !need.is_here()).collect();
    if !missing.is_empty() {
        install(layout, &missing)?;
        println!("set-up: installed in {:.1} s", start.elapsed().as_secs_f64());
    }
    if groups.contains(&Group::Guests) { guests::ensure(layout).map(Some) } else { Ok(None) }
}

fn install(layout: &Layout, missing: &[&Need]) -> anyhow::Result<()> {
    let list: Vec<String> =
        missing.iter().map(|need| format!("  {:<20} needed {}", need.package, need.why)).collect();
    let list = list.join("\n");
    if !is_debian() {
        bail!(
            "set-up installs packages on Debian alone; install these (by their names there), and call again:\n{list}"
        );
    }
    println!("set-up: installing with apt-get\n{list}");
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    Apt::new(layout).install(&packages)?;
    match missing.iter().find(|need| !need.is_here()) {
        Some(need) => bail!("apt-get installed {}, but {} is still not here", need.package, need.probe()),
        None => Ok(()),
    }
}

/// Whether packages come through apt here.
pub(crate) fn is_debian() -> bool {
    Path::new("/etc/debian_version").is_file() && process::find("apt-get").is_some()
}
