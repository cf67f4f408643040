//! What a hook left in its outbox or among its attachments, taken over by the worker.
//!
//! The runner wrote these files under an uid of its own and may have been taken over by its guest: names, kinds
//! and sizes are checked again, nothing is followed, and a file is in a tree whole or not at all.

use crate::WorkerError;
use crate::report::FileReport;
use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::{Dir, OpenOptions, PermissionsExt};
use sha2::{Digest as _, Sha256};
use skink_job::FileName;
use std::io;
use std::path::Path;

/// Why files were not taken over.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The folder holds something that no honest runner leaves there.
    #[error("the runner left {0}; nothing of its output is kept")]
    Foreign(String),
    /// A file of that name is there already.
    #[error("a result named {0} is there already; choose another name")]
    Exists(FileName),
    /// A file operation failed.
    #[error(transparent)]
    Host(#[from] WorkerError),
}

/// Moves every file of `from` into the folder `OTHER` of the tree `into`. Checks all before it moves any.
pub fn take(from: &Path, into: &Path) -> Result<Vec<FileReport>, TakeError> {
    let source = crate::root::open(from)?;
    let tree = crate::root::open(into)?;
    let mut taken = Vec::new();
    for name in names(&source, from)? {
        if exists_in(&tree, name.as_str()).map_err(WorkerError::file("list", into))? {
            return Err(TakeError::Exists(name));
        }
        taken.push(inspect(&source, &name, from)?);
    }
    if taken.is_empty() {
        return Ok(taken);
    }
    let other = into.join("OTHER");
    match tree.create_dir("OTHER") {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => {
            return Err(WorkerError::file("create", &other)(e).into());
        }
        Ok(()) | Err(_) => {}
    }
    let folder = tree.open_dir_nofollow("OTHER").map_err(WorkerError::file("open", &other))?;
    for file in &taken {
        move_file(&source, &folder, &file.name)
            .map_err(WorkerError::file("take over", &from.join(&file.name)))?;
    }
    Ok(taken)
}

/// Copies the files of `from` into `into`, a folder of our own, and tells what they are.
pub fn keep_copies(from: &Path, into: &Path) -> Result<Vec<FileReport>, TakeError> {
    let source = crate::root::open(from)?;
    let mut kept = Vec::new();
    for name in names(&source, from)? {
        kept.push(inspect(&source, &name, from)?);
        std::fs::create_dir_all(into).map_err(WorkerError::file("create", into))?;
        let folder = crate::root::open(into)?;
        let copied = source.copy(name.as_str(), &folder, name.as_str());
        copied.map_err(WorkerError::file("copy", &from.join(name.as_str())))?;
    }
    Ok(kept)
}

fn names(source: &Dir, path: &Path) -> Result<Vec<FileName>, TakeError> {
    let mut names = Vec::new();
    for entry in source.entries().map_err(WorkerError::file("list", path))? {
        let entry = entry.map_err(WorkerError::file("list", path))?;
        let shown = entry.file_name().to_string_lossy().into_owned();
        if shown.starts_with(".partial-") {
            continue; // begun and never finished
        }
        let kind = entry.file_type().map_err(WorkerError::file("read", path))?;
        match shown.parse::<FileName>() {
            Ok(name) if kind.is_file() => names.push(name),
            Ok(_) => return Err(TakeError::Foreign(format!("{shown:?}, which is no regular file"))),
            Err(e) => return Err(TakeError::Foreign(e.to_string())),
        }
    }
    names.sort();
    Ok(names)
}

fn inspect(source: &Dir, name: &FileName, path: &Path) -> Result<FileReport, TakeError> {
    let what = path.join(name.as_str());
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No);
    let file = source.open_with(name.as_str(), &options).map_err(WorkerError::file("open", &what))?;
    let mut hash = HashWriter(Sha256::new());
    let bytes = io::copy(&mut file.into_std(), &mut hash).map_err(WorkerError::file("read", &what))?;
    Ok(FileReport { name: name.to_string(), bytes, sha256: hex(&hash.0.finalize()) })
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct HashWriter(Sha256);

impl io::Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A copy, so that owner and mode are ours and no descriptor of the runner's reaches the result.
fn move_file(from: &Dir, to: &Dir, name: &str) -> io::Result<()> {
    from.copy(name, to, name)?;
    to.set_permissions(name, cap_std::fs::Permissions::from_mode(0o644))?;
    from.remove_file(name)
}

/// Whether any folder of the tree holds that name, whatever its case.
fn exists_in(tree: &Dir, name: &str) -> io::Result<bool> {
    for entry in tree.entries()? {
        let entry = entry?;
        let file_name = entry.file_name();
        if file_name.to_string_lossy().eq_ignore_ascii_case(name) {
            return Ok(true);
        }
        if entry.file_type()?.is_dir() && exists_in(&tree.open_dir_nofollow(&file_name)?, name)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    struct Setup {
        _base: tempfile::TempDir,
        from: std::path::PathBuf,
        into: std::path::PathBuf,
    }

    fn setup(files: &[(&str, &str)]) -> Setup {
        let base = tempfile::tempdir().unwrap();
        let (from, into) = (base.path().join("from"), base.path().join("into"));
        fs::create_dir_all(into.join("RPMS/x86_64")).unwrap();
        fs::create_dir(&from).unwrap();
        fs::write(into.join("RPMS/x86_64/a.rpm"), "a").unwrap();
        for (name, text) in files {
            fs::write(from.join(name), text).unwrap();
        }
        Setup { _base: base, from, into }
    }

    #[test]
    fn finished_files_are_taken_with_size_and_digest() {
        let s = setup(&[("SHA256SUMS", "abc"), (".partial-1", "half")]);
        let taken = take(&s.from, &s.into).unwrap();
        assert_eq!(taken.len(), 1);
        assert_eq!((taken[0].name.as_str(), taken[0].bytes), ("SHA256SUMS", 3));
        assert!(taken[0].sha256.starts_with("ba7816bf"));
        assert_eq!(fs::read_to_string(s.into.join("OTHER/SHA256SUMS")).unwrap(), "abc");
    }

    #[test]
    fn what_a_taken_over_runner_may_leave_is_refused_whole() {
        type Plant = fn(&Path);
        let rows: [(&str, Plant); 4] = [
            ("an existing name", |from| fs::write(from.join("a.rpm"), "evil").unwrap()),
            ("an existing name in other case", |from| fs::write(from.join("A.RPM"), "evil").unwrap()),
            ("a symlink", |from| std::os::unix::fs::symlink("/etc/shadow", from.join("z")).unwrap()),
            ("a folder", |from| fs::create_dir(from.join("z")).unwrap()),
        ];
        for (what, plant) in rows {
            let s = setup(&[("good", "x")]);
            plant(&s.from);
            assert!(take(&s.from, &s.into).is_err(), "{what}");
            assert!(!s.into.join("OTHER/good").exists(), "{what}");
            assert_eq!(fs::read_to_string(s.into.join("RPMS/x86_64/a.rpm")).unwrap(), "a", "{what}");
        }
    }
}
