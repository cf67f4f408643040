//! The settings; the schema in the manifest describes them to people.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;
use skink_sdk::{FailOn, Level, pattern};

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

/// Whether `text` is what one of the patterns says, in which `*` is any text.
pub(crate) fn matches(patterns: &[String], text: &str) -> bool {
    patterns.iter().any(|pattern| pattern::matches(pattern, text))
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
    fn one_pattern_of_many_is_enough() {
        let patterns = ["lib*", "hello"].map(str::to_owned);
        for (text, want) in [("libgreet1", true), ("hello", true), ("hello2", false), ("", false)] {
            assert_eq!(matches(&patterns, text), want, "{text}");
        }
        assert!(!matches(&[], "a"));
    }
}
