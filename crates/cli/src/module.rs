//! `skink module`: look at a module, or make one from a component.

use crate::print;
use anyhow::{Context, Result};
use clap::Subcommand;
use skink_module::Sealed;
use skink_worker::{Host, admit};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(crate) enum ModuleVerb {
    /// Show what a module is, what it asks for, and whether it would be admitted.
    Inspect {
        /// The module's file.
        module: PathBuf,
        /// Skink's folder for compiled modules.
        #[arg(long, value_name = "DIR")]
        state: Option<PathBuf>,
    },
    /// Add a manifest to a component, which makes it a module.
    Pack {
        /// The component's file.
        component: PathBuf,
        /// The manifest, JSON.
        #[arg(long, value_name = "FILE")]
        manifest: PathBuf,
        /// The module to write.
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
    },
    /// Print the sha256 that a policy names modules by.
    Digest {
        /// The modules' files.
        #[arg(required = true)]
        modules: Vec<PathBuf>,
    },
}

pub(crate) fn main(verb: ModuleVerb) -> Result<ExitCode> {
    match verb {
        ModuleVerb::Inspect { module, state } => inspect(&module, state),
        ModuleVerb::Pack { component, manifest, output } => pack(&component, &manifest, &output),
        ModuleVerb::Digest { modules } => digest(&modules),
    }
}

fn inspect(path: &std::path::Path, state: Option<PathBuf>) -> Result<ExitCode> {
    let host = Host::open(&std::env::current_exe()?, state)?;
    let module = Sealed::read(path)?;
    let stored = admit::compiled(&host, &module)?;
    let manifest = skink_module::check(&stored.description)?;
    print::line(&format!("{} {}", manifest.name, skink_job::SafeText::from(manifest.version.as_str())));
    print::line(&format!("  sha256    {}", module.digest()));
    let words = |words: Vec<&str>| if words.is_empty() { "nothing".to_owned() } else { words.join(", ") };
    print::line(&format!("  phases    {}", words(manifest.phases.iter().map(|p| p.as_str()).collect())));
    let grants = serde_json::to_value(&manifest.grants)?;
    let asked = grants.as_object().into_iter().flatten().filter(|(_, value)| !is_nothing(value));
    for (name, value) in asked {
        print::line(&format!("  asks for  {name}: {}", skink_job::SafeText::from(value.to_string())));
    }
    if !manifest.replaces.is_empty() {
        let replaced = serde_json::to_string(&manifest.replaces)?;
        print::line(&format!("  replaces  {} of build", skink_job::SafeText::from(replaced)));
    }
    print_settings(manifest.settings.as_ref());
    let imports =
        stored.description.imports.iter().map(|i| skink_job::SafeText::from(i.as_str())).collect::<Vec<_>>();
    print::line(&format!("  imports   {}", words(imports.iter().map(skink_job::SafeText::as_str).collect())));
    Ok(ExitCode::SUCCESS)
}

/// One line for each setting: its name, its type, its default and what it is for, as the schema has them.
fn print_settings(schema: Option<&serde_json::Value>) {
    let Some(properties) = schema.and_then(|schema| schema.get("properties")?.as_object()) else { return };
    for (name, about) in properties {
        let word =
            |key: &str| about.get(key).map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
        let kind = word("type").unwrap_or_else(|| "any".to_owned());
        let default = word("default").map(|value| format!(", default {value}")).unwrap_or_default();
        let what = word("description").map(|text| format!(": {text}")).unwrap_or_default();
        print::line(&format!(
            "  setting   {}",
            skink_job::SafeText::from(format!("{name} ({kind}{default}){what}"))
        ));
    }
}

/// `false`, an empty list, or an object of such.
fn is_nothing(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Null | serde_json::Value::Bool(false) => true,
        serde_json::Value::Array(items) => items.is_empty(),
        serde_json::Value::Object(fields) => fields.values().all(is_nothing),
        serde_json::Value::Bool(true) | serde_json::Value::Number(_) | serde_json::Value::String(_) => false,
    }
}

fn pack(
    component: &std::path::Path,
    manifest: &std::path::Path,
    output: &std::path::Path,
) -> Result<ExitCode> {
    let bytes = std::fs::read(component).with_context(|| format!("cannot read {}", component.display()))?;
    let text =
        std::fs::read_to_string(manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    let packed =
        skink_module::pack(&bytes, &text).with_context(|| format!("cannot pack {}", component.display()))?;
    std::fs::write(output, packed).with_context(|| format!("cannot write {}", output.display()))?;
    digest(&[output.to_owned()])
}

fn digest(modules: &[PathBuf]) -> Result<ExitCode> {
    for path in modules {
        print::line(&format!("{}  {}", Sealed::read(path)?.digest(), path.display()));
    }
    Ok(ExitCode::SUCCESS)
}
