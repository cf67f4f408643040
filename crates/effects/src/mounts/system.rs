//! Mounts that the system itself stands on.

use std::path::Path;

/// What is mounted on one of these is the system's.
pub(crate) const FOLDERS: [&str; 19] = [
    "/",
    "/bin",
    "/boot",
    "/boot/efi",
    "/etc",
    "/home",
    "/lib",
    "/lib32",
    "/lib64",
    "/media",
    "/mnt",
    "/opt",
    "/root",
    "/sbin",
    "/srv",
    "/tmp",
    "/usr",
    "/var",
    "/var/tmp",
];

/// So is what is mounted on one of these, or below it.
pub(crate) const TREES: [&str; 4] = ["/dev", "/proc", "/run", "/sys"];

/// Whether a mount at this place is the system's: one of its own folders, or a part of the kernel's.
pub fn is_of_system(point: &Path) -> bool {
    FOLDERS.iter().any(|folder| point == Path::new(folder))
        || TREES.iter().any(|tree| point.starts_with(tree))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_systems() {
        for point in [
            "/",
            "/proc",
            "/proc/sys/fs/binfmt_misc",
            "/sys/fs/cgroup",
            "/dev/shm",
            "/run/user/0",
            "/usr",
            "/tmp",
        ] {
            assert!(is_of_system(Path::new(point)), "{point}");
        }
        for point in ["/mnt/cache", "/srv/build", "/process", "/var/tmp/root/proc", "/home/me/mnt"] {
            assert!(!is_of_system(Path::new(point)), "{point}");
        }
    }
}
