//! What a call was given and what it took of it: the closest limit for the table, all of it for `--hook-verbose`.

use super::{Line, Look};
use crate::report::{HookReport, Step, ToolReport};
use skink_job::{Limits, Millis, SafeText, Usage, Use};

/// The limit that a call came closest to, as a share.
pub(super) fn closest(usage: &Usage, limits: &Limits) -> String {
    let closest = usage.closest(limits).map(|of| (of.permille(), of.key));
    match closest {
        Some((0, _)) | None => super::NONE.to_owned(),
        Some((share @ 1..100, name)) => format!("{name} {}.{}%", share / 10, share % 10),
        Some((share, name)) => format!("{name} {}%", share / 10),
    }
}

/// The grants of a call, its limits with what it used of them, its runs of tools and its steps.
pub(super) fn details(hook: &HookReport) -> Vec<Line> {
    let granted = skink_policy::granted(&hook.grants);
    let granted = if granted.is_empty() { "nothing".to_owned() } else { joined(&granted) };
    let mut lines = vec![format!("  granted: {granted}")];
    let uses = hook.usage.of(&hook.limits);
    lines.extend(uses.map(|Use { key, used, limit }| format!("  {key}: {used} of {limit}")));
    for ToolReport { name, version, sha256: _, root, root_address, runs } in &hook.tools {
        let address = root_address.iter().map(|address| format!(" {}", address.get(..12).unwrap_or(address)));
        lines.push(format!("  tool {name}, {version}, in the root {root}{}:", address.collect::<String>()));
        lines.extend(runs.iter().map(|run| format!("    {name} {run}")));
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
