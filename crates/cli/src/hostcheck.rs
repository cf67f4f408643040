//! `skink hostcheck`: whether this worker takes a job, in the words of `bs_worker`.
//!
//! `bs_worker` runs its host check by one word and without a shell, so the program also answers to the name
//! `skink-hostcheck`.

use crate::allocate::Files;
use anyhow::{Context, Result};
use clap::Args;
use skink_job::{Allocation, NamedFacts, SafeText};
use skink_worker::allocate::{
    Asked, Described, HostCheck, Side, Verdict, admit_all, exit_code, facts_of_this_machine, with_allocator,
};
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// The name by which `bs_worker` can call it.
pub(crate) const NAME: &str = "skink-hostcheck";

/// Time for all hooks. The dispatcher waits ten seconds for the worker.
const WITHIN: Duration = Duration::from_secs(7);

#[derive(Debug, Args)]
pub(crate) struct HostCheckArguments {
    /// The source server; not asked.
    #[arg(long, value_name = "URL")]
    srcserver: Option<String>,
    /// A label of this worker; may stand several times.
    #[arg(long, value_name = "LABEL", env = "SKINK_HOSTLABELS", value_delimiter = ' ')]
    hostlabel: Vec<String>,
    /// The kind of the worker's sandbox, such as chroot or kvm.
    #[arg(long, value_name = "KIND", env = "SKINK_SANDBOX")]
    sandbox: Option<String>,
    /// The worker's name, such as host:1.
    #[arg(long, value_name = "NAME", env = "SKINK_WORKERID")]
    workerid: Option<String>,
    #[command(flatten)]
    files: Files,
    /// The job file.
    job: PathBuf,
    /// `precheck` before the build, `succeeded` or `failed` after it.
    when: String,
    /// The build root before the build, its log after it; not looked at.
    place: Option<PathBuf>,
}

/// The arguments as `skink` reads them, where the program was called by its other name.
pub(crate) fn as_verb(called_as: &OsStr, arguments: Vec<OsString>) -> Vec<OsString> {
    if Path::new(called_as).file_name() != Some(OsStr::new(NAME)) {
        return arguments;
    }
    let rest = arguments.into_iter().skip(1);
    [called_as.to_owned(), OsString::from("hostcheck")].into_iter().chain(rest).collect()
}

/// Never fails: what goes wrong here is told, and the job is taken.
pub(crate) fn main(arguments: &HostCheckArguments) -> ExitCode {
    let when = match arguments.when.as_str() {
        "precheck" => HostCheck::Before,
        _ => HostCheck::After,
    };
    if when == HostCheck::After {
        return ExitCode::from(exit_code(when, None));
    }
    let verdict = match ask(arguments) {
        Ok(verdict) => Some(verdict),
        Err(error) => {
            tell(&format!("nobody was asked, and the job is taken: {error:#}"));
            None
        }
    };
    if let Some(verdict) = &verdict {
        tell(&verdict.to_string());
    }
    ExitCode::from(exit_code(when, verdict.as_ref()))
}

fn ask(arguments: &HostCheckArguments) -> Result<Verdict> {
    let policy = arguments.files.policy()?;
    let job = skink_obs::read_buildinfo(&arguments.job)?;
    let described = Described {
        hostlabels: arguments.hostlabel.iter().filter(|label| !label.is_empty()).cloned().collect(),
        sandbox: arguments.sandbox.clone(),
        workerid: arguments.workerid.clone(),
    };
    let worker: NamedFacts = facts_of_this_machine(&described);
    let asked = Asked::new(job, Allocation { worker, ..Allocation::default() });
    if policy.allocate_hooks().is_empty() {
        return Ok(Verdict::of_nobody());
    }
    let host = arguments.files.host()?;
    let hooks = admit_all(&host, &policy, arguments.files.modules());
    let _listening = host.interrupts.listen().context("cannot listen for signals")?;
    Ok(with_allocator(&host, &hooks, |hooks| hooks.ask(&asked, Side::Worker, WITHIN)))
}

/// On standard error, which `bs_worker` has in its own log.
fn tell(what: &str) {
    let _ = writeln!(std::io::stderr().lock(), "skink hostcheck: {}", SafeText::line(what).truncated(1000));
}
