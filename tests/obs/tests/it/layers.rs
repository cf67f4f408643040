//! Hooks that a package does not say itself: those of its project, in lines of the prjconf, and the admin's.

use serde_json::Value;
use skink_tests_obs::{Package, Site, Way};

pub(crate) fn hooks_of_project_and_admin_run(site: &Site) {
    let (project, name) = ("home:tester:hooked", "plain");
    site.make_project(project, "#!Hook: lint = { module = \"rpmlint.wasm\" }\n");
    let package = Package::new(name, "").built_by(Way::WorkerSide);
    let code = site.build(project, &package);
    assert_eq!(code, "succeeded", "{}", site.log(project, name));
    let report: Value = serde_json::from_str(&site.result(project, name, "skink-report.json")).unwrap();
    let told = |hook: &Value| ["name", "layer"].map(|key| hook[key].as_str().unwrap().to_owned()).join(" ");
    let hooks: Vec<String> = report["hooks"].as_array().unwrap().iter().map(told).collect();
    assert_eq!(hooks, ["demanded admin", "lint project"]);
    let names = site.result_names(project, name);
    assert!(
        ["SHA256SUMS", "rpmlint.log"].iter().all(|file| names.iter().any(|name| name == file)),
        "{names:?}"
    );
}

pub(crate) fn a_malformed_line_fails_the_build(site: &Site) {
    let (project, name) = ("home:malformed", "plain");
    site.make_project(
        project,
        "# a comment\n#!Hook: lint = { module = \"rpmlint.wasm\", wen = \"success\" }\n",
    );
    let package = Package::new(name, "").built_by(Way::WorkerSide);
    let code = site.build(project, &package);
    let log = site.log(project, name);
    assert_eq!(code, "failed", "{log}");
    for told in [
        "error: unknown key `wen` in [hooks.lint]",
        "/.build.config:",
        "#!Hook: lint = { module = \"rpmlint.wasm\", wen = \"success\" }",
        "help: did you mean `when`?",
        "note: the line comes from the configuration of the project home:malformed",
    ] {
        assert!(log.contains(told), "{told}\n{log}");
    }
    assert!(!log.contains("preinstalling"), "the build was begun:\n{log}");
}
