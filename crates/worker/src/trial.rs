//! One hook on a folder of packages, without any build: `skink hook run`.
//!
//! The way is the pipeline's own from admission on, so a verdict here is the verdict there.

use crate::admit::{Admission, Admitted, ModuleFolders};
use crate::call::Progress;
use crate::decide::decide;
use crate::hooks::{Planned, Surroundings, make_call, take_over};
use crate::journal::{Journal, Undo};
use crate::outbox::folder_of;
use crate::tool_roots::RootSource;
use crate::trees::{Trees, readable};
use crate::unmounts::Unmounts;
use crate::views::{View, Views};
use crate::{Host, WorkerError, publish, strays};
use skink_job::{Facts, Phase, ReportFormats};
use skink_policy::{HookEntry, Policy};
use skink_report::{HookReport, Report, Step};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

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
    /// The build's log.
    pub build_log: Option<PathBuf>,
    /// Where to leave attachments and the files of the outbox.
    pub output: Option<PathBuf>,
    /// Where to leave a report as of a whole job, and in which formats beside it.
    pub report: Option<(PathBuf, ReportFormats)>,
}

/// What becomes the report of the whole.
struct Whole {
    began: Instant,
    report: Report,
}

impl Whole {
    fn begin(trial: &Trial) -> Self {
        let began = Instant::now();
        let mut report = Report::new(trial.facts.clone(), SystemTime::now());
        report.sources = trial.sources.as_deref().map(crate::trees::names).unwrap_or_default();
        Self { began, report }
    }

    /// What was begun at `started` ends now.
    fn step(&mut self, name: &str, started: Instant) {
        self.report.steps.push(Step::between(name, self.began, started, Instant::now()));
    }

    /// Leaves the report of this call where one was asked for.
    fn leave(mut self, trial: &Trial, call: &HookReport, kept: &Path) -> Result<(), WorkerError> {
        let Some((path, formats)) = &trial.report else { return Ok(()) };
        self.report.hooks.push(call.clone());
        let decision = decide(0, &self.report.hooks);
        self.report.ended(self.began.elapsed().into(), decision.code, decision.why);
        publish::write(&self.report, &publish::place(Some(path), Path::new(""), *formats), kept)
    }
}

/// Runs the hook. `Err` is a failure of the host; a refused module is a report.
pub fn run(
    host: &Host,
    policy: &Policy,
    trial: Trial,
    progress: &dyn Progress,
) -> Result<HookReport, WorkerError> {
    if let Some((path, formats)) = &trial.report {
        publish::check(&publish::place(Some(path), Path::new(""), *formats))?;
    }
    host.runners.foresee(1);
    let name = crate::host::unique();
    let (journal, notes) = Journal::open(&host.state.join("journal"), &name)?;
    notes.iter().for_each(|note| tracing::warn!(%note));
    let folder = host.state.join("jobs").join(&name);
    let removal = Undo::RemoveFolder { path: folder.clone() };
    let undos: Vec<Undo> = [removal].into_iter().chain(strays::undo(&folder)?).collect();
    journal.intend(&undos)?;
    let scratch = host.job_folder(&name)?;
    let mut views = Views::new(scratch.join("views"))?;
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
    let roots = RootSource { build: None, tell: &|line| progress.note(line), verbose: false };
    let admission = Admission { host, policy, project, folders: &folders, scratch, roots };
    let mut whole = Whole::begin(&trial);
    let admitted = admission.admit(trial.entry.clone());
    whole.step("admit", whole.began);
    let hook = match admitted {
        Ok(hook) => hook,
        Err(refusal) => {
            let report = refusal.report();
            whole.leave(&trial, &report, Path::new(""))?;
            return Ok(report);
        }
    };
    let started = Instant::now();
    let around = surroundings(host, &trial, &hook, scratch, (views, whole.began))?;
    whole.step("inputs", started);
    let _listening = host.interrupts.listen().map_err(WorkerError::file("listen for signals to", scratch))?;
    let started = Instant::now();
    let called = make_call(&around, Planned { hook: &hook, phase: trial.phase }, progress);
    let report = take_over(&around, called);
    whole.step(trial.phase.as_str(), started);
    whole.leave(&trial, &report, &around.kept)?;
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
    (views, began): (&mut Views, Instant),
) -> Result<Surroundings<'a>, WorkerError> {
    let mut view = |folder: &Option<PathBuf>, view: View| -> Result<Option<PathBuf>, WorkerError> {
        let Some(folder) = folder else { return Ok(None) };
        let folder = folder.canonicalize().map_err(WorkerError::file("find", folder))?;
        views.of(view, &readable(&folder, &scratch.join(view.name()))?).map(Some)
    };
    let results = match view(&trial.results, View::Results)? {
        // What a transform or a check adds goes into a copy; the caller's folder stays as it is.
        Some(folder) if hook.allowed.grants.outbox || !hook.allowed.grants.attachments.is_empty() => {
            Some(crate::trees::copy(&folder, &scratch.join("results-copy"))?)
        }
        other => other,
    };
    let open = |log: &PathBuf| fs::File::open(log).map(Arc::new).map_err(WorkerError::file("open", log));
    let build_log = trial.build_log.as_ref().map(open).transpose()?;
    let (sources, previous) = (view(&trial.sources, View::Sources)?, view(&trial.previous, View::Previous)?);
    Ok(Surroundings {
        host,
        facts: trial.facts.clone(),
        began,
        trees: Trees { raw_results: results.clone(), results, sources, previous, build_log },
        packages: Vec::new(),
        statistics: Vec::new(),
        emulation: crate::effects::Emulation::InTrial,
        unmounts: Unmounts::of_trial(host),
        scratch: scratch.join("calls"),
        kept: scratch.join("kept"),
        attached: std::sync::Mutex::default(),
        delegated_by: None,
    })
}

fn keep_output(around: &Surroundings<'_>, report: &HookReport, output: &Path) -> Result<(), WorkerError> {
    fs::create_dir_all(output).map_err(WorkerError::file("create", output))?;
    let kept = around.kept.join(report.name.as_str());
    let attachments = report.attachments.iter().map(|file| kept.join(&file.name));
    let results = around.trees.results.iter();
    let outputs = results.flat_map(|results| {
        report.outputs.iter().map(|file| results.join(folder_of(&file.name)).join(&file.name))
    });
    for from in attachments.chain(outputs) {
        let Some(name) = from.file_name() else { continue };
        let to = output.join(name);
        fs::copy(&from, &to).map_err(WorkerError::file("write", &to))?;
    }
    Ok(())
}
