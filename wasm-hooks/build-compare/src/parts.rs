//! Dependencies, scripts, triggers and the last change of a package.

use crate::codes::Code;
use crate::difference::{Difference, Differences};
use crate::header::Header;
use crate::pair::merge;
use crate::sides::Sides;
use crate::text::are_unclear;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use skink_sdk::packages::{Dependency, DependencyKind, Format, Script, ScriptKind, Trigger, TriggerKind};

/// Comparisons in the flags of a dependency.
const COMPARISONS: [(u32, &str); 3] = [(2, "<"), (4, ">"), (8, "=")];

/// What kinds of dependencies are called, by rpm's names for them.
const KINDS: [(DependencyKind, &str); 9] = [
    (DependencyKind::Provides, "provides"),
    (DependencyKind::Requires, "requires"),
    (DependencyKind::Conflicts, "conflicts"),
    (DependencyKind::Obsoletes, "obsoletes"),
    (DependencyKind::Recommends, "recommends"),
    (DependencyKind::Suggests, "suggests"),
    (DependencyKind::Supplements, "supplements"),
    (DependencyKind::Enhances, "enhances"),
    (DependencyKind::Order, "order"),
];

const SCRIPTS: [(ScriptKind, &str); 10] = [
    (ScriptKind::PreIn, "pre-in"),
    (ScriptKind::PostIn, "post-in"),
    (ScriptKind::PreUn, "pre-un"),
    (ScriptKind::PostUn, "post-un"),
    (ScriptKind::PreTrans, "pre-trans"),
    (ScriptKind::PostTrans, "post-trans"),
    (ScriptKind::PreUnTrans, "pre-un-trans"),
    (ScriptKind::PostUnTrans, "post-un-trans"),
    (ScriptKind::Verify, "verify"),
    (ScriptKind::Config, "config"),
];

pub(crate) fn compare(sides: Sides<'_>, found: &mut Differences) {
    // Those of a deb are fields of it, which are compared as such.
    if sides.new.format == Format::Rpm {
        dependencies(sides, found);
    }
    scripts(sides, found);
    triggers(sides, found);
    changelog(sides, found);
}

/// One of a package: as it is compared, and as people are shown it.
struct Told {
    key: String,
    shown: String,
    exact: String,
}

fn dependencies(sides: Sides<'_>, found: &mut Differences) {
    for (kind, field) in KINDS {
        // What a source package provides is its own name, with the release.
        if kind == DependencyKind::Provides && sides.new.is_source && sides.old.is_source {
            continue;
        }
        let (old, new) = (of_kind(sides.old, kind), of_kind(sides.new, kind));
        let other = merge(
            old,
            new,
            |told| told.key.clone(),
            |pair| match pair {
                (Some(_), Some(_)) | (None, None) => None,
                one => Some(one),
            },
        );
        let gone = other.iter().find_map(|(old, _)| old.as_ref());
        let come = other.iter().find_map(|(_, new)| new.as_ref());
        if gone.is_none() && come.is_none() {
            if [sides.old, sides.new].into_iter().any(|header| has_unclear(header, kind)) {
                found.add(Difference::unclear(Code::DependenciesDiffer, field).field(field));
            }
            continue;
        }
        let same = gone.map(|told| &told.shown) == come.map(|told| &told.shown);
        let shown = |told: &Told| if same { told.exact.clone() } else { told.shown.clone() };
        let (gone, come) = (gone.map(shown), come.map(shown));
        let difference = Difference::new(Code::DependenciesDiffer, field).field(field);
        found.add(difference.values(gone.as_deref(), come.as_deref()));
    }
}

/// Whether a dependency of that kind is no UTF-8.
fn has_unclear(header: &Header, kind: DependencyKind) -> bool {
    let own = header.dependencies.iter().filter(|dependency| dependency.kind == kind);
    are_unclear(own.flat_map(|dependency| [dependency.name.as_str(), dependency.version.as_str()]))
}

/// All of one kind, sorted by what is compared.
fn of_kind(header: &Header, kind: DependencyKind) -> Vec<Told> {
    let told = |dependency: &Dependency| {
        let Dependency { name, flags, version, .. } = dependency;
        let signs = COMPARISONS.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, sign)| *sign);
        let sign: String = signs.collect();
        let shown = if version.is_empty() { name.clone() } else { format!("{name} {sign} {version}") };
        let line = format!("{name} {flags} {version}");
        let key = header.release.line(&line).into_owned();
        Told { key, exact: format!("{shown} (flags {flags:#x})"), shown }
    };
    let mut all: Vec<Told> =
        header.dependencies.iter().filter(|dependency| dependency.kind == kind).map(told).collect();
    all.sort_by(|a, b| a.key.cmp(&b.key));
    all
}

