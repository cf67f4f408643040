//! `report.json`: what happened in one job, for machines. Its schema is `docs/report.schema.json`.
//!
//! Every `start` is a number of milliseconds since the job began, so that what ran side by side is seen to have.

use crate::{Effect, effect};
use serde::{Deserialize, Serialize};
use skink_job::{
    Facts, Finding, Grants, HookName, HostEffect, Limits, Millis, OnProblem, Outcome, Phase, PlanEdit,
    SafeText, Severity, Usage,
};
use std::fmt;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The version of the format.
pub const SCHEMA: u32 = 2;

/// The last second that has a date of four digits, in Unix time.
const LAST_DATE: u64 = 253_402_300_799;

/// The whole report.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The version of this format: [`SCHEMA`].
    pub schema: u32,
    /// The version of Skink.
    pub skink: SafeText,
    /// When the job started, Unix time in seconds.
    pub started: u64,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// The job's facts.
    pub job: Facts,
    /// The exit code of the whole, and why.
    pub exit_code: i32,
    /// Why the job ended so, where a hook decided it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<SafeText>,
    /// The exit code of `build` itself; absent where it never started.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub build_exit_code: Option<i32>,
    /// Names of the files beside the recipe.
    pub sources: Vec<SafeText>,
    /// The files that the build left, without what hooks added.
    pub results: Vec<ResultReport>,
    /// Edits that pre-chroot hooks made to the plan.
    pub plan: Vec<PlanEdit>,
    /// What pre-chroot hooks had done to the build host while the build ran.
    pub effects: Vec<HostEffect>,
    /// One entry a hook call, in the order they were made.
    pub hooks: Vec<HookReport>,
    /// The time of each step of the job, in order.
    pub steps: Vec<Step>,
    /// What the admin should know: shadowed hooks, files left out, things undone after a crash.
    pub notes: Vec<SafeText>,
}

/// The time of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name, such as `build`.
    pub name: SafeText,
    /// Milliseconds from the start of the job to its own.
    pub start: u64,
    /// Milliseconds that it took.
    pub millis: u64,
}

/// One hook call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HookReport {
    /// The hook's name in its layer.
    pub name: HookName,
    /// `admin`, `project` or `package`.
    pub layer: String,
    /// The phase of the call; absent where the hook was refused before any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub phase: Option<Phase>,
    /// Which module it was.
    pub module: ModuleReport,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What a failure does to the build.
    pub on_failure: OnProblem,
    /// What a limit does to the build.
    pub on_limit: OnProblem,
    /// The policy's rule that allowed it.
    pub rule: String,
    /// Whether a `_hooks.lock` says which module and which tool roots it must have.
    #[serde(default)]
    pub locked: bool,
    /// What it was granted.
    pub grants: Grants,
    /// Its limits.
    pub limits: Limits,
    /// How close it came to each limit.
    pub usage: Usage,
    /// What it found.
    pub findings: Vec<Finding>,
    /// Files it left beside the results.
    pub attachments: Vec<FileReport>,
    /// Files it added to the results.
    pub outputs: Vec<FileReport>,
    /// Whether anything that it made joined the results.
    #[serde(skip)]
    pub joined: bool,
    /// Edits that it made to the plan; they count if it passed.
    pub plan: Vec<PlanEdit>,
    /// Effects on the build host that it asked for; they count if it passed.
    pub effects: Vec<HostEffect>,
    /// Tools it ran.
    pub tools: Vec<ToolReport>,
    /// What it tried without a grant.
    pub denied: Vec<SafeText>,
    /// Its lines for the log.
    pub log: Vec<SafeText>,
    /// The steps of the call.
    pub steps: Vec<Step>,
}

/// A module, as people and machines name it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleReport {
    /// Its name by its own manifest, or its file's name if it was refused before that was read.
    pub name: SafeText,
    /// Its version by its own manifest.
    pub version: SafeText,
    /// The sha256 of its bytes; empty if they were not found.
    pub sha256: String,
}

/// A file that the build left.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultReport {
    /// Its path below the results.
    pub name: SafeText,
    /// Its size in bytes.
    pub bytes: u64,
}

