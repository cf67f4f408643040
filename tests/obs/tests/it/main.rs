//! Skink under an unmodified bs_worker of a real OBS backend: one backend and two workers for all rows.
//!
//! Run by `cargo xtask test obs`; without root and what that tells of this checkout, it fails and says so.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test program"
)]

mod allocate;
mod backend;
mod delivered;
mod killed;
mod layers;
mod osc;
mod policy;

use skink_tests_obs::{Site, told};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

type Row = (&'static str, fn(&Site));

/// The rows of a group run side by side, the groups one after the other. Each row has a package of its own. A build
/// takes half a minute, most of it for its root.
const GROUPS: &[&[Row]] = &[
    &[
        ("delivered_not_rebuilt_and_unchanged", delivered::delivered_not_rebuilt_and_unchanged),
        ("a_failing_check_fails_the_package", delivered::a_failing_check_fails_the_package),
        ("a_lock_holds_on_a_worker", delivered::a_lock_holds_on_a_worker),
        ("hooks_of_project_and_admin_run_without_hooks_file", layers::hooks_of_project_and_admin_run),
        ("a_malformed_line_fails_the_build_and_says_where", layers::a_malformed_line_fails_the_build),
    ],
    // Nothing waits behind these: what is left of them would be seen.
    &[
        ("discarded_and_then_killed", killed::discarded_and_then_killed),
        ("killed_while_a_hook_runs", killed::while_a_hook_runs),
    ],
    &[
        ("killed_for_a_silent_log", killed::for_a_silent_log),
        ("killed_for_a_long_log", killed::for_a_long_log),
        ("osc_builds_with_skink", osc::builds_with_skink),
    ],
    // The only ones that ask which worker may have a job.
    &[("an_allocate_hook_sends_jobs_where_it_should", allocate::a_hook_sends_jobs_where_it_should)],
    // The servers are away for a moment.
    &[("a_backend_that_restarts_and_hangs_gets_the_results", backend::restarts_and_hangs)],
    // Last, because the worker sleeps for a minute then.
    &[("a_backend_that_refuses_the_results", backend::refuses)],
];

fn main() -> ExitCode {
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let is_chosen = |row: &&Row| filter.as_ref().is_none_or(|part| row.0.contains(part));
    let groups: Vec<Vec<&Row>> = GROUPS.iter().map(|rows| rows.iter().filter(is_chosen).collect()).collect();
    let (all, chosen) = (GROUPS.concat().len(), groups.concat().len());
    println!("\nrunning {chosen} tests");
    let start = Instant::now();
    let (policy, modules) = policy::of_the_admin();
    let site = Site::start(&policy, &modules, &allocate::configuration());
    println!("backend and workers are up after {:.1} s", start.elapsed().as_secs_f64());
    let failed = AtomicUsize::new(0);
    for group in &groups {
        std::thread::scope(|scope| {
            for row in group {
                scope.spawn(|| failed.fetch_add(usize::from(!passes(&site, row)), Ordering::Relaxed));
            }
        });
    }
    let failed = failed.into_inner();
    if failed > 0 {
        println!("what servers and workers said is in {}", told().folder.join("log").display());
    }
    drop(site);
    // The words of libtest, which xtask counts.
    println!(
        "\ntest result: {}. {} passed; {failed} failed; 0 ignored; 0 measured; {} filtered out\n",
        if failed == 0 { "ok" } else { "FAILED" },
        chosen - failed,
        all - chosen
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn passes(site: &Site, (name, row): &Row) -> bool {
    let start = Instant::now();
    let passed = catch_unwind(AssertUnwindSafe(|| row(site))).is_ok();
    let end = if passed { "ok" } else { "FAILED" };
    println!("test {name} ... {end} after {:.1} s", start.elapsed().as_secs_f64());
    passed
}
