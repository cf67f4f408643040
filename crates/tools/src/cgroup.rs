//! A memory cgroup for each run of a tool, where the machine gives one.
//!
//! It bounds what no limit of single processes can: the sum over all of them, and memory that is in no process, such as
//! the files of a `tmpfs` that a root-builder mounts. Both versions are used as they are found: nothing is mounted, no
//! controller is switched on, and nobody is moved but the processes of the run.
//!
//! Invariant: a group has no process after its run, and is removed. What a killed Skink leaves is empty, for its tools
//! die with it, and goes when the next one looks for its place: whoever uses a group holds a lock on its folder.

mod place;

use place::{Place, Version};
use rustix::fs::{FlockOperation, Mode, OFlags, flock, open};
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// What the name of every group begins with.
const PREFIX: &str = "skink-tool-";

/// How long the kernel may take to let go of a group whose processes are dead.
const PATIENCE: Duration = Duration::from_secs(2);

/// A group so close to its limit, in bytes, is full: what did not fit may be more than a page.
const NEARLY: u64 = 1 << 20;

/// How many names are tried; others may use the same place.
const TRIES: u32 = 100;

/// The group of one run.
#[derive(Debug)]
pub(crate) struct Group {
    folder: PathBuf,
    version: Version,
    /// The limit, in bytes.
    memory: u64,
    /// Held as long as the group is in use.
    _lock: OwnedFd,
}

impl Group {
    /// A new group whose processes may have so many bytes in all; none where the machine gives none.
    pub(crate) fn make(memory: u64) -> Option<Self> {
        static PLACE: OnceLock<Option<Place>> = OnceLock::new();
        let place = PLACE.get_or_init(|| Place::find().inspect(|place| sweep(&place.folder))).as_ref()?;
        let group = Self::in_folder(place, memory)?;
        match group.limit() {
            Ok(()) => Some(group),
            Err(_) => {
                let _ = group.remove();
                None
            }
        }
    }

    fn in_folder(place: &Place, memory: u64) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = || format!("{PREFIX}{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        (0..TRIES).find_map(|_| {
            let folder = place.folder.join(name());
            fs::create_dir(&folder).ok()?;
            // Another Skink may sweep it away before it is locked.
            let lock = lock(&folder, FlockOperation::NonBlockingLockShared).filter(|_| folder.exists())?;
            Some(Self { folder, version: place.version, memory, _lock: lock })
        })
    }

    fn limit(&self) -> io::Result<()> {
        let limit = self.memory.to_string();
        match self.version {
            Version::One => {
                self.write("memory.limit_in_bytes", &limit)?;
                optional(self.write("memory.memsw.limit_in_bytes", &limit))
            }
            Version::Two => {
                self.write("memory.max", &limit)?;
                optional(self.write("memory.swap.max", "0"))?;
                optional(self.write("memory.oom.group", "1"))
            }
        }
    }

    /// Moves a process into the group. Its children follow it only from then on.
    pub(crate) fn take(&self, pid: u32) -> io::Result<()> {
        self.write("cgroup.procs", &pid.to_string())
    }

    /// Whether a process is in the group.
    pub(crate) fn holds(&self, pid: u32) -> bool {
        let pid = pid.to_string();
        self.read("cgroup.procs").is_some_and(|pids| pids.lines().any(|line| line == pid))
    }

    /// Whether the kernel killed one of its processes because the group was full, not because the machine was.
    pub(crate) fn is_over(&self) -> bool {
        let count = |file: &str, key: &str| {
            let text = self.read(file).unwrap_or_default();
            let mut lines = text.lines().filter_map(|line| line.split_once(' '));
            lines.any(|(name, count)| name == key && count.trim() != "0")
        };
        match self.version {
            Version::One => {
                count("memory.oom_control", "oom_kill") && self.peak().saturating_add(NEARLY) >= self.memory
            }
            Version::Two => count("memory.events", "oom_kill") && count("memory.events", "oom"),
        }
    }

    /// The most bytes that the group ever had, where the kernel keeps it.
    pub(crate) fn peak(&self) -> u64 {
        let file = match self.version {
            Version::One => "memory.max_usage_in_bytes",
            Version::Two => "memory.peak",
        };
        self.read(file).and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }

    /// Kills what is left in it, and removes it.
    pub(crate) fn remove(&self) -> io::Result<()> {
        let until = Instant::now() + PATIENCE;
        loop {
            match fs::remove_dir(&self.folder) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
                Err(_) if Instant::now() < until => {
                    // Only the second version has it; what is in the group is dead or dying in any case.
                    let _ = self.write("cgroup.kill", "1");
                    std::thread::sleep(Duration::from_millis(1));
                }
                removed => return removed,
            }
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn write(&self, file: &str, text: &str) -> io::Result<()> {
        fs::write(self.folder.join(file), text)
    }

    fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(file)).ok()
    }
}

impl Drop for Group {
    /// For the ways out on which nothing ran.
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.folder);
    }
}

/// A file that not every kernel has.
fn optional(written: io::Result<()>) -> io::Result<()> {
    match written {
        // A file that is not there cannot be made either.
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) => Ok(()),
        written => written,
    }
}

/// Removes the groups that nobody uses any more.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX))
            && let Some(_unused) = lock(&entry.path(), FlockOperation::NonBlockingLockExclusive)
        {
            // One that still has a process stays for the next time.
            let _ = fs::remove_dir(entry.path());
        }
    }
}

fn lock(folder: &Path, how: FlockOperation) -> Option<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = open(folder, flags, Mode::empty()).ok()?;
    flock(&folder, how).ok().map(|()| folder)
}

#[cfg(test)]
mod tests;
