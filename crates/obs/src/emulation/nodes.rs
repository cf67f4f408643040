//! The device nodes of a build root, for a build that cannot make any.
//!
//! In a user namespace `mknod` is refused to everybody. The script makes the nodes of ROOT/dev itself, at a moment that
//! only it knows: after it has wiped the root (`--clean`), and after it has moved all of it to and fro while it unpacked
//! the first packages. So the nodes are made outside, in a folder of the root that the script leaves alone (it spares
//! what begins with `.build`); and inside, a small wrapper over `mknod` links each to where the script wants it. A link
//! is the node itself: the root is afterwards as any other, for native builds, for `--no-init`, for everyone.
//!
//! Newer scripts have a way of their own, by mounts over empty files, where `/run/.containerenv` says that they run in a
//! container. It leaves those empty files behind, with which `--no-init` fails later; so it is not taken, and a root that
//! has such files is mended.

use crate::scratch::ScratchFolder;
use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags, makedev, mkdirat, mknodat, openat, openat2, statat,
    unlinkat,
};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// One node, as the script makes it.
struct Node {
    name: &'static str,
    mode: u32,
    kind: FileType,
    major: u32,
    minor: u32,
}

const fn character(name: &'static str, mode: u32, major: u32, minor: u32) -> Node {
    Node { name, mode, kind: FileType::CharacterDevice, major, minor }
}

const fn block(name: &'static str, mode: u32, major: u32, minor: u32) -> Node {
    Node { name, mode, kind: FileType::BlockDevice, major, minor }
}

/// The nodes of a build root. Those of loop devices and of fuse are there as in a native build.
const NODES: &[Node] = &[
    character("null", 0o666, 1, 3),
    character("zero", 0o666, 1, 5),
    character("full", 0o666, 1, 7),
    character("random", 0o666, 1, 8),
    character("urandom", 0o644, 1, 9),
    character("tty", 0o666, 5, 0),
    character("ptmx", 0o666, 5, 2),
    character("loop-control", 0o600, 10, 237),
    block("loop0", 0o640, 7, 0),
    block("loop1", 0o640, 7, 1),
    block("loop2", 0o640, 7, 2),
    block("loop3", 0o640, 7, 3),
    character("fuse", 0o666, 10, 229),
];

impl Node {
    /// The name under which the wrapper finds it: what the script says to `mknod`.
    fn told(&self) -> String {
        let kind = if self.kind == FileType::BlockDevice { 'b' } else { 'c' };
        format!("{kind}-{}-{}", self.major, self.minor)
    }

    fn make(&self, folder: BorrowedFd<'_>, name: &str) -> rustix::io::Result<()> {
        let mode = Mode::from_raw_mode(self.mode);
        mknodat(folder, name, self.kind, mode, makedev(self.major, self.minor))?;
        // Whatever the umask; the node is ours and new.
        rustix::fs::chmodat(folder, name, mode, AtFlags::empty())
    }

    fn is_at(&self, folder: BorrowedFd<'_>, name: &str) -> bool {
        statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|stat| {
            FileType::from_raw_mode(stat.st_mode) == self.kind
                && stat.st_rdev == makedev(self.major, self.minor)
        })
    }
}

/// The folder of nodes in a build root; removed when this is dropped.
#[derive(Debug)]
pub(super) struct Nodes {
    root: OwnedFd,
    name: String,
}

impl Nodes {
    /// Makes the folder, and mends the root's own nodes where it has some.
    pub(super) fn make(root: &Path, name: &str) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = openat(CWD, root, flags, Mode::empty())?;
        mkdirat(&root, name, Mode::from_raw_mode(0o755))?;
        let nodes = Self { root, name: name.to_owned() };
        let folder = nodes.folder(name)?;
        let mut made = BTreeSet::new();
        for node in NODES.iter().filter(|node| made.insert(node.told())) {
            node.make(folder.as_fd(), &node.told())?;
        }
        nodes.mend()?;
        Ok(nodes)
    }

    /// Opens a folder of the root; nothing on the way is a symlink.
    fn folder(&self, name: &str) -> rustix::io::Result<OwnedFd> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let within = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_XDEV;
        openat2(&self.root, name, flags, Mode::empty(), within)
    }

    /// Puts nodes in the place of what else has their names in ROOT/dev. The script looks at `null` alone, and not at
    /// all with `--no-init`.
    fn mend(&self) -> io::Result<()> {
        let dev = match self.folder("dev") {
            Ok(dev) => dev,
            // Not made yet, or something that the script will refuse itself.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::XDEV) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let is_file = |name: &str| {
            let stat = statat(&dev, name, AtFlags::SYMLINK_NOFOLLOW);
            stat.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile)
        };
        for node in NODES.iter().filter(|node| is_file(node.name)) {
            unlinkat(&dev, node.name, AtFlags::empty())?;
            node.make(dev.as_fd(), node.name)?;
        }
        Ok(())
    }

    fn remove(&self) -> rustix::io::Result<()> {
        let folder = self.folder(&self.name)?;
        for node in NODES.iter().filter(|node| node.is_at(folder.as_fd(), &node.told())) {
            unlinkat(&folder, node.told(), AtFlags::empty())?;
        }
        unlinkat(&self.root, &self.name, AtFlags::REMOVEDIR)
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        // What a build put there, or did with it, is removed by whoever removes what a dead job left.
        let _ = self.remove();
    }
}

