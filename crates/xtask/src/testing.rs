//! `cargo xtask test`: runs stages, counts what they ran, and says how long each took.
//!
//! Invariant: a stage passes only if something ran and nothing failed; what could not be compiled or started
//! counts as one failure. Each stage ends in a line `STAGE: N passed, N failed`, the whole in one without a name.

use crate::cargo::{self, FeatureSet, RUNNER_VARIABLE, SETS};
use crate::layout::{Layout, fresh_folder};
use crate::machine::Machine;
use crate::setup::{self, Group, Kits};
use crate::stages::{Requires, STAGES, Stage, Tests};
use crate::tally::{Failures, Tally};
use crate::{backend, hooks, pool, process, product};
use anyhow::{Context, bail};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A shell without a terminal has what it starts in the background ignore SIGINT, and Skink leaves a signal ignored
/// that it was started to ignore. Tests that send signals need to be heard.
const LISTENING: &str = "env --default-signal=TERM,INT,HUP,QUIT";

/// The variable by which tests write what they compare with anew.
pub(crate) const UPDATE: &str = "SKINK_UPDATE";

/// The variables by which a test records what others' programs say, see `tests/packages/compare/README.md`.
const RECORD: [&str; 3] = ["BUILD_COMPARE", "BUILD_COMPARE_VERSION", "BUILD_COMPARE_LOGS"];

/// Runs the named stages, or all. `false` where one did not pass.
pub(crate) fn run(layout: &Layout, names: &[String]) -> anyhow::Result<bool> {
    let stages = choose(names)?;
    let start = Instant::now();
    let (mut results, mut failures) = (Vec::new(), Failures::default());
    for stage in stages {
        println!("\n== {}: {}", stage.name, stage.shows);
        let (prepared, begun) = (Instant::now(), prepare(layout, stage));
        let preparing = prepared.elapsed();
        let (before, running) = (Machine::now(layout), Instant::now());
        let mut tally = match begun.and_then(|()| run_stage(layout, stage, &mut failures)) {
            Ok(tally) => tally,
            Err(error) => {
                failures.say(format!("{}: {error:#}", stage.name));
                Tally { failed: 1, ..Tally::default() }
            }
        };
        tally.add(machine_as_before(layout, stage, &before, &mut failures));
        let running = running.elapsed();
        println!("{}: prepared in {}, ran in {}", stage.name, seconds(preparing), seconds(running));
        println!("{}: {tally}", stage.name);
        results.push((stage, tally, preparing, running));
    }
    failures.repeat();
    Ok(summarise(&results, start.elapsed()))
}

/// The machine is as it was before the stage; that is one test.
fn machine_as_before(layout: &Layout, stage: &Stage, before: &Machine, failures: &mut Failures) -> Tally {
    let changes = before.changes(layout);
    for change in &changes {
        failures.say(format!("{}: {change}", stage.name));
    }
    let failed = u64::from(!changes.is_empty());
    Tally { passed: 1 - failed, failed, ignored: 0 }
}

fn choose(names: &[String]) -> anyhow::Result<Vec<&'static Stage>> {
    for name in names {
        if !STAGES.iter().any(|stage| stage.name == name) {
            let known = STAGES.map(|stage| stage.name).join(", ");
            bail!("there is no stage {name:?}; there are {known}");
        }
    }
    Ok(STAGES.iter().filter(|stage| names.is_empty() || names.iter().any(|n| n == stage.name)).collect())
}

/// Makes what the stage needs, and compiles its tests.
fn prepare(layout: &Layout, stage: &Stage) -> anyhow::Result<()> {
    setup::ensure(layout, &[Group::Compile])?;
    for requirement in stage.requires {
        match requirement {
            Requires::Tools => drop(setup::ensure(layout, &[Group::Build])?),
            Requires::Product => product::ensure(layout)?,
            Requires::Hooks => drop(hooks::ensure(layout)?),
            Requires::Browser => drop(setup::ensure(layout, &[Group::Browser])?),
            Requires::Pools(names) => pool::ensure(layout, names)?,
            Requires::GuestCargo => hooks::ensure_cargo(layout)?,
            Requires::Backend => backend::ensure(layout)?,
            Requires::PackagesGuest => hooks::ensure_packages_guest(layout)?,
            Requires::Guests => {
                hooks::ensure_guest(layout)?;
                Kits::of(layout).ensure(layout)?;
            }
        }
    }
    for (_, mut cargo) in all_calls(layout, stage)? {
        process::run(cargo.arg("--no-run"))?;
    }
    fresh_folder(&layout.test().join(stage.name))
}

fn all_calls(layout: &Layout, stage: &Stage) -> anyhow::Result<Vec<(String, Command)>> {
    let calls: Result<Vec<_>, _> = stage.tests.iter().map(|tests| calls(layout, tests)).collect();
    Ok(calls?.into_iter().flatten().collect())
}

fn run_stage(layout: &Layout, stage: &Stage, failures: &mut Failures) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    for (what, mut cargo) in all_calls(layout, stage)? {
        println!("-- {}: {what}", stage.name);
        tell(layout, stage, &mut cargo)?;
        tally.add(run_call(cargo, failures)?);
    }
    if tally.passed + tally.failed == 0 {
        bail!("no test ran");
    }
    if tally.ignored > 0 && process::is_ci() {
        let ignored = format!("{}: {} ignored, which counts as failed in CI", stage.name, tally.ignored);
        failures.say(ignored);
        tally.failed += std::mem::take(&mut tally.ignored);
    }
    Ok(tally)
}

