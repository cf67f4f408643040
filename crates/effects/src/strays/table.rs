//! The processes of this pid namespace, and which of them are our own.

use super::{StrayError, file};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What is known of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: i32,
    pub(super) parent: i32,
    /// The first bytes of its program's name, as it chose it.
    pub(super) name: String,
    /// It has ended, and nobody asked how.
    pub(super) is_zombie: bool,
}

impl Process {
    pub(super) fn folder(&self) -> PathBuf {
        folder(self.pid)
    }
}

fn folder(pid: i32) -> PathBuf {
    Path::new("/proc").join(pid.to_string())
}

/// All processes that are neither ourselves, nor above us, nor below us.
pub(super) fn others() -> Result<Vec<Process>, StrayError> {
    let all = all()?;
    let own = family(&all, rustix::process::getpid().as_raw_nonzero().get());
    Ok(all.into_iter().filter(|process| !own.contains(&process.pid) && !process.is_zombie).collect())
}

fn all() -> Result<Vec<Process>, StrayError> {
    let listed = fs::read_dir("/proc").map_err(file("list", "/proc"))?;
    let pids = listed.filter_map(Result::ok).filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    // One that cannot be read has ended meanwhile.
    Ok(pids.filter_map(|pid: i32| parse(&fs::read(folder(pid).join("stat")).ok()?)).collect())
}

/// A process, those above it, and those below it.
fn family(all: &[Process], own: i32) -> BTreeSet<i32> {
    let parents: BTreeMap<i32, i32> = all.iter().map(|process| (process.pid, process.parent)).collect();
    let above = |pid: &i32| parents.get(pid).copied();
    // The table is not of one moment: an id that was taken again could make a circle.
    let line = |pid| std::iter::successors(Some(pid), above).take(parents.len() + 1);
    let mut family: BTreeSet<i32> = line(own).collect();
    family.extend(parents.keys().copied().filter(|pid| line(*pid).any(|above| above == own)));
    family
}

/// A line of `/proc/PID/stat`. The name, in parentheses, may hold any character.
fn parse(line: &[u8]) -> Option<Process> {
    let line = String::from_utf8_lossy(line);
    let (pid, rest) = line.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    Some(Process {
        pid: pid.parse().ok()?,
        parent,
        name: name.to_owned(),
        is_zombie: matches!(state, "Z" | "X"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernel() {
        let process = |pid, parent, name: &str, is_zombie| {
            Some(Process { pid, parent, name: name.to_owned(), is_zombie })
        };
        let rows = [
            ("7 (sleep) S 1 7 7 0 -1 4194304 98", process(7, 1, "sleep", false)),
            ("8 (a) Z (b) R 7 7 7 34816 -1 4", process(8, 7, "a) Z (b", false)),
            ("9 (x) Z 8 7 7 0 -1 4", process(9, 8, "x", true)),
            ("9 (x", None),
            ("9 (x) Z", None),
            ("", None),
        ];
        for (line, want) in rows {
            assert_eq!(parse(line.as_bytes()), want, "{line}");
        }
    }

    /// 1 ─ 2 ─ 3 (us) ─ 4 ─ 5; 6 beside us; 7 an orphan; 8 and 9 in a circle.
    #[test]
    fn neither_who_started_us_nor_whom_we_started() {
        let parents = [(1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 2), (7, 1), (8, 9), (9, 8)];
        let all: Vec<Process> = parents
            .map(|(pid, parent)| {
                let name = String::new();
                Process { pid, parent, name, is_zombie: false }
            })
            .to_vec();
        assert_eq!(family(&all, 3).into_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    }
}
