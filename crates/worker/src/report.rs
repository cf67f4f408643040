//! `report.json`: what happened in one job, for machines. Its schema is `docs/report.schema.json`.

use crate::decide::{Decision, Effect, effect};
use serde::Serialize;
use skink_job::{
    Facts, Finding, Grants, HookName, Limits, OnProblem, Outcome, Phase, PlanEdit, SafeText, Usage,
};
use std::time::{SystemTime, UNIX_EPOCH};

/// The whole report.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The version of this format.
    pub schema: u32,
    /// The version of Skink.
    pub skink: &'static str,
    /// When the job started, Unix time in seconds.
    pub started: u64,
    /// The job's facts.
    pub job: Facts,
    /// The exit code of the whole, and why.
    pub exit_code: i32,
    /// Why the job ended so, where a hook decided it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<SafeText>,
    /// The exit code of `build` itself; absent where it never started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_exit_code: Option<i32>,
    /// Edits that pre-chroot hooks made to the plan.
    pub plan: Vec<PlanEdit>,
    /// One entry a hook call, in the order they were made.
    pub hooks: Vec<HookReport>,
    /// Milliseconds of each step of the job, in order.
    pub steps: Vec<Step>,
    /// What the admin should know: shadowed hooks, files left out, things undone after a crash.
    pub notes: Vec<SafeText>,
}

/// The time of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its name, such as `build`.
    pub name: &'static str,
    /// Milliseconds.
    pub millis: u64,
}

/// One hook call.
#[derive(Debug, Clone, Serialize)]
pub struct HookReport {
    /// The hook's name in its layer.
    pub name: HookName,
    /// `admin`, `project` or `package`.
    pub layer: String,
    /// The phase of the call; absent where the hook was refused before any.
    #[serde(skip_serializing_if = "Option::is_none")]
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
    /// Tools it ran.
    pub tools: Vec<ToolReport>,
    /// What it tried without a grant.
    pub denied: Vec<SafeText>,
    /// Its lines for the log.
    pub log: Vec<SafeText>,
    /// Milliseconds of the steps of the call.
    pub steps: Vec<Step>,
}

/// A module, as people and machines name it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ModuleReport {
    /// Its name by its own manifest, or its file's name if it was refused before that was read.
    pub name: SafeText,
    /// Its version by its own manifest.
    pub version: SafeText,
    /// The sha256 of its bytes; empty if they were not found.
    pub sha256: String,
}

/// A file that a hook made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// Its flat name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// The sha256 of its content.
    pub sha256: String,
}

/// A tool that a hook ran.
#[derive(Debug, Clone, Serialize)]
pub struct ToolReport {
    /// Its name in the policy.
    pub name: String,
    /// What it says of its version.
    pub version: SafeText,
    /// The sha256 of the program.
    pub sha256: String,
    /// How it was run: one line a run.
    pub runs: Vec<SafeText>,
}

impl Step {
    /// A step that began at `started` and ends now.
    pub fn since(name: &'static str, started: std::time::Instant) -> Self {
        Self { name, millis: skink_job::Millis::from(started.elapsed()).0 }
    }
}

impl HookReport {
    /// What the outcome does to the build.
    pub fn effect(&self) -> Effect {
        effect(&self.outcome, self.on_failure, self.on_limit)
    }

    /// Findings of one severity.
    pub fn count(&self, severity: skink_job::Severity) -> usize {
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
            grants: Grants::default(),
            limits: Limits::default(),
            usage: Usage::default(),
            findings: Vec::new(),
            attachments: Vec::new(),
            outputs: Vec::new(),
            joined: false,
            plan: Vec::new(),
            tools: Vec::new(),
            denied: Vec::new(),
            log: Vec::new(),
            steps: Vec::new(),
        }
    }

    #[cfg(test)]
    pub(crate) fn sample(name: &str, outcome: Outcome) -> Self {
        let module = ModuleReport { name: name.into(), version: "1.0".into(), sha256: "ab".repeat(32) };
        Self::new(name.parse().unwrap(), Some(Phase::Check), module, outcome)
    }
}

impl Report {
    /// A report of a job that begins now.
    pub fn new(job: Facts) -> Self {
        Self {
            schema: 1,
            skink: env!("CARGO_PKG_VERSION"),
            started: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            job,
            exit_code: 0,
            why: None,
            build_exit_code: None,
            plan: Vec::new(),
            hooks: Vec::new(),
            steps: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Sets how the job ended.
    pub fn decided(&mut self, decision: Decision) {
        self.exit_code = decision.code;
        self.why = decision.why;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use skink_job::{ByteCount, CrashReport, LimitKind, Severity};

    fn full() -> Report {
        let mut report = Report::new(Facts { project: Some("home:me".into()), ..Facts::default() });
        report.plan.push(PlanEdit::AddOption { name: "debuginfo".into(), value: None });
        let text = || SafeText::from("x");
        let outcomes = [
            Outcome::Passed,
            Outcome::Failed { reason: text() },
            Outcome::Limit { kind: LimitKind::Memory, detail: text() },
            Outcome::Trap {
                report: CrashReport { frames: vec![skink_job::Frame::default()], ..Default::default() },
            },
            Outcome::Crashed { detail: text() },
        ];
        report.hooks = outcomes.into_iter().map(|outcome| HookReport::sample("a-hook", outcome)).collect();
        let hook = report.hooks.first_mut().unwrap();
        hook.layer = "package".into();
        hook.limits.memory = ByteCount(1);
        hook.findings.push(Finding {
            severity: Severity::Error,
            code: text(),
            message: text(),
            package: None,
            file: Some(text()),
            line: Some(1),
            help: None,
            extra: vec![(text(), text())],
        });
        hook.outputs.push(FileReport { name: "a".into(), bytes: 1, sha256: "ab".repeat(32) });
        report.hooks.iter_mut().for_each(|hook| hook.layer = "package".into());
        report.decided(Decision { code: 1, why: Some(text()) });
        report
    }

    #[test]
    fn a_report_fits_its_schema_and_an_unknown_key_does_not() {
        let schema = serde_json::from_str(include_str!("../../../docs/report.schema.json")).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let mut json = serde_json::to_value(full()).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new());
        json["hooks"][0]["surprise"] = true.into();
        assert!(!validator.is_valid(&json));
    }
}
