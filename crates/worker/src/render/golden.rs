//! What people read, as files beside this one. `SKINK_UPDATE=1` writes them anew (`cargo xtask docs` does).

use super::{Line, section, summary};
use crate::report::{FileReport, HookReport, Report, Step};
use skink_job::{CrashReport, Facts, Finding, Frame, LimitKind, OnProblem, Outcome, PlanEdit, Severity};
use skink_obs::Verbosity;
use std::path::Path;

/// Compares with the file of that name, or writes it.
fn compare(name: &str, lines: &[Line], color: bool) {
    let shown: String = lines.iter().map(|line| line.text(color) + "\n").collect();
    // A file with escape sequences would be no text to anybody.
    let shown = shown.replace('\x1b', "␛");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/golden").join(name);
    if std::env::var_os("SKINK_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &shown).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(shown, golden, "{}: if this is meant, call `cargo xtask docs`", path.display());
}

fn finding(severity: Severity, code: &str, message: &str) -> Finding {
    Finding {
        severity,
        code: code.into(),
        message: message.into(),
        package: Some("hello-1.0-1.x86_64.rpm".into()),
        file: Some("/usr/bin/hello".into()),
        line: None,
        help: Some("strip it".into()),
        extra: Vec::new(),
    }
}

fn passing() -> HookReport {
    let mut hook = crate::sample::hook("checksums", Outcome::Passed);
    hook.layer = "package".into();
    hook.usage.wall_time = 12;
    hook.usage.memory = 3 << 20;
    hook.log.push("3 files".into());
    hook.outputs.push(FileReport { name: "SHA256SUMS".into(), bytes: 212, sha256: "cd".repeat(32) });
    hook
}

fn failing() -> HookReport {
    let mut hook =
        crate::sample::hook("rpmlint", Outcome::Failed { reason: "badness 120 exceeds 100".into() });
    hook.layer = "project".into();
    hook.usage.wall_time = 1500;
    hook.findings = vec![
        finding(Severity::Error, "unstripped-binary", "the binary is not stripped"),
        finding(Severity::Warning, "no-manual-page", "no manual page"),
    ];
    hook.attachments.push(FileReport { name: "rpmlint.log".into(), bytes: 4096, sha256: "ef".repeat(32) });
    hook
}

fn refused() -> HookReport {
    let reason = "no rule of /etc/skink/policy.toml names its sha256 abab…; add it to an [[allow]]".into();
    let mut hook = crate::sample::hook("stranger", Outcome::Refused { reason });
    hook.layer = "package".into();
    hook.phase = None;
    hook
}

fn trapped() -> HookReport {
    let frame = |function: &str, offset| Frame { function: function.into(), offset: Some(offset) };
    let mut frames = vec![frame("deep::last", 0x10)];
    frames.extend((0..40).map(|_| frame("deep::again", 0x77)));
    frames.push(frame("check", 0x99));
    let host_calls = vec!["results()".into()];
    let report = CrashReport { message: "call stack exhausted".into(), frames, host_calls };
    let mut hook = crate::sample::hook("deep", Outcome::Trap { report });
    hook.layer = "package".into();
    hook.usage.wall_time = 31;
    hook.denied.push("sources: the module has no grant for it".into());
    hook
}

fn limited() -> HookReport {
    let detail = "300 MiB asked for, 256 MiB allowed".into();
    let mut hook = crate::sample::hook("greedy", Outcome::Limit { kind: LimitKind::Memory, detail });
    hook.layer = "package".into();
    hook.on_limit = OnProblem::Warn;
    hook.usage.wall_time = 9;
    hook.usage.memory = 256 << 20;
    hook
}

fn planning() -> HookReport {
    let mut hook = crate::sample::hook("build-setup", Outcome::Passed);
    hook.layer = "admin".into();
    hook.phase = Some(skink_job::Phase::PreChroot);
    hook.usage.wall_time = 4;
    hook.plan.push(PlanEdit::AddPackage { name: "jq".into() });
    hook
}

#[test]
fn sections_of_hooks() {
    let rows = [
        ("passed", passing()),
        ("failed", failing()),
        ("refused", refused()),
        ("trapped", trapped()),
        ("limit", limited()),
        ("planned", planning()),
    ];
    for (name, hook) in rows {
        compare(&format!("{name}.txt"), &section(&hook, Verbosity::Normal), false);
        compare(&format!("{name}.color.txt"), &section(&hook, Verbosity::Normal), true);
        compare(&format!("{name}.verbose.txt"), &section(&hook, Verbosity::Verbose), false);
    }
}

fn step(name: &str, start: u64, millis: u64) -> Step {
    Step { name: name.into(), start, millis }
}

#[test]
fn the_summary() {
    let mut report = Report::new(Facts::default(), std::time::UNIX_EPOCH);
    report.hooks = vec![planning(), passing(), failing(), refused(), trapped(), limited()];
    report.steps = vec![step("admit", 0, 9), step("build", 9, 61_000)];
    report
        .notes
        .push("hook `rpmlint` of _hooks:3:1 is replaced by the mandatory one of policy.toml:9:1".into());
    report.exit_code = 1;
    report.why = Some("hook rpmlint failed: badness 120 exceeds 100".into());
    for (name, verbosity) in [("summary", Verbosity::Normal), ("summary.verbose", Verbosity::Verbose)] {
        compare(&format!("{name}.txt"), &summary(&report, verbosity), false);
    }
    compare("summary.color.txt", &summary(&report, Verbosity::Normal), true);
    report.hooks = vec![passing()];
    report.exit_code = 0;
    report.why = None;
    report.notes.clear();
    compare("summary.succeeded.txt", &summary(&report, Verbosity::Normal), false);
}
