//! `cargo xtask demo`: builds the example with its hooks, as a project author would.

use crate::hooks::Hook;
use crate::layout::{Layout, copy, fresh_folder, make_folder};
use crate::setup::{self, Group};
use crate::{hooks, policy, pool, process, product};
use anyhow::{Context, bail};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

const PACKAGE: &str = "hello";
/// A project of this name is allowed by the example's policy.
const PROJECT: &str = "home:demo";

/// Builds the demo. An error where the build did not succeed.
pub(crate) fn run(layout: &Layout) -> anyhow::Result<()> {
    setup::ensure(layout, &[Group::Compile, Group::Build])?;
    pool::ensure(layout, pool::BASE)?;
    product::ensure(layout)?;
    let hooks = hooks::ensure(layout)?;
    let demo = layout.demo();
    let recipe = check_out(layout, &hooks)?;
    policy::write(layout, &hooks, &demo.join("policy.toml"))?;
    let start = Instant::now();
    let mut build = command(layout, &recipe)?;
    println!("demo: {}\n", process::shown(&build));
    let status = build.status().with_context(|| format!("starting {}", process::shown(&build)))?;
    let took = start.elapsed().as_secs_f64();
    if !status.success() {
        bail!("the demo's build ended with {status} after {took:.1} s");
    }
    let results = hand_out(layout)?;
    let report = demo.join("report.json");
    let calls = calls(&report)?;
    println!("\ndemo: built in {took:.1} s, {calls} hook calls");
    for file in &results {
        println!("  {}", file.display());
    }
    println!("  {}\n  {}", report.display(), demo.join("policy.toml").display());
    Ok(())
}

/// Lays the example out as osc does, `PROJECT/PACKAGE`, with the modules beside the files that name them.
fn check_out(layout: &Layout, hooks: &[Hook]) -> anyhow::Result<PathBuf> {
    let project = layout.demo().join(PROJECT);
    let package = project.join(PACKAGE);
    fresh_folder(&project)?;
    make_folder(&package)?;
    let example = layout.examples().join(PACKAGE);
    let listing = || format!("listing {}", example.display());
    for entry in fs::read_dir(&example).with_context(listing)? {
        let entry = entry.with_context(listing)?;
        if entry.path().is_file() {
            copy(&entry.path(), &package.join(entry.file_name()))?;
        }
    }
    for Hook { name, .. } in hooks {
        let file = format!("{name}.wasm");
        copy(&layout.hooks().join(&file), &package.join(&file))?;
    }
    Ok(package.join(format!("{PACKAGE}.spec")))
}

/// `skink build`, with `build`'s own options and ours.
fn command(layout: &Layout, recipe: &Path) -> anyhow::Result<Command> {
    let demo = layout.demo();
    let root = demo.join("root");
    let skink = layout.bin().join("skink");
    let mut build = process::root_command(&skink.display().to_string(), "build (it makes a chroot)")?;
    build.arg("build").arg("--root").arg(&root).arg("--dist").arg(layout.prjconf());
    build.arg("--rpms").arg(format!("{}:{}", layout.pool().display(), layout.extra().display()));
    build.args(["--arch", "x86_64", "--changelog"]);
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    build.arg("--jobs").arg(jobs.to_string());
    // A root that was left half made would make `build` ask on a terminal.
    if root.join("not-ready").exists() {
        println!("demo: the chroot was left half made, so it is made anew");
        build.arg("--clean");
    }
    build.arg("--hook-policy").arg(demo.join("policy.toml"));
    build.arg("--hook-report").arg(demo.join("report.json"));
    build.args(["--hook-project", PROJECT]).arg(recipe);
    Ok(build)
}

/// Copies the results out of the build root, as flat as a worker sends them.
fn hand_out(layout: &Layout) -> anyhow::Result<Vec<PathBuf>> {
    let built = layout.demo().join("root/.build.packages");
    let results = layout.demo().join("results");
    fresh_folder(&results)?;
    let mut folders = vec![built.join("SRPMS"), built.join("OTHER")];
    folders.extend(entries(&built.join("RPMS"))?);
    let mut copied = Vec::new();
    for file in folders.iter().map(|folder| entries(folder)).collect::<Result<Vec<_>, _>>()?.concat() {
        let Some(name) = file.file_name().filter(|_| is_plain_file(&file)) else { continue };
        let to = results.join(name);
        copy(&file, &to)?;
        copied.push(to);
    }
    if !copied.iter().any(|file| file.extension().is_some_and(|e| e == "rpm")) {
        bail!("the build ended well, but there is no package in {}", built.display());
    }
    copied.sort();
    Ok(copied)
}

/// What a folder holds; nothing where it is not there.
fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let context = || format!("listing {}", folder.display());
    let list = fs::read_dir(folder).with_context(context)?;
    list.map(|entry| Ok(entry.with_context(context)?.path())).collect()
}

/// A build's results may hold symlinks to anywhere.
fn is_plain_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// How many calls the report tells of.
fn calls(report: &Path) -> anyhow::Result<usize> {
    let text = fs::read_to_string(report).with_context(|| format!("reading {}", report.display()))?;
    let report: Value =
        serde_json::from_str(&text).with_context(|| format!("reading {}", report.display()))?;
    report.get("hooks").and_then(Value::as_array).map(Vec::len).context("the report has no array `hooks`")
}
