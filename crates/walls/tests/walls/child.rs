//! The walled child: does what it is told.

use rustix::fs::{AtFlags, CWD, Mode, OFlags, RawDir, mkdirat, openat, renameat, symlinkat, unlinkat};
use rustix::io::Errno;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};
use skink_job::ByteCount;
use skink_protocol::{Channel, Received};
use skink_walls::{Access, Ceilings, Profile, WallsError, enter, lock, lower, probe};
use std::io::Write;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Command, ExitCode};
use std::sync::mpsc;
use std::time::Duration;

pub(crate) fn main() -> ExitCode {
    let mut channel = match enter() {
        Ok(channel) => channel,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(3);
        }
    };
    let mut held = Vec::new();
    while let Ok(Received { message, descriptors }) = channel.receive::<String>(None) {
        held.extend(descriptors);
        obey(&channel, &message, &held);
    }
    ExitCode::SUCCESS
}

fn obey(channel: &Channel, order: &str, held: &[OwnedFd]) {
    let mut words = order.split(' ');
    let answer = match words.next().unwrap() {
        "hello" => vec!["ready".to_owned()],
        "lower" => vec![said(lower(ceilings(&words.map(number).collect::<Vec<_>>())))],
        "lock" => vec![lock_as(&words.collect::<Vec<_>>(), held)],
        "lock-without-landlock" => vec![without_landlock()],
        "lock-with-a-thread" => vec![with_a_thread()],
        "probe" => return channel.send(&probe(), None).unwrap(),
        "surroundings" => surroundings(),
        "files" => files(held),
        "write" => vec![write_much(&held[0])],
        "fork" => (0..1000).map(|_| said(Command::new("/none").spawn())).collect(),
        "threads" => vec![threads().to_string()],
        "work" => vec![work()],
        "spin" => loop {
            std::hint::black_box(0);
        },
        "sleep" => loop {
            std::thread::sleep(Duration::from_secs(1));
        },
        "abort" => std::process::abort(),
        "complain" => {
            let mut stderr = std::io::stderr().lock();
            for line in 0..20_000 {
                // What does not fit is lost, and nobody waits.
                let _ = writeln!(stderr, "line {line}\u{1b}[31m");
            }
            std::process::exit(7)
        }
        other => vec![format!("unknown order {other}")],
    };
    channel.send(&answer, None).unwrap();
}

fn said<T>(outcome: Result<T, impl std::fmt::Display>) -> String {
    outcome.map_or_else(|error| error.to_string(), |_| "worked".to_owned())
}

fn number(word: &str) -> u64 {
    word.parse().unwrap()
}

fn ceilings(numbers: &[u64]) -> Ceilings {
    Ceilings {
        cpu_seconds: numbers[0],
        file_size: ByteCount(numbers[1]),
        descriptors: numbers[2],
        data: ByteCount(numbers[3]),
    }
}

fn locked(outcome: Result<(), WallsError>) -> String {
    outcome.map_or_else(|error| error.to_string(), |()| "locked".to_owned())
}

fn lock_as(words: &[&str], held: &[OwnedFd]) -> String {
    let profile = if words[0] == "Compiler" { Profile::Compiler } else { Profile::Runner };
    let access = words[1..].iter().map(|word| match *word {
        "Read" => Access::Read,
        "ReadTree" => Access::ReadTree,
        _ => Access::WriteTree,
    });
    let rules: Vec<_> = held.iter().map(AsFd::as_fd).zip(access).collect();
    locked(lock(&rules, profile))
}

/// Lets Landlock look as on a kernel without it.
fn without_landlock() -> String {
    let call = [(libc::SYS_landlock_create_ruleset, Vec::new())].into_iter().collect();
    let arch = TargetArch::try_from(std::env::consts::ARCH).unwrap();
    let missing = SeccompAction::Errno(libc::ENOSYS.cast_unsigned());
    let filter = SeccompFilter::new(call, SeccompAction::Allow, missing, arch).unwrap();
    seccompiler::apply_filter(&BpfProgram::try_from(filter).unwrap()).unwrap();
    locked(lock(&[], Profile::Runner))
}

