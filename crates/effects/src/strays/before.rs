//! What there was in a place when a job began, and the end of what there was not.

use super::loops::{self, Loop};
use super::users::{User, user_of};
use super::{StrayError, file, place::Place};
use crate::mounts::{Mount, MountError, in_order};
use crate::world::World;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long something may be held for a moment only: a loop device by who looks at all of them, a file by a process that is
/// about to be another program.
const BRIEFLY: Duration = Duration::from_secs(1);

/// A record of the mounts below a place, and of the machine's loop devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    world: World,
    place: PathBuf,
    mounts: BTreeSet<String>,
    loops: BTreeSet<String>,
}

impl Before {
    /// Looks at a place, which need not be there yet. None where it cannot be a job's own.
    pub fn look(place: &Path) -> Result<Option<Self>, StrayError> {
        let Some(place) = Place::resolve(place)? else { return Ok(None) };
        let world = World::here().map_err(file("tell the mount namespace by", "/proc"))?;
        let mounts = Mount::all()?.into_iter().filter(|mount| place.has_below(mount.point()));
        Ok(Some(Self {
            world,
            mounts: mounts.map(|mount| mount.identity()).collect(),
            loops: loops::all()?.iter().map(Loop::identity).collect(),
            place: place.path().to_owned(),
        }))
    }

    /// The place.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Ends what was not there then, in the mount namespace of the calling thread, and says what that was. While anybody
    /// works in the place, that is an error.
    pub fn restore(&self) -> Result<Vec<String>, StrayError> {
        let Some(place) = Place::again(&self.place) else { return Ok(Vec::new()) };
        let here = World::here().map_err(file("tell the mount namespace by", "/proc"))?;
        if !here.is_same_boot(&self.world) {
            return Ok(Vec::new()); // all ended with the machine
        }
        let mounts = if here == self.world { self.new_mounts(&place)? } else { Vec::new() };
        let loops = loops::new_below(&place, &self.loops, &self.kept_points(&place)?)?;
        let told = mounts.iter().map(told).chain(loops.iter().map(|held| held.told())).collect::<Vec<_>>();
        let Some(first) = told.first() else { return Ok(told) };
        if let Some(User { pid, name }) = user_of(&place)? {
            return Err(StrayError::InUse { place: self.place.clone(), pid, name, what: first.clone() });
        }
        // A loop device keeps the mount busy that its file is in, and a mount of it the device.
        let busy = mounts.into_iter().filter(|mount| mount.unmount(false).is_err()).collect::<Vec<_>>();
        loops.into_iter().try_for_each(loops::Held::detach)?;
        let deadline = Instant::now() + BRIEFLY;
        busy.iter().try_for_each(|mount| unmount_by(mount, deadline))?;
        Ok(told)
    }

    /// Unmounts what there is below the place and was not then, in a namespace that was copied meanwhile and that nobody
    /// else sees.
    pub fn unmount_copies(&self) -> Result<(), StrayError> {
        let Some(place) = Place::again(&self.place) else { return Ok(()) };
        let mounts = self.new_mounts(&place)?;
        mounts.iter().try_for_each(|mount| mount.unmount(true)).map_err(StrayError::Mount)
    }

    fn new_mounts(&self, place: &Place) -> Result<Vec<Mount>, MountError> {
        let is_new =
            |mount: &Mount| place.has_below(mount.point()) && !self.mounts.contains(&mount.identity());
        Ok(in_order(Mount::all()?.into_iter().filter(is_new).collect()))
    }

    /// What was mounted below the place before, and is still.
    fn kept_points(&self, place: &Place) -> Result<BTreeSet<PathBuf>, MountError> {
        let mounts = Mount::all()?.into_iter();
        let kept =
            mounts.filter(|mount| place.has_below(mount.point()) && self.mounts.contains(&mount.identity()));
        Ok(kept.map(|mount| mount.point().to_owned()).collect())
    }
}

/// Unmounts it as soon as it is not busy any more, or says that it is still.
fn unmount_by(mount: &Mount, deadline: Instant) -> Result<(), MountError> {
    loop {
        match mount.unmount(false) {
            Err(MountError::Busy(_)) if Instant::now() < deadline => sleep(Duration::from_millis(5)),
            ended => return ended,
        }
    }
}

fn told(mount: &Mount) -> String {
    format!("the mount {} ({})", mount.point().display(), mount.kind())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_was_noted_on_another_run_of_the_machine_says_nothing() {
        let base = tempfile::tempdir().unwrap();
        let before = Before::look(base.path()).unwrap().unwrap();
        let text = serde_json::to_string(&before).unwrap();
        assert_eq!(serde_json::from_str::<Before>(&text).unwrap(), before);
        for (what, place) in [("this run", base.path()), ("no such place", &base.path().join("none"))] {
            let before = Before::look(place).unwrap().unwrap();
            assert_eq!(before.restore().unwrap(), Vec::<String>::new(), "{what}");
        }
        let other: Before = serde_json::from_str(&text.replace("\"boot\":\"", "\"boot\":\"0")).unwrap();
        assert_eq!(other.restore().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn the_system_is_no_place() {
        for place in ["/", "/usr", "/proc/self", "/var/tmp"] {
            assert_eq!(Before::look(Path::new(place)).unwrap(), None, "{place}");
        }
    }

    /// The place that was recorded is not the one that a symlink leads to later.
    #[test]
    fn a_place_that_became_a_symlink_is_none() {
        let base = tempfile::tempdir().unwrap();
        let (place, other) = (base.path().join("root"), base.path().join("other"));
        fs::create_dir(&other).unwrap();
        let before = Before::look(&place).unwrap().unwrap();
        std::os::unix::fs::symlink(&other, &place).unwrap();
        assert_eq!(Place::again(before.place()), None);
    }
}
