//! Policies with tool roots, as text.

use skink_tests_build::farm;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A pool of packages that `cargo xtask test` told of.
pub fn pool(variable: &str) -> PathBuf {
    let told = std::env::var_os(variable);
    told.unwrap_or_else(|| panic!("{variable} is not set; run `cargo xtask test tools`")).into()
}

/// `[tool-roots.NAME]`, for a test to change.
#[derive(Debug, Clone)]
pub struct RootText {
    /// Its name.
    pub name: String,
    /// The configuration of its distribution.
    pub dist: PathBuf,
    /// What is installed.
    pub packages: Vec<String>,
    /// Where packages come from.
    pub repositories: Vec<String>,
    /// The architecture.
    pub arch: Option<String>,
}

/// The root `lint`: rpmlint of a newer distribution than the machine's.
pub fn lint() -> RootText {
    RootText {
        name: "lint".to_owned(),
        dist: farm().examples.join("tool-roots/trixie.conf"),
        packages: ["rpmlint", "rpm"].map(str::to_owned).to_vec(),
        repositories: vec![pool("SKINK_POOL_LINT").display().to_string()],
        arch: None,
    }
}

/// The root `abi`: libabigail of the machine's distribution.
pub fn abi() -> RootText {
    RootText {
        name: "abi".to_owned(),
        dist: farm().examples.join("tool-roots/bookworm.conf"),
        packages: ["abigail-tools", "cpio", "rpm", "rpm2cpio"].map(str::to_owned).to_vec(),
        repositories: ["SKINK_POOL", "SKINK_POOL_ABI"].map(|name| pool(name).display().to_string()).to_vec(),
        arch: None,
    }
}

/// The root `images`: kiwi of Debian's newest suite.
pub fn images() -> RootText {
    let packages = ["kiwi", "apt", "apt-utils", "rsync", "xz-utils", "cpio", "file", "mount"];
    RootText {
        name: "images".to_owned(),
        dist: farm().examples.join("tool-roots/sid.conf"),
        packages: packages.map(str::to_owned).to_vec(),
        repositories: vec![pool("SKINK_POOL_KIWI").display().to_string()],
        arch: None,
    }
}

impl RootText {
    /// As the policy says it.
    pub fn text(&self) -> String {
        let Self { name, dist, packages, repositories, arch } = self;
        let arch = arch.iter().map(|arch| format!("arch = {arch:?}\n")).collect::<String>();
        format!(
            "[tool-roots.{name}]\ndist = {dist:?}\npackages = {packages:?}\nrepositories = {repositories:?}\n{arch}"
        )
    }

    /// A whole policy of it, with tools that live in it: name and program.
    pub fn policy(&self, tools: &[(&str, &str)]) -> String {
        let mut text = format!("schema = 1\n{}", self.text());
        for (tool, program) in tools {
            text.push_str(&format!("[tools.{tool}]\nprogram = {program:?}\nroot = {:?}\n", self.name));
        }
        text
    }
}

/// `[[allow]]` for a module in every project, with grants.
pub fn allow(name: &str, module: &Path, grants: &str) -> String {
    let digest = Command::new(farm().skink()).args(["module", "digest"]).arg(module).output().unwrap();
    let digest = String::from_utf8(digest.stdout).unwrap();
    let digest = digest.split_whitespace().next().unwrap();
    format!(
        "[[allow]]\nmodule = {name:?}\nsha256 = [{digest:?}]\nprojects = [\"**\"]\n[allow.grants]\n{grants}\n"
    )
}
