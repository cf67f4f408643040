//! Everything that dpkg-deb and tar say of a deb, we say too, and nothing else; and contents are those that dpkg-deb unpacks.

use skink_packages::deb::Deb;
use skink_packages::{Bounds, EntryKind};
use skink_tests_packages::by_hand::ar;
use skink_tests_packages::{deb_ours, deb_theirs, everything_debs, temporary};
use std::collections::HashMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

fn same(package: &Path) -> usize {
    let (ours, theirs) = (deb_ours(package), deb_theirs(package));
    if let Some(at) = (0..ours.len().max(theirs.len())).find(|at| ours.get(*at) != theirs.get(*at)) {
        let context = &theirs[at.saturating_sub(3).min(theirs.len())..at.min(theirs.len())];
        panic!(
            "{}: after {context:#?}\n  dpkg says {:?}\n  Skink says {:?}",
            package.display(),
            theirs.get(at),
            ours.get(at)
        );
    }
    ours.len()
}

/// How many contents were compared.
fn same_contents(package: &Path) -> usize {
    let shown = package.display();
    let folder = temporary();
    let output = Command::new("dpkg-deb").arg("-x").arg(package).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{shown}: {}", String::from_utf8_lossy(&output.stderr));
    let mut deb = Deb::open(File::open(package).unwrap(), Bounds::default()).unwrap();
    let files = deb.files().to_vec();
    let (mut compared, mut places, mut of_inode) = (0, Vec::new(), HashMap::new());
    let mut payload = deb.payload().unwrap();
    while let Some(mut content) = payload.next().unwrap_or_else(|e| panic!("{shown}: {e}")) {
        let file = &files[content.place()];
        places.push(content.place());
        let (size, bytes) = (content.size(), content.read_all(u64::MAX).unwrap());
        assert_eq!(size, bytes.len() as u64, "{shown}: {}", file.path);
        if file.kind != EntryKind::File {
            assert_eq!(size, 0, "{shown}: {}", file.path);
            continue;
        }
        // A link comes without content, behind the file that has it.
        let bytes = of_inode.entry(file.inode).or_insert(bytes);
        assert_eq!(bytes.len() as u64, file.size, "{shown}: {}", file.path);
        let theirs = fs::read(folder.path().join(file.path.trim_start_matches('/'))).unwrap();
        assert!(*bytes == theirs, "{shown}: {} differs", file.path);
        compared += 1;
    }
    assert_eq!(places, (0..files.len()).collect::<Vec<_>>(), "{shown}");
    compared
}

#[test]
fn a_deb_with_everything() {
    for package in everything_debs() {
        assert!(same(package) > 200, "{}", package.display());
    }
    let told = deb_ours(&everything_debs()[0]).join("\n");
    let by_tar = everything_debs()
        .iter()
        .filter(|deb| deb_ours(deb).contains(&"  owner builder:4321/crew:4322".to_owned()));
    assert_eq!(by_tar.count(), 3, "archives with names of owners");
    for word in [
        "Config: [",
        "PostIn: [\"/usr/bin/perl\", \"-w\", \"-T\"]",
        "PreDepends: dpkg 12 ",
        "Requires: alpha | beta (= 2) 0 ",
        "Breaks: broken 2 ",
        "Replaces: old 2 ",
        "mode 104755",
        "mode 10644",
        "same as /usr/share/everything/linked\n",
        "configuration true",
        "activate ldconfig",
        "file /etc/other file",
        "control/isinstallable: \"#!/bin/sh\\n\\texit 0 # ü\"",
        "control/odd: \"sha256:",
    ] {
        assert!(told.contains(word), "{word} is missing of what the package should show: {told}");
    }
}

#[test]
fn contents_in_each_way_of_compressing_and_form_of_tar() {
    for package in everything_debs() {
        let compared = same_contents(package);
        assert!(compared >= 9, "{}: {compared}", package.display());
    }
}

#[test]
fn control_files_compressed_as_nothing_unpacks_any_more() {
    let plain = &everything_debs()[0];
    let folder = temporary();
    let unpacked = |what: &str| Command::new("dpkg-deb").arg(what).arg(plain).output().unwrap().stdout;
    let data = unpacked("--fsys-tarfile");
    for (tool, end) in [("bzip2", "bz2"), ("lzma", "lzma")] {
        let control = folder.path().join("control.tar");
        fs::write(&control, unpacked("--ctrl-tarfile")).unwrap();
        assert!(Command::new(tool).arg("-f").arg(&control).status().unwrap().success(), "{tool}");
        let control = fs::read(control.with_extension(format!("tar.{end}"))).unwrap();
        let name = format!("control.tar.{end}");
        let deb = folder.path().join("old.deb");
        fs::write(&deb, ar(&[("debian-binary", b"2.0\n"), (&name, &control), ("data.tar", &data)])).unwrap();
        assert_eq!(deb_ours(&deb), deb_ours(plain), "{tool}");
    }
}
