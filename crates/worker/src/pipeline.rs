//! The way of a job, from its layers to its clean-up. Each step is one function; read [`run`] top to bottom.

mod build;

use crate::admit::{Admission, Admitted};
use crate::decide::{Decision, decide};
use crate::effects::Emulation;
use crate::hooks::{Planned, Surroundings, blank, levels, run_group, skip_reason};
use crate::interrupts::Listening;
use crate::journal::Journal;
use crate::kill_watch::KillWatch;
use crate::layers::{Layers, LayersError};
use crate::log::{Log, LogProgress};
use crate::render::{self, Shown};
use crate::report::{Report, Step};
use crate::staging::Staging;
use crate::status::{Status, TaskId};
use crate::strays::Strays;
use crate::tool_roots::RootSource;
use crate::trees::{self, Trees, readable};
use crate::unmounts::Unmounts;
use crate::views::{View, Views};
use crate::{Host, WorkerError, delegate, fault, publish};
use skink_job::{Millis, Outcome, Phase, SafeText};
use skink_obs::{Invocation, RealBuild, ScratchFolder};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime};

/// One job.
#[derive(Debug)]
pub struct Job<'a> {
    /// The installation.
    pub host: &'a Host,
    /// What `build` was asked to do.
    pub invocation: &'a Invocation,
    /// The `build` that does it.
    pub real: &'a RealBuild,
    /// Who wants which hooks, and who allows them.
    pub layers: Layers,
    /// The build's log.
    pub log: &'a Log,
    /// When Skink was asked for it.
    pub began: Instant,
}

/// Runs the job and returns the exit code of `build`: 0 succeeded, 1 failed, 2 unchanged, others as the real `build`
/// gave them. A failure of the host is 1 here: the layers, inputs of the project, were read before.
pub fn run(job: &Job<'_>) -> i32 {
    let name = crate::host::unique();
    let (mut way, notes) = match Way::begin(job, &name) {
        Ok(begun) => begun,
        Err(e) => {
            job.log.line(&format!("skink: {e}"));
            return 1;
        }
    };
    way.report.notes.extend(notes);
    let decision = match way.timed("admit", |way| way.admit(job)) {
        None => decide(0, &way.report.hooks),
        Some(hooks) => {
            let decision = way.through(job, &hooks).unwrap_or_else(|e| broken(&e));
            way.kill_watch.end();
            job.host.interrupts.forget();
            way.timed("cleanup", |way| way.phase(job, &hooks, Phase::Cleanup));
            decision
        }
    };
    way.finish(job, decision)
}

/// Tells in log and report of a job that did not begin, because its layers cannot be read: what a former job left
/// there must not be taken for this one's. Gives its exit code.
pub fn not_begun(invocation: &Invocation, real: &RealBuild, log: &Log, error: &LayersError) -> i32 {
    let error = error.to_string();
    error.lines().for_each(|line| log.line(SafeText::line(line).as_str()));
    let mut report = Report::new(invocation.facts(), SystemTime::now());
    let why = error.lines().next().map(|line| SafeText::line(line.trim_start_matches("error: ")));
    report.ended(Millis::default(), 1, why);
    let place = publish::of(invocation, &invocation.root(real));
    let written = publish::check(&place).and_then(|()| publish::write(&report, &place, Path::new("")));
    if let Err(e) = written {
        log.line(&format!("skink: {e}"));
    }
    1
}

/// What one job carries along its way.
struct Way<'a> {
    around: Surroundings<'a>,
    journal: Arc<Journal>,
    report: Report,
    name: String,
    scratch: PathBuf,
    root: PathBuf,
    staging: Option<Staging>,
    views: Views,
    /// Where `build` finds the files that the plan changed.
    build_folder: ScratchFolder,
    /// Where it is shown what is being done, and the step that is.
    status: Status,
    step: TaskId,
    /// From the first hook call on, signals end the job in good order.
    listening: Option<Listening>,
    kill_watch: KillWatch,
    strays: Strays,
}

/// How far hooks are is not told where little is to be shown.
fn progress<'a>(job: &Job<'a>) -> Option<LogProgress<'a>> {
    Shown::Progress.at(job.invocation.hooks().verbosity).then(|| LogProgress::new(job.log))
}

/// Says that a call begins, since nothing is seen of a hook that is silent.
fn announce(job: &Job<'_>, planned: &Planned<'_>) {
    if Shown::Progress.at(job.invocation.hooks().verbosity) {
        job.log.print(&render::begun(&planned.hook.entry.name, planned.phase));
    }
}

