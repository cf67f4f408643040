//! The settings; the schema in the manifest describes them to people.

use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// The build fails where the sum of badness is greater; 0 is no threshold.
    pub(crate) threshold: u32,
    /// Regular expressions, as in `addFilter`.
    pub(crate) filters: Vec<String>,
    pub(crate) fail_on: FailOn,
    /// Whether rpmlintrc files among the sources are honoured.
    pub(crate) rpmlintrc: bool,
}

impl Default for Settings {
    /// As SUSE's builds have it: errors are reported, and only the threshold fails the build.
    fn default() -> Self {
        Self { threshold: 999, filters: Vec::new(), fail_on: FailOn::Badness, rpmlintrc: true }
    }
}

/// What fails the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FailOn {
    /// Any error, or the threshold.
    Error,
    /// The threshold alone.
    Badness,
    /// Nothing.
    Never,
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
