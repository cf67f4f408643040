//! One hook of this repository: its policy, running it alone, and what it found.

use serde_json::Value;
use skink_tests_build::{Package, farm};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A hook and what an admin grants it.
#[derive(Debug, Clone)]
pub struct Hook<'a> {
    /// The module's name.
    pub name: &'a str,
    /// Lines of `[allow.grants]`.
    pub grants: &'a str,
    /// The rest of the policy, such as its tools.
    pub policy: String,
}

/// What became of a hook that ran alone.
#[derive(Debug)]
pub struct Ended {
    /// Of `skink hook run`.
    pub code: Option<i32>,
    /// What it printed.
    pub output: String,
    /// The hook's entry in the report.
    pub hook: Value,
}

impl Hook<'_> {
    /// The admin's policy: this module for every project.
    pub fn policy(&self) -> String {
        let Self { name, grants, policy } = self;
        let sha256 = digest(name);
        format!(
            "schema = 1\n{policy}\n[[allow]]\nmodule = \"{name}\"\nsha256 = [\"{sha256}\"]\nprojects = [\"**\"]\n\
             [allow.grants]\n{grants}\n"
        )
    }

    /// Gives the package this hook and no other. `entry` are lines of `[hooks.NAME]`.
    pub fn install(&self, package: Package, entry: &str) -> Package {
        package.add_module(self.name);
        fs::write(package.policy(), self.policy()).unwrap();
        let entry = format!("schema = 1\n[hooks.{0}]\nmodule = \"{0}.wasm\"\n{entry}\n", self.name);
        package.write("_hooks", entry)
    }

    /// Runs the hook alone, in a folder of the test's own.
    pub fn run(&self, folder: &Path, settings: &str, more: &[&Path]) -> Ended {
        fs::create_dir_all(folder).unwrap();
        let (policy, report) = (folder.join("policy.toml"), folder.join("report.json"));
        fs::write(&policy, self.policy()).unwrap();
        let _ = fs::remove_file(&report);
        let mut command = Command::new(farm().skink());
        command.args(["hook", "run"]).arg(farm().hooks.join(format!("{}.wasm", self.name)));
        command.arg("--state").arg(farm().state()).arg("--hook-policy").arg(&policy);
        command.arg("--hook-report").arg(&report).args(["--hook-report-format", "json"]);
        command.args(["--project", "home:tester", "--settings", settings]).args(more);
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(report.exists(), "{command:?} left no report:\n{text}");
        let hook = report_at(&report)["hooks"][0].clone();
        Ended { code: output.status.code(), output: text, hook }
    }
}

/// The sha256 of a module of this repository.
pub fn digest(name: &str) -> String {
    let module: PathBuf = farm().hooks.join(format!("{name}.wasm"));
    let output = Command::new(farm().skink()).args(["module", "digest"]).arg(&module).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let digest = text.split_whitespace().next().unwrap_or_default().to_owned();
    assert_eq!(digest.len(), 64, "no digest of {name}: {}", String::from_utf8_lossy(&output.stderr));
    digest
}

/// A report.
pub fn report_at(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// The entry of one hook in the report of a package's last build.
pub fn hook_of(package: &Package, name: &str) -> Value {
    let report = report_at(&package.report());
    let hooks = report["hooks"].as_array().unwrap();
    hooks.iter().find(|hook| hook["name"] == name).unwrap_or_else(|| panic!("no {name}: {report:#}")).clone()
}

/// `SEVERITY[CODE] FILE:LINE` of each finding; `-` where there is no file.
pub fn found(hook: &Value) -> Vec<String> {
    let findings = hook["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let told = |finding: &Value| {
        let word = |key: &str| finding[key].as_str().unwrap_or("-").to_owned();
        let line = finding["line"].as_u64().map(|line| format!(":{line}")).unwrap_or_default();
        format!("{}[{}] {}{line}", word("severity"), word("code"), word("file"))
    };
    findings.iter().map(told).collect()
}
