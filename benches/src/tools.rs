//! Tools from tool roots: what a run costs beside the tool itself, and what a job waits for its root.
//!
//! `tool-run`: `true` of a tool root, through the broker of a call, and the same by hand with `chroot` in the same root,
//! with the fifteen milliseconds that Skink may add. `tool-root`: finding a root that is built, from its description and
//! the folder of its packages on, as every job but the first does.

use crate::measure::{Pair, Peer, Step};
use crate::place::{Place, quietly};
use anyhow::{Context, bail, ensure};
use skink_job::{Limits, ToolRootName};
use skink_protocol::{ExitStatus, Reply, ToolRequest};
use skink_tests_build::farm;
use skink_tools::roots::{BuiltRoot, RootSpec, ToolRoots};
use skink_tools::{Broker, Kind, Launcher, Mounts, Root, Tool};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What Skink may add to a tool.
const ADDED: Duration = Duration::from_millis(15);
/// What a job may wait for a root that is there.
const FOUND: Duration = Duration::from_millis(50);
/// An uid and gid that nobody has.
const OWNER: (u32, u32) = (0x6fff_fffe, 0x6fff_fffe);

pub(crate) fn run(place: &Place) -> anyhow::Result<Pair> {
    let root = Arc::new(built(place)?);
    let by_hand = root.path().to_owned();
    let scratch = place.fresh("tool-run")?;
    open_to_all(&scratch)?;
    let tool = Tool {
        name: "true".parse()?,
        program: "/usr/bin/true".into(),
        root: Root::Built(root),
        kind: Kind::Plain,
        etc: Vec::new(),
        args: None,
    };
    let ours: Step = Box::new(move || {
        let (launcher, deadline) = (Launcher::new(Some(OWNER))?, Instant::now() + Duration::from_secs(60));
        let (tools, trees) = (vec![tool.clone()], Mounts::default());
        let mut broker = Broker::new(launcher, tools, trees, scratch.clone(), &Limits::default(), deadline);
        let spawn = ToolRequest::Spawn { tool: "true".to_owned(), args: Vec::new(), inputs: Vec::new() };
        let Reply::Spawned { process } = answer(broker.request(spawn))? else { bail!("no process") };
        let ended = answer(broker.request(ToolRequest::Wait { process }))?;
        ensure!(matches!(ended, Reply::Exited(ExitStatus::Code(0))), "the tool ended with {ended:?}");
        let usage = broker.finish();
        ensure!(usage.problems.is_empty(), "{:?}", usage.problems);
        Ok(None)
    });
    let peer: Step = Box::new(move || {
        quietly(Command::new("chroot").arg(&by_hand).arg("/usr/bin/true"))?;
        std::thread::sleep(ADDED);
        Ok(None)
    });
    Ok(Pair::of(ours, Peer::Step(peer)))
}

pub(crate) fn root(place: &Place) -> anyhow::Result<Pair> {
    drop(built(place)?);
    let (roots, spec) = (ToolRoots::of(&place.state()), spec()?);
    let ours: Step = Box::new(move || {
        let found = roots.find(&spec)?.context("the root is not there any more")?;
        Ok(Some(Box::new(found)))
    });
    Ok(Pair::of(ours, Peer::Time(FOUND)))
}

fn answer<E: std::fmt::Debug>(answer: Result<Reply, E>) -> anyhow::Result<Reply> {
    answer.map_err(|why| anyhow::anyhow!("{why:?}"))
}

fn spec() -> anyhow::Result<RootSpec> {
    let pool: PathBuf = std::env::var_os("SKINK_POOL_LINT").context("SKINK_POOL_LINT is not set")?.into();
    let name: ToolRootName = "lint".parse()?;
    Ok(RootSpec {
        name,
        dist: farm().examples.join("tool-roots/trixie.conf"),
        packages: ["rpmlint", "rpm"].map(str::to_owned).to_vec(),
        repositories: vec![pool.display().to_string()],
        arch: None,
    })
}

/// The root of rpmlint, built by `skink tools build` where it is not there.
fn built(place: &Place) -> anyhow::Result<BuiltRoot> {
    let (spec, roots) = (spec()?, ToolRoots::of(&place.state()));
    if let Some(root) = roots.find(&spec)? {
        return Ok(root);
    }
    let policy = place.fresh("tool-root")?.join("policy.toml");
    let RootSpec { name, dist, packages, repositories, arch: _ } = &spec;
    let text = format!(
        "schema = 1\n[tool-roots.{name}]\ndist = {dist:?}\npackages = {packages:?}\nrepositories = {repositories:?}\n"
    );
    fs::write(&policy, text).context("writing a policy")?;
    let mut build = Command::new(place.skink());
    build.args(["tools", "build", "--hook-policy"]).arg(&policy).arg("--state").arg(place.state());
    quietly(&mut build)?;
    roots.find(&spec)?.context("the root is not there, though it was built")
}

/// The tool's user walks through.
fn open_to_all(path: &Path) -> anyhow::Result<()> {
    for folder in path.ancestors() {
        let mode = fs::metadata(folder).with_context(|| folder.display().to_string())?.permissions().mode();
        ensure!(mode & 0o001 != 0 || folder == path, "others may not pass {}", folder.display());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o711)).context("opening a folder")
}
