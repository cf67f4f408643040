//! Compiled modules on disk, so that a module is compiled once.
//!
//! An artefact is machine code: whoever can write one of ours can run anything in a runner. So each is sealed
//! with a MAC over what it is and what it was made from; the key lies beside the artefacts, readable for the
//! worker alone, and no runner or compiler ever sees it.
//!
//! Invariant: [`ArtefactStore::get`] gives an artefact only if this store sealed it, for this very module,
//! flavour, engine and processor, and nobody has touched it since. Anything else under its name is removed and counts
//! as absent.

mod error;
mod folder;
mod key;
mod seal;
mod stamp;
#[cfg(test)]
mod tests;

use crate::fingerprint;
pub use error::StoreError;
use folder::Folder;
use key::{SealKey, Tag};
use rustix::fs::fstat;
use seal::Header;
use skink_job::Digest;
use skink_protocol::{Flavour, ModuleDescription};
use std::fs::File;
use std::path::Path;
use std::time::Duration;

/// What an artefact was compiled from, and for which configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ArtefactKey {
    /// The module's digest.
    pub module: Digest,
    /// The engine configuration.
    pub flavour: Flavour,
}

/// An artefact of the store.
#[derive(Debug)]
pub struct Stored {
    /// The artefact, open for reading. The store's seal follows the machine code in the same file.
    pub artefact: File,
    /// What the module said of itself when it was compiled.
    pub description: ModuleDescription,
}

/// A folder of artefacts that belongs to this user alone.
#[derive(Debug)]
pub struct ArtefactStore {
    folder: Folder,
    key: SealKey,
    fingerprint: Digest,
    /// How long an entry must be untouched before it is not read again.
    settled: Duration,
}

impl ArtefactStore {
    /// Opens the store in the folder `path`, and makes it if there is none.
    ///
    /// # Errors
    /// The folder or its key belongs to someone else or can be written or read by others, is a symlink, or lies
    /// on a file system mounted `noexec`.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let folder = Folder::open(path)?;
        let key = SealKey::open(&folder)?;
        Ok(Self { folder, key, fingerprint: fingerprint(), settled: stamp::SETTLED })
    }

    /// The artefact for `key`, if the store has one that is sealed and for this engine and processor.
    ///
    /// # Errors
    /// The store cannot be read. What is in it and not ours is no error: it is removed.
    pub fn get(&self, key: &ArtefactKey) -> Result<Option<Stored>, StoreError> {
        let name = self.name(key);
        let Some(artefact) = self.folder.read(&name)? else { return Ok(None) };
        let failed = |source| self.folder.failed("read", source);
        match seal::read(&artefact, &self.key).map_err(failed)? {
            Some((header, tag))
                if header.is_for(key, &self.fingerprint)
                    && self.is_whole(&name, &artefact, &header, &tag)? =>
            {
                Ok(Some(Stored { artefact, description: header.description }))
            }
            Some(_) | None => {
                self.folder.remove(&name);
                stamp::forget(&self.folder, &name);
                Ok(None)
            }
        }
    }

    /// Whether the code is what was sealed: by the stamp of an earlier look, or else by reading it.
    fn is_whole(&self, name: &str, artefact: &File, header: &Header, tag: &Tag) -> Result<bool, StoreError> {
        let Self { folder, key, .. } = self;
        if stamp::holds(folder, key, name, tag, artefact)? {
            return Ok(true);
        }
        let before = fstat(artefact).map_err(|errno| folder.failed("read", errno))?;
        let whole = seal::is_whole(artefact, header).map_err(|source| folder.failed("read", source))?;
        if whole {
            stamp::set(folder, key, name, tag, &before, self.settled);
        }
        Ok(whole)
    }

    /// Copies `artefact` into the store, seals it and makes it visible by one rename. What a store holds under
    /// the key already is replaced.
    ///
    /// # Errors
    /// The artefact is empty or too large, or the store cannot be written.
    pub fn put(
        &self,
        key: &ArtefactKey,
        artefact: &File,
        description: &ModuleDescription,
    ) -> Result<Stored, StoreError> {
        let draft = self.folder.draft()?;
        let (sha256, length) = seal::copy(artefact, draft.file())?;
        let header = Header::new(key, self.fingerprint, sha256, length, description.clone());
        seal::append(draft.file(), length, &header, &self.key)?;
        let artefact = draft.publish(&self.name(key))?;
        Ok(Stored { artefact, description: header.description })
    }

    fn name(&self, key: &ArtefactKey) -> String {
        let flavour = match key.flavour {
            Flavour::Timed => "timed",
            Flavour::Metered => "metered",
        };
        format!("{}-{flavour}-{}", key.module, self.fingerprint.short())
    }
}
