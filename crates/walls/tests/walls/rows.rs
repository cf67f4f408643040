//! The rows: each is one promise of the walls.

use crate::support::{ROLE, ScratchDir, Walled, ends, in_a_while, is_root, spawner, this_program};
use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, WaitOptions, pidfd_open, test_kill_process, waitpid};
use skink_job::ByteCount;
use skink_protocol::ExitStatus;
use skink_walls::{Access, Ceilings, Profile, WallsError, enter};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) const ROWS: &[(&str, fn())] = &[
    ("a live child has no authority", no_authority),
    ("a live child is alone", alone),
    ("a live child knows nothing of where it runs", surroundings),
    ("resources are limited", resources),
    ("ceilings can be raised by the parent and lowered by the child", ceilings),
    ("each probe fails", probes),
    ("descriptors reach what their rules say", files),
    ("a compiler reaches no file at all", compiler),
    ("a memfd needs no rule", memfd),
    ("a fork bomb does not start", forks),
    ("threads work and are bounded", threads),
    ("cpu time is bounded", cpu_time),
    ("file size is bounded", file_size),
    ("without landlock the child does not go on", no_landlock),
    ("with a second thread the child does not go on", second_thread),
    ("outside of a spawner enter refuses", not_spawned),
    ("a killed parent takes its child along", parent_killed),
    ("a deadline ends the child", deadline),
    ("a closed socket ends the child", socket_closed),
    ("a death by signal is reported", signals),
    ("an exit code and the end of the messages are reported", messages),
    ("a dropped child is gone", dropped),
    ("a spawn leaves the signals of its parent as they were", parents_signals),
    ("many threads spawn at once", many_threads),
    ("a program that cannot start is an error", cannot_start),
    ("nothing is left behind", nothing_left),
];

fn no_authority() {
    let child = Walled::locked();
    let ids = |field| child.status(field).split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>();
    let own = rustix::process::geteuid().as_raw();
    let want = child.owner().map_or(own, |(uid, _)| uid).to_string();
    assert_ne!(want, "0");
    assert_eq!(ids("Uid"), BTreeSet::from([want.clone()]));
    assert_eq!(ids("Gid"), BTreeSet::from([want]));
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(child.status(set), "0000000000000000", "{set}");
    }
    assert_eq!(child.status("NoNewPrivs"), "1");
    assert_eq!(child.status("Seccomp"), "2");
    // Only root can drop groups.
    if is_root() || rustix::process::getgroups().unwrap().is_empty() {
        assert_eq!(child.status("Groups"), "");
    }
    assert_eq!(child.status("Umask"), "0022");
    assert!(child.status("NSpid").ends_with("\t1"), "{}", child.status("NSpid"));
}

/// Only root may look at these.
fn alone() {
    let spawner = spawner();
    // Without CLOEXEC, as a careless library would leave it.
    let careless: OwnedFd = open("/dev/null", OFlags::RDONLY, Mode::empty()).unwrap();
    let (mut child, other) = (Walled::spawn(&spawner), Walled::spawn(&spawner));
    child.lock(Profile::Runner, &[]);
    drop(careless);
    assert_eq!(child.owner().is_some(), is_root());
    if !is_root() {
        return;
    }
    for kind in ["pid", "mnt", "ipc", "uts", "net"] {
        let ours = std::fs::read_link(format!("/proc/self/ns/{kind}")).unwrap();
        assert_ne!(child.namespace(kind), ours, "{kind}");
        assert_eq!(child.namespace(kind) == other.namespace(kind), kind == "net", "{kind}");
    }
    assert_ne!(child.owner(), other.owner());
    let network = child.proc("net/dev");
    let devices: Vec<&str> =
        network.lines().filter_map(|line| Some(line.split_once(':')?.0.trim())).collect();
    assert_eq!(devices, ["lo"]);
    let open = std::fs::read_dir(format!("/proc/{}/fd", child.pid())).unwrap();
    let open: BTreeSet<_> = open.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(open, ["0", "1", "2", "3"].map(Into::into).into());
    let mounts = child.proc("mountinfo");
    assert_eq!(mounts.lines().count(), 1, "{mounts}");
    assert!(mounts.contains(" / / ro,nosuid,nodev,noexec") && mounts.contains("- tmpfs"), "{mounts}");
}

