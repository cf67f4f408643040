//! What stays in the places of a job when it has ended: found by a record of what was there before, and ended.
//!
//! It is looked for in the mount namespace that this process was started in, the host's as far as it concerns us: our own
//! is a copy of it that nobody else sees (see [`crate::views`]), so unmounting there would change nothing.

use crate::journal::{Journal, Undo};
use crate::{WorkerError, views};
use skink_effects::mounts::Mount;
use skink_effects::strays::Before;
use skink_job::SafeText;
use std::path::Path;

/// What is journaled for a place that a job is about to use. Only root makes mounts and loop devices, and can undo them.
pub(crate) fn undo(place: &Path) -> Result<Option<Undo>, WorkerError> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let before = views::in_origin(|| Before::look(place))??;
    Ok(before.map(|before| Undo::Strays { before: Box::new(before) }))
}

/// Ends what was not there before, and says what that was.
pub(crate) fn end(before: &Before) -> Result<Vec<String>, WorkerError> {
    let ended = views::in_origin(|| before.restore())??;
    // What a dead job left is in our own copy, too, and the next build would start with it.
    before.unmount_copies()?;
    Ok(ended)
}

/// An error where something is mounted below a folder that is to be removed: it would be emptied.
pub(crate) fn refuse_mounts_below(folder: &Path) -> Result<(), WorkerError> {
    // Nothing, or a symlink, which a build may have put there: it is not followed when it is removed.
    if !std::fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir()) {
        return Ok(());
    }
    let real = std::fs::canonicalize(folder).map_err(WorkerError::file("find", folder))?;
    let mounts = Mount::all().map_err(skink_effects::strays::StrayError::Mount)?;
    match mounts.iter().find(|mount| mount.point().starts_with(&real)) {
        None => Ok(()),
        Some(mount) => Err(WorkerError::Mounted { folder: real, point: mount.point().to_owned() }),
    }
}

/// What is to be undone of strays at the end of a job, by its number in the journal.
#[derive(Debug, Default)]
pub(crate) struct Strays(Vec<u64>);

impl Strays {
    /// Notes all that any job may leave, at once, for the disk: a build leaves it busy when the time of a second sync
    /// comes.
    pub(crate) fn begin(
        journal: &Journal,
        scratch: &Path,
        root: &Path,
        staged: &str,
    ) -> Result<Self, WorkerError> {
        let folders = [
            Undo::RemoveFolder { path: scratch.to_owned() },
            Undo::RemoveStaged { root: root.to_owned(), name: staged.to_owned() },
        ];
        // Undone last first: what is in the scratch folder ends before that is removed, and what somebody keeps busy in
        // the root is in nothing else's way.
        let undos: Vec<Undo> = undo(root)?.into_iter().chain(folders).chain(undo(scratch)?).collect();
        let seqs = journal.intend(&undos)?.into_iter().zip(&undos);
        let strays = seqs.filter(|(_, undo)| matches!(undo, Undo::Strays { .. })).map(|(seq, _)| seq);
        Ok(Self(strays.collect()))
    }

    /// Ends what there is, and gives lines for people.
    pub(crate) fn end(&mut self, journal: &Journal) -> Vec<SafeText> {
        let mut told = Vec::new();
        for seq in std::mem::take(&mut self.0).into_iter().rev() {
            match journal.undo(&[seq]) {
                Ok(ended) => told.extend(ended.iter().map(|what| left(what))),
                Err(error) => told.push(
                    format!("not all that was left is gone: {error}; the next start tries again").into(),
                ),
            }
        }
        told
    }
}

fn left(what: &str) -> SafeText {
    format!("{what} was left when the build had ended, and is gone now").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_folder_with_a_mount_is_not_removed() {
        let base = tempfile::tempdir().unwrap();
        let link = base.path().join("link");
        std::os::unix::fs::symlink("/proc", &link).unwrap();
        for folder in [base.path(), &link, &base.path().join("none")] {
            assert!(refuse_mounts_below(folder).is_ok(), "{}", folder.display());
        }
        let refused = refuse_mounts_below(Path::new("/proc")).unwrap_err().to_string();
        assert!(refused.contains("cannot remove /proc: /proc is mounted there"), "{refused}");
    }
}
