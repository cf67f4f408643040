//! One card a hook call: its verdict first, then everything that is known of it.

use super::artefacts::size;
use super::overview::share;
use super::parts::{Look, badge, call_id, count, digest};
use super::{grants, plan};
use crate::{Effect, FileReport, HookReport, Report, ToolReport};
use maud::{Markup, html};
use skink_job::{CrashReport, Millis, Outcome, Phase, SafeText};

pub(super) fn section(report: &Report) -> Markup {
    html! {
        @if !report.hooks.is_empty() {
            section #calls aria-labelledby="calls-title" {
                h2 #calls-title { "Calls, one by one" }
                @for (index, hook) in report.hooks.iter().enumerate() { (card(index, hook)) }
            }
        }
    }
}

fn card(index: usize, hook: &HookReport) -> Markup {
    let (id, look) = (call_id(index), Look::of_call(hook));
    let is_open = matches!(hook.effect(), Effect::Failure | Effect::Warning);
    html! {
        article.card.(look.class()) id=(id) tabindex="-1" aria-labelledby={ (id) "-title" } {
            h3 id={ (id) "-title" } { (hook.name) " " (badge(look, hook.outcome.word())) }
            p.meta {
                (hook.phase.map_or("not admitted", Phase::as_str)) ", " (hook.layer) " layer · module "
                (hook.module.name) " " (hook.module.version) " " (digest(&hook.module.sha256))
                @if hook.locked { ", locked" }
                @if !hook.steps.is_empty() {
                    " · " (Millis(hook.usage.wall_time)) " · " a href={ "#when-" (id) } { "in the timeline" }
                }
            }
            (reason(hook))
            @if let Outcome::Trap { report } = &hook.outcome { (crash(report)) }
            (denied(hook))
            details open[is_open] {
                summary { "Limits, grants, tools and log" }
                div.columns {
                    div { h4 { "Limits" } (limits(hook)) }
                    div {
                        h4 { "Grants" }
                        (grants::list(hook))
                        p.meta {
                            "Allowed by: "
                            @if hook.rule.is_empty() { "no rule" } @else { span.text { (hook.rule) } }
                        }
                    }
                }
                (plan_edits(hook))
                (tools(hook))
                (files("Attachments", &hook.attachments))
                (files("Added to the results", &hook.outputs))
                (log(hook))
            }
        }
    }
}

/// The hook's own words, and what they do to the build.
fn reason(hook: &HookReport) -> Markup {
    let detail = hook.outcome.detail();
    let key = if matches!(hook.outcome, Outcome::Limit { .. }) { "on-limit" } else { "on-failure" };
    let does = match hook.effect() {
        Effect::Failure => Some(format!("The job fails, as {key} is \"fail\".")),
        Effect::Warning => Some(format!("The job goes on, as {key} is \"warn\".")),
        Effect::Unchanged => Some("The job ends as unchanged, unless something fails.".to_owned()),
        Effect::None => None,
    };
    html! {
        @if !detail.is_empty() { p.reason.text { (detail) } }
        @if let Some(does) = does { p.meta { (does) } }
    }
}

fn crash(report: &CrashReport) -> Markup {
    html! {
        @if !report.frames.is_empty() {
            h4 { "Where, innermost first" }
            ol.frames {
                @for frame in &report.frames {
                    li {
                        code { (frame.function) }
                        @if let Some(offset) = frame.offset { " " span.meta { "at " (format!("{offset:#x}")) } }
                    }
                }
            }
        }
        @if !report.host_calls.is_empty() {
            h4 { "Its last calls to the host" }
            ol.frames { @for call in &report.host_calls { li { code { (call) } } } }
        }
    }
}

/// What was tried without a grant. It is never folded away.
fn denied(hook: &HookReport) -> Markup {
    html! {
        @if !hook.denied.is_empty() {
            h4 {
                (badge(Look::Careful, "denied"))
                " " (count(hook.denied.len(), "request")) " without a grant"
            }
            ul.denied { @for what in &hook.denied { li.text { (what) } } }
        }
    }
}

fn limits(hook: &HookReport) -> Markup {
    html! {
        table.limits {
            thead.vh {
                tr { th scope="col" { "Limit" } th scope="col" { "Used" } th scope="col" { "Share" } }
            }
            tbody {
                @for of in hook.usage.of(&hook.limits) {
                    tr {
                        th scope="row" { (of.key) }
                        td { (of.used) " of " (of.limit) }
                        td.limit { div { (share(&of)) } }
                    }
                }
            }
        }
        @if hook.usage.suppressed > 0 {
            p.meta { (hook.usage.suppressed) " findings were dropped, as log-bytes was used up." }
        }
    }
}

fn plan_edits(hook: &HookReport) -> Markup {
    html! {
        @if !hook.plan.is_empty() {
            h4 { "Edits of the plan" }
            @if hook.outcome != Outcome::Passed {
                p.meta { "They do not count, since the hook did not pass." }
            }
            (plan::edits(&hook.plan))
        }
        @if !hook.effects.is_empty() {
            h4 { "Effects on the build host" }
            @if hook.outcome != Outcome::Passed {
                p.meta { "They do not count, since the hook did not pass." }
            }
            (plan::effects(&hook.effects))
        }
    }
}

fn tools(hook: &HookReport) -> Markup {
    let runs = |ToolReport { runs, .. }: &ToolReport| {
        html! {
            @if runs.is_empty() { p.empty { "It was not run." } } @else {
                ol.runs-list {
                    @for run in runs {
                        li { code { (run.args) } " " span.meta { (run.end) ", " (Millis(run.millis)) } }
                    }
                }
            }
        }
    };
    html! {
        @for tool in &hook.tools {
            h4 { "Tool " (tool.name) " " span.meta.text { (tool.version) } " " (digest(&tool.sha256)) }
            p.meta {
                "In the root " (tool.root)
                @if let Some(address) = &tool.root_address { " " (digest(address)) }
                "."
            }
            (runs(tool))
        }
    }
}

fn files(title: &str, files: &[FileReport]) -> Markup {
    html! {
        @if !files.is_empty() {
            h4 { (title) }
            ul.plain {
                @for file in files {
                    li { code { (file.name) } " " (size(file.bytes)) " " (digest(&file.sha256)) }
                }
            }
        }
    }
}

fn log(hook: &HookReport) -> Markup {
    let text = hook.log.iter().map(SafeText::as_str).collect::<Vec<_>>().join("\n");
    html! {
        @if !hook.log.is_empty() {
            h4 { "Log " span.meta { (count(hook.log.len(), "line")) } }
            pre.log tabindex="0" role="region" aria-label={ "Log of " (hook.name) } { (text) }
        }
    }
}
