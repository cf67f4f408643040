//! Whole builds of the example in a warm chroot: what Skink adds to them.
//!
//! `build-no-hook`: `skink build` of a package without hooks, and the plain `build`. `build-hooks`: with the
//! example's hooks, and what they are made of without Skink: the plain `build`, the same rpmlint by hand, and the
//! tenth of a second that Skink may add. `rpmlint-hook`: the hook's call on the packages, with a runner that stood ready as
//! in a build, and the same rpmlint by hand.

use crate::calls::{Calls, Subject};
use crate::measure::{Pair, Peer, Rest, Step};
use crate::place::{Place, command, quietly};
use anyhow::{Context, ensure};
use serde_json::json;
use skink_job::{Phase, SafeText};
use skink_tests_build::{Ended, Package, Root, Started, lend};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

/// What Skink and its hooks may add to a build, beside the time of the tools that they run.
const ADDED: Duration = Duration::from_millis(100);

pub(crate) fn no_hook(_: &Place) -> anyhow::Result<Pair> {
    let root = Rc::new(warm_root()?);
    let package = Package::example("bench-no-hook").without_hooks();
    let (ours, peer) = ((Rc::clone(&root), package.clone()), (root, package));
    Ok(Pair::of(
        Box::new(move || succeeded(Started::skink(ours.0.path(), &ours.1, &[]).wait())),
        Peer::Step(Box::new(move || succeeded(Started::plain(peer.0.path(), &peer.1, &[]).wait()))),
    ))
}

pub(crate) fn hooks(_: &Place) -> anyhow::Result<Pair> {
    let root = Rc::new(warm_root()?);
    // No package more: installing it is `build`'s work, and would be in one side only.
    let hooked = Package::example("bench-hooks").edit("_hooks", "packages = [\"jq\"]", "packages = []");
    let hooked = hooked.edit("_hooks", "greeting_json = \"1\"\n", "");
    let plain = Package::example("bench-plain").without_hooks();
    let own = Rc::clone(&root);
    let peer: Step = Box::new(move || {
        succeeded(Started::plain(root.path(), &plain, &[]).wait())?;
        // Looked up anew: each build of either side replaces the packages.
        quietly(&mut lint(&packages(&root)?, plain.folder())?)?;
        std::thread::sleep(ADDED);
        Ok(None)
    });
    let ours = move || succeeded(Started::skink(own.path(), &hooked, &[]).wait());
    Ok(Pair::of(Box::new(ours), Peer::Step(peer)))
}

pub(crate) fn rpmlint_hook(place: &Place) -> anyhow::Result<Pair> {
    let root = warm_root()?;
    let package = Package::example("bench-rpmlint").without_hooks();
    succeeded(Started::plain(root.path(), &package, &[]).wait())?;
    // Out of the root: what is measured are the hook and the tool alone.
    let results = place.fresh("rpmlint/results")?;
    for file in packages(&root)? {
        let to = results.join(file.file_name().context("a package without a name")?);
        fs::copy(&file, &to).with_context(|| format!("copying {}", file.display()))?;
    }
    let by_hand = command(lint(&list(&results)?, package.folder())?)?;
    let calls = Calls::new(
        place,
        "rpmlint-hook",
        Subject {
            module: &place.hooks().join("rpmlint.wasm"),
            phase: Phase::Check,
            grants: "results = true\nsources = true\ntools = [\"rpmlint\"]\nattachments = [\"rpmlint.log\"]",
            settings: json!({}),
            tools: "[tools.rpmlint]\nprogram = \"/usr/bin/rpmlint\"",
            results,
            sources: Some(package.folder().to_owned()),
            previous: None,
        },
    )?;
    let before = Some(calls.a_runner_waits());
    let ours = move || {
        let made = calls.next()?;
        let log = made.log.iter().map(SafeText::as_str).collect::<Vec<_>>();
        ensure!(log.contains(&"rpmlint honours hello-rpmlintrc"), "the hook said {log:?}");
        Ok(made.rest)
    };
    Ok(Pair { before, ..Pair::of(Box::new(ours), Peer::Step(by_hand)) })
}

/// A build root that is warm already.
fn warm_root() -> anyhow::Result<Root> {
    ensure!(rustix::process::geteuid().is_root(), "building needs root");
    Ok(lend())
}

pub(crate) fn succeeded(ended: Ended) -> anyhow::Result<Rest> {
    ensure!(ended.code() == Some(0), "a build ended with {:?}:\n{}", ended.status, ended.output);
    Ok(None)
}

/// rpmlint by hand, with the package's filters, as the hook passes them.
fn lint(packages: &[PathBuf], sources: &Path) -> anyhow::Result<Command> {
    ensure!(!packages.is_empty(), "there is no package to look at");
    let mut rpmlint = Command::new("rpmlint");
    rpmlint.args(["--info", "--permissive", "--rpmlintrc"]).arg(sources.join("hello-rpmlintrc"));
    rpmlint.args(packages);
    Ok(rpmlint)
}

/// The packages that the last build in `root` left.
fn packages(root: &Root) -> anyhow::Result<Vec<PathBuf>> {
    let results = fs::canonicalize(root.results()).context("looking at the results")?;
    let mut found = list(&results.join("SRPMS"))?;
    for folder in list(&results.join("RPMS"))? {
        found.extend(list(&folder)?);
    }
    Ok(found)
}

fn list(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))?;
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>().context("listing")?;
    paths.sort();
    Ok(paths)
}
