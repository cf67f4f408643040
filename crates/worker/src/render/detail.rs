//! What a call was given and what it took of it: the closest limit for the table, all of it for `--hook-verbose`.

use super::{Line, Look};
use crate::report::{HookReport, Step, ToolReport};
use skink_job::{ByteCount, Limits, Millis, SafeText, Usage};

/// How much of one limit was used.
struct Used {
    key: &'static str,
    used: u64,
    limit: u64,
    unit: Unit,
}

#[derive(Clone, Copy)]
enum Unit {
    Bytes,
    Time,
    Count,
}

impl Unit {
    fn shown(self, amount: u64) -> String {
        match self {
            Self::Bytes => ByteCount(amount).to_string(),
            Self::Time => Millis(amount).to_string(),
            Self::Count => amount.to_string(),
        }
    }
}

fn uses(usage: &Usage, limits: &Limits) -> [Used; 8] {
    // No `..`: a new limit must be shown or this does not compile.
    let Limits {
        memory,
        wall_time,
        handles,
        log_bytes,
        output_bytes,
        output_files,
        tool_time,
        scratch_bytes,
    } = *limits;
    let used = |key, used, limit, unit| Used { key, used, limit, unit };
    [
        used("memory", usage.memory, memory.0, Unit::Bytes),
        used("wall-time", usage.wall_time, wall_time.0, Unit::Time),
        used("handles", u64::from(usage.handles), u64::from(handles), Unit::Count),
        used("log-bytes", usage.log_bytes, log_bytes.0, Unit::Bytes),
        used("output-bytes", usage.output_bytes, output_bytes.0, Unit::Bytes),
        used("output-files", u64::from(usage.output_files), u64::from(output_files), Unit::Count),
        used("tool-time", usage.tool_time, tool_time.0, Unit::Time),
        used("scratch-bytes", usage.scratch_bytes, scratch_bytes.0, Unit::Bytes),
    ]
}

/// The limit that a call came closest to, as a share.
pub(super) fn closest(usage: &Usage, limits: &Limits) -> String {
    let permille = |one: Used| (one.used.saturating_mul(1000) / one.limit.max(1), one.key);
    match uses(usage, limits).map(permille).into_iter().max() {
        Some((0, _)) | None => "-".to_owned(),
        Some((share @ 1..100, name)) => format!("{name} {}.{}%", share / 10, share % 10),
        Some((share, name)) => format!("{name} {}%", share / 10),
    }
}

/// The grants of a call, its limits with what it used of them, its runs of tools and its steps.
pub(super) fn details(hook: &HookReport) -> Vec<Line> {
    let granted = skink_policy::granted(&hook.grants);
    let granted = if granted.is_empty() { "nothing".to_owned() } else { joined(&granted) };
    let mut lines = vec![format!("  granted: {granted}")];
    lines.extend(uses(&hook.usage, &hook.limits).map(|Used { key, used, limit, unit }| {
        format!("  {key}: {} of {}", unit.shown(used), unit.shown(limit))
    }));
    for ToolReport { name, version, sha256: _, runs } in &hook.tools {
        lines.push(format!("  tool {name}, {version}:"));
        lines.extend(runs.iter().map(|run| format!("    {run}")));
    }
    lines.extend(steps(&hook.steps));
    lines.into_iter().map(|text| Line::default().with(Look::Faint, text)).collect()
}

/// How long each step took, in one line; none where there were none.
pub(super) fn steps(steps: &[Step]) -> Option<String> {
    let each: Vec<String> =
        steps.iter().map(|step| format!("{} {}", step.name, Millis(step.millis))).collect();
    (!each.is_empty()).then(|| format!("  steps: {}", each.join(", ")))
}

fn joined(texts: &[SafeText]) -> String {
    texts.iter().map(SafeText::as_str).collect::<Vec<_>>().join(", ")
}
