//! A pair of builds: the previous one in one folder, as `osc` and the workers keep it, and the new one in the folders in
//! which `build` leaves it.

use std::fs;
use std::path::{Path, PathBuf};

/// What a difference must name where a pair differs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shows {
    /// The reason's word, as the scripts print it; empty where nothing differs.
    pub(crate) reason: &'static str,
    pub(crate) package: String,
    /// The field of the package; empty for files.
    pub(crate) field: &'static str,
    /// The file, and the members of archives in it, outermost first.
    pub(crate) path: Vec<String>,
}

impl Shows {
    pub(crate) fn reason(reason: &'static str) -> Self {
        Self { reason, ..Self::default() }
    }

    pub(crate) fn field(field: &'static str) -> Self {
        Self { reason: "binaries_differ", field, ..Self::default() }
    }

    pub(crate) fn path(path: &[&str]) -> Self {
        let path = path.iter().map(|part| (*part).to_owned()).collect();
        Self { reason: "binaries_differ", path, ..Self::default() }
    }

    pub(crate) fn of(self, package: &str) -> Self {
        Self { package: package.to_owned(), ..self }
    }
}

/// Two builds, and what of them differs.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) old: PathBuf,
    pub(crate) new: PathBuf,
    pub(crate) shows: Shows,
}

impl Pair {
    /// Two builds of these packages, in folders below `base`.
    pub(crate) fn of(base: &Path, name: &str, old: &[PathBuf], new: &[PathBuf], shows: Shows) -> Self {
        let at = base.join(name);
        let pair = Self { name: name.to_owned(), old: at.join("old"), new: at.join("new"), shows };
        for folder in [&pair.old, &pair.new.join("OTHER")] {
            fs::create_dir_all(folder).unwrap();
        }
        for package in old {
            linked(package, &pair.old);
        }
        for package in new {
            linked(package, &pair.new.join(folder_of(package)));
        }
        pair
    }

    /// Puts a file beside the packages of both builds.
    pub(crate) fn beside(self, name: &str, old: Option<&str>, new: Option<&str>) -> Self {
        for (folder, text) in [(self.old.clone(), old), (self.new.join("OTHER"), new)] {
            if let Some(text) = text {
                fs::write(folder.join(name), text).unwrap();
            }
        }
        self
    }
}

/// Where `build` leaves a package.
fn folder_of(package: &Path) -> &'static str {
    let name = package.file_name().unwrap().to_string_lossy();
    let folders =
        [(".src.rpm", "SRPMS"), (".noarch.rpm", "RPMS/noarch"), (".rpm", "RPMS/x86_64"), (".deb", "DEBS")];
    folders.iter().find(|(end, _)| name.ends_with(end)).map_or("OTHER", |(_, folder)| folder)
}

fn linked(package: &Path, folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    fs::hard_link(package, folder.join(package.file_name().unwrap())).unwrap();
}
