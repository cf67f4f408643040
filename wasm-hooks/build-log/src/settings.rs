//! The settings; the schema in the manifest describes them to people.

use alloc::collections::BTreeMap;
use alloc::string::String;
use serde::Deserialize;
use skink_sdk::{FailOn, Level};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// By a finding's code; they go before the levels that rules have by themselves.
    pub(crate) levels: BTreeMap<String, Level>,
    /// Of compiler warnings whose rule has no level.
    pub(crate) warnings: Level,
    /// Findings that are told.
    pub(crate) maximum: usize,
    pub(crate) fail_on: FailOn,
}

impl Default for Settings {
    fn default() -> Self {
        Self { levels: BTreeMap::new(), warnings: Level::Warning, maximum: 1000, fail_on: FailOn::Error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn the_schema_tells_the_same_defaults() {
        let manifest: Value = serde_json::from_str(include_str!("../manifest.json")).unwrap();
        let properties = manifest["settings"]["properties"].as_object().unwrap();
        let defaults: serde_json::Map<_, _> =
            properties.iter().map(|(name, schema)| (name.clone(), schema["default"].clone())).collect();
        let told: Settings = serde_json::from_value(Value::Object(defaults)).unwrap();
        let own: Settings = serde_json::from_str("{}").unwrap();
        assert_eq!(format!("{told:?}"), format!("{own:?}"));
    }
}
