//! What tests must leave as they found it: mounts, binary formats, loop devices, users, cgroups and processes of ours,
//! and files among those that are temporary.
//!
//! Looked at before and after each stage, when all that a stage needs is installed. What a stage leaves is one failure.

use crate::layout::Layout;
use crate::process::{self, command};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long what has ended may take to be gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// Mounts the kernel's table in a mount namespace of its own, and lists it.
const FORMATS: &str = "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc && ls /proc/sys/fs/binfmt_misc";

/// The machine at one moment: lines, each with what it is before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Machine(BTreeSet<String>);

impl Machine {
    /// As it is now.
    pub(crate) fn now(layout: &Layout) -> Self {
        let mut lines = BTreeSet::new();
        let mut add = |what: &str, found: Vec<String>| {
            lines.extend(found.into_iter().map(|each| format!("{what} {each}")));
        };
        add("mount", lines_of("/proc/self/mounts", |line| line.split(' ').nth(1).map(str::to_owned)));
        add("user", lines_of("/etc/passwd", |line| line.split(':').next().map(str::to_owned)));
        add("group", lines_of("/etc/group", |line| line.split(':').next().map(str::to_owned)));
        add("loop device of", loop_devices());
        add("binary format", binary_formats());
        add("process", processes(&layout.target()));
        add("cgroup", cgroups());
        add("temporary file", temporary_files());
        Self(lines)
    }

    /// What is otherwise than `self` after a stage. What is on its way out is waited for.
    pub(crate) fn changes(&self, layout: &Layout) -> Vec<String> {
        let until = Instant::now() + PATIENCE;
        loop {
            let changes = self.against(&Self::now(layout));
            if changes.is_empty() || Instant::now() > until {
                return changes;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn against(&self, now: &Self) -> Vec<String> {
        let new = now.0.difference(&self.0).map(|line| format!("left behind: {line}"));
        // What somebody left earlier may end, or be swept away.
        let stays = |line: &&String| !["process ", "cgroup "].iter().any(|what| line.starts_with(what));
        let gone = self.0.difference(&now.0).filter(stays);
        new.chain(gone.map(|line| format!("gone: {line}"))).collect()
    }
}

fn lines_of(path: &str, part: impl Fn(&str) -> Option<String>) -> Vec<String> {
    fs::read_to_string(path).unwrap_or_default().lines().filter_map(part).collect()
}

fn loop_devices() -> Vec<String> {
    let devices = fs::read_dir("/sys/block").into_iter().flatten().flatten();
    let file = |device: fs::DirEntry| fs::read_to_string(device.path().join("loop/backing_file")).ok();
    devices.filter_map(file).map(|file| file.trim().to_owned()).collect()
}

/// The machine's own table; only root can look at it without leaving a mount.
fn binary_formats() -> Vec<String> {
    if !process::is_root() {
        return Vec::new();
    }
    let looked = command("unshare").args(["-m", "sh", "-c", FORMATS]).output();
    let text = looked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Processes that run a program below `target` or in a root there, by their names: those of the tests' own harness
/// have ended, and cargo is not below it.
fn processes(target: &Path) -> Vec<String> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let own = std::process::id().to_string();
    let pids = entries.filter(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name != own && name.bytes().all(|byte| byte.is_ascii_digit())
    });
    let ours = |entry: fs::DirEntry| {
        let link = |name: &str| fs::read_link(entry.path().join(name)).ok();
        let program = link("exe").filter(|path| path.starts_with(target.join("skink")));
        let place =
            ["root", "cwd"].into_iter().filter_map(link).find(|path| path.starts_with(target.join("test")));
        let found = program.or(place)?;
        Some(format!("{} ({})", entry.file_name().to_string_lossy(), found.display()))
    };
    pids.filter_map(ours).collect()
}

/// Those that are made for runs of tools, anywhere.
fn cgroups() -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), vec![PathBuf::from("/sys/fs/cgroup")]);
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            let is_ours = entry.file_name().to_string_lossy().starts_with("skink-tool-");
            if is_ours { found.push(entry.path().display().to_string()) } else { open.push(entry.path()) }
        }
    }
    found
}

fn temporary_files() -> Vec<String> {
    let entries = fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with("skink")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_and_what_is_gone_is_told() {
        let machine = |lines: &[&str]| Machine(lines.iter().map(|line| (*line).to_owned()).collect());
        let before = machine(&["mount /", "user root", "process 7 (a)"]);
        assert_eq!(before.against(&before), Vec::<String>::new());
        // A process of an earlier run may end.
        assert_eq!(before.against(&machine(&["mount /", "user root"])), Vec::<String>::new());
        let after = machine(&["mount /", "mount /x/proc", "process 7 (a)", "process 8 (b)"]);
        assert_eq!(
            before.against(&after),
            ["left behind: mount /x/proc", "left behind: process 8 (b)", "gone: user root"]
        );
    }

    #[test]
    fn a_mount_of_the_machine_is_seen() {
        let layout = Layout { root: Path::new(env!("CARGO_MANIFEST_DIR")).join("../..") };
        let machine = Machine::now(&layout);
        assert!(machine.0.contains("mount /proc") && machine.0.contains("user root"), "{machine:?}");
    }
}
