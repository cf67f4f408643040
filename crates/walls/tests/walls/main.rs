//! The walls, tried on a live child, as root and as an ordinary user.
//!
//! This program is its own walled child: a spawned copy of it is pid 1 and does what it is told over the
//! socket. libtest has no place for that, so the rows are run, and counted, here.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test without libtest"
)]

mod child;
mod rows;
mod support;

use skink_walls::Profile;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::panic::catch_unwind;
use std::process::{Command, ExitCode};
use std::time::Instant;
use support::{ROLE, ScratchDir, Walled};

/// An ordinary user that no machine has; not 65534, which the kernel shows for ids it cannot map.
const USER: u32 = 65533;

fn main() -> ExitCode {
    if std::process::id() == 1 {
        return child::main();
    }
    match std::env::var(ROLE).as_deref() {
        Ok("parent") => parent(),
        Ok("bench") => bench(),
        Ok(_) => run_rows("user"),
        Err(_) if rustix::process::geteuid().is_root() => {
            let (root, user) = (run_rows("root"), run_as_user());
            if root == ExitCode::SUCCESS { user } else { root }
        }
        Err(_) => run_rows("user"),
    }
}

/// Runs the rows whose name holds the first argument, if there is one.
fn run_rows(who: &str) -> ExitCode {
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let (mut passed, mut failed) = (0, 0);
    for (name, row) in rows::ROWS.iter().filter(|(name, _)| name.contains(&filter)) {
        let ok = catch_unwind(row).is_ok();
        println!("test {who}::{} ... {}", name.replace(' ', "_"), if ok { "ok" } else { "FAILED" });
        *(if ok { &mut passed } else { &mut failed }) += 1;
    }
    let result = if failed == 0 { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {result}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out\n"
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs a copy of this program that everybody may execute.
fn run_as_user() -> ExitCode {
    let dir = ScratchDir::new();
    let copy = dir.path().join("walls");
    std::fs::copy(support::this_program(), &copy).unwrap();
    let mut command = Command::new(&copy);
    command.args(std::env::args_os().skip(1)).env(ROLE, "user").uid(USER).gid(USER).current_dir("/");
    if command.status().unwrap().success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A parent that is going to be killed: says the pid of its child, and waits.
fn parent() -> ExitCode {
    let mut child = Walled::locked();
    println!("{}", child.pid());
    child.say("sleep");
    let _ = std::io::stdin().read(&mut [0]);
    ExitCode::FAILURE
}

/// How long each step takes, from `spawn` to a child that is gone.
fn bench() -> ExitCode {
    let spawner = support::spawner();
    let mut steps = ["spawned", "ready", "locked", "gone"].map(|step| (step, Vec::new()));
    for _ in 0..300 {
        let mut start = Instant::now();
        let mut took = || std::mem::replace(&mut start, Instant::now()).elapsed().as_micros();
        let mut child = Walled::spawn(&spawner);
        let spawned = took();
        assert_eq!(child.ask("hello"), ["ready"]);
        let ready = took();
        child.lock(Profile::Runner, &[]);
        let locked = took();
        drop(child);
        for ((_, all), micros) in steps.iter_mut().zip([spawned, ready, locked, took()]) {
            all.push(micros);
        }
    }
    for (step, micros) in &mut steps {
        micros.sort_unstable();
        println!("{step}: min {} p50 {} p95 {} us", micros[0], micros[150], micros[285]);
    }
    ExitCode::SUCCESS
}
