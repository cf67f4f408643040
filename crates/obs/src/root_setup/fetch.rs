//! Packages that are elsewhere are fetched before a root is made, so that their bytes are known.
//!
//! obs-build's own `download` does it. A file that is there is not fetched again: its name has its version. An RPM
//! is checked as obs-build checks it: by `rpm -K`, with the keys that this machine's rpm trusts.

use super::{RootSetup, RootSetupError};
use crate::perl::{self, ProgramError, said};
use crate::rpmlist;
use sha2::{Digest, Sha256};
use skink_job::SafeText;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The list, with every package in a file of this machine.
pub(super) fn all(setup: &RootSetup<'_>, list: &str) -> Result<String, RootSetupError> {
    let mut text = String::with_capacity(list.len());
    for line in list.lines() {
        match rpmlist::package(line) {
            Some(package) if package.place.contains("://") => {
                let file = fetched(setup, &package.place)?;
                text.push_str(&format!("{} {}", package.name, file.display()));
            }
            Some(package) if !Path::new(&package.place).is_file() => {
                return Err(RootSetupError::Gone { path: package.place.into() });
            }
            Some(_) | None => text.push_str(line),
        }
        text.push('\n');
    }
    Ok(text)
}

/// The file of one package; each address has a folder of its own.
fn fetched(setup: &RootSetup<'_>, url: &str) -> Result<PathBuf, RootSetupError> {
    let address = hex::encode(Sha256::digest(url));
    let folder = setup.cache.join("packages").join(address.get(..32).unwrap_or(&address));
    let name = url.rsplit('/').next().unwrap_or_default();
    let file = folder.join(name);
    if file.is_file() {
        return Ok(file);
    }
    // Under another name until it is whole and checked.
    let part = setup.scratch.join("fetched");
    fs::create_dir_all(&part).map_err(RootSetupError::file("make", &part))?;
    fs::create_dir_all(&folder).map_err(RootSetupError::file("make", &folder))?;
    let refused = |said: SafeText| RootSetupError::Fetch { url: SafeText::line(url).truncated(300), said };
    perl::run(setup.build, &setup.environment(), "download", &[part.as_os_str(), OsStr::new(url)]).map_err(
        |why| match why {
            ProgramError::Start(source) => RootSetupError::Start { program: "perl", source },
            ProgramError::Refused(said) => refused(said),
        },
    )?;
    let part = part.join(name);
    if name.ends_with(".rpm") {
        let mut rpm = Command::new("rpm");
        rpm.arg("-K").arg(&part);
        let output = perl::output(rpm, setup.build, &setup.environment())
            .map_err(|source| RootSetupError::Start { program: "rpm", source })?;
        if !output.status.success() {
            return Err(refused(said(&[output.stdout, output.stderr].concat())));
        }
    }
    fs::rename(&part, &file)
        .or_else(|_| fs::copy(&part, &file).map(drop))
        .map_err(RootSetupError::file("keep", &file))?;
    Ok(file)
}