/// The hooks of one phase in their order.
fn in_phase<'h>(job: &Job<'_>, hooks: &'h [Admitted], phase: Phase) -> Vec<&'h Admitted> {
    let order = job.layers.merged.orders.get(&phase).into_iter().flatten();
    // A hook that was refused, and may be by what its failure means, has no place in it.
    let admitted = order.filter_map(|name| hooks.iter().find(|hook| hook.entry.name == *name));
    admitted.filter(|hook| hook.manifest.phases.contains(&phase)).collect()
}

/// The name of a job's snapshot.
fn staged(job: &str) -> String {
    format!("{}{job}", crate::root::STAGED_PREFIX)
}

/// A failure of the host on the way.
fn broken(error: &WorkerError) -> Decision {
    Decision::failed(error.to_string().into())
}

impl<'a> Way<'a> {
    fn begin(job: &Job<'a>, name: &str) -> Result<(Self, Vec<SafeText>), WorkerError> {
        let host = job.host;
        let root = job.invocation.root(job.real);
        publish::check(&publish::of(job.invocation, &root))?;
        let (journal, notes) = Journal::open(&host.state.join("journal"), name)?;
        let journal = Arc::new(journal);
        fault::point("journal-opened");
        let scratch = host.state.join("jobs").join(name);
        let strays = Strays::begin(&journal, &scratch, &root, &staged(name))?;
        host.job_folder(name)?;
        let facts = job.invocation.facts();
        let around = Surroundings {
            host,
            facts: facts.clone(),
            began: job.began,
            trees: Trees::default(),
            packages: Vec::new(),
            statistics: Vec::new(),
            unmounts: Unmounts::of_job(host, &root, Arc::clone(&journal)),
            emulation: job.invocation.no_emulation().map_or(Emulation::InBuild, Emulation::Never),
            scratch: scratch.join("calls"),
            kept: scratch.join("kept"),
            attached: Mutex::default(),
            delegated_by: None,
        };
        let now = SystemTime::now();
        let mut report = Report::new(facts, now.checked_sub(job.began.elapsed()).unwrap_or(now));
        report.steps.push(Step::between("layers", job.began, job.began, Instant::now()));
        report.notes.clone_from(&job.layers.merged.notes);
        fault::point("layers-merged");
        let views = Views::new(scratch.join("views"))?;
        let plan = scratch.join("plan");
        std::fs::create_dir(&plan).map_err(WorkerError::file("create", &plan))?;
        let (name, build_folder) = (name.to_owned(), ScratchFolder::new(&plan)?);
        Ok((
            Self {
                around,
                journal,
                report,
                name,
                scratch,
                root,
                staging: None,
                views,
                build_folder,
                status: job.log.status().clone(),
                step: TaskId::default(),
                listening: None,
                kill_watch: KillWatch::default(),
                strays,
            },
            notes,
        ))
    }

    fn through(&mut self, job: &Job<'_>, hooks: &[Admitted]) -> Result<Decision, WorkerError> {
        let listening = job.host.interrupts.listen();
        self.listening = Some(listening.map_err(WorkerError::file("listen for signals to", &self.root))?);
        self.stand_by(job, hooks, &[Phase::PreChroot]);
        self.timed("inputs", |way| way.inputs(job, hooks))?;
        self.kill_watch.begin(&self.root, &job.host.interrupts);
        self.timed("pre-chroot", |way| way.phase(job, hooks, Phase::PreChroot));
        self.kill_watch.end(); // from here on it ends the build
        let so_far = self.decide(job, 0);
        if so_far.code != 0 {
            return Ok(so_far);
        }
        let planned = self.timed("plan", |way| way.plan(job, hooks))?;
        let so_far = self.decide(job, 0);
        if so_far.code != 0 {
            return Ok(so_far); // a signal came meanwhile
        }
        let code = self.timed("build", |way| way.build(job, hooks, &planned))?;
        self.timed("snapshot", |way| way.snapshot(job))?;
        self.kill_watch.begin(&self.root, &job.host.interrupts);
        self.timed("transform", |way| way.phase(job, hooks, Phase::Transform));
        self.timed("check", |way| way.phase(job, hooks, Phase::Check));
        fault::point("checks-ended");
        let decision = self.timed("decide", |way| way.decide(job, code));
        fault::point("decided");
        self.timed("hand-back", |way| way.hand_back(&decision))?;
        Ok(decision)
    }

    /// What became of it all, and of a signal that ended it.
    fn decide(&self, job: &Job<'_>, build_code: i32) -> Decision {
        let decision = decide(build_code, &self.report.hooks).told(job.invocation.is_of_service());
        match (decision.code, job.host.interrupts.signal()) {
            (0..=2, Some(signal)) => Decision::failed(format!("{signal}").into()),
            _ => decision,
        }
    }

