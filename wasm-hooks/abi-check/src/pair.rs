//! Which package of this build is compared with which of the previous one, and what belongs to them.

use crate::settings::matches;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use skink_sdk::{Deb, Entry, Rpm};

/// Ends of names of packages that hold debug information, and that hold sources for it.
const DEBUG: [&str; 3] = ["-debuginfo", "-dbgsym", "-dbg"];
const DEBUG_SOURCES: &str = "-debugsource";

/// Ends of names of packages that hold headers.
const DEVEL: [&str; 2] = ["-devel", "-dev"];

/// A package in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Package<'a> {
    pub(crate) name: &'a str,
    pub(crate) arch: &'a str,
    pub(crate) path: &'a str,
}

/// What is handed over for one package: itself, and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side<'a> {
    pub(crate) package: Package<'a>,
    pub(crate) debug: Vec<&'a str>,
    pub(crate) devel: Option<&'a str>,
}

/// Two packages to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair<'a> {
    pub(crate) old: Side<'a>,
    pub(crate) new: Side<'a>,
}

impl Pair<'_> {
    /// Whether the package has another name now, as `libgreet1` became `libgreet2`.
    pub(crate) fn is_renamed(&self) -> bool {
        self.old.package.name != self.new.package.name
    }
}

/// All that is compared.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Pairs<'a> {
    pub(crate) pairs: Vec<Pair<'a>>,
    /// Packages that this build did not make.
    pub(crate) removed: Vec<Package<'a>>,
}

/// Pairs the packages of two trees by name and architecture; those whose names match `wanted`. `source` is the name
/// of the source package, whose own debug package may hold what the others share.
pub(crate) fn pairs<'a>(old: &'a [Entry], new: &'a [Entry], source: &str, wanted: &[String]) -> Pairs<'a> {
    let (old, new) = (Tree::of(old), Tree::of(new));
    let mut found = Pairs::default();
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    for package in old.libraries(wanted) {
        match new.named(package.name, package.arch) {
            Some(other) => {
                found.pairs.push(Pair { old: old.side(package, source), new: new.side(other, source) })
            }
            None => gone.push(package),
        }
    }
    come.extend(new.libraries(wanted).filter(|package| old.named(package.name, package.arch).is_none()));
    for package in gone {
        match only_successor(&package, &come) {
            Some(other) => {
                found.pairs.push(Pair { old: old.side(package, source), new: new.side(other, source) })
            }
            None => found.removed.push(package),
        }
    }
    found
}

/// The one new package whose name differs in its number alone.
fn only_successor<'a>(package: &Package<'_>, come: &[Package<'a>]) -> Option<Package<'a>> {
    let same = |other: &&Package<'a>| other.arch == package.arch && stem(other.name) == stem(package.name);
    let mut others = come.iter().filter(same);
    let first = others.next().filter(|_| stem(package.name) != package.name)?;
    others.next().is_none().then_some(*first)
}

/// `libgreet` of `libgreet1` and of `libgreet-2_0`.
fn stem(name: &str) -> &str {
    name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.'))
}

/// The packages of a tree, by name and architecture.
struct Tree<'a>(BTreeMap<(&'a str, &'a str), Package<'a>>);

impl<'a> Tree<'a> {
    fn of(entries: &'a [Entry]) -> Self {
        let packages =
            entries.iter().filter(|entry| entry.is_file()).filter_map(|entry| package(&entry.path));
        Self(packages.map(|package| ((package.name, package.arch), package)).collect())
    }

    fn named(&self, name: &str, arch: &str) -> Option<Package<'a>> {
        self.0.get(&(name, arch)).copied()
    }

    /// All that may hold a library.
    fn libraries<'t>(&'t self, wanted: &'t [String]) -> impl Iterator<Item = Package<'a>> + 't {
        let other = |name: &str| DEBUG.iter().any(|end| name.ends_with(end)) || name.ends_with(DEBUG_SOURCES);
        let is = move |package: &&Package<'_>| !other(package.name) && matches(wanted, package.name);
        self.0.values().filter(is).copied()
    }

    fn side(&self, package: Package<'a>, source: &str) -> Side<'a> {
        let with = |name: &str, ends: &[&str]| {
            let named = |end: &&str| self.named(&[name, *end].concat(), package.arch);
            ends.iter().find_map(named).map(|found| found.path)
        };
        let own = with(package.name, &DEBUG);
        let shared = with(source, &DEBUG).filter(|path| own != Some(*path));
        let mut debug: Vec<&str> = own.into_iter().chain(shared).collect();
        if own.is_none() {
            // Whose name tells nothing may hold anything.
            debug = self.all(package.arch, &DEBUG).collect();
        }
        let mut all_devel = self.all(package.arch, &DEVEL);
        let only = all_devel.next().filter(|_| all_devel.next().is_none());
        let devel = with(package.name, &DEVEL).or_else(|| with(stem(package.name), &DEVEL)).or(only);
        Side { package, debug, devel: devel.filter(|path| *path != package.path) }
    }

    fn all<'t>(&'t self, arch: &'t str, ends: &'t [&str]) -> impl Iterator<Item = &'a str> + 't {
        let is = move |package: &&Package<'_>| {
            package.arch == arch && ends.iter().any(|end| package.name.ends_with(end))
        };
        self.0.values().filter(is).map(|package| package.path)
    }
}

/// A package that was built for a machine.
fn package(path: &str) -> Option<Package<'_>> {
    let (name, arch) = match Rpm::parse(path) {
        Some(rpm) => (rpm.name, rpm.arch),
        None => Deb::parse(path).map(|deb| (deb.name, deb.arch))?,
    };
    let has_code = !matches!(arch, "src" | "nosrc" | "noarch" | "all");
    has_code.then_some(Package { name, arch, path })
}

#[cfg(test)]
mod tests;
