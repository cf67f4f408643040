//! Calling the hooks of one phase: in order, checks side by side where their order leaves them free.

use crate::admit::Admitted;
use crate::call::{CallResult, CallSpec, Progress, call};
use crate::effects::Emulation;
use crate::outbox::{Left, TakeError};
use crate::report::{HookReport, RunReport, Step, ToolReport};
use crate::standby::{ReadAs, Standby};
use crate::trees::Trees;
use crate::unmounts::Unmounts;
use crate::{Host, fault};
use skink_job::{Facts, HookName, Outcome, Phase, SafeText, Stage, ToolName, When};
use skink_protocol::ToolInfo;
use skink_tools::{RunEnd, Tool, ToolIdentity, ToolRun};
use skink_walls::Child;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// What all calls of a job share.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// The installation.
    pub host: &'a Host,
    /// The job's facts, with the build's end once it has ended.
    pub facts: Facts,
    /// When the job began.
    pub began: Instant,
    /// The job's trees.
    pub trees: Trees,
    /// Names of packages, where known.
    pub packages: Vec<String>,
    /// The build's statistics.
    pub statistics: Vec<(String, String)>,
    /// Whether anything can be emulated in this job.
    pub emulation: Emulation,
    /// Where mounts may be unmounted.
    pub unmounts: Unmounts,
    /// The folder for the calls' own folders, on the file system of the results.
    pub scratch: PathBuf,
    /// Where attachments are kept whatever happens to the build.
    pub kept: PathBuf,
    /// Attachments that joined the results, each with its hook.
    pub attached: Mutex<BTreeSet<(HookName, String)>>,
    /// The hook that has had another build in place of `build`, if one has.
    pub delegated_by: Option<HookName>,
}

/// One call to make.
#[derive(Debug, Clone, Copy)]
pub struct Planned<'a> {
    /// The hook.
    pub hook: &'a Admitted,
    /// The phase of this call.
    pub phase: Phase,
}

impl Planned<'_> {
    /// What of the call is known when it is known where the trees are, or are going to be.
    pub(crate) fn standby(self, trees: &Trees, scratch: &Path) -> Standby {
        let Self { hook, phase } = self;
        let trees = ReadAs { trees, raw: hook.is_raw() };
        let allowed = (&hook.allowed.grants, hook.allowed.limits);
        Standby::new((&hook.entry.name, phase), &hook.artefact, allowed, trees, scratch)
    }
}

impl Admitted {
    /// The tools it may run, for the broker, and what they are, for the guest.
    pub fn granted_tools(&self) -> (Vec<Tool>, Vec<ToolInfo>) {
        let info = |(tool, identity): &(Tool, ToolIdentity)| ToolInfo {
            name: tool.name.to_string(),
            version: identity.version.to_string(),
        };
        let tools = self.tools.iter();
        (tools.clone().map(|(tool, _)| tool.clone()).collect(), tools.map(info).collect())
    }

    /// Whether it sees the results without what hooks added.
    fn is_raw(&self) -> bool {
        self.entry.stage == Stage::Raw
    }
}

/// Why a hook is not called in this phase, if it is not.
pub fn skip_reason(hook: &Admitted, phase: Phase, facts: &Facts) -> Option<SafeText> {
    if !matches!(phase, Phase::Transform | Phase::Check) {
        return None; // before the build, or whatever happened
    }
    let failed = facts.build.is_some_and(|end| end != skink_job::BuildEnd::Succeeded);
    match (hook.entry.when, failed) {
        (When::Success, true) => {
            Some("the build did not succeed, and the hook runs after success only".into())
        }
        (When::Failure, false) => Some("the build succeeded, and the hook runs after a failure only".into()),
        (When::Success, false) | (When::Failure, true) | (When::Always, _) => None,
    }
}

/// A call that was made; what it left is not taken over yet.
#[derive(Debug)]
pub struct Called<'a> {
    hook: &'a Admitted,
    /// Where the call worked; none where it was never made.
    folder: Option<PathBuf>,
    /// Maybe not dead yet.
    runner: Option<Child>,
    report: HookReport,
}

