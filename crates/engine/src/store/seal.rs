//! The seal of an artefact, at the end of its file: header, MAC of the header, length of the header.
//!
//! ```text
//! machine code │ header (postcard) │ HMAC-SHA256 of the header │ length of the header, u32 little endian
//! ```
//!
//! The header holds the sha256 of the machine code. The code begins at offset 0, so that it can be mapped.

use super::folder::DraftFile;
use super::key::{SealKey, Tag};
use super::{ArtefactKey, StoreError};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use skink_job::Digest;
use skink_protocol::{Flavour, ModuleDescription};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// The largest artefact, in bytes: eight times the largest module.
const MAX_ARTEFACT: u64 = 512 << 20;

/// The largest header, in bytes. A description is at most a frame of the protocol.
const MAX_HEADER: usize = skink_protocol::MAX_FRAME + 1024;

/// The form of the header.
const VERSION: u32 = 1;

const TAG: usize = size_of::<Tag>();

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    version: u32,
    module: Digest,
    flavour: Flavour,
    fingerprint: Digest,
    sha256: Digest,
    length: u64,
    pub(super) description: ModuleDescription,
}

impl Header {
    pub(super) fn new(
        key: &ArtefactKey,
        fingerprint: Digest,
        sha256: Digest,
        length: u64,
        description: ModuleDescription,
    ) -> Self {
        let ArtefactKey { module, flavour } = *key;
        Self { version: VERSION, module, flavour, fingerprint, sha256, length, description }
    }

    pub(super) fn is_for(&self, key: &ArtefactKey, fingerprint: &Digest) -> bool {
        self.version == VERSION
            && self.module == key.module
            && self.flavour == key.flavour
            && self.fingerprint == *fingerprint
    }
}

/// Copies the machine code, and returns its digest and length.
pub(super) fn copy(from: &File, to: DraftFile<'_>) -> Result<(Digest, u64), StoreError> {
    let length = each_chunk(from, MAX_ARTEFACT + 1, |at, bytes| to.file.write_all_at(bytes, at))
        .map_err(|error| to.failed(error))?;
    let (sha256, copied) = length;
    if copied == 0 || copied > MAX_ARTEFACT {
        return Err(StoreError::Size { found: copied, max: MAX_ARTEFACT });
    }
    Ok((sha256, copied))
}

/// Reads at most `max` bytes, gives them to `each` and returns their digest and number.
fn each_chunk(
    from: &File,
    max: u64,
    mut each: impl FnMut(u64, &[u8]) -> io::Result<()>,
) -> io::Result<(Digest, u64)> {
    let mut hash = Sha256::new();
    let mut chunk = vec![0_u8; 256 << 10];
    let mut at = 0_u64;
    loop {
        let room = usize::try_from(max.saturating_sub(at)).unwrap_or(usize::MAX).min(chunk.len());
        let buffer = chunk.get_mut(..room).unwrap_or_default();
        let got = match from.read_at(buffer, at) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            got => got?,
        };
        let Some(bytes) = buffer.get(..got).filter(|bytes| !bytes.is_empty()) else { break };
        hash.update(bytes);
        each(at, bytes)?;
        at = at.saturating_add(bytes.len() as u64);
    }
    Ok((Digest::from_bytes(hash.finalize().into()), at))
}

pub(super) fn append(
    to: DraftFile<'_>,
    length: u64,
    header: &Header,
    key: &SealKey,
) -> Result<(), StoreError> {
    let invalid = |error: postcard::Error| to.failed(io::Error::new(io::ErrorKind::InvalidData, error));
    let mut seal = postcard::to_stdvec(header).map_err(invalid)?;
    let header_length = u32::try_from(seal.len()).unwrap_or(u32::MAX);
    let tag = key.tag(&seal);
    seal.extend_from_slice(&tag);
    seal.extend_from_slice(&header_length.to_le_bytes());
    to.file.write_all_at(&seal, length).map_err(|error| to.failed(error))
}

/// Whether the machine code is what was sealed. Reads all of it.
pub(super) fn is_whole(artefact: &File, header: &Header) -> io::Result<bool> {
    let (sha256, _) = each_chunk(artefact, header.length, |_, _| Ok(()))?;
    Ok(sha256 == header.sha256)
}

/// Reads the seal: the header and its MAC. `None` where it is not ours, or does not fit the length of what it seals.
pub(super) fn read(artefact: &File, key: &SealKey) -> io::Result<Option<(Header, Tag)>> {
    let size = artefact.metadata()?.len();
    let Some(end) = size.checked_sub(4) else { return Ok(None) };
    let mut length = [0_u8; 4];
    artefact.read_exact_at(&mut length, end)?;
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > MAX_HEADER {
        return Ok(None);
    }
    let mut seal = vec![0_u8; length.saturating_add(TAG)];
    let Some(code) = end.checked_sub(seal.len() as u64) else { return Ok(None) };
    artefact.read_exact_at(&mut seal, code)?;
    let Some((header, tag)) = seal.split_last_chunk::<TAG>() else { return Ok(None) };
    if !key.verify(header, tag) {
        return Ok(None);
    }
    let known = postcard::from_bytes(header).ok().filter(|header: &Header| header.length == code);
    Ok(known.map(|header| (header, *tag)))
}
