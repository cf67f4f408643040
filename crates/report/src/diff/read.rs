//! Reading `build-compare.json`, as a module left it.

use super::{Comparison, DIFF_SCHEMA, State, Verdict};
use serde::{Deserialize, Deserializer};
use skink_job::SafeText;

/// The most bytes of such a document.
pub const DIFF_MAX_BYTES: u64 = 64 << 20;
/// The most bytes of one text in it; more is cut off.
const MAX_TEXT: usize = 1000;
/// The most archives in archives.
const MAX_DEPTH: usize = 64;

/// Why a comparison was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiffError {
    /// It is longer than [`DIFF_MAX_BYTES`].
    #[error("it has more than {}", skink_job::ByteCount(DIFF_MAX_BYTES))]
    Large,
    /// No JSON, or none of this shape.
    #[error("it is no comparison of two builds: {}", SafeText::line(&.0.to_string()).truncated(MAX_TEXT))]
    Json(serde_json::Error),
    /// Of another version of the format.
    #[error("it is a comparison of version {found}, and this Skink reads version {DIFF_SCHEMA}")]
    Version {
        /// The version that it names.
        found: u32,
    },
    /// It is of the right shape, and cannot be.
    #[error("it contradicts itself: {0}")]
    Contradiction(&'static str),
}

/// Reads a comparison. Every text becomes one harmless line.
pub fn read_comparison(json: &[u8]) -> Result<Comparison, DiffError> {
    /// What every version has.
    #[derive(Deserialize)]
    struct Any {
        schema: u32,
    }
    if json.len() as u64 > DIFF_MAX_BYTES {
        return Err(DiffError::Large);
    }
    let Any { schema: found } = serde_json::from_slice(json).map_err(DiffError::Json)?;
    if found != DIFF_SCHEMA {
        return Err(DiffError::Version { found });
    }
    let read: Comparison = serde_json::from_slice(json).map_err(DiffError::Json)?;
    contradiction(&read).map_or(Ok(read), |what| Err(DiffError::Contradiction(what)))
}

/// What cannot be so. Who says "unchanged" must have found nothing.
fn contradiction(read: &Comparison) -> Option<&'static str> {
    let is_unchanged = read.verdict == Verdict::Unchanged;
    if is_unchanged && (!read.differences.is_empty() || read.omitted > 0) {
        return Some("the builds are unchanged, and there are differences");
    }
    if is_unchanged && read.count(State::Changed) > 0 {
        return Some("the builds are unchanged, and a package is changed");
    }
    let has_its_files = |package: &super::PackageDiff| match package.state {
        State::Changed | State::Same => package.old.is_some() && package.new.is_some(),
        State::Added => package.old.is_none() && package.new.is_some(),
        State::Removed => package.old.is_some() && package.new.is_none(),
        State::Skipped => package.old.is_some() || package.new.is_some(),
    };
    if !read.packages.iter().all(has_its_files) {
        return Some("the files of a package are not those of its state");
    }
    None
}

/// One harmless line of bounded length.
pub(super) fn line<'de, D: Deserializer<'de>>(from: D) -> Result<SafeText, D::Error> {
    Ok(harmless(&String::deserialize(from)?))
}

pub(super) fn maybe_line<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SafeText>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.as_deref().map(harmless))
}

pub(super) fn path<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<SafeText>, D::Error> {
    let path = Vec::<String>::deserialize(from)?;
    if path.len() > MAX_DEPTH {
        return Err(serde::de::Error::custom(format!("a path has more than {MAX_DEPTH} parts")));
    }
    Ok(path.iter().map(|part| harmless(part)).collect())
}

fn harmless(raw: &str) -> SafeText {
    SafeText::line(raw).truncated(MAX_TEXT)
}
