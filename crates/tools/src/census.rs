//! The processes of a run, counted and weighed from outside.
//!
//! They are seen in the run's own `/proc`, which shows the processes of its pid namespace and no other, and which is
//! opened before the tool is there to put something in its place. Where there is no cgroup, this is what bounds memory;
//! it sees what processes have mapped, and nothing else.

use rustix::fs::{Dir, Mode, OFlags, open, openat};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;

/// A run's own view of processes.
#[derive(Debug)]
pub(crate) struct Census {
    proc: OwnedFd,
    page: u64,
}

/// What was seen at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Processes and threads, without pid 1.
    pub(crate) processes: u32,
    /// Bytes in memory, where shared ones count for each process that has them.
    pub(crate) resident: u64,
}

impl Census {
    /// That of the run of which `pid` is a process.
    pub(crate) fn of(pid: u32) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let proc = open(format!("/proc/{pid}/root/proc"), flags, Mode::empty())?;
        let page = u64::try_from(rustix::param::page_size()).unwrap_or(4096);
        Ok(Self { proc, page })
    }

    /// Counts.
    pub(crate) fn look(&self) -> Seen {
        let one = |pid: String| {
            let (threads, pages) = threads_and_pages(&self.read(&pid, "stat")?)?;
            let processes = if pid == "1" { 0 } else { threads };
            Some(Seen { processes, resident: pages.saturating_mul(self.page) })
        };
        let add = |all: Seen, one: Seen| Seen {
            processes: all.processes.saturating_add(one.processes),
            resident: all.resident.saturating_add(one.resident),
        };
        self.pids().into_iter().filter_map(one).fold(Seen::default(), add)
    }

    /// Bytes of memory that nothing but these processes needs; what they share counts once. Takes longer.
    pub(crate) fn memory(&self) -> u64 {
        let one = |pid: String| match self.read(&pid, "smaps_rollup") {
            Some(text) if !text.is_empty() => own_memory(&text),
            // It may not be looked into so closely, or has ended.
            Some(_) | None => {
                let (_, pages) = self.read(&pid, "stat").as_deref().and_then(threads_and_pages)?;
                Some(pages.saturating_mul(self.page))
            }
        };
        self.pids().into_iter().filter_map(one).fold(0, u64::saturating_add)
    }

    fn pids(&self) -> Vec<String> {
        let names = Dir::read_from(&self.proc).into_iter().flatten().flatten();
        let names = names.filter_map(|entry| entry.file_name().to_str().ok().map(str::to_owned));
        names.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())).collect()
    }

    fn read(&self, pid: &str, file: &str) -> Option<String> {
        let path = PathBuf::from(pid).join(file);
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let mut file = File::from(openat(self.proc.as_fd(), path, flags, Mode::empty()).ok()?);
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// The fields 20 and 24 of `/proc/PID/stat`; the second, in parentheses, is a name that may hold anything.
fn threads_and_pages(stat: &str) -> Option<(u32, u64)> {
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(17);
    Some((fields.next()?.parse().ok()?, fields.nth(3)?.parse().ok()?))
}

/// Of `/proc/PID/smaps_rollup`: this process's part of what no file on a disk holds.
fn own_memory(rollup: &str) -> Option<u64> {
    let row = |key: &str| {
        let row = rollup.lines().find_map(|line| line.strip_prefix(key))?.trim();
        row.strip_suffix(" kB")?.parse::<u64>().ok()
    };
    let sum = ["Pss_Anon:", "Pss_Shmem:", "SwapPss:"].into_iter().filter_map(row).sum::<u64>();
    // Before Linux 5.9 there is but one sum.
    let kib = if row("Pss_Anon:").is_some() { Some(sum) } else { row("Pss:") };
    kib.map(|kib| kib.saturating_mul(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_forge_what_is_counted() {
        let rows = [
            (
                "7 (sh) S 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 3 0 99 4096 25 18446744073709551615",
                Some((3, 25)),
            ),
            ("7 (x) S 1 1 1) S 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 2 0 99 4096 9 1", Some((2, 9))),
            ("7 (sh) S 1", None),
            ("", None),
        ];
        for (stat, want) in rows {
            assert_eq!(threads_and_pages(stat), want, "{stat}");
        }
    }

    #[test]
    fn files_on_a_disk_are_nobodys_memory() {
        let new = "00-ff ---p 00000000 00:00 0 [rollup]\nRss: 9 kB\nPss: 8 kB\nPss_Anon: 3 kB\n\
             Pss_File: 4 kB\nPss_Shmem: 1 kB\nSwapPss: 2 kB\n";
        let rows = [(new, Some(6 * 1024)), ("Rss: 9 kB\nPss: 8 kB\n", Some(8 * 1024)), ("", None)];
        for (rollup, want) in rows {
            assert_eq!(own_memory(rollup), want, "{rollup}");
        }
    }

    #[test]
    fn our_own_processes_are_seen() {
        let census = Census::of(std::process::id()).unwrap();
        let seen = census.look();
        assert!(seen.processes >= 1 && seen.resident > 0 && census.memory() > 0, "{seen:?}");
    }
}