/// Makes one call. The trees stay as they are.
pub fn make_call<'a>(around: &Surroundings<'_>, planned: Planned<'a>, progress: &dyn Progress) -> Called<'a> {
    let Planned { hook, phase } = planned;
    let standby = planned.standby(&around.trees, &around.scratch);
    let started = Instant::now();
    progress.begun(&hook.entry.name);
    let mut result = call(around.host, spec(around, hook, &standby), progress);
    progress.ended(&hook.entry.name);
    let mut report = describe(hook, phase, &result, around.began);
    report.steps.push(Step::between("call", around.began, started, Instant::now()));
    Called { hook, folder: Some(standby.folder), runner: result.runner.take(), report }
}

/// Takes over what a call left. The trees change only if the hook passed.
pub fn take_over(around: &Surroundings<'_>, called: Called<'_>) -> HookReport {
    let Called { hook, folder, runner, mut report } = called;
    let Some(folder) = folder else { return report };
    let started = Instant::now();
    // Nobody writes there any more.
    drop(runner);
    if let Err(e) = take(around, hook, &folder, &mut report) {
        report.outcome = e.outcome();
    }
    let _ = std::fs::remove_dir_all(&folder);
    report.steps.push(Step::between("take-over", around.began, started, Instant::now()));
    report
}

fn spec<'a>(around: &'a Surroundings<'_>, hook: &'a Admitted, standby: &'a Standby) -> CallSpec<'a> {
    let (tools, tool_infos) = hook.granted_tools();
    CallSpec {
        standby,
        facts: &around.facts,
        settings: hook.entry.settings.to_string(),
        grants: &hook.allowed.grants,
        tools,
        tool_infos,
        trees: &around.trees,
        raw: hook.is_raw(),
        packages: &around.packages,
        statistics: &around.statistics,
        emulation: &around.emulation,
        delegated_by: around.delegated_by.as_ref(),
        unmounts: &around.unmounts,
        now: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()),
    }
}

/// One run of a tool, in a job that began at `began`.
pub(crate) fn told(run: &ToolRun, began: Instant) -> RunReport {
    let end = match &run.exit {
        RunEnd::Code(code) => format!("exit code {code}"),
        RunEnd::Signal(signal) => format!("signal {signal}"),
        RunEnd::Killed => "killed".to_owned(),
        RunEnd::Limit(kind) => format!("limit {kind}"),
        RunEnd::NotStarted(why) => format!("not started: {why}"),
    };
    RunReport::new(run.args.clone(), end, began, run.started, run.millis)
}

/// A report of a call, before its files are taken over.
fn describe(hook: &Admitted, phase: Phase, result: &CallResult, began: Instant) -> HookReport {
    let runs = |name: &ToolName| {
        let runs = result.tools.runs.iter().filter(|run| run.tool == *name);
        runs.map(|run| told(run, began)).collect()
    };
    let tool = |(tool, identity): &(Tool, ToolIdentity)| ToolReport {
        name: tool.name.to_string(),
        version: identity.version.clone(),
        sha256: identity.digest.to_string(),
        root: tool.root.name().to_owned(),
        root_address: tool.root.address().map(ToString::to_string),
        runs: runs(&tool.name),
    };
    HookReport {
        tools: hook.tools.iter().map(tool).collect(),
        findings: result.findings.clone(),
        denied: result.denied.clone(),
        log: result.log.clone(),
        plan: result.edits.clone(),
        effects: result.effects.clone(),
        usage: result.usage,
        ..blank(hook, phase, result.outcome.clone())
    }
}

