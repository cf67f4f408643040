//! The settings; the schema in the manifest describes them to people.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;
use skink_baselibs_conf::FOLDERS;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// The distribution's configuration.
    pub(crate) global: Option<String>,
    /// The file among the sources that has it.
    pub(crate) global_file: Option<String>,
    /// Folders that no package owns.
    system_folders: Option<Vec<String>>,
}

impl Settings {
    /// Folders that no package owns.
    pub(crate) fn system_folders(&self) -> BTreeSet<&str> {
        match &self.system_folders {
            Some(folders) => folders.iter().map(|folder| folder.trim_end_matches('/')).collect(),
            None => FOLDERS.into_iter().collect(),
        }
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
    fn the_schema_knows_the_settings_and_no_other() {
        for (name, value) in [
            ("global", serde_json::json!("arch i586 targets x86_64:32bit")),
            ("global-file", serde_json::json!("our.conf")),
            ("system-folders", serde_json::json!(["/usr/", "/opt"])),
        ] {
            assert!(schema().get(name).is_some(), "{name}");
            let settings = serde_json::json!({ name: value }).to_string();
            assert!(serde_json::from_str::<Settings>(&settings).is_ok(), "{name}");
        }
        assert_eq!(schema().as_object().unwrap().len(), 3);
        assert!(serde_json::from_str::<Settings>(r#"{"other": 1}"#).is_err());
    }

    #[test]
    fn system_folders_are_replaced_as_a_whole() {
        let own: Settings = serde_json::from_str(r#"{"system-folders": ["/usr/", "/opt"]}"#).unwrap();
        assert_eq!(own.system_folders().into_iter().collect::<Vec<_>>(), ["/opt", "/usr"]);
        assert!(Settings::default().system_folders().contains("/usr/lib"));
    }
}
