//! `build` in its namespaces: a stand-in for the quick rows, the real script for the others.
//!
//! Run by `cargo xtask test build`; without root and what that tells of this checkout, it fails and says so.
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

mod real;
mod stand_in;
mod support;

use skink_obs::{Environment, INIT_VERB, init_main, reentry};
use skink_tests_build::farm;
use std::ffi::OsString;
use std::process::ExitCode;

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
    // Fails here, with one message, where there is nothing to test with.
    farm();
    let (chosen, others): (Vec<&Test>, Vec<&Test>) =
        TESTS.iter().partition(|(name, _)| filter.is_none_or(|part| name.contains(part)));
    println!("\nrunning {} tests", chosen.len());
    let mut failed = 0;
    for (name, test) in &chosen {
        println!("test {name} ...");
        let passed = std::panic::catch_unwind(test).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        failed += usize::from(!passed);
    }
    // The words of libtest, which xtask counts.
    println!(
        "\ntest result: {}. {} passed; {failed} failed; 0 ignored; 0 measured; {} filtered out\n",
        if failed == 0 { "ok" } else { "FAILED" },
        chosen.len() - failed,
        others.len()
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