    fn timed<T>(&mut self, name: &'static str, step: impl FnOnce(&mut Self) -> T) -> T {
        let (started, shown) = (Instant::now(), self.status.step(name));
        self.step = shown;
        let value = tracing::info_span!("step", name).in_scope(|| step(self));
        self.report.steps.push(Step::between(name, self.around.began, started, Instant::now()));
        self.status.end(shown);
        value
    }

    /// Every hook is admitted before anything starts; one refusal that counts, and nothing does.
    fn admit(&mut self, job: &Job<'_>) -> Option<Vec<Admitted>> {
        let Layers { policy, merged, folders } = &job.layers;
        job.host.runners.foresee(merged.orders.get(&Phase::PreChroot).map_or(0, Vec::len));
        let project = self.around.facts.project.clone();
        let mut admitted = Vec::new();
        let scratch = self.scratch.clone();
        let (host, project) = (job.host, project.as_deref());
        let tell = |line: &str| job.log.line(&format!("skink: {line}"));
        let roots = RootSource { build: Some(job.real), tell: &tell, verbose: false };
        let admission = Admission { host, policy, project, folders, scratch: &scratch, roots };
        for (done, entry) in (0..).zip(&merged.entries) {
            let (total, name) = (merged.entries.len() as u64, entry.name.as_str().into());
            self.status.at(self.step, done, total, &name);
            match admission.admit(entry.clone()) {
                Ok(hook) => admitted.push(hook),
                Err(refusal) => self.tell(job, refusal.report()),
            }
        }
        (decide(0, &self.report.hooks).code == 0).then_some(admitted)
    }

    /// Sources and previous results, out of the reach of the build.
    fn inputs(&mut self, job: &Job<'_>, hooks: &[Admitted]) -> Result<(), WorkerError> {
        if let Some(folder) = job.invocation.sources() {
            self.report.sources = trees::names(folder);
            let copy = self.scratch.join("sources");
            // Below the build root they are in the build's hands, as under a worker.
            let in_reach = folder.starts_with(&self.root);
            let folder = if in_reach { trees::copy(folder, &copy)? } else { readable(folder, &copy)? };
            self.around.trees.sources = Some(self.views.of(View::Sources, &folder)?);
        }
        let wanted = hooks.iter().any(|hook| hook.allowed.grants.previous);
        if let Some(folder) = job.invocation.previous().into_iter().find(|folder| wanted && folder.is_dir()) {
            // `build` removes the folder where it lies in the build root.
            let copy = trees::copy(&folder, &self.scratch.join("previous"))?;
            self.around.trees.previous = Some(self.views.of(View::Previous, &copy)?);
        }
        Ok(())
    }

    /// Has runners stand ready for the calls of these phases that are not skipped whatever becomes of the build.
    fn stand_by(&self, job: &Job<'_>, hooks: &[Admitted], phases: &[Phase]) {
        let Some(places) = self.views.places() else {
            let calls = phases.iter().map(|phase| in_phase(job, hooks, *phase).len()).sum();
            return job.host.runners.foresee(calls);
        };
        let planned =
            |phase: Phase| in_phase(job, hooks, phase).into_iter().map(move |hook| Planned { hook, phase });
        let calls = phases.iter().copied().flat_map(planned);
        job.host.runners.stand_by(calls.map(|call| call.standby(&places, &self.around.scratch)).collect());
    }

    /// Takes the results out of the reach of everything that ran in the build root.
    fn snapshot(&mut self, job: &Job<'_>) -> Result<(), WorkerError> {
        fault::point("snapshot-begun");
        // A build that came to no results has a log all the same.
        let log = job.log.reader().map_err(WorkerError::file("open the build's log below", &self.root))?;
        self.around.trees.build_log = log.map(Arc::new);
        let wants_raw = job.layers.merged.entries.iter().any(|entry| entry.stage == skink_job::Stage::Raw);
        let Some(staging) = Staging::take(&self.root, &staged(&self.name), wants_raw)? else { return Ok(()) };
        fault::point("snapshot-taken");
        self.report
            .notes
            .extend(staging.left_out.iter().map(|what| format!("left out of the results: {what}").into()));
        self.around.trees.results = Some(self.views.of(View::Results, &staging.results())?);
        let raw = self.views.of(View::RawResults, &staging.raw_results())?;
        self.around.trees.raw_results = Some(raw);
        self.around.packages = staging.installed.clone();
        self.around.statistics = staging.statistics.clone();
        self.report.results = staging.files()?;
        self.staging = Some(staging);
        Ok(())
    }

