//! The build itself: by `build`, with what the hooks planned, or by a tool that one of them has had build instead.

use super::{Job, Way};
use crate::admit::Admitted;
use crate::delegate::{self, Delegation, Place};
use crate::effects::InEffect;
use crate::hooks::told;
use crate::interrupts::Signal;
use crate::log::Log;
use crate::{WorkerError, fault};
use skink_job::{BuildEnd, Phase};
use skink_module::Replaces;
use skink_obs::{BuildProcess, LineSink, RewriteRequest, Rewritten, Special, rewrite};
use skink_tools::{Mounts, ToolUsage};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// How a job is built.
pub(super) enum Planned<'a> {
    /// By `build`, called so.
    Build(Rewritten),
    /// By a tool.
    Tool(Delegation<'a>),
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

impl Way<'_> {
    /// What the hooks' edits come to.
    pub(super) fn plan<'h>(
        &mut self,
        job: &Job<'_>,
        hooks: &'h [Admitted],
    ) -> Result<Planned<'h>, WorkerError> {
        let Some(delegation) = Delegation::of(&self.report.plan, self.around.delegated_by.as_ref(), hooks)
        else {
            return self.rewrite(job, hooks).map(Planned::Build);
        };
        let tool = &delegation.tool.name;
        if !self.report.effects.is_empty() {
            return Err(WorkerError::Delegated { tool: tool.clone(), what: "programs emulated" });
        }
        if !self.report.plan.iter().all(delegate::is_one) {
            self.report
                .notes
                .push(format!("{tool} builds, so the other changes of the plan have no effect").into());
        }
        if let Some(place) = job.invocation.remote_repository() {
            let note = format!("{tool} builds, which has no network and gets no packages of {place}");
            self.report.notes.push(note.into());
        }
        Ok(Planned::Tool(delegation))
    }

    /// What `build` is called with.
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

    /// Builds; gives the exit code of `build`, or what it would be.
    pub(super) fn build(
        &mut self,
        job: &Job<'_>,
        hooks: &[Admitted],
        planned: &Planned<'_>,
    ) -> Result<i32, WorkerError> {
        let code = match planned {
            Planned::Build(rewritten) => self.by_build(job, hooks, rewritten)?,
            Planned::Tool(delegation) => self.by_tool(job, hooks, delegation)?,
        };
        self.report.job.build = self.around.facts.build;
        self.report.build_exit_code = Some(code);
        Ok(code)
    }

    fn by_build(
        &mut self,
        job: &Job<'_>,
        hooks: &[Admitted],
        rewritten: &Rewritten,
    ) -> Result<i32, WorkerError> {
        let effects = InEffect::begin(&self.report.effects, &self.name, &self.root, &self.journal)?;
        self.report.notes.extend(effects.note());
        let process = BuildProcess {
            build: job.real,
            args: &rewritten.args,
            environment: job.invocation.environment(),
            cwd: job.invocation.cwd(),
            scratch: &self.build_folder,
            log: job.log.path(),
            root: &self.root,
            nspawn: rewritten.nspawn.as_deref(),
            emulation: effects.emulation(),
        };
        fault::point("build-started");
        // While `build` works, the runners of all later calls stand up.
        self.stand_by(job, hooks, &[Phase::Transform, Phase::Check, Phase::Cleanup]);
        let exit = process.run(&mut ToLog(job.log), &|| job.host.interrupts.signal().map(|signal| signal.0));
        effects.end(&self.journal)?;
        let exit = exit?;
        fault::point("build-ended");
        self.around.facts.build = Some(exit.build_end());
        Ok(match exit.forwarded().or(exit.signal()) {
            Some(signal) => {
                job.log.line(&format!("skink: build was ended by {}", Signal(signal)));
                1
            }
            None => i32::from(exit.code()),
        })
    }

    fn by_tool(
        &mut self,
        job: &Job<'_>,
        hooks: &[Admitted],
        delegation: &Delegation<'_>,
    ) -> Result<i32, WorkerError> {
        let packages = delegate::packages(&job.invocation.package_folders(), &mut self.views, &self.scratch)?;
        let sources = self.around.trees.sources.clone().filter(|_| delegation.sources);
        let mounts = Mounts { sources, packages, ..Mounts::default() };
        let place = Place { scratch: &self.scratch, root: &self.root, mounts };
        self.stand_by(job, hooks, &[Phase::Transform, Phase::Check, Phase::Cleanup]);
        delegate::forget_results(&self.root)?;
        self.kill_watch.begin(&self.root, &job.host.interrupts);
        let ended = delegation.run(job.host, place, job.log);
        self.kill_watch.end();
        let ended = ended?;
        fault::point("build-ended");
        let is_done = ended.code == 0;
        self.around.facts.build = Some(if is_done { BuildEnd::Succeeded } else { BuildEnd::Failed });
        let left_out = ended.left_out.iter().map(|what| format!("left out of the results: {what}").into());
        self.report.notes.extend(left_out);
        self.tell_runs(delegation, &ended.usage);
        Ok(ended.code)
    }

    /// The runs of a tool are told with the hook that wanted them.
    fn tell_runs(&mut self, delegation: &Delegation<'_>, usage: &ToolUsage) {
        let began = self.around.began;
        let is_its = |hook: &&mut crate::report::HookReport| {
            hook.name == *delegation.hook && hook.phase == Some(Phase::PreChroot)
        };
        let mut tools =
            self.report.hooks.iter_mut().find(is_its).into_iter().flat_map(|hook| &mut hook.tools);
        if let Some(tool) = tools.find(|tool| tool.name == delegation.tool.name.as_str()) {
            tool.runs.extend(usage.runs.iter().map(|run| told(run, began)));
        }
    }
}
