//! The way of a job, from its layers to its clean-up. Each step is one function; read [`run`] top to bottom.

use crate::admit::{Admission, Admitted};
use crate::decide::{Decision, decide};
use crate::hooks::{Planned, Surroundings, blank, levels, make_call, run_group, skip_reason, take_over};
use crate::interrupts::Listening;
use crate::journal::{Journal, Undo};
use crate::layers::Layers;
use crate::log::{Log, LogProgress};
use crate::render;
use crate::report::{Report, Step};
use crate::staging::Staging;
use crate::trees::{self, Trees, readable};
use crate::views::Views;
use crate::{Host, WorkerError, fault, publish};
use skink_job::{Outcome, Phase};
use skink_module::Replaces;
use skink_obs::{
    BuildProcess, Invocation, LineSink, ProcessError, RealBuild, RewriteRequest, Rewritten, ScratchFolder,
    Special, rewrite,
};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

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
}

/// Runs the job and returns the exit code of `build`: 0 succeeded, 1 failed, 2 unchanged, 3 a failure of the host
/// before any input of the project was touched, others as the real `build` gave them.
pub fn run(job: &Job<'_>) -> i32 {
    let name = crate::host::unique();
    let (mut way, undone) = match Way::begin(job, &name) {
        Ok(begun) => begun,
        Err(e) => {
            job.log.line(&format!("skink: {e}"));
            return 3;
        }
    };
    way.report.notes.extend(undone.iter().map(|undo| format!("undone after a crash: {undo:?}").into()));
    let decision = match way.timed("admit", |way| way.admit(job)) {
        None => decide(0, &way.report.hooks),
        Some(hooks) => {
            let decision = way.through(job, &hooks).unwrap_or_else(|e| way.broken(&e));
            job.host.interrupts.forget();
            way.timed("cleanup", |way| way.phase(job, &hooks, Phase::Cleanup));
            decision
        }
    };
    way.finish(job, decision)
}

/// What one job carries along its way.
struct Way<'a> {
    around: Surroundings<'a>,
    journal: Journal,
    report: Report,
    name: String,
    scratch: PathBuf,
    root: PathBuf,
    staging: Option<Staging>,
    views: Views,
    /// Where `build` finds the files that the plan changed.
    build_folder: ScratchFolder,
    /// From the first hook call on, signals end the job in good order.
    listening: Option<Listening>,
}

/// `build`'s lines go to the log as they come.
struct ToLog<'a>(&'a Log);

impl LineSink for ToLog<'_> {
    fn line(&mut self, line: &[u8]) {
        self.0.build_line(line);
    }
}

fn special(replaced: Replaces) -> Special {
    match replaced {
        Replaces::Rpmlint => Special::Rpmlint,
        Replaces::Baselibs => Special::Baselibs,
        Replaces::BuildCompare => Special::BuildCompare,
    }
}

