//! What hooks changed in the plan before the chroot was made.

use super::parts::{call_link, count};
use crate::Report;
use maud::{Markup, html};
use skink_job::{HostEffect, Outcome, PlanEdit};

pub(super) fn section(report: &Report) -> Markup {
    let hooks = report.hooks.iter().enumerate();
    let counted = hooks.filter(|(_, hook)| hook.outcome == Outcome::Passed && !hook.plan.is_empty());
    html! {
        section #plan aria-labelledby="plan-title" {
            h2 #plan-title { "Plan" span.count { (count(report.plan.len(), "change")) } }
            @if !report.effects.is_empty() { (effects(&report.effects)) }
            @if report.plan.is_empty() { p.empty { "No hook changed it." } } @else {
                @for (index, hook) in counted {
                    h3 { "By " (call_link(index, hook)) }
                    (edits(&hook.plan))
                }
            }
        }
    }
}

/// What was done to the build host while the build ran, in words.
pub(super) fn effects(effects: &[HostEffect]) -> Markup {
    html! {
        ul.edits {
            @for effect in effects {
                @match effect {
                    HostEffect::Emulate { arch, interpreter } => {
                        li.set { b { "emulate" } " " code { (arch.as_str()) } " by " code { (interpreter) } }
                    }
                    HostEffect::Unmount { place, kind, lazily } => {
                        li.remove {
                            b { "unmount" } " " code { (place) } " (" (kind) @if *lazily { ", lazily" } ")"
                        }
                    }
                }
            }
        }
    }
}

/// Edits in words, each with a sign of what it does.
pub(super) fn edits(edits: &[PlanEdit]) -> Markup {
    html! {
        ul.edits {
            @for edit in edits {
                @match edit {
                    PlanEdit::AddPackage { name } => { li.add { b { "install" } " " code { (name) } } }
                    PlanEdit::RemovePackage { name } => {
                        li.remove { b { "do not install" } " " code { (name) } }
                    }
                    PlanEdit::SetMacro { name, body } => {
                        li.set { b { "define" } " " code { "%" (name) } " as " code { (body) } }
                    }
                    PlanEdit::AddOption { name, value } => {
                        li.set {
                            b { "add the option" } " "
                            code { "--" (name) @if let Some(value) = value { " " (value) } }
                        }
                    }
                    PlanEdit::Delegate { tool, args, inputs } => {
                        li.set {
                            b { "build with" } " " code { (tool) @for arg in args { " " (arg) } }
                            " in place of " code { "build" }
                            @for input in inputs { ", given " code { (input.name) } }
                        }
                    }
                }
            }
        }
    }
}
