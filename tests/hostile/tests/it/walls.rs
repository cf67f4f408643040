//! A live runner, seen from outside, and what it can do from inside.

use skink_tests_hostile::{
    Attack, Place, Process, Running, assert_harmless, assert_nothing_left, children_of, processes_naming,
};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, Instant};

/// Looks at the runner of a command until it is as it should be looked at.
fn runner_of(command: &Running, ready: fn(&Process) -> bool) -> Process {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let runner = children_of(command.pid()).into_iter().find(|child| child.name == "skink-runner");
        match runner.filter(ready) {
            Some(runner) => return runner,
            None if Instant::now() > deadline => panic!("there is no runner that is ready"),
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn in_proc(runner: &Process, file: &str) -> String {
    fs::read_to_string(format!("/proc/{}/{file}", runner.pid)).unwrap_or_else(|e| panic!("{file}: {e}"))
}

/// What holds as soon as a runner is ready, and who looks does not matter.
fn assert_powerless(runner: &Process) {
    let ids = ["Uid", "Gid"].map(|key| runner.status(key).split_whitespace().collect::<Vec<_>>());
    assert!(ids.iter().flatten().all(|id| *id != "0"), "{ids:?}");
    assert!(ids.iter().all(|ids| ids.iter().all(|id| id == &ids[0])), "{ids:?}");
    for key in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(runner.status(key), "0000000000000000", "{key}");
    }
    assert_eq!(runner.status("NoNewPrivs"), "1");
    assert_eq!(runner.status("NSpid").split_whitespace().last(), Some("1"), "{}", runner.status("NSpid"));
}

/// What only root may look at.
fn assert_alone(runner: &Process, place: &Place, own_user: bool) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    assert_eq!(runner.status("Groups"), "");
    let user = if own_user { Some("user") } else { None };
    for name in ["pid", "mnt", "ipc", "uts", "net"].into_iter().chain(user) {
        let of = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/{name}")).unwrap();
        assert_ne!(of(&runner.pid.to_string()), of("self"), "the namespace {name}");
    }
    let devices = in_proc(runner, "net/dev");
    assert_eq!(
        devices.lines().skip(2).filter(|line| !line.trim_start().starts_with("lo:")).count(),
        0,
        "{devices}"
    );
    assert!(in_proc(runner, "net/route").lines().count() <= 1, "there is more than the heading");
    let mounts = in_proc(runner, "mounts");
    assert!(mounts.lines().count() == 1 && mounts.contains(" / tmpfs ro,"), "{mounts}");
    assert_eq!(
        fs::read_dir(format!("/proc/{}/root", runner.pid)).unwrap().count(),
        0,
        "its root is not empty"
    );
    assert_eq!(in_proc(runner, "environ"), "", "it has an environment");
    let limits = in_proc(runner, "limits");
    assert!(limits.lines().any(|line| line.starts_with("Max core file size        0 ")), "{limits}");
    for entry in fs::read_dir(format!("/proc/{}/fd", runner.pid)).unwrap() {
        let link = fs::read_link(entry.unwrap().path()).unwrap();
        let text = link.to_string_lossy();
        let ours = ["/dev/null", "/dev/urandom", "/urandom", "pipe:", "socket:", "anon_inode:", "/memfd:"]
            .iter()
            .any(|ours| text.starts_with(ours));
        assert!(ours || link.starts_with(place.folder()), "it has {text} open");
    }
}

fn doctor(place: &Place, user: Option<u32>) {
    let state = place.path("state");
    let arguments = ["doctor", "--hold", "5", "--state", state.to_str().unwrap()];
    let command = Running::start(place, user, &arguments);
    let runner = runner_of(&command, |runner| runner.status("NoNewPrivs") == "1");
    assert_powerless(&runner);
    assert_alone(&runner, place, user.is_some());
    let ended = command.wait();
    assert_harmless("doctor", &ended.output());
    assert_eq!(ended.code(), Some(0), "{}", ended.output());
    for tried in [
        "open /etc/passwd",
        "make a TCP socket",
        "make a UNIX socket",
        "ptrace",
        "mount",
        "kill the parent",
        "leave the root through a directory's descriptor",
        "fork",
        "execute a program",
        "setuid",
        "unshare",
    ] {
        let held =
            |line: &str| line.trim_start().starts_with(&format!("{tried} ")) && line.contains("held: ");
        assert!(ended.stdout.lines().any(held), "{tried} was not tried, or got through:\n{}", ended.stdout);
    }
    assert!(
        !ended.stdout.contains("NOT HELD") && ended.stdout.contains("none got through"),
        "{}",
        ended.stdout
    );
    assert_eq!(processes_naming(place.folder().to_str().unwrap()), Vec::<String>::new());
}

/// A guest that runs for ever is looked at, and then its worker is killed.
fn live_guest(place: &Place, user: Option<u32>) {
    // Compiled and filed first: there a runner is asked whether the module fits, and that is not the one to look at.
    let short = Attack::check("spin").limit("wall-time", "50ms").arguments(place);
    assert_eq!(Running::start(place, user, &short).wait().code(), Some(1));
    let arguments = Attack::check("spin").limit("wall-time", "2min").arguments(place);
    let mut command = Running::start(place, user, &arguments);
    let runner = runner_of(&command, |runner| runner.status("Seccomp") == "2");
    assert_powerless(&runner);
    assert_ne!(runner.status("Seccomp_filters"), "0");
    assert_alone(&runner, place, user.is_some());
    if user.is_none() && rustix::process::geteuid().is_root() {
        // The uid is its own and belongs to nobody; it cannot be traced or dumped, so its files are root's.
        let uid: u32 = runner.status("Uid").split_whitespace().next().unwrap().parse().unwrap();
        assert_eq!(uid & 0xf000_0000, 0x6000_0000, "{uid:#x}");
        assert_eq!(fs::metadata(format!("/proc/{}/fd", runner.pid)).unwrap().uid(), 0);
    }
    command.kill();
    assert_eq!(
        processes_naming(place.folder().to_str().unwrap()),
        Vec::<String>::new(),
        "it outlives its worker"
    );
    assert_eq!(place.mounts(), Vec::<String>::new());
    // What it had begun is undone by the next one that starts.
    let next = Running::start(place, user, &Attack::check("pass").arguments(place)).wait();
    assert_eq!(next.code(), Some(0), "{}", next.output());
    assert_nothing_left(place);
}

#[test]
fn a_runner_that_waits_has_no_power() {
    doctor(&Place::new("doctor"), None);
}

#[test]
fn a_runner_with_a_guest_has_no_power_and_dies_with_its_worker() {
    live_guest(&Place::new("live"), None);
}

#[test]
fn so_it_is_for_an_ordinary_user() {
    let place = crate::ordinary::place("doctor");
    doctor(&place, crate::ordinary::user());
}

#[test]
fn so_it_is_with_a_guest_of_an_ordinary_user() {
    let place = crate::ordinary::place("live");
    live_guest(&place, crate::ordinary::user());
}
