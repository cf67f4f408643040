//! What every good build of the example with its hooks must show.

use serde_json::Value;
use skink_tests_build::{Ended, Package, Root, packages_of};
use std::fs;
use std::path::Path;
use std::process::Command;

/// The report of a package's build, which fits the schema.
pub(crate) fn report(package: &Package) -> Value {
    report_at(&package.report())
}

/// The report of a build, which fits the schema.
pub(crate) fn report_at(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    let schema = serde_json::from_str(include_str!("../../../../docs/report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    report
}

/// `name/phase/outcome` of each hook call, in the order they were made.
pub(crate) fn outcomes(report: &Value) -> Vec<String> {
    let word = |hook: &Value, key: &str| hook[key].as_str().unwrap_or_default().to_owned();
    let hooks = report["hooks"].as_array().unwrap();
    hooks.iter().map(|h| format!("{}/{}/{}", word(h, "name"), word(h, "phase"), word(h, "outcome"))).collect()
}

/// All hooks did their work, the spec saw macro and package, and the results are whole.
pub(crate) fn all_hooks(ended: &Ended, root: &Root, package: &Package) {
    assert_eq!(ended.code(), Some(0), "{}", ended.output);
    let report = report(package);
    let want = [
        "build-setup/pre-chroot/passed",
        "baselibs/transform/passed",
        "checksums/transform/passed",
        "rpmlint/check/passed",
    ];
    assert_eq!(outcomes(&report), want, "{}", ended.output);
    assert!(ended.output.contains("greeting: Good morning"), "the macro is missing:\n{}", ended.output);
    assert!(ended.output.contains("greeting: checked with jq"), "the package is missing:\n{}", ended.output);
    let other = root.other();
    assert!(
        other.contains(&"SHA256SUMS".to_owned()) && other.contains(&"rpmlint.log".to_owned()),
        "{other:?}"
    );
    checksums_hold(root);
    let log = fs::read_to_string(package.log()).unwrap();
    assert!(log.contains("greeting: Good morning") && log.contains("hook rpmlint"), "{log}");
    assert_eq!(root.leftovers(), Vec::<String>::new());
}

/// Every line of SHA256SUMS is right, and every package is in it.
fn checksums_hold(root: &Root) {
    let sums = fs::read_to_string(root.results().join("OTHER/SHA256SUMS")).unwrap();
    let mut packages = 0;
    for line in sums.lines() {
        let (digest, name) = line.split_once(['*', ' ']).unwrap();
        let name = name.trim_start_matches([' ', '*']);
        let found = find(root, name.rsplit('/').next().unwrap_or(name));
        let real = Command::new("sha256sum").arg(&found).output().unwrap();
        assert!(String::from_utf8_lossy(&real.stdout).starts_with(digest), "{line} ({found})");
        packages += usize::from(name.ends_with(".rpm"));
    }
    assert_eq!(packages, packages_of(&root.results()).len(), "{sums}");
}

fn find(root: &Root, name: &str) -> String {
    let output = Command::new("find").arg("-L").arg(root.results()).args(["-name", name]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned()
}
