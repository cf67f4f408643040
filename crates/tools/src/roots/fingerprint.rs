//! What can be seen of a root's description without running anything.
//!
//! Repositories with an index (`repodata/repomd.xml`) are seen by that; folders by their packages' names, sizes and
//! times; what is behind an address not at all: a root of that stays until it is resolved anew.

use super::RootSpec;
use super::error::ToolRootError;
use sha2::{Digest as _, Sha256};
use skink_job::Digest;
use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Changes where a root of the same parts would be another.
const FORM: &str = "skink tool root 1";

/// Endings of packages.
const PACKAGES: [&str; 4] = ["rpm", "deb", "xz", "gz"];

/// Folders in folders, at most: a link that leads back ends somewhere.
const DEPTH: usize = 16;

/// The fingerprint.
pub(super) fn of(spec: &RootSpec) -> Result<Digest, ToolRootError> {
    let mut hash = Sha256::new();
    let dist = fs::read(&spec.dist).map_err(ToolRootError::file("read", &spec.dist))?;
    let RootSpec { name: _, dist: _, packages, repositories, arch } = spec;
    hash.update(format!("{FORM}\n{arch:?}\n{packages:?}\n{repositories:?}\n{}\n", dist.len()));
    hash.update(dist);
    for folder in repositories.iter().filter_map(|place| folder(place)) {
        let mut files = BTreeSet::new();
        look(folder, 0, &mut files)?;
        for file in files {
            hash.update(file);
        }
    }
    Ok(Digest::from_bytes(hash.finalize().into()))
}

/// The folder of a repository that is one.
fn folder(place: &str) -> Option<&Path> {
    let path = place.split_once('@').map_or(place, |(_, path)| path);
    path.starts_with('/').then(|| Path::new(path))
}

fn look(folder: &Path, depth: usize, files: &mut BTreeSet<String>) -> Result<(), ToolRootError> {
    let index = folder.join("repodata/repomd.xml");
    if let Ok(metadata) = index.metadata() {
        files.insert(seen(&index, &metadata));
        return Ok(());
    }
    let mut folders: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(ToolRootError::file("list the repository", folder))? {
        let path = entry.map_err(ToolRootError::file("list the repository", folder))?.path();
        // What a link promises and is not there is no package.
        let Ok(metadata) = path.metadata() else { continue };
        let is_package = path.extension().is_some_and(|ending| PACKAGES.iter().any(|known| ending == *known));
        if metadata.is_dir() && depth < DEPTH {
            folders.push(path);
        } else if is_package {
            files.insert(seen(&path, &metadata));
        }
    }
    folders.iter().try_for_each(|folder| look(folder, depth + 1, files))
}

fn seen(path: &Path, file: &Metadata) -> String {
    let times = (file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec());
    format!("{}\n{} {} {times:?}\n", path.display(), file.size(), file.ino())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_of_a_description_or_a_folder_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir_all(at("pool/sub")).unwrap();
        fs::create_dir_all(at("index/repodata")).unwrap();
        for (file, text) in [("dist", "a"), ("pool/a.deb", "a"), ("index/repodata/repomd.xml", "a")] {
            fs::write(at(file), text).unwrap();
        }
        let base = RootSpec {
            name: "r".parse().unwrap(),
            dist: at("dist"),
            packages: vec!["a".into()],
            repositories: vec![
                at("pool").display().to_string(),
                format!("rpm-md@{}", at("index").display()),
                "https://packages.example.org/x".into(),
            ],
            arch: None,
        };
        let mut last = of(&base).unwrap();
        assert_eq!(of(&base).unwrap(), last);
        assert_eq!(of(&RootSpec { name: "other".parse().unwrap(), ..base.clone() }).unwrap(), last);
        let edits: [&dyn Fn(&mut RootSpec); 3] =
            [&|spec| spec.packages.push("b".into()), &|spec| spec.arch = Some("i586".into()), &|spec| {
                spec.repositories.truncate(2)
            }];
        for (i, edit) in edits.iter().enumerate() {
            let mut other = base.clone();
            edit(&mut other);
            assert_ne!(of(&other).unwrap(), last, "edit {i}");
        }
        let write = |file: &str| fs::write(at(file), "other").unwrap();
        for file in ["dist", "pool/a.deb", "pool/sub/b.rpm", "index/repodata/repomd.xml"] {
            write(file);
            let now = of(&base).unwrap();
            assert_ne!(std::mem::replace(&mut last, now), now, "{file}");
        }
        for file in ["pool/readme", "index/c.rpm"] {
            write(file);
            assert_eq!(of(&base).unwrap(), last, "{file}");
        }
        fs::remove_dir_all(at("pool")).unwrap();
        let error = of(&base).unwrap_err().to_string();
        assert!(error.contains("list the repository") && error.contains("pool"), "{error}");
    }
}