/// A report of a hook that did nothing yet.
pub fn blank(hook: &Admitted, phase: Phase, outcome: Outcome) -> HookReport {
    HookReport {
        layer: hook.entry.layer.to_string(),
        on_failure: hook.allowed.on_failure(hook.entry.on_failure),
        on_limit: hook.allowed.on_limit(hook.entry.on_failure),
        rule: hook.allowed.rule.to_string(),
        locked: hook.entry.lock.is_some(),
        grants: hook.allowed.grants.clone(),
        limits: hook.allowed.limits,
        ..HookReport::new(hook.entry.name.clone(), Some(phase), hook.module.clone(), outcome)
    }
}

/// Attachments are kept beside the report whatever the verdict. They and the outbox join the results, all or
/// nothing, if the hook passed and the results are not handed back yet.
fn take(
    around: &Surroundings<'_>,
    hook: &Admitted,
    folder: &Path,
    report: &mut HookReport,
) -> Result<(), TakeError> {
    let left = Left::look(folder, &hook.allowed.grants, &hook.allowed.limits)?;
    left.keep(&around.kept.join(hook.entry.name.as_str()))?;
    report.attachments.clone_from(&left.attachments);
    let joins = matches!(report.phase, Some(Phase::Transform | Phase::Check));
    let passed = matches!(report.outcome, Outcome::Passed | Outcome::Unchanged { .. });
    if let (true, true, Some(results)) = (joins, passed, &around.trees.results) {
        let mut attached = around.attached.lock().unwrap_or_else(PoisonError::into_inner);
        let own = |name: &str| (hook.entry.name.clone(), name.to_owned());
        fault::point("outbox-merging");
        left.join(results, |name| attached.contains(&own(name)))?;
        fault::point("outbox-merged");
        attached.extend(left.attachments.iter().map(|file| own(&file.name)));
        report.joined = !left.outbox.is_empty() || !left.attachments.is_empty();
        report.outputs = left.outbox;
    }
    Ok(())
}

fn names(list: &[skink_policy::At<HookName>], name: &HookName) -> bool {
    list.iter().any(|at| at.value == *name)
}

/// Groups of calls that may run side by side, by `after` and `before` among them.
pub fn levels<'a>(ordered: &[Planned<'a>]) -> Vec<Vec<Planned<'a>>> {
    let mut depth: Vec<usize> = Vec::with_capacity(ordered.len());
    for (i, planned) in ordered.iter().enumerate() {
        let entry = &planned.hook.entry;
        let waits_for = |other: &Planned<'_>| {
            names(&entry.after, &other.hook.entry.name) || names(&other.hook.entry.before, &entry.name)
        };
        let earlier = ordered.iter().take(i).zip(&depth);
        depth.push(
            earlier.filter(|(other, _)| waits_for(other)).map(|(_, depth)| depth + 1).max().unwrap_or(0),
        );
    }
    let deepest = depth.iter().max().map_or(0, |deepest| deepest + 1);
    let at =
        |level| ordered.iter().zip(&depth).filter(move |(_, d)| **d == level).map(|(planned, _)| *planned);
    (0..deepest).map(|level| at(level).collect()).collect()
}

/// Runs a group side by side. What they left is taken over once all have ended, in the group's order, so that
/// none of them sees half of another's.
pub fn run_group(
    around: &Surroundings<'_>,
    group: &[Planned<'_>],
    progress: &dyn Progress,
) -> Vec<HookReport> {
    let called: Vec<Called<'_>> = if let [only] = group {
        vec![make_call(around, *only, progress)]
    } else {
        std::thread::scope(|scope| {
            let mut threads = Vec::new();
            for planned in group.iter().copied() {
                threads.push((planned, scope.spawn(move || make_call(around, planned, progress))));
            }
            threads
                .into_iter()
                .map(|(planned, thread)| thread.join().unwrap_or_else(|_| died(planned)))
                .collect()
        })
    };
    called.into_iter().map(|called| take_over(around, called)).collect()
}

fn died(planned: Planned<'_>) -> Called<'_> {
    let detail = SafeText::from("the thread of this call died; please report this as a bug of skink");
    let report = blank(planned.hook, planned.phase, Outcome::HostError { detail });
    Called { hook: planned.hook, folder: None, runner: None, report }
}
