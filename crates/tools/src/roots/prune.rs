//! Removing roots that nobody asks for any more.

use super::error::ToolRootError;
use super::names::{self, Known, Names};
use super::{RootInfo, RootSpec, ToolRoots, remove};
use skink_job::{Digest, SafeText, ToolRootName};
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};

/// What became of one root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pruned {
    /// It was removed, or would be.
    Removed(RootInfo),
    /// It is in use.
    InUse(RootInfo),
    /// What a dead builder left, or what is no root, was removed, or would be.
    LeftOver(SafeText),
}

impl ToolRoots {
    /// Removes the roots that none of the descriptions leads to, and what dead builders left. With `dry` nothing is
    /// done, only told.
    pub fn prune(&self, wanted: &[RootSpec], dry: bool) -> Result<Vec<Pruned>, ToolRootError> {
        let mut pruned = self.left_over(dry)?;
        let kept = self.kept(wanted)?;
        for address in self.addresses()?.into_iter().filter(|address| !kept.contains(address)) {
            pruned.extend(self.prune_one(&address, dry)?);
        }
        Ok(pruned)
    }

    fn kept(&self, wanted: &[RootSpec]) -> Result<BTreeSet<Digest>, ToolRootError> {
        let mut kept = BTreeSet::new();
        for spec in wanted {
            // Also one that is out of date: a job may not have asked since.
            if let Some(Known::Built { address, .. }) = Names::of(&self.folder, &spec.name).known()? {
                kept.insert(address);
            }
        }
        Ok(kept)
    }

    fn prune_one(&self, address: &Digest, dry: bool) -> Result<Option<Pruned>, ToolRootError> {
        let path = self.folder.join(address.to_string());
        let Some(info) = RootInfo::read(&path)? else { return Ok(None) };
        let folder = File::open(&path).map_err(ToolRootError::file("open", &path))?;
        match folder.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Some(Pruned::InUse(info))),
            Err(TryLockError::Error(e)) => return Err(ToolRootError::file("lock", &path)(e)),
        }
        if !dry {
            // Not half of one under its address.
            let part = self.folder.join(format!("part-{address}"));
            fs::rename(&path, &part).map_err(ToolRootError::file("remove", &path))?;
            remove(&part)?;
        }
        Ok(Some(Pruned::Removed(info)))
    }

    fn left_over(&self, dry: bool) -> Result<Vec<Pruned>, ToolRootError> {
        let mut found = Vec::new();
        for entry in names::entries(&self.folder)? {
            let Some(name) = entry.strip_prefix("part-") else { continue };
            // A root is being built by who holds the lock of its name.
            let _turn = match name.parse::<ToolRootName>() {
                Ok(name) => match Names::of(&self.folder, &name).turn_if_free()? {
                    Some(turn) => Some(turn),
                    None => continue,
                },
                Err(_) => None,
            };
            if !dry {
                remove(&self.folder.join(&entry))?;
            }
            found.push(Pruned::LeftOver(SafeText::line(&entry)));
        }
        Ok(found)
    }
}