fn surroundings() {
    let mut child = Walled::spawn(&spawner());
    let want = ["arguments 1", "variables 0", "host skink", "root . .."];
    assert_eq!(child.ask("surroundings"), want);
}

fn resources() {
    let limits = Walled::locked().proc("limits");
    let rows = [
        ("Max core file size", 0),
        ("Max open files", 1088),
        ("Max processes", 64),
        ("Max locked memory", 0),
        ("Max msgqueue size", 0),
        ("Max cpu time", 3600),
        ("Max file size", 8 << 30),
        ("Max data size", 8 << 30),
    ];
    for (name, most) in rows {
        // The machine may be stricter than we are.
        let hard = hard_limit(&limits, name);
        assert!(hard <= most, "{name}: {hard}");
    }
}

/// Of the text in `/proc/PID/limits`.
fn hard_limit(limits: &str, name: &str) -> u64 {
    let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap_or(u64::MAX)
}

fn ceilings() {
    let names = ["Max cpu time", "Max file size", "Max open files", "Max data size"];
    let own = std::fs::read_to_string("/proc/self/limits").unwrap();
    let spawner = spawner().with_ceilings(Ceilings {
        cpu_seconds: 100_000,
        file_size: ByteCount(1 << 41),
        descriptors: 1500,
        data: ByteCount(1 << 37),
    });
    let mut child = Walled::spawn(&spawner);
    let mut expect = |order: &str, want: [u64; 4]| {
        assert_eq!(child.ask(order).len(), 1);
        let limits = child.proc("limits");
        for (name, want) in names.into_iter().zip(want) {
            // Nobody gets more than the parent has.
            assert_eq!(hard_limit(&limits, name), want.min(hard_limit(&own, name)), "{order}: {name}");
        }
    };
    expect("hello", [100_000, 1 << 41, 1500, 1 << 37]);
    expect("lower 90 1048576 200 2000000000", [90, 1 << 20, 200, 2_000_000_000]);
    // What is low stays.
    expect("lower 91 1048575 201 2000000001", [90, (1 << 20) - 1, 200, 2_000_000_000]);
    expect("lock Runner", [90, (1 << 20) - 1, 200, 2_000_000_000]);
    expect("lower 1 1 1 1", [90, (1 << 20) - 1, 200, 2_000_000_000]);
}

fn probes() {
    // What the kernel says where the wall holds; anything else means that a call got further than it should.
    let walls =
        [Errno::PERM, Errno::ACCESS, Errno::ROFS, Errno::NOENT, Errno::NOSYS].map(|errno| errno.to_string());
    for profile in [Profile::Runner, Profile::Compiler] {
        let mut child = Walled::spawn(&spawner());
        child.lock(profile, &[]);
        let probes = child.probe();
        assert!(probes.len() > 25);
        for probe in probes {
            let error = probe.error.unwrap_or_else(|| panic!("{profile:?}: {} worked", probe.tried));
            assert!(walls.contains(&error), "{profile:?}: {}: {error}", probe.tried);
        }
    }
}

