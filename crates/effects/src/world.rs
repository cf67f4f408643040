//! Which run of which machine this is, and which mount namespace: what was noted in another one says nothing here.

use rustix::fs::{AtFlags, CWD, StatxFlags, statx};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;

const BOOT: &str = "/proc/sys/kernel/random/boot_id";
const NAMESPACE: &str = "/proc/thread-self/ns/mnt";

/// `STATX_MNT_ID_UNIQUE` of Linux 6.8; older kernels give an id that may be used again.
const UNIQUE: StatxFlags = StatxFlags::from_bits_retain(0x4000);

/// Where and when a thread looks at mounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct World {
    /// The machine since it was started.
    boot: String,
    /// The mount namespace. Its number is used again when it is gone, the id of what is mounted on `/` is not.
    namespace: String,
}

impl World {
    /// That of the calling thread.
    pub(crate) fn here() -> io::Result<Self> {
        let root = statx(CWD, "/", AtFlags::empty(), StatxFlags::MNT_ID | UNIQUE)?;
        let number = fs::metadata(NAMESPACE)?.ino();
        Ok(Self {
            boot: fs::read_to_string(BOOT)?.trim().to_owned(),
            namespace: format!("{number} {}", root.stx_mnt_id),
        })
    }

    /// Whether the machine was not started anew in between.
    pub(crate) fn is_same_boot(&self, other: &Self) -> bool {
        self.boot == other.boot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_same_until_something_changes() {
        let here = World::here().unwrap();
        assert_eq!(here, World::here().unwrap());
        assert!(!here.boot.is_empty());
        let rebooted = World { boot: "0".to_owned(), ..here.clone() };
        assert!(here.is_same_boot(&World { namespace: "1 1".to_owned(), ..here.clone() }));
        assert!(!here.is_same_boot(&rebooted));
    }
}
