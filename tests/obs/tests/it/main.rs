//! Skink under an unmodified bs_worker of a real OBS backend: one backend and two workers for all rows.
//!
//! Run by `cargo xtask test obs`; without root and what that tells of this checkout, it fails and says so.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "a test program")]

mod delivered;
mod policy;

use skink_tests_obs::Site;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

type Row = (&'static str, fn(&Site));

/// Each has a package or a project of its own; they wait for the workers, not for each other.
const TOGETHER: &[Row] = &[("delivered_and_not_rebuilt", delivered::delivered_and_not_rebuilt)];

/// These do something to a server that others would feel.
const ALONE: &[Row] = &[];

fn main() -> ExitCode {
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let chosen = |rows: &'static [Row]| -> Vec<&'static Row> {
        rows.iter().filter(|(name, _)| filter.as_ref().is_none_or(|part| name.contains(part))).collect()
    };
    let (together, alone) = (chosen(TOGETHER), chosen(ALONE));
    println!("\nrunning {} tests", together.len() + alone.len());
    let start = Instant::now();
    let (policy, modules) = policy::of_the_admin();
    let site = Site::start(&policy, &modules, "");
    println!("backend and workers are up after {:.1} s", start.elapsed().as_secs_f64());
    let failed = AtomicUsize::new(0);
    let run = |row: &Row| {
        failed.fetch_add(usize::from(!passes(&site, row)), Ordering::Relaxed);
    };
    std::thread::scope(|scope| {
        for row in &together {
            scope.spawn(|| run(row));
        }
    });
    alone.iter().for_each(|row| run(row));
    let failed = failed.into_inner();
    drop(site);
    // The words of libtest, which xtask counts.
    println!(
        "\ntest result: {}. {} passed; {failed} failed; 0 ignored; 0 measured; {} filtered out\n",
        if failed == 0 { "ok" } else { "FAILED" },
        together.len() + alone.len() - failed,
        TOGETHER.len() + ALONE.len() - together.len() - alone.len()
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