/// A file that a hook made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileReport {
    /// Its flat name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// The sha256 of its content.
    pub sha256: String,
}

/// A tool that a hook may run.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolReport {
    /// Its name in the policy.
    pub name: String,
    /// What it says of its version.
    pub version: SafeText,
    /// The sha256 of the program.
    pub sha256: String,
    /// The root that it lives in: `host`, or a name of the policy's.
    pub root: String,
    /// The address of that root, of what it is made of; none for `host`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_address: Option<String>,
    /// Its runs.
    pub runs: Vec<RunReport>,
}

/// One run of a tool. It is shown as one line: arguments, end, time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunReport {
    /// Its arguments, shortened.
    pub args: SafeText,
    /// How it ended, such as `exit code 0`.
    pub end: SafeText,
    /// Milliseconds from the start of the job to that of the run.
    pub start: u64,
    /// Milliseconds that it took, the building of its root included.
    pub millis: u64,
}

impl fmt::Display for RunReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {})", self.args, self.end, Millis(self.millis))
    }
}

/// Milliseconds from `began` to `at`; none where `at` is the earlier one.
fn since(began: Instant, at: Instant) -> u64 {
    Millis::from(at.saturating_duration_since(began)).0
}

impl Step {
    /// A step from `started` to `ended`, of the job that began at `began`.
    pub fn between(name: &str, began: Instant, started: Instant, ended: Instant) -> Self {
        Self { name: name.into(), start: since(began, started), millis: since(started, ended) }
    }

    /// When it ended, in milliseconds since the job began.
    pub fn end(&self) -> u64 {
        self.start.saturating_add(self.millis)
    }
}

impl RunReport {
    /// A run in a job that began at `began`.
    pub fn new(args: SafeText, end: String, began: Instant, started: Instant, took: Millis) -> Self {
        Self { args, end: end.into(), start: since(began, started), millis: took.0 }
    }
}

impl HookReport {
    /// What the outcome does to the build.
    pub fn effect(&self) -> Effect {
        effect(&self.outcome, self.on_failure, self.on_limit)
    }

    /// Findings of one severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// A report of a hook that did nothing yet.
    pub fn new(name: HookName, phase: Option<Phase>, module: ModuleReport, outcome: Outcome) -> Self {
        Self {
            name,
            layer: String::new(),
            phase,
            module,
            outcome,
            on_failure: OnProblem::Fail,
            on_limit: OnProblem::Fail,
            rule: String::new(),
            locked: false,
            grants: Grants::default(),
            limits: Limits::default(),
            usage: Usage::default(),
            findings: Vec::new(),
            attachments: Vec::new(),
            outputs: Vec::new(),
            joined: false,
            plan: Vec::new(),
            effects: Vec::new(),
            tools: Vec::new(),
            denied: Vec::new(),
            log: Vec::new(),
            steps: Vec::new(),
        }
    }
}

impl Report {
    /// A report of a job that started at `started`, and did nothing yet.
    pub fn new(job: Facts, started: SystemTime) -> Self {
        Self {
            schema: SCHEMA,
            skink: env!("CARGO_PKG_VERSION").into(),
            started: started.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            millis: 0,
            job,
            exit_code: 0,
            why: None,
            build_exit_code: None,
            sources: Vec::new(),
            results: Vec::new(),
            plan: Vec::new(),
            effects: Vec::new(),
            hooks: Vec::new(),
            steps: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Findings of one severity, of all hooks.
    pub fn count(&self, severity: Severity) -> usize {
        self.hooks.iter().map(|hook| hook.count(severity)).sum()
    }

    /// When the job started, as a date.
    pub(crate) fn date(&self) -> humantime::Rfc3339Timestamp {
        humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(self.started.min(LAST_DATE)))
    }

    /// Sets how the job ended, and after how long.
    pub fn ended(&mut self, took: Millis, exit_code: i32, why: Option<SafeText>) {
        self.millis = took.0;
        self.exit_code = exit_code;
        self.why = why;
    }
}
