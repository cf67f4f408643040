//! The key that seals artefacts. It is made with the store and never leaves the worker.

use super::StoreError;
use super::folder::{Folder, foreign};
use hmac::{Hmac, KeyInit, Mac};
use rustix::fs::{Mode, fstat};
use rustix::io::Errno;
use rustix::rand::{GetRandomFlags, getrandom};
use sha2::Sha256;
use std::io::Write;
use std::os::unix::fs::FileExt;

/// Bytes of the key and of a MAC.
const LEN: usize = 32;

const NAME: &str = "key";

pub(super) type Tag = [u8; LEN];

pub(super) struct SealKey([u8; LEN]);

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealKey(..)")
    }
}

impl SealKey {
    /// Reads the store's key, and makes it if there is none. Of two that make one at once, both use the first.
    pub(super) fn open(folder: &Folder) -> Result<Self, StoreError> {
        if let Some(key) = Self::read(folder)? {
            return Ok(key);
        }
        let mut key = [0_u8; LEN];
        fill_random(&mut key).map_err(|errno| folder.failed("write", errno))?;
        let draft = folder.draft()?;
        let mut file = draft.file().file;
        file.write_all(&key).map_err(|error| draft.file().failed(error))?;
        draft.publish_first(NAME)?;
        Self::read(folder)?.ok_or_else(|| folder.not_ours("its key went away"))
    }

    /// A key that others can read is worth nothing, and so is all that was sealed with it.
    fn read(folder: &Folder) -> Result<Option<Self>, StoreError> {
        let Some(file) = folder.read(NAME)? else { return Ok(None) };
        let stat = fstat(&file).map_err(|errno| folder.failed("read", errno))?;
        if foreign(&stat, Mode::RWXG | Mode::RWXO).is_some() {
            return Err(folder.not_ours("others can read its file `key`"));
        }
        let mut key = [0_u8; LEN];
        if stat.st_size != LEN as i64 || file.read_exact_at(&mut key, 0).is_err() {
            return Err(folder.not_ours("its file `key` has not 32 bytes; remove it"));
        }
        Ok(Some(Self(key)))
    }

    pub(super) fn tag(&self, message: &[u8]) -> Tag {
        self.mac(message).finalize().into_bytes().into()
    }

    /// Compares in constant time.
    pub(super) fn verify(&self, message: &[u8], tag: &Tag) -> bool {
        self.mac(message).verify(&(*tag).into()).is_ok()
    }

    fn mac(&self, message: &[u8]) -> Hmac<Sha256> {
        Hmac::<Sha256>::new(&self.block()).chain_update(message)
    }

    /// HMAC pads a key that is shorter than its block with zeros (RFC 2104).
    fn block(&self) -> hmac::digest::Key<Hmac<Sha256>> {
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        block.iter_mut().zip(self.0).for_each(|(to, from)| *to = from);
        block
    }
}

pub(super) fn fill_random(mut buffer: &mut [u8]) -> Result<(), Errno> {
    while !buffer.is_empty() {
        match getrandom(&mut *buffer, GetRandomFlags::empty()) {
            Ok(got) => buffer = buffer.get_mut(got..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}
