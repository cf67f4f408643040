//! One hook call: a fresh runner, its descriptors, its frames, its end.
//!
//! The runner is not trusted. What it sends is decoded with limits, counted again and escaped; a malformed
//! frame, a flood or silence beyond the deadline ends the call, and dropping the child ends the process.

pub(crate) mod ended;
mod fit;
mod given;

use crate::effects::{Asked, Emulation};
use crate::standby::{NotPrepared, READY, Standby, prepared};
use crate::trees::Trees;
use crate::unmounts::{Seen, Unmounts};
use crate::{Host, WorkerError, delegate, fault, views};
use ended::{
    MAX_TEXT, crashed, host_error, outcome_of, over_time, safe_finding, size_of_edit, size_of_effect,
    size_of_finding,
};
pub use fit::fits;
use given::start;
use skink_job::{Facts, Finding, Grants, HookName, Outcome, Phase, SafeText, Usage};
use skink_protocol::{
    CallEnd, EffectRequest, FailureKind, FromRunner, ProtocolError, Reply, ToRunner, ToolInfo,
};
use skink_tools::Broker;
use skink_walls::Child;
use std::time::{Duration, Instant};

/// The most edits of the plan that one call may make.
const MAX_EDITS: usize = 1000;
/// The most requests without a grant that are told one by one; a runner tells no more of its own.
const MAX_DENIED: usize = 257;

/// What one call is made with.
#[derive(Debug)]
pub struct CallSpec<'a> {
    /// What was known of the call before, for which a runner may stand ready.
    pub standby: &'a Standby,
    /// The job's facts.
    pub facts: &'a Facts,
    /// The hook's settings as JSON text.
    pub settings: String,
    /// What it may do.
    pub grants: &'a Grants,
    /// Granted tools.
    pub tools: Vec<skink_tools::Tool>,
    /// What the tools say of themselves, for the guest.
    pub tool_infos: Vec<ToolInfo>,
    /// The trees of the job.
    pub trees: &'a Trees,
    /// Whether it sees the results without what hooks added.
    pub raw: bool,
    /// Names of packages, where known.
    pub packages: &'a [String],
    /// The build's statistics.
    pub statistics: &'a [(String, String)],
    /// Whether anything can be emulated in this job.
    pub emulation: &'a Emulation,
    /// The hook that has had another build in place of `build`, if one has.
    pub delegated_by: Option<&'a HookName>,
    /// Where mounts may be unmounted.
    pub unmounts: &'a Unmounts,
    /// Unix time in seconds for the guest's clock.
    pub now: u64,
}

/// What one call did.
#[derive(Debug)]
pub struct CallResult {
    /// How it ended.
    pub outcome: Outcome,
    /// What it used.
    pub usage: Usage,
    /// What it found.
    pub findings: Vec<Finding>,
    /// Its lines for the log.
    pub log: Vec<SafeText>,
    /// What it tried without a grant.
    pub denied: Vec<SafeText>,
    /// Edits of the plan.
    pub edits: Vec<skink_job::PlanEdit>,
    /// Effects on the host.
    pub effects: Vec<skink_job::HostEffect>,
    /// Runs of tools.
    pub tools: skink_tools::ToolUsage,
    /// The call's runner, which is killed when this is dropped. What it could write to is to be looked at then, not
    /// before: the verdict does not wait for the death of a process.
    pub runner: Option<Child>,
}

/// What is told while a call runs.
pub trait Progress: Sync {
    /// The hook's own words on how far it is.
    fn progress(&self, hook: &HookName, done: u64, total: u64, what: &SafeText);

    /// Something that takes long is done before a call.
    fn note(&self, _what: &str) {}

    /// A call begins.
    fn begun(&self, _hook: &HookName) {}

    /// A call has ended.
    fn ended(&self, _hook: &HookName) {}
}

