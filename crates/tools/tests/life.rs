//! Limits, and that nothing outlives its run: time, scratch space, floods, daemons, the death of the parent.

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
use skink_job::{ByteCount, LimitKind, Limits, Millis};
use skink_protocol::{ExitStatus, FailureKind, Reply, ToolRequest};
use skink_tools::RunEnd;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);

/// A tool that will not go by itself: ignores what can be ignored, has a daemon that keeps its output open.
const STUBBORN: &str =
    "trap '' TERM HUP INT PIPE; setsid sh -c 'trap \"\" TERM; sleep 1000; :' $0 & sleep 1000; :";

#[test]
fn a_time_limit_ends_a_tool_with_all_its_children() {
    as_everyone("a_time_limit_ends_a_tool_with_all_its_children", |host| {
        let tool_time = Limits { tool_time: Millis(400), ..Limits::default() };
        let rows = [
            ("tool time, waiting", tool_time, LONG, true, LimitKind::ToolTime),
            ("tool time, reading", tool_time, LONG, false, LimitKind::ToolTime),
            ("deadline, waiting", Limits::default(), Duration::from_millis(400), true, LimitKind::WallTime),
            ("deadline, reading", Limits::default(), Duration::from_millis(400), false, LimitKind::WallTime),
        ];
        for (what, limits, time, waits, kind) in rows {
            let marker = marker("time");
            let began = Instant::now();
            let mut broker = host.broker_with(&limits, time);
            let process = spawn(&mut broker, "sh", &["-c", STUBBORN, &marker]).unwrap();
            let failure = if waits {
                wait(&mut broker, process).unwrap_err()
            } else {
                read_all(&mut broker, process).unwrap_err()
            };
            assert!(began.elapsed() >= Duration::from_millis(400), "{what}: too early");
            assert!(began.elapsed() < LONG, "{what}: too late");
            assert_eq!(failure.0, FailureKind::Limit, "{what}: {failure:?}");
            assert_eq!(processes_with(&marker), [0; 0], "{what}");
            let again = spawn(&mut broker, "sh", &[]).unwrap_err();
            assert_eq!(again.0, FailureKind::Limit, "{what}: nothing more starts");
            let usage = broker.finish();
            assert_eq!(usage.limit.unwrap().kind, kind, "{what}");
            assert_eq!(usage.runs[0].exit, RunEnd::Limit(kind), "{what}");
            assert_eq!(usage.problems, [], "{what}");
        }
    });
}

#[test]
fn tools_side_by_side_spend_the_same_time() {
    let host = Host::new();
    let limits = Limits { tool_time: Millis(1500), ..Limits::default() };
    let mut broker = host.broker_with(&limits, LONG);
    let began = Instant::now();
    for _ in 0..5 {
        spawn(&mut broker, "sleep", &["1000"]).unwrap();
    }
    assert_eq!(wait(&mut broker, 0).unwrap_err().0, FailureKind::Limit);
    let took = began.elapsed();
    let usage = broker.finish();
    assert!(usage.tool_time.0 >= 1500 && took.as_millis() as u64 <= usage.tool_time.0, "{took:?} {usage:?}");
}

