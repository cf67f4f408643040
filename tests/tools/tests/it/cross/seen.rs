//! What is seen of the machine while a package is built, and after it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// A process that does nothing but hold a mount of the machine's table of emulators, so that entries outlive whoever
/// registers them, and tests see them. It ends with the test program.
struct Keeper(Child);

impl Keeper {
    fn table() -> PathBuf {
        static KEEPER: OnceLock<Keeper> = OnceLock::new();
        let Keeper(child) = KEEPER.get_or_init(|| {
            let script = "cd /proc/sys/fs/binfmt_misc && { test -e register || mount -t binfmt_misc binfmt_misc .; } && echo && exec cat";
            let mut command = Command::new("unshare");
            command.args(["--mount", "--kill-child", "--fork", "sh", "-c", script]);
            // The program's end closes the pipe, and with it ends `cat`.
            let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let mut line = String::new();
            std::io::BufRead::read_line(
                &mut std::io::BufReader::new(child.stdout.as_mut().unwrap()),
                &mut line,
            )
            .unwrap();
            assert_eq!(line, "\n", "the machine's table cannot be mounted");
            Keeper(child)
        });
        let pid = child.id();
        let inner = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        PathBuf::from(format!("/proc/{}/root/proc/sys/fs/binfmt_misc", inner.trim()))
    }
}

/// The machine's table of emulators.
pub(crate) fn table() -> PathBuf {
    Keeper::table()
}

/// What no build may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Machine {
    /// Entries of the machine's table of emulators.
    pub(crate) entries: BTreeSet<String>,
    mmap_min_addr: String,
    /// Where the table is mounted.
    tables: Vec<String>,
}

impl Machine {
    /// Looks at it.
    pub(crate) fn look() -> Self {
        let entries = fs::read_dir(table()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
        let tables = mounts.lines().filter(|line| line.contains("binfmt_misc"));
        Self {
            entries: names.filter(|name| name != "register" && name != "status").collect(),
            mmap_min_addr: fs::read_to_string("/proc/sys/vm/mmap_min_addr").unwrap(),
            tables: tables.map(str::to_owned).collect(),
        }
    }

    /// Looks at it again.
    pub(crate) fn now(&self) -> Self {
        Self::look()
    }
}

/// The user namespaces of the processes that have their root in a folder.
pub(crate) fn user_namespaces_naming(root: &Path) -> Vec<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let is_there = fs::read_link(entry.path().join("root")).is_ok_and(|seen| seen.starts_with(root));
        if let (true, Ok(namespace)) = (is_there, fs::read_link(entry.path().join("ns/user"))) {
            found.insert(namespace);
        }
    }
    found.into_iter().collect()
}
