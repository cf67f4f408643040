//! What a call left in its outbox and among its attachments, taken over by the worker.
//!
//! The runner wrote these files under an uid of its own and may have been taken over by its guest: names, kinds,
//! sizes and grants are checked again, and nothing is followed. Invariant: all that a call left joins the results,
//! or nothing of it does.

use crate::WorkerError;
use crate::report::FileReport;
use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::{Dir, OpenOptions, PermissionsExt};
use sha2::{Digest as _, Sha256};
use skink_job::{FileName, Grants, LimitKind, Limits, Outcome, SafeText};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// Why files were not taken over.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// There is something that no honest runner leaves.
    #[error("the runner left {0}; nothing of its output is kept")]
    Foreign(String),
    /// There is more than the limits allow, which an honest runner sees itself.
    #[error("the runner left more than the limit {0}; nothing of its output is kept")]
    Limit(LimitKind),
    /// A file of that name is there already.
    #[error("a result named {0} is there already; choose another name")]
    Exists(String),
    /// A file operation failed.
    #[error(transparent)]
    Host(#[from] WorkerError),
}

impl TakeError {
    /// How the call ends because of it.
    pub fn outcome(&self) -> Outcome {
        let text = SafeText::from(self.to_string());
        match self {
            Self::Foreign(_) => Outcome::Crashed { detail: text },
            Self::Limit(kind) => Outcome::Limit { kind: *kind, detail: text },
            Self::Exists(_) => Outcome::Failed { reason: text },
            Self::Host(_) => Outcome::HostError { detail: text },
        }
    }
}

/// What a call left, looked at and measured.
#[derive(Debug, Default)]
pub struct Left {
    /// Files for the results.
    pub outbox: Vec<FileReport>,
    /// Files beside the results.
    pub attachments: Vec<FileReport>,
    folder: PathBuf,
}

/// The folder of the outbox in a call's own folder.
pub(crate) const OUTBOX: &str = "outbox";
/// The folder of the attachments in a call's own folder.
pub(crate) const ATTACHMENTS: &str = "attachments";

impl Left {
    /// Looks at all that is in a call's folder, under the grants and limits of the call.
    pub fn look(folder: &Path, grants: &Grants, limits: &Limits) -> Result<Self, TakeError> {
        let mut quota = (limits.output_bytes.0, u64::from(limits.output_files));
        let outbox = look_at(&folder.join(OUTBOX), &mut quota)?;
        let attachments = look_at(&folder.join(ATTACHMENTS), &mut quota)?;
        let granted = |file: &FileReport| grants.attachments.iter().any(|name| name.as_str() == file.name);
        if let Some(foreign) = attachments.iter().find(|file| !granted(file)) {
            return Err(TakeError::Foreign(format!("the attachment {:?} without a grant", foreign.name)));
        }
        Ok(Self { outbox, attachments, folder: folder.to_owned() })
    }

    /// Copies the attachments into `into`, a folder of our own.
    pub fn keep(&self, into: &Path) -> Result<(), TakeError> {
        if self.attachments.is_empty() {
            return Ok(());
        }
        std::fs::create_dir_all(into).map_err(WorkerError::file("create", into))?;
        let (from, to) = (self.folder.join(ATTACHMENTS), crate::root::open(into)?);
        let source = crate::root::open(&from)?;
        for FileReport { name, .. } in &self.attachments {
            copy(&source, name, &to, name).map_err(WorkerError::file("copy", &from.join(name)))?;
        }
        Ok(())
    }

    /// Puts everything into the tree `into`: packages where `build` puts them, all else into `OTHER`. Names that are
    /// there already are an error, but for attachments that `replaces` knows as this hook's own.
    pub fn join(&self, into: &Path, replaces: impl Fn(&str) -> bool) -> Result<(), TakeError> {
        if self.outbox.is_empty() && self.attachments.is_empty() {
            return Ok(());
        }
        let tree = crate::root::open(into)?;
        self.check_names(&tree, into, replaces)?;
        let other = into.join(OTHER);
        let folder = folder_in(&tree, Path::new(OTHER)).map_err(WorkerError::file("open", &other))?;
        let joined = self.copy_into(&folder).and_then(|()| self.name_in(&folder, &tree));
        if joined.is_err() {
            self.files().enumerate().for_each(|(i, _)| drop(folder.remove_file(part(i))));
        }
        joined.map_err(|e| WorkerError::file("add the hook's files to", &other)(e).into())
    }

    fn check_names(&self, tree: &Dir, path: &Path, replaces: impl Fn(&str) -> bool) -> Result<(), TakeError> {
        let mut taken = BTreeSet::new();
        collect_names(tree, &mut taken).map_err(WorkerError::file("list", path))?;
        for file in &self.attachments {
            if replaces(&file.name) {
                taken.remove(&file.name.to_ascii_lowercase());
            }
        }
        match self.files().find(|(_, file)| !taken.insert(file.name.to_ascii_lowercase())) {
            Some((_, file)) => Err(TakeError::Exists(file.name.clone())),
            None => Ok(()),
        }
    }

