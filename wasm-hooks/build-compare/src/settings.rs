//! The settings; the schema in the manifest describes them to people.

use crate::codes::Code;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;
use skink_sdk::{Level, pattern};

/// The most differences that are told where all are asked for.
const MAX_OF_ALL: usize = 10_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// Whether packages are compared however much differs already.
    pub(crate) all: bool,
    pub(crate) max_differences: usize,
    pub(crate) rpmlint_log: bool,
    /// Whether builds without a source package differ.
    pub(crate) source_package: bool,
    /// Patterns of files whose contents do not count.
    pub(crate) ignore: Vec<String>,
    /// By a finding's code.
    pub(crate) levels: BTreeMap<String, Level>,
}

impl Default for Settings {
    fn default() -> Self {
        let (ignore, levels) = (Vec::new(), BTreeMap::new());
        Self { all: false, max_differences: 100, rpmlint_log: true, source_package: true, ignore, levels }
    }
}

impl Settings {
    /// How many differences are told.
    pub(crate) fn max(&self) -> usize {
        if self.all { MAX_OF_ALL } else { self.max_differences.max(1) }
    }

    /// What becomes of the findings of a rule.
    pub(crate) fn level(&self, code: Code) -> Level {
        self.levels.get(code.as_str()).copied().unwrap_or(Level::Info)
    }

    /// Whether a file's content does not count.
    pub(crate) fn ignores(&self, path: &str) -> bool {
        self.ignore.iter().any(|pattern| pattern::matches(pattern, path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let settings = Settings::default();
        let own = Code::ALL.iter().map(|code| (code.as_str().to_owned(), settings.level(*code))).collect();
        assert_eq!(told, own);
    }

    #[test]
    fn how_many_are_told() {
        let rows = [
            ("{}", 100),
            (r#"{"max-differences": 1}"#, 1),
            (r#"{"all": true, "max-differences": 1}"#, 10_000),
        ];
        for (json, want) in rows {
            let settings: Settings = serde_json::from_str(json).unwrap();
            assert_eq!(settings.max(), want, "{json}");
        }
    }
}
