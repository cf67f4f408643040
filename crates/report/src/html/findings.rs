//! All findings by package and file, and the controls that filter them.
//!
//! Browsers lay out only what is on the screen (`content-visibility`), so thousands stay usable; beyond
//! [`MOST`] the gravest are shown, and `report.json` has the rest.

use super::parts::{Look, badge, call_link, count, grouped, shape};
use super::rules::Rules;
use crate::{HookReport, Report};
use maud::{Markup, html};
use skink_job::{Finding, SafeText, Severity};
use std::collections::BTreeSet;

/// The most findings in a page.
const MOST: usize = 10_000;

/// A finding, and whose it is.
#[derive(Clone, Copy)]
struct Item<'a> {
    index: usize,
    hook: &'a HookReport,
    finding: &'a Finding,
}

impl<'a> Item<'a> {
    fn package(&self) -> Option<&'a str> {
        self.finding.package.as_ref().map(SafeText::as_str).filter(|name| !name.is_empty())
    }

    fn file(&self) -> Option<&'a str> {
        self.finding.file.as_ref().map(SafeText::as_str).filter(|name| !name.is_empty())
    }
}

/// The findings of the page: by package, in it by file, in that the gravest first. What is about no package, or no
/// file, comes first.
fn items(report: &Report) -> Vec<Item<'_>> {
    let calls = report.hooks.iter().enumerate();
    let mut items: Vec<Item<'_>> = calls
        .flat_map(|(index, hook)| hook.findings.iter().map(move |finding| Item { index, hook, finding }))
        .collect();
    if items.len() > MOST {
        items.sort_by_key(|item| item.finding.severity);
        items.truncate(MOST);
    }
    items.sort_by_key(|item| (item.package(), item.file(), item.finding.severity, item.finding.line));
    items
}

pub(super) fn section(report: &Report) -> Markup {
    let (items, rules) = (items(report), Rules::of(report));
    let total: usize = report.hooks.iter().map(|hook| hook.findings.len()).sum();
    html! {
        section #findings aria-labelledby="findings-title" tabindex="-1" {
            h2 #findings-title { "Findings" span.count { (count(total, "finding")) } }
            @if items.is_empty() {
                p.empty {
                    @if report.hooks.is_empty() { "No hook was called." } @else { "No hook found anything." }
                }
            } @else {
                @if total > items.len() {
                    p.hint {
                        "Here are the gravest " (grouped(items.len())) " of " (grouped(total)) "; "
                        code { "report.json" } " has them all."
                    }
                }
                (filters(report, &items))
                div #list {
                    @for (number, group) in by_package(&items) { (package(number, group, &rules)) }
                }
                p.empty #nothing hidden { "Nothing matches these filters." }
                (explained(report, &rules))
            }
        }
    }
}

/// The findings of each package, with its number.
fn by_package<'a, 'b>(items: &'b [Item<'a>]) -> impl Iterator<Item = (usize, &'b [Item<'a>])> {
    items.chunk_by(|a, b| a.package() == b.package()).enumerate()
}

/// The controls. They are there once the script has something to do.
fn filters(report: &Report, items: &[Item<'_>]) -> Markup {
    let names: BTreeSet<&str> = items.iter().map(|item| item.hook.name.as_str()).collect();
    html! {
        div.filters #filters role="search" aria-label="Filter the findings" hidden {
            fieldset {
                legend { "Severity" }
                @for severity in Severity::ALL {
                    label.check {
                        input type="checkbox" name="severity" value=(severity) checked;
                        (shape(Look::of(*severity))) (severity) " "
                        span.count { (grouped(report.count(*severity))) }
                    }
                }
            }
            label.field {
                span { "Hook" }
                select #by-hook {
                    option value="" { "all" }
                    @for name in names { option value=(name) { (name) } }
                }
            }
            label.field {
                span { "Package" }
                select #by-package {
                    option value="" { "all" }
                    @for (number, group) in by_package(items) {
                        option value=(number) { (group.first().and_then(Item::package).unwrap_or("none")) }
                    }
                }
            }
            label.field.wide {
                span { "Text" }
                input #by-text type="search" autocomplete="off" spellcheck="false" placeholder="rule, message, file";
            }
            button #reset type="button" { "Reset" }
            p #shown role="status" { (count(items.len(), "finding")) }
        }
    }
}

fn package(number: usize, items: &[Item<'_>], rules: &Rules<'_>) -> Markup {
    let name = items.first().and_then(Item::package);
    html! {
        section.package data-package=(number) {
            h3 { span.text { (name.unwrap_or("About no package")) } span.count { (grouped(items.len())) } }
            @for group in items.chunk_by(|a, b| a.file() == b.file()) {
                div.file {
                    @if let Some(file) = group.first().and_then(Item::file) { h4.text { (file) } }
                    ul.findings { @for item in group { (finding(item, rules)) } }
                }
            }
        }
    }
}

fn finding(item: &Item<'_>, rules: &Rules<'_>) -> Markup {
    let Item { index, hook, finding } = *item;
    let (rule, help) = rules.find(hook.name.as_str(), finding);
    html! {
        li data-severity=(finding.severity) data-hook=(hook.name) {
            (badge(Look::of(finding.severity), finding.severity.as_str()))
            div {
                p.message.text { (finding.message) }
                p.meta {
                    a.code.text href={ "#rule-" (rule + 1) } { (finding.code) }
                    " · " (call_link(index, hook))
                    @if let Some(line) = finding.line { " · line " (line) }
                }
                @if let Some(help) = help { p.help.text { (help) } }
                @if !finding.extra.is_empty() {
                    dl.extra {
                        @for (key, value) in &finding.extra { div { dt.text { (key) } dd.text { (value) } } }
                    }
                }
            }
        }
    }
}

/// What the rules say.
fn explained(report: &Report, rules: &Rules<'_>) -> Markup {
    html! {
        h3 #rules { "Rules" span.count { (grouped(rules.list.len())) } }
        ul.rules {
            @for (number, rule) in rules.list.iter().enumerate() {
                li id={ "rule-" (number + 1) } tabindex="-1" {
                    p.rule {
                        (shape(Look::of(rule.severity))) code.text { (rule.code) }
                        span.meta {
                            (count(rule.findings, "finding"))
                            @if let Some(hook) = report.hooks.get(rule.hook) {
                                " · " (call_link(rule.hook, hook))
                            }
                        }
                    }
                    @if let Some(help) = rule.help { p.help.text { (help) } }
                }
            }
        }
    }
}
