//! The table of all hook calls: how each ended, and which limit it came closest to.

use super::parts::{Look, badge, call_link, count, percent};
use crate::{HookReport, Report};
use maud::{Markup, html};
use skink_job::{Millis, Phase, Severity, Use};

/// A share of a limit, drawn and in words.
pub(super) fn share(of: &Use) -> Markup {
    let (used, limit, permille) = (of.used.number(), of.limit.number(), of.permille());
    let class = match permille {
        0..750 => "step",
        750..1000 => "careful",
        _ => "bad",
    };
    let words = match permille {
        0 if used == 0 => "0 %".to_owned(),
        0..10 => "under 1 %".to_owned(),
        _ => format!("{} %", permille / 10),
    };
    html! {
        svg.meter width="100%" height="8" aria-hidden="true" {
            rect.(class) width=(percent(used, limit)) height="8" rx="2" {}
        }
        span.share { (words) }
    }
}

pub(super) fn section(report: &Report) -> Markup {
    html! {
        section #hooks aria-labelledby="hooks-title" {
            h2 #hooks-title { "Hooks" span.count { (count(report.hooks.len(), "call")) } }
            @if report.hooks.is_empty() {
                p.empty { "No hook was called." }
            } @else {
                div.scroll tabindex="0" role="region" aria-labelledby="hooks-title" {
                    table.hooks {
                        thead {
                            tr {
                                th scope="col" { "Hook" }
                                th scope="col" { "Phase" }
                                th scope="col" { "Ended" }
                                th.number scope="col" { "Time" }
                                th scope="col" { "Findings" }
                                th scope="col" { "Closest limit" }
                            }
                        }
                        tbody { @for (index, hook) in report.hooks.iter().enumerate() { (row(index, hook)) } }
                    }
                }
            }
        }
    }
}

fn row(index: usize, hook: &HookReport) -> Markup {
    let counts: Vec<String> = Severity::ALL
        .iter()
        .filter_map(|severity| {
            Some(hook.count(*severity)).filter(|n| *n > 0).map(|n| count(n, severity.as_str()))
        })
        .collect();
    let closest = hook.usage.closest(&hook.limits);
    let is_made = !hook.steps.is_empty();
    html! {
        tr {
            th scope="row" { (call_link(index, hook)) }
            td { (hook.phase.map_or("not admitted", Phase::as_str)) }
            td { (badge(Look::of_call(hook), hook.outcome.word())) }
            td.number.nothing[!is_made] { @if is_made { (Millis(hook.usage.wall_time)) } @else { "–" } }
            td.nothing[counts.is_empty()] { @if counts.is_empty() { "–" } @else { (counts.join(", ")) } }
            td.limit.nothing[!is_made] {
                @match closest {
                    Some(of) if is_made => { div { span.key { (of.key) } (share(&of)) } }
                    _ => { "–" }
                }
            }
        }
    }
}
