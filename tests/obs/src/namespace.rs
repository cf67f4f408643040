//! A network, processes and mounts that nobody else sees, and that end when we do.
//!
//! Invariant: the first process of the namespaces ends when its standard input does, which is a pipe that only we
//! hold; with it the kernel ends every other process, the mounts and the network. That holds for a test that panics
//! and for a test program that is killed as well.

use crate::until;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Makes the mounts, says so, and waits.
const FIRST: &str = r#"
set -e
ip link set lo up
mount -t tmpfs -o mode=755 skink-tests "$0"
for folder in "$@"; do
    upper="$0/.over$folder"
    mkdir -p "$upper/changes" "$upper/work"
    mount -t overlay -o "lowerdir=$folder,upperdir=$upper/changes,workdir=$upper/work" skink-tests "$folder"
done
echo up
cat
"#;

/// The namespaces.
#[derive(Debug)]
pub struct Namespace {
    outside: Child,
    first: u32,
    memory: PathBuf,
}

/// A process in the namespaces, as the machine sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number outside.
    pub pid: u32,
    /// Its command line.
    pub command: String,
}

impl Namespace {
    /// Makes them. `memory` is a folder on which a file system in memory is mounted; what is changed below the
    /// folders `copied` is changed for those inside only.
    pub fn new(memory: &Path, copied: &[&str]) -> Self {
        fs::create_dir_all(memory).unwrap();
        let mut unshare = Command::new("unshare");
        unshare.args([
            "--net",
            "--pid",
            "--mount",
            "--ipc",
            "--fork",
            "--mount-proc",
            "--",
            "sh",
            "-c",
            FIRST,
        ]);
        unshare.arg(memory).args(copied).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut outside = unshare.spawn().unwrap();
        let mut said = String::new();
        BufReader::new(outside.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "up\n", "the namespaces could not be made");
        let children = format!("/proc/{0}/task/{0}/children", outside.id());
        let first = fs::read_to_string(children).unwrap().trim().parse().unwrap();
        Self { outside, first, memory: memory.to_owned() }
    }

    /// A command that runs inside, with a clean environment, in the folder `cwd`.
    pub fn command(&self, cwd: &Path, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--net", "--pid", "--mount", "--ipc", "--target", &self.first.to_string(), "--"]);
        command.args(["env", "-i"]).arg(format!("--chdir={}", cwd.display()));
        command.args(["LC_ALL=C", "HOME=/root", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]).arg(program.as_ref());
        command.stdin(Stdio::null());
        command
    }

    /// A command that sees the network inside, and else this machine.
    pub fn on_network(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", self.first)).arg("--").arg(program);
        command
    }

    /// Where a path inside lies for us.
    pub fn path(&self, inside: &Path) -> PathBuf {
        Path::new("/proc").join(self.first.to_string()).join("root").join(inside.strip_prefix("/").unwrap())
    }

    /// The folder of the file system in memory.
    pub fn memory(&self) -> &Path {
        &self.memory
    }

    /// What is mounted below a folder inside.
    pub fn mounts_below(&self, folder: &Path) -> Vec<String> {
        let mounts = fs::read_to_string(format!("/proc/{}/mounts", self.first)).unwrap();
        let below = format!("{}/", folder.display());
        let at = |line: &&str| line.split(' ').nth(1).is_some_and(|at| at.starts_with(&below));
        mounts.lines().filter(at).map(str::to_owned).collect()
    }

    /// Processes whose command line, root or program holds `text`: a path below this place, which nobody else names.
    pub fn processes(&self, text: &str) -> Vec<Process> {
        let mut processes = all_processes();
        processes.retain(|Process { pid, command }| {
            let link = |name: &str| fs::read_link(format!("/proc/{pid}/{name}")).unwrap_or_default();
            let (root, program) = (link("root"), link("exe"));
            let places = [command.as_str(), &root.to_string_lossy(), &program.to_string_lossy()];
            // Those who wait outside for one inside name it too.
            places.iter().any(|place| place.contains(text)) && !command.starts_with(WAITING)
        });
        processes
    }

    /// Those who wait outside, each for a process inside.
    fn waiting_outside(&self) -> Vec<Process> {
        let target = format!(" --target {} ", self.first);
        let mut processes = all_processes();
        processes.retain(|process| process.command.starts_with(WAITING) && process.command.contains(&target));
        processes
    }
}

/// How the command line of one who waits outside begins.
const WAITING: &str = "nsenter ";

/// All that the machine has now.
fn all_processes() -> Vec<Process> {
    let pids = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.file_name());
    let pids = pids.filter_map(|name| name.to_str().and_then(|name| name.parse::<u32>().ok()));
    pids.map(|pid| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        Process { pid, command: String::from_utf8_lossy(&line).replace('\0', " ") }
    })
    .collect()
}

impl Process {
    /// Sends a signal; a process that is gone is no failure.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.pid).unwrap()).unwrap();
        let _ = kill_process(pid, signal);
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        drop(self.outside.stdin.take());
        let ended = until("the namespaces to end", || {
            // nsenter stops together with the process that it waits for, and does not go on with it; until it has
            // taken note of the death of that process, the namespaces do not end.
            self.waiting_outside().iter().for_each(|process| process.signal(Signal::CONT));
            self.outside.try_wait().transpose()
        });
        assert!(ended.is_ok(), "{ended:?}");
    }
}
