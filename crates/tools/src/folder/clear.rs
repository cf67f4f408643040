//! Empties a folder that a dead tool has left behind.
//!
//! A tree can be deeper than any path or stack and its folders may have no mode bits. So folders are not
//! descended into: each one's own folders are moved up to the top first, then it is removed. No step is deeper
//! than two levels, whatever the tool made.

use super::cost;
use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, RenameFlags, chmodat, openat, renameat_with, statat, unlinkat,
};
use rustix::io::Errno;
use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

const OPEN: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Removes everything below `top`; gives the bytes it held.
pub(super) fn tree(top: &Path) -> Result<u64, Errno> {
    chmodat(CWD, top, Mode::RWXU, AtFlags::empty())?;
    let mut clearing = Clearing { top: openat(CWD, top, OPEN, Mode::empty())?, bytes: 0, names: 0 };
    while clearing.pass()? {}
    Ok(clearing.bytes)
}

struct Clearing {
    top: OwnedFd,
    bytes: u64,
    /// Numbers the names that folders get when they are moved up.
    names: u64,
}

impl Clearing {
    /// Removes what lies in the top folder now; false once it was empty.
    fn pass(&mut self) -> Result<bool, Errno> {
        let mut found = false;
        let mut dir = Dir::read_from(&self.top)?;
        while let Some(entry) = dir.read() {
            let entry = entry?;
            let name = entry.file_name();
            if is_dot(name) {
                continue;
            }
            found = true;
            if self.count_file(dir.fd()?, name)? {
                continue;
            }
            let folder = open_folder(dir.fd()?, name)?;
            self.bytes = self.bytes.saturating_add(cost(&rustix::fs::fstat(&folder)?));
            self.flatten(&folder)?;
            unlinkat(&self.top, name, AtFlags::REMOVEDIR)?;
        }
        Ok(found)
    }

    /// Moves the folders of `folder` to the top and removes all else in it.
    fn flatten(&mut self, folder: &OwnedFd) -> Result<(), Errno> {
        let mut dir = Dir::read_from(folder)?;
        while let Some(entry) = dir.read() {
            let entry = entry?;
            let name = entry.file_name();
            if is_dot(name) || self.count_file(folder.as_fd(), name)? {
                continue;
            }
            // To move a folder elsewhere means to write its "..".
            chmodat(folder, name, Mode::RWXU, AtFlags::empty())?;
            self.move_up(folder, name)?;
        }
        Ok(())
    }

    fn move_up(&mut self, folder: &OwnedFd, name: &CStr) -> Result<(), Errno> {
        loop {
            self.names += 1;
            let fresh = format!("moved-up-{}", self.names);
            match renameat_with(folder, name, &self.top, fresh.as_str(), RenameFlags::NOREPLACE) {
                Err(Errno::EXIST) => {}
                done => return done,
            }
        }
    }

    /// Counts the entry and removes it, or gives false for a folder, which is counted when it is at the top.
    fn count_file(&mut self, dir: BorrowedFd<'_>, name: &CStr) -> Result<bool, Errno> {
        let stat = statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let is_folder = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
        if !is_folder {
            self.bytes = self.bytes.saturating_add(cost(&stat));
            unlinkat(dir, name, AtFlags::empty())?;
        }
        Ok(!is_folder)
    }
}

/// Opens a folder, whatever its mode: nobody is left who could put a symlink in its place.
fn open_folder(dir: BorrowedFd<'_>, name: &CStr) -> Result<OwnedFd, Errno> {
    chmodat(dir, name, Mode::RWXU, AtFlags::empty())?;
    openat(dir, name, OPEN, Mode::empty())
}

fn is_dot(name: &CStr) -> bool {
    matches!(name.to_bytes(), b"." | b"..")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::measure;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::time::{Duration, Instant};

    #[test]
    fn any_tree_goes_and_what_a_symlink_names_stays() {
        let dir = tempfile::tempdir().unwrap();
        let (top, outside) = (dir.path().join("top"), dir.path().join("outside"));
        fs::create_dir_all(&outside).unwrap();
        fs::write(outside.join("kept"), "x").unwrap();
        fs::create_dir_all(top.join("a/b/moved-up-1/c")).unwrap();
        fs::create_dir_all(top.join("moved-up-2")).unwrap();
        fs::write(top.join("a/b/f"), vec![1; 100_000]).unwrap();
        std::os::unix::fs::symlink(&outside, top.join("a/link")).unwrap();
        fs::create_dir_all(top.join("closed/inner/more")).unwrap();
        for closed in ["closed/inner", "closed"] {
            fs::set_permissions(top.join(closed), fs::Permissions::from_mode(0o0)).unwrap();
        }
        let bytes = tree(&top).unwrap();
        assert!(bytes > 100_000, "{bytes}");
        assert_eq!(fs::read_dir(&top).unwrap().count(), 0);
        assert!(outside.join("kept").exists());
    }

    #[test]
    fn a_tree_deeper_than_any_path_is_over_every_limit_and_goes() {
        let dir = tempfile::tempdir().unwrap();
        let mut at = openat(CWD, dir.path(), OPEN, Mode::empty()).unwrap();
        for _ in 0..1100 {
            rustix::fs::mkdirat(&at, "deep-name", Mode::RWXU).unwrap();
            at = openat(&at, "deep-name", OPEN, Mode::empty()).unwrap();
        }
        let later = Instant::now() + Duration::from_secs(60);
        assert_eq!(measure::tree(dir.path(), u64::MAX - 1, later), Ok(u64::MAX));
        assert!(tree(dir.path()).unwrap() >= 1100 * 1024);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn measuring_agrees_with_removing_and_stops_at_the_limit() {
        let dir = tempfile::tempdir().unwrap();
        for n in 0..50 {
            fs::write(dir.path().join(format!("f{n}")), "").unwrap();
        }
        fs::create_dir_all(dir.path().join("d/e")).unwrap();
        let later = Instant::now() + Duration::from_secs(60);
        let all = measure::tree(dir.path(), u64::MAX, later).unwrap();
        assert!(all >= 52 * 1024, "an empty file counts too: {all}");
        assert_eq!(measure::tree(dir.path(), 10 * 1024, later), Ok(11 * 1024));
        assert_eq!(measure::tree(dir.path(), u64::MAX, Instant::now()).map(|b| b < all), Ok(true));
        assert_eq!(tree(dir.path()), Ok(all));
    }
}
