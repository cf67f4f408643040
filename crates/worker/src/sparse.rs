//! Copies of files that an untrusted build made.
//!
//! Invariant: a copy takes no more of the disk than its original. A file with a hole of a terabyte costs whoever makes
//! it nothing, and written out it would fill the disk of everybody.

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::{Dir, OpenOptions};
use rustix::fs::{SeekFrom, ioctl_ficlone, seek};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Copies the plain file `name` of a folder to a new one of another, as `as_name`; the mode is that of a new file.
pub(crate) fn copy(from: &Dir, name: &Path, to: &Dir, as_name: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let from = from.open_with(name, options.read(true).follow(FollowSymlinks::No))?.into_std();
    let to = to.open_with(as_name, OpenOptions::new().write(true).create_new(true))?.into_std();
    // Shares the blocks, where the file system can.
    if ioctl_ficlone(&to, &from).is_ok() {
        return Ok(());
    }
    let size = from.metadata()?.len();
    let mut at = 0;
    while let Some((begin, end)) = data(&from, at, size)? {
        seek(&from, SeekFrom::Start(begin))?;
        seek(&to, SeekFrom::Start(begin))?;
        io::copy(&mut (&from).take(end - begin), &mut &to)?;
        at = end;
    }
    to.set_len(size)
}

/// Where the next data lies from `at` on. A file system that does not know of holes says that all is data.
fn data(file: &File, at: u64, size: u64) -> io::Result<Option<(u64, u64)>> {
    let begin = match seek(file, SeekFrom::Data(at)) {
        Ok(begin) => begin,
        Err(Errno::NXIO) => return Ok(None),
        Err(Errno::INVAL | Errno::OPNOTSUPP) => return Ok((at < size).then_some((at, size))),
        Err(e) => return Err(e.into()),
    };
    let end = seek(file, SeekFrom::Hole(begin))?;
    Ok((begin < end).then_some((begin, end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::open;
    use std::fs;
    use std::os::unix::fs::{FileExt, MetadataExt};

    #[test]
    fn a_copy_has_the_same_bytes_and_no_more_of_the_disk() {
        let base = tempfile::tempdir().unwrap();
        let (from, to) = (base.path().join("from"), base.path().join("to"));
        fs::create_dir(&from).unwrap();
        fs::create_dir(&to).unwrap();
        let row = |name: &str, parts: &[(&[u8], u64)], size: u64| {
            let file = File::create(from.join(name)).unwrap();
            parts.iter().for_each(|(bytes, at)| file.write_all_at(bytes, *at).unwrap());
            file.set_len(size).unwrap();
        };
        row("empty", &[], 0);
        row("small", &[(b"abc", 0)], 3);
        row("hole", &[], 1 << 40);
        row("ends", &[(b"begin", 0), (b"middle", 1 << 30), (b"end", (1 << 40) - 3)], 1 << 40);
        for name in ["empty", "small", "hole", "ends"] {
            copy(&open(&from).unwrap(), Path::new(name), &open(&to).unwrap(), Path::new(name)).unwrap();
            let (old, new) = (File::open(from.join(name)).unwrap(), File::open(to.join(name)).unwrap());
            let (was, is) = (old.metadata().unwrap(), new.metadata().unwrap());
            assert_eq!(was.len(), is.len(), "{name}");
            assert!(is.blocks() <= was.blocks() + 8, "{name}: {} {}", was.blocks(), is.blocks());
            for at in [0, 1 << 30, (1_u64 << 40) - 5] {
                let read = |file: &File| {
                    let mut bytes = [0; 9];
                    let n = file.read_at(&mut bytes, at).unwrap();
                    (n, bytes)
                };
                assert_eq!(read(&old), read(&new), "{name} at {at}");
            }
        }
        let again = copy(&open(&from).unwrap(), Path::new("small"), &open(&to).unwrap(), Path::new("small"));
        assert_eq!(again.unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }

    #[test]
    fn a_link_is_not_followed() {
        let base = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", base.path().join("link")).unwrap();
        let folder = open(base.path()).unwrap();
        assert!(copy(&folder, Path::new("link"), &folder, Path::new("copy")).is_err());
        assert!(!base.path().join("copy").exists());
    }
}
