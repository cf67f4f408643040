//! The real rpm accepts what the hook makes, and installs it.

use super::case::named;
use super::{each, hook, said};
use skink_tests_packages::temporary;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

/// Digests of header and payload are those that the package says.
pub(super) fn by_rpm(package: &Path) {
    let output = Command::new("rpm").args(["-K", "-v", "--nosignature"]).arg(package).output().unwrap();
    let told = said(&output);
    assert!(output.status.success(), "{}: {told}", package.display());
    for what in ["Header SHA256 digest: OK", "Payload SHA256 digest: OK", "MD5 digest: OK"] {
        assert!(told.contains(what), "{}: no {what}: {told}", package.display());
    }
}

/// Cases whose packages are installed; what needs a device or odd owners is not for every machine.
const INSTALLED: [&str; 12] = [
    "library",
    "devel",
    "plugins",
    "moves",
    "symlinks",
    "configs",
    "prefix",
    "odd-links",
    "odd-signs",
    "odd-names",
    "folders",
    "debuginfo",
];

#[test]
fn what_the_hook_makes_is_installed() {
    each(&INSTALLED, |name| {
        let (case, folder) = (named(name), temporary());
        let made = hook::run(&case, folder.path());
        assert!(made.failure.is_none() && !made.packages.is_empty(), "{name}: {made:?}");
        let root = folder.path().join("root");
        fs::create_dir(&root).unwrap();
        let rpm = |words: &[&str]| {
            let mut rpm = Command::new("rpm");
            rpm.arg("--root").arg(&root).args(words);
            rpm
        };
        let words = ["-i", "--nosignature", "--nodeps", "--ignorearch", "--noscripts"];
        let output = rpm(&words).args(&made.packages).output().unwrap();
        assert!(output.status.success(), "{name}: {}", said(&output));
        // What is on the disk is what the database says; only that no accounts are there.
        let output = rpm(&["-Va", "--nodeps", "--noscripts", "--nouser", "--nogroup"]).output().unwrap();
        assert!(output.status.success(), "{name}: {}", said(&output));
    });
}

/// Without a pipe: this rpm waits for ever for who writes into one that it has just made.
#[test]
fn rights_owners_and_links_are_on_the_disk() {
    let (case, folder) = (named("odd-files-own"), temporary());
    let made = hook::run(&case, folder.path());
    let root = folder.path().join("root");
    fs::create_dir_all(root.join("etc")).unwrap();
    fs::write(root.join("etc/passwd"), "root:x:0:0::/:\ndaemon:x:71:71::/:\ngames:x:72:72::/:\n").unwrap();
    fs::write(root.join("etc/group"), "root:x:0:\nbin:x:81:\nmail:x:82:\nusers:x:83:\n").unwrap();
    let mut rpm = Command::new("rpm");
    rpm.arg("--root").arg(&root).args(["-i", "--nosignature", "--nodeps", "--ignorearch"]);
    let output = rpm.args(&made.packages).output().unwrap();
    assert!(output.status.success(), "{made:?} {}", said(&output));
    for (name, mode, owner, group) in [
        ("plain", 0o100_644, 0, 0),
        ("setuid", 0o104_755, 0, 0),
        ("sticky", 0o102_751, 72, 83),
        ("owned", 0o100_640, 71, 82),
        ("null", 0o020_600, 0, 0),
    ] {
        let at = root.join(format!("usr/lib/odd/{name}.so"));
        let metadata = fs::symlink_metadata(&at).unwrap();
        let told = (metadata.permissions().mode(), metadata.uid(), metadata.gid());
        assert_eq!(told, (mode, owner, group), "{name}: {:o}", told.0);
    }
    let link = |name: &str| fs::read_link(root.join("usr/lib/odd").join(name)).unwrap();
    assert_eq!(link("link.so"), Path::new("plain.so"));
    assert_eq!(link("dangling.so"), Path::new("/nowhere/at/all"));
}