    /// Every file with the folder that it is in.
    fn files(&self) -> impl Iterator<Item = (&'static str, &FileReport)> {
        let outbox = self.outbox.iter().map(|file| (OUTBOX, file));
        outbox.chain(self.attachments.iter().map(|file| (ATTACHMENTS, file)))
    }

    /// Under names that no result has; a full disk is met here, where nothing is seen yet.
    fn copy_into(&self, folder: &Dir) -> io::Result<()> {
        for (i, (place, file)) in self.files().enumerate() {
            let source = Dir::open_ambient_dir(self.folder.join(place), cap_std::ambient_authority())?;
            copy(&source, &file.name, folder, &part(i))?;
        }
        Ok(())
    }

    fn name_in(&self, folder: &Dir, tree: &Dir) -> io::Result<()> {
        for (i, (_, file)) in self.files().enumerate() {
            folder.rename(part(i), &folder_in(tree, &folder_of(&file.name))?, &file.name)?;
        }
        Ok(())
    }
}

/// The folder of a tree for what is no package.
const OTHER: &str = "OTHER";

/// The folder of the results that `build` has files of such a name in.
pub(crate) fn folder_of(name: &str) -> PathBuf {
    let is_word = |arch: &str| {
        !arch.is_empty() && arch.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match name.rsplit_once('.') {
        Some((stem, "rpm")) => match stem.rsplit_once('.') {
            Some((_, "src" | "nosrc")) => "SRPMS".into(),
            Some((_, arch)) if is_word(arch) => Path::new("RPMS").join(arch),
            Some(_) | None => OTHER.into(),
        },
        Some((_, "deb")) => "DEBS".into(),
        Some(_) | None => OTHER.into(),
    }
}

/// A folder of a tree, made where it is not there. The tree came from a build: no link is followed.
fn folder_in(tree: &Dir, path: &Path) -> io::Result<Dir> {
    let mut folder = tree.try_clone()?;
    for part in path {
        match folder.create_dir(part) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e),
            Ok(()) | Err(_) => folder = folder.open_dir_nofollow(part)?,
        }
    }
    Ok(folder)
}

/// The name of a file that is not whole yet; no result begins so.
fn part(number: usize) -> String {
    format!(".skink-part-{number}")
}

/// The files of a folder that may not be there. `quota` has the bytes and files that are left.
fn look_at(folder: &Path, quota: &mut (u64, u64)) -> Result<Vec<FileReport>, TakeError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let source = crate::root::open(folder)?;
    let mut files = Vec::new();
    for name in names(&source, folder)? {
        let size =
            source.symlink_metadata(name.as_str()).map_err(WorkerError::file("look at", folder))?.len();
        quota.0 = quota.0.checked_sub(size).ok_or(TakeError::Limit(LimitKind::OutputBytes))?;
        quota.1 = quota.1.checked_sub(1).ok_or(TakeError::Limit(LimitKind::OutputFiles))?;
        files.push(inspect(&source, &name, folder)?);
    }
    Ok(files)
}