/// The wrapper over `mknod`, below the scratch folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MknodWrapper {
    script: PathBuf,
}

impl MknodWrapper {
    /// The wrapper in that scratch folder.
    pub(super) fn in_folder(scratch: &Path) -> Self {
        Self { script: scratch.join("mknod.wrapper") }
    }

    /// Writes the wrapper, for nodes in a folder of that name in the build root.
    pub(super) fn write(scratch: &ScratchFolder, nodes: &str) -> io::Result<()> {
        let script = Self::in_folder(scratch.path()).script;
        // Called as: mknod -m MODE ROOT/dev/NAME TYPE MAJOR MINOR
        let text = format!(
            "#!/bin/sh\n[ \"$1\" = -m ] && shift 2\nexec ln -- \"${{1%/dev/*}}/{nodes}/$2-$3-$4\" \"$1\"\n"
        );
        fs::write(&script, text)?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))
    }

    /// Lays it over the program, wherever the script may find that. For the first process of the build's namespaces.
    pub(super) fn mount(&self) -> rustix::io::Result<()> {
        let folders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];
        let found =
            folders.iter().filter_map(|folder| fs::canonicalize(Path::new(folder).join("mknod")).ok());
        for program in found.collect::<BTreeSet<_>>() {
            rustix::mount::mount_bind(&self.script, &program)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
    use std::process::Command;

    const NAME: &str = ".build.skink-test";

    fn is_root() -> bool {
        rustix::process::geteuid().is_root()
    }

    fn is_null(path: &Path) -> bool {
        let metadata = fs::symlink_metadata(path).unwrap();
        metadata.file_type().is_char_device()
            && metadata.rdev() == makedev(1, 3)
            && metadata.mode() & 0o777 == 0o666
    }

    #[test]
    fn the_wrapper_links_what_was_made_and_nothing_else() {
        if !is_root() {
            return;
        }
        let base = tempfile::tempdir().unwrap();
        let (root, scratch) = (base.path().join("dev/a b"), base.path().join("scratch"));
        fs::create_dir_all(root.join("dev")).unwrap();
        fs::create_dir(&scratch).unwrap();
        let scratch = ScratchFolder::new(&scratch).unwrap();
        let nodes = Nodes::make(&root, NAME).unwrap();
        MknodWrapper::write(&scratch, NAME).unwrap();
        let mknod = |name: &str, minor: &str| {
            let mut mknod = Command::new(MknodWrapper::in_folder(scratch.path()).script);
            mknod.args(["-m", "666"]).arg(root.join("dev").join(name)).args(["c", "1", minor]);
            mknod.stderr(std::process::Stdio::null()).status().unwrap().success()
        };
        assert!(mknod("null", "3") && is_null(&root.join("dev/null")));
        assert!(!mknod("mem", "1"), "/dev/mem was made");
        drop(nodes);
        assert!(!root.join(NAME).exists() && is_null(&root.join("dev/null")));
    }

    #[test]
    fn empty_files_in_the_place_of_nodes_are_mended_and_links_are_not_followed() {
        if !is_root() {
            return;
        }
        let base = tempfile::tempdir().unwrap();
        let root = base.path().join("root");
        let dev = root.join("dev");
        fs::create_dir_all(&dev).unwrap();
        fs::write(dev.join("null"), "").unwrap();
        symlink("/etc/passwd", dev.join("zero")).unwrap();
        drop(Nodes::make(&root, NAME).unwrap());
        assert!(is_null(&dev.join("null")));
        assert!(fs::symlink_metadata(dev.join("zero")).unwrap().is_symlink() && !dev.join("full").exists());
        fs::remove_dir_all(&dev).unwrap();
        let victim = base.path().join("victim");
        fs::create_dir(&victim).unwrap();
        fs::write(victim.join("null"), "kept").unwrap();
        symlink(&victim, &dev).unwrap();
        drop(Nodes::make(&root, NAME).unwrap());
        assert_eq!(fs::read(victim.join("null")).unwrap(), b"kept");
    }

    #[test]
    fn a_name_that_is_taken_is_not_used() {
        let base = tempfile::tempdir().unwrap();
        fs::create_dir(base.path().join(NAME)).unwrap();
        assert!(Nodes::make(base.path(), NAME).is_err());
        assert!(base.path().join(NAME).exists());
    }
}
