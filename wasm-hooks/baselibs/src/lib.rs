//! Makes packages of libraries for other architectures, as `baselibs.conf` says: what obs-build's `mkbaselibs` does with rpmbuild.
//!
//! Nothing is run: what is kept of a package is copied by the host, with all that its header says of it. Packages are looked at in two
//! passes, those of debug information in the second one: they follow the targets for which something was made in the first.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod date;
mod deb;
mod found;
mod making;
mod recipe;
mod settings;
mod source;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use making::Making;
use settings::Settings;
use skink_baselibs_conf::Conf;
use skink_sdk::{Context as _, Failure, Transform, TransformContext, Tree};
use source::{KINDS, Kind};

/// The largest configuration that is read, in bytes.
const MAX_CONF: u64 = 1 << 20;

struct Baselibs;

impl Transform for Baselibs {
    fn transform(context: &TransformContext) -> Result<(), Failure> {
        let (job, report) = (context.job(), context.report());
        let settings: Settings = job.parse_settings()?;
        let (sources, results, outbox) = (context.sources()?, context.results()?, context.outbox()?);
        let entries = results.list()?;
        let mut has_packages = false;
        for kind in KINDS {
            let files = entries.iter().filter(|entry| entry.is_file()).map(|entry| entry.path.as_str());
            let packages: Vec<&str> = files.filter(|path| path.ends_with(kind.suffix)).collect();
            if packages.is_empty() {
                continue;
            }
            has_packages = true;
            let Some(conf) = conf(&sources, kind, &settings)? else {
                report.log(&format!(
                    "nothing is made of the {}: the sources have no {}",
                    shown(kind),
                    kind.conf
                ));
                continue;
            };
            let parts = (&results, &outbox, &report);
            let made = Making::new(kind, &conf, settings.system_folders(), parts).all(&packages)?;
            let packages = if made == 1 { "package was" } else { "packages were" };
            report.log(&format!("{made} {packages} made as {} says", kind.conf));
        }
        if !has_packages {
            report.log("nothing is made: the build has no packages");
        }
        Ok(())
    }
}

fn shown(kind: Kind) -> &'static str {
    if kind.suffix == ".rpm" { "RPMs" } else { "packages of Debian" }
}

/// The distribution's configuration and the package's; none where the package has none.
fn conf(sources: &Tree, kind: Kind, settings: &Settings) -> Result<Option<Conf>, Failure> {
    let Some(text) = if_there(sources, kind.conf)? else { return Ok(None) };
    let mut conf = Conf::new(kind.format);
    let read = match &settings.global_file {
        Some(file) => {
            let missing = || {
                Failure::NotFound(format!("the sources have no {file}, which the setting global-file names"))
            };
            conf.read(file, &if_there(sources, file)?.ok_or_else(missing)?)
        }
        None => conf.read("global", settings.global.as_deref().unwrap_or(kind.global)),
    };
    read.and_then(|()| conf.read(kind.conf, &text)).map_err(Failure::because)?;
    Ok(Some(conf))
}

/// The text of a source, if there is one of that name.
fn if_there(sources: &Tree, name: &str) -> Result<Option<String>, Failure> {
    match sources.read(name, MAX_CONF) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(Failure::NotFound(_)) => Ok(None),
        Err(failure) => Err(failure).context(name),
    }
}

skink_sdk::bare!();
skink_sdk::transform!(Baselibs);
skink_sdk::manifest!(include_str!("../manifest.json"));
