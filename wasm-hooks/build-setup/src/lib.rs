//! Adds packages, rpm macros and build options to the plan, as its settings say.
//!
//! What the policy does not let it change ends the call as failed: a build that lacks half of its set-up would
//! only fail later, with a stranger message.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;
use skink_sdk::{Context as _, Failure, PreChroot, PreChrootContext};

/// The settings; the schema in the manifest describes them to people.
#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Settings {
    packages: Vec<String>,
    remove_packages: Vec<String>,
    macros: BTreeMap<String, String>,
    options: Vec<BuildOption>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BuildOption {
    name: String,
    #[serde(default)]
    value: Option<String>,
}

struct BuildSetup;

impl PreChroot for BuildSetup {
    fn prepare(context: &PreChrootContext) -> Result<(), Failure> {
        let settings: Settings = context.job().parse_settings()?;
        let plan = context.plan();
        let report = context.report();
        for name in &settings.packages {
            plan.add_package(name).context(format_args!("add the package {name}"))?;
            report.log(&format!("added the package {name}"));
        }
        for name in &settings.remove_packages {
            plan.remove_package(name).context(format_args!("leave out the package {name}"))?;
            report.log(&format!("left out the package {name}"));
        }
        for (name, body) in &settings.macros {
            plan.set_macro(name, body).context(format_args!("define the macro %{name}"))?;
            report.log(&format!("defined the macro %{name}"));
        }
        for BuildOption { name, value } in &settings.options {
            plan.add_option(name, value.as_deref()).context(format_args!("add the option --{name}"))?;
            report.log(&format!("added the option --{name}"));
        }
        Ok(())
    }
}

skink_sdk::bare!();
skink_sdk::pre_chroot!(BuildSetup);
skink_sdk::manifest!(include_str!("../manifest.json"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings() {
        let all = r#"{"packages":["a"],"remove-packages":["b"],"macros":{"c":"d"},
            "options":[{"name":"e"},{"name":"f","value":"g"}]}"#;
        let rows =
            [("{}", true), (all, true), (r#"{"package":["a"]}"#, false), (r#"{"options":[{}]}"#, false)];
        for (text, fits) in rows {
            assert_eq!(serde_json::from_str::<Settings>(text).is_ok(), fits, "{text}");
        }
    }
}
