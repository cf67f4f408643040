//! What a `_hooks.lock` does to the hooks of the `_hooks` beside it.
//!
//! A lock belongs to one file and binds what that file declares: not the admin's mandatory hooks, and not those of
//! another layer. Where an entry is replaced by one of another layer, that one's file and lock count.
//!
//! Invariant: a lock only refuses. It allows nothing, and which root a tool lives in stays the policy's word. What it
//! does not name is refused too, so a lock that is there holds for all.

use crate::hooks::Declared;
use crate::lock::{LockFile, LockedHook, LockedRoot};
use crate::{HooksFile, Place, Problem, Problems};
use skink_job::{Digest, HookName, ToolName};
use std::collections::BTreeSet;

/// How a lock is mended.
const LOCK: &str = "`skink hook lock`";

/// What a lock says of one entry.
#[derive(Debug, Clone)]
pub struct EntryLock {
    hook: HookName,
    /// Where the lock has the hook, or the lock itself.
    place: Place,
    /// None where it does not have the hook.
    locked: Option<LockedHook>,
}

impl HooksFile {
    /// Puts the lock that lies beside this file on all its hooks. A hook of the lock that this file does not declare is
    /// an error: whoever took it out or renamed it has not looked at the lock.
    pub fn locked_by(mut self, lock: &LockFile) -> Result<Self, Problems> {
        let declared: BTreeSet<&HookName> = self.hooks().map(|hook| &hook.name).collect();
        let mut problems = Problems::default();
        for (name, (_, place)) in lock.hooks.iter().filter(|(name, _)| !declared.contains(name)) {
            let message = format!("this lock is stale: the _hooks beside it declares no hook `{name}`");
            let help = format!("{LOCK} takes it out; without a _hooks, remove the lock");
            problems.add(|| Problem::at(place, message).help(help));
        }
        problems.or(())?;
        for declared in &mut self.declared {
            if let Declared::Hook(entry) = declared {
                entry.lock = Some(EntryLock::of(&entry.name, lock));
            }
        }
        Ok(self)
    }
}

impl EntryLock {
    fn of(hook: &HookName, lock: &LockFile) -> Self {
        let (locked, place) = match lock.hooks.get(hook) {
            Some((locked, place)) => (Some(locked.clone()), place.clone()),
            None => (None, Place::outside(&lock.file)),
        };
        Self { hook: hook.clone(), place, locked }
    }

    /// Whether the module that was found, of this name and sha256, is the locked one.
    pub fn check_module(&self, found: &str, sha256: &Digest) -> Result<(), String> {
        let locked = self.locked()?.sha256;
        if locked == *sha256 {
            return Ok(());
        }
        Err(format!(
            "{} locks the hook {} to the module sha256:{locked}, but {found} has sha256:{sha256}; take the locked \
             module, or lock this one by {LOCK}",
            self.place, self.hook
        ))
    }

    /// Whether the lock has a root for each of these tools on such machines, and for no others.
    pub fn check_tools(&self, arch: &str, granted: &BTreeSet<ToolName>) -> Result<(), String> {
        let locked = self.locked()?;
        for tool in granted {
            self.root(tool, arch)?;
        }
        let Some(stale) = locked.tools.keys().find(|tool| !granted.contains(*tool)) else { return Ok(()) };
        Err(format!(
            "{} locks the root of the tool {stale}, which the hook {} does not have; {LOCK} takes it out",
            self.place, self.hook
        ))
    }

    /// Whether a tool's root on such machines is the locked one. `name` is that of the root in the policy, `address`
    /// what it is made of, which the root `host` does not have.
    pub fn check_root(
        &self,
        tool: &ToolName,
        arch: &str,
        name: &str,
        address: Option<&Digest>,
    ) -> Result<(), String> {
        let locked = self.root(tool, arch)?;
        let found = address.copied().map_or(LockedRoot::Host, LockedRoot::Built);
        if locked == found {
            return Ok(());
        }
        Err(format!(
            "{} locks the tool {tool} on {arch} to {}, but here it lives in {}; have an admin bring the root with the \
             locked packages, or lock this one by {LOCK}",
            self.place,
            told("the tool root", locked),
            told(&format!("the tool root {name},"), found)
        ))
    }

    fn locked(&self) -> Result<&LockedHook, String> {
        let missing = || format!("{} does not have the hook {}; {LOCK} adds it", self.place, self.hook);
        self.locked.as_ref().ok_or_else(missing)
    }

    fn root(&self, tool: &ToolName, arch: &str) -> Result<LockedRoot, String> {
        let roots = self.locked()?.tools.get(tool).ok_or_else(|| {
            format!(
                "{} locks no root of the tool {tool}, which the hook {} has; {LOCK} adds it",
                self.place, self.hook
            )
        })?;
        roots.get(arch).copied().ok_or_else(|| {
            let others = roots.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            let others = if others.is_empty() { "none" } else { others.as_str() };
            format!(
                "{} locks no root of the tool {tool} on {arch} (it has: {others}); {LOCK} on a machine of that \
                 architecture adds it",
                self.place
            )
        })
    }
}

fn told(built: &str, root: LockedRoot) -> String {
    match root {
        LockedRoot::Host => "the machine's own files (host)".to_owned(),
        LockedRoot::Built(address) => format!("{built} {address}"),
    }
}
