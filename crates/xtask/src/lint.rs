//! `cargo xtask lint`: how the code looks, what clippy says, and what the dependencies are.

use crate::bench;
use crate::cargo::{self, SETS};
use crate::layout::Layout;
use crate::process::{self, command};
use crate::setup::{self, Group};
use crate::stages::{STAGES, Tests};
use crate::tally::Tally;
use anyhow::Context;
use std::process::Command;
use std::time::Instant;

/// Runs every check, also after one that failed. `false` where one did.
pub(crate) fn run(layout: &Layout) -> anyhow::Result<bool> {
    ensure_components(layout)?;
    let mut checks: Vec<(String, Command)> = Vec::new();
    for folder in [layout.root.clone(), layout.root.join("wasm-hooks")] {
        let place = if folder == layout.root { "host" } else { "hooks" };
        let mut fmt = command("cargo");
        fmt.current_dir(&folder).args(["fmt", "--all", "--check"]);
        checks.push((format!("formatting of the {place} workspace"), fmt));
        let mut deny = command("cargo");
        deny.current_dir(&folder).args(["deny", "--config"]).arg(layout.root.join("deny.toml"));
        // The advisory database is looked at where it can be reached: by the maintainers, not by every build.
        deny.args(["check", "bans", "licenses", "sources"]);
        checks.push((format!("dependencies of the {place} workspace"), deny));
    }
    for set in &SETS {
        let mut clippy = cargo::host(layout, "clippy");
        clippy.arg("--all-targets").args(set.arguments()).args(["--", "--deny", "warnings"]);
        checks.push((format!("clippy on the {} crates", set.name), clippy));
    }
    let tests = STAGES.iter().flat_map(|stage| stage.tests).filter_map(Tests::folder);
    for folder in tests.chain([bench::FOLDER]) {
        let mut clippy = cargo::host(layout, "clippy");
        clippy.arg("--all-targets").arg("--manifest-path").arg(layout.root.join(folder).join("Cargo.toml"));
        clippy.args(["--", "--deny", "warnings"]);
        checks.push((format!("clippy on {folder}"), clippy));
    }
    if let Some(toolchain) = setup::ensure(layout, &[Group::Compile, Group::Guests])? {
        let mut clippy = toolchain.cargo("clippy", &[])?;
        clippy.current_dir(layout.root.join("wasm-hooks"));
        clippy.env("CARGO_TARGET_DIR", layout.guest_target(&format!("{}-clippy", toolchain.name())));
        clippy.args(["--workspace", "--", "--deny", "warnings"]);
        checks.push(("clippy on the hooks".to_owned(), clippy));
    }
    Ok(run_all(checks))
}

fn run_all(checks: Vec<(String, Command)>) -> bool {
    let mut tally = Tally::default();
    for (name, mut check) in checks {
        println!("-- lint: {name}");
        let start = Instant::now();
        match process::run(&mut check) {
            Ok(()) => tally.passed += 1,
            Err(error) => {
                tally.failed += 1;
                println!("lint: {name}: {error:#}");
            }
        }
        println!("lint: {name}: {:.1} s", start.elapsed().as_secs_f64());
    }
    println!("lint: {tally}");
    tally.is_good()
}

/// What cargo needs for it.
fn ensure_components(layout: &Layout) -> anyhow::Result<()> {
    let have = |verb: &str| {
        let probe = command("cargo").current_dir(&layout.root).args([verb, "--version"]).output();
        probe.is_ok_and(|output| output.status.success())
    };
    for (verb, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !have(verb) {
            println!("set-up: `rustup component add {component}`, needed for `cargo xtask lint`");
            let mut add = command("rustup");
            process::run(add.current_dir(&layout.root).args(["component", "add", component]))
                .with_context(|| format!("cargo has no `{verb}` here; install it and call again"))?;
        }
    }
    if !have("deny") {
        println!(
            "set-up: `cargo install --locked cargo-deny`, needed for licences and sources; takes minutes"
        );
        let mut install = command("cargo");
        process::run(install.args(["install", "--locked", "cargo-deny"]))
            .context("could not install cargo-deny; is the registry of crates reachable from here?")?;
    }
    Ok(())
}
