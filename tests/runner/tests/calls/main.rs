//! Calls of hostile, broken and honest modules in the real runner behind its real walls.
//!
//! Each row is a module, what the call may do, and how it must end. Every row also asserts that the runner
//! handed over an end and exited by itself.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

mod files;

use skink_job::{ByteCount, Grants, LimitKind, Limits, Millis, Phase};
use skink_protocol::{FromRunner, RunnerEnd, ToRunner, ToolInfo};
use skink_runner_tests::module::component;
use skink_runner_tests::worker::{Call, Ended, compile, program, ready, run, shown};
use skink_tests_hostile::with_instances;
use skink_walls::{Ceilings, Spawner};
use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A call's folders as a hostile build may leave them.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let results = dir.path().join("results");
        for name in ["results/sub", "outbox", "attachments"] {
            fs::create_dir_all(dir.path().join(name)).unwrap();
        }
        fs::write(results.join("hello.txt"), "hello").unwrap();
        fs::write(results.join("sub/hello-1.rpm"), "rpm").unwrap();
        fs::write(dir.path().join("secret"), "secret").unwrap();
        symlink("../secret", results.join("out")).unwrap();
        symlink("/etc/passwd", results.join("passwd")).unwrap();
        symlink("sub", results.join("sub-link")).unwrap();
        symlink("loop", results.join("loop")).unwrap();
        let fifo = results.join("fifo");
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o644.into(), 0).unwrap();
        File::create(results.join("sparse")).unwrap().set_len(1 << 40).unwrap();
        fs::write(dir.path().join("log"), "0123456789").unwrap();
        Self { dir }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn call(&self) -> Call {
        Call {
            results: Some(self.at("results")),
            build_log: Some(self.at("log")),
            outbox: Some(self.at("outbox")),
            attachments: Some(self.at("attachments")),
            ..Call::default()
        }
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.at(folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

/// Compiles `bytes` and makes the call.
fn call(bytes: &[u8], call: &Call) -> Ended {
    let spawner = Spawner::new().unwrap();
    let artefact = compile(&spawner, bytes).unwrap();
    let [ahead, ended] = [true, false].map(|ahead| {
        for folder in [&call.outbox, &call.attachments].into_iter().flatten() {
            fs::read_dir(folder).unwrap().for_each(|file| fs::remove_file(file.unwrap().path()).unwrap());
        }
        let ended = run(&spawner, &artefact, &Call { ahead, ..call.clone() });
        assert!(ended.exited, "the runner did not exit by itself");
        ended
    });
    // Whether the runner stood ready makes no difference.
    assert_eq!(shown(&ahead.call.end), shown(&ended.call.end));
    ended
}

fn limits(change: impl Fn(&mut Limits)) -> Limits {
    let mut limits = Limits { wall_time: Millis(20_000), ..Limits::default() };
    change(&mut limits);
    limits
}

fn short() -> Limits {
    limits(|limits| limits.wall_time = Millis(300))
}

#[test]
fn ends_of_calls() {
    let place = Place::new();
    let usual = limits(|_| {});
    let few = limits(|limits| limits.handles = 100);
    let rows: [(&str, Limits, &str); 26] = [
        ("pass", usual, "pass"),
        ("fail", usual, "fail: no binary\u{1b}[2J"),
        ("unchanged", usual, "Denied: no grant"),
        ("spin", short(), "limit(wall-time)"),
        ("sleep", usual, "pass"),
        ("grow", usual, "limit(memory): the limit is 256 MiB"),
        ("grow-and-pass", usual, "pass"),
        ("recursion", usual, "trap: wasm trap: call stack exhausted"),
        ("handle-leak", few, "limit(handles)"),
        // Open files end before handles do.
        ("handle-leak", usual, "limit(handles)"),
        ("handle-leak-job", few, "limit(handles)"),
        ("handle-leak-own", few, "limit(handles)"),
        ("handle-forged", usual, "trap: unknown handle index 77"),
        ("handle-of-another-type", usual, "trap: handle index"),
        ("handle-after-drop", usual, "trap: unknown handle index"),
        ("borrow-kept", usual, "trap: borrow handles still remain at the end of the call"),
        ("list-bomb", usual, "limit(call-bytes)"),
        ("huge-string", usual, "limit(call-bytes)"),
        ("tool-forged", usual, "trap: "),
        ("previous", usual, "Denied: no grant for the tree `previous`"),
        ("build-log", usual, "fail: 23456789"),
        ("two-phases", usual, "pass"),
        ("start-counts", usual, "pass"),
        ("start-asks", usual, "pass"),
        ("start-spins", short(), "limit(wall-time)"),
        ("start-traps", usual, "trap: wasm trap: wasm `unreachable`"),
    ];
    for (module, limits, want) in rows {
        let begun = Instant::now();
        let ended = call(&component(module), &Call { limits, ..place.call() });
        let got = shown(&ended.call.end);
        assert!(got.starts_with(want), "{module}: {got}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{module} took {:?}", begun.elapsed());
        // Far from what a busy machine adds, and from what a call without a limit takes.
        let allowed = limits.wall_time.0 + 2000;
        assert!(ended.call.usage.wall_time <= allowed, "{module}: {:?}", ended.call.usage);
        assert!(ended.call.usage.memory <= limits.memory.0, "{module}: {:?}", ended.call.usage);
    }
}

/// A runner is spawned with what any call may have, and keeps of it what its own call needs.
#[test]
fn a_call_may_use_all_of_its_limits_and_no_more() {
    let place = Place::new();
    let much = limits(|limits| {
        limits.wall_time = Millis(24 * 3_600_000);
        limits.output_bytes = ByteCount(1 << 40);
        limits.handles = 1_000_000;
        limits.memory = ByteCount(64 << 30);
    });
    let spawner = Spawner::new().unwrap().with_ceilings(Ceilings::of(&much));
    let leak = compile(&spawner, &component("handle-leak")).unwrap();
    // More files than a call has handles by default.
    let many = limits(|limits| limits.handles = 3000);
    let ended = run(&spawner, &leak, &Call { limits: many, ..place.call() });
    let (got, handles) = (shown(&ended.call.end), ended.call.usage.handles);
    assert!(got.starts_with("limit(handles)") && handles > 2900, "{got} after {handles}");

    let asks = compile(&spawner, &component("first-tool")).unwrap();
    let own = fs::read_to_string("/proc/self/limits").unwrap();
    let hard = |limits: &str, name| {
        let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap_or(u64::MAX)
    };
    let mut grants = Grants::default();
    grants.tools.insert("rpmlint".parse().unwrap());
    let tools = vec![ToolInfo { name: "rpmlint".to_owned(), version: String::new() }];
    for limits in [limits(|_| {}), many, much] {
        let call = Call { limits, grants: grants.clone(), tools: tools.clone(), ..place.call() };
        let resources = run(&spawner, &asks, &call).heard.resources;
        let want = Ceilings::of(&limits);
        let rows = [
            ("Max cpu time", want.cpu_seconds),
            ("Max file size", want.file_size.0),
            ("Max open files", want.descriptors),
            ("Max data size", want.data.0),
        ];
        for (name, want) in rows {
            assert_eq!(hard(&resources, name), want.min(hard(&own, name)), "{name} with {limits:?}");
        }
    }
}

#[test]
fn what_surrounds_the_call_counts_too() {
    let place = Place::new();
    let pages = |pages: u32| format!("(module (memory {pages}))");
    let spin = "(module (func $spin (loop $l (br $l))) (start $spin))";
    let rows: [(&str, String, u8, Limits, &str); 4] = [
        ("spin in start", spin.to_owned(), 1, short(), "limit(wall-time)"),
        ("many memories", pages(1000), 10, limits(|_| {}), "limit(memory): the limit is 256 MiB"),
        ("too many memories", pages(0), 70, limits(|_| {}), "limit(memory): the module has too many"),
        ("a few memories", pages(100), 10, limits(|_| {}), "pass"),
    ];
    for (what, core, count, limits, want) in rows {
        let bytes = with_instances(component("pass"), &core, count);
        let got = shown(&call(&bytes, &Call { limits, ..place.call() }).call.end);
        assert!(got.starts_with(want), "{what}: {got}");
    }
}

#[test]
fn host_calls_end_at_the_deadline() {
    let place = Place::new();
    for (module, settings) in [("hash-settings", "sparse"), ("sleep", "..........")] {
        let ended = call(
            &component(module),
            &Call { limits: short(), settings: settings.to_owned(), ..place.call() },
        );
        let got = shown(&ended.call.end);
        assert!(got.starts_with("limit(wall-time)"), "{module}: {got}");
        assert!(ended.call.usage.wall_time < 2300, "{module}: {:?}", ended.call.usage);
    }
}

#[test]
fn a_getter_without_a_grant_gives_nothing() {
    let place = Place::new();
    let none = Grants::default();
    let rows = [
        (Phase::Check, "open-settings", "Denied: no grant for the tree `results`"),
        (Phase::Check, "build-log", "Denied: no grant for the build's log"),
        (Phase::Check, "attach-settings", "Denied: no grant for the attachment x.log"),
        (Phase::Check, "unchanged", "Denied: no grant"),
        (Phase::Check, "first-tool", "pass"),
        (Phase::Transform, "transform-settings", "Denied: no grant for the outbox"),
        (Phase::Transform, "two-phases", "Denied: no grant for the outbox"),
        (Phase::PreChroot, "plan", "Denied: no grant for any edit of the plan"),
    ];
    for (phase, module, want) in rows {
        let settings = "x.log".to_owned();
        let ended = call(
            &component(module),
            &Call {
                phase,
                settings,
                grants: none.clone(),
                tools: vec![ToolInfo { name: "bash".to_owned(), version: String::new() }],
                ..place.call()
            },
        );
        let got = shown(&ended.call.end);
        assert!(got.starts_with(want), "{module}: {got}");
        assert_eq!(ended.heard.denied.is_empty(), want == "pass", "{module}: {:?}", ended.heard.denied);
        assert!(ended.heard.asked.is_empty(), "{module}: {:?}", ended.heard.asked);
    }
    assert!(place.names("outbox").is_empty() && place.names("attachments").is_empty());
}

#[test]
fn with_its_grant_it_does() {
    let place = Place::new();
    let mut grants = Grants { unchanged: true, previous: true, ..Grants::default() };
    grants.tools.insert("rpmlint".parse().unwrap());
    grants.attachments.insert("x.log".parse().unwrap());
    grants.plan.add_packages.insert("*".to_owned());
    let tool = |name: &str| ToolInfo { name: name.to_owned(), version: String::new() };
    let rows = [
        (Phase::Check, "unchanged", "unchanged: same", ""),
        (Phase::Check, "attach-settings", "pass", ""),
        (Phase::Check, "previous", "NotFound: ", ""),
        (Phase::Check, "first-tool", "Other: this worker has no tools", "rpmlint"),
        (Phase::PreChroot, "plan", "pass", "AddPackage { name: \"tree\" }"),
        (Phase::Cleanup, "cleanup", "pass", ""),
    ];
    for (phase, module, want, asked) in rows {
        let ended = call(
            &component(module),
            &Call {
                phase,
                settings: "x.log".to_owned(),
                grants: grants.clone(),
                tools: vec![tool("bash"), tool("rpmlint")],
                ..place.call()
            },
        );
        let got = shown(&ended.call.end);
        assert!(got.starts_with(want), "{module}: {got}");
        assert_eq!(ended.heard.asked.join(" "), asked, "{module}");
        let attached = fs::read_to_string(place.at("attachments/x.log")).ok();
        assert_eq!(attached.as_deref(), (module == "attach-settings").then_some("x.log"), "{module}");
    }
}

#[test]
fn modules_that_do_not_fit_the_phase_are_not_linked() {
    let place = Place::new();
    let rows = [
        (Phase::Check, "outbox-in-check", "skink:hook/outbox"),
        (Phase::Check, "unknown-import", "test:worlds/http"),
        (Phase::Transform, "pass", "skink:hook/transform"),
        (Phase::Allocate, "pass", "skink:hook/allocate"),
    ];
    for (phase, module, named) in rows {
        let got = shown(&call(&component(module), &Call { phase, ..place.call() }).call.end);
        assert!(got.starts_with("unlinkable: ") && got.contains(named), "{module}: {got}");
    }
    let mut stale = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut stale, &[0x7f; 8192]).unwrap();
    let got = shown(&run(&Spawner::new().unwrap(), &stale, &place.call()).call.end);
    assert!(got.starts_with("stale: "), "{got}");
}

#[test]
fn what_was_found_stays_and_floods_do_not() {
    let place = Place::new();
    let found = call(&component("finding"), &place.call());
    let RunnerEnd::Trap(crash) = &found.call.end else { panic!("{:?}", found.call.end) };
    assert_eq!(crash.host_calls, ["context.report()", "report.emit(1 findings)"]);
    assert_eq!(found.heard.findings.len(), 1);
    let finding = &found.heard.findings[0];
    assert_eq!((finding.code.as_str(), finding.line), ("no-binary", Some(12)));
    assert_eq!(finding.message, "nothing was compiled");
    assert_eq!(finding.extra, [("rule".to_owned(), "strict".to_owned())]);

    let small = limits(|limits| limits.log_bytes = ByteCount(64 << 10));
    // Thousands of findings, whether the verdict stands.
    for (thousands, stands) in [(10, true), (1000, false)] {
        let settings = "x".repeat(thousands);
        let ended = call(&component("flood"), &Call { limits: small, settings, ..place.call() });
        let got = shown(&ended.call.end);
        assert_eq!(got == "pass", stands, "{got}");
        assert!(stands || got.starts_with("limit(log-bytes)"), "{got}");
        assert!(ended.call.usage.log_bytes <= 64 << 10, "{:?}", ended.call.usage);
        assert!(ended.heard.findings.len() <= 2048);
        assert!(ended.call.usage.suppressed >= 7_000, "{:?}", ended.call.usage);
        assert_eq!(ended.heard.lines.len(), 1, "{:?}", ended.heard.lines);
        assert!(ended.heard.lines[0].starts_with("suppressed "), "{:?}", ended.heard.lines);
    }

    let printed = call(&component("prints"), &place.call());
    assert_eq!(
        (shown(&printed.call.end).as_str(), printed.heard.lines.join("|")),
        ("pass", "one|and a half".to_owned())
    );

    let progress = call(&component("progress-flood"), &place.call());
    let steps = &progress.heard.progress;
    let at_most = 2 + progress.call.usage.wall_time / 100;
    assert!(u64::try_from(steps.len()).unwrap() <= at_most, "{} steps", steps.len());
    assert_eq!(steps.last(), Some(&(100_000, 100_000)));

    let long = call(&component("long-string"), &place.call());
    assert_eq!(long.heard.lines.len(), 1);
    assert!(long.heard.lines[0].len() < (64 << 10) + 20 && long.heard.lines[0].ends_with("[cut]"));
}

#[test]
fn a_crash_report_names_functions_as_people_do() {
    let ended = call(&component("recursion"), &Place::new().call());
    let RunnerEnd::Trap(crash) = &ended.call.end else { panic!("{:?}", ended.call.end) };
    assert!(crash.frames.len() > 10);
    assert_eq!(crash.frames[0].function, "hook::deep");
    // The innermost frame stopped where it made room on the stack, before its first instruction.
    assert!(crash.frames[1].offset.is_some());
    let leak = call(&component("handle-leak-job"), &Place::new().call());
    assert!(matches!(&leak.call.end, RunnerEnd::Limit(LimitKind::Handles, _)), "{:?}", leak.call.end);
    assert_eq!((leak.call.usage.handles, leak.call.usage.host_calls > 1000), (1024, true));
}

#[test]
fn the_walls_hold_from_inside() {
    let mut child = Spawner::new().unwrap().spawn(&program("skink-runner")).unwrap();
    ready(&mut child.channel);
    child.channel.send(&ToRunner::Probe, None).unwrap();
    let message = child.channel.receive::<FromRunner>(Some(Instant::now() + Duration::from_secs(10)));
    let FromRunner::Probed(results) = message.unwrap().message else { panic!("no probe") };
    assert!(results.len() >= 5);
    for result in results {
        assert!(result.error.is_some(), "{} worked", result.tried);
    }
}
