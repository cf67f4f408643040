//! When what ran: the steps of the job, in each the calls that were made in it, in each call the runs of tools.
//!
//! The steps are drawn on the time of the job. The calls of a step are drawn on the time of that step, since a build
//! of an hour would hide them. A tool that built in place of `build` ran when its call had ended; it is the step `build`.

use super::parts::{Look, call_id, percent, shape};
use crate::{HookReport, Report, RunReport, Step};
use maud::{Markup, html};
use skink_job::{Millis, Phase};

/// The most runs of tools that are drawn in one call.
const MOST_RUNS: usize = 50;

/// A stretch of time, in milliseconds since the job began.
#[derive(Clone, Copy)]
struct Span {
    start: u64,
    millis: u64,
}

impl Span {
    fn end(self) -> u64 {
        self.start.saturating_add(self.millis)
    }

    /// Around all of these and this one.
    fn around(self, others: impl Iterator<Item = Span>) -> Self {
        let (start, end) = others.fold((self.start, self.end()), |(start, end), other| {
            (start.min(other.start), end.max(other.end()))
        });
        Self { start, millis: end - start }
    }
}

impl From<&Step> for Span {
    fn from(step: &Step) -> Self {
        Self { start: step.start, millis: step.millis }
    }
}

impl From<&RunReport> for Span {
    fn from(run: &RunReport) -> Self {
        Self { start: run.start, millis: run.millis }
    }
}

/// From the first to the last step of a call; none where it was never made.
fn of_call(hook: &HookReport) -> Option<Span> {
    let (first, rest) = hook.steps.split_first()?;
    Some(Span::from(first).around(rest.iter().map(Span::from)))
}

pub(super) fn section(report: &Report) -> Markup {
    let job = Span { start: 0, millis: report.millis };
    let job = job.around(report.steps.iter().map(Span::from));
    html! {
        section #timeline aria-labelledby="timeline-title" {
            h2 #timeline-title { "Timeline" span.count { (Millis(job.millis)) } }
            @if report.steps.is_empty() {
                p.empty { "Nothing was begun." }
            } @else {
                p.hint {
                    "Calls are drawn on the time of their own step. A call leads to what it did; the arrow keys go from "
                    "row to row."
                }
                (axis(job, ""))
                ol.steps {
                    @for step in &report.steps { li { (step_row(report, step, job)) } }
                }
            }
        }
    }
}

/// The calls that were made in a step: their phase has its name.
fn calls<'a>(report: &'a Report, step: &Step) -> Vec<(usize, &'a HookReport, Span)> {
    let phase = Phase::from_word(step.name.as_str());
    let in_step = |(index, hook): (usize, &'a HookReport)| {
        let span = of_call(hook).filter(|_| phase.is_some() && hook.phase == phase)?;
        Some((index, hook, span))
    };
    report.hooks.iter().enumerate().filter_map(in_step).collect()
}

fn step_row(report: &Report, step: &Step, job: Span) -> Markup {
    let calls = calls(report, step);
    let row = html! {
        span.name { (step.name) }
        (bar(Span::from(step), job, "step", &[]))
        (time(Span::from(step)))
    };
    let scale = Span::from(step).around(calls.iter().map(|(_, _, span)| *span));
    html! {
        @if calls.is_empty() {
            div.row { (row) }
        } @else {
            details open {
                summary.row { (row) }
                div.inner {
                    (axis(scale, step.name.as_str()))
                    ol.calls {
                        @for (index, hook, span) in calls { li { (call_row(index, hook, span, scale)) } }
                    }
                }
            }
        }
    }
}

fn call_row(index: usize, hook: &HookReport, span: Span, scale: Span) -> Markup {
    let look = Look::of_call(hook);
    let later: Vec<Span> = hook.steps.iter().skip(1).map(Span::from).collect();
    let runs = hook.tools.iter().flat_map(|tool| tool.runs.iter().map(move |run| (tool, run)));
    let runs: Vec<_> = runs.filter(|(_, run)| Span::from(*run).start < span.end()).collect();
    let more = runs.len().saturating_sub(MOST_RUNS);
    html! {
        a.row #{ "when-" (call_id(index)) } href={ "#" (call_id(index)) } {
            span.name { (shape(look)) (hook.name) span.vh { " " (hook.outcome.word()) } }
            (bar(span, scale, look.class(), &later))
            (time(span))
        }
        @if !runs.is_empty() {
            ol.runs {
                @for (tool, run) in runs.into_iter().take(MOST_RUNS) {
                    li.row {
                        span.name title=(run.args) { (tool.name) " " (run.args) }
                        (bar(Span::from(run), scale, "run", &[]))
                        (time(Span::from(run)))
                    }
                }
                @if more > 0 { li.more { (more) " more runs of tools; the call lists them all" } }
            }
        }
    }
}

/// One bar. What is drawn later lies on it in another tone.
fn bar(span: Span, scale: Span, class: &str, later: &[Span]) -> Markup {
    let x = |span: Span| percent(span.start.saturating_sub(scale.start), scale.millis);
    let width = |span: Span| percent(span.millis, scale.millis);
    html! {
        svg.track width="100%" height="14" aria-hidden="true" {
            rect.bar.(class) x=(x(span)) y="2" width=(width(span)) height="10" rx="2" {}
            @for span in later { rect.later x=(x(*span)) y="2" width=(width(*span)) height="10" {} }
        }
    }
}

fn time(span: Span) -> Markup {
    html! { span.time { (Millis(span.millis)) span.vh { ", from " (Millis(span.start)) } } }
}

fn axis(scale: Span, of: &str) -> Markup {
    let at = |quarter: u64| Millis(scale.millis / 4 * quarter + scale.millis % 4 * quarter / 4);
    html! {
        div.row.axis aria-hidden="true" {
            span.name { @if !of.is_empty() { "within " (of) } }
            span.ticks { @for quarter in 0..=4 { span { (at(quarter)) } } }
            span.time {}
        }
    }
}
