//! A mount that is to be ended, noted so that it can be told again by another process.

use super::{Mount, MountError};
use crate::world::World;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A mount of this namespace, of this run of the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    world: World,
    id: u32,
    mount: String,
    point: PathBuf,
    lazily: bool,
}

impl Wanted {
    /// To be made in the namespace that the mount was listed in.
    pub fn new(mount: &Mount, lazily: bool) -> Result<Self, MountError> {
        let world = World::here().map_err(MountError::Table)?;
        let (id, point) = (mount.id, mount.point.clone());
        Ok(Self { world, id, mount: mount.identity(), point, lazily })
    }

    /// Where it is mounted.
    pub fn point(&self) -> &Path {
        &self.point
    }

    /// Unmounts it, and says whether it was there still: the same thing at the same place, by the same id.
    pub fn end(&self) -> Result<bool, MountError> {
        if World::here().map_err(MountError::Table)? != self.world {
            return Ok(false);
        }
        let is_it = |mount: &Mount| mount.id == self.id && mount.identity() == self.mount;
        match Mount::all()?.into_iter().find(is_it) {
            Some(mount) => mount.unmount(self.lazily).map(|()| true),
            None => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mount that cannot be ended stands for one that would be.
    #[test]
    fn only_the_same_mount_is_ended() {
        let all = Mount::all().unwrap();
        let root = all.iter().find(|mount| mount.point() == Path::new("/")).unwrap();
        let carrying = Wanted::new(root, false).unwrap();
        assert!(matches!(carrying.end(), Err(MountError::Busy(_))), "it is found");
        let text = serde_json::to_string(&carrying).unwrap();
        assert_eq!(serde_json::from_str::<Wanted>(&text).unwrap(), carrying);
        let rows = [
            Wanted { id: carrying.id.wrapping_add(1 << 30), ..carrying.clone() },
            Wanted { mount: format!("{} ", carrying.mount), ..carrying.clone() },
            serde_json::from_str(&text.replace("\"boot\":\"", "\"boot\":\"0")).unwrap(),
            serde_json::from_str(&text.replace("\"namespace\":\"", "\"namespace\":\"0")).unwrap(),
        ];
        for other in rows {
            assert!(!other.end().unwrap(), "{other:?}");
        }
    }
}
