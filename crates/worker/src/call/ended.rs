//! What a runner said, in our own words: bounded and escaped.

use skink_job::{CrashReport, Finding, Frame, LimitKind, Limits, Outcome, PlanEdit, SafeText};
use skink_protocol::{EffectRequest, ExitStatus, ProtocolError, RawCrash, RawFinding, RunnerEnd};
use skink_walls::{Child, ChildEnd};
use std::time::{Duration, Instant};

/// The longest text of one finding that is kept, in bytes.
pub(super) const MAX_TEXT: usize = 16 << 10;
/// The most pairs of key and value of one finding that are kept.
const MAX_EXTRA: usize = 32;

pub(crate) fn outcome_of(end: RunnerEnd, log: &[SafeText]) -> Outcome {
    let text = |raw: String| SafeText::block(&raw).truncated(MAX_TEXT);
    match end {
        RunnerEnd::Pass => Outcome::Passed,
        RunnerEnd::Fail(reason) => Outcome::Failed { reason: text(reason) },
        RunnerEnd::Unchanged(reason) => Outcome::Unchanged { reason: text(reason) },
        RunnerEnd::Answer(_) => {
            Outcome::Crashed { detail: "the runner answered a question that nobody asked".into() }
        }
        RunnerEnd::Failure(_, reason) => Outcome::Failed { reason: text(reason) },
        RunnerEnd::Limit(kind, detail) => Outcome::Limit { kind, detail: text(detail) },
        RunnerEnd::Trap(raw) => Outcome::Trap { report: crash_report(raw, last_words(log)) },
        RunnerEnd::Unlinkable(reason) => Outcome::Refused { reason: text(reason) },
        RunnerEnd::StaleArtefact(detail) | RunnerEnd::HostError(detail) => {
            Outcome::HostError { detail: text(detail) }
        }
    }
}

pub(super) fn over_time(limits: &Limits) -> Outcome {
    let detail = format!("no verdict within {}; the runner was ended", limits.wall_time);
    Outcome::Limit { kind: LimitKind::WallTime, detail: detail.into() }
}

pub(crate) fn host_error(detail: &str) -> Outcome {
    Outcome::HostError { detail: SafeText::line(detail).truncated(MAX_TEXT) }
}

pub(crate) fn crashed(child: Child, error: &ProtocolError) -> Outcome {
    let ChildEnd { status, stderr, .. } = child.wait(Instant::now() + Duration::from_secs(2));
    let how = match (error, status) {
        (ProtocolError::Closed, Some(ExitStatus::Code(code))) => format!("it exited with code {code}"),
        (ProtocolError::Closed, Some(ExitStatus::Signal(signal))) => format!("signal {signal} ended it"),
        (error, _) => error.to_string(),
    };
    let lines: Vec<&str> = stderr.lines().collect();
    let last = lines.get(lines.len().saturating_sub(3)..).unwrap_or_default().join(" / ");
    let words = if last.is_empty() { String::new() } else { format!("; it wrote: {last}") };
    Outcome::Crashed { detail: SafeText::from(format!("the runner died: {how}{words}")).truncated(2000) }
}

/// What a Rust guest wrote before it trapped: `thread '…' panicked at PLACE:` and, in the next line, why.
fn last_words(log: &[SafeText]) -> Option<SafeText> {
    let at = log.iter().rposition(|line| line.as_str().contains("panicked at "))?;
    let (_, place) = log.get(at)?.as_str().split_once("panicked at ")?;
    let why = log.get(at + 1).map(SafeText::as_str).unwrap_or_default();
    Some(SafeText::from(format!("panicked at {place} {why}")))
}

fn crash_report(raw: RawCrash, last_words: Option<SafeText>) -> CrashReport {
    let frame = |frame: skink_protocol::RawFrame| Frame {
        function: SafeText::from(frame.function).truncated(300),
        offset: frame.offset,
    };
    CrashReport {
        message: last_words.unwrap_or_else(|| SafeText::from(raw.message)).truncated(1000),
        frames: raw.frames.into_iter().take(64).map(frame).collect(),
        host_calls: raw.host_calls.into_iter().take(32).map(|c| SafeText::from(c).truncated(300)).collect(),
    }
}

/// What one finding takes beside its texts, in bytes.
const FINDING: u64 = 32;

pub(super) fn size_of_edit(edit: &PlanEdit) -> u64 {
    let texts = match edit {
        PlanEdit::AddPackage { name } | PlanEdit::RemovePackage { name } => name.len(),
        PlanEdit::SetMacro { name, body } => name.len() + body.len(),
        PlanEdit::AddOption { name, value } => name.len() + value.as_ref().map_or(0, String::len),
        // Counted by what a tool may be given.
        PlanEdit::Delegate { tool, .. } => tool.len(),
    };
    texts as u64
}

pub(super) fn size_of_effect(request: &EffectRequest) -> u64 {
    match request {
        EffectRequest::Emulate { arch } => arch.len() as u64,
        EffectRequest::Undo { .. } | EffectRequest::Mounts | EffectRequest::Unmount { .. } => 0,
    }
}

pub(super) fn size_of_finding(raw: &RawFinding) -> u64 {
    let optional = [&raw.package, &raw.file, &raw.help].into_iter().flatten().map(String::len);
    let extra = raw.extra.iter().map(|(key, value)| key.len() + value.len());
    FINDING + (optional.chain(extra).sum::<usize>() + raw.code.len() + raw.message.len()) as u64
}

pub(super) fn safe_finding(raw: RawFinding) -> Finding {
    let line = |text: String| SafeText::from(text).truncated(MAX_TEXT);
    let block = |text: String| SafeText::block(&text).truncated(MAX_TEXT);
    Finding {
        severity: raw.severity,
        code: line(raw.code).truncated(200),
        message: line(raw.message),
        package: raw.package.map(line),
        file: raw.file.map(line),
        line: raw.line,
        help: raw.help.map(block),
        extra: raw
            .extra
            .into_iter()
            .take(MAX_EXTRA)
            .map(|(k, v)| (line(k).truncated(200), block(v)))
            .collect(),
    }
}
