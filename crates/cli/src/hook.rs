//! `skink hook`: try one hook on a folder of packages, as an ordinary user too; lock those of a `_hooks`.

mod call;
mod lock;

use crate::{layers, print};
use anyhow::{Result, bail};
use call::as_requested;
use clap::{Args, Subcommand, ValueEnum};
use skink_job::{Outcome, Phase, ReportFormats, SafeText};
use skink_obs::Verbosity;
use skink_worker::Host;
use skink_worker::render::{self, Shown};
use skink_worker::report::HookReport;
use skink_worker::status::{Status, StatusProgress};
use skink_worker::trial;
use std::path::PathBuf;
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
    pub(crate) module: PathBuf,
    /// The folder of packages to look at.
    #[arg(long, value_name = "DIR")]
    pub(crate) results: Option<PathBuf>,
    /// The folder of the package's sources.
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,
    /// The folder of the previous build's packages.
    #[arg(long, value_name = "DIR")]
    pub(crate) previous: Option<PathBuf>,
    /// The build's log.
    #[arg(long, value_name = "FILE")]
    build_log: Option<PathBuf>,
    /// The job claims that its build has failed.
    #[arg(long)]
    build_failed: bool,
    /// Where to leave attachments and files that the hook adds; without it they are told and not kept.
    #[arg(long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// The phase to call; needed where the module has several.
    #[arg(long, value_parser = phase)]
    pub(crate) phase: Option<Phase>,
    /// The hook's settings: JSON, or @FILE.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub(crate) settings: String,
    /// The project that the job claims to be of.
    #[arg(long)]
    pub(crate) project: Option<String>,
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
    pub(crate) hook_policy: Option<PathBuf>,
    /// Skink's folder for compiled modules [default: ~/.local/state/skink, for root /var/lib/skink]
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// How to print the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl RunArguments {
    /// As the command line has them that names nothing but the module.
    pub(crate) fn of(module: PathBuf) -> Self {
        Self {
            module,
            results: None,
            sources: None,
            previous: None,
            build_log: None,
            build_failed: false,
            output: None,
            phase: None,
            settings: "{}".to_owned(),
            project: None,
            package: None,
            arch: std::env::consts::ARCH.to_owned(),
            recipe: String::new(),
            hook_report: None,
            hook_report_format: ReportFormats::default(),
            hook_policy: None,
            state: None,
            format: Format::Text,
        }
    }
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

/// Calls the hook as the command line says. A refused module is a report.
pub(crate) fn call(arguments: &RunArguments, verbosity: Verbosity) -> Result<HookReport> {
    let host = Host::open(&std::env::current_exe()?, arguments.state.clone())?;
    let (policy, phase) = call::policy_and_phase(&host, arguments)?;
    if phase == Phase::Allocate {
        bail!("a hook of the phase allocate is asked by `skink allocate --ask FILE`");
    }
    let status = Status::stderr(Shown::Progress.at(verbosity));
    let progress = StatusProgress::new(status.clone());
    let report = trial::run(&host, &policy, call::trial(arguments, phase)?, &progress);
    status.close();
    Ok(report?)
}

fn try_one(arguments: &RunArguments, verbosity: Verbosity) -> Result<ExitCode> {
    let report = call(arguments, verbosity)?;
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
