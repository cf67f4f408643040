//! Builds that somebody ends: the user, the scheduler, the worker's own limits.

use skink_tests_obs::{PROJECT, Package, Site, Way, spinner, until};
use std::time::{Duration, Instant};

/// A build that ends by itself only when it is told to.
fn waiting(site: &Site, name: &str, way: Way) -> Package {
    let package = Package::new(name, &site.worker(way).waiting_script()).built_by(way);
    // A hook of the package's own, so that Skink is there to be killed.
    package.hooked(
        "[hooks.checksums]\nmodule = \"checksums.wasm\"\n",
        &[skink_tests_obs::module_named("checksums")],
    )
}

/// `restartbuild` has the worker discard the job, of which nothing is delivered, and the scheduler make it anew;
/// `killbuild` has the worker end the new one and deliver its log.
pub(crate) fn discarded_and_then_killed(site: &Site) {
    let (name, way) = ("killed-building", Way::ServerSide);
    site.commit(PROJECT, &waiting(site, name, way));
    site.says(PROJECT, name, "this build waits");
    let first = site.worker(way).lines(site, "got job");
    site.command("restartbuild", PROJECT, name);
    until("the job to be begun again", || (site.worker(way).lines(site, "got job") > first).then_some(()));
    assert!(site.worker(way).lines(site, "build discarded") > 0);
    assert_eq!(site.history(PROJECT, name), Vec::<String>::new());
    site.says(PROJECT, name, "this build waits");
    site.command("killbuild", PROJECT, name);
    assert_eq!(site.ended(PROJECT, name, 1), "failed", "{}", site.log(PROJECT, name));
    site.left_nothing(way);
}

pub(crate) fn while_a_hook_runs(site: &Site) {
    let name = "killed-hook";
    let hooks = "[hooks.spinner]\nmodule = \"spinner.wasm\"\n";
    site.commit(PROJECT, &Package::new(name, "").hooked(hooks, &[spinner()]).built_by(Way::WorkerSide));
    site.says(PROJECT, name, "hook spinner: started (check)");
    let start = Instant::now();
    site.command("killbuild", PROJECT, name);
    assert_eq!(site.ended(PROJECT, name, 1), "failed", "{}", site.log(PROJECT, name));
    // By its own limit the hook would run for five minutes.
    assert!(start.elapsed() < Duration::from_secs(100), "the hook ran on");
    let log = site.log(PROJECT, name);
    assert!(log.contains("SIGTERM"), "{log}");
    site.left_nothing(Way::WorkerSide);
}

pub(crate) fn for_a_silent_log(site: &Site) {
    let name = "silent";
    site.commit(PROJECT, &waiting(site, name, Way::ServerSide));
    assert_eq!(site.ended(PROJECT, name, 1), "failed", "{}", site.log(PROJECT, name));
    let log = site.log(PROJECT, name);
    assert!(log.contains("Job seems to be stuck here, killed."), "{log}");
    site.left_nothing(Way::ServerSide);
}

pub(crate) fn for_a_long_log(site: &Site) {
    let name = "endless";
    let hooks = "[hooks.checksums]\nmodule = \"checksums.wasm\"\n";
    let package = Package::new(name, "yes 'a line of an endless log'")
        .hooked(hooks, &[skink_tests_obs::module_named("checksums")])
        .built_by(Way::WorkerSide);
    site.commit(PROJECT, &package);
    assert_eq!(site.ended(PROJECT, name, 1), "failed");
    let log = site.log(PROJECT, name);
    let end = log.get(log.len().saturating_sub(2000)..).unwrap_or_default();
    assert!(log.contains("Logfile got too big"), "{} bytes that end with {end}", log.len());
    site.left_nothing(Way::WorkerSide);
}
