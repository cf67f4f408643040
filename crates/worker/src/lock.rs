//! Locking: what the hooks of a `_hooks` are made of on this machine, and the `_hooks.lock` that says it.
//!
//! Each hook goes the way of admission, so what is locked is what a job here would get.

use crate::admit::{Admission, Admitted, ModuleFolders, Refusal};
use crate::journal::{Journal, Undo};
use crate::layers::LOCK_FILE;
use crate::tool_roots::RootSource;
use crate::{Host, WorkerError};
use skink_obs::machine_arch;
use skink_policy::{HookEntry, LockFile, LockedHook, LockedRoot, Policy};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Whose hooks are locked.
#[derive(Debug, Clone, Copy)]
pub struct Locking<'a> {
    /// The installation.
    pub host: &'a Host,
    /// The folder of the `_hooks` and its modules.
    pub folder: &'a Path,
    /// The project, where it is known.
    pub project: Option<&'a str>,
    /// Where tool roots come from that are not there.
    pub roots: RootSource<'a>,
}

impl Locking<'_> {
    /// What these hooks are made of, each as its policy allows it, or why some of them cannot be locked.
    pub fn resolve(
        &self,
        hooks: &[(HookEntry, Policy)],
    ) -> Result<Result<LockFile, Vec<Refusal>>, WorkerError> {
        let name = crate::host::unique();
        let (journal, notes) = Journal::open(&self.host.state.join("journal"), &name)?;
        notes.iter().for_each(|note| tracing::warn!(%note));
        journal.intend(&[Undo::RemoveFolder { path: self.host.state.join("jobs").join(&name) }])?;
        let scratch = self.host.job_folder(&name)?;
        let resolved = self.resolve_in(hooks, &scratch);
        journal.close()?;
        Ok(resolved)
    }

    fn resolve_in(&self, hooks: &[(HookEntry, Policy)], scratch: &Path) -> Result<LockFile, Vec<Refusal>> {
        let own = Some(self.folder.to_owned());
        let folders = ModuleFolders { admin: None, project: own.clone(), package: own };
        let (mut locked, mut refused) = (BTreeMap::new(), Vec::new());
        for (entry, policy) in hooks {
            let Self { host, project, roots, folder: _ } = *self;
            let admission = Admission { host, policy, project, folders: &folders, scratch, roots };
            match admission.admit(entry.clone()) {
                Ok(hook) => drop(locked.insert(entry.name.clone(), made_of(&hook))),
                Err(refusal) => refused.push(*refusal),
            }
        }
        if refused.is_empty() { Ok(LockFile::new(locked)) } else { Err(refused) }
    }
}

fn made_of(hook: &Admitted) -> LockedHook {
    let tools = hook.tools.iter().map(|(tool, _)| {
        let root = tool.root.address().copied().map_or(LockedRoot::Host, LockedRoot::Built);
        (tool.name.clone(), BTreeMap::from([(machine_arch().to_owned(), root)]))
    });
    LockedHook { sha256: hook.sha256, tools: tools.collect() }
}

/// Puts a lock into a folder, whole or not at all, and gives its file.
pub fn write(folder: &Path, lock: &LockFile) -> Result<PathBuf, WorkerError> {
    let path = folder.join(LOCK_FILE);
    let part = folder.join(format!("{LOCK_FILE}.{}", crate::host::unique()));
    let written = write_part(&part, &lock.to_string()).and_then(|()| fs::rename(&part, &path));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written.map_err(WorkerError::file("write", &path))?;
    Ok(path)
}

fn write_part(part: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::read_lock;

    #[test]
    fn a_lock_is_there_whole_or_not_at_all() {
        let text = format!("schema = 1\nhooks.a.sha256 = \"{}\"\n", "ab".repeat(32));
        let lock = LockFile::parse(text, LOCK_FILE).unwrap();
        type Plant = fn(&Path);
        let rows: [(&str, Plant, bool); 4] = [
            ("nothing", |_| {}, true),
            ("another lock", |path| fs::write(path, "schema = 1").unwrap(), true),
            ("a folder", |path| fs::create_dir(path).unwrap(), false),
            ("no folder around it", |path| fs::remove_dir(path.parent().unwrap()).unwrap(), false),
        ];
        for (what, plant, fits) in rows {
            let base = tempfile::tempdir().unwrap();
            let folder = base.path().join("package");
            fs::create_dir(&folder).unwrap();
            plant(&folder.join(LOCK_FILE));
            assert_eq!(write(&folder, &lock).is_ok(), fits, "{what}");
            let names: Vec<_> = fs::read_dir(&folder)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.file_name())
                .collect();
            assert!(names.iter().all(|name| name == LOCK_FILE), "{what}: {names:?}");
            if fits {
                let read = read_lock(&folder).unwrap().unwrap();
                assert!(read.changes_since(&lock).is_empty(), "{what}");
            }
        }
    }
}
