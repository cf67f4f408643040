//! Mounts that a cleanup hook has unmounted: each request against the grant and against what Skink and the host stand on.
//!
//! Invariants: a hook names a mount by its number in the list that it was given, never by a path; what it may not have
//! unmounted it does not see. A mount is ended only while it is the very one of that list. What is about to be ended is in
//! the journal, so that a crash leaves nothing half done: the next start ends it.

use crate::journal::{Journal, Undo};
use crate::{Host, WorkerError, fault, views};
use skink_effects::mounts::{Mount, MountError, Wanted, is_of_system};
use skink_effects::strays::StrayError;
use skink_job::{EffectGrants, HostEffect, PlacePattern};
use skink_protocol::{FailureKind, MountInfo, Reply};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most mounts that one list has.
const MAX_MOUNTS: usize = 1000;

type Failure = (FailureKind, String);

/// Where the mounts of a job may be unmounted.
#[derive(Debug)]
pub struct Unmounts {
    /// None where there is no job to clean up after.
    journal: Option<Arc<Journal>>,
    /// Folders that Skink works in: what they lie on is left alone.
    used: Vec<PathBuf>,
    /// Skink's own folder: what is mounted in it is no hook's.
    state: PathBuf,
}

impl Unmounts {
    /// In a job.
    pub(crate) fn of_job(host: &Host, root: &Path, journal: Arc<Journal>) -> Self {
        let used = vec![real(root), real(&host.state)];
        Self { journal: Some(journal), used, state: real(&host.state) }
    }

    /// In a trial of one hook, which sees the mounts and has none unmounted.
    pub fn of_trial(host: &Host) -> Self {
        Self { journal: None, used: Vec::new(), state: real(&host.state) }
    }

    fn may_be_seen(&self, point: &Path, granted: &[PlacePattern], any: bool) -> bool {
        // A name that cannot be told as it is would name another place.
        point.to_str().is_some()
            && (any || granted.iter().any(|pattern| pattern.matches(point)))
            && !is_of_system(point)
            && !point.starts_with(&self.state)
            && !self.used.iter().any(|used| used.starts_with(point))
    }

    /// The mounts that the grant names.
    fn seen(&self, grants: &EffectGrants) -> Result<Vec<Mount>, Failure> {
        if grants.unmount.is_empty() {
            return Err((FailureKind::Denied, "no grant to see or to unmount any mount".to_owned()));
        }
        let patterns: Vec<_> =
            grants.unmount.iter().filter_map(|pattern| PlacePattern::parse(pattern).ok()).collect();
        // Without a policy, `skink hook run` grants what a manifest requests; no policy has this.
        let any = grants.unmount.contains("*");
        let all = views::in_origin(Mount::all).map_err(failed)?;
        let all = all.map_err(|error| (FailureKind::Other, error.to_string()))?;
        let seen = all.into_iter().filter(|mount| self.may_be_seen(mount.point(), &patterns, any));
        Ok(seen.take(MAX_MOUNTS).collect())
    }
}

/// The mounts that one call has seen, and those that it had unmounted.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    listed: Vec<Mount>,
    ended: Vec<HostEffect>,
}

impl Seen {
    /// Tells the mounts that the grant names.
    pub(crate) fn list(&mut self, unmounts: &Unmounts, grants: &EffectGrants) -> Result<Reply, Failure> {
        self.listed = unmounts.seen(grants)?;
        let info = |mount: &Mount| MountInfo {
            number: mount.id(),
            place: mount.point().to_string_lossy().into_owned(),
            kind: mount.kind().to_owned(),
            source: mount.source().to_owned(),
        };
        Ok(Reply::Mounts(self.listed.iter().map(info).collect()))
    }

    /// Unmounts one that was told last.
    pub(crate) fn unmount(
        &mut self,
        unmounts: &Unmounts,
        number: u32,
        lazily: bool,
    ) -> Result<Reply, Failure> {
        let unlisted =
            || (FailureKind::Invalid, format!("{number} is the number of no mount that was listed"));
        let mount = self.listed.iter().find(|mount| mount.id() == number).ok_or_else(unlisted)?;
        let Some(journal) = &unmounts.journal else {
            let place = mount.point().display();
            let why = format!("{place} stays: this is a trial, in which nothing is unmounted");
            return Err((FailureKind::Other, why));
        };
        let wanted = views::in_origin(|| Wanted::new(mount, lazily)).map_err(failed)?;
        let wanted = wanted.map_err(|error| (FailureKind::Other, error.to_string()))?;
        if !journaled(journal, wanted).map_err(failed)? {
            return Err((
                FailureKind::NotFound,
                format!("{} is not mounted any more", mount.point().display()),
            ));
        }
        self.ended.push(HostEffect::Unmount {
            place: mount.point().display().to_string(),
            kind: mount.kind().to_owned(),
            lazily,
        });
        Ok(Reply::Done)
    }

