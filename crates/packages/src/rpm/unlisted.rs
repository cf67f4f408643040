//! Tags that no table has: older and newer ones than those that are read, and whatever somebody invents.
//!
//! Invariant: each is told, so that packages which differ in one are not taken for the same; and what is told of it is bounded, however
//! many values it has. What stands for values in their place is told of nothing else.

use super::header::Header;
use super::tag::is_unlisted;
use crate::{Field, PackageError};
use sha2::{Digest, Sha256};

/// The most such tags. Distributions have one or two.
const TAGS: u64 = 1024;

/// The most values that are shown, and bytes of binary data.
const SHOWN: usize = 64;

/// What stands before the digest of values that are not shown.
const DIGEST: &str = "sha256:";

/// That there are not too many.
pub(super) fn within(header: &Header) -> Result<(), PackageError> {
    let count = header.tags().filter(|tag| is_unlisted(*tag)).count();
    PackageError::within("the number of unknown tags in a header", count as u64, TAGS)
}

/// One field for each.
pub(super) fn fields(header: &Header) -> impl Iterator<Item = Field> {
    let tags = header.tags().filter(|tag| is_unlisted(*tag));
    tags.map(|tag| Field { name: format!("tag-{tag}"), values: values(header, tag) })
}

/// Its values; or where they are many, none, or no text, a digest of their form, their number and their bytes.
fn values(header: &Header, tag: u32) -> Vec<String> {
    let (form, count, bytes) = header.raw(tag).unwrap_or_default();
    let values = if count <= SHOWN { header.shown(tag) } else { Vec::new() };
    let is_odd = |value: &String| value.starts_with(DIGEST) || value.contains('\u{fffd}');
    if !values.is_empty() && !values.iter().any(is_odd) {
        return values;
    }
    let digest = Sha256::new().chain_update(form.to_be_bytes()).chain_update((count as u64).to_be_bytes());
    vec![format!("{DIGEST}{}", hex::encode(digest.chain_update(bytes).finalize()))]
}
