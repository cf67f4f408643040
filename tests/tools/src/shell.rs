//! A module that runs a shell with a script, as a tool of some root.

use crate::{Place, RootText, allow};
use serde_json::json;
use skink_tests_hostile::ComponentText;
use std::path::{Path, PathBuf};

/// A check that runs the tool `sh` with this script and passes if that ends with 0.
pub fn shell(place: &Place, script: &str) -> PathBuf {
    let script = script.replace('\\', "\\5c").replace('"', "\\22").replace('\n', "\\0a");
    let component =
        ComponentText::named("run-tool").with("ARGUMENTS", &format!("-c\\00{script}\\00")).build();
    place.module("shell", &component, &json!({"results": true, "tools": ["sh"]}))
}

/// A policy that lets the module run `sh` in a root, with more lines for that tool.
pub fn shell_policy(root: &RootText, module: &Path, more: &str) -> String {
    let list = if more.contains("root-builder") { "root-builders" } else { "tools" };
    let grants = format!("results = true\n{list} = [\"sh\"]");
    root.policy(&[("sh", "/bin/sh")]) + more + "\n" + &allow("shell", module, &grants)
}