    /// One after the other, since each may build on what the one before it planned or added; checks side by side.
    fn phase(&mut self, job: &Job<'_>, hooks: &[Admitted], phase: Phase) {
        let groups = match phase {
            Phase::Check => levels(&self.planned(job, hooks, phase)),
            Phase::Allocate | Phase::PreChroot | Phase::Transform | Phase::Cleanup => {
                self.planned(job, hooks, phase).into_iter().map(|planned| vec![planned]).collect()
            }
        };
        for group in groups {
            if self.skip_if_ended(job, &group) {
                continue;
            }
            group.iter().for_each(|planned| announce(job, planned));
            for report in run_group(&self.around, &group, &progress(job)) {
                // A hook that did not pass leaves the plan as it was; but what one had unmounted is.
                if report.outcome == Outcome::Passed || phase == Phase::Cleanup {
                    if report.plan.iter().any(delegate::is_one) {
                        self.around.delegated_by = Some(report.name.clone());
                    }
                    self.report.plan.extend(report.plan.iter().cloned());
                    self.report.effects.extend(report.effects.iter().cloned());
                }
                self.tell(job, report);
            }
            if phase == Phase::PreChroot {
                fault::point("pre-chroot-called");
            }
        }
    }

    /// The calls of one phase in their order; those that are not made are told at once.
    fn planned<'h>(&mut self, job: &Job<'_>, hooks: &'h [Admitted], phase: Phase) -> Vec<Planned<'h>> {
        let mut planned = Vec::new();
        for hook in in_phase(job, hooks, phase) {
            match skip_reason(hook, phase, &self.around.facts) {
                Some(reason) => self.tell(job, blank(hook, phase, Outcome::Skipped { reason })),
                None => planned.push(Planned { hook, phase }),
            }
        }
        planned
    }

    /// After a signal no call is made any more.
    fn skip_if_ended(&mut self, job: &Job<'_>, group: &[Planned<'_>]) -> bool {
        let Some(signal) = job.host.interrupts.signal() else { return false };
        for Planned { hook, phase } in group {
            let reason = format!("{signal} ended the job").into();
            self.tell(job, blank(hook, *phase, Outcome::Skipped { reason }));
        }
        true
    }

    fn tell(&mut self, job: &Job<'_>, report: crate::report::HookReport) {
        render::section(&report, job.invocation.hooks().verbosity)
            .iter()
            .for_each(|line| job.log.print(line));
        self.report.hooks.push(report);
    }

    fn hand_back(&mut self, decision: &Decision) -> Result<(), WorkerError> {
        let Some(staging) = &self.staging else { return Ok(()) };
        let adds = self.report.hooks.iter().any(|hook| hook.joined);
        if decision.code == 0 && adds {
            let staged = staging.stage()?;
            fault::point("hand-back-staged");
            staged.make_visible()?;
            fault::point("hand-back-done");
        }
        // The script of 2021 leaves no such marker where it finds the build unchanged itself.
        let is_unchanged = decision.unchanged || decision.code == 2;
        if is_unchanged { crate::handback::mark_unchanged(&self.root) } else { Ok(()) }
    }

    /// Always: the report, the summary, and everything that is to be undone.
    fn finish(mut self, job: &Job<'_>, decision: Decision) -> i32 {
        let views = self.views.close(); // they are mounts in places of the job
        self.report.notes.extend(self.strays.end(&self.journal));
        fault::point("strays-ended");
        self.report.ended(self.around.began.elapsed().into(), decision.code, decision.why);
        render::summary(&self.report, job.invocation.hooks().verbosity)
            .iter()
            .for_each(|line| job.log.print(line));
        let place = publish::of(job.invocation, &self.root);
        if let Err(e) = publish::write(&self.report, &place, &self.around.kept) {
            job.log.line(&format!("skink: {e}"));
        }
        // A worker hands on the results and nothing else of the root.
        let is_of_worker = job.invocation.sources().is_some_and(|sources| sources.starts_with(&self.root));
        if is_of_worker
            && self.report.exit_code == 0
            && let Err(e) = publish::add_to_results(&self.report, &self.root)
        {
            job.log.line(&format!("skink: {e}"));
        }
        fault::point("report-written");
        fault::point("cleanup-begun");
        if let Err(e) = views.and_then(|()| self.journal.close()) {
            job.log.line(&format!("skink: {e}; the next start tries again"));
        }
        fault::point("scratch-removed");
        self.report.exit_code
    }
}
