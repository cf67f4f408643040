//! The settings; the schema in the manifest describes them to people.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;
use skink_sdk::Severity;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// By a finding's code; they go before the levels that rules have by themselves.
    pub(crate) levels: BTreeMap<String, Level>,
    /// Patterns of file names among the sources.
    pub(crate) suppressions: Vec<String>,
    /// Patterns of package names.
    pub(crate) packages: Vec<String>,
    pub(crate) fail_on: FailOn,
}

impl Default for Settings {
    fn default() -> Self {
        let suppressions = ["*.abignore", "abi.suppr"].map(str::to_owned).to_vec();
        let packages = ["*"].map(str::to_owned).to_vec();
        Self { levels: BTreeMap::new(), suppressions, packages, fail_on: FailOn::Error }
    }
}

/// What becomes of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Level {
    Error,
    Warning,
    Info,
    Ignore,
}

impl Level {
    /// None where the change is not told.
    pub(crate) fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::Ignore => None,
        }
    }
}

/// What fails the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FailOn {
    /// Any error.
    Error,
    /// Any error or warning.
    Warning,
    /// Nothing.
    Never,
}

/// Whether `text` is what one of the patterns says, in which `*` is any text.
pub(crate) fn matches(patterns: &[String], text: &str) -> bool {
    patterns.iter().any(|pattern| matches_one(pattern, text))
}

fn matches_one(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::Code;
    use serde_json::Value;

    fn schema() -> Value {
        let manifest: Value = serde_json::from_str(include_str!("../manifest.json")).unwrap();
        manifest["settings"]["properties"].clone()
    }

    #[test]
    fn the_schema_tells_the_same_defaults() {
        let properties = schema().as_object().unwrap().clone();
        let defaults: serde_json::Map<_, _> =
            properties.iter().map(|(name, schema)| (name.clone(), schema["default"].clone())).collect();
        let told: Settings = serde_json::from_value(Value::Object(defaults)).unwrap();
        let own: Settings = serde_json::from_str("{}").unwrap();
        assert_eq!(format!("{told:?}"), format!("{own:?}"));
    }

    #[test]
    fn the_schema_knows_the_codes_and_their_levels() {
        let levels = schema()["levels"]["properties"].as_object().unwrap().clone();
        let told: BTreeMap<String, Level> = levels
            .iter()
            .map(|(code, schema)| (code.clone(), serde_json::from_value(schema["default"].clone()).unwrap()))
            .collect();
        let own = Code::ALL.iter().map(|code| (code.as_str().to_owned(), code.level())).collect();
        assert_eq!(told, own);
    }

    #[test]
    fn patterns() {
        let rows = [
            ("*", "", true),
            ("*", "libgreet1", true),
            ("libgreet1", "libgreet1", true),
            ("libgreet1", "libgreet12", false),
            ("lib*", "libgreet1", true),
            ("lib*", "hello", false),
            ("*.abignore", "hello.abignore", true),
            ("*.abignore", ".abignore.bak", false),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "ac", false),
            ("a*a", "a", false),
            ("", "a", false),
        ];
        for (pattern, text, want) in rows {
            assert_eq!(matches(&[pattern.to_owned()], text), want, "{pattern} {text}");
        }
        assert!(!matches(&[], "a"));
    }
}
