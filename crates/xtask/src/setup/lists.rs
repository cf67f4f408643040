//! Whose packages apt knows in a call: this machine's, or those of another suite or architecture.
//!
//! Lists of another origin lie in a folder of their own, so that the machine's stay as they are. Mirrors, keys and
//! proxies are the machine's: its own lists say where Debian comes from.

use crate::layout::{make_folder, write};
use crate::process::{self, command, run_logged};
use anyhow::{Context, bail};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The keys that Debian signs its suites with.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Where packages come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Debian's name of a release, the machine's own where it is none.
    pub(crate) suite: Option<&'static str>,
    /// Debian's name of an architecture, the machine's own where it is none.
    pub(crate) architecture: Option<&'static str>,
}

/// A place in the archive: its address, the release, the component.
type Place = (String, String, String);

/// The lists of an origin, for calls of apt-get.
#[derive(Debug)]
pub(crate) struct Lists {
    /// Configuration that apt reads last; none where the lists are the machine's.
    configuration: Option<PathBuf>,
}

impl Lists {
    /// Prepares the lists of an origin below `state`. They are empty until [`Lists::refresh`].
    pub(crate) fn of(origin: &Origin, state: &Path) -> anyhow::Result<Self> {
        if origin.suite.is_none() && origin.architecture.is_none() {
            return Ok(Self { configuration: None });
        }
        let own = |path: Option<&'static str>| path.unwrap_or("own");
        let folder = state.join(format!("{}-{}", own(origin.suite), own(origin.architecture)));
        for part in ["lists/partial", "cache"] {
            make_folder(&folder.join(part))?;
        }
        write(
            &folder.join("sources.list"),
            sources(&machine_places()?, origin, Path::new(KEYRING).is_file()),
        )?;
        let configuration = folder.join("apt.conf");
        write(&configuration, configuration_text(&folder, origin.architecture))?;
        Ok(Self { configuration: Some(configuration) })
    }

    /// Whether they are this machine's own lists, which only root refreshes.
    pub(crate) fn are_the_machines(&self) -> bool {
        self.configuration.is_none()
    }

    /// A call of apt-get that knows these lists.
    pub(crate) fn apt(&self) -> Command {
        let mut apt = command("apt-get");
        if let Some(configuration) = &self.configuration {
            apt.arg("-c").arg(configuration);
        }
        if process::is_root() {
            apt.args(["-o", "APT::Sandbox::User=root"]);
        }
        apt
    }

    /// Downloads the lists, where they are not the machine's own.
    pub(crate) fn refresh(&self, log: &Path) -> anyhow::Result<()> {
        run_logged(self.apt().args(["-q", "update"]), log).context(
            "could not download lists of packages; is the registry of Debian packages reachable from here?",
        )
    }
}

/// Where this machine has Debian's packages from.
fn machine_places() -> anyhow::Result<BTreeSet<Place>> {
    let mut targets = command("apt-get");
    targets.args(["indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)"]);
    let text = process::output(targets.args(["Created-By: Packages", "Origin: Debian"]))?;
    let places: BTreeSet<Place> = text.lines().filter_map(place).collect();
    if places.is_empty() {
        bail!("apt's lists on this machine name no source of Debian packages; call `apt-get update`");
    }
    Ok(places)
}

fn place(line: &str) -> Option<Place> {
    let mut words = line.split_whitespace().map(str::to_owned);
    Some((words.next()?, words.next()?, words.next()?))
}

/// The sources of an origin. The machine's release has updates elsewhere, which stay; of another suite there is
/// the suite alone, from where the machine has its release.
fn sources(machine: &BTreeSet<Place>, origin: &Origin, is_signed_by_keyring: bool) -> String {
    let is_release = |place: &&Place| !place.1.contains('-') && place.2 == "main";
    let places: BTreeSet<Place> = match origin.suite {
        None => machine.clone(),
        Some(suite) => machine
            .iter()
            .filter(is_release)
            .map(|(address, _, part)| (address.clone(), suite.to_owned(), part.clone()))
            .collect(),
    };
    let keys = if is_signed_by_keyring { format!("[signed-by={KEYRING}] ") } else { String::new() };
    let line = |(address, suite, part): Place| format!("deb {keys}{address} {suite} {part}\n");
    places.into_iter().map(line).collect()
}

/// Read after the machine's configuration. What the machine does after an update or an installation is not for
/// lists of ours, and its pins are not for other suites.
fn configuration_text(folder: &Path, architecture: Option<&str>) -> String {
    let architecture = architecture.map_or_else(String::new, |name| {
        format!("#clear APT::Architectures;\nAPT::Architecture \"{name}\";\nAPT::Architectures {{ \"{name}\"; }};\n")
    });
    let folder = folder.display();
    format!(
        "#clear APT::Update::Post-Invoke;\n#clear APT::Update::Post-Invoke-Success;\n#clear DPkg::Post-Invoke;\n\
         {architecture}\
         Dir::State \"{folder}\";\nDir::State::lists \"{folder}/lists\";\nDir::Cache \"{folder}/cache\";\n\
         Dir::Etc::sourcelist \"{folder}/sources.list\";\nDir::Etc::sourceparts \"-\";\n\
         Dir::Etc::preferences \"-\";\nDir::Etc::preferencesparts \"-\";\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> BTreeSet<Place> {
        let lines = [
            "http://deb.example/debian/ bookworm main",
            "http://deb.example/debian/ bookworm contrib",
            "http://deb.example/debian/ bookworm-updates main",
            "http://deb.example/security/ bookworm-security main",
        ];
        lines.into_iter().filter_map(place).collect()
    }

    #[test]
    fn sources_are_the_machines_or_another_suite_from_there() {
        let own = Origin { suite: None, architecture: Some("arm64") };
        let text = sources(&machine(), &own, false);
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(text.contains("deb http://deb.example/security/ bookworm-security main\n"), "{text}");
        let other = Origin { suite: Some("sid"), architecture: None };
        let want = format!("deb [signed-by={KEYRING}] http://deb.example/debian/ sid main\n");
        assert_eq!(sources(&machine(), &other, true), want);
    }

    #[test]
    fn only_another_architecture_is_configured() {
        let folder = Path::new("/state");
        assert!(configuration_text(folder, Some("arm64")).contains("APT::Architectures { \"arm64\"; };\n"));
        assert!(!configuration_text(folder, None).contains("APT::Architecture"));
    }
}
