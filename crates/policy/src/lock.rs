//! The file `_hooks.lock`: what the hooks of the `_hooks` beside it are made of.
//!
//! It pins the module of each hook by its sha256, and the root of each of its tools by its address, one for each
//! architecture of machines. What it does to a job is in [`crate::EntryLock`].
//!
//! Invariant: whatever is written here reads back as the same.

use crate::hooks::check_schema;
use crate::reader::{Table, by_grammar, read_file};
use crate::words::shown;
use crate::{Place, Problems};
use skink_job::{Digest, HookName, SafeText, ToolName};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What stands above a written lock.
const HEAD: &str = "# Written by `skink hook lock`: what the hooks of the _hooks beside this are made of.";
/// How a lock calls the machine's own files.
const HOST: &str = "host";

/// One `_hooks.lock`.
#[derive(Debug, Clone)]
pub struct LockFile {
    pub(crate) file: String,
    pub(crate) hooks: BTreeMap<HookName, (LockedHook, Place)>,
}

/// What one hook is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedHook {
    /// Of its module's bytes.
    pub sha256: Digest,
    /// The root of each of its tools, by the architecture of the machine.
    pub tools: BTreeMap<ToolName, BTreeMap<String, LockedRoot>>,
}

/// Where a tool lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockedRoot {
    /// In the machine's own files, of which nothing is pinned.
    Host,
    /// In the tool root of this address.
    Built(Digest),
}

impl fmt::Display for LockedRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.pad(HOST),
            Self::Built(address) => address.fmt(f),
        }
    }
}

impl LockFile {
    /// A lock that is to be written.
    pub fn new(hooks: BTreeMap<HookName, LockedHook>) -> Self {
        let place = Place::outside("_hooks.lock");
        let hooks = hooks.into_iter().map(|(name, hook)| (name, (hook, place.clone())));
        Self { file: place.file().to_owned(), hooks: hooks.collect() }
    }

    /// Reads a `_hooks.lock`. `file` is how messages call it.
    pub fn parse(text: impl AsRef<[u8]>, file: &str) -> Result<Self, Problems> {
        read_file(text.as_ref(), file, "the lock", |top| {
            let mut hooks = BTreeMap::new();
            if check_schema(top) {
                top.named_tables("hooks", "[hooks.NAME] of the lock", |name, table| {
                    let hook = read_hook(table);
                    match (by_grammar::<HookName>(name.value), hook) {
                        (Ok(known), Some(hook)) => drop(hooks.insert(known, (hook, name.place))),
                        (Ok(_), None) => {}
                        (Err(message), _) => table.report(&name.place, message),
                    }
                });
            }
            Self { file: file.to_owned(), hooks }
        })
    }

    /// The hooks that it locks.
    pub fn hooks(&self) -> impl Iterator<Item = (&HookName, &LockedHook)> {
        self.hooks.iter().map(|(name, (hook, _))| (name, hook))
    }

    /// With the roots that `old` has for other machines than those of `arch`, of tools that are still there.
    #[must_use]
    pub fn keeping_others(mut self, old: &Self, arch: &str) -> Self {
        for (name, (hook, _)) in &mut self.hooks {
            let Some((old, _)) = old.hooks.get(name) else { continue };
            for (tool, roots) in &mut hook.tools {
                let others = old.tools.get(tool).into_iter().flatten().filter(|(other, _)| *other != arch);
                roots.extend(others.map(|(arch, root)| (arch.clone(), *root)));
            }
        }
        self
    }

    /// What is otherwise than in `old`, a line each; nothing where both lock the same.
    pub fn changes_since(&self, old: &Self) -> Vec<SafeText> {
        let (before, after) = (old.pins(), self.pins());
        let pins: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let line = |pin: &String| match (before.get(pin), after.get(pin)) {
            (Some(was), Some(is)) if was == is => None,
            (Some(was), Some(is)) => Some(format!("{pin}: {is} in the place of {was}")),
            (Some(was), None) => Some(format!("{pin}: {was} is taken out")),
            (None, Some(is)) => Some(format!("{pin}: {is}")),
            (None, None) => None,
        };
        pins.into_iter().filter_map(line).map(|line| SafeText::line(&line)).collect()
    }

    /// All that it pins, each with a name.
    fn pins(&self) -> BTreeMap<String, String> {
        let mut pins = BTreeMap::new();
        for (name, hook) in self.hooks() {
            pins.insert(format!("{name}, module"), hook.sha256.to_string());
            for (tool, roots) in &hook.tools {
                let roots = roots.iter();
                pins.extend(roots.map(|(arch, root)| {
                    (format!("{name}, root of the tool {tool} on {arch}"), root.to_string())
                }));
            }
        }
        pins
    }
}

/// The text of the file.
impl fmt::Display for LockFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}\nschema = 1")?;
        for (name, hook) in self.hooks() {
            writeln!(f, "\n[hooks.{name}]\nsha256 = \"{}\"", hook.sha256)?;
            for (tool, roots) in &hook.tools {
                // A tool's name may hold dots, and nothing that would need an escape.
                writeln!(f, "\n[hooks.{name}.tools.\"{tool}\"]")?;
                for (arch, root) in roots {
                    writeln!(f, "{arch} = \"{root}\"")?;
                }
            }
        }
        Ok(())
    }
}

fn read_hook(table: &Table<'_>) -> Option<LockedHook> {
    let sha256 = table.parsed("sha256", by_grammar::<Digest>);
    table.missing("sha256", "sha256 = \"5f2b…\", as `skink hook lock` writes it");
    let mut tools = BTreeMap::new();
    table.named_tables("tools", "[hooks.HOOK.tools.NAME]", |name, table| {
        let tool = by_grammar::<ToolName>(name.value);
        let tool = tool.map_err(|message| table.report(&name.place, message)).ok();
        let mut roots = BTreeMap::new();
        table.named_texts(|arch, root| {
            let known = is_arch(arch.value);
            if !known {
                let message = format!("`{}` is no architecture of machines", shown(arch.value));
                table.report_helped(&arch.place, message, || "such as: x86_64".to_owned());
            }
            match read_root(root.value) {
                Ok(root) if known => drop(roots.insert(arch.value.to_owned(), root)),
                Ok(_) => {}
                Err(message) => table.report(&root.place, message),
            }
        });
        tools.extend(tool.map(|tool| (tool, roots)));
    });
    Some(LockedHook { sha256: sha256?.value, tools })
}

fn read_root(raw: &str) -> Result<LockedRoot, String> {
    if raw == HOST {
        return Ok(LockedRoot::Host);
    }
    let address = raw.parse().map(LockedRoot::Built);
    address.map_err(|_| format!("`{}` is neither the address of a tool root nor `{HOST}`", shown(raw)))
}

/// Whether a key needs no quoting and may name an architecture.
fn is_arch(raw: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    raw.starts_with(|c: char| c.is_ascii_lowercase()) && raw.len() <= 32 && raw.chars().all(fits)
}
