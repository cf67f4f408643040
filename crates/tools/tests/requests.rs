//! Requests and their answers: arguments, exit codes, streams, refusals, host failures, identities.

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

use common::{Host, as_everyone, open_to_all, read_all, run, spawn, tool, wait};
use skink_job::{Limits, SafeText};
use skink_protocol::{ExitStatus, FailureKind, Reply, Stream, ToolRequest};
use skink_tools::{Broker, IdentityCache, Launcher, Mounts, RunEnd, Tool, ToolIdentity, ToolsError};
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

#[test]
fn exit_codes_and_signals_are_told() {
    as_everyone("exit_codes_and_signals_are_told", |host| {
        use ExitStatus::{Code, Signal};
        let rows = [
            ("exit 0", Code(0)),
            ("exit 1", Code(1)),
            ("exit 42", Code(42)),
            ("exit 126", Code(126)),
            ("exit 255", Code(255)),
            ("kill -TERM $$", Signal(15)),
            ("kill -KILL $$", Signal(9)),
            ("kill -SEGV $$", Signal(11)),
            ("kill -PIPE $$", Signal(13)),
        ];
        let mut broker = host.broker();
        for (script, want) in rows {
            assert_eq!(run(&mut broker, "sh", &["-c", script]).0, want, "{script}");
        }
        let usage = broker.finish();
        let exits: Vec<RunEnd> = usage.runs.into_iter().map(|run| run.exit).collect();
        assert_eq!(exits, rows.map(|(_, want)| RunEnd::from(want)));
    });
}

#[test]
fn arguments_arrive_as_they_are() {
    as_everyone("arguments_arrive_as_they_are", |host| {
        let mut broker = host.broker();
        let odd = [
            "",
            " ",
            "a b",
            "$(id)",
            "`id`",
            "; id",
            "'",
            "\"",
            "\\",
            "*",
            "@file",
            "--",
            "-x",
            "new\nline",
            "ä\x1b",
        ];
        let args: Vec<&str> = [&["-c", "printf '<%s>' \"$@\"", "sh"][..], &odd].concat();
        let want: String = odd.iter().map(|a| format!("<{a}>")).collect();
        assert_eq!(run(&mut broker, "sh", &args).1, want);
        // No argument passes for one of bubblewrap.
        assert_eq!(run(&mut broker, "printf", &["%s", "--bind"]).1, "--bind");
        let mut many = vec!["-c", "echo $#", "sh"];
        many.resize(65_536, "x");
        assert_eq!(run(&mut broker, "sh", &many).1, format!("{}\n", 65_536 - 3));
        let long = "x".repeat((128 << 10) - 1);
        assert_eq!(
            run(&mut broker, "sh", &["-c", "printf %s \"$1\" | wc -c", "sh", &long]).1.trim(),
            "131071"
        );
    });
}

#[test]
fn streams_are_told_apart_and_end_with_no_bytes() {
    as_everyone("streams_are_told_apart_and_end_with_no_bytes", |host| {
        let mut broker = host.broker();
        let (_, out, err) = run(&mut broker, "sh", &["-c", "echo out; echo err >&2; echo out2"]);
        assert_eq!((out.as_str(), err.as_str()), ("out\nout2\n", "err\n"));
        // What is written later arrives later, also on another stream: each waits for a sign of the test.
        let process =
            spawn(&mut broker, "sh", &["-c", "echo 1; sleep 0.2; echo 2 >&2; sleep 0.2; echo 3"]).unwrap();
        let mut order = Vec::new();
        let end = Reply::Output { stream: Stream::Stdout, bytes: Vec::new() };
        loop {
            match broker.request(ToolRequest::Read { process, max: 1 }).unwrap() {
                reply if reply == end => break,
                Reply::Output { stream, bytes } => order.push((stream, bytes)),
                other => panic!("{other:?}"),
            }
        }
        let text: Vec<u8> = order.iter().flat_map(|(_, b)| b.clone()).collect();
        assert_eq!(String::from_utf8(text).unwrap(), "1\n2\n3\n");
        assert!(order.iter().all(|(_, bytes)| bytes.len() == 1));
        // The end stays the end; waiting comes before or after it.
        assert_eq!(broker.request(ToolRequest::Read { process, max: 1 }), Ok(end));
        assert_eq!(wait(&mut broker, process), Ok(ExitStatus::Code(0)));
        let process = spawn(&mut broker, "sh", &["-c", "echo late; exit 3"]).unwrap();
        assert_eq!(wait(&mut broker, process), Ok(ExitStatus::Code(3)));
        assert_eq!(read_all(&mut broker, process).unwrap()[0], b"late\n");
    });
}

