//! A root that somebody uses.

use super::error::ToolRootError;
use super::owned;
use crate::builder;
use skink_job::{Digest, ToolRootName};
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A root that is whole, and stays as long as this does.
#[derive(Debug)]
pub struct BuiltRoot {
    name: ToolRootName,
    address: Digest,
    path: PathBuf,
    /// Holds the shared lock.
    _folder: File,
}

impl BuiltRoot {
    /// The root of that address, if it is there.
    pub(super) fn lease(
        roots: &Path,
        name: &ToolRootName,
        address: Digest,
    ) -> Result<Option<Self>, ToolRootError> {
        let path = roots.join(address.to_string());
        let folder = match File::open(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(ToolRootError::file("open", &path))?,
        };
        folder.lock_shared().map_err(ToolRootError::file("lock", &path))?;
        // It may have been removed while we waited for the lock.
        let here = folder.metadata().map_err(ToolRootError::file("look at", &path))?;
        let still = path.metadata().is_ok_and(|there| (there.dev(), there.ino()) == (here.dev(), here.ino()));
        let root = Self { name: name.clone(), address, path: root_of(roots, &address), _folder: folder };
        Ok(still.then_some(root))
    }

    /// Its name in the policy.
    pub fn name(&self) -> &ToolRootName {
        &self.name
    }

    /// Its address.
    pub fn address(&self) -> &Digest {
        &self.address
    }

    /// Its `/`.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A copy of it whose files belong to the users of root-builders; made when it is first asked for.
    pub(crate) fn for_builders(&self) -> Result<PathBuf, ToolRootError> {
        let folder = self.path.parent().unwrap_or(&self.path);
        owned::copy(&self.path, folder, builder::FIRST_ID)
    }
}

pub(super) fn root_of(roots: &Path, address: &Digest) -> PathBuf {
    roots.join(address.to_string()).join("root")
}
