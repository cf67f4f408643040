//! Packages for another architecture come out of a build without obs-build's own mkbaselibs.

use crate::checks::{all_hooks, report};
use skink_tests_build::{Package, Root, Started, farm, lend, packages_of};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Arguments for a build of 32 bits, with obs-build's own baselibs asked for.
pub(crate) fn of_32_bits(package: &Package) -> Vec<String> {
    let dist = package.folder().with_file_name("dist-i586");
    let config = fs::read_to_string(&farm().dist).unwrap();
    let more = "\nOptflags: i586 -O2 -g -m32\nRequired: gcc-multilib\nRequired:";
    fs::write(&dist, config.replacen("\nRequired:", more, 1)).unwrap();
    let rpms = format!("{}:{}", farm().rpms(), farm().multilib.display());
    let words = ["--dist", dist.to_str().unwrap(), "--rpms", &rpms, "--target", "i586", "--baselibs"];
    words.map(str::to_owned).to_vec()
}

/// Runs a command in the build's own root.
fn in_root(root: &Root, words: &[&str]) -> String {
    let output = Command::new("chroot").arg(root.path()).args(words).output().unwrap();
    let said = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
    assert!(output.status.success(), "{words:?}: {said}");
    said
}

#[test]
fn a_library_of_32_bits_comes_to_64() {
    let (root, package) = (lend(), Package::example("baselibs"));
    let more = of_32_bits(&package);
    let more: Vec<&str> = more.iter().map(String::as_str).collect();
    let ended = Started::skink(root.path(), &package, &more).wait();
    all_hooks(&ended, &root, &package);
    assert!(!ended.output.contains("creating baselibs"), "obs-build made them:\n{}", ended.output);

    let names: Vec<String> = packages_of(&root.results()).into_keys().collect();
    let want = [
        "hello-1.0-0.i586.rpm",
        "hello-1.0-0.src.rpm",
        "libgreet-devel-1.0-0.i586.rpm",
        "libgreet-devel-32bit-1.0-0.x86_64.rpm",
        "libgreet1-1.0-0.i586.rpm",
        "libgreet1-32bit-1.0-0.x86_64.rpm",
    ];
    assert_eq!(names, want);
    let made: Vec<String> = report(&package)["hooks"][1]["outputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(made, [want[3], want[5]]);

    // The root's database of RPMs is empty: its packages are Debian's.
    let packages: Vec<PathBuf> = made.iter().map(|name| found(&root, name)).collect();
    let packages: Vec<&str> = packages.iter().map(|path| path.to_str().unwrap()).collect();
    in_root(&root, &[&["rpm", "-K", "--nosignature"], packages.as_slice()].concat());
    in_root(&root, &[&["rpm", "-i", "--nodeps", "--ignorearch"], packages.as_slice()].concat());
    let library = in_root(&root, &["file", "-L", "/usr/lib/libgreet.so"]);
    assert!(library.contains("ELF 32-bit LSB shared object, Intel 80386"), "{library}");
    in_root(&root, &["rpm", "-V", "--nodeps", "libgreet1-32bit", "libgreet-devel-32bit"]);
    let needs = in_root(&root, &["rpm", "-q", "--requires", "libgreet1-32bit", "libgreet-devel-32bit"]);
    for want in ["libc.so.6", "/bin/sh", "libgreet1-32bit = 1.0"] {
        assert!(needs.lines().any(|line| line == want), "{want}: {needs}");
    }
    in_root(&root, &["rpm", "-e", "--nodeps", "libgreet1-32bit", "libgreet-devel-32bit"]);
}

/// A result as the root sees it.
fn found(root: &Root, name: &str) -> PathBuf {
    let results = fs::canonicalize(root.results()).unwrap();
    let folders = fs::read_dir(results.join("RPMS")).unwrap().flatten().map(|entry| entry.path());
    let mut paths = folders.map(|folder| folder.join(name));
    let path = paths.find(|path| path.exists()).unwrap_or_else(|| panic!("there is no {name}"));
    PathBuf::from("/").join(path.strip_prefix(fs::canonicalize(root.path()).unwrap()).unwrap())
}
