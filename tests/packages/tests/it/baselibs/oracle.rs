//! The real mkbaselibs, run in a home of its own.

use super::case::{Case, of_build};
use super::{corpus, said};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

/// What came of a run: the packages by their files' names, or how it failed.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) packages: Vec<PathBuf>,
    /// What was said where it failed.
    pub(super) failure: Option<String>,
}

/// Runs mkbaselibs for a case: once for each width of its packages, since a build has those of one.
pub(super) fn run(case: &Case, folder: &Path) -> Outcome {
    let home = folder.join("home");
    corpus::home(&home, case.is_bare, &case.packages);
    let mut failure = None;
    let (narrow, wide): (Vec<_>, Vec<_>) =
        case.packages.iter().cloned().partition(|path| corpus::is_narrow(path));
    for packages in [narrow, wide].into_iter().filter(|packages| !packages.is_empty()) {
        let output = call(&home, case.global_file().as_deref(), &case.conf, &packages);
        failure = failure.or_else(|| (!output.status.success()).then(|| said(&output)));
    }
    Outcome { packages: packages_in(&home.join("rpmbuild/RPMS")), failure }
}

/// Runs mkbaselibs with these configurations, on packages of one width.
pub(super) fn call(home: &Path, global: Option<&Path>, conf: &Path, packages: &[PathBuf]) -> Output {
    let is_narrow = packages.iter().any(|path| corpus::is_narrow(path));
    let mut command = corpus::at_home(of_build("mkbaselibs"), home, is_narrow);
    for conf in global.into_iter().chain([conf]) {
        command.arg("-c").arg(conf);
    }
    command.args(packages).current_dir(home).output().unwrap()
}

/// All packages below a folder, sorted.
pub(super) fn packages_in(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rpm" || end == "deb") {
                found.push(path);
            }
        }
    }
    found.sort_by_key(|path| path.file_name().map(ToOwned::to_owned));
    found
}
