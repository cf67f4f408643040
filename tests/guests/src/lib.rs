//! Makes the check of this folder in each of its languages, and runs it by `skink hook run`.
//!
//! `cargo xtask test guests` says where the programs lie; README.md has the commands by hand.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A language that the check is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// With the SDK.
    Rust,
    /// With componentize-py.
    Python,
    /// With componentize-js.
    JavaScript,
}

/// What the commands of one test share.
#[derive(Debug)]
pub struct Place {
    folder: PathBuf,
}

impl Place {
    /// An empty folder of that name in the folder of this stage.
    pub fn new(name: &str) -> Self {
        let folder = told("SKINK_TEST_DIR").join(name);
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    /// Something in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Makes the module of a language, manifest and all.
    pub fn module(&self, language: Language) -> PathBuf {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let wit = here.join("../../wit");
        let component = self.path("component.wasm");
        let module = self.path(&format!("{language:?}.wasm").to_lowercase());
        match language {
            // The macro `manifest!` has added the manifest.
            Language::Rust => return told("SKINK_GUEST_RUST"),
            Language::Python => {
                // A copy: the Python of the kit leaves compiled files beside what it reads.
                fs::copy(here.join("python/app.py"), self.path("app.py")).unwrap();
                let mut kit = Command::new(told("SKINK_COMPONENTIZE_PY"));
                kit.arg("-d").arg(wit).args(["-w", "skink:hook/check-hook", "componentize", "-p"]);
                succeed(kit.arg(&self.folder).arg("app").arg("-o").arg(&component));
            }
            Language::JavaScript => {
                let mut node = Command::new("node");
                node.arg(here.join("javascript/build.mjs")).arg(told("SKINK_NODE_MODULES"));
                succeed(node.arg(wit).arg(&component));
            }
        }
        let mut pack = skink();
        pack.args(["module", "pack"]).arg(&component).arg("--manifest").arg(here.join("manifest.json"));
        succeed(pack.arg("--output").arg(&module));
        module
    }

    /// Runs a module on a folder of results. Gives its entry of the report.
    pub fn run(&self, module: &Path, results: &Path, more: &[&OsStr]) -> Value {
        let mut run = skink();
        run.args(["hook", "run", "--format", "json", "--recipe", "hello.spec", "--arch", "riscv64"]);
        run.args(["--settings", r#"{"suffix": ".rpm"}"#]);
        run.arg("--state").arg(self.path("state")).arg("--results").arg(results).args(more).arg(module);
        let output = run.output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("{run:?}: {error}\n{}", String::from_utf8_lossy(&output.stderr));
        })
    }
}

/// What `cargo xtask test` told us of this checkout.
fn told(name: &str) -> PathBuf {
    let value = std::env::var_os(name);
    PathBuf::from(value.unwrap_or_else(|| panic!("{name} is not set; run `cargo xtask test guests`")))
}

fn skink() -> Command {
    Command::new(told("SKINK_BIN_DIR").join("skink"))
}

fn succeed(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let shown = || [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
    assert!(output.status.success(), "{command:?} ended with {}: {}", output.status, shown());
}
