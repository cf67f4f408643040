//! Where this machine lets us make memory cgroups, if it does.
//!
//! In version 1 every cgroup may have processes and cgroups, so the place is our own. In version 2 one that has
//! processes cannot hand memory on to cgroups below it; the place is the next one above us that does: the slice of our
//! unit under systemd, or the folder that was delegated to us.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// The two interfaces of cgroups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

/// A folder in which memory cgroups can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) folder: PathBuf,
    pub(super) version: Version,
}

impl Place {
    /// The place of this process.
    pub(super) fn find() -> Option<Self> {
        let own = fs::read_to_string("/proc/self/cgroup").ok()?;
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        let Own { folder, mounted, version } = Own::of(&own, &mounts)?;
        match version {
            Version::One => Some(Self { folder, version }),
            Version::Two => {
                let within = folder.ancestors().take_while(|above| above.starts_with(&mounted));
                let mut handing_on = within.filter(|above| hands_on_memory(above));
                Some(Self { folder: handing_on.next()?.to_owned(), version })
            }
        }
    }
}

fn hands_on_memory(folder: &Path) -> bool {
    let controllers = fs::read_to_string(folder.join("cgroup.subtree_control")).unwrap_or_default();
    controllers.split_whitespace().any(|name| name == "memory")
}

/// The cgroup that bounds our own memory.
#[derive(Debug, PartialEq, Eq)]
struct Own {
    folder: PathBuf,
    /// Where its hierarchy is mounted.
    mounted: PathBuf,
    version: Version,
}

impl Own {
    /// `own` as in `/proc/self/cgroup`, `mounts` as in `/proc/self/mountinfo`; see cgroups(7) and proc(5).
    fn of(own: &str, mounts: &str) -> Option<Self> {
        let lines = || own.lines().filter_map(|line| line.split_once(':')?.1.split_once(':'));
        let has_memory = |list: &str| list.split(',').any(|name| name == "memory");
        // Where the first version has the memory, the second has not.
        let first = lines().find(|(controllers, _)| has_memory(controllers));
        let (version, (_, path)) = match first {
            Some(own) => (Version::One, own),
            None => (Version::Two, lines().find(|(controllers, _)| controllers.is_empty())?),
        };
        mounts.lines().find_map(|line| {
            let (mount, system) = line.split_once(" - ")?;
            let mut system = system.split(' ');
            let (sort, options) = (system.next()?, system.nth(1)?);
            let right = match version {
                Version::One => sort == "cgroup" && has_memory(options),
                Version::Two => sort == "cgroup2",
            };
            let mut fields = mount.split(' ').skip(3).filter(|_| right);
            let (root, mounted) = (fields.next()?, PathBuf::from(fields.next()?));
            // In another part of the hierarchy ours cannot be seen.
            let below = Path::new(path).strip_prefix(root).ok()?;
            let is_below = below.components().all(|part| matches!(part, Component::Normal(_)));
            let below = is_below.then_some(below)?;
            let folder = if below.as_os_str().is_empty() { mounted.clone() } else { mounted.join(below) };
            Some(Self { folder, mounted, version })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "9:name=systemd:/\n4:cpu,memory:/a/b\n0::/c\n";
    const ONE_MOUNTS: &str = "25 1 0:2 / /proc rw - proc proc rw\n\
         41 30 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpuset\n\
         42 30 0:30 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,cpu,memory\n\
         43 30 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
    const TWO: &str = "0::/system.slice/worker.service\n";
    const TWO_MOUNTS: &str =
        "30 25 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n";

    #[test]
    fn our_own_group_is_found_in_what_is_mounted() {
        let part = TWO_MOUNTS.replace(" / /sys", " /system.slice /sys");
        let other = TWO_MOUNTS.replace(" / /sys", " /user.slice /sys");
        let rows = [
            (ONE, ONE_MOUNTS, Some(("/sys/fs/cgroup/memory/a/b", Version::One))),
            (TWO, TWO_MOUNTS, Some(("/sys/fs/cgroup/system.slice/worker.service", Version::Two))),
            (TWO, &part, Some(("/sys/fs/cgroup/worker.service", Version::Two))),
            (TWO, &other, None),
            ("0::/\n", TWO_MOUNTS, Some(("/sys/fs/cgroup", Version::Two))),
            ("0::/../x\n", TWO_MOUNTS, None),
            (ONE, TWO_MOUNTS, None),
            (TWO, "", None),
            ("", ONE_MOUNTS, None),
            ("garbage\n", "garbage - x\n", None),
        ];
        for (own, mounts, want) in rows {
            let found = Own::of(own, mounts);
            let found = found.as_ref().map(|own| (own.folder.to_str().unwrap(), own.version));
            assert_eq!(found, want, "{own} {mounts}");
        }
    }
}
