//! Which hooks a job has.

use crate::entry::{HookEntry, Layer};
use crate::hooks::{Declared, HooksFile};
use crate::order::order;
use crate::rule::Mandatory;
use crate::words::{did_you_mean, nearest, quoted};
use crate::{At, Policy, Problem, Problems};
use skink_job::{HookName, Phase, SafeText};
use std::collections::{BTreeMap, BTreeSet};

/// The hooks of one job.
#[derive(Debug, Clone, Default)]
pub struct Merged {
    /// Mandatory ones first, then the project's, then those that only the package has; each in the order of
    /// its file.
    pub entries: Vec<HookEntry>,
    /// In which order they may run in each phase.
    pub orders: BTreeMap<Phase, Vec<HookName>>,
    /// What was replaced, disabled or demanded, for the log.
    pub notes: Vec<SafeText>,
}

/// Merges the three layers by this rule, hook by hook, by name:
///
/// 1. A package's entry replaces the project's of the same name, whole, and keeps its place in the order.
/// 2. `disabled = true` takes out the entry of the same name from the project's layer.
/// 3. A mandatory hook of the admin replaces an entry of the same name, and `disabled` does not touch it.
///    Both are told in a note and are no error: a project need not change because the admin demands a hook.
///
/// `after` and `before` of the project's and the package's entries must name hooks that some layer declares;
/// a disabled one counts and is then without effect. Those of a mandatory hook may name what a job has not.
/// Hooks that wait for each other in a circle are an error here, before anything of the job starts.
pub fn merge(
    policy: &Policy,
    project: Option<&str>,
    project_layer: Option<&HooksFile>,
    package_layer: Option<&HooksFile>,
) -> Result<Merged, Problems> {
    let mut layers = Layers::default();
    layers.add(project_layer, Layer::Project);
    layers.add(package_layer, Layer::Package);
    layers.demand(policy, project);
    let Layers { mut entries, known, notes } = layers;
    let mut problems = Problems::default();
    let present: BTreeSet<HookName> = entries.iter().map(|entry| entry.name.clone()).collect();
    for entry in &mut entries {
        for names in [&mut entry.after, &mut entry.before] {
            if !entry.mandatory {
                names.iter().filter(|name| !known.contains(&name.value)).for_each(|name| {
                    problems.add(|| unknown(name, known.iter()));
                });
            }
            names.retain(|name| present.contains(&name.value));
        }
    }
    problems.or(())?;
    let mut orders = BTreeMap::new();
    for phase in Phase::ALL {
        let order = order(&entries, *phase)?.into_iter();
        let names = order.filter_map(|index| entries.get(index)).map(|entry| entry.name.clone());
        orders.insert(*phase, names.collect());
    }
    Ok(Merged { entries, orders, notes })
}

#[derive(Default)]
struct Layers {
    entries: Vec<HookEntry>,
    /// Every name that some layer declares, disabled ones too.
    known: BTreeSet<HookName>,
    notes: Vec<SafeText>,
}

impl Layers {
    fn add(&mut self, file: Option<&HooksFile>, layer: Layer) {
        for declared in file.into_iter().flat_map(|file| &file.declared) {
            match declared {
                Declared::Hook(hook) => {
                    let mut hook = HookEntry::clone(hook);
                    hook.layer = layer;
                    self.known.insert(hook.name.clone());
                    self.put(hook);
                }
                Declared::Disabled { name, place } => {
                    let outer = self.entries.iter().position(|entry| entry.name == *name);
                    self.known.insert(name.clone());
                    let Some(index) = outer else {
                        self.nothing_to_disable(name, place);
                        continue;
                    };
                    let entry = self.entries.remove(index);
                    self.note(&format!("hook `{name}` of {} is disabled by {place}", entry.place));
                }
            }
        }
    }

    fn nothing_to_disable(&mut self, name: &HookName, place: &crate::Place) {
        let near = nearest(name.as_str(), self.entries.iter().map(|entry| entry.name.as_str()));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        self.note(&format!("{place} disables the hook `{name}`, which no outer layer has{near}"));
    }

    fn put(&mut self, hook: HookEntry) {
        match self.entries.iter_mut().find(|entry| entry.name == hook.name) {
            Some(entry) => {
                let (name, by) = (hook.name.clone(), hook.place.clone());
                let replaced = std::mem::replace(entry, hook);
                self.note(&format!("hook `{name}` of {} is replaced by {by}", replaced.place));
            }
            None => self.entries.push(hook),
        }
    }

    fn demand(&mut self, policy: &Policy, project: Option<&str>) {
        let demanded: Vec<_> = policy.demanded(project).cloned().collect();
        for Mandatory { entry: hook, projects } in &demanded {
            let (name, by) = (&hook.name, &hook.place);
            if let Some(index) = self.entries.iter().position(|entry| entry.name == *name) {
                let replaced = self.entries.remove(index);
                self.note(&format!(
                    "hook `{name}` of {} is replaced by the mandatory one of {by}",
                    replaced.place
                ));
            } else if self.known.contains(name) {
                self.note(&format!("hook `{name}` can not be disabled: {by} makes it mandatory"));
            }
            if projects.permits(project).is_none() {
                self.note(&format!(
                    "hook `{name}` is mandatory ({by}), because the job's project is not known"
                ));
            }
            self.known.insert(name.clone());
        }
        self.entries.splice(0..0, demanded.into_iter().map(|mandatory| mandatory.entry));
    }

    fn note(&mut self, note: &str) {
        self.notes.push(SafeText::line(note));
    }
}

/// A name in `after` or `before` that means no hook.
pub(crate) fn unknown<'a>(name: &At<HookName>, known: impl Iterator<Item = &'a HookName> + Clone) -> Problem {
    let words = || known.clone().map(HookName::as_str);
    let help = did_you_mean(name.value.as_str(), words(), || match words().next() {
        None => "there is no other hook".to_owned(),
        Some(_) => format!("known hooks: {}", quoted(words().take(10))),
    });
    Problem::at(&name.place, format!("there is no hook `{}`", name.value)).help(help)
}