fn files() {
    let (dir, mut child) = (ScratchDir::new(), Walled::spawn(&spawner()));
    let [read, write, none] = ["read", "write", "none"].map(|name| dir.folder(name, child.owner()));
    std::fs::create_dir(read.join("sub")).unwrap();
    for file in [read.join("file"), read.join("sub/file"), none.join("file")] {
        std::fs::write(file, "x").unwrap();
    }
    std::os::unix::fs::symlink(none.join("file"), read.join("link")).unwrap();
    let [read, write, none] = [&read, &write, &none].map(|path| std::fs::File::open(path).unwrap());
    let rules = [(read.as_fd(), Access::ReadTree), (write.as_fd(), Access::WriteTree)];
    child.lock_but(Profile::Runner, &rules, &[none.as_fd()]);
    let (worked, denied, forbidden) =
        ("worked".to_owned(), Errno::ACCESS.to_string(), Errno::PERM.to_string());
    let gone = Errno::NOENT.to_string();
    let want = [
        ("read in the read tree", &worked),
        ("read below it", &worked),
        ("write in it", &denied),
        ("make in it", &denied),
        ("remove in it", &denied),
        ("leave it", &denied),
        ("follow a link out of it", &gone),
        ("make in the write tree", &worked),
        ("make a folder in it", &worked),
        ("rename into the folder", &worked),
        ("remove in the folder", &worked),
        ("make a link in it", &forbidden),
        ("read without a rule", &denied),
        ("list without a rule", &denied),
    ];
    let want: Vec<String> = want.iter().map(|(what, how)| format!("{what}: {how}")).collect();
    assert_eq!(child.ask("files"), want);
}

fn compiler() {
    let (dir, mut child) = (ScratchDir::new(), Walled::spawn(&spawner()));
    let folder = std::fs::File::open(dir.folder("any", child.owner())).unwrap();
    let rule = (folder.as_fd(), Access::WriteTree);
    child.lock(Profile::Compiler, &[rule, rule, rule]);
    let refused = Errno::PERM.to_string();
    for line in child.ask("files") {
        assert!(line.ends_with(&refused), "{line}");
    }
    assert_eq!(child.ask("work"), ["400000"]);
}

fn memfd() {
    let bytes = rustix::fs::memfd_create("module", rustix::fs::MemfdFlags::CLOEXEC).unwrap();
    let mut child = Walled::spawn(&spawner());
    child.lock(Profile::Compiler, &[(bytes.as_fd(), Access::Read)]);
}

fn forks() {
    let refused = Errno::PERM.to_string();
    let forks = Walled::locked().ask("fork");
    assert_eq!(forks.len(), 1000);
    assert!(forks.iter().all(|fork| *fork == refused), "{:?}", forks.first());
}

fn threads() {
    let mut child = Walled::locked();
    assert_eq!(child.ask("work"), ["400000"]);
    assert_eq!(child.ask("threads"), ["63"]);
}

fn cpu_time() {
    let spawner = spawner().with_ceilings(Ceilings { cpu_seconds: 1, ..Ceilings::default() });
    let mut child = Walled::spawn(&spawner);
    child.lock(Profile::Runner, &[]);
    child.say("spin");
    let end = child.wait(in_a_while());
    assert_eq!((end.status, end.timed_out), (Some(ExitStatus::Signal(9)), false));
}

fn file_size() {
    let dir = ScratchDir::new();
    let spawner = spawner().with_ceilings(Ceilings { file_size: ByteCount(1 << 20), ..Ceilings::default() });
    let mut child = Walled::spawn(&spawner);
    let path = dir.folder("out", child.owner());
    let folder = std::fs::File::open(&path).unwrap();
    child.lock(Profile::Runner, &[(folder.as_fd(), Access::WriteTree)]);
    assert_eq!(child.ask("write"), [Errno::FBIG.to_string()]);
    assert_eq!(std::fs::metadata(path.join("much")).unwrap().len(), 1 << 20);
}

fn no_landlock() {
    let answer = Walled::spawn(&spawner()).ask("lock-without-landlock");
    assert_eq!(answer, [WallsError::NoLandlock.to_string()]);
}

fn second_thread() {
    let answer = Walled::spawn(&spawner()).ask("lock-with-a-thread");
    assert_eq!(answer, [WallsError::Threads.to_string()]);
}

fn not_spawned() {
    let before = std::fs::read_to_string("/proc/self/status").unwrap();
    assert!(matches!(enter(), Err(WallsError::NotSpawned)));
    let after = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = |status: &str| status.lines().find(|line| line.starts_with("NoNewPrivs")).map(str::to_owned);
    assert_eq!(line(&before), line(&after));
}

