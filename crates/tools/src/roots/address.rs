//! The address of a root: what it is made of, to the byte.

use super::error::ToolRootError;
use super::info::RootPackage;
use sha2::{Digest as _, Sha256};
use skink_job::Digest;
use skink_obs::PackageList;
use std::path::Path;

/// What a root is made of: packages in the order of their names.
pub(super) fn packages(list: &PackageList) -> Result<Vec<RootPackage>, ToolRootError> {
    let mut packages = Vec::new();
    for package in list.packages() {
        let sha256 = of_file(&package.file)?;
        packages.push(RootPackage { name: package.name.clone(), id: package.id.clone(), sha256 });
    }
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packages)
}

/// The address.
pub(super) fn of(arch: &str, dist: &Digest, packages: &[RootPackage]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(format!("skink tool root 1\narch {arch}\ndist {dist}\n"));
    for package in packages {
        hash.update(format!("package {} {}\n", package.name, package.sha256));
    }
    Digest::from_bytes(hash.finalize().into())
}

/// The sha256 of a file.
pub(super) fn of_file(path: &Path) -> Result<Digest, ToolRootError> {
    crate::digest::of_file(path).map_err(ToolRootError::file("read", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_of_every_part() {
        let digest = |byte| Digest::from_bytes([byte; 32]);
        let package = |name: &str, byte| RootPackage {
            name: name.to_owned(),
            id: "unseen".into(),
            sha256: digest(byte),
        };
        let (one, two) = (package("one", 1), package("two", 2));
        let rows = [
            of("x86_64", &digest(0), &[one.clone(), two.clone()]),
            of("i586", &digest(0), &[one.clone(), two.clone()]),
            of("x86_64", &digest(9), &[one.clone(), two.clone()]),
            of("x86_64", &digest(0), std::slice::from_ref(&one)),
            of("x86_64", &digest(0), &[one.clone(), package("two", 3)]),
            of("x86_64", &digest(0), &[one.clone(), package("six", 2)]),
        ];
        let distinct: std::collections::BTreeSet<_> = rows.iter().collect();
        assert_eq!(distinct.len(), rows.len());
        let same = RootPackage { id: "another name of it".into(), ..two };
        assert_eq!(of("x86_64", &digest(0), &[one, same]), rows[0]);
    }
}
