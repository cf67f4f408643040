//! The settings; the schema in the manifest describes them to people.

use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) directory: Directory,
    /// Names of scripts that are not run.
    #[serde(default)]
    pub(crate) skip: Vec<String>,
}

/// A directory of scripts that obs-build knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Directory {
    #[serde(rename = "checks")]
    Checks,
    #[serde(rename = "post-build-checks")]
    PostBuildChecks,
    #[serde(rename = "post_build.d")]
    PostBuild,
    #[serde(rename = "post-mkbaselibs-checks")]
    PostMkbaselibsChecks,
}

impl Directory {
    /// Where it is.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Checks => "/usr/lib/build/checks",
            Self::PostBuildChecks => "/usr/lib/build/post-build-checks",
            Self::PostBuild => "/usr/lib/build/post_build.d",
            Self::PostMkbaselibsChecks => "/usr/lib/build/post-mkbaselibs-checks",
        }
    }

    /// Whether obs-build runs all that is in it, and only where there are RPMs; elsewhere it runs what is executable.
    pub(crate) fn is_for_rpms(self) -> bool {
        self == Self::Checks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn the_schema_tells_the_same() {
        let manifest: Value = serde_json::from_str(include_str!("../manifest.json")).unwrap();
        let properties = &manifest["settings"]["properties"];
        let names = properties["directory"]["enum"].as_array().unwrap();
        assert_eq!(names.len(), 4);
        for name in names {
            let told = json!({"directory": name, "skip": properties["skip"]["default"]});
            let told: Settings = serde_json::from_value(told).unwrap();
            let own: Settings = serde_json::from_value(json!({ "directory": name })).unwrap();
            assert_eq!(format!("{told:?}"), format!("{own:?}"));
            assert_eq!(own.directory.path(), format!("/usr/lib/build/{}", name.as_str().unwrap()));
        }
        assert!(serde_json::from_str::<Settings>("{}").is_err());
    }
}
