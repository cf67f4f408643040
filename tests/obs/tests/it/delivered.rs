//! What hooks make goes with the packages, once; what they find wrong goes to whoever reads the log.

use serde_json::Value;
use skink_tests_hostile::sha256;
use skink_tests_obs::{Backend, PROJECT, Package, REPOSITORY, Site, Way, critic, module_named, until};

const HOOKS: &str =
    "[hooks.rpmlint]\nmodule = \"rpmlint.wasm\"\n[hooks.checksums]\nmodule = \"checksums.wasm\"\n";

/// What `skink hook lock` writes where rpmlint is of the machine's own files.
fn lock(rpmlint: &str, checksums: &str) -> String {
    format!(
        "schema = 1\n[hooks.checksums]\nsha256 = \"{checksums}\"\n[hooks.rpmlint]\nsha256 = \"{rpmlint}\"\n\
         [hooks.rpmlint.tools.rpmlint]\nx86_64 = \"host\"\n"
    )
}

pub(crate) fn a_lock_holds_on_a_worker(site: &Site) {
    let name = "locked-otherwise";
    let modules = [module_named("rpmlint"), module_named("checksums")];
    let lock = lock(&modules[0].sha256, &"ab".repeat(32));
    let package = Package::new(name, "").hooked(HOOKS, &modules).with("_hooks.lock", lock);
    let code = site.build(PROJECT, &package.built_by(Way::WorkerSide));
    let log = site.log(PROJECT, name);
    assert_eq!(code, "failed", "{log}");
    assert!(log.contains("locks the hook checksums to the module sha256:abab"), "{log}");
    assert!(!log.contains("preinstalling"), "the build was begun:\n{log}");
}

pub(crate) fn delivered_not_rebuilt_and_unchanged(site: &Site) {
    let name = "delivered";
    let modules = [module_named("rpmlint"), module_named("checksums")];
    let waits = site.worker(Way::ServerSide).waiting_script();
    let lock = lock(&modules[0].sha256, &modules[1].sha256);
    let package = Package::new(name, &waits).hooked(HOOKS, &modules).with("_hooks.lock", lock);
    let package = package.built_by(Way::ServerSide);
    site.commit(PROJECT, &package);

    // The log is live: it is read while the build waits for us.
    site.says(PROJECT, name, "this build waits");
    assert_eq!(site.code(PROJECT, name), "building");
    site.worker(Way::ServerSide).go_on(&site.namespace);
    assert_eq!(site.ended(PROJECT, name, 1), "succeeded", "{}", site.log(PROJECT, name));
    has_the_results_of_hooks(site, name);

    is_not_built_again(site, name);

    // The stand-in for build-compare finds the second build the same.
    let before = site.results(PROJECT, name);
    site.command("rebuild", PROJECT, name);
    site.says(PROJECT, name, "this build waits");
    site.worker(Way::ServerSide).go_on(&site.namespace);
    assert_eq!(site.ended(PROJECT, name, 2), "unchanged", "{}", site.log(PROJECT, name));
    assert_eq!(site.code(PROJECT, name), "succeeded");
    assert_eq!(site.results(PROJECT, name), before, "the old results are kept");
}

fn has_the_results_of_hooks(site: &Site, name: &str) {
    let names = site.result_names(PROJECT, name);
    let rpm = format!("{name}-1.0-1.1.noarch.rpm");
    let source = format!("{name}-1.0-1.1.src.rpm");
    let want = ["SHA256SUMS", "_buildenv", "_statistics", &rpm, &source, "rpmlint.log", "skink-report.json"];
    assert_eq!(names, want);
    let bytes =
        site.client().get(&Backend::results(&format!("/build/{PROJECT}/{REPOSITORY}/x86_64/{name}/{rpm}")));
    let sums = site.result(PROJECT, name, "SHA256SUMS");
    assert!(sums.contains(&sha256(&bytes.unwrap())), "{sums}");
    assert!(site.result(PROJECT, name, "rpmlint.log").contains("no-url-tag"));
    assert!(site.result(PROJECT, name, "_statistics").contains("<buildstatistics>"));
    assert!(site.result(PROJECT, name, "_buildenv").contains("<buildinfo "));
    let report: Value = serde_json::from_str(&site.result(PROJECT, name, "skink-report.json")).unwrap();
    assert_eq!(report["job"]["project"], PROJECT);
    assert_eq!(report["job"]["package"], name);
    let hooks: Vec<_> = report["hooks"].as_array().unwrap().iter().map(|hook| &hook["name"]).collect();
    assert_eq!(hooks, ["checksums", "rpmlint"]);
    assert!(report["hooks"].as_array().unwrap().iter().all(|hook| hook["locked"] == true), "{report}");
}

/// Has the scheduler look at everything anew. It has when it knows a package that came after it was asked.
fn is_not_built_again(site: &Site, name: &str) {
    site.backend.admin(&site.namespace, &["--rescan-repository", PROJECT, REPOSITORY, "x86_64"]);
    let later = "later-than-the-scan";
    let spec = skink_tests_obs::spec(later, "").replace("BuildArch: noarch", "ExclusiveArch: none");
    let package =
        Package { name: later.to_owned(), files: vec![(format!("{later}.spec"), spec.into_bytes())] };
    site.commit(PROJECT, &package);
    until("the scheduler to look", || (site.code(PROJECT, later) == "excluded").then_some(()));
    assert_eq!(site.jobs(PROJECT, name), Vec::<std::path::PathBuf>::new(), "it is to be built again");
    assert_eq!(site.history(PROJECT, name), ["succeeded"]);
    assert_eq!(site.code(PROJECT, name), "succeeded");
}

pub(crate) fn a_failing_check_fails_the_package(site: &Site) {
    let name = "criticised";
    let hooks = "[hooks.critic]\nmodule = \"critic.wasm\"\n";
    let package = Package::new(name, "").hooked(hooks, &[critic()]).built_by(Way::WorkerSide);
    let code = site.build(PROJECT, &package);
    let log = site.log(PROJECT, name);
    assert_eq!(code, "failed", "{log}");
    assert_eq!(site.code(PROJECT, name), "failed");
    assert!(log.contains("critic failed") && log.contains("the swapped module ran"), "{log}");
    assert_eq!(site.result_names(PROJECT, name), Vec::<String>::new());
}
