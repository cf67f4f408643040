//! `build` in its namespaces: a stand-in for the quick rows, the real script for the others.
//!
//! Needs root, obs-build and a pool of packages, so it runs only in the stage `build`:
//!
//! - `SKINK_STAGE=build`
//! - `SKINK_POOL`: a folder of packages from which a build root can be made; `zstd` is among them
//! - `SKINK_DIST`: the configuration that fits it
//! - `SKINK_BUILD` (optional): the real `build`
//!
//! The harness is a plain `main`, because this program is also the build's first process, and stands as
//! `build` in a machine.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test program"
)]

mod support;

use skink_obs::{Environment, INIT_VERB, init_main, reentry};
use std::ffi::OsString;
use std::process::ExitCode;
use support::{real, stand_in};

type Test = (&'static str, fn());

const TESTS: &[Test] = &[
    ("exit_codes_and_signals_are_handed_over", stand_in::exit_codes_and_signals_are_handed_over),
    ("the_script_runs_below_a_pid_1_of_its_own", stand_in::the_script_runs_below_a_pid_1_of_its_own),
    ("its_environment_is_clean_and_its_input_empty", stand_in::its_environment_is_clean_and_its_input_empty),
    ("the_last_lines_are_not_lost", stand_in::the_last_lines_are_not_lost),
    ("nothing_is_left_behind", stand_in::nothing_is_left_behind),
    ("signals_reach_the_scripts_group", stand_in::signals_reach_the_scripts_group),
    ("all_ends_with_us_on_kill_9", stand_in::all_ends_with_us_on_kill_9),
    ("the_real_build", real::everything_on_one_root),
];

fn main() -> ExitCode {
    let mut args = std::env::args_os();
    let called_as = args.next().unwrap_or_default();
    let args: Vec<OsString> = args.collect();
    let env = Environment::of_this_process();
    if let Some(again) = reentry(&called_as, &env) {
        let error = again.exec(&args);
        println!("cannot hand on to {}: {error}", again.script.display());
        return ExitCode::FAILURE;
    }
    match args.first().and_then(|arg| arg.to_str()) {
        Some(INIT_VERB) => init_main(&args[1..]),
        Some(support::VICTIM) => support::be_the_victim(&args[1..]),
        Some(_) | None => run(args.iter().find_map(|arg| arg.to_str().filter(|arg| !arg.starts_with('-')))),
    }
}

fn run(filter: Option<&str>) -> ExitCode {
    if std::env::var_os("SKINK_STAGE").is_none_or(|stage| stage != "build") {
        println!(
            "NOT RUN: {} tests of the stage `build`; set SKINK_STAGE=build, SKINK_POOL, SKINK_DIST",
            TESTS.len()
        );
        return ExitCode::SUCCESS;
    }
    let mut failed = 0;
    for (name, test) in TESTS.iter().filter(|(name, _)| filter.is_none_or(|part| name.contains(part))) {
        println!("test {name} ...");
        let passed = std::panic::catch_unwind(test).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        failed += u32::from(!passed);
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