#[test]
fn what_is_not_granted_or_not_there_is_refused() {
    as_everyone("what_is_not_granted_or_not_there_is_refused", |host| {
        let spawn =
            |tool: &str, args: Vec<String>| ToolRequest::Spawn { tool: tool.into(), args, inputs: vec![] };
        let rows = [
            ("an unknown tool", spawn("bash", vec![]), FailureKind::Denied),
            ("a path for a tool", spawn("/usr/bin/sh", vec![]), FailureKind::Denied),
            ("an escape in a name", spawn("\x1b[2J", vec![]), FailureKind::Denied),
            ("too many arguments", spawn("sh", vec![String::new(); 65_537]), FailureKind::Limit),
            ("a NUL", spawn("sh", vec!["\0".into()]), FailureKind::Invalid),
            ("an unknown process", ToolRequest::Wait { process: 7 }, FailureKind::NotFound),
            ("an unknown process", ToolRequest::Kill { process: u32::MAX }, FailureKind::NotFound),
            ("an empty read", ToolRequest::Read { process: 0, max: 0 }, FailureKind::Invalid),
        ];
        let mut broker = host.broker();
        for (what, request, want) in rows {
            let (kind, why) = broker.request(request).unwrap_err();
            assert_eq!(kind, want, "{what}: {why}");
            assert!(!why.contains('\x1b'), "{what}: {why:?}");
        }
        let usage = broker.finish();
        assert_eq!(usage.runs, [], "nothing ran");
    });
}

#[test]
fn a_host_that_cannot_run_tools_says_why() {
    as_everyone("a_host_that_cannot_run_tools_says_why", |host| {
        let as_given = host.launcher.clone();
        let no_tool = |path: &str| Tool { program: path.into(), ..tool("sh") };
        let script = host.path().join("script");
        fs::write(&script, "#!/bin/sh\n").unwrap();
        open_to_all(&script);
        let mut no_etc = tool("sh");
        no_etc.etc.push("/etc/no-such-entry".into());
        let rows = [
            (
                "no bubblewrap",
                as_given.clone().with_bubblewrap("/usr/bin/no-bwrap"),
                tool("sh"),
                "install bubblewrap",
            ),
            ("another program", as_given.clone().with_bubblewrap("/usr/bin/true"), tool("sh"), "tool sh"),
            (
                "one that talks",
                as_given.clone().with_bubblewrap("/usr/bin/ls"),
                tool("sh"),
                "unrecognized option",
            ),
            ("no starter", as_given.clone().with_starter("/usr/bin/none"), tool("sh"), "open the starter"),
            ("no real starter", as_given.clone().with_starter("/usr/bin/true"), tool("sh"), "tool sh"),
            ("no program", as_given.clone(), no_tool("/usr/bin/no-program"), "/usr/bin/no-program"),
            ("not below /usr", as_given.clone(), no_tool(script.to_str().unwrap()), "not below /usr"),
            ("a missing etc entry", as_given.clone(), no_etc, "/etc/no-such-entry"),
        ];
        for (what, launcher, tool, want) in rows {
            let deadline = Instant::now() + Duration::from_secs(60);
            let (limits, mounts) = (Limits::default(), Mounts::default());
            let mut broker =
                Broker::new(launcher.clone(), vec![tool.clone()], mounts, host.scratch(), &limits, deadline);
            let (kind, why) = spawn(&mut broker, "sh", &[]).unwrap_err();
            assert!(kind == FailureKind::Other && why.contains(want), "{what}: {why}");
            assert_eq!(broker.finish().problems, [], "{what}");
            assert!(identity(&launcher, &tool, host).unwrap_err().to_string().contains(want), "{what}");
            host.assert_clean();
        }
    });
}

