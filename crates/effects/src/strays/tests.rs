//! With real mounts, in a mount namespace of each test's own, and with real loop devices. Only root can make them.

use super::{Before, StrayError};
use crate::mounts::Mount;
use rustix::mount::{
    MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_bind, mount_change, unmount,
};
use rustix::thread::UnshareFlags;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Calls it on a thread with a mount namespace of its own, in a folder with a root in it.
fn in_own_namespace(test: fn(&Path)) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let thread = std::thread::spawn(move || {
        #[expect(
            deprecated,
            reason = "its successor is unsafe for the sake of flags that are not used here"
        )]
        rustix::thread::unshare(UnshareFlags::NEWNS).unwrap();
        mount_change("/", MountPropagationFlags::REC | MountPropagationFlags::PRIVATE).unwrap();
        let base = Base(tempfile::tempdir().unwrap());
        fs::create_dir(base.0.path().join("root")).unwrap();
        test(&base.0.path().canonicalize().unwrap().join("root"));
    });
    thread.join().unwrap();
}

/// Its folder can be removed once nothing is mounted there.
struct Base(tempfile::TempDir);

impl Drop for Base {
    fn drop(&mut self) {
        let mounts = Mount::all().unwrap().into_iter().rev();
        for mount in mounts.filter(|mount| mount.point().starts_with(self.0.path())) {
            let _ = unmount(mount.point(), UnmountFlags::DETACH);
        }
    }
}

fn tmpfs(at: &Path) -> PathBuf {
    fs::create_dir_all(at).unwrap();
    mount("none", at, "tmpfs", MountFlags::empty(), None).unwrap();
    fs::write(at.join("marker"), "").unwrap();
    at.to_owned()
}

fn is_mounted(at: &Path) -> bool {
    at.join("marker").exists()
}

#[test]
fn only_what_is_new_and_below_is_unmounted() {
    in_own_namespace(|root| {
        let cache = root.with_file_name("cache");
        fs::create_dir_all(root.join("cache")).unwrap();
        fs::create_dir(&cache).unwrap();
        fs::write(cache.join("marker"), "").unwrap();
        let on_it = tmpfs(root);
        let (old, older) = (tmpfs(&root.join("old")), tmpfs(&root.join("a/older")));
        fs::create_dir_all(root.join("cache")).unwrap();
        mount_bind(&cache, root.join("cache")).unwrap();
        let before = Before::look(root).unwrap().unwrap();

        let rows = [root.join("new mount"), root.join("old/on it"), root.join("a"), root.join("a/over")];
        rows.iter().for_each(|row| drop(tmpfs(row)));
        let beside = tmpfs(&root.with_file_name("root_1"));
        // An admin who mounts the same cache again.
        unmount(root.join("cache"), UnmountFlags::empty()).unwrap();
        mount_bind(&cache, root.join("cache")).unwrap();

        let mut told = before.restore().unwrap();
        told.sort();
        let mut want = rows.each_ref().map(|row| format!("the mount {} (tmpfs)", row.display()));
        want.sort();
        assert_eq!(told, want);
        assert!(rows.iter().all(|row| !is_mounted(row)));
        for kept in [on_it, old, older, beside, root.join("cache")] {
            assert!(is_mounted(&kept), "{}", kept.display());
        }
        assert_eq!(before.restore().unwrap(), Vec::<String>::new(), "a second time");
    });
}

/// Whoever works there may have mounted it.
#[test]
fn while_somebody_works_there_all_is_left() {
    in_own_namespace(|root| {
        let before = Before::look(root).unwrap().unwrap();
        let new = tmpfs(&root.join("new"));
        let script = "exec 3>&1; (exec sleep 600 >&- 2>&- 3>&-) <&- & echo $!";
        let mut start = Command::new("setsid");
        let started = start.args(["sh", "-c", script]).current_dir(root).output().unwrap();
        let pid = String::from_utf8(started.stdout).unwrap().trim().to_owned();
        let restored = before.restore();
        assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
        let Err(StrayError::InUse { pid: user, .. }) = restored else { panic!("{restored:?}") };
        assert_eq!(user.to_string(), pid);
        assert!(is_mounted(&new));
        while Path::new("/proc").join(&pid).join("cwd").exists() {
            std::thread::yield_now();
        }
        assert_eq!(before.restore().unwrap().len(), 1);
    });
}

/// A file that is open keeps a mount; it is not taken away under its user.
#[test]
fn what_is_busy_is_left() {
    in_own_namespace(|root| {
        let before = Before::look(root).unwrap().unwrap();
        let new = tmpfs(&root.join("new"));
        let open = fs::File::open(new.join("marker")).unwrap();
        let told = before.restore().unwrap_err().to_string();
        assert!(told.contains("is in use; `fuser -vm "), "{told}");
        assert!(is_mounted(&new));
        drop(open);
        assert_eq!(before.restore().unwrap().len(), 1);
    });
}

#[test]
fn copies_are_unmounted_in_use_or_not() {
    in_own_namespace(|root| {
        let old = tmpfs(&root.join("old"));
        let before = Before::look(root).unwrap().unwrap();
        let new = tmpfs(&root.join("new"));
        let _open = fs::File::open(new.join("marker")).unwrap();
        before.unmount_copies().unwrap();
        assert_eq!((is_mounted(&old), is_mounted(&new)), (true, false));
    });
}

fn attach(image: &Path) -> String {
    fs::File::create(image).unwrap().set_len(1 << 20).unwrap();
    let output = Command::new("losetup").args(["--find", "--show"]).arg(image).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn is_attached(device: &str) -> bool {
    Path::new("/sys/block").join(device.trim_start_matches("/dev/")).join("loop/backing_file").exists()
}

/// It goes with its last user, and whoever looks at devices is one for a moment.
fn wait_until_detached(device: &str) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while is_attached(device) && std::time::Instant::now() < deadline {
        std::thread::yield_now();
    }
}

/// One with its file on a mount that is a stray, too: each keeps the other.
#[test]
fn only_new_loop_devices_of_files_below_are_detached() {
    in_own_namespace(|root| {
        let old = attach(&root.join("old.img"));
        let before = Before::look(root).unwrap().unwrap();
        let beside = attach(&root.with_file_name("beside.img"));
        let on_mount = tmpfs(&root.join("mount")).join("b.img");
        let new = [attach(&root.join("a.img")), attach(&on_mount)];
        let told = before.restore();
        wait_until_detached(&new[0]);
        let there = [&old, &beside, &new[0], &new[1]].map(|device| is_attached(device));
        for device in [&old, &beside].into_iter().chain(&new).filter(|device| is_attached(device)) {
            Command::new("losetup").args(["--detach", device]).status().unwrap();
        }
        let told = told.unwrap();
        assert_eq!(there, [true, true, false, false], "{told:?}");
        assert!(
            told.contains(&format!("the loop device {} of {}", new[0], root.join("a.img").display())),
            "{told:?}"
        );
        assert_eq!(told.len(), 3, "{told:?}");
    });
}