#[test]
fn nothing_outlives_its_run() {
    as_everyone("nothing_outlives_its_run", |host| {
        let marker = marker("daemon");
        // The tool itself ends; its daemon would not, and holds its output.
        let daemon = "setsid sh -c 'trap \"\" TERM HUP; sleep 1000; :' $0 & exit 5";
        let mut broker = host.broker();
        for _ in 0..10 {
            let process = spawn(&mut broker, "sh", &["-c", daemon, &marker]).unwrap();
            assert_eq!(wait(&mut broker, process), Ok(ExitStatus::Code(5)));
            assert_eq!(processes_with(&marker), [0; 0], "after the end");
            assert_eq!(read_all(&mut broker, process).unwrap()[0], b"");
        }
        let process = spawn(&mut broker, "sh", &["-c", STUBBORN, &marker]).unwrap();
        eventually("it runs", || processes_with(&marker).len() >= 2);
        assert_eq!(broker.request(ToolRequest::Kill { process }), Ok(Reply::Done));
        assert_eq!(processes_with(&marker), [0; 0], "after the guest's kill");
        assert_eq!(wait(&mut broker, process), Ok(ExitStatus::Signal(9)));
        assert_eq!(broker.request(ToolRequest::Kill { process }), Ok(Reply::Done), "twice is fine");
        for finish in [true, false] {
            spawn(&mut broker, "sh", &["-c", STUBBORN, &marker]).unwrap();
            spawn(&mut broker, "sh", &["-c", STUBBORN, &marker]).unwrap();
            if finish {
                let usage = std::mem::replace(&mut broker, host.broker()).finish();
                assert_eq!(usage.runs.last().unwrap().exit, RunEnd::Killed);
            } else {
                drop(std::mem::replace(&mut broker, host.broker()));
            }
            assert_eq!(processes_with(&marker), [0; 0], "after the call's end");
            host.assert_clean();
        }
    });
}

#[test]
fn a_flood_blocks_the_tool_and_loses_nothing() {
    as_everyone("a_flood_blocks_the_tool_and_loses_nothing", |host| {
        let mut broker = host.broker();
        let script = "head -c 40000000 /dev/zero; head -c 20000000 /dev/zero >&2; exit 4";
        let process = spawn(&mut broker, "sh", &["-c", script]).unwrap();
        let (kind, why) = wait(&mut broker, process).unwrap_err();
        assert!(kind == FailureKind::Limit && why.contains("read it"), "{why}");
        let said = read_all(&mut broker, process).unwrap();
        assert_eq!(said.map(|bytes| bytes.len()), [40_000_000, 20_000_000]);
        assert_eq!(wait(&mut broker, process), Ok(ExitStatus::Code(4)));
        // Endless, and nobody reads: after 16 MiB it sleeps in its write and takes no time any more.
        let marker = marker("flood");
        let process = spawn(&mut broker, "yes", &[&marker]).unwrap();
        assert!(wait(&mut broker, process).is_err());
        let pid = processes_with(&marker)[0];
        let pipe_write = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap().contains(") S ");
        eventually("it blocks", pipe_write);
        let written = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let before = written();
        std::thread::sleep(Duration::from_millis(300));
        let cpu = |stat: &str| stat.split(' ').skip(13).take(2).collect::<Vec<_>>().join(" ");
        assert_eq!(cpu(&before), cpu(&written()), "a blocked tool uses no time");
        let usage = broker.finish();
        assert_eq!((usage.limit, usage.problems), (None, Vec::new()), "a slow reader meets no limit");
    });
}

#[test]
fn runs_that_hold_memory_are_counted() {
    let host = Host::new();
    let mut broker = host.broker();
    for _ in 0..8 {
        spawn(&mut broker, "sh", &["-c", "echo unread"]).unwrap();
    }
    let (kind, why) = spawn(&mut broker, "sh", &[]).unwrap_err();
    assert!(kind == FailureKind::Limit && why.contains("read or kill"), "{why}");
    read_all(&mut broker, 3).unwrap();
    spawn(&mut broker, "sh", &[]).unwrap();
    assert_eq!(broker.request(ToolRequest::Kill { process: 5 }), Ok(Reply::Done));
    spawn(&mut broker, "sh", &[]).unwrap();
}

