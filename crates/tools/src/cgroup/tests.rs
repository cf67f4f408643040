#![allow(clippy::print_stdout, reason = "a test that tests less says so")]

use super::*;
use std::process::Command;

fn group() -> Option<Group> {
    let group = Group::make(64 << 20);
    if group.is_none() {
        println!("this machine gives no memory cgroup, or only to root");
    }
    group
}

#[test]
fn a_group_holds_what_it_took_until_it_is_removed() {
    let Some(group) = group() else { return };
    let mut sleep = Command::new("/usr/bin/sleep").arg("1000").spawn().unwrap();
    assert!(!group.holds(sleep.id()));
    group.take(sleep.id()).unwrap();
    assert!(group.holds(sleep.id()) && !group.is_over());
    sleep.kill().unwrap();
    sleep.wait().unwrap();
    group.remove().unwrap();
    assert!(!group.folder().exists());
}

#[test]
fn a_group_that_is_full_is_over() {
    let Some(group) = group() else { return };
    // It waits for a line, and then takes 256 MiB.
    let script = "read x; head -c 268435456 /dev/zero | tail -c 268435456 >/dev/null";
    let mut command = Command::new("/bin/sh");
    let mut shell = command.args(["-c", script]).stdin(std::process::Stdio::piped()).spawn().unwrap();
    group.take(shell.id()).unwrap();
    drop(shell.stdin.take());
    shell.wait().unwrap();
    assert!(group.is_over());
    assert!(group.peak() > 32 << 20, "{}", group.peak());
    group.remove().unwrap();
}

#[test]
fn what_a_dead_one_left_is_swept_and_no_more() {
    let (Some(used), Some(place)) = (group(), Place::find()) else { return };
    let (left, other) = (place.folder.join("skink-tool-0-0"), place.folder.join("skink-other"));
    for folder in [&left, &other] {
        let _ = fs::create_dir(folder);
    }
    sweep(&place.folder);
    assert!(!left.exists(), "nobody uses it");
    assert!(used.folder().exists() && other.exists());
    fs::remove_dir(other).unwrap();
}
