//! Memory and processes of a run: bounded with a cgroup and without one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may"
)]
#![allow(clippy::print_stdout, reason = "a test that tests less says so")]

mod common;

use common::{Host, as_everyone, eventually, marker, processes_with, read_all, run, spawn, wait};
use skink_job::{ByteCount, LimitKind, Limits};
use skink_protocol::{ExitStatus, FailureKind};
use skink_tools::RunEnd;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);

/// Three children with 100 MB each, one after the other; the tool waits for them, and they for two seconds.
const THREE_TIMES_100_MB: &str = "for (1..3) { if (!fork) { my $x = 'x' x 100_000_000; sleep 2; exit 0 } \
     select undef, undef, undef, 0.2 } 1 while wait != -1; print 'all of it'";

/// 100 MB that ten children see, and do not change.
const SHARED_100_MB: &str = "my $x = 'x' x 100_000_000; for (1..10) { if (!fork) { sleep 1; exit 0 } } \
     1 while wait != -1; print length $x";

/// As many children as it gets.
const CHILDREN: &str = "my $n = 0; while (1) { my $p = fork; last if !defined $p; \
     if (!$p) { sleep 1000; exit } $n++ } print $n";

fn megabytes(tool_memory: u64) -> Limits {
    Limits { tool_memory: ByteCount(tool_memory * 1_000_000), ..Limits::default() }
}

/// The host as it is, and as one that gives no cgroup.
fn both_ways(host: &Host, body: impl Fn(&str, &Host)) {
    body("as the machine is", host);
    let mut without = Host::new();
    without.launcher = without.launcher.clone().without_cgroups();
    body("without cgroups", &without);
    without.assert_clean();
}

/// Every group of any Skink on this machine.
fn groups() -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![PathBuf::from("/sys/fs/cgroup")]);
    while let Some(folder) = open.pop() {
        let folders = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        for path in folders.filter(|path| path.is_dir() && !path.is_symlink()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("skink-tool-") { found.push(path) } else { open.push(path) }
        }
    }
    found
}

fn groups_of(pid: u32) -> Vec<PathBuf> {
    let is_of = |path: &Path| path.to_string_lossy().contains(&format!("/skink-tool-{pid}-"));
    groups().into_iter().filter(|path| is_of(path)).collect()
}

#[test]
fn memory_is_summed_over_all_processes() {
    as_everyone("memory_is_summed_over_all_processes", |host| {
        both_ways(host, |way, host| {
            for (limits, is_enough) in [(megabytes(600), true), (megabytes(250), false)] {
                let mut broker = host.broker_with(&limits, LONG);
                let args = ["-c", &format!("exec perl -e \"{}\"", THREE_TIMES_100_MB.replace('$', "\\$"))];
                let process = spawn(&mut broker, "sh", &args).unwrap();
                let said = read_all(&mut broker, process);
                let status = wait(&mut broker, process);
                let usage = broker.finish();
                assert_eq!(usage.problems, [], "{way}");
                if is_enough {
                    assert_eq!(status, Ok(ExitStatus::Code(0)), "{way}: {said:?}");
                    assert_eq!(said.unwrap()[0], b"all of it", "{way}");
                    assert!(usage.tool_memory > 300_000_000, "{way}: {usage:?}");
                    assert!(usage.tool_processes >= 4, "{way}: {usage:?}");
                } else {
                    let (kind, why) = status.unwrap_err();
                    assert!(kind == FailureKind::Limit && why.contains("of memory"), "{way}: {why}");
                    assert_eq!(usage.runs[0].exit, RunEnd::Limit(LimitKind::ToolMemory), "{way}");
                    assert_eq!(usage.limit.unwrap().kind, LimitKind::ToolMemory, "{way}");
                }
            }
        });
        assert_eq!(groups_of(std::process::id()), Vec::<PathBuf>::new());
    });
}

