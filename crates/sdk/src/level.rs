//! Settings that checks share: what becomes of a finding, and which findings fail the build.

use crate::Severity;
use serde::Deserialize;

/// What becomes of a finding: `error`, `warning`, `info` or `ignore`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It must be mended.
    Error,
    /// It should be mended.
    Warning,
    /// It is worth knowing.
    Info,
    /// It is not told.
    Ignore,
}

impl Level {
    /// None where the finding is not told.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::Ignore => None,
        }
    }
}

/// What fails the build: `error`, `warning` or `never`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// Any error.
    Error,
    /// Any error or warning.
    Warning,
    /// Nothing.
    Never,
}

impl FailOn {
    /// Whether so many errors and warnings fail the build.
    pub fn fails(self, errors: usize, warnings: usize) -> bool {
        match self {
            Self::Error => errors > 0,
            Self::Warning => errors > 0 || warnings > 0,
            Self::Never => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_settings() {
        let rows = [
            (
                "error",
                Some((Level::Error, Some(Severity::Error))),
                Some((FailOn::Error, [false, false, true])),
            ),
            (
                "warning",
                Some((Level::Warning, Some(Severity::Warning))),
                Some((FailOn::Warning, [false, true, true])),
            ),
            ("info", Some((Level::Info, Some(Severity::Info))), None),
            ("ignore", Some((Level::Ignore, None)), None),
            ("never", None, Some((FailOn::Never, [false, false, false]))),
            ("Error", None, None),
        ];
        for (word, level, fail_on) in rows {
            let json = serde_json::Value::from(word);
            let told: Option<Level> = serde_json::from_value(json.clone()).ok();
            assert_eq!(told.map(|level| (level, level.severity())), level, "{word}");
            let told: Option<FailOn> = serde_json::from_value(json).ok();
            let told = told.map(|on| (on, [(0, 0), (0, 1), (1, 0)].map(|(e, w)| on.fails(e, w))));
            assert_eq!(told, fail_on, "{word}");
        }
    }
}
