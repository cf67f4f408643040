//! `cargo xtask bench`: how fast Skink is, as ratios measured in one run.
//!
//! `benches/` measures ours and a peer's in turn; here medians and ratios are made of its samples, a table for
//! people and `target/bench/summary.json` for machines. A missed goal is marked and is no failure: how two times
//! relate depends on the machine and on what else it does, so a ratio is for people to judge, never a gate. Only
//! a row that could not be measured is a failure.

mod summary;

use crate::cargo;
use crate::layout::{Layout, fresh_folder, remove_folder, write};
use crate::process::{self, command};
use crate::setup::{self, Group, Kits};
use crate::testing::environment;
use crate::{hooks, pool, product};
use anyhow::Context;
use serde_json::Value;
use std::path::PathBuf;
use summary::Row;

/// The crate that measures.
pub(crate) const FOLDER: &str = "benches";
const PROGRAM: &str = "skink-bench";

/// Measures the named rows, or all. `false` where one could not be measured.
pub(crate) fn run(layout: &Layout, names: &[String]) -> anyhow::Result<bool> {
    setup::ensure(layout, &[Group::Compile, Group::Build, Group::Peers])?;
    product::ensure(layout)?;
    hooks::ensure(layout)?;
    hooks::ensure_guest(layout)?;
    hooks::ensure_bench_guest(layout)?;
    Kits::of(layout).ensure(layout)?;
    pool::ensure(layout, pool::BASE)?;
    pool::ensure(layout, &["lint", "arm64"])?;
    let program = build(layout)?;
    let scratch = layout.bench().join("scratch");
    fresh_folder(&scratch)?;
    println!("bench: measuring, which takes some seconds a row");
    let mut bench = command(program);
    bench.args(names).envs(environment(layout, scratch.clone()));
    bench.env("SKINK_BENCH_GUEST", layout.bench_guest());
    let lines = process::output(&mut bench)?;
    remove_folder(&scratch)?;
    report(layout, &lines)
}

/// Builds the program as the product is built, by a call of its own, so that it has no wasmtime either.
fn build(layout: &Layout) -> anyhow::Result<PathBuf> {
    let manifest = layout.root.join(FOLDER).join("Cargo.toml");
    process::run(cargo::host(layout, "build").arg("--manifest-path").arg(manifest))?;
    Ok(layout.target().join(cargo::TARGET).join("release").join(PROGRAM))
}

/// Prints the table, writes the summary, and says what could not be measured.
fn report(layout: &Layout, lines: &str) -> anyhow::Result<bool> {
    let mut rows = Vec::new();
    let mut all = true;
    for line in lines.lines() {
        let measured: Value = serde_json::from_str(line).context("reading the samples")?;
        match Row::of(&measured) {
            Ok(row) => rows.push(row),
            Err(why) => {
                println!("bench: {why:#}");
                all = false;
            }
        }
    }
    let path = layout.bench().join("summary.json");
    write(&path, summary::json(&rows))?;
    print!("\n{}", summary::table(&rows));
    println!("bench: {}", path.display());
    Ok(all && !rows.is_empty())
}