fn scripts(sides: Sides<'_>, found: &mut Differences) {
    for (kind, field) in SCRIPTS {
        let of = |header: &'_ Header| header.scripts.iter().position(|script| script.kind == kind);
        let (old, new) = (
            of(sides.old).and_then(|place| sides.old.scripts.get(place)),
            of(sides.new).and_then(|place| sides.new.scripts.get(place)),
        );
        let what = format!("the script {field}");
        let difference = match (old, new) {
            (Some(old), Some(new)) => script(sides, &what, old, new),
            (None, None) => None,
            (old, new) => {
                let body =
                    |script: &Script| script.body.clone().unwrap_or_else(|| script.interpreter.join(" "));
                let (old, new) = (old.map(body), new.map(body));
                let difference = Difference::new(Code::ScriptDiffers, &what);
                Some(difference.values(old.as_deref(), new.as_deref()))
            }
        };
        if let Some(difference) = difference {
            found.add(difference.field(field));
        }
    }
}

/// What differs in a script of both packages.
fn script(sides: Sides<'_>, what: &str, old: &Script, new: &Script) -> Option<Difference> {
    let difference = || Difference::new(Code::ScriptDiffers, what);
    let body = |script: &'_ Script| script.body.clone().unwrap_or_default();
    let (old_body, new_body) = (body(old), body(new));
    if old.interpreter != new.interpreter {
        let (old, new) = (old.interpreter.join(" "), new.interpreter.join(" "));
        return Some(difference().part("interpreter".to_owned()).values(Some(&old), Some(&new)));
    }
    if old.flags != new.flags {
        let (old, new) = (format!("{:#x}", old.flags), format!("{:#x}", new.flags));
        return Some(difference().part("flags".to_owned()).values(Some(&old), Some(&new)));
    }
    if let Some(line) = sides.first_difference(&old_body, &new_body) {
        return Some(difference().part(format!("line {}", line.number)).values(line.old, line.new));
    }
    let texts = old.interpreter.iter().chain([&old_body, &new_body]).map(String::as_str);
    are_unclear(texts).then(|| Difference::unclear(Code::ScriptDiffers, what))
}

fn triggers(sides: Sides<'_>, found: &mut Differences) {
    let (old, new) = (triggers_of(sides.old), triggers_of(sides.new));
    let longest = old.len().max(new.len());
    for place in 0..longest {
        let (old, new) = (old.get(place), new.get(place));
        let keys = (old.map(|(key, _)| key), new.map(|(key, _)| key));
        if keys.0 == keys.1 {
            if are_unclear(keys.0.into_iter().flatten().map(String::as_str)) {
                let difference = Difference::unclear(Code::TriggerDiffers, "a trigger");
                return found.add(difference.field("trigger"));
            }
            continue;
        }
        let difference = Difference::new(Code::TriggerDiffers, "a trigger").field("trigger");
        let shown = (old.map(|(_, shown)| shown.as_str()), new.map(|(_, shown)| shown.as_str()));
        // Further ones may only have moved.
        return found.add(difference.values(shown.0, shown.1));
    }
}

/// Triggers as they are compared, and as people are shown them.
fn triggers_of(header: &Header) -> Vec<(Vec<String>, String)> {
    header.triggers.iter().map(|trigger| trigger_of(header, trigger)).collect()
}

fn trigger_of(header: &Header, trigger: &Trigger) -> (Vec<String>, String) {
    let Trigger { kind, interpreter, body, flags, priority, conditions } = trigger;
    let kind = match kind {
        TriggerKind::Package => "package",
        TriggerKind::File => "file",
        TriggerKind::TransactionFile => "transaction-file",
    };
    let names: Vec<&str> = conditions.iter().map(|condition| condition.name.as_str()).collect();
    let shown = format!("{kind} {}: {body}", names.join(", "));
    let mut key = [format!("{kind} {flags} {priority:?} {}", conditions.len())].to_vec();
    key.extend(interpreter.iter().cloned());
    let lines = conditions
        .iter()
        .map(|condition| format!("{} {} {}", condition.name, condition.flags, condition.version));
    let lines: Vec<String> = lines.collect();
    let all = lines.iter().map(String::as_str).chain(body.split('\n'));
    key.extend(all.map(|line| header.release.line(line).into_owned()));
    (key, shown)
}

fn changelog(sides: Sides<'_>, found: &mut Differences) {
    let (old, new) = (&sides.old.change, &sides.new.change);
    let same = match (old, new) {
        (Some(old), Some(new)) => (old.time, &old.author, &old.text) == (new.time, &new.author, &new.text),
        (old, new) => old.is_none() && new.is_none(),
    };
    if same {
        let texts = new.iter().flat_map(|change| [change.author.as_str(), change.text.as_str()]);
        if are_unclear(texts) {
            let difference = Difference::unclear(Code::ChangelogDiffers, "the last change");
            found.add(difference.field("changelog"));
        }
        return;
    }
    let shown = |change: &skink_sdk::packages::Change| {
        format!("{} ({}): {}", change.author, change.time, change.text)
    };
    let (old, new) = (old.as_ref().map(shown), new.as_ref().map(shown));
    let difference = Difference::new(Code::ChangelogDiffers, "the last change").field("changelog");
    found.add(difference.values(old.as_deref(), new.as_deref()));
}

#[cfg(test)]
mod tests;
