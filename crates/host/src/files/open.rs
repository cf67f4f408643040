//! Opening below a directory descriptor, for paths that a guest names.

use super::{Devices, FileError};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags, Stat, fstat, openat2, readlinkat, statat};
use rustix::io::Errno;
use skink_job::RelPath;
use std::ffi::CStr;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The kernel refuses whatever would leave the directory or follow a link.
const BENEATH: ResolveFlags =
    ResolveFlags::BENEATH.union(ResolveFlags::NO_SYMLINKS).union(ResolveFlags::NO_MAGICLINKS);

/// What lies at a path: its status, and where it points to if it is a symlink. Opens nothing: a device or a
/// FIFO is not touched.
pub(crate) fn look(dir: BorrowedFd<'_>, path: &RelPath) -> Result<(Stat, Option<String>), FileError> {
    let there = beneath(dir, path.as_str(), OFlags::PATH | OFlags::NOFOLLOW)?;
    let fail = |errno| FileError::new(path.as_str(), errno);
    let stat = fstat(&there).map_err(fail)?;
    let target = target(&there, c"", FileType::from_raw_mode(stat.st_mode)).map_err(fail)?;
    Ok((stat, target))
}

/// Where the symlink `name` in `dir` points to; none where it is something else.
pub(super) fn target(dir: impl AsFd, name: &CStr, kind: FileType) -> Result<Option<String>, Errno> {
    if !kind.is_symlink() {
        return Ok(None);
    }
    Ok(Some(readlinkat(dir, name, Vec::new())?.to_string_lossy().into_owned()))
}

/// Opens a regular file to read, and gives its size. Never waits, not even on a FIFO.
pub(crate) fn open_regular(
    dir: BorrowedFd<'_>,
    path: &RelPath,
    devices: Devices,
) -> Result<(File, u64), FileError> {
    let regular = |stat: &Stat| match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(()),
        FileType::Symlink => Err(FileError::Link(path.to_string())),
        FileType::Directory
        | FileType::Fifo
        | FileType::Socket
        | FileType::CharacterDevice
        | FileType::BlockDevice
        | FileType::Unknown => Err(FileError::NotRegular(path.to_string())),
    };
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
    let fail = |errno| FileError::new(path.as_str(), errno);
    let open = |resolve| openat2(dir, path.as_str(), flags, Mode::empty(), resolve);
    let quick = match devices {
        // Nothing happens to what is opened here and is no regular file.
        Devices::None => open(BENEATH | ResolveFlags::NO_XDEV).ok(),
        // A look by name costs one call, but passes links on its way: it may only say yes, for what it says yes to is
        // opened beneath the directory or not at all.
        Devices::Some => statat(dir, path.as_str(), AtFlags::SYMLINK_NOFOLLOW)
            .is_ok_and(|stat| regular(&stat).is_ok())
            .then(|| open(BENEATH).map_err(fail))
            .transpose()?,
    };
    // Anything else is told as the careful look sees it.
    let file = match quick {
        Some(file) => file,
        None => {
            regular(&look(dir, path)?.0)?;
            open(BENEATH).map_err(fail)?
        }
    };
    let stat = fstat(&file).map_err(fail)?;
    regular(&stat)?;
    Ok((File::from(file), size(&stat)))
}

/// Opens a directory to list it. The empty path is the tree itself.
pub(super) fn open_dir(dir: BorrowedFd<'_>, path: &str) -> Result<OwnedFd, FileError> {
    let path = if path.is_empty() { "." } else { path };
    beneath(dir, path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW)
}

fn beneath(dir: BorrowedFd<'_>, path: &str, flags: OFlags) -> Result<OwnedFd, FileError> {
    openat2(dir, path, flags | OFlags::CLOEXEC, Mode::empty(), BENEATH)
        .map_err(|errno| FileError::new(path, errno))
}

/// The size in bytes.
pub(super) fn size(stat: &Stat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or(0)
}
