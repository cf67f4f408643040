//! The tool root `host`: the machine's own `/usr`, read-only, under bubblewrap.
//!
//! What a tool sees is listed here and nowhere else. Everything but `/job/scratch`, `/tmp` and a small
//! `/dev/shm` is read-only; the root and `/dev` are made so after the last mount, because both are memory
//! that a tool could otherwise fill.

use crate::folder::RunFolder;
use crate::{Tool, starter};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

/// The environment of every tool. bubblewrap adds `PWD=/job/scratch`.
pub(crate) const ENVIRONMENT: [(&str, &str); 4] =
    [("PATH", "/usr/bin:/usr/sbin"), ("HOME", "/job/scratch"), ("LANG", "C.UTF-8"), ("TZ", "UTC")];

/// Uid and gid of the user `skink` inside the root. Outside they are the owner's.
const INSIDE_ID: &str = "1000";

/// Bytes of `/dev/shm`, the one memory file system that a tool can write to.
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
}

/// All arguments of bubblewrap for one run.
pub(crate) fn bubblewrap_arguments(tool: &Tool, mounts: &Mounts, run: &RunFolder) -> Vec<OsString> {
    let mut a = Arguments(Vec::new());
    // `--unshare-user` is part of all, but only tried there, and `--disable-userns` asks for it by name.
    a.add(["--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"]);
    a.add(["--cap-drop", "ALL", "--uid", INSIDE_ID, "--gid", INSIDE_ID, "--hostname", "skink"]);
    a.add(["--clearenv"]);
    for (name, value) in ENVIRONMENT {
        a.add(["--setenv", name, value]);
    }
    a.read_only(Path::new("/usr"), "/usr");
    TOP.iter().for_each(|name| a.top(name));
    for path in ETC {
        a.add(["--ro-bind-try", path, path]);
    }
    a.read_only(&run.passwd(), "/etc/passwd");
    a.read_only(&run.group(), "/etc/group");
    for entry in &tool.etc {
        a.read_only(entry, entry);
    }
    a.add(["--proc", "/proc", "--dev", "/dev"]);
    a.add(["--perms", "1777", "--size", SHM_BYTES, "--tmpfs", "/dev/shm"]);
    a.writable(&run.tmp(), "/tmp");
    a.add(["--symlink", "../tmp", "/var/tmp"]);
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
    a.read_only(&run.inputs(), "/job/inputs");
    a.read_only(run.starter(), starter::PATH);
    a.writable(&run.scratch(), "/job/scratch");
    a.add(["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/job/scratch", "--", starter::PATH]);
    a.0
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

    /// The same as on the host: a symlink, a folder, or nothing.
    fn top(&mut self, name: &str) {
        if let Ok(target) = fs::read_link(name) {
            self.bind("--symlink", &target, name);
        } else if Path::new(name).is_dir() {
            self.read_only(Path::new(name), name);
        }
    }
}
