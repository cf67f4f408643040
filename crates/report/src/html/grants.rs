//! What a call was granted, and what it made of that as far as the report knows.

use crate::HookReport;
use maud::{Markup, html};
use skink_job::{EffectGrants, Grants, HostEffect, Outcome, PlanEdit, PlanGrants, SafeText};

/// One grant.
struct Grant {
    key: &'static str,
    of: SafeText,
    means: &'static str,
    /// What came of it; nothing where that cannot be told.
    used: Option<String>,
}

pub(super) fn list(hook: &HookReport) -> Markup {
    let grants = grants(hook);
    html! {
        @if grants.is_empty() {
            p.empty { "Nothing was granted." }
        } @else {
            ul.grants {
                @for Grant { key, of, means, used } in grants {
                    li {
                        code { (key) @if !of.is_empty() { " " (of) } }
                        " " span.means { (means) }
                        @if let Some(used) = used { " " span.used { (used) } }
                    }
                }
            }
        }
    }
}

/// Every grant, each of a list by itself.
fn grants(hook: &HookReport) -> Vec<Grant> {
    // No `..`: a new grant must be told here or this does not compile.
    let Grants {
        results,
        sources,
        previous,
        build_log,
        outbox,
        unchanged,
        tools,
        attachments,
        plan,
        effects,
    } = &hook.grants;
    let simple = |key, means, used| Grant { key, of: SafeText::default(), means, used };
    let is_unchanged = matches!(hook.outcome, Outcome::Unchanged { .. });
    let flags = [
        (*results, simple("results", "read the results", None)),
        (*sources, simple("sources", "read the sources", None)),
        (*previous, simple("previous", "read the results of the build before", None)),
        (*build_log, simple("build-log", "read log, installed packages and statistics", None)),
        (*outbox, simple("outbox", "add files to the results", Some(times(hook.outputs.len(), "added")))),
        (
            *unchanged,
            simple(
                "unchanged",
                "say that the build is unchanged",
                Some(times(usize::from(is_unchanged), "said")),
            ),
        ),
    ];
    let tool = |name: &skink_job::ToolName| {
        let runs =
            hook.tools.iter().filter(|tool| tool.name == name.as_str()).map(|tool| tool.runs.len()).sum();
        Grant {
            key: "tools",
            of: name.as_str().into(),
            means: "run this program",
            used: Some(times(runs, "run")),
        }
    };
    let file = |name: &skink_job::FileName| {
        let left = hook.attachments.iter().filter(|file| file.name == name.as_str()).count();
        Grant {
            key: "attachments",
            of: name.as_str().into(),
            means: "leave this file",
            used: Some(times(left, "left")),
        }
    };
    let mut all: Vec<Grant> = flags.into_iter().filter(|(set, _)| *set).map(|(_, grant)| grant).collect();
    all.extend(tools.iter().map(tool));
    all.extend(attachments.iter().map(file));
    all.extend(plan_grants(plan, &hook.plan));
    all.extend(effect_grants(effects, &hook.effects).into_iter().flatten());
    all
}

fn plan_grants(grants: &PlanGrants, edits: &[PlanEdit]) -> Vec<Grant> {
    let PlanGrants { add_packages, remove_packages, macros, options, delegate } = grants;
    let made = |is: fn(&PlanEdit) -> bool| times(edits.iter().filter(|edit| is(edit)).count(), "made");
    let rows = [
        (
            "plan.add-packages",
            add_packages,
            "install these",
            made(|edit| matches!(edit, PlanEdit::AddPackage { .. })),
        ),
        (
            "plan.remove-packages",
            remove_packages,
            "leave these out",
            made(|edit| matches!(edit, PlanEdit::RemovePackage { .. })),
        ),
        (
            "plan.macros",
            macros,
            "define these macros",
            made(|edit| matches!(edit, PlanEdit::SetMacro { .. })),
        ),
        (
            "plan.options",
            options,
            "add these options",
            made(|edit| matches!(edit, PlanEdit::AddOption { .. })),
        ),
        (
            "plan.delegate",
            delegate,
            "have these tools build",
            made(|edit| matches!(edit, PlanEdit::Delegate { .. })),
        ),
    ];
    let of = |names: &std::collections::BTreeSet<String>| {
        names.iter().map(String::as_str).collect::<Vec<_>>().join(", ").into()
    };
    rows.into_iter()
        .filter(|(_, names, _, _)| !names.is_empty())
        .map(|(key, names, means, used)| Grant { key, of: of(names), means, used: Some(used) })
        .collect()
}

fn effect_grants(grants: &EffectGrants, effects: &[HostEffect]) -> [Option<Grant>; 2] {
    let EffectGrants { binfmt, unmount } = grants;
    let unmounted = effects.iter().filter(|effect| matches!(effect, HostEffect::Unmount { .. })).count();
    let grant = |key, names: &std::collections::BTreeSet<String>, means, used| {
        let of = || names.iter().map(String::as_str).collect::<Vec<_>>().join(", ").into();
        (!names.is_empty()).then(|| Grant { key, of: of(), means, used: Some(used) })
    };
    let emulated = times(effects.len() - unmounted, "asked for");
    [
        grant("effects.binfmt", binfmt, "have these architectures emulated", emulated),
        grant("effects.unmount", unmount, "have mounts at these places unmounted", times(unmounted, "done")),
    ]
}

/// `not run`, `run once`, `run 3 times`.
fn times(number: usize, done: &str) -> String {
    match number {
        0 => format!("not {done}"),
        1 => format!("{done} once"),
        number => format!("{done} {number} times"),
    }
}
