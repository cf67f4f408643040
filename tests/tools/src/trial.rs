//! Trials: one hook on a folder of packages, or one call of `skink tools`.

use serde_json::{Value, json};
use skink_tests_build::farm;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of a test, with a policy and a state.
#[derive(Debug)]
pub struct Place {
    folder: PathBuf,
    state: PathBuf,
}

/// What a call said.
#[derive(Debug)]
pub struct Tried {
    /// Its exit code.
    pub code: Option<i32>,
    /// Standard output and standard error.
    pub text: String,
}

impl Place {
    /// A fresh folder for the test `name`, with this policy, in the state folder that all tests share.
    pub fn new(name: &str, policy: &str) -> Self {
        let folder = farm().folder.join("places").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("policy.toml"), policy).unwrap();
        Self { folder, state: farm().state() }
    }

    /// With a state folder of its own.
    #[must_use]
    pub fn with_own_state(self) -> Self {
        let state = self.folder.join("state");
        Self { state, ..self }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its state folder.
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// Another policy.
    pub fn set_policy(&self, policy: &str) {
        fs::write(self.policy(), policy).unwrap();
    }

    /// The file of its policy.
    pub fn policy(&self) -> PathBuf {
        self.folder.join("policy.toml")
    }

    /// Writes a check that asks for these grants, and gives its file.
    pub fn module(&self, name: &str, component: &[u8], grants: &Value) -> PathBuf {
        self.module_of("check", name, component, grants)
    }

    /// Writes a module of that phase that asks for these grants, and gives its file.
    pub fn module_of(&self, phase: &str, name: &str, component: &[u8], grants: &Value) -> PathBuf {
        let at = |ending: &str| self.folder.join(format!("{name}.{ending}"));
        let manifest = json!({
            "manifest": 1, "name": name, "version": "1", "wit": "0.1.0", "phases": [phase], "grants": grants,
        });
        fs::write(at("component"), component).unwrap();
        fs::write(at("json"), manifest.to_string()).unwrap();
        let mut pack = Command::new(skink());
        pack.args(["module", "pack"]).arg(at("component")).arg("--manifest").arg(at("json"));
        let packed = Tried::of(pack.arg("--output").arg(at("wasm")));
        assert_eq!(packed.code, Some(0), "{}", packed.text);
        at("wasm")
    }

    /// `skink tools …` with its policy and state.
    pub fn tools(&self, words: &[&str]) -> Tried {
        Tried::of(&mut self.tools_command(words))
    }

    /// The same, to be started.
    pub fn tools_command(&self, words: &[&str]) -> Command {
        self.command(&[&["tools"], words].concat())
    }

    /// `skink hook run MODULE …` with its policy and state.
    pub fn hook_run(&self, module: &Path, words: &[&str]) -> Command {
        let mut command = self.command(&["hook", "run"]);
        command.arg(module).args(words);
        command
    }

    /// `skink hook lock FOLDER …` with its policy and state.
    pub fn hook_lock(&self, folder: &Path, words: &[&str]) -> Tried {
        Tried::of(self.command(&["hook", "lock"]).arg(folder).args(words))
    }

    fn command(&self, verb: &[&str]) -> Command {
        let mut command = Command::new(skink());
        command.args(verb).arg("--hook-policy").arg(self.policy()).arg("--state").arg(&self.state);
        command
    }
}

impl Tried {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Self {
        Self::from(command.output().unwrap_or_else(|e| panic!("{command:?}: {e}")))
    }
}

impl From<Output> for Tried {
    fn from(output: Output) -> Self {
        let text = [output.stdout, output.stderr].concat();
        Self { code: output.status.code(), text: String::from_utf8_lossy(&text).into_owned() }
    }
}

/// The program `skink`.
pub fn skink() -> PathBuf {
    farm().skink()
}
