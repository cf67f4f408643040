//! Every call of cargo for the host: one profile, one target, one set of flags.
//!
//! Invariant: product, tests and lints share them, so that wasmtime is compiled once a set of features.

use crate::layout::Layout;
use crate::process::command;
use std::process::Command;

/// The target of the product. Named, so that the flags below do not reach build scripts and macros.
pub(crate) const TARGET: &str = "x86_64-unknown-linux-gnu";
const FLAGS_VARIABLE: &str = "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS";
/// The variable that names a program to run tests under.
pub(crate) const RUNNER_VARIABLE: &str = "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER";
/// Static and at a fixed address: a build farm hands out plain files, and it starts in half the time.
const FLAGS: &str = "-C target-feature=+crt-static -C relocation-model=static";

/// Crates that are compiled together, because features of one would change another.
#[derive(Debug)]
pub(crate) struct FeatureSet {
    /// For people.
    pub(crate) name: &'static str,
    /// The packages of the set.
    pub(crate) packages: &'static [&'static str],
    /// Features, as `package/feature`.
    pub(crate) features: &'static [&'static str],
}

/// Every crate of the workspace, each in the sets that the product compiles it in.
pub(crate) const SETS: [FeatureSet; 4] = [
    FeatureSet {
        name: "pure",
        packages: &[
            "skink-job",
            "skink-report",
            "skink-protocol",
            "skink-walls",
            "skink-effects",
            "skink-policy",
            "skink-module",
            "skink-engine",
            "skink-tools",
            "skink-obs",
            "skink-worker",
            "skink-cli",
            "skink-xtask",
        ],
        features: &[],
    },
    FeatureSet {
        name: "runtime",
        packages: &["skink-engine", "skink-packages", "skink-host", "skink-runner"],
        features: &["skink-engine/runtime"],
    },
    FeatureSet {
        name: "compiler",
        packages: &["skink-engine", "skink-compiler"],
        features: &["skink-engine/compiler"],
    },
    FeatureSet { name: "inspecting", packages: &["skink-module"], features: &["skink-module/inspect"] },
];

impl FeatureSet {
    /// The arguments that name the set.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let packages = self.packages.iter().flat_map(|p| ["--package".to_owned(), (*p).to_owned()]);
        let features = self.features.iter().flat_map(|f| ["--features".to_owned(), (*f).to_owned()]);
        packages.chain(features).collect()
    }
}

/// `cargo VERB` for the host, in the product's profile.
pub(crate) fn host(layout: &Layout, verb: &str) -> Command {
    let mut cargo = command("cargo");
    cargo.current_dir(&layout.root).arg(verb).args(["--release", "--target", TARGET]);
    cargo.env(FLAGS_VARIABLE, FLAGS).env("CARGO_TARGET_DIR", layout.target());
    cargo
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_crate_is_in_a_set() {
        let crates = Layout::find().unwrap().root.join("crates");
        let mut found = BTreeSet::new();
        for entry in std::fs::read_dir(crates).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            // The SDK is a guest's library, a member of the hooks' workspace.
            if entry.path().join("Cargo.toml").is_file() && name != "sdk" {
                found.insert(format!("skink-{name}"));
            }
        }
        let named: BTreeSet<String> =
            SETS.iter().flat_map(|set| set.packages).map(|p| (*p).to_owned()).collect();
        assert_eq!(found, named);
    }

    /// What cargo would compile for the target: packages, each with its features.
    fn compiled(edges: &str, arguments: &[String]) -> BTreeSet<String> {
        let mut tree = command("cargo");
        tree.current_dir(Layout::find().unwrap().root).args(["tree", "--locked", "--target", TARGET]);
        tree.args(["--prefix", "none", "--no-dedupe", "--format", "{p}|{f}", "--edges", edges])
            .args(arguments);
        let output = tree.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().filter(|line| line.contains('|')).map(str::to_owned).collect()
    }

    #[test]
    fn tests_compile_wasmtime_as_the_product_does() {
        for (program, set) in [("skink-runner", "runtime"), ("skink-compiler", "compiler")] {
            let product = compiled("normal,build", &["--package".to_owned(), program.to_owned()]);
            let set = SETS.iter().find(|known| known.name == set).unwrap();
            let tests = compiled("normal,build,dev", &set.arguments());
            let name = |line: &str| line.split('|').next().unwrap().to_owned();
            let names: BTreeSet<String> = product.iter().map(|line| name(line)).collect();
            let other: Vec<_> =
                tests.difference(&product).filter(|line| names.contains(&name(line))).collect();
            // Crates of the workspace are compiled for their own tests in any case.
            let other: Vec<_> = other.into_iter().filter(|line| !line.contains("skink-")).collect();
            assert_eq!(other, Vec::<&String>::new(), "{program}: with other features in its tests");
        }
    }
}