/// None is told.
impl<P: Progress> Progress for Option<P> {
    fn progress(&self, hook: &HookName, done: u64, total: u64, what: &SafeText) {
        if let Some(progress) = self {
            progress.progress(hook, done, total, what);
        }
    }

    fn note(&self, what: &str) {
        if let Some(progress) = self {
            progress.note(what);
        }
    }

    fn begun(&self, hook: &HookName) {
        if let Some(progress) = self {
            progress.begun(hook);
        }
    }

    fn ended(&self, hook: &HookName) {
        if let Some(progress) = self {
            progress.ended(hook);
        }
    }
}

/// Makes one call. Every way it can end is an [`Outcome`].
pub fn call(host: &Host, spec: CallSpec<'_>, progress: &dyn Progress) -> CallResult {
    let started = Instant::now();
    let mut session = Session::default();
    let outcome = session.run(host, &spec, progress);
    session.usage.wall_time = skink_job::Millis::from(started.elapsed()).0;
    session.usage.tool_time = session.tools.tool_time.0;
    session.usage.tool_memory = session.tools.tool_memory;
    session.usage.tool_processes = session.tools.tool_processes;
    session.usage.scratch_bytes = session.tools.scratch_bytes;
    session.ended(outcome)
}

#[derive(Default)]
struct Session {
    usage: Usage,
    findings: Vec<Finding>,
    log: Vec<SafeText>,
    denied: Vec<SafeText>,
    edits: Vec<skink_job::PlanEdit>,
    effects: Asked,
    mounts: Seen,
    tools: skink_tools::ToolUsage,
    /// Bytes of frames that need no answer, counted here too.
    told: u64,
    runner: Option<Child>,
}

impl Session {
    fn ended(self, outcome: Outcome) -> CallResult {
        let Self { usage, findings, log, denied, edits, effects, mounts, tools, told: _, runner } = self;
        let effects = [effects.into_effects(), mounts.into_effects()].concat();
        CallResult { outcome, usage, findings, log, denied, edits, effects, tools, runner }
    }

    fn run(&mut self, host: &Host, spec: &CallSpec<'_>, progress: &dyn Progress) -> Outcome {
        let mut child = match host.runners.take_for(spec.standby) {
            Ok(child) => child,
            Err(e) => return host_error(&e.to_string()),
        };
        fault::point("runner-spawned");
        let killer = match child.killer() {
            Ok(killer) => killer,
            Err(e) => return host_error(&e.to_string()),
        };
        let _watch = host.interrupts.watch(move || killer.kill());
        let ended = self.converse(host, &mut child, spec, progress);
        if let Some(signal) = host.interrupts.signal() {
            return host_error(&format!("{signal} ended it"));
        }
        match ended {
            Ok(outcome) => {
                self.runner = Some(child);
                outcome
            }
            Err(Broken::Host(e)) => host_error(&e.to_string()),
            Err(Broken::Protocol(ProtocolError::Deadline)) => {
                child.kill();
                over_time(&spec.standby.limits)
            }
            Err(Broken::Protocol(e)) => crashed(child, &e),
            Err(Broken::Ended(outcome)) => outcome,
        }
    }