#[test]
fn what_processes_share_counts_once() {
    as_everyone("what_processes_share_counts_once", |host| {
        both_ways(host, |way, host| {
            let mut broker = host.broker_with(&megabytes(400), LONG);
            let args = ["-c", &format!("exec perl -e \"{}\"", SHARED_100_MB.replace('$', "\\$"))];
            let (status, out, err) = run(&mut broker, "sh", &args);
            assert_eq!((status, out.as_str()), (ExitStatus::Code(0), "100000000"), "{way}: {err}");
        });
    });
}

#[test]
fn a_tool_gets_as_many_processes_as_it_may_have() {
    as_everyone("a_tool_gets_as_many_processes_as_it_may_have", |host| {
        both_ways(host, |way, host| {
            for tool_processes in [1, 2, 30, 512] {
                let limits = Limits { tool_processes, ..Limits::default() };
                let mut broker = host.broker_with(&limits, LONG);
                let args = ["-c", &format!("exec perl -e '{CHILDREN}'")];
                let (_, out, err) = run(&mut broker, "sh", &args);
                let counted = out.parse::<u32>().unwrap_or_else(|e| panic!("{way}: {e}: {out} {err}"));
                assert_eq!(counted + 1, tool_processes, "{way}");
            }
        });
    });
}

/// Not a test of its own: started by the next one, runs a tool.
#[test]
fn helper_that_runs_a_tool() {
    let Ok(marker) = std::env::var("SKINK_TEST_RUN") else { return };
    let host = Host::new();
    println!("\nscratch {}", host.path().display());
    let mut broker = host.broker();
    let script = if marker.is_empty() { "exit 0" } else { "sleep 1000; :" };
    let process = spawn(&mut broker, "sh", &["-c", script, &marker]).unwrap();
    println!("running");
    let _ = wait(&mut broker, process);
}

fn helper(marker: &str) -> Command {
    let mut helper = Command::new(std::env::current_exe().unwrap());
    helper.args(["--exact", "helper_that_runs_a_tool", "--nocapture"]).env("SKINK_TEST_RUN", marker);
    helper.stdout(Stdio::piped());
    helper
}

#[test]
fn the_group_of_a_killed_parent_goes_when_the_next_one_starts() {
    let marker = marker("group");
    let mut killed = helper(&marker).spawn().unwrap();
    let mut lines = BufReader::new(killed.stdout.take().unwrap()).lines().map(Result::unwrap);
    let folder = lines.find_map(|line| line.strip_prefix("scratch ").map(str::to_owned)).unwrap();
    assert_eq!(lines.next().as_deref(), Some("running"));
    eventually("it runs", || !processes_with(&marker).is_empty());
    let groups = groups_of(killed.id());
    killed.kill().unwrap();
    killed.wait().unwrap();
    eventually("all gone", || processes_with(&marker).is_empty());
    fs::remove_dir_all(folder).unwrap();
    if groups.is_empty() {
        println!("this machine gives no memory cgroup, or only to root");
    }
    eventually("the next one takes it away", || {
        assert!(helper("").output().unwrap().status.success());
        groups_of(killed.id()).is_empty()
    });
}

#[test]
fn a_run_that_takes_all_at_once_is_stopped_before_it_has_much_more() {
    let mut host = Host::new();
    host.launcher = host.launcher.clone().without_cgroups();
    let mut broker = host.broker_with(&megabytes(100), LONG);
    let began = Instant::now();
    let args = ["-c", "exec perl -e 'my $x; $x .= q(x) x 1_000_000 while 1'"];
    let process = spawn(&mut broker, "sh", &args).unwrap();
    assert_eq!(wait(&mut broker, process).unwrap_err().0, FailureKind::Limit);
    assert!(began.elapsed() < LONG);
    let usage = broker.finish();
    assert_eq!(usage.limit.unwrap().kind, LimitKind::ToolMemory);
    assert!(usage.tool_memory > 100_000_000, "{}", usage.tool_memory);
}
