//! What a tool sees: its root, read-only, and the trees of the job, under bubblewrap.
//!
//! All of it is listed here and nowhere else. The root `host` is the machine's own `/usr`; of a root that is built of
//! packages everything is seen.
//!
//! For a plain tool everything but `/job/scratch`, `/tmp` and a small `/dev/shm` is read-only; the root and `/dev` are
//! made so after the last mount, because both are memory that a tool could otherwise fill. A root-builder has an
//! overlay of its root, see [`crate::builder`].

use crate::folder::RunFolder;
use crate::roots::OWN;
use crate::{Kind, Root, Tool, ToolsError, starter};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The environment of every plain tool. bubblewrap adds `PWD=/job/scratch`.
pub(crate) const ENVIRONMENT: [(&str, &str); 4] =
    [("PATH", "/usr/bin:/usr/sbin"), ("HOME", "/job/scratch"), ("LANG", "C.UTF-8"), ("TZ", "UTC")];

/// The environment of every root-builder.
const BUILDER_ENVIRONMENT: [(&str, &str); 4] =
    [("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), ("HOME", "/root"), ("LANG", "C.UTF-8"), ("TZ", "UTC")];

/// Uid and gid of the user `skink` inside the root. Outside they are the owner's.
const INSIDE_ID: &str = "1000";

/// Bytes of `/dev/shm`, the one memory file system that a tool can write to, and of a root-builder's `/run`.
const SHM_BYTES: &str = "16777216";

/// Names at the top that are symlinks into `/usr` on a merged host and folders of their own elsewhere.
const TOP: [&str; 6] = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/// Host files without which no dynamic program starts properly.
const ETC: [&str; 2] = ["/etc/ld.so.cache", "/etc/alternatives"];

/// The trees that the call was granted; one that is `None` does not exist for the tool. The tool's user must be
/// able to reach and read them: every folder above needs the search bit for others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mounts {
    /// Seen at `/job/results`.
    pub results: Option<PathBuf>,
    /// Seen at `/job/sources`.
    pub sources: Option<PathBuf>,
    /// Seen at `/job/previous`.
    pub previous: Option<PathBuf>,
    /// Seen at `/job/packages/0`, `/job/packages/1` and so on.
    pub packages: Vec<PathBuf>,
}

/// All arguments of bubblewrap for one run.
pub(crate) fn bubblewrap_arguments(
    tool: &Tool,
    mounts: &Mounts,
    run: &RunFolder,
) -> Result<Vec<OsString>, ToolsError> {
    let mut a = Arguments(Vec::new());
    a.add(["--die-with-parent", "--new-session", "--hostname", "skink", "--clearenv"]);
    match &tool.kind {
        Kind::Plain => a.plain(tool, run)?,
        Kind::RootBuilder { devices } => a.builder(devices, run),
    }
    let trees = [
        (&mounts.results, "/job/results"),
        (&mounts.sources, "/job/sources"),
        (&mounts.previous, "/job/previous"),
    ];
    for (tree, place) in trees {
        if let Some(tree) = tree {
            a.read_only(tree, place);
        }
    }
    for (number, folder) in mounts.packages.iter().enumerate() {
        a.read_only(folder, format!("/job/packages/{number}"));
    }
    a.read_only(&run.inputs(), "/job/inputs");
    a.read_only(run.starter(), starter::PATH);
    a.writable(&run.scratch(), "/job/scratch");
    if tool.kind == Kind::Plain {
        a.add(["--remount-ro", "/dev", "--remount-ro", "/"]);
    }
    a.add(["--chdir", "/job/scratch", "--", starter::PATH]);
    Ok(a.0)
}

struct Arguments(Vec<OsString>);

impl Arguments {
    fn add<const N: usize>(&mut self, words: [&str; N]) {
        self.0.extend(words.map(OsString::from));
    }

    fn bind(&mut self, option: &str, from: &Path, to: impl AsRef<OsStr>) {
        self.0.extend([OsString::from(option), from.into(), to.as_ref().to_owned()]);
    }

    fn read_only(&mut self, from: &Path, to: impl AsRef<OsStr>) {
        self.bind("--ro-bind", from, to);
    }

    fn writable(&mut self, from: &Path, to: &str) {
        self.bind("--bind", from, to);
    }

    /// An ordinary user without any right, in a root that it cannot change.
    fn plain(&mut self, tool: &Tool, run: &RunFolder) -> Result<(), ToolsError> {
        // `--unshare-user` is part of all, but only tried there, and `--disable-userns` asks for it by name.
        self.add(["--unshare-all", "--unshare-user", "--disable-userns"]);
        self.add(["--cap-drop", "ALL", "--uid", INSIDE_ID, "--gid", INSIDE_ID]);
        self.environment(&ENVIRONMENT);
        match &tool.root {
            Root::Host => self.host(&tool.etc),
            Root::Built(root) => self.built(root.path()).map_err(ToolsError::file("list", root.path()))?,
        }
        self.read_only(&run.passwd(), "/etc/passwd");
        self.read_only(&run.group(), "/etc/group");
        self.devices();
        self.writable(&run.tmp(), "/tmp");
        match tool.root {
            Root::Host => self.add(["--symlink", "../tmp", "/var/tmp"]),
            Root::Built(_) => self.writable(&run.tmp(), "/var/tmp"),
        }
        Ok(())
    }

    /// Root of its own namespaces, in a root whose changes go with the run. The user namespace is there already.
    fn builder(&mut self, devices: &[PathBuf], run: &RunFolder) {
        self.add([
            "--unshare-pid",
            "--unshare-ipc",
            "--unshare-net",
            "--unshare-uts",
            "--unshare-cgroup-try",
        ]);
        self.add(["--cap-add", "ALL"]);
        self.environment(&BUILDER_ENVIRONMENT);
        self.writable(&run.layers().merged, "/");
        self.devices();
        for device in devices {
            self.bind("--dev-bind", device, device);
        }
        self.add(["--size", SHM_BYTES, "--tmpfs", "/run"]);
        self.writable(&run.tmp(), "/tmp");
    }

    fn environment(&mut self, variables: &[(&str, &str)]) {
        for (name, value) in variables {
            self.add(["--setenv", name, value]);
        }
    }

    /// Those that harm nobody, and processes as the run sees them.
    fn devices(&mut self) {
        self.add(["--proc", "/proc", "--dev", "/dev"]);
        self.add(["--perms", "1777", "--size", SHM_BYTES, "--tmpfs", "/dev/shm"]);
    }

    /// The machine's own files.
    fn host(&mut self, etc: &[PathBuf]) {
        self.read_only(Path::new("/usr"), "/usr");
        TOP.iter().for_each(|name| self.same(Path::new(name), name));
        for path in ETC {
            self.add(["--ro-bind-try", path, path]);
        }
        for entry in etc {
            self.read_only(entry, entry);
        }
    }

    /// All files of a root that was built, but for what each run has of its own.
    fn built(&mut self, root: &Path) -> io::Result<()> {
        for entry in fs::read_dir(root)? {
            let entry = entry?;
            let name = entry.file_name();
            if !OWN.iter().any(|own| name == *own) {
                self.same(&entry.path(), Path::new("/").join(name));
            }
        }
        Ok(())
    }

    /// The same as there: a symlink, a folder, or nothing.
    fn same(&mut self, there: &Path, here: impl AsRef<OsStr>) {
        if let Ok(target) = fs::read_link(there) {
            self.bind("--symlink", &target, here);
        } else if there.is_dir() {
            self.read_only(there, here);
        }
    }
}
