//! The real rpmlint on real packages: the same words as without a root, and what the root costs.

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

use common::{Host, read_all, spawn, tool, wait};
use skink_job::Limits;
use skink_protocol::ExitStatus;
use skink_tools::{Broker, identify};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
#[ignore = "needs rpmlint, and a folder of packages in SKINK_TEST_RPMS"]
fn rpmlint_says_the_same_in_a_root_as_without() {
    let from = std::env::var_os("SKINK_TEST_RPMS").expect("SKINK_TEST_RPMS names a folder of packages");
    let host = Host::new();
    let results = host.mounts.results.clone().unwrap();
    let names = copy_packages(Path::new(&from), &results);
    let identity = identify(&host.launcher, &tool("rpmlint"), &host.scratch()).unwrap();
    println!("{} ({}), {} packages", identity.version, identity.digest.short(), names.len());
    let inside: Vec<String> = names.iter().map(|name| format!("/job/results/{name}")).collect();
    let outside: Vec<PathBuf> = names.iter().map(|name| results.join(name)).collect();
    let said = plain("rpmlint", &outside);
    assert!(said.out.len() > names.len(), "{said:?}");
    pairs(7, || in_root(&host, "rpmlint", &inside), || plain("rpmlint", &outside));
    pairs(7, || in_root(&host, "rpmlint", &inside[..1]), || plain("rpmlint", &outside[..1]));
    host.assert_clean();
}

#[test]
#[ignore = "measures"]
fn what_a_root_costs() {
    let host = Host::new();
    pairs(50, || in_root(&host, "true", &[]), || plain("true", &[]));
}

fn copy_packages(from: &Path, to: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".rpm") {
            std::fs::copy(from.join(&name), to.join(&name)).unwrap();
            names.push(name);
        }
    }
    assert!(!names.is_empty(), "no packages in {}", from.display());
    names.sort();
    names
}

/// What a run said, line by line without clocks and random names, and its exit code.
#[derive(Debug, PartialEq)]
struct Said {
    out: Vec<String>,
    err: Vec<String>,
    code: Option<i32>,
}

impl Said {
    fn new([out, err]: [Vec<u8>; 2], code: Option<i32>) -> Self {
        let lines = |said: Vec<u8>| String::from_utf8_lossy(&said).lines().map(steady).collect();
        Self { out: lines(out), err: lines(err), code }
    }
}

fn steady(line: &str) -> String {
    let line = line.split("; has taken ").next().unwrap_or(line);
    match line.strip_prefix("/tmp/rpmlint.").and_then(|rest| rest.split_once(':')) {
        Some((_, rest)) => format!("/tmp/rpmlint:{rest}"),
        None => line.to_owned(),
    }
}

fn in_root(host: &Host, name: &str, args: &[String]) -> Said {
    let deadline = Instant::now() + Duration::from_secs(300);
    let (limits, tools) = (Limits::default(), vec![tool(name)]);
    let mut broker =
        Broker::new(host.launcher.clone(), tools, host.mounts.clone(), host.scratch(), &limits, deadline);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let process = spawn(&mut broker, name, &args).unwrap();
    let said = read_all(&mut broker, process).unwrap();
    let ExitStatus::Code(code) = wait(&mut broker, process).unwrap() else { panic!("a signal") };
    assert_eq!(broker.finish().problems, []);
    Said::new(said, Some(code))
}

fn plain(name: &str, args: &[PathBuf]) -> Said {
    let mut plain = Command::new(Path::new("/usr/bin").join(name));
    plain.args(args).env_clear().env("PATH", "/usr/bin:/usr/sbin").env("LANG", "C.UTF-8").env("TZ", "UTC");
    let output = plain.stdin(Stdio::null()).output().unwrap();
    Said::new([output.stdout, output.stderr], output.status.code())
}

/// Interleaved pairs: in a root, and plain.
fn pairs(count: usize, mut in_root: impl FnMut() -> Said, mut plain: impl FnMut() -> Said) {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let began = Instant::now();
        let boxed = in_root();
        with.push(began.elapsed());
        let began = Instant::now();
        let plain = plain();
        without.push(began.elapsed());
        assert_eq!(boxed, plain);
    }
    let mut extra: Vec<f64> =
        with.iter().zip(&without).map(|(a, b)| (a.as_secs_f64() - b.as_secs_f64()) * 1000.0).collect();
    extra.sort_by(f64::total_cmp);
    with.sort_unstable();
    without.sort_unstable();
    let (with, without) = (with[count / 2], without[count / 2]);
    let [least, most] = [extra[0], extra[count - 1]];
    let extra = extra[count / 2];
    println!(
        "{count} pairs, median {with:.1?} in a root, {without:.1?} plain; a pair's difference {extra:.1} ms ({least:.1} to {most:.1})"
    );
}
