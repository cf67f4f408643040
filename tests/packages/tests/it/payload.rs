//! Contents of files are those whose digests the header has.

use md5::Md5;
use sha2::{Digest, Sha256};
use skink_packages::rpm::Rpm;
use skink_packages::{Bounds, EntryKind};
use skink_tests_packages::{corpus, everything};
use std::fs::File;
use std::path::Path;

/// `RPMFILE_GHOST`.
const GHOST: u32 = 1 << 6;

/// How many files were compared.
fn compare(package: &Path) -> usize {
    let shown = package.display();
    let mut rpm = Rpm::open(File::open(package).unwrap(), Bounds::default()).unwrap();
    let files = rpm.files().to_vec();
    let (mut compared, mut seen) = (0, Vec::new());
    let mut payload = rpm.payload().unwrap_or_else(|e| panic!("{shown}: {e}"));
    while let Some(mut content) = payload.next().unwrap_or_else(|e| panic!("{shown}: {e}")) {
        let file = &files[content.place()];
        let (size, bytes) = (content.size(), content.read_all(u64::MAX).unwrap());
        assert_eq!(size, bytes.len() as u64, "{shown}: {}", file.path);
        seen.push(file.path.clone());
        match (&file.target, file.kind) {
            (Some(target), _) => assert_eq!(&String::from_utf8_lossy(&bytes), target),
            (None, EntryKind::File) if size == file.size => {
                assert_eq!(digest(&bytes, file.digest.len()), file.digest, "{shown}: {}", file.path);
                compared += 1;
            }
            (None, _) => assert_eq!(size, 0, "{shown}: {}", file.path),
        }
    }
    let mut want: Vec<String> =
        files.iter().filter(|file| file.flags & GHOST == 0).map(|file| file.path.clone()).collect();
    want.sort();
    seen.sort();
    assert_eq!(seen, want, "{shown}");
    compared
}

fn digest(bytes: &[u8], digits: usize) -> String {
    if digits == 32 { hex::encode(Md5::digest(bytes)) } else { hex::encode(Sha256::digest(bytes)) }
}

#[test]
fn of_packages_of_distributions() {
    let compared: usize = corpus().iter().map(|package| compare(package)).sum();
    assert!(compared > 200, "{compared} files were compared");
}

#[test]
fn in_each_way_of_compressing() {
    for package in everything() {
        let compared = compare(package);
        let least = if package.to_string_lossy().ends_with(".src.rpm") { 1 } else { 9 };
        assert!(compared >= least, "{}: {compared}", package.display());
    }
}
