//! Looking at processes from outside.

use std::fs;
use std::time::{Duration, Instant};

/// A process, as it was when it was looked at.
#[derive(Debug, Clone)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its name, cut to 15 bytes by the kernel.
    pub name: String,
    status: String,
}

impl Process {
    /// Looks at a process; none where it is gone.
    pub fn look(pid: u32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let name = field(&status, "Name")?.to_owned();
        Some(Self { pid, name, status })
    }

    /// A line of its status, such as `CapEff`.
    pub fn status(&self, key: &str) -> &str {
        field(&self.status, key).unwrap_or_else(|| panic!("there is no {key} in\n{}", self.status))
    }

    /// The most memory it ever had, in bytes.
    pub fn peak_memory(&self) -> Option<u64> {
        let kilobytes = field(&self.status, "VmHWM")?.split(' ').next()?;
        Some(kilobytes.parse::<u64>().ok()? << 10)
    }

    fn parent(&self) -> Option<u32> {
        field(&self.status, "PPid")?.parse().ok()
    }
}

fn field<'a>(status: &'a str, key: &str) -> Option<&'a str> {
    status.lines().find_map(|line| Some(line.strip_prefix(key)?.strip_prefix(':')?.trim()))
}

fn all() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The children of a process.
pub fn children_of(parent: u32) -> Vec<Process> {
    // The kernel keeps a list for each thread; without it, everybody is asked for their parent.
    let threads = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
    let lists: Vec<String> =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok()).collect();
    let children: Vec<u32> = if lists.is_empty() {
        all().filter(|pid| Process::look(*pid).is_some_and(|p| p.parent() == Some(parent))).collect()
    } else {
        lists.iter().flat_map(|list| list.split_whitespace()).filter_map(|pid| pid.parse().ok()).collect()
    };
    children.into_iter().filter_map(Process::look).collect()
}

/// Processes with `text` in their command line, program, root or working folder, other than ours, after a moment
/// for them to go.
pub fn processes_naming(text: &str) -> Vec<String> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let found: Vec<String> = all().filter_map(|pid| named(pid, text)).collect();
        if found.is_empty() || Instant::now() > deadline {
            return found;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn named(pid: u32, text: &str) -> Option<String> {
    if pid == std::process::id() {
        return None;
    }
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let line = String::from_utf8_lossy(&line).replace('\0', " ");
    let links =
        ["exe", "root", "cwd"].map(|link| fs::read_link(format!("/proc/{pid}/{link}")).unwrap_or_default());
    let named = line.contains(text) || links.iter().any(|link| link.to_string_lossy().contains(text));
    named.then(|| format!("{pid}: {line} {links:?}"))
}