/// The calls of `cargo test` for a row of the table, each with a name for people.
fn calls(layout: &Layout, tests: &Tests) -> anyhow::Result<Vec<(String, Command)>> {
    let crates = || {
        let mut cargo = cargo::host(layout, "test");
        cargo.args(["--tests", "--no-fail-fast"]);
        cargo
    };
    Ok(match tests {
        Tests::Crates => {
            let call = |set: &FeatureSet| {
                let mut cargo = crates();
                cargo.args(set.arguments());
                (format!("the {} crates", set.name), cargo)
            };
            SETS.iter().map(call).collect()
        }
        Tests::Hooks => {
            let mut cargo = process::command("cargo");
            cargo.current_dir(layout.root.join("wasm-hooks")).arg("test");
            cargo.args(["--locked", "--workspace", "--tests", "--no-fail-fast"]);
            cargo.env("CARGO_TARGET_DIR", layout.guest_target("tests"));
            vec![("the hooks".to_owned(), cargo)]
        }
        Tests::Crate(folder) => {
            let manifest = layout.root.join(folder).join("Cargo.toml");
            if !manifest.is_file() {
                bail!("there are no tests: {} is missing", manifest.display());
            }
            let mut cargo = crates();
            cargo.arg("--manifest-path").arg(manifest);
            vec![((*folder).to_owned(), cargo)]
        }
    })
}

/// Tells the tests of this checkout, and has them run as root where they must be.
fn tell(layout: &Layout, stage: &Stage, cargo: &mut Command) -> anyhow::Result<()> {
    let mut told = environment(layout, layout.test().join(stage.name));
    // For those who call `cargo xtask docs`, and for those who record.
    let given = [UPDATE].into_iter().chain(RECORD);
    told.extend(given.filter_map(|name| Some((name, std::env::var_os(name)?.into()))));
    let mut runner = LISTENING.to_owned();
    if stage.root && !process::is_root() {
        let names: Vec<&str> = told.iter().map(|(name, _)| *name).chain(["PATH", "CI"]).collect();
        process::need_sudo("building packages")?;
        runner = format!("sudo --preserve-env={} {runner}", names.join(","));
    }
    cargo.env(RUNNER_VARIABLE, runner).envs(told);
    Ok(())
}

/// What tests and benchmarks are told of this checkout; `scratch` is theirs. The names are explained in CONTRIBUTING.md.
pub(crate) fn environment(layout: &Layout, scratch: PathBuf) -> Vec<(&'static str, PathBuf)> {
    let kits = Kits::of(layout);
    let mut told = vec![
        ("SKINK_BIN_DIR", layout.bin()),
        ("SKINK_HOOKS_DIR", layout.hooks()),
        ("SKINK_DIST", layout.prjconf()),
        ("SKINK_EXAMPLES", layout.examples()),
        ("SKINK_TEST_DIR", scratch),
        ("SKINK_OBS_SERVER", backend::code(layout)),
        ("SKINK_GUEST_RUST", layout.rust_guest()),
        ("SKINK_GUEST_PACKAGES", layout.packages_guest()),
        ("SKINK_GUEST_CARGO", layout.guest_cargo()),
        ("SKINK_COMPONENTIZE_PY", kits.componentize_py()),
        ("SKINK_NODE_MODULES", kits.node_modules()),
    ];
    told.extend(pool::variables(layout));
    told
}

/// Runs one call, showing its output as it comes. Where it fails without a failed test, that is one failure.
fn run_call(mut cargo: Command, failures: &mut Failures) -> anyhow::Result<Tally> {
    let context = || format!("running {}", process::shown(&process::command("cargo")));
    let mut child = cargo.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().with_context(context)?;
    let mut tally = Tally::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.with_context(context)?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            tally.read(&line);
            failures.read(&line);
        }
    }
    let status = child.wait().with_context(context)?;
    if !status.success() && tally.failed == 0 {
        failures.say(format!("{} ended with {status}", process::shown(&cargo)));
        tally.failed += 1;
    }
    Ok(tally)
}

type StageResult = (&'static Stage, Tally, Duration, Duration);

fn summarise(results: &[StageResult], took: Duration) -> bool {
    let mut total = Tally::default();
    println!(
        "\n{:<10} {:>7} {:>7} {:>10} {:>10} {:>10}",
        "stage", "passed", "failed", "preparing", "running", "budget"
    );
    for (stage, tally, preparing, running) in results {
        total.add(*tally);
        let over = if *running > stage.budget { "  over its budget" } else { "" };
        println!(
            "{:<10} {:>7} {:>7} {:>10} {:>10} {:>10}{over}",
            stage.name,
            tally.passed,
            tally.failed,
            seconds(*preparing),
            seconds(*running),
            seconds(stage.budget)
        );
    }
    println!("all in {}", seconds(took));
    println!("{total}");
    results.iter().all(|(_, tally, _, _)| tally.is_good())
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_chosen_by_name() {
        let rows: [(&[&str], Option<usize>); 4] = [
            (&[], Some(STAGES.len())),
            (&["unit"], Some(1)),
            (&["build", "unit"], Some(2)),
            (&["units"], None),
        ];
        for (names, want) in rows {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(choose(&names).ok().map(|stages| stages.len()), want, "{names:?}");
        }
    }

    #[test]
    fn a_call_is_counted_by_its_output_and_its_end() {
        let rows = [
            ("echo 'test result: ok. 2 passed; 0 failed; 0 ignored'", (2, 0)),
            ("echo 'test result: FAILED. 2 passed; 1 failed'; exit 101", (2, 1)),
            ("exit 101", (0, 1)),
            ("true", (0, 0)),
        ];
        for (script, (passed, failed)) in rows {
            let mut shell = process::command("sh");
            shell.args(["-c", script]);
            assert_eq!(
                run_call(shell, &mut Failures::default()).unwrap(),
                Tally { passed, failed, ignored: 0 },
                "{script}"
            );
        }
    }
}
