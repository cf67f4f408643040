//! rpmlint from a tool root of a newer distribution: the build root has no rpmlint and no Python.

use crate::roots::lint_is_built;
use serde_json::Value;
use skink_tests_build::{Package, Started, lend};
use skink_tests_tools::lint;
use std::fs;

fn package(name: &str) -> Package {
    let package = Package::example(name);
    let policy = fs::read_to_string(package.policy()).unwrap();
    let there = "program = \"/usr/bin/rpmlint\"\n";
    assert!(policy.contains(there));
    let policy = policy.replace(there, &format!("{there}root = \"lint\"\n")) + &lint().text();
    fs::write(package.policy(), policy).unwrap();
    package
}

fn findings(package: &Package) -> Vec<String> {
    let report: Value = serde_json::from_str(&fs::read_to_string(package.report()).unwrap()).unwrap();
    let hook = report["hooks"].as_array().unwrap().iter().find(|hook| hook["name"] == "rpmlint").unwrap();
    let codes = hook["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap());
    codes.map(str::to_owned).collect()
}

#[test]
fn rpmlint_of_another_distribution_looks_at_a_build_without_python() {
    let address = lint_is_built();
    let package = package("rpmlint-from-a-root");
    let root = lend();
    let ended = Started::skink(root.path(), &package, &[]).wait();
    assert_eq!(ended.code(), Some(0), "{}", ended.output);
    for absent in ["usr/bin/rpmlint", "usr/bin/python3", "usr/lib/python3"] {
        assert!(!root.path().join(absent).exists(), "the build root has {absent}");
    }
    let report: Value = serde_json::from_str(&fs::read_to_string(package.report()).unwrap()).unwrap();
    let hook = report["hooks"].as_array().unwrap().iter().find(|hook| hook["name"] == "rpmlint").unwrap();
    assert_eq!(hook["outcome"], "passed", "{}", ended.output);
    let tool = &hook["tools"][0];
    // The machine's own is older.
    assert!(tool["version"].as_str().unwrap().contains("2.7"), "{tool}");
    assert_eq!((tool["root"].as_str(), tool["root_address"].as_str()), (Some("lint"), Some(address)));
    let log = fs::read_to_string(root.results().join("OTHER/rpmlint.log")).unwrap();
    assert!(log.contains("rpmlint: 2.7"), "{log}");
    assert!(log.contains("4 packages") || log.contains("packages and"), "{log}");
}

#[test]
fn a_configuration_among_the_sources_is_honoured() {
    lint_is_built();
    let root = lend();
    let mut found = Vec::new();
    for (name, filters) in [("rpmlintrc-none", ""), ("rpmlintrc-all", "addFilter(\".\")\n")] {
        let package = package(name).write("hello-rpmlintrc", filters);
        let ended = Started::skink(root.path(), &package, &[]).wait();
        assert_eq!(ended.code(), Some(0), "{}", ended.output);
        found.push(findings(&package));
    }
    assert!(!found[0].is_empty() && found[1].is_empty(), "{found:?}");
}