    /// What was done, whatever became of the call.
    pub(crate) fn into_effects(self) -> Vec<HostEffect> {
        self.ended
    }
}

/// Unmounts what the journal tells of meanwhile, and says whether it was there.
fn journaled(journal: &Journal, wanted: Wanted) -> Result<bool, WorkerError> {
    let seqs = journal.intend(&[Undo::Unmount { mount: Box::new(wanted.clone()) }])?;
    fault::point("unmount-intended");
    let ended = end(&wanted);
    fault::point("unmount-done");
    // One that is in use was told to the hook; it is not to be tried again behind its back.
    seqs.into_iter().try_for_each(|seq| journal.settle(seq))?;
    fault::point("unmount-settled");
    ended
}

/// Unmounts it on the host, and says whether it was there.
pub(crate) fn end(wanted: &Wanted) -> Result<bool, WorkerError> {
    Ok(views::in_origin(|| wanted.end())?.map_err(StrayError::Mount)?)
}

fn failed(error: WorkerError) -> Failure {
    let is_gone = matches!(error, WorkerError::Stray(StrayError::Mount(MountError::Changed(_))));
    (if is_gone { FailureKind::NotFound } else { FailureKind::Other }, error.to_string())
}

/// Without symlinks, as far as it is there.
fn real(folder: &Path) -> PathBuf {
    std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen() {
        let folders = |names: &[&str]| names.iter().map(PathBuf::from).collect();
        let unmounts = Unmounts {
            journal: None,
            used: folders(&["/build/root", "/state/skink"]),
            state: PathBuf::from("/state/skink"),
        };
        let rows: [(&[&str], &[&str], &[&str]); 3] = [
            (
                &["/mnt/a-*", "/srv/**"],
                &["/mnt/a-1", "/srv/x/y"],
                &["/mnt/a-1/x", "/mnt/b", "/srv", "/build/root/a"],
            ),
            (
                &["/**"],
                &["/mnt/a", "/build/root/a", "/build/root_1", "/state/skink_1"],
                &[
                    "/",
                    "/proc",
                    "/dev/shm",
                    "/run/a",
                    "/usr",
                    "/build",
                    "/build/root",
                    "/state",
                    "/state/skink/jobs/1",
                ],
            ),
            (&[], &[], &["/mnt/a", "/"]),
        ];
        for (granted, seen, not) in rows {
            let granted: Vec<_> = granted.iter().map(|raw| PlacePattern::parse(raw).unwrap()).collect();
            let is_seen = |place: &&&str| unmounts.may_be_seen(Path::new(place), &granted, false);
            assert_eq!(seen.iter().filter(|place| !is_seen(place)).collect::<Vec<_>>(), Vec::<&&str>::new());
            assert_eq!(not.iter().filter(is_seen).collect::<Vec<_>>(), Vec::<&&str>::new(), "{granted:?}");
        }
        assert!(unmounts.may_be_seen(Path::new("/mnt/a"), &[], true));
        assert!(!unmounts.may_be_seen(Path::new("/proc"), &[], true));
    }

    #[test]
    fn what_was_not_listed_is_not_unmounted() {
        let unmounts = Unmounts { journal: None, used: Vec::new(), state: PathBuf::from("/state") };
        let mut seen = Seen::default();
        let (none, nowhere) = (EffectGrants::default(), ["/nowhere/*".to_owned()].into());
        let nowhere = EffectGrants { unmount: nowhere, ..none.clone() };
        assert_eq!(seen.list(&unmounts, &none).unwrap_err().0, FailureKind::Denied);
        assert_eq!(seen.list(&unmounts, &nowhere), Ok(Reply::Mounts(Vec::new())));
        for mount in Mount::all().unwrap() {
            let (kind, _) = seen.unmount(&unmounts, mount.id(), true).unwrap_err();
            assert_eq!(kind, FailureKind::Invalid, "{mount:?}");
        }
        assert_eq!(seen.into_effects(), []);
    }
}
