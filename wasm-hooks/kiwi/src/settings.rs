//! The settings; the schema in the manifest describes them to people.

use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;
use skink_sdk::Failure;

/// Stands for the flavour of the build, as in a description.
const FLAVOR: &str = "@BUILD_FLAVOR@";

/// The settings.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    profiles: Vec<String>,
    r#type: Option<String>,
}

impl Settings {
    /// The profiles to build, the flavour's name in its place.
    ///
    /// # Errors
    /// The build has no flavour.
    pub(crate) fn profiles(&self, flavor: Option<&str>) -> Result<Vec<String>, Failure> {
        let named = |profile: &String| match (profile == FLAVOR, flavor) {
            (false, _) => Ok(profile.clone()),
            (true, Some(flavor)) => Ok(flavor.into()),
            (true, None) => Err(Failure::because(
                "profiles: there is no @BUILD_FLAVOR@, since the build has no flavour (--buildflavor)",
            )),
        };
        self.profiles.iter().map(named).collect()
    }

    /// The type of image.
    pub(crate) fn kind(&self) -> Option<&str> {
        self.r#type.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn profiles_and_the_flavour() {
        let rows = [
            (json!({}), None, Some(vec![])),
            (json!({"profiles": ["a", "b"]}), None, Some(vec!["a", "b"])),
            (json!({"profiles": ["a", FLAVOR]}), Some("f"), Some(vec!["a", "f"])),
            (json!({"profiles": [FLAVOR]}), None, None),
        ];
        for (settings, flavor, want) in rows {
            let parsed: Settings = serde_json::from_value(settings.clone()).unwrap();
            let want = want.map(|names| names.into_iter().map(String::from).collect());
            assert_eq!(parsed.profiles(flavor).ok(), want, "{settings}");
        }
    }

    #[test]
    fn the_schema_and_the_type_know_the_same_keys() {
        let manifest: Value = serde_json::from_str(include_str!("../manifest.json")).unwrap();
        let known: Vec<&String> = manifest["settings"]["properties"].as_object().unwrap().keys().collect();
        assert_eq!(known, ["profiles", "type"]);
        let all = json!({"profiles": ["a"], "type": "tbz"});
        assert_eq!(serde_json::from_value::<Settings>(all).unwrap().kind(), Some("tbz"));
        assert!(serde_json::from_value::<Settings>(json!({"other": 1})).is_err());
    }
}
