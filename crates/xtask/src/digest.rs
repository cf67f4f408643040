//! Digests of files and lists.

use anyhow::Context;
use sha2::{Digest, Sha256};
use std::path::Path;

/// The sha256 of a file, as 64 hexadecimal digits.
pub(crate) fn of_file(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    Ok(of_bytes(&bytes))
}

/// The sha256 of bytes, as 64 hexadecimal digits.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
