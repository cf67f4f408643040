//! Reading a `report.json`, as another machine wrote it.

use crate::{Report, SCHEMA};
use serde::Deserialize;

/// The most bytes that are read.
pub const MAX_BYTES: u64 = 256 << 20;

/// Why a report was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// No JSON, or none of this shape.
    #[error("it is no report of Skink: {0}")]
    Json(#[from] serde_json::Error),
    /// Of another version of the format.
    #[error(
        "it is a report of version {found}, and this Skink reads version {SCHEMA}; read it with the Skink that wrote it"
    )]
    Version {
        /// The version that it names.
        found: u32,
    },
}

/// Reads a report. Its texts are escaped again, since who wrote them is not known.
pub fn read(json: &[u8]) -> Result<Report, ReadError> {
    /// What every version has.
    #[derive(Deserialize)]
    struct Any {
        schema: u32,
    }
    let Any { schema: found } = serde_json::from_slice(json)?;
    if found != SCHEMA {
        return Err(ReadError::Version { found });
    }
    Ok(serde_json::from_slice(json)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_report_of_this_version_is_told_so() {
        let rows = [
            ("", "no report of Skink: EOF"),
            ("[]", "no report of Skink: invalid"),
            ("{}", "missing field `schema`"),
            (r#"{"schema": 1}"#, "of version 1"),
            (r#"{"schema": 3, "more": {}}"#, "of version 3"),
            (r#"{"schema": 2}"#, "missing field `skink`"),
            (r#"{"schema": -2}"#, "no report of Skink"),
        ];
        for (json, want) in rows {
            let error = read(json.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(want), "{json}: {error}");
        }
    }
}
