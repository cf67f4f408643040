//! Which package of this build is compared with which of the previous one, and which are not looked into.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::iter::Peekable;
use skink_sdk::packages::Format;
use skink_sdk::{Entry, Kind, Rpm};

/// Ends of the names of packages that were made out of others for another architecture.
const CONVERTED: [&str; 3] = ["-32bit", "-64bit", "-x86"];

/// Ends of the files of debs: those of installers and of debug information have ends of their own.
const DEBS: [&str; 4] = [".deb", ".ipk", ".udeb", ".ddeb"];

/// Ends of the names of packages that hold debug information alone.
const DEBUG_RPMS: [&str; 1] = ["-debuginfo"];
const DEBUG_DEBS: [&str; 2] = ["-dbgsym", "-dbg"];

/// How far a package is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    Whole,
    /// Whole; texts may name the release of the package that it was made out of.
    Converted,
    /// Not at all where it holds debug information alone, else whole.
    Debug,
}

/// A package in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Package<'a> {
    pub(crate) name: &'a str,
    /// Empty where the file's name does not tell.
    pub(crate) arch: &'a str,
    pub(crate) path: &'a str,
    pub(crate) format: Format,
}

impl<'a> Package<'a> {
    /// By its file's name. Pieces of delta RPMs are no packages of their own.
    fn of(path: &'a str) -> Option<Self> {
        let file = path.rsplit('/').next().unwrap_or(path);
        if file.ends_with(".rpm") && !file.ends_with(".delta.rpm") {
            let (name, arch) = Rpm::parse(file).map_or((file, ""), |rpm| (rpm.name, rpm.arch));
            return Some(Self { name, arch, path, format: Format::Rpm });
        }
        let stem = DEBS.iter().find_map(|end| file.strip_suffix(end))?;
        let (name, rest) = stem.split_once('_').unwrap_or((stem, ""));
        let arch = rest.rsplit('_').next().unwrap_or_default();
        Some(Self { name, arch, path, format: Format::Deb })
    }

    /// As findings name it.
    pub(crate) fn label(&self) -> String {
        if self.arch.is_empty() { self.name.into() } else { format!("{}.{}", self.name, self.arch) }
    }

    pub(crate) fn file_name(&self) -> &'a str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }

    pub(crate) fn is_source(&self) -> bool {
        self.format == Format::Rpm && matches!(self.arch, "src" | "nosrc")
    }

    pub(crate) fn depth(&self) -> Depth {
        let converted = CONVERTED.iter().find_map(|end| self.name.strip_suffix(end));
        let ends = match self.format {
            Format::Rpm => DEBUG_RPMS.as_slice(),
            Format::Deb => DEBUG_DEBS.as_slice(),
        };
        let name = converted.unwrap_or(self.name);
        if ends.iter().any(|end| name.ends_with(end)) {
            return Depth::Debug;
        }
        let is_rpm = self.format == Format::Rpm && !self.is_source();
        if converted.is_some() && is_rpm { Depth::Converted } else { Depth::Whole }
    }

    fn key(&self) -> (bool, &'a str, &'a str) {
        (self.format == Format::Deb, self.name, self.arch)
    }
}

/// A package of both builds, or of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pair<'a> {
    Both { old: Package<'a>, new: Package<'a> },
    Removed(Package<'a>),
    Added(Package<'a>),
}

/// The packages of two trees, by name and architecture: source packages first, which are compared fastest.
pub(crate) fn pairs<'a>(old: &'a [Entry], new: &'a [Entry]) -> Vec<Pair<'a>> {
    let mut pairs = merge(packages(old), packages(new), Package::key, |pair| match pair {
        (Some(old), Some(new)) => Some(Pair::Both { old, new }),
        (Some(old), None) => Some(Pair::Removed(old)),
        (None, Some(new)) => Some(Pair::Added(new)),
        (None, None) => None,
    });
    pairs.sort_by_key(|pair| match pair {
        Pair::Removed(_) | Pair::Added(_) => 0,
        Pair::Both { new, .. } if new.is_source() => 1,
        Pair::Both { .. } => 2,
    });
    pairs
}

/// Whether a file is a package, by its name.
pub(crate) fn is_named_so(path: &str) -> bool {
    Package::of(path).is_some()
}

/// What is called as a package is, and cannot be read as one: a link, or a name that is no UTF-8.
pub(crate) fn unreadable(entries: &[Entry]) -> impl Iterator<Item = &str> {
    let is_odd = |entry: &&Entry| !matches!(entry.kind, Kind::File | Kind::Directory);
    entries.iter().filter(is_odd).map(|entry| entry.path.as_str()).filter(|path| is_named_so(path))
}

fn packages(entries: &[Entry]) -> Vec<Package<'_>> {
    let files = entries.iter().filter(|entry| entry.is_file());
    let mut packages: Vec<Package<'_>> = files.filter_map(|entry| Package::of(&entry.path)).collect();
    packages.sort_by_key(|package| (package.key(), package.file_name(), package.path));
    packages
}

/// Goes through two sorted lists side by side: what has the same key makes a pair, in its order where there are several.
pub(crate) fn merge<T, K: Ord, P>(
    old: Vec<T>,
    new: Vec<T>,
    key: impl Fn(&T) -> K,
    pair: impl Fn((Option<T>, Option<T>)) -> Option<P>,
) -> Vec<P> {
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    let mut pairs = Vec::new();
    loop {
        let both = match order(&mut old, &mut new, &key) {
            Some(Ordering::Less) => (old.next(), None),
            Some(Ordering::Equal) => (old.next(), new.next()),
            Some(Ordering::Greater) => (None, new.next()),
            None => return pairs,
        };
        pairs.extend(pair(both));
    }
}

/// Which of two lists goes on with what comes first; none where both have ended.
fn order<I: Iterator, K: Ord>(
    old: &mut Peekable<I>,
    new: &mut Peekable<I>,
    key: &impl Fn(&I::Item) -> K,
) -> Option<Ordering> {
    match (old.peek(), new.peek()) {
        (Some(old), Some(new)) => Some(key(old).cmp(&key(new))),
        (Some(_), None) => Some(Ordering::Less),
        (None, Some(_)) => Some(Ordering::Greater),
        (None, None) => None,
    }
}

#[cfg(test)]
pub(crate) mod made;
#[cfg(test)]
mod tests;