impl<'a> Way<'a> {
    fn begin(job: &Job<'a>, name: &str) -> Result<(Self, Vec<Undo>), WorkerError> {
        let host = job.host;
        let (mut journal, undone) = Journal::open(&host.state.join("journal"), name)?;
        fault::point("journal-opened");
        let scratch = host.state.join("jobs").join(name);
        journal.intend(Undo::RemoveFolder { path: scratch.clone() })?;
        host.job_folder(name)?;
        let facts = job.invocation.facts();
        let around = Surroundings {
            host,
            facts: facts.clone(),
            trees: Trees::default(),
            packages: Vec::new(),
            statistics: Vec::new(),
            scratch: scratch.join("calls"),
            kept: scratch.join("kept"),
        };
        let mut report = Report::new(facts);
        report.notes = job.layers.merged.notes.clone();
        let root = job.invocation.root(job.real);
        fault::point("layers-merged");
        let views = Views::new(scratch.join("views"));
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
                listening: None,
            },
            undone,
        ))
    }

    fn through(&mut self, job: &Job<'_>, hooks: &[Admitted]) -> Result<Decision, WorkerError> {
        let listening = job.host.interrupts.listen();
        self.listening = Some(listening.map_err(WorkerError::file("listen for signals to", &self.root))?);
        self.timed("inputs", |way| way.inputs(job, hooks))?;
        self.timed("pre-chroot", |way| way.pre_chroot(job, hooks));
        let so_far = self.decide(job, 0);
        if so_far.code != 0 {
            return Ok(so_far);
        }
        let rewritten = self.timed("plan", |way| way.rewrite(job, hooks))?;
        let code = self.timed("build", |way| way.build(job, &rewritten))?;
        self.timed("snapshot", |way| way.snapshot(job))?;
        self.timed("transform", |way| way.phase(job, hooks, Phase::Transform));
        self.timed("check", |way| way.phase(job, hooks, Phase::Check));
        fault::point("checks-ended");
        let decision = self.decide(job, code);
        fault::point("decided");
        self.timed("hand-back", |way| way.hand_back(&decision))?;
        Ok(decision)
    }

    /// What became of it all, and of a signal that ended it.
    fn decide(&self, job: &Job<'_>, build_code: i32) -> Decision {
        let decision = decide(build_code, &self.report.hooks);
        match (decision.code, job.host.interrupts.signal()) {
            (0..=2, Some(signal)) => Decision { code: 1, why: Some(format!("{signal}").into()) },
            _ => decision,
        }
    }

    /// A failure of the host. Another host may do better only if nothing of the project ran on this one.
    fn broken(&self, error: &WorkerError) -> Decision {
        let not_started =
            matches!(error, WorkerError::Build(ProcessError::Start { .. } | ProcessError::SetUp { .. }));
        let called = self.report.hooks.iter().any(|hook| !matches!(hook.outcome, Outcome::Skipped { .. }));
        let code = if not_started && !called { 3 } else { 1 };
        Decision { code, why: Some(error.to_string().into()) }
    }

    fn timed<T>(&mut self, name: &'static str, step: impl FnOnce(&mut Self) -> T) -> T {
        let started = Instant::now();
        let value = tracing::info_span!("step", name).in_scope(|| step(self));
        self.report.steps.push(Step::since(name, started));
        value
    }

    /// Every hook is admitted before anything starts; one refusal that counts, and nothing does.
    fn admit(&mut self, job: &Job<'_>) -> Option<Vec<Admitted>> {
        let Layers { policy, merged, folders } = &job.layers;
        let project = self.around.facts.project.clone();
        let mut admitted = Vec::new();
        let scratch = self.scratch.clone();
        let (host, project) = (job.host, project.as_deref());
        let admission = Admission { host, policy, project, folders, scratch: &scratch };
        for entry in &merged.entries {
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
            let copy = self.scratch.join("sources");
            // Below the build root they are in the build's hands, as under a worker.
            let in_reach = folder.starts_with(&self.root);
            let folder = if in_reach { trees::copy(folder, &copy)? } else { readable(folder, &copy)? };
            self.around.trees.sources = Some(self.views.of(&folder)?);
        }
        let wanted = hooks.iter().any(|hook| hook.allowed.grants.previous);
        if let Some(folder) = job.invocation.previous().into_iter().find(|folder| wanted && folder.is_dir()) {
            // `build` removes the folder where it lies in the build root.
            let copy = trees::copy(&folder, &self.scratch.join("previous"))?;
            self.around.trees.previous = Some(self.views.of(&copy)?);
        }
        Ok(())
    }

    /// One after the other, since each may build on what the one before it planned.
    fn pre_chroot(&mut self, job: &Job<'_>, hooks: &[Admitted]) {
        self.around.packages = Vec::new();
        for planned in self.planned(job, hooks, Phase::PreChroot) {
            if self.skip_if_ended(job, &[planned]) {
                continue;
            }
            let called = make_call(&self.around, planned, &LogProgress::new(job.log));
            let report = take_over(&self.around, called);
            // A hook that did not pass leaves the plan as it was.
            if report.outcome == Outcome::Passed {
                self.report.plan.extend(report.plan.iter().cloned());
            }
            self.tell(job, report);
            fault::point("pre-chroot-called");
        }
    }

    fn rewrite(&mut self, job: &Job<'_>, hooks: &[Admitted]) -> Result<Rewritten, WorkerError> {
        let names: BTreeSet<&str> =
            hooks.iter().filter_map(|hook| hook.allowed.repository.as_deref()).collect();
        let repositories = names.into_iter().filter_map(|name| job.layers.policy.repository(name));
        let repositories: Vec<PathBuf> =
            repositories.flat_map(|repository| repository.packages.clone()).collect();
        let replaced: BTreeSet<Special> =
            hooks.iter().flat_map(|hook| hook.manifest.replaces.iter().copied()).map(special).collect();
        let request = RewriteRequest {
            edits: &self.report.plan,
            replaced: &replaced,
            scratch: &self.build_folder,
            repositories: &repositories,
        };
        let rewritten = rewrite(job.invocation, job.real, &request)?;
        if replaced.contains(&Special::BuildCompare) {
            skink_obs::Results::forget_previous(&self.root)
                .map_err(WorkerError::file("clear", &self.root))?;
        }
        self.report.notes.extend(rewritten.notes.iter().cloned());
        fault::point("plan-rewritten");
        Ok(rewritten)
    }

    fn build(&mut self, job: &Job<'_>, rewritten: &Rewritten) -> Result<i32, WorkerError> {
        let process = BuildProcess {
            build: job.real,
            args: &rewritten.args,
            environment: job.invocation.environment(),
            cwd: job.invocation.cwd(),
            scratch: &self.build_folder,
            log: job.log.path(),
            root: &self.root,
            nspawn: rewritten.nspawn.as_deref(),
        };
        fault::point("build-started");
        let exit = process.run(&mut ToLog(job.log))?;
        fault::point("build-ended");
        self.around.facts.build = Some(exit.build_end());
        let code = match (exit.signal(), exit.forwarded()) {
            (Some(signal), _) | (None, Some(signal)) => {
                job.log.line(&format!("skink: build was ended by signal {signal}"));
                1
            }
            (None, None) => i32::from(exit.code()),
        };
        self.report.build_exit_code = Some(code);
        Ok(code)
    }

    /// Takes the results out of the reach of everything that ran in the build root.
    fn snapshot(&mut self, job: &Job<'_>) -> Result<(), WorkerError> {
        let name = format!("{}{}", crate::root::STAGED_PREFIX, self.name);
        self.journal.intend(Undo::RemoveStaged { root: self.root.clone(), name: name.clone() })?;
        fault::point("snapshot-begun");
        let wants_raw = job.layers.merged.entries.iter().any(|entry| entry.stage == skink_job::Stage::Raw);
        let Some(staging) = Staging::take(&self.root, &name, wants_raw)? else { return Ok(()) };
        fault::point("snapshot-taken");
        self.report
            .notes
            .extend(staging.left_out.iter().map(|what| format!("left out of the results: {what}").into()));
        self.around.trees.results = Some(self.views.of(&staging.results())?);
        self.around.trees.raw_results = Some(self.views.of(&staging.raw_results())?);
        self.around.trees.build_log = job.log.path().map(ToOwned::to_owned);
        self.around.packages = staging.installed.clone();
        self.around.statistics = staging.statistics.clone();
        self.staging = Some(staging);
        Ok(())
    }

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
            for report in run_group(&self.around, &group, &LogProgress::new(job.log)) {
                self.tell(job, report);
            }
        }
    }

    /// The calls of one phase in their order; those that are not made are told at once.
    fn planned<'h>(&mut self, job: &Job<'_>, hooks: &'h [Admitted], phase: Phase) -> Vec<Planned<'h>> {
        let entries: Vec<_> = hooks.iter().map(|hook| hook.entry.clone()).collect();
        // The order was found to exist when the layers were read.
        let order = skink_policy::order(&entries, phase).unwrap_or_default();
        let in_phase = order.into_iter().filter_map(|i| hooks.get(i));
        let in_phase =
            in_phase.filter(|hook| hook.manifest.phases.contains(&phase) && hook.entry.may_run_in(phase));
        let mut planned = Vec::new();
        for hook in in_phase {
            let skip = (phase != Phase::PreChroot).then(|| skip_reason(hook, &self.around.facts)).flatten();
            match skip {
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
        render::section(&report).iter().for_each(|line| job.log.print(line));
        self.report.hooks.push(report);
    }

    fn hand_back(&mut self, decision: &Decision) -> Result<(), WorkerError> {
        let Some(staging) = &self.staging else { return Ok(()) };
        let adds =
            self.report.hooks.iter().any(|hook| !hook.outputs.is_empty() || !hook.attachments.is_empty());
        match decision.code {
            2 => crate::handback::mark_unchanged(&self.root)?,
            0 if adds => {
                let staged = staging.stage()?;
                fault::point("hand-back-staged");
                staged.make_visible()?;
                fault::point("hand-back-done");
            }
            _ => {}
        }
        Ok(())
    }

    /// Always: the report, the summary, and everything that is to be undone.
    fn finish(mut self, job: &Job<'_>, decision: Decision) -> i32 {
        self.report.decided(decision);
        render::summary(&self.report).iter().for_each(|line| job.log.print(line));
        let place = publish::place(job.invocation.hooks().report.as_deref(), &self.root);
        if let Err(e) = publish::write(&self.report, &place, &self.around.kept) {
            job.log.line(&format!("skink: {e}"));
        }
        fault::point("report-written");
        fault::point("cleanup-begun");
        if let Err(e) = self.views.close().and_then(|()| self.journal.close()) {
            job.log.line(&format!("skink: {e}; the next start tries again"));
        }
        fault::point("scratch-removed");
        self.report.exit_code
    }
}
