//! The file `_hooks` of a project or a package.

use crate::entry::{self, HookEntry, Layer, MAX_HOOKS};
use crate::order::order;
use crate::reader::{Table, by_grammar, read_file};
use crate::{At, Place, Problems};
use skink_job::{HookName, Phase};
use std::collections::BTreeSet;

/// What one `_hooks` file declares, in its order.
#[derive(Debug, Clone, Default)]
pub struct HooksFile {
    pub(crate) declared: Vec<Declared>,
}

/// One table of the file.
#[derive(Debug, Clone)]
pub(crate) enum Declared {
    /// A hook. Its layer is set when the layers are merged.
    Hook(Box<HookEntry>),
    /// `disabled = true`: the hook of that name in an outer layer is not wanted.
    Disabled { name: HookName, place: Place },
}

impl HooksFile {
    /// What this file declares and then what `later` does: of two entries of one name, the later one counts.
    #[must_use]
    pub fn followed_by(mut self, later: Self) -> Self {
        self.declared.extend(later.declared);
        self
    }

    /// Reads a `_hooks` file. `file` is how messages call it.
    pub fn parse(text: impl AsRef<[u8]>, file: &str) -> Result<Self, Problems> {
        read_file(text.as_ref(), file, "the hooks file", |top| {
            let mut declared = Vec::new();
            if !check_schema(top) {
                return Self { declared };
            }
            top.named_tables("hooks", "[hooks.NAME]", |name, table| {
                let place = name.place.clone();
                let name = match by_grammar::<HookName>(name.value) {
                    Ok(name) => Some(name),
                    Err(message) => {
                        table.report(&place, message);
                        None
                    }
                };
                if declared.len() == MAX_HOOKS {
                    table.report(&place, format!("a file may declare at most {MAX_HOOKS} hooks"));
                }
                declared.extend(read_hook(table, name, place));
            });
            Self { declared }
        })
    }

    /// Names in `after` and `before` that no table of this file has. Another layer may have them; where none does, a
    /// job fails.
    pub fn unknown_names(&self) -> Vec<At<HookName>> {
        let declared = self.declared.iter().map(|declared| match declared {
            Declared::Hook(hook) => &hook.name,
            Declared::Disabled { name, .. } => name,
        });
        let declared: BTreeSet<&HookName> = declared.collect();
        let names = self.hooks().flat_map(|hook| hook.after.iter().chain(&hook.before));
        names.filter(|name| !declared.contains(&name.value)).cloned().collect()
    }

    /// Whether hooks of this file wait for each other in a circle, which no other layer can mend.
    pub fn check_order(&self) -> Result<(), Problems> {
        let mut entries: Vec<HookEntry> = self.hooks().cloned().collect();
        let names: BTreeSet<HookName> = entries.iter().map(|entry| entry.name.clone()).collect();
        for entry in &mut entries {
            entry.after.retain(|name| names.contains(&name.value));
            entry.before.retain(|name| names.contains(&name.value));
        }
        Phase::ALL.iter().try_for_each(|phase| order(&entries, *phase).map(drop))
    }

    /// The hooks that it declares, without those that it disables.
    pub fn hooks(&self) -> impl Iterator<Item = &HookEntry> {
        self.declared.iter().filter_map(|declared| match declared {
            Declared::Hook(hook) => Some(hook.as_ref()),
            Declared::Disabled { .. } => None,
        })
    }
}

fn read_hook(table: &Table<'_>, name: Option<HookName>, place: Place) -> Option<Declared> {
    let disabled = table.flag("disabled") == Some(true);
    // Where the name is bad, the keys are read all the same, so that all their problems are told at once.
    let known = name.is_some();
    let name = name.or_else(|| "x".parse().ok())?;
    let hook = entry::read(table, name.clone(), Layer::Project, place.clone());
    if disabled {
        return Some(Declared::Disabled { name, place });
    }
    table.missing("module", "module = \"rpmlint.wasm\", a file beside this one");
    hook.filter(|_| known).map(|hook| Declared::Hook(Box::new(hook)))
}

/// Whether the file is written for this reader. If not, its keys mean something else and are not looked at.
pub(crate) fn check_schema(top: &Table<'_>) -> bool {
    let schema = top.count("schema");
    top.missing("schema", "schema = 1, as the first line");
    let Some(schema) = schema else { return true };
    if schema.value == 1 {
        return true;
    }
    let message = format!("this file has schema {}, this Skink reads schema 1", schema.value);
    top.report_helped(&schema.place, message, || "take a Skink that is as new as the file".to_owned());
    top.give_up();
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_is_looked_at_by_itself() {
        let hook = |name: &str, after: &str| format!("[hooks.{name}]\nmodule = \"m\"\nafter = [{after}]\n");
        let rows = [
            (hook("a", "") + &hook("b", "\"a\""), "", ""),
            (hook("a", "\"b\"") + &hook("b", "\"a\""), "", "in a circle: a after b after a"),
            (hook("a", "\"a\""), "", "in a circle: a after a"),
            (hook("a", "\"x\", \"b\"") + "[hooks.b]\ndisabled = true\n", "x", ""),
        ];
        for (text, unknown, circle) in rows {
            let file = HooksFile::parse(format!("schema = 1\n{text}"), "_hooks").unwrap();
            let names: Vec<String> = file.unknown_names().iter().map(|name| name.value.to_string()).collect();
            assert_eq!(names.join(" "), unknown, "{text}");
            let order = file.check_order().err().map(|problems| problems.to_string()).unwrap_or_default();
            assert!(order.contains(circle) && order.is_empty() == circle.is_empty(), "{text}: {order}");
        }
    }
}
