//! A build of another architecture that is ended from outside leaves nothing.

use super::{assert_nothing_left, cross_package, cross_root, start};
use crate::cross::package::Sleeper;
use crate::cross::seen::user_namespaces_naming;
use rustix::process::{Pid, Signal, kill_process};
use skink_tests_build::{farm, processes_naming};
use std::path::Path;
use std::process::Command;

/// How the build is ended.
type End = fn(root: &Path, skink: Pid);

fn by_kill(root: &Path, _: Pid) {
    let mut kill = Command::new(&farm().build);
    kill.env("BUILD_DIR", "/usr/lib/obs-build").arg("--root").arg(root).arg("--kill");
    assert!(kill.status().unwrap().success());
}

fn by_signal(_: &Path, skink: Pid) {
    kill_process(skink, Signal::TERM).unwrap();
}

fn at_once(_: &Path, skink: Pid) {
    kill_process(skink, Signal::KILL).unwrap();
}

/// What, how, and the exit code or signal of Skink.
type Row = (&'static str, End, Option<i32>, Option<i32>);

#[test]
fn a_build_that_is_ended() {
    let (root, machine) = cross_root();
    let rows: [Row; 3] = [
        ("--kill", by_kill, Some(1), None),
        ("SIGTERM", by_signal, Some(1), None),
        ("SIGKILL", at_once, None, Some(9)),
    ];
    for (what, end, code, signal) in rows {
        let sleeper = Sleeper::new(cross_package("cross-ended", "aarch64"));
        let started = start(&root, &sleeper.package, &["--no-init"], &[]);
        sleeper.wait_for_it(&started);
        assert_eq!(user_namespaces_naming(&root).len(), 1, "{what}: the build's processes share one");
        assert_eq!(machine.now(), machine, "{what}: while it runs");
        end(&root, Pid::from_raw(started.pid().try_into().unwrap()).unwrap());
        let ended = started.wait();
        assert_eq!((ended.code(), ended.signal()), (code, signal), "{what}:\n{}", ended.output);
        assert_eq!(processes_naming(&root.display().to_string()), Vec::<String>::new(), "{what}");
        // `--kill` leaves this for the next build, which removes it.
        let _ = std::fs::remove_file(root.join("exit"));
        // What a dead job left is removed by the next one, whatever that is.
        let next = start(&root, &cross_package("cross-next", ""), &["--no-init"], &[]).wait();
        assert_eq!(next.code(), Some(1), "{what}:\n{}", next.output);
        assert_nothing_left(&machine, &root, what);
    }
    let ended = start(&root, &cross_package("cross-after", "aarch64"), &["--no-init"], &[]).wait();
    assert_eq!(ended.code(), Some(0), "{}", ended.output);
}
