//! How the job ended and why, what it was, and what the admin should know.

use super::parts::{Look, count, grouped, shape};
use crate::{Effect, Report};
use maud::{Markup, html};
use skink_job::{ByteCount, Millis, Outcome, SafeText, Severity};

/// How the job ended, in a word.
pub(super) fn end(report: &Report) -> (Look, &'static str) {
    match report.exit_code {
        0 => (Look::Good, "Succeeded"),
        2 => (Look::Note, "Unchanged"),
        _ => (Look::Bad, "Failed"),
    }
}

/// What was built.
fn what(report: &Report) -> String {
    let job = &report.job;
    let name = job.package.as_deref().filter(|name| !name.is_empty());
    let recipe = Some(job.recipe.as_str()).filter(|name| !name.is_empty());
    let flavor = job.flavor.as_ref().map(|flavor| format!(":{flavor}")).unwrap_or_default();
    format!("{}{flavor}", name.or(recipe).unwrap_or("a job without a name"))
}

/// The title of the page.
pub(super) fn title(report: &Report) -> String {
    format!("{}: {} — Skink", what(report), end(report).1.to_lowercase())
}

/// The top of the page.
pub(super) fn header(report: &Report) -> Markup {
    let (look, word) = end(report);
    html! {
        header {
            p.what { (what(report)) }
            h1.(look.class()) { (shape(look)) (word) }
            @if let Some(why) = &report.why { p.why { (why) } } @else { p.why { (plain_why(report)) } }
            (facts(report))
            (numbers(report))
            nav aria-label="Sections" {
                ul {
                    @for (id, name, is_there) in sections(report) {
                        @if is_there { li { a href={ "#" (id) } { (name) } } }
                    }
                }
            }
        }
    }
}

/// The sections of the page, and whether there is something in them.
fn sections(report: &Report) -> [(&'static str, &'static str, bool); 7] {
    [
        ("hooks", "Hooks", true),
        ("timeline", "Timeline", true),
        ("findings", "Findings", true),
        ("artefacts", "Artefacts", true),
        ("plan", "Plan", true),
        ("calls", "Calls", !report.hooks.is_empty()),
        ("notes", "Notes", !report.notes.is_empty()),
    ]
}

/// Why the job ended so, where no hook decided it.
fn plain_why(report: &Report) -> SafeText {
    let hooks = if report.hooks.is_empty() { "no hook was called" } else { "no hook objected" };
    SafeText::from(match (report.exit_code, report.build_exit_code) {
        (0, Some(_)) => format!("The build ended well, and {hooks}."),
        (0, None) => format!("Nothing failed, and {hooks}."),
        (2, Some(2)) => "The build itself found that its results are those of the last time.".to_owned(),
        (code, Some(build)) if code == build => format!("build itself ended with exit code {build}."),
        (code, None) => format!("Exit code {code}; build was never started."),
        (code, Some(build)) => format!("Exit code {code}; build itself ended with {build}."),
    })
}

fn facts(report: &Report) -> Markup {
    let job = &report.job;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let target = [text(&job.repository), job.arch.clone()];
    let target = target.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("/");
    let exit = match report.build_exit_code {
        Some(build) if build != report.exit_code => format!("{} (build itself: {build})", report.exit_code),
        Some(_) | None => report.exit_code.to_string(),
    };
    let started = report.date();
    let shown = started.to_string().replace('T', " ").replace('Z', " UTC");
    let rows = [
        ("Project", text(&job.project)),
        ("Target", target),
        ("Recipe", job.recipe.clone()),
        ("Release", text(&job.release)),
        ("Sources md5", text(&job.srcmd5)),
        ("Reason", text(&job.reason)),
        ("Exit code", exit),
        ("Took", Millis(report.millis).to_string()),
    ];
    html! {
        dl.facts {
            @for (name, value) in rows {
                @if !value.is_empty() { div { dt { (name) } dd { (value) } } }
            }
            div { dt { "Started" } dd { time datetime=(started) { (shown) } } }
        }
    }
}

/// The numbers that one looks for first.
fn numbers(report: &Report) -> Markup {
    let severities = Severity::ALL.iter().map(|severity| (*severity, report.count(*severity)));
    let called = report.hooks.iter().filter(|hook| !matches!(hook.outcome, Outcome::Skipped { .. }));
    let bad = report.hooks.iter().filter(|hook| matches!(hook.effect(), Effect::Failure | Effect::Warning));
    let bytes = report.results.iter().fold(0, |sum: u64, file| sum.saturating_add(file.bytes));
    html! {
        ul.numbers {
            @for (severity, number) in severities {
                @let look = if number == 0 { Look::None } else { Look::of(severity) };
                li { (shape(look)) b { (grouped(number)) } " " (severity) @if number != 1 { "s" } }
            }
            li {
                (count(called.count(), "hook call"))
                @let bad = bad.count();
                @if bad > 0 { ", " (bad) " not passed" }
            }
            li { (count(report.results.len(), "result")) ", " (ByteCount(bytes)) }
        }
    }
}

/// Notes for the admin.
pub(super) fn notes(report: &Report) -> Markup {
    html! {
        @if !report.notes.is_empty() {
            section #notes aria-labelledby="notes-title" {
                h2 #notes-title { "Notes" span.count { (count(report.notes.len(), "note")) } }
                ul.plain { @for note in &report.notes { li.text { (note) } } }
            }
        }
    }
}
