//! The settings; the schema in the manifest describes them to people.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Settings {
    /// The program and its arguments.
    pub(crate) command: Vec<String>,
    /// Patterns of file names.
    #[serde(default = "packages")]
    pub(crate) packages: Vec<String>,
    #[serde(default = "yes")]
    pub(crate) check_dependencies: bool,
    /// Whether the command finds the sources where it runs.
    #[serde(default = "yes")]
    pub(crate) sources: bool,
    /// More variables for the command.
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
}

/// All but what is only for debuggers.
fn packages() -> Vec<String> {
    ["*", "!*-debuginfo-*", "!*-debugsource-*", "!*-dbgsym_*"].map(str::to_owned).to_vec()
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn the_schema_tells_the_same_defaults() {
        let manifest: Value = serde_json::from_str(include_str!("../manifest.json")).unwrap();
        let properties = manifest["settings"]["properties"].as_object().unwrap();
        let mut told: serde_json::Map<_, _> =
            properties.iter().map(|(name, schema)| (name.clone(), schema["default"].clone())).collect();
        told.insert("command".to_owned(), json!(["true"]));
        let told: Settings = serde_json::from_value(Value::Object(told)).unwrap();
        let own: Settings = serde_json::from_value(json!({"command": ["true"]})).unwrap();
        assert_eq!(format!("{told:?}"), format!("{own:?}"));
        assert!(serde_json::from_str::<Settings>("{}").is_err());
    }
}