/// Not a test of its own: run by the next one where the kernel takes few arguments.
#[test]
fn helper_whose_arguments_do_not_fit() {
    if std::env::var_os("SKINK_TEST_SMALL_STACK").is_none() {
        return;
    }
    let host = Host::new();
    let mut broker = host.broker();
    let args: Vec<String> = vec!["x".repeat(1000); 1000];
    let request = ToolRequest::Spawn { tool: "env".to_owned(), args, inputs: Vec::new() };
    assert_eq!(broker.request(request), Ok(Reply::Spawned { process: 0 }));
    let (kind, why) = wait(&mut broker, 0).unwrap_err();
    assert!(kind == FailureKind::Other && why.contains("/usr/bin/env could not be started"), "{why}");
    assert!(matches!(broker.finish().runs[0].exit, RunEnd::NotStarted(_)));
    println!("it was told");
}

#[test]
fn a_program_that_the_kernel_does_not_start_is_told() {
    let mut small = Command::new("/usr/bin/prlimit");
    small.arg("--stack=1048576").arg(std::env::current_exe().unwrap());
    small
        .args(["--exact", "helper_whose_arguments_do_not_fit", "--nocapture"])
        .env("SKINK_TEST_SMALL_STACK", "1");
    let output = small.output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("it was told"), "{output:?}");
}

#[test]
fn root_needs_an_owner_and_an_owner_needs_root() {
    let root = rustix::process::geteuid().is_root();
    let rows = [(None, !root), (Some((5, 5)), root), (Some((0, 5)), false), (Some((5, 0)), false)];
    for (owner, fine) in rows {
        assert_eq!(Launcher::new(owner).is_ok(), fine, "{owner:?}");
    }
}

/// Asked of the tool itself.
fn identity(launcher: &Launcher, tool: &Tool, host: &Host) -> Result<ToolIdentity, ToolsError> {
    IdentityCache::default().identify(launcher, tool, &host.scratch())
}

#[test]
fn a_tool_is_identified_once() {
    as_everyone("a_tool_is_identified_once", |host| {
        let mut cache = IdentityCache::default();
        let first = cache.identify(&host.launcher, &tool("env"), &host.scratch()).unwrap();
        assert!(first.version.as_str().contains("env") && first.version.as_str().contains('.'), "{first:?}");
        assert_ne!(first.digest, identity(&host.launcher, &tool("cat"), host).unwrap().digest);
        // From the cache: this bubblewrap could not have told.
        let broken = host.launcher.clone().with_bubblewrap("/usr/bin/no-bwrap");
        assert_eq!(cache.identify(&broken, &tool("env"), &host.scratch()).unwrap(), first);
        assert!(cache.identify(&broken, &tool("cat"), &host.scratch()).is_err());
        // A tool without a version has an identity all the same.
        let silent = identity(&host.launcher, &tool("true"), host).unwrap();
        assert!(silent.version != SafeText::default() || silent.digest != first.digest);
    });
}

#[test]
fn the_report_says_what_ran() {
    as_everyone("the_report_says_what_ran", |host| {
        let mut broker = host.broker();
        run(&mut broker, "sh", &["-c", "head -c 100000 /dev/zero >f", "\x1b[2J"]);
        spawn(&mut broker, "sleep", &["1000"]).unwrap();
        let usage = broker.finish();
        assert_eq!(usage.runs[0].args.as_str(), "-c 'head -c 100000 /dev/zero >f' '\\u{1b}[2J'");
        assert_eq!((&usage.runs[0].exit, &usage.runs[1].exit), (&RunEnd::Code(0), &RunEnd::Killed));
        assert!((100_000..200_000).contains(&usage.scratch_bytes), "{}", usage.scratch_bytes);
        let sum: u64 = usage.runs.iter().map(|run| run.millis.0).sum();
        assert!(usage.tool_time.0 >= sum && usage.tool_time.0 <= sum + 10, "{usage:?}");
    });
}
