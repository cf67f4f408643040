//! `build-cross`: a build for another architecture in a root that is set up, and the same obs-build by hand in such a
//! namespace.

use crate::builds::succeeded;
use crate::measure::{Pair, Peer, Step};
use crate::place::{Place, quietly};
use anyhow::{Context, ensure};
use skink_tests_build::{Package, Started, farm};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Setting up a root takes minutes when every program is emulated.
const PATIENCE: Duration = Duration::from_secs(900);

/// The same without Skink, for people to read.
const BY_HAND: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/support/cross-by-hand.sh");

pub(crate) fn pair(place: &Place) -> anyhow::Result<Pair> {
    ensure!(rustix::process::geteuid().is_root(), "building needs root");
    let pool = std::env::var("SKINK_POOL_ARM64").context("SKINK_POOL_ARM64 is not set")?;
    let root = place.fresh("root-aarch64")?;
    let package = package()?;
    let options = ["--arch", "aarch64", "--rpms", &pool].map(str::to_owned);
    let started = |more: &[&str]| {
        let options: Vec<&str> = options.iter().map(String::as_str).chain(more.iter().copied()).collect();
        Started::skink(&root, &package, &options)
    };
    succeeded(started(&["--clean"]).wait_for(PATIENCE))?;
    let plain = Package::example("bench-cross-by-hand").without_hooks();
    let mut by_hand = by_hand(&root, &pool, &plain);
    let peer: Step = Box::new(move || quietly(&mut by_hand));
    let (root, package) = (root.clone(), package.clone());
    let ours: Step = Box::new(move || {
        let options: Vec<&str> = options.iter().map(String::as_str).chain(["--no-init"]).collect();
        succeeded(Started::skink(&root, &package, &options).wait())
    });
    Ok(Pair::of(ours, Peer::Step(peer)))
}

fn by_hand(root: &Path, pool: &str, package: &Package) -> Command {
    let mut command = Command::new(BY_HAND);
    command.arg("--root").arg(root).arg("--dist").arg(&farm().dist);
    command.args(["--rpms", pool, "--arch", "aarch64", "--changelog", "--no-init"]);
    command.arg("--logfile").arg(package.log()).arg(package.recipe());
    command
}

/// The example with the hook cross-qemu alone.
fn package() -> anyhow::Result<Package> {
    let package = Package::example("bench-cross")
        .write("_hooks", "schema = 1\n[hooks.cross-qemu]\nmodule = \"cross-qemu.wasm\"\n");
    package.add_module("cross-qemu");
    let module: PathBuf = package.folder().join("cross-qemu.wasm");
    let digest = skink_module::Sealed::read(&module)?.digest();
    let rule = format!(
        "[[allow]]\nmodule = \"cross-qemu\"\nsha256 = [\"{digest}\"]\nprojects = [\"**\"]\n\
         [allow.grants.effects]\nbinfmt = [\"aarch64\"]\n"
    );
    let policy = package.policy();
    let text = fs::read_to_string(&policy).context("reading the policy")?;
    fs::write(&policy, text + &rule).context("writing the policy")?;
    Ok(package)
}
