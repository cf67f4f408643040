//! Loop devices, and those whose file lies below a place.
//!
//! The kernel tells the file of a loop device by a path, but by that of the mount namespace in which it was opened: a build's
//! is not the host's, and a container's may be the same words for another file. So a file is told by its number on its
//! file system, and looked for in the place.

use super::place::Place;
use super::{StrayError, file};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const DEVICES: &str = "/sys/block";

/// Where util-linux has it; `build` itself cannot do without util-linux.
const LOSETUP: [&str; 4] = ["/usr/sbin/losetup", "/sbin/losetup", "/usr/bin/losetup", "/bin/losetup"];

/// A loop device that is attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loop {
    name: String,
    /// The kernel counts each time that any device is attached; since Linux 5.15.
    sequence: String,
    /// The path as the kernel tells it.
    backing: String,
}

impl Loop {
    /// What it is, for comparing with another list.
    pub(super) fn identity(&self) -> String {
        let Self { name, sequence, backing } = self;
        format!("{name} {sequence} {backing}")
    }
}

/// All that are attached.
pub(super) fn all() -> Result<Vec<Loop>, StrayError> {
    all_in(Path::new(DEVICES))
}

fn all_in(devices: &Path) -> Result<Vec<Loop>, StrayError> {
    let mut found = Vec::new();
    let listed = match fs::read_dir(devices) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(found),
        listed => listed.map_err(file("list", devices))?,
    };
    for entry in listed.filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        // One that is not attached has no such file.
        if let Some(backing) =
            name.starts_with("loop").then(|| word(&entry.path().join("loop/backing_file"))).flatten()
        {
            let sequence = word(&entry.path().join("diskseq")).unwrap_or_default();
            found.push(Loop { name, sequence, backing });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn word(path: &Path) -> Option<String> {
    Some(String::from_utf8_lossy(&fs::read(path).ok()?).trim_end_matches('\n').to_owned())
}

/// A device with a file of a place. While it is held it cannot come to have another file.
pub(super) struct Held {
    device: String,
    file: PathBuf,
    _open: File,
}

impl Held {
    /// For people.
    pub(super) fn told(&self) -> String {
        format!("the loop device {} of {}", self.device, self.file.display())
    }

    /// Detaches it. One that is in use goes with its last user.
    pub(super) fn detach(self) -> Result<(), StrayError> {
        losetup(&self.device, &["--detach", &self.device]).map(drop)
    }
}

/// The devices whose file lies below a place, and that were not there `before`. Folders to `skip` are not looked into.
pub(super) fn new_below(
    place: &Place,
    before: &BTreeSet<String>,
    skip: &BTreeSet<PathBuf>,
) -> Result<Vec<Held>, StrayError> {
    let mut held = Vec::new();
    for found in all()?.into_iter().filter(|found| !before.contains(&found.identity())) {
        let device = format!("/dev/{}", found.name);
        let opened = fs::OpenOptions::new().read(true).custom_flags(NONBLOCK).open(&device);
        // It is gone already, or was never shown here.
        let Ok(open) = opened else { continue };
        // From here on it stays what it is; but it may have become that since it was listed.
        if !all()?.contains(&found) {
            continue;
        }
        let Some(number) = number_of(&device)? else { continue };
        if let Some(file) = find(place.path(), number, skip) {
            held.push(Held { device, file, _open: open });
        }
    }
    Ok(held)
}

const NONBLOCK: i32 = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();

/// The file of a device: its file system, and its number there.
fn number_of(device: &str) -> Result<Option<(u64, u64)>, StrayError> {
    let told = losetup(device, &["--list", "--noheadings", "--output", "BACK-MAJ:MIN,BACK-INO", device])?;
    Ok(parse(&told))
}

fn parse(told: &str) -> Option<(u64, u64)> {
    let mut words = told.split_whitespace();
    let (major, minor) = words.next()?.split_once(':')?;
    let device = rustix::fs::makedev(major.parse().ok()?, minor.parse().ok()?);
    Some((device, words.next()?.parse().ok()?))
}

/// The file of a number below a folder. What cannot be read has no such file.
fn find(folder: &Path, number: (u64, u64), skip: &BTreeSet<PathBuf>) -> Option<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
            // Of the entry itself, be it a symlink.
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_file() && (metadata.dev(), metadata.ino()) == number {
                return Some(entry.path());
            }
            if metadata.is_dir() && !skip.contains(&entry.path()) {
                folders.push(entry.path());
            }
        }
    }
    None
}

fn losetup(device: &str, words: &[&str]) -> Result<String, StrayError> {
    let failed = |why: String| StrayError::Detach { device: device.to_owned(), why };
    let program = LOSETUP.iter().map(Path::new).find(|path| path.exists());
    let program = program.ok_or_else(|| failed("losetup of util-linux is not installed".to_owned()))?;
    let output = Command::new(program).args(words).env_clear().stdin(Stdio::null()).output();
    let output = output.map_err(|e| failed(format!("starting {}: {e}", program.display())))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn what_is_attached() {
        let base = tempfile::tempdir().unwrap();
        for (name, backing, sequence) in
            [("loop0", Some("/a b\n"), "7\n"), ("loop1", None, "8\n"), ("sda", Some("/c\n"), "9\n")]
        {
            fs::create_dir_all(base.path().join(name).join("loop")).unwrap();
            fs::write(base.path().join(name).join("diskseq"), sequence).unwrap();
            if let Some(backing) = backing {
                fs::write(base.path().join(name).join("loop/backing_file"), backing).unwrap();
            }
        }
        let found: Vec<_> = all_in(base.path()).unwrap().iter().map(Loop::identity).collect();
        assert_eq!(found, ["loop0 7 /a b"]);
        assert_eq!(all_in(&base.path().join("none")).unwrap(), []);
    }

    #[test]
    fn a_file_is_found_by_its_number() {
        let base = tempfile::tempdir().unwrap();
        let at = |path: &str| base.path().join(path);
        fs::create_dir_all(at("root/deep/cache")).unwrap();
        for file in ["root/deep/a.img", "root/deep/cache/b.img", "c.img"] {
            fs::write(at(file), "").unwrap();
        }
        symlink(at("c.img"), at("root/link")).unwrap();
        symlink(base.path(), at("root/deep/up")).unwrap();
        let number = |path: &str| {
            let metadata = fs::metadata(at(path)).unwrap();
            (metadata.dev(), metadata.ino())
        };
        let skip = BTreeSet::from([at("root/deep/cache")]);
        let find = |path: &str| find(&at("root"), number(path), &skip);
        assert_eq!(find("root/deep/a.img"), Some(at("root/deep/a.img")));
        assert_eq!(find("root/deep/cache/b.img"), None, "it was mounted before");
        assert_eq!(find("c.img"), None, "it is beside the root");
    }

    #[test]
    fn words_of_losetup() {
        let rows = [
            ("     254:0    10011145\n", Some((rustix::fs::makedev(254, 0), 10_011_145))),
            ("0:43 7", Some((rustix::fs::makedev(0, 43), 7))),
            ("254:0", None),
            ("x 7", None),
            ("", None),
        ];
        for (told, want) in rows {
            assert_eq!(parse(told), want, "{told:?}");
        }
    }
}
