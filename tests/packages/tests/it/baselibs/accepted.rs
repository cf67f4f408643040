//! The real rpm accepts what the hook makes, and installs it.

use super::case::named;
use super::{hook, said};
use skink_packages::{Bounds, EntryKind, Package};
use skink_tests_packages::temporary;
use std::fs::{self, File};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Digests of header and payload are those that the package says.
pub(super) fn by_rpm(package: &Path) {
    let output = Command::new("rpm").args(["-K", "-v", "--nosignature"]).arg(package).output().unwrap();
    let told = said(&output);
    assert!(output.status.success(), "{}: {told}", package.display());
    for what in ["Header SHA256 digest: OK", "Payload SHA256 digest: OK", "MD5 digest: OK"] {
        assert!(told.contains(what), "{}: no {what}: {told}", package.display());
    }
}

/// The accounts that files of the corpus belong to.
const USERS: &str = "root:x:0:0::/:\ndaemon:x:71:71::/:\ngames:x:72:72::/:\n";
const GROUPS: &str = "root:x:0:\nbin:x:81:\nmail:x:82:\nusers:x:83:\n";

/// A root with the accounts, and nothing else.
fn root() -> TempDir {
    let root = temporary();
    fs::create_dir(root.path().join("etc")).unwrap();
    fs::write(root.path().join("etc/passwd"), USERS).unwrap();
    fs::write(root.path().join("etc/group"), GROUPS).unwrap();
    root
}

/// It can be installed, and what is on the disk then is what the database says.
pub(super) fn as_installed(package: &Path) {
    let root = root();
    installed(package, root.path());
    let output = rpm(root.path(), &["-Va", "--nodeps", "--noscripts"]).output().unwrap();
    assert!(output.status.success(), "{}: {}", package.display(), said(&output));
}

fn rpm(root: &Path, words: &[&str]) -> Command {
    let mut rpm = Command::new("rpm");
    rpm.arg("--root").arg(root).args(words);
    rpm
}

/// Without scripts, since there is no shell in the root.
fn installed(package: &Path, root: &Path) {
    let words = ["-i", "--nosignature", "--nodeps", "--ignorearch", "--noscripts"];
    let mut rpm = rpm(root, &words);
    let rpm = rpm.arg(package).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let (mut rpm, mut pipes) = (rpm.unwrap(), Vec::new());
    // This rpm opens a pipe that it has made, and waits for somebody at its other end.
    while has_pipe(package) && rpm.try_wait().unwrap().is_none() {
        pipes.extend(
            pipes_in(root).iter().filter_map(|pipe| File::options().read(true).write(true).open(pipe).ok()),
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = rpm.wait_with_output().unwrap();
    assert!(output.status.success(), "{}: {}", package.display(), said(&output));
}

fn has_pipe(package: &Path) -> bool {
    let package = Package::open(File::open(package).unwrap(), Bounds::default()).unwrap();
    package.files().iter().any(|file| file.kind == EntryKind::Fifo)
}

/// All pipes below a folder; what is listed may have another name by then.
fn pipes_in(folder: &Path) -> Vec<PathBuf> {
    let (mut pipes, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_fifo() => pipes.push(entry.path()),
                Ok(_) | Err(_) => {}
            }
        }
    }
    pipes
}

#[test]
fn rights_owners_and_links_are_on_the_disk() {
    let (case, folder, root) = (named("odd-files-own"), temporary(), root());
    let made = hook::run(&case, folder.path());
    let [package] = made.packages.as_slice() else { panic!("{made:?}") };
    installed(package, root.path());
    for (name, mode, owner, group) in [
        ("plain", 0o100_644, 0, 0),
        ("setuid", 0o104_755, 0, 0),
        ("sticky", 0o102_751, 72, 83),
        ("owned", 0o100_640, 71, 82),
        ("null", 0o020_600, 0, 0),
    ] {
        let at = root.path().join(format!("usr/lib/odd/{name}.so"));
        let metadata = fs::symlink_metadata(&at).unwrap();
        let told = (metadata.permissions().mode(), metadata.uid(), metadata.gid());
        assert_eq!(told, (mode, owner, group), "{name}: {:o}", told.0);
    }
    let link = |name: &str| fs::read_link(root.path().join("usr/lib/odd").join(name)).unwrap();
    assert_eq!(link("link.so"), Path::new("plain.so"));
    assert_eq!(link("dangling.so"), Path::new("/nowhere/at/all"));
}
