//! Skink as the build command of osc, which needs no server of its own here: the backend answers all that osc asks.

use serde_json::Value;
use skink_tests_obs::{Backend, Package, REPOSITORY, Site, module_named, prefill};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Where osc looks for obs-build's programs, whatever its configuration says.
const EXPECTED_BY_OSC: &str = "/usr/lib/build";

pub(crate) fn builds_with_skink(site: &Site) {
    let (project, name) = ("home:checked-out", "local");
    site.make_project(project, "#!Hook: lint = { module = \"rpmlint.wasm\" }\n");
    let hooks = "[hooks.sums]\nmodule = \"checksums.wasm\"\n";
    let package = Package::new(name, "echo %{word}").hooked(hooks, &[module_named("checksums")]);
    // A worker must not build it too.
    site.commit(
        project,
        &package.with("_constraints", "<constraints><hostlabel>none</hostlabel></constraints>\n"),
    );

    let folder = site.namespace.memory().join("osc");
    let at = |name: &str| folder.join(name);
    fs::create_dir_all(site.namespace.path(&folder)).unwrap();
    prefill(&site.namespace, &at("build"));
    if !Path::new(EXPECTED_BY_OSC).exists() {
        let link = site.namespace.path(Path::new(EXPECTED_BY_OSC));
        std::os::unix::fs::symlink("/usr/lib/obs-build", link).unwrap();
    }
    fs::write(site.namespace.path(&at("oscrc")), configuration(&folder)).unwrap();
    let osc = |cwd: &Path, arguments: &[&str]| {
        let mut osc = site.namespace.command(cwd, "osc");
        osc.arg("--config").arg(at("oscrc")).args(arguments);
        output(&mut osc)
    };
    osc(&folder, &["checkout", project, name]);
    let checkout = folder.join(project).join(name);
    let recipe = format!("{name}.spec");
    let said = osc(
        &checkout,
        &[
            "build",
            "--trust-all-projects",
            "--no-verify",
            "--noservice",
            "--clean",
            "--nochecks",
            "--define",
            "word passed-on",
            REPOSITORY,
            "x86_64",
            &recipe,
        ],
    );
    assert!(said.contains("+ echo passed-on"), "{said}");
    let root = site.namespace.path(&at("root"));
    let report = fs::read(root.join(".build.hooks/report.json")).unwrap_or_else(|e| panic!("{e}: {said}"));
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["job"]["project"], project, "as the checkout says");
    assert_eq!(report["job"]["no_checks"], true, "{}", report["job"]);
    let told =
        |hook: &Value| ["name", "layer"].map(|key| hook[key].as_str().unwrap_or("?").to_owned()).join(" ");
    let hooks: Vec<String> = report["hooks"].as_array().unwrap().iter().map(told).collect();
    assert_eq!(hooks, ["sums package", "lint project"], "{}", report["hooks"]);
    assert!(root.join(".build.packages/OTHER/SHA256SUMS").exists());
}

fn configuration(folder: &Path) -> String {
    let (url, folder) = (Backend::sources(""), folder.display());
    format!(
        "[general]\napiurl = {url}\nbuild-root = {folder}/root\nbuild-cmd = {folder}/build/build\n\
         packagecachedir = {folder}/cache\nsu-wrapper = env\ncheck_for_request_on_action = 0\n\n\
         [{url}]\nuser = tester\npass = tester\n"
    )
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{command:?}: {said}");
    said
}