    fn converse(
        &mut self,
        host: &Host,
        child: &mut Child,
        spec: &CallSpec<'_>,
        progress: &dyn Progress,
    ) -> Result<Outcome, Broken> {
        start(child, spec)?;
        // The time of the hook begins when the host has done its part.
        prepared(child)?;
        let limits = &spec.standby.limits;
        let wall = Duration::from(limits.wall_time);
        let deadline = Instant::now() + wall;
        fault::point("call-started");
        let mounts = skink_tools::Mounts {
            results: if spec.raw { spec.trees.raw_results.clone() } else { spec.trees.results.clone() }
                .filter(|_| spec.grants.results),
            sources: spec.trees.sources.clone().filter(|_| spec.grants.sources),
            previous: spec.trees.previous.clone().filter(|_| spec.grants.previous),
            packages: Vec::new(),
        };
        let launcher = crate::host::launcher(child.owner())?;
        let scratch = spec.standby.folder.join("tools");
        if !spec.tools.is_empty() {
            views::make_passage(&scratch)?;
        }
        let mut broker = Broker::new(launcher, spec.tools.clone(), mounts, scratch, limits, deadline);
        let _watch = host.interrupts.watch(broker.ender());
        // The runner stops its guest itself; only if that fails does the deadline here end the process.
        let patience = deadline + (wall / 20).max(Duration::from_millis(500));
        let end = self.serve(child, spec, &mut broker, patience, progress);
        self.tools = broker.finish();
        let end = end?;
        fault::point("call-ended");
        self.merge_usage(end.usage);
        Ok(match (self.tools.problems.first(), &self.tools.limit) {
            (Some(problem), _) => Outcome::HostError { detail: problem.clone() },
            // A tool that met a limit decides, whatever the guest made of the answer.
            (None, Some(met)) => {
                Outcome::Limit { kind: met.kind, detail: SafeText::from(met.detail.as_str()) }
            }
            (None, None) => verdict(outcome_of(end.end, &self.log), spec),
        })
    }

    fn serve(
        &mut self,
        child: &mut Child,
        spec: &CallSpec<'_>,
        broker: &mut Broker,
        patience: Instant,
        progress: &dyn Progress,
    ) -> Result<CallEnd, Broken> {
        loop {
            let answer = match child.channel.receive::<FromRunner>(Some(patience))?.message {
                FromRunner::Findings(raw) => {
                    self.count(raw.iter().map(size_of_finding).sum(), spec)?;
                    self.findings.extend(raw.into_iter().map(safe_finding));
                    continue;
                }
                FromRunner::Progress { done, total, what } => {
                    progress.progress(&spec.standby.hook, done, total, &SafeText::from(what).truncated(200));
                    continue;
                }
                FromRunner::Log(text) => {
                    self.count(text.len() as u64, spec)?;
                    self.log.extend(text.lines().map(|line| SafeText::line(line).truncated(MAX_TEXT)));
                    continue;
                }
                FromRunner::Denied { what } => {
                    self.count(what.len() as u64, spec)?;
                    self.deny(what);
                    continue;
                }
                FromRunner::Plan(edit) => {
                    self.count(size_of_edit(&edit), spec)?;
                    self.plan(edit, spec, broker)
                }
                FromRunner::Tool(request) => {
                    let answer = broker.request(request);
                    if let Err((FailureKind::Denied, why)) = &answer {
                        self.deny(why.clone());
                    }
                    answer
                }
                FromRunner::Effect(request) => {
                    self.count(size_of_effect(&request), spec)?;
                    self.effect(&request, spec)
                }
                FromRunner::End(end) => return Ok(*end),
                FromRunner::Ready { .. } | FromRunner::Prepared { .. } | FromRunner::Probed(_) => {
                    return Err(Broken::Protocol(ProtocolError::Closed));
                }
            };
            child.channel.send(&ToRunner::Reply(answer), Some(patience))?;
        }
    }

    fn plan(
        &mut self,
        edit: skink_job::PlanEdit,
        spec: &CallSpec<'_>,
        broker: &Broker,
    ) -> Result<Reply, (FailureKind, String)> {
        if spec.standby.phase != Phase::PreChroot {
            return Err((
                FailureKind::Denied,
                "the plan can be edited in the phase pre-chroot only".to_owned(),
            ));
        }
        let checked = crate::plan::check(&edit, &spec.grants.plan)
            .map_err(|why| (FailureKind::Denied, why))
            .and_then(|()| delegate::check(&edit, &self.edits, spec, broker));
        match checked {
            Ok(()) if self.edits.len() >= MAX_EDITS => {
                Err((FailureKind::Limit, format!("a call may make {MAX_EDITS} edits of the plan")))
            }
            Ok(()) => {
                self.edits.push(edit);
                Ok(Reply::Done)
            }
            Err((kind, why)) => {
                if kind == FailureKind::Denied {
                    self.deny(why.clone());
                }
                Err((kind, why))
            }
        }
    }

