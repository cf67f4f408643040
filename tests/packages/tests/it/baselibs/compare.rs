//! What differs between the packages of two runs.

use super::facts::{self, Facts};
use super::known::is_ignored;
use super::oracle::Outcome;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Difference {
    /// The file name of the package; empty where it is of the run as a whole.
    pub(super) package: String,
    /// As [`Facts`] have it; empty where the package as a whole is there or not.
    pub(super) field: String,
    pub(super) theirs: Vec<String>,
    pub(super) ours: Vec<String>,
}

/// Everything that differs and is not ignored.
pub(super) fn differences(theirs: &Outcome, ours: &Outcome) -> Vec<Difference> {
    let mut all = Vec::new();
    let failed =
        |outcome: &Outcome| vec![if outcome.failure.is_some() { "fails" } else { "succeeds" }.to_owned()];
    let of_run = |theirs, ours| Difference { package: String::new(), field: "run".to_owned(), theirs, ours };
    if theirs.failure.is_some() != ours.failure.is_some() {
        all.push(of_run(failed(theirs), failed(ours)));
    }
    let [by_name, other] = [theirs, ours].map(|outcome| by_name(&outcome.packages));
    let names: BTreeSet<&String> = by_name.keys().chain(other.keys()).collect();
    for name in names {
        let [of_one, of_other] = [&by_name, &other].map(|packages| packages.get(name));
        if let (Some(a), Some(b)) = (of_one, of_other) {
            all.extend(of_packages(name, &facts::of(a), &facts::of(b)));
        } else {
            let there = |path: Option<&PathBuf>| path.map(|_| "is there".to_owned()).into_iter().collect();
            let (theirs, ours) = (there(of_one), there(of_other));
            all.push(Difference { package: name.clone(), field: String::new(), theirs, ours });
        }
    }
    all
}

fn by_name(packages: &[PathBuf]) -> BTreeMap<String, PathBuf> {
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    packages.iter().map(|path| (name(path), path.clone())).collect()
}

pub(super) fn of_packages(package: &str, theirs: &Facts, ours: &Facts) -> Vec<Difference> {
    let fields: BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
    let absent = Vec::new();
    let mut all = Vec::new();
    // Of a file that only one has nothing more needs to be said.
    let one_sided = |field: &str| {
        let file = field.rsplit_once(' ').map(|(file, _)| file).filter(|file| file.starts_with("file "));
        file.is_some_and(|file| theirs.contains_key(file) != ours.contains_key(file))
    };
    for field in fields.into_iter().filter(|field| !is_ignored(field) && !one_sided(field)) {
        let [theirs, ours] = [theirs, ours].map(|facts| facts.get(field).unwrap_or(&absent).clone());
        if theirs != ours {
            all.push(Difference { package: package.to_owned(), field: field.clone(), theirs, ours });
        }
    }
    all
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { package, field, theirs, ours } = self;
        write!(f, "{package}: {field}\n      mkbaselibs: {theirs:?}\n      the hook:   {ours:?}")
    }
}
