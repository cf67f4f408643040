//! From what obs-build leaves to a root that others may look into.
//!
//! A root lies where every user of the machine can walk through, and is of another distribution than the machine,
//! with programs that nobody updates. So nothing in it gives rights: no set-user-ID or set-group-ID bit, no file
//! capability, no device node.

use super::error::ToolRootError;
use super::remove;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawDir};
use skink_job::ByteCount;
use std::ffi::CStr;
use std::fs::{self, File, OpenOptions};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

/// What obs-build leaves for builds and for itself.
const LEFT_OVER: [&str; 10] = [
    ".build",
    ".build.packages",
    ".init_b_cache",
    ".guessed_dist",
    ".srcfiles.cache",
    ".srcfiles.cache.id",
    "build-preinstall",
    "installed-pkg",
    "not-ready",
    "exit",
];

/// Names at the top of a root that are not the root's: each run has its own of them, or none.
pub(crate) const OWN: [&str; 6] = ["dev", "job", "proc", "run", "sys", "tmp"];

/// What is mounted over in each run, and must be there for that.
const FILES: [&str; 2] = ["etc/passwd", "etc/group"];
const FOLDERS: [&str; 2] = ["etc", "var/tmp"];

const CAPABILITY: &CStr = c"security.capability";

/// Bits that give rights to who runs a program.
const RIGHTS: Mode = Mode::SUID.union(Mode::SGID);

/// Cleans a root, and measures it.
pub(super) fn finish(root: &Path) -> Result<ByteCount, ToolRootError> {
    for name in LEFT_OVER {
        let path = root.join(name);
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => remove(&path)?,
            Ok(_) => fs::remove_file(&path).map_err(ToolRootError::file("remove", &path))?,
            Err(_) => {}
        }
    }
    for name in OWN {
        let path = root.join(name);
        if path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
            remove(&path)?;
        }
    }
    for folder in FOLDERS.map(|name| root.join(name)) {
        fs::create_dir_all(&folder).map_err(ToolRootError::file("make", &folder))?;
    }
    for file in FILES.map(|name| root.join(name)) {
        let opened = OpenOptions::new().append(true).create(true).open(&file);
        opened.map_err(ToolRootError::file("make", &file))?;
    }
    let folder = File::open(root).map_err(ToolRootError::file("open", root))?;
    let bytes =
        harmless(OwnedFd::from(folder)).map_err(|errno| ToolRootError::file("clean", root)(errno.into()));
    bytes.map(ByteCount)
}

/// Takes all rights from what is below a folder; gives the bytes that it takes of the disk. No link is followed.
/// The depth is that of the packages' own folders.
fn harmless(folder: OwnedFd) -> rustix::io::Result<u64> {
    let mut bytes = 0;
    let mut space = vec![MaybeUninit::uninit(); 32 << 10];
    let mut below = Vec::new();
    let mut entries = RawDir::new(folder.as_fd(), &mut space);
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let stat = rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
        bytes += u64::try_from(stat.st_blocks).unwrap_or(0).saturating_mul(512);
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => below.push(name.to_owned()),
            FileType::RegularFile => take_rights(&folder, name, Mode::from_raw_mode(stat.st_mode))?,
            FileType::Symlink => {}
            FileType::Fifo
            | FileType::Socket
            | FileType::CharacterDevice
            | FileType::BlockDevice
            | FileType::Unknown => rustix::fs::unlinkat(&folder, name, AtFlags::empty())?,
        }
    }
    for name in below {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        bytes += harmless(rustix::fs::openat(&folder, &name, flags, Mode::empty())?)?;
    }
    Ok(bytes)
}

fn take_rights(folder: &OwnedFd, name: &CStr, mode: Mode) -> rustix::io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = rustix::fs::openat(folder, name, flags, Mode::empty())?;
    if mode.intersects(RIGHTS) {
        rustix::fs::fchmod(&file, mode.difference(RIGHTS) & Mode::from_raw_mode(0o7777))?;
    }
    match rustix::fs::fremovexattr(&file, CAPABILITY) {
        Ok(()) | Err(rustix::io::Errno::NODATA | rustix::io::Errno::OPNOTSUPP) => Ok(()),
        Err(errno) => Err(errno),
    }
}

/// All of it is on the disk when this comes back.
pub(super) fn to_disk(folder: &Path) -> Result<(), ToolRootError> {
    let file = File::open(folder).map_err(ToolRootError::file("open", folder))?;
    rustix::fs::syncfs(&file).map_err(|errno| ToolRootError::file("write", folder)(errno.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn nothing_in_a_root_gives_rights() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for folder in ["usr/bin", "dev", ".build", "tmp"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        let file = |name: &str, mode| {
            fs::write(at(name), "x").unwrap();
            fs::set_permissions(at(name), fs::Permissions::from_mode(mode)).unwrap();
        };
        file("usr/bin/su", 0o4755);
        file("usr/bin/wall", 0o2755);
        file("usr/bin/ls", 0o755);
        file("not-ready", 0o644);
        file("tmp/left", 0o644);
        symlink("/etc/shadow", at("usr/link")).unwrap();
        symlink("/run", at("run")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, at("usr/pipe"), Mode::RUSR).unwrap();
        let bytes = finish(dir.path()).unwrap();
        assert!(bytes.0 >= 3 * 512, "{bytes}");
        let mode = |name: &str| fs::metadata(at(name)).unwrap().permissions().mode() & 0o7777;
        assert_eq!(["usr/bin/su", "usr/bin/wall", "usr/bin/ls"].map(mode), [0o755; 3]);
        assert_eq!(fs::read_link(at("usr/link")).unwrap(), Path::new("/etc/shadow"));
        assert_eq!(fs::read_link(at("run")).unwrap(), Path::new("/run"));
        for gone in ["usr/pipe", "not-ready", ".build", "tmp", "dev"] {
            assert!(at(gone).symlink_metadata().is_err(), "{gone}");
        }
        assert!(at("var/tmp").is_dir() && at("etc/passwd").is_file() && at("etc/group").is_file());
    }
}