fn with_a_thread() -> String {
    let (keep, wait) = mpsc::channel::<()>();
    let thread = std::thread::spawn(move || wait.recv().is_err());
    let outcome = locked(lock(&[], Profile::Runner));
    drop(keep);
    thread.join().unwrap();
    outcome
}

fn surroundings() -> Vec<String> {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let mut buffer = [MaybeUninit::uninit(); 1024];
    let root = openat(CWD, "/", OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap();
    let mut entries = RawDir::new(root, &mut buffer);
    let mut names = Vec::new();
    while let Some(entry) = entries.next() {
        names.push(entry.unwrap().file_name().to_string_lossy().into_owned());
    }
    names.sort();
    vec![
        format!("arguments {}", std::env::args_os().count()),
        format!("variables {}", std::env::vars_os().count()),
        format!("host {host}"),
        format!("root {}", names.join(" ")),
    ]
}

/// What can be done through the descriptors: a tree to read, a tree to write, one without a rule.
fn files(held: &[OwnedFd]) -> Vec<String> {
    let [read, write, none] = held else { panic!("three descriptors") };
    let open = |at: &OwnedFd, path: &str, flags| openat(at, path, flags, Mode::RUSR | Mode::WUSR).map(drop);
    let (reading, making) = (OFlags::RDONLY, OFlags::WRONLY | OFlags::CREATE);
    let line = |what: &str, outcome: Result<(), Errno>| format!("{what}: {}", said(outcome));
    vec![
        line("read in the read tree", open(read, "file", reading)),
        line("read below it", open(read, "sub/file", reading)),
        line("write in it", open(read, "file", OFlags::WRONLY)),
        line("make in it", open(read, "new", making)),
        line("remove in it", unlinkat(read, "file", AtFlags::empty())),
        line("leave it", open(read, "../none/file", reading)),
        line("follow a link out of it", open(read, "link", reading)),
        line("make in the write tree", open(write, "new", making)),
        line("make a folder in it", mkdirat(write, "sub", Mode::RWXU)),
        line("rename into the folder", renameat(write, "new", write, "sub/new")),
        line("remove in the folder", unlinkat(write, "sub/new", AtFlags::empty())),
        line("make a link in it", symlinkat("/etc/passwd", write, "link")),
        line("read without a rule", open(none, "file", reading)),
        line("list without a rule", open(none, ".", OFlags::RDONLY | OFlags::DIRECTORY)),
    ]
}

fn write_much(dir: &OwnedFd) -> String {
    let flags = OFlags::WRONLY | OFlags::CREATE;
    let mut file = std::fs::File::from(openat(dir, "much", flags, Mode::RUSR).unwrap());
    said(file.write_all(&vec![0; 3 << 20]))
}

/// How many threads can be had.
fn threads() -> usize {
    let mut threads = Vec::new();
    let mut ends = Vec::new();
    while threads.len() < 1000 {
        let (keep, wait) = mpsc::channel::<()>();
        match std::thread::Builder::new().spawn(move || wait.recv().is_err()) {
            Ok(thread) => threads.push(thread),
            Err(_) => break,
        }
        ends.push(keep);
    }
    drop(ends);
    threads.into_iter().map(|thread| thread.join().unwrap()).filter(|ended| *ended).count()
}

/// What any child does: threads with names, time, memory that comes and goes, random hash keys.
fn work() -> String {
    let add = |from: usize| {
        let numbers: std::collections::HashSet<usize> = (from..from + 100_000).collect();
        std::thread::sleep(Duration::from_millis(1));
        numbers.len()
    };
    let start = std::time::Instant::now();
    let threads: Vec<_> = (0..4)
        .map(|n| std::thread::Builder::new().name(format!("worker {n}")).spawn(move || add(n)).unwrap())
        .collect();
    let sum: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    assert!(start.elapsed() > Duration::ZERO && std::thread::available_parallelism().is_ok());
    sum.to_string()
}
