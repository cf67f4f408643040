//! `skink hook`: try one hook on a folder of packages, as an ordinary user too; lock those of a `_hooks`.

mod lock;

use crate::{layers, print};
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use skink_job::{
    BuildEnd, Digest, Facts, FileName, Grants, HookName, Outcome, Phase, ReportFormats, SafeText,
};
use skink_obs::Verbosity;
use skink_policy::{Decision, HookEntry, Policy};
use skink_worker::layers::lock_of_module;
use skink_worker::render::{self, Shown};
use skink_worker::report::HookReport;
use skink_worker::status::{Status, StatusProgress};
use skink_worker::trial::{Trial, run};
use skink_worker::{Host, admit};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(crate) enum HookVerb {
    /// Run one hook on a folder of packages, without any build.
    ///
    /// Where no policy is installed or given, the module gets what it requests: on a machine of your own you are the
    /// admin. Exit codes: 0 passed, 1 failed or stopped, 2 unchanged, 64 wrong usage.
    Run(Box<RunArguments>),
    /// Write `_hooks.lock`: of which modules and tool roots the hooks of the `_hooks` beside it are made.
    ///
    /// Each is taken as a job on this machine would get it now; a tool root that is not there is built, which needs
    /// root. What was locked on machines of other architectures stays. Where no policy is installed or given, a module
    /// gets what it requests. Exit codes: 0 locked, 1 an error, or with --check a change, 64 wrong usage.
    Lock(lock::LockArguments),
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// The module's file.
    module: PathBuf,
    /// The folder of packages to look at.
    #[arg(long, value_name = "DIR")]
    results: Option<PathBuf>,
    /// The folder of the package's sources.
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,
    /// The folder of the previous build's packages.
    #[arg(long, value_name = "DIR")]
    previous: Option<PathBuf>,
    /// The build's log.
    #[arg(long, value_name = "FILE")]
    build_log: Option<PathBuf>,
    /// The job claims that its build has failed.
    #[arg(long)]
    build_failed: bool,
    /// Where to leave attachments and files that the hook adds; without it they are told and not kept.
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// The phase to call; needed where the module has several.
    #[arg(long, value_parser = phase)]
    phase: Option<Phase>,
    /// The hook's settings: JSON, or @FILE.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    settings: String,
    /// The project that the job claims to be of.
    #[arg(long)]
    project: Option<String>,
    /// The package that the job claims to be.
    #[arg(long)]
    package: Option<String>,
    /// The architecture that the job claims to build for.
    #[arg(long, default_value = std::env::consts::ARCH)]
    arch: String,
    /// The recipe's file name.
    #[arg(long, default_value = "")]
    recipe: String,
    /// Where to write a report as of a whole job, with the hook's attachments beside it.
    #[arg(long, value_name = "FILE")]
    hook_report: Option<PathBuf>,
    /// What to write beside that report: json (nothing more), html, sarif, all, or several with commas
    #[arg(long, value_name = "LIST", default_value_t, requires = "hook_report")]
    hook_report_format: ReportFormats,
    /// A policy; it may only narrow the installed one.
    #[arg(long, value_name = "FILE")]
    hook_policy: Option<PathBuf>,
    /// Skink's folder for compiled modules [default: ~/.local/state/skink, for root /var/lib/skink]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// How to print the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// The entry of `report.json`.
    Json,
}

fn phase(word: &str) -> Result<Phase, String> {
    let words = || Phase::ALL.iter().map(|phase| phase.as_str()).collect::<Vec<_>>().join(", ");
    Phase::from_word(word).ok_or_else(|| format!("no such phase; there are {}", words()))
}

pub(crate) fn main(verb: HookVerb, verbosity: Verbosity) -> Result<ExitCode> {
    match verb {
        HookVerb::Run(arguments) => try_one(&arguments, verbosity),
        HookVerb::Lock(arguments) => lock::main(&arguments, verbosity),
    }
}

fn try_one(arguments: &RunArguments, verbosity: Verbosity) -> Result<ExitCode> {
    let host = Host::open(&std::env::current_exe()?, arguments.state.clone())?;
    let (policy, phase) = policy_and_phase(&host, arguments)?;
    if phase == Phase::Allocate {
        bail!("a hook of the phase allocate is asked by `skink allocate --ask FILE`");
    }
    let status = Status::stderr(Shown::Progress.at(verbosity));
    let report = run(&host, &policy, trial(arguments, phase)?, &StatusProgress::new(status.clone()));
    status.close();
    let report = report?;
    match arguments.format {
        Format::Json => print::line(&serde_json::to_string_pretty(&report)?),
        Format::Text => print_text(&report, arguments, verbosity),
    }
    Ok(match report.outcome {
        Outcome::Passed | Outcome::Skipped { .. } => ExitCode::SUCCESS,
        Outcome::Unchanged { .. } => ExitCode::from(2),
        Outcome::Failed { .. }
        | Outcome::Refused { .. }
        | Outcome::Limit { .. }
        | Outcome::Trap { .. }
        | Outcome::Crashed { .. }
        | Outcome::HostError { .. } => ExitCode::FAILURE,
    })
}

