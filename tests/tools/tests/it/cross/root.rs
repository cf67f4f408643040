//! The build root of another architecture, which is set up once.

use super::{assert_nothing_left, machine_of, start};
use crate::cross::package::{Sleeper, cross_package};
use crate::cross::seen::{Machine, user_namespaces_naming};
use skink_tests_build::{Package, farm};
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The root, which no other test has meanwhile.
pub(crate) struct CrossRoot {
    path: PathBuf,
    _turn: MutexGuard<'static, bool>,
}

impl Deref for CrossRoot {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

/// What the log of a package's last build holds by now.
pub(crate) fn log_of(package: &Package) -> String {
    String::from_utf8_lossy(&fs::read(package.log()).unwrap_or_default()).into_owned()
}

/// Waits for the root; the first one sets it up. With it comes what the machine was before.
pub(crate) fn cross_root() -> (CrossRoot, Machine) {
    static IS_MADE: Mutex<bool> = Mutex::new(false);
    let mut turn = IS_MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let path = farm().folder.join("root-aarch64");
    let machine = Machine::look();
    if !*turn {
        // Who calls the test program by hand may have one of the last time.
        let is_ready = path.join("installed-pkg").exists() && !path.join("not-ready").exists();
        if !is_ready {
            set_up(&path, &machine);
        }
        *turn = true;
    }
    let _ = fs::remove_file(Sleeper::signal(&path));
    (CrossRoot { path, _turn: turn }, machine)
}

/// A build from nothing. While it runs, the machine is looked at again and again.
fn set_up(root: &Path, machine: &Machine) {
    let package = cross_package("cross-cold", "aarch64");
    let started = start(root, &package, &["--clean"], &[]);
    let is_over = AtomicBool::new(false);
    let (ended, looks) = std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let own = fs::read_link("/proc/self/ns/user").unwrap();
            let mut looks = 0;
            while !is_over.load(Ordering::Relaxed) {
                assert_eq!(machine.now(), *machine, "the machine while a package is built");
                let namespaces = user_namespaces_naming(root);
                assert!(!namespaces.contains(&own), "a process of the build is in our user namespace");
                looks += namespaces.len();
                std::thread::sleep(Duration::from_millis(200));
            }
            looks
        });
        let ended = started.wait_for(Duration::from_secs(900));
        is_over.store(true, Ordering::Relaxed);
        (ended, watch.join().unwrap())
    });
    assert_eq!(ended.code(), Some(0), "the build of the root failed:\n{}", ended.output);
    assert!(looks > 10, "the build's processes were seen {looks} times only");
    assert_nothing_left(machine, root, "after the build of the root");
    let rpm = root.join(".build.packages/RPMS/aarch64/hello-1.0-0.aarch64.rpm");
    assert_eq!(machine_of(&rpm, "/usr/bin/hello"), "ARM aarch64");
}