    fn effect(
        &mut self,
        request: &EffectRequest,
        spec: &CallSpec<'_>,
    ) -> Result<Reply, (FailureKind, String)> {
        let grants = &spec.grants.effects;
        let answer = match (request, spec.standby.phase) {
            (EffectRequest::Mounts, Phase::Cleanup) => self.mounts.list(spec.unmounts, grants),
            (EffectRequest::Unmount { number, lazily }, Phase::Cleanup) => {
                self.mounts.unmount(spec.unmounts, *number, *lazily)
            }
            (_, Phase::PreChroot) => self.effects.request(request, grants, spec.emulation),
            (_, Phase::Allocate | Phase::Transform | Phase::Check | Phase::Cleanup) => {
                let why = "that effect on the build host belongs to another phase".to_owned();
                return Err((FailureKind::Denied, why));
            }
        };
        // What is malformed no honest hook asks for.
        if let Err((FailureKind::Denied | FailureKind::Invalid, why)) = &answer {
            self.deny(why.clone());
        }
        answer
    }

    /// Tells the audit of what was tried without a grant; the first ones are enough to know the hook by.
    fn deny(&mut self, what: String) {
        match self.denied.len() {
            ..MAX_DENIED => self.denied.push(SafeText::from(what).truncated(1000)),
            MAX_DENIED => self.denied.push("more was tried, which is not told".into()),
            _ => {}
        }
    }

    /// The runner keeps to `log-bytes` itself; a runner that was taken over meets twice that here.
    fn count(&mut self, bytes: u64, spec: &CallSpec<'_>) -> Result<(), Broken> {
        self.told = self.told.saturating_add(bytes).saturating_add(16);
        let most = spec.standby.limits.log_bytes.0.saturating_mul(2).saturating_add(1 << 20);
        if self.told > most { Err(Broken::Protocol(ProtocolError::TooLarge(usize::MAX))) } else { Ok(()) }
    }

    fn merge_usage(&mut self, usage: Usage) {
        let wall_time = self.usage.wall_time;
        self.usage = Usage { wall_time, ..usage };
    }
}

/// A runner that was taken over says what it likes; a verdict is taken from whom it may come.
fn verdict(outcome: Outcome, spec: &CallSpec<'_>) -> Outcome {
    let may = spec.standby.phase == Phase::Check && spec.grants.unchanged;
    if matches!(outcome, Outcome::Unchanged { .. }) && !may {
        return Outcome::Crashed {
            detail: "the runner said `unchanged`, for which there is no grant".into(),
        };
    }
    outcome
}

/// Why a conversation with a runner broke off.
enum Broken {
    Protocol(ProtocolError),
    Host(WorkerError),
    /// There was no call, and this is what that means.
    Ended(Outcome),
}

impl From<NotPrepared> for Broken {
    fn from(why: NotPrepared) -> Self {
        match why {
            NotPrepared::Ended(end) => Self::Ended(outcome_of(end, &[])),
            NotPrepared::Broken(ProtocolError::Deadline) => {
                Self::Host(WorkerError::NotReady { after: READY.into() })
            }
            NotPrepared::Broken(error) => Self::Protocol(error),
        }
    }
}

impl From<ProtocolError> for Broken {
    fn from(error: ProtocolError) -> Self {
        Self::Protocol(error)
    }
}

impl From<skink_tools::ToolsError> for Broken {
    fn from(error: skink_tools::ToolsError) -> Self {
        Self::Host(error.into())
    }
}

impl From<WorkerError> for Broken {
    fn from(error: WorkerError) -> Self {
        Self::Host(error)
    }
}