fn print_text(report: &HookReport, arguments: &RunArguments, verbosity: Verbosity) {
    let hints = Shown::Hints.at(verbosity);
    if hints && !has_policy(arguments) {
        print::line("note: there is no policy on this machine, so the module is granted what it requests");
    }
    print::lines(&render::section(report, verbosity));
    if !hints {
        return;
    }
    absent(report, arguments).for_each(|text| print::line(&text));
    let made = report.outputs.len() + report.attachments.len();
    match &arguments.output {
        Some(folder) if made > 0 => {
            print::line(&format!("files are in {}", SafeText::line(&folder.to_string_lossy())))
        }
        None if made > 0 => print::line("its files are not kept; say --output DIR to have them"),
        Some(_) | None => {}
    }
}

/// Trees that the hook may read and was not given.
fn absent<'a>(report: &'a HookReport, arguments: &'a RunArguments) -> impl Iterator<Item = String> + 'a {
    let trees = [
        ("results", report.grants.results, &arguments.results),
        ("sources", report.grants.sources, &arguments.sources),
    ];
    let absent = trees.into_iter().filter(|(_, granted, given)| *granted && given.is_none());
    absent.map(|(name, ..)| format!("note: it may read the {name}, and there are none; give --{name} DIR"))
}

fn has_policy(arguments: &RunArguments) -> bool {
    arguments.hook_policy.is_some() || layers::is_installed()
}

/// The policy that applies, and the phase to call. Where no policy is installed or given, the module gets what it
/// asks for: whoever tries a module on a machine of their own is its admin.
fn policy_and_phase(host: &Host, arguments: &RunArguments) -> Result<(Policy, Phase)> {
    let has_policy = has_policy(arguments);
    if let (true, Some(phase)) = (has_policy, arguments.phase) {
        return Ok((layers::policy(arguments.hook_policy.as_deref())?, phase));
    }
    let module = skink_module::Sealed::read(&arguments.module)?;
    let policy = has_policy.then(|| layers::policy(arguments.hook_policy.as_deref())).transpose()?;
    if let Some(policy) = &policy {
        let asked = policy.admit(arguments.project.as_deref(), &module.digest(), &Grants::default());
        if matches!(asked, Decision::Refused { .. }) {
            // The run refuses it too, and says why; nothing of the module is read.
            return Ok((policy.clone(), arguments.phase.unwrap_or(Phase::Check)));
        }
    }
    let described = admit::compiled(host, &module).map(|stored| skink_module::check(&stored.description));
    let Ok(Ok(manifest)) = described else {
        // So it is with a module that asks for nothing that can be read.
        let nothing = || as_requested(module.digest(), &Grants::default());
        return Ok((policy.map_or_else(nothing, Ok)?, arguments.phase.unwrap_or(Phase::Check)));
    };
    let phase = match (arguments.phase, manifest.phases.first(), manifest.phases.len()) {
        (Some(phase), _, _) => phase,
        (None, Some(only), 1) => *only,
        (None, _, _) => bail!("the module has several phases; say --phase"),
    };
    Ok((policy.map_or_else(|| as_requested(module.digest(), &manifest.grants), Ok)?, phase))
}

/// A policy by which a module gets what it asks for; its tools are this machine's own.
fn as_requested(module: Digest, grants: &Grants) -> Result<Policy> {
    let tools = grants.tools.iter().filter_map(|name| Some((name.clone(), program(name.as_str())?)));
    Ok(Policy::as_requested(module, grants, &tools.collect())?)
}

/// The program of that name on this machine.
fn program(name: &str) -> Option<PathBuf> {
    ["/usr/bin", "/usr/sbin"].iter().map(|folder| Path::new(folder).join(name)).find(|path| path.is_file())
}

fn trial(arguments: &RunArguments, phase: Phase) -> Result<Trial> {
    let settings = match arguments.settings.strip_prefix('@') {
        Some(path) => std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?,
        None => arguments.settings.clone(),
    };
    let settings = serde_json::from_str(&settings).context("the settings are no JSON")?;
    let module = arguments.module.canonicalize();
    let module = module.with_context(|| format!("cannot find {}", arguments.module.display()))?;
    let file: FileName = module.file_name().unwrap_or_default().to_string_lossy().parse()?;
    let stem =
        module.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase().replace('_', "-");
    let name: HookName = stem.parse().or_else(|_| "hook".parse())?;
    let build = if arguments.build_failed { BuildEnd::Failed } else { BuildEnd::Succeeded };
    let folder = module.parent().unwrap_or(Path::new("/")).to_owned();
    let lock = lock_of_module(&folder, &file)?;
    Ok(Trial {
        entry: HookEntry { lock, ..HookEntry::by_hand(name, file, phase, settings) },
        module_folder: folder,
        phase,
        facts: Facts {
            build: (phase != Phase::PreChroot).then_some(build),
            project: arguments.project.clone(),
            package: arguments.package.clone(),
            arch: arguments.arch.clone(),
            host_arch: std::env::consts::ARCH.to_owned(),
            recipe: arguments.recipe.clone(),
            ..Facts::default()
        },
        results: arguments.results.clone(),
        sources: arguments.sources.clone(),
        previous: arguments.previous.clone(),
        build_log: arguments.build_log.clone(),
        output: arguments.output.clone(),
        report: arguments.hook_report.clone().map(|path| (path, arguments.hook_report_format)),
    })
}
