//! Measures pairs of ours and a peer's, one in turn with the other in one run; `cargo xtask bench` calls it.
//!
//! It stands apart from the crates it measures, so that nothing of a measurement is in the product. What it
//! prints are samples, a line of JSON for each row of [`ROWS`]; what they mean is worked out in xtask, which is
//! tested. Invariant: a row that cannot be measured says why and keeps none of the others from being measured.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "xtask reads what it prints")]

mod builds;
mod calls;
mod cross;
mod hook_call;
mod hook_run;
mod measure;
mod modules;
mod packages;
mod place;
mod policy_decisions;
mod tools;
mod trees;

use anyhow::bail;
use measure::{Pair, measure};
use place::Place;
use serde_json::{Value, json};
use skink_tools::starter;
use std::process::ExitCode;

/// One row of the table.
struct Row {
    /// As `cargo xtask bench NAME` calls it.
    name: &'static str,
    /// What ours is measured against, for people.
    against: &'static str,
    /// The most that ours may take, as a part of what the peer takes.
    goal: f64,
    /// How many pairs are measured; odd, so that the median is one of them.
    pairs: usize,
    /// Makes both sides ready. What it does is not measured.
    prepare: fn(&Place) -> anyhow::Result<Pair>,
}

/// A new measurement is one row here, and a module.
const ROWS: [Row; 20] = [
    Row { name: "hook-call-ahead", against: BWRAP, goal: 0.1, pairs: 101, prepare: hook_call::ahead },
    Row { name: "hook-call", against: BWRAP, goal: 0.5, pairs: 101, prepare: hook_call::spawned },
    Row { name: "hook-calls", against: BWRAP_20, goal: 0.5, pairs: 11, prepare: hook_call::sustained },
    Row { name: "hook-run", against: BWRAP, goal: 3.0, pairs: 101, prepare: hook_run::pair },
    Row { name: "module-ready", against: BWRAP, goal: 0.143, pairs: 101, prepare: modules::small },
    Row { name: "module-ready-js", against: BWRAP, goal: 0.857, pairs: 51, prepare: modules::javascript },
    Row { name: "tree-list", against: "the same natively", goal: 1.5, pairs: 31, prepare: trees::list },
    Row { name: "tree-read", against: "the same natively", goal: 1.4, pairs: 21, prepare: trees::read },
    Row { name: "build-no-hook", against: BUILD, goal: 1.02, pairs: 7, prepare: builds::no_hook },
    Row { name: "rpmlint-hook", against: RPMLINT, goal: 1.05, pairs: 21, prepare: builds::rpmlint_hook },
    Row { name: "build-hooks", against: PARTS, goal: 1.0, pairs: 7, prepare: builds::hooks },
    Row { name: "build-cross", against: IN_NAMESPACE, goal: 1.05, pairs: 5, prepare: cross::pair },
    Row { name: "tool-run", against: CHROOT, goal: 1.0, pairs: 101, prepare: tools::run },
    Row { name: "tool-root", against: TIME, goal: 1.0, pairs: 101, prepare: tools::root },
    Row { name: "package-headers", against: RPM, goal: 0.2, pairs: 31, prepare: packages::headers },
    Row { name: "package-memory", against: MEMORY, goal: 1.0, pairs: 3, prepare: packages::memory },
    Row { name: "baselibs", against: MKBASELIBS, goal: 0.05, pairs: 7, prepare: packages::baselibs },
    Row { name: "build-compare-same", against: DIFFOSCOPE, goal: 0.05, pairs: 7, prepare: packages::same },
    Row {
        name: "build-compare-changed",
        against: DIFFOSCOPE,
        goal: 0.05,
        pairs: 7,
        prepare: packages::changed,
    },
    Row { name: "policy-decisions", against: TIME, goal: 1.0, pairs: 101, prepare: policy_decisions::pair },
];

/// Rows whose peer is measured where `BUILD_COMPARE` names the folder that it is in.
const AT_HAND: [Row; 2] = [
    Row {
        name: "build-compare-same-scripts",
        against: SCRIPTS,
        goal: 0.05,
        pairs: 7,
        prepare: packages::same_scripts,
    },
    Row {
        name: "build-compare-changed-scripts",
        against: SCRIPTS,
        goal: 0.05,
        pairs: 7,
        prepare: packages::changed_scripts,
    },
];
const BWRAP: &str = "bwrap --unshare-all --ro-bind / / true";
const BUILD: &str = "the plain build";
const PARTS: &str = "build, rpmlint by hand, and 0.1 s";
const RPMLINT: &str = "the same rpmlint by hand";
const IN_NAMESPACE: &str = "the same build by hand in such a namespace";
const CHROOT: &str = "the same tool by chroot, and 15 ms";
const MEMORY: &str = "the most that it may hold, its decoder's window of 8 MiB among it";
const RPM: &str = "one rpm -qp of the same sixty packages";
const MKBASELIBS: &str = "obs-build's mkbaselibs on the same packages";
const DIFFOSCOPE: &str = "diffoscope on the same builds";
const SCRIPTS: &str = "build-compare's scripts on the same builds";
const TIME: &str = "a fixed time";
const BWRAP_20: &str = "20 times the same bwrap";

fn main() -> ExitCode {
    // The broker of a call starts the program it runs in as the first of a tool root.
    if starter::asked() {
        return starter::run();
    }
    if let Some(package) = packages::to_be_held() {
        return packages::hold(&package);
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let rows = choose(&names)?;
    let place = Place::told()?;
    for row in rows {
        println!("{}", line(row, &place));
    }
    Ok(())
}

fn choose(names: &[String]) -> anyhow::Result<Vec<&'static Row>> {
    let at_hand = if packages::scripts_are_at_hand() { AT_HAND.as_slice() } else { &[] };
    let rows = || ROWS.iter().chain(at_hand);
    if let Some(stranger) = names.iter().find(|name| !rows().any(|row| row.name == **name)) {
        let known = rows().map(|row| row.name).collect::<Vec<_>>().join(", ");
        bail!("there is no row {stranger:?}; there are {known}");
    }
    if at_hand.is_empty() {
        let rows = AT_HAND.each_ref().map(|row| row.name).join(" and ");
        eprintln!(
            "bench: {rows} are not measured: BUILD_COMPARE names no folder with build-compare's scripts"
        );
    }
    Ok(rows().filter(|row| names.is_empty() || names.iter().any(|name| name == row.name)).collect())
}

/// The row's samples, or why there are none.
fn line(row: &Row, place: &Place) -> Value {
    match (row.prepare)(place).and_then(|pair| measure(pair, row.pairs)) {
        Ok(samples) => json!({
            "name": row.name,
            "against": row.against,
            "goal": row.goal,
            "unit": samples.unit,
            "ours": samples.ours,
            "peer": samples.peer,
        }),
        Err(error) => json!({ "name": row.name, "error": format!("{error:#}") }),
    }
}
