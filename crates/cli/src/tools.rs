//! `skink tools`: the roots that tools live in.

use crate::{layers, print};
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueHint};
use skink_job::{Digest, ToolRootName};
use skink_obs::Verbosity;
use skink_policy::{Policy, ToolRoot};
use skink_tools::roots::{Pruned, RootInfo, RootSpec, ToolRoots};
use skink_worker::Host;
use skink_worker::render::Shown;
use skink_worker::tool_roots::{self, RootSource};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, UNIX_EPOCH};

#[derive(Debug, Subcommand)]
pub(crate) enum ToolsVerb {
    /// Build the tool roots of the policy, or those that are named, where something has changed.
    ///
    /// Asks their repositories what is new, also those behind an address; a job asks only where a root is not there or
    /// a folder of packages has changed. Needs root.
    Build {
        /// Names of `[tool-roots.NAME]` [default: all]
        names: Vec<ToolRootName>,
        #[command(flatten)]
        place: Place,
    },
    /// List the tool roots of the policy and those that are on this machine.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Show what a tool root is made of.
    Show {
        /// A name of the policy's, or the address of a root, of which the first digits are enough.
        root: String,
        /// Print `root.json` as it is.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Remove the tool roots that the policy does not lead to, and what dead builds left. Roots in use stay.
    Prune {
        /// Remove also those that the policy leads to.
        #[arg(long)]
        all: bool,
        /// Only tell.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Place {
    /// A policy; it may only narrow the installed one.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    hook_policy: Option<PathBuf>,
    /// Skink's folder for what outlives a job [default: ~/.local/state/skink, for root /var/lib/skink]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    state: Option<PathBuf>,
}

/// What every one of them needs.
struct Opened {
    host: Host,
    policy: Policy,
    roots: ToolRoots,
}

impl Opened {
    fn open(place: Place) -> Result<Self> {
        let policy = layers::policy(place.hook_policy.as_deref())?;
        let host = Host::open(&std::env::current_exe()?, place.state)?;
        let roots = ToolRoots::of(&host.state);
        Ok(Self { host, policy, roots })
    }

    fn specs(&self) -> Vec<RootSpec> {
        self.policy.tool_roots().filter_map(|(name, _)| tool_roots::spec(&self.policy, name)).collect()
    }
}

pub(crate) fn main(verb: ToolsVerb, verbosity: Verbosity) -> Result<ExitCode> {
    match verb {
        ToolsVerb::Build { names, place } => build(&Opened::open(place)?, &names, verbosity),
        ToolsVerb::List { place } => list(&Opened::open(place)?),
        ToolsVerb::Show { root, json, place } => show(&Opened::open(place)?, &root, json),
        ToolsVerb::Prune { all, dry_run, place } => prune(&Opened::open(place)?, all, dry_run),
    }
}

fn build(opened: &Opened, names: &[ToolRootName], verbosity: Verbosity) -> Result<ExitCode> {
    let mut specs = opened.specs();
    if let Some(unknown) = names.iter().find(|name| specs.iter().all(|spec| spec.name != **name)) {
        bail!("the policy has no [tool-roots.{unknown}]; it has {}", named(&specs));
    }
    specs.retain(|spec| names.is_empty() || names.contains(&spec.name));
    if specs.is_empty() {
        print::line("the policy has no tool roots");
    }
    let told = Shown::Progress.at(verbosity);
    let tell = |line: &str| {
        if told {
            print::line(line);
        }
    };
    let verbose = verbosity == Verbosity::Verbose;
    let mut code = ExitCode::SUCCESS;
    for spec in &specs {
        let source = RootSource { build: None, tell: &tell, verbose };
        match opened.host.tool_root(spec, source, true) {
            Ok(root) => print::line(&format!("{} {}", spec.name, root.address())),
            Err(error) => {
                print::error(&error.into());
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

fn list(opened: &Opened) -> Result<ExitCode> {
    let mut left: Vec<RootInfo> = opened.roots.list()?;
    for spec in opened.specs() {
        let found = opened.roots.find(&spec)?.map(|root| *root.address());
        let info = found.and_then(|address| left.iter().position(|info| info.address == address));
        match info {
            Some(at) => print::line(&described(&spec.name, &left.remove(at))),
            None if found.is_some() => print::line(&format!("{:<16} as above", spec.name)),
            None => print::line(&format!("{:<16} not built, or of packages that have changed", spec.name)),
        }
        let of_root = |root: &ToolRoot| matches!(root, ToolRoot::Built(name) if *name == spec.name);
        for (name, tool) in opened.policy.tools().filter(|(_, tool)| of_root(&tool.root)) {
            print::line(&format!("{:<16} tool {name}: {}", "", tool.program.display()));
        }
    }
    for info in left {
        print::line(&format!("{}, which the policy does not lead to", described(&info.name, &info)));
    }
    Ok(ExitCode::SUCCESS)
}

fn described(name: &ToolRootName, info: &RootInfo) -> String {
    let built = UNIX_EPOCH.checked_add(Duration::from_secs(info.built)).unwrap_or(UNIX_EPOCH);
    format!(
        "{name:<16} {} {}, {} packages, {}, built {}",
        info.address.short(),
        info.arch,
        info.packages.len(),
        info.bytes,
        humantime::format_rfc3339_seconds(built)
    )
}

fn show(opened: &Opened, root: &str, json: bool) -> Result<ExitCode> {
    let info = opened.roots.show(&address_of(opened, root)?)?;
    let info = info.with_context(|| format!("the tool root {root} is not on this machine any more"))?;
    if json {
        print::line(&serde_json::to_string_pretty(&info)?);
        return Ok(ExitCode::SUCCESS);
    }
    print::line(&described(&info.name, &info));
    print::line(&format!("address {}", info.address));
    print::line(&format!("dist    {}", info.dist));
    print::line(&format!("root    {}", opened.roots.path(&info.address).display()));
    for package in &info.packages {
        let id = if package.id.as_str().is_empty() { package.name.as_str() } else { package.id.as_str() };
        print::line(&format!("  {id} {}", package.sha256.short()));
    }
    Ok(ExitCode::SUCCESS)
}

/// The root that a name of the policy's leads to, or the first digits of its address.
fn address_of(opened: &Opened, root: &str) -> Result<Digest> {
    let specs = opened.specs();
    if let Some(spec) = specs.iter().find(|spec| spec.name.as_str() == root) {
        let found = opened.roots.find(spec)?;
        return found.map(|found| *found.address()).with_context(|| {
            format!(
                "the tool root {root} is not built, or its packages have changed: skink tools build {root}"
            )
        });
    }
    let all = opened.roots.list()?;
    let mut fitting =
        all.iter().map(|info| info.address).filter(|address| address.to_string().starts_with(root));
    match (fitting.next(), fitting.next()) {
        (Some(address), None) => Ok(address),
        (Some(_), Some(_)) => {
            bail!("several tool roots have addresses that begin with {root}; give more digits")
        }
        (None, _) => bail!(
            "{root:?} is neither a tool root of the policy nor an address of one on this machine; the policy has {}",
            named(&specs)
        ),
    }
}

fn prune(opened: &Opened, all: bool, dry_run: bool) -> Result<ExitCode> {
    let wanted = if all { Vec::new() } else { opened.specs() };
    let (does, bytes) = if dry_run { ("would remove", "would be free") } else { ("removed", "are free") };
    let mut freed = skink_job::ByteCount(0);
    for pruned in opened.roots.prune(&wanted, dry_run)? {
        match pruned {
            Pruned::Removed(info) => {
                freed.0 = freed.0.saturating_add(info.bytes.0);
                print::line(&format!("{does} {}", described(&info.name, &info)));
            }
            Pruned::InUse(info) => print::line(&format!("in use {}", described(&info.name, &info))),
            Pruned::LeftOver(what) => print::line(&format!("{does} {what}, which a dead build had left")),
        }
    }
    print::line(&format!("{freed} {bytes}"));
    Ok(ExitCode::SUCCESS)
}

fn named(specs: &[RootSpec]) -> String {
    let names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