fn parent_killed() {
    let mut command = Command::new(this_program());
    command.env(ROLE, "parent").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut parent = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(parent.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let pid = Pid::from_raw(line.trim().parse().unwrap()).unwrap();
    let child = pidfd_open(pid, PidfdFlags::empty()).unwrap();
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert!(ends(child));
}

fn deadline() {
    let mut child = Walled::locked();
    child.say("sleep");
    let end = child.wait(Instant::now() + Duration::from_millis(50));
    assert_eq!((end.status, end.timed_out), (Some(ExitStatus::Signal(9)), true));
}

fn socket_closed() {
    let end = Walled::locked().wait(in_a_while());
    assert_eq!((end.status, end.timed_out), (Some(ExitStatus::Code(0)), false));
}

fn signals() {
    let mut child = Walled::locked();
    child.say("abort");
    let end = child.wait(in_a_while());
    assert!(matches!(end.status, Some(ExitStatus::Signal(4..=11))), "{end:?}");
    let child = Walled::locked();
    child.kill();
    assert_eq!(child.wait(in_a_while()).status, Some(ExitStatus::Signal(9)));
}

fn messages() {
    let mut child = Walled::locked();
    child.say("complain");
    let end = child.wait(in_a_while());
    assert_eq!(end.status, Some(ExitStatus::Code(7)));
    assert!(end.stderr.as_str().starts_with("line 0\\u{1b}[31m\nline 1\\u"));
    assert!(!end.stderr.as_str().contains("line 19999\\u"));
}

fn dropped() {
    let mut child = Walled::locked();
    child.say("sleep");
    let pid = Pid::from_raw(child.pid().try_into().unwrap()).unwrap();
    drop(child);
    assert_eq!(test_kill_process(pid), Err(Errno::SRCH));
}

/// Parent and child share memory until the child is the program, but no handler and no mask.
fn parents_signals() {
    let kinds = ["SigBlk", "SigIgn", "SigCgt"];
    let own = || -> Vec<String> {
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        let lines = status.lines().filter(|line| kinds.iter().any(|kind| line.starts_with(kind)));
        lines.map(str::to_owned).collect()
    };
    // Makes a thread, for which the C library catches a signal of its own.
    let spawner = spawner();
    let before = own();
    // The standard library ignores SIGPIPE, and catches SIGSEGV.
    let none = "0000000000000000";
    assert_eq!(before.iter().filter(|line| line.ends_with(none)).count(), 1, "{before:?}");
    let child = Walled::spawn(&spawner);
    assert_eq!(own(), before);
    assert_eq!(child.status("SigBlk"), none);
    spawner.spawn(Path::new("/none/runner")).unwrap_err();
    assert_eq!(own(), before);
}

fn many_threads() {
    let spawner = spawner();
    let use_some = || {
        for _ in 0..5 {
            let mut child = Walled::spawn(&spawner);
            child.lock(Profile::Runner, &[]);
            assert_eq!(child.wait(in_a_while()).status, Some(ExitStatus::Code(0)));
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(use_some)).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

fn cannot_start() {
    let dir = ScratchDir::new();
    let text = dir.path().join("text");
    std::fs::write(&text, "no program").unwrap();
    let rows = [(Path::new("/none/runner"), Errno::NOENT), (&text, Errno::ACCESS)];
    for (program, errno) in rows {
        let error = spawner().spawn(program).unwrap_err();
        let WallsError::Start { source, step, .. } = &error else { panic!("{error}") };
        assert_eq!((source.raw_os_error(), *step), (Some(errno.raw_os_error()), "execute the program"));
        assert!(error.to_string().contains(&program.display().to_string()), "{error}");
    }
}

/// The last row: every child of the others has been waited for, every descriptor is closed.
fn nothing_left() {
    assert_eq!(waitpid(None, WaitOptions::NOHANG).unwrap_err(), Errno::CHILD);
    let before = std::fs::read_dir("/proc/self/fd").unwrap().count();
    for _ in 0..3 {
        Walled::locked();
    }
    assert_eq!(std::fs::read_dir("/proc/self/fd").unwrap().count(), before);
}