/// A copy, so that owner and mode are ours and no descriptor of the runner's reaches the result.
fn copy(from: &Dir, name: &str, to: &Dir, as_name: &str) -> io::Result<()> {
    from.copy(name, to, as_name)?;
    to.set_permissions(as_name, cap_std::fs::Permissions::from_mode(0o644))
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

/// The names in all folders of the tree, in small letters.
fn collect_names(tree: &Dir, names: &mut BTreeSet<String>) -> io::Result<()> {
    for entry in tree.entries()? {
        let entry = entry?;
        names.insert(entry.file_name().to_string_lossy().to_ascii_lowercase());
        if entry.file_type()?.is_dir() {
            collect_names(&tree.open_dir_nofollow(entry.file_name())?, names)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use skink_job::ByteCount;
    use std::fs;

    struct Setup {
        base: tempfile::TempDir,
    }

    impl Setup {
        /// A call's folder, and a tree with one package.
        fn new() -> Self {
            let base = tempfile::tempdir().unwrap();
            for folder in ["tree/RPMS/x86_64", "call/outbox", "call/attachments"] {
                fs::create_dir_all(base.path().join(folder)).unwrap();
            }
            fs::write(base.path().join("tree/RPMS/x86_64/a.rpm"), "a").unwrap();
            Self { base }
        }

        fn at(&self, path: &str) -> PathBuf {
            self.base.path().join(path)
        }

        fn plant(self, path: &str, text: &str) -> Self {
            fs::write(self.at("call").join(path), text).unwrap();
            self
        }

        fn look(&self) -> Result<Left, TakeError> {
            let grants =
                Grants { attachments: BTreeSet::from(["x.log".parse().unwrap()]), ..Grants::default() };
            let limits = Limits { output_bytes: ByteCount(1000), output_files: 3, ..Limits::default() };
            Left::look(&self.at("call"), &grants, &limits)
        }

        fn join(&self) -> Result<(), TakeError> {
            self.look()?.join(&self.at("tree"), |_| false)
        }

        fn added(&self) -> Vec<String> {
            let names = fs::read_dir(self.at("tree/OTHER")).into_iter().flatten().flatten();
            let mut names: Vec<_> =
                names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
            names.sort();
            names
        }
    }

    #[test]
    fn finished_files_are_taken_with_size_and_digest() {
        let s = Setup::new().plant("outbox/SHA256SUMS", "abc").plant("outbox/.partial-1", "half");
        let s = s.plant("attachments/x.log", "log");
        let left = s.look().unwrap();
        assert_eq!((left.outbox.len(), left.outbox[0].bytes), (1, 3));
        assert!(left.outbox[0].sha256.starts_with("ba7816bf"));
        left.join(&s.at("tree"), |_| false).unwrap();
        assert_eq!(s.added(), ["SHA256SUMS", "x.log"]);
        assert_eq!(fs::read_to_string(s.at("tree/OTHER/SHA256SUMS")).unwrap(), "abc");
        left.keep(&s.at("kept")).unwrap();
        assert_eq!(fs::read_to_string(s.at("kept/x.log")).unwrap(), "log");
    }

    #[test]
    fn what_a_taken_over_runner_may_leave_is_refused_whole() {
        type Plant = fn(&Path);
        let rows: [(&str, &str, Plant); 9] = [
            ("an existing name", "failed", |call| fs::write(call.join("outbox/a.rpm"), "evil").unwrap()),
            ("the same in other case", "failed", |call| {
                fs::write(call.join("outbox/A.RPM"), "evil").unwrap()
            }),
            ("one name twice", "failed", |call| fs::write(call.join("outbox/X.log"), "evil").unwrap()),
            ("a symlink", "crashed", |call| {
                std::os::unix::fs::symlink("/etc/shadow", call.join("outbox/z")).unwrap();
            }),
            ("a folder", "crashed", |call| fs::create_dir(call.join("outbox/z")).unwrap()),
            ("an attachment without a grant", "crashed", |call| {
                fs::write(call.join("attachments/b.rpm"), "evil").unwrap();
            }),
            ("too many bytes", "limit", |call| fs::write(call.join("outbox/z"), [0; 1000]).unwrap()),
            ("a sparse file", "limit", |call| {
                fs::File::create(call.join("outbox/z")).unwrap().set_len(1 << 40).unwrap();
            }),
            ("too many files", "limit", |call| {
                ["1", "2"].iter().for_each(|name| fs::write(call.join("outbox").join(name), "").unwrap());
            }),
        ];
        for (what, outcome, plant) in rows {
            let s = Setup::new().plant("outbox/good", "x").plant("attachments/x.log", "x");
            plant(&s.at("call"));
            assert_eq!(s.join().unwrap_err().outcome().word(), outcome, "{what}");
            assert_eq!(s.added(), Vec::<String>::new(), "{what}");
            assert_eq!(fs::read_to_string(s.at("tree/RPMS/x86_64/a.rpm")).unwrap(), "a", "{what}");
        }
    }

    #[test]
    fn files_that_cannot_all_be_named_leave_nothing_half_done() {
        let s = Setup::new().plant("outbox/good", "x").plant("outbox/other", "y");
        let left = s.look().unwrap();
        fs::remove_file(s.at("call/outbox/other")).unwrap();
        assert_eq!(left.join(&s.at("tree"), |_| false).unwrap_err().outcome().word(), "host-error");
        assert_eq!(s.added(), Vec::<String>::new());
    }

    #[test]
    fn packages_go_where_build_puts_them() {
        let rows = [
            ("x-1-1.i586.rpm", "RPMS/i586"),
            ("x-32bit-1-1.x86_64.rpm", "RPMS/x86_64"),
            ("x-1-1.src.rpm", "SRPMS"),
            ("x-1-1.nosrc.rpm", "SRPMS"),
            ("x_1_amd64.deb", "DEBS"),
            ("x.rpm", "OTHER"),
            ("x.a-b.rpm", "OTHER"),
            ("x..rpm", "OTHER"),
            ("rpm", "OTHER"),
        ];
        for (name, folder) in rows {
            let s = Setup::new().plant(&format!("outbox/{name}"), "abc");
            s.join().unwrap();
            assert!(s.at("tree").join(folder).join(name).is_file(), "{name}");
        }
        let s = Setup::new().plant("outbox/x.i586.rpm", "abc");
        fs::remove_dir_all(s.at("tree/RPMS")).unwrap();
        fs::create_dir(s.at("elsewhere")).unwrap();
        std::os::unix::fs::symlink(s.at("elsewhere"), s.at("tree/RPMS")).unwrap();
        assert!(s.join().is_err());
        assert_eq!(fs::read_dir(s.at("elsewhere")).unwrap().count(), 0);
        assert_eq!(s.added(), Vec::<String>::new());
    }

    #[test]
    fn a_hook_may_replace_its_own_attachment() {
        let s = Setup::new().plant("attachments/x.log", "first");
        s.join().unwrap();
        let s = s.plant("attachments/x.log", "second");
        assert!(s.join().is_err());
        s.look().unwrap().join(&s.at("tree"), |name| name == "x.log").unwrap();
        assert_eq!(fs::read_to_string(s.at("tree/OTHER/x.log")).unwrap(), "second");
    }
}