#[test]
fn scratch_space_is_bounded_while_it_runs_and_at_its_end() {
    as_everyone("scratch_space_is_bounded_while_it_runs_and_at_its_end", |host| {
        let limits = Limits { scratch_bytes: ByteCount(2 << 20), ..Limits::default() };
        let over = [
            ("one large file", "head -c 9000000 /dev/zero >f"),
            ("in /tmp", "head -c 9000000 /dev/zero >/tmp/f"),
            ("both together", "head -c 1100000 /dev/zero >f; head -c 1100000 /dev/zero >/tmp/f"),
            ("several, and waits", "for i in 1 2 3; do head -c 900000 /dev/zero >f$i; done; sleep 1000"),
            ("empty files", "i=0; while [ $i -lt 3000 ]; do : >f$i; i=$((i+1)); done"),
            ("a closed folder", "mkdir d; head -c 1500000 /dev/zero >d/f; cp d/f d/g; chmod 0 d"),
            ("too deep", "i=0; while [ $i -lt 200 ]; do mkdir d && cd d; i=$((i+1)); done; sleep 1000"),
        ];
        for (what, script) in over {
            let mut broker = host.broker_with(&limits, LONG);
            let process = spawn(&mut broker, "sh", &["-c", script]).unwrap();
            let (kind, why) = wait(&mut broker, process).unwrap_err();
            assert!(kind == FailureKind::Limit && why.contains("2 MiB"), "{what}: {why}");
            assert!(read_all(&mut broker, process).is_err(), "{what}");
            let usage = broker.finish();
            assert_eq!(usage.limit.unwrap().kind, LimitKind::ScratchBytes, "{what}");
            host.assert_clean();
        }
        let mut broker = host.broker_with(&limits, LONG);
        for (what, script) in [
            ("just below", "head -c 1900000 /dev/zero >f"),
            ("a fresh folder for each run", "ls -A | grep . && exit 1; head -c 1900000 /dev/zero >f"),
            ("what is removed counts no more", "for i in 1 2 3; do head -c 1900000 /dev/zero >f; rm f; done"),
            ("a closed empty folder", "mkdir d; chmod 0 d"),
        ] {
            assert_eq!(run(&mut broker, "sh", &["-c", script]).0, ExitStatus::Code(0), "{what}");
        }
        assert_eq!(broker.finish().limit, None);
    });
}

/// Not a test of its own: started by the next one, holds a tool, and is killed.
#[test]
fn helper_that_holds_a_tool() {
    let Ok(marker) = std::env::var("SKINK_TEST_HOLD") else { return };
    let host = Host::new();
    println!("\nscratch {}", host.path().display());
    let mut broker = host.broker();
    loop {
        let process = spawn(&mut broker, "sh", &["-c", STUBBORN, &marker]).unwrap();
        println!("running");
        if std::env::var_os("SKINK_TEST_HOLD_ONE").is_some() {
            let _ = wait(&mut broker, process);
        }
        broker.request(ToolRequest::Kill { process }).unwrap();
    }
}

#[test]
fn nothing_outlives_a_parent_that_is_killed() {
    as_everyone("nothing_outlives_a_parent_that_is_killed", |_| {
        // Later and later, so that some die while a root is being built, some just before the order, some after.
        for step in 0..24_u64 {
            let marker = marker(&format!("parent{step}-"));
            let mut holder = Command::new(std::env::current_exe().unwrap());
            holder
                .args(["--exact", "helper_that_holds_a_tool", "--nocapture"])
                .env("SKINK_TEST_HOLD", &marker);
            if step == 0 {
                holder.env("SKINK_TEST_HOLD_ONE", "1");
            }
            let mut holder = holder.stdout(Stdio::piped()).spawn().unwrap();
            let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines().map(Result::unwrap);
            let folder = lines.find_map(|l| l.strip_prefix("scratch ").map(str::to_owned)).unwrap();
            assert_eq!(lines.next().as_deref(), Some("running"));
            std::thread::sleep(Duration::from_micros(step * 700));
            holder.kill().unwrap();
            holder.wait().unwrap();
            eventually("all gone", || {
                processes_with(&marker).is_empty() && processes_with(&folder).is_empty()
            });
            std::fs::remove_dir_all(folder).unwrap();
        }
    });
}
