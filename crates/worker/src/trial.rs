//! One hook on a folder of packages, without any build: `skink hook run`.
//!
//! The way is the pipeline's own from admission on, so a verdict here is the verdict there.

use crate::admit::{Admission, Admitted, ModuleFolders};
use crate::call::Progress;
use crate::hooks::{Planned, Surroundings, make_call, take_over};
use crate::journal::{Journal, Undo};
use crate::report::HookReport;
use crate::trees::{Trees, readable};
use crate::views::Views;
use crate::{Host, WorkerError};
use skink_job::{Facts, Phase};
use skink_policy::{HookEntry, Policy};
use std::fs;
use std::path::{Path, PathBuf};

/// What to run, on what.
#[derive(Debug)]
pub struct Trial {
    /// The hook; its module is a file of the package layer.
    pub entry: HookEntry,
    /// The folder that the module is in.
    pub module_folder: PathBuf,
    /// The phase to call.
    pub phase: Phase,
    /// The facts of the job it is to believe in.
    pub facts: Facts,
    /// The folder of packages.
    pub results: Option<PathBuf>,
    /// The folder of sources.
    pub sources: Option<PathBuf>,
    /// The folder of the previous build's packages.
    pub previous: Option<PathBuf>,
    /// Where to leave attachments and the files of the outbox.
    pub output: Option<PathBuf>,
}

/// Runs the hook. `Err` is a failure of the host; a refused module is a report.
pub fn run(
    host: &Host,
    policy: &Policy,
    trial: Trial,
    progress: &dyn Progress,
) -> Result<HookReport, WorkerError> {
    host.runners.foresee(1);
    let name = crate::host::unique();
    let (mut journal, notes) = Journal::open(&host.state.join("journal"), &name)?;
    notes.iter().for_each(|note| tracing::warn!(%note));
    journal.intend(Undo::RemoveFolder { path: host.state.join("jobs").join(&name) })?;
    let scratch = host.job_folder(&name)?;
    let mut views = Views::new(scratch.join("views"));
    let end = run_in(host, policy, trial, &scratch, &mut views, progress);
    views.close()?;
    journal.close()?;
    end
}

fn run_in(
    host: &Host,
    policy: &Policy,
    trial: Trial,
    scratch: &Path,
    views: &mut Views,
    progress: &dyn Progress,
) -> Result<HookReport, WorkerError> {
    let folders = ModuleFolders { package: Some(trial.module_folder.clone()), ..ModuleFolders::default() };
    let project = trial.facts.project.as_deref();
    let admission = Admission { host, policy, project, folders: &folders, scratch };
    let hook = match admission.admit(trial.entry.clone()) {
        Ok(hook) => hook,
        Err(refusal) => return Ok(refusal.report()),
    };
    let around = surroundings(host, &trial, &hook, scratch, views)?;
    let _listening = host.interrupts.listen().map_err(WorkerError::file("listen for signals to", scratch))?;
    let called = make_call(&around, Planned { hook: &hook, phase: trial.phase }, progress);
    let report = take_over(&around, called);
    if let Some(output) = &trial.output {
        keep_output(&around, &report, output)?;
    }
    Ok(report)
}

fn surroundings<'a>(
    host: &'a Host,
    trial: &Trial,
    hook: &Admitted,
    scratch: &Path,
    views: &mut Views,
) -> Result<Surroundings<'a>, WorkerError> {
    let mut view = |folder: &Option<PathBuf>, name: &str| -> Result<Option<PathBuf>, WorkerError> {
        let Some(folder) = folder else { return Ok(None) };
        let folder = folder.canonicalize().map_err(WorkerError::file("find", folder))?;
        views.of(&readable(&folder, &scratch.join(name))?).map(Some)
    };
    let results = match view(&trial.results, "results")? {
        // What a transform or a check adds goes into a copy; the caller's folder stays as it is.
        Some(folder) if hook.allowed.grants.outbox || !hook.allowed.grants.attachments.is_empty() => {
            Some(crate::trees::copy(&folder, &scratch.join("results-copy"))?)
        }
        other => other,
    };
    let (sources, previous) = (view(&trial.sources, "sources")?, view(&trial.previous, "previous")?);
    Ok(Surroundings {
        host,
        facts: trial.facts.clone(),
        trees: Trees { raw_results: results.clone(), results, sources, previous, build_log: None },
        packages: Vec::new(),
        statistics: Vec::new(),
        scratch: scratch.join("calls"),
        kept: scratch.join("kept"),
        attached: std::sync::Mutex::default(),
    })
}

fn keep_output(around: &Surroundings<'_>, report: &HookReport, output: &Path) -> Result<(), WorkerError> {
    fs::create_dir_all(output).map_err(WorkerError::file("create", output))?;
    let kept = around.kept.join(report.name.as_str());
    let attachments = report.attachments.iter().map(|file| kept.join(&file.name));
    let other = around.trees.results.iter().map(|results| results.join("OTHER"));
    let outputs = other.flat_map(|other| report.outputs.iter().map(move |file| other.join(&file.name)));
    for from in attachments.chain(outputs) {
        let Some(name) = from.file_name() else { continue };
        let to = output.join(name);
        fs::copy(&from, &to).map_err(WorkerError::file("write", &to))?;
    }
    Ok(())
}
