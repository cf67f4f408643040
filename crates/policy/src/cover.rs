//! Grants as single rights, so that a request can be held against what a rule gives, right by right.

use crate::projects::star;
use skink_job::{EffectGrants, Grants, PlanGrants, SafeText};
use std::collections::BTreeSet;
use std::fmt;

/// One authority: a flag, or one name in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Right<'a> {
    /// The key in the policy.
    pub(crate) key: &'static str,
    /// The name or pattern; empty for a flag.
    pub(crate) name: &'a str,
}

/// The keys whose names are patterns with `*`.
const PATTERNS: [&str; 3] = ["plan.add-packages", "plan.remove-packages", "plan.macros"];

impl Right<'_> {
    /// Whether who has this right has the other too.
    pub(crate) fn covers(&self, other: &Right<'_>) -> bool {
        self.key == other.key
            && (self.name == other.name || PATTERNS.contains(&self.key) && star(self.name, other.name))
    }
}

impl fmt::Display for Right<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            "" => write!(f, "`{}`", self.key),
            name => write!(f, "`{}` of \"{}\"", self.key, crate::words::shown(name)),
        }
    }
}

impl Right<'_> {
    /// `*` in a list of the plan or of effects requests whatever the rule gives there, be it nothing: a module for any
    /// package cannot know which ones an admin will let it add.
    pub(crate) fn is_any(&self) -> bool {
        self.name == "*" && (self.key.starts_with("plan.") || self.key.starts_with("effects."))
    }
}

/// The lists in which a module may request `*`, by their keys.
pub(crate) fn lists(grants: &mut Grants) -> [(&'static str, &mut BTreeSet<String>); 7] {
    let PlanGrants { add_packages, remove_packages, macros, options, delegate } = &mut grants.plan;
    let EffectGrants { binfmt, unmount } = &mut grants.effects;
    [
        ("plan.add-packages", add_packages),
        ("plan.remove-packages", remove_packages),
        ("plan.macros", macros),
        ("plan.options", options),
        ("plan.delegate", delegate),
        ("effects.binfmt", binfmt),
        ("effects.unmount", unmount),
    ]
}

/// What both lists give.
pub(crate) fn common(key: &'static str, a: &BTreeSet<String>, b: &BTreeSet<String>) -> BTreeSet<String> {
    let covers = |wide: &str, name: &str| Right { key, name: wide }.covers(&Right { key, name });
    let within = |name: &str, other: &BTreeSet<String>| other.iter().any(|wide| covers(wide, name));
    let (from_a, from_b) = (a.iter().filter(|name| within(name, b)), b.iter().filter(|name| within(name, a)));
    from_a.chain(from_b).cloned().collect()
}

/// Every right that `grants` holds, for people.
pub fn granted(grants: &Grants) -> Vec<SafeText> {
    rights(grants).iter().map(|right| SafeText::line(&right.to_string())).collect()
}

/// Every right that `grants` holds.
pub(crate) fn rights(grants: &Grants) -> Vec<Right<'_>> {
    // No `..`: a new grant must be weighed here or this does not compile.
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
    } = grants;
    let PlanGrants { add_packages, remove_packages, macros, options, delegate } = plan;
    let EffectGrants { binfmt, unmount } = effects;
    let flags = [
        ("results", results),
        ("sources", sources),
        ("previous", previous),
        ("build-log", build_log),
        ("outbox", outbox),
        ("unchanged", unchanged),
    ];
    let mut rights = Vec::new();
    rights.extend(flags.iter().filter(|(_, set)| **set).map(|(key, _)| Right { key, name: "" }));
    rights.extend(tools.iter().map(|tool| Right { key: "tools", name: tool.as_str() }));
    rights.extend(attachments.iter().map(|file| Right { key: "attachments", name: file.as_str() }));
    let lists = [
        ("plan.add-packages", add_packages),
        ("plan.remove-packages", remove_packages),
        ("plan.macros", macros),
        ("plan.options", options),
        ("plan.delegate", delegate),
        ("effects.binfmt", binfmt),
        ("effects.unmount", unmount),
    ];
    for (key, names) in lists {
        rights.extend(names.iter().map(|name| Right { key, name }));
    }
    rights
}
