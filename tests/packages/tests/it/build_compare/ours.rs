//! What the hook says of a pair.

use super::pair::{Pair, Shows};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

/// What the hook said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) is_unchanged: bool,
    /// The attachment.
    pub(crate) told: Value,
}

fn told(name: &str) -> PathBuf {
    let value = std::env::var_os(name);
    PathBuf::from(value.unwrap_or_else(|| panic!("{name} is not set; run `cargo xtask test packages`")))
}

/// Runs the hook as a person does. What went wrong, where it did not come to its end.
pub(crate) fn said(pair: &Pair) -> Result<Said, String> {
    let at = pair.old.parent().unwrap();
    let output = at.join("output");
    let mut command = Command::new(told("SKINK_BIN_DIR").join("skink"));
    command.args(["hook", "run", "--format", "json", "--settings", r#"{"all": true}"#]);
    command.arg("--state").arg(at.parent().unwrap().join("state"));
    command.arg("--results").arg(&pair.new).arg("--previous").arg(&pair.old).arg("--output").arg(&output);
    let run = command.arg(told("SKINK_HOOKS_DIR").join("build-compare.wasm")).output().unwrap();
    let code = run.status.code();
    let shown = || [&run.stdout[..], &run.stderr].map(String::from_utf8_lossy).concat();
    if !matches!(code, Some(0 | 2)) {
        return Err(format!("{code:?} {}", shown()));
    }
    let attached =
        std::fs::read(output.join("build-compare.json")).map_err(|error| format!("{error} {}", shown()))?;
    Ok(Said { is_unchanged: code == Some(2), told: serde_json::from_slice(&attached).unwrap() })
}

impl Said {
    pub(crate) fn differences(&self) -> &[Value] {
        self.told["differences"].as_array().map_or(&[], Vec::as_slice)
    }

    /// Whether the attachment tells the same as the verdict.
    pub(crate) fn is_of_one_mind(&self) -> bool {
        let word = if self.is_unchanged { "unchanged" } else { "changed" };
        self.told["verdict"] == word && (self.is_unchanged == self.differences().is_empty())
    }

    /// Whether a difference names what the row changed.
    pub(crate) fn names(&self, shows: &Shows) -> bool {
        self.differences().iter().any(|difference| {
            let text = |key: &str| difference[key].as_str().unwrap_or_default();
            let package = text("package");
            let path: Vec<&str> =
                difference["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            text("reason") == shows.reason
                && (shows.package.is_empty()
                    || package.strip_prefix(&shows.package).is_some_and(|rest| rest.starts_with('.')))
                && (shows.field.is_empty() || text("field") == shows.field)
                && path.starts_with(&shows.path.iter().map(String::as_str).collect::<Vec<_>>())
        })
    }
}
