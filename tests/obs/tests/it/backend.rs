//! A backend in trouble while a worker builds for it.

use rustix::process::Signal;
use skink_tests_obs::{PROJECT, Package, Server, Site, Way, module_named, until};
use std::fs;

const HOOKS: &str = "[hooks.checksums]\nmodule = \"checksums.wasm\"\n";

fn package(site: &Site, name: &str, way: Way) -> Package {
    let waiting = Package::new(name, &site.worker(way).waiting_script());
    waiting.hooked(HOOKS, &[module_named("checksums")]).built_by(way)
}

pub(crate) fn restarts_and_hangs(site: &Site) {
    let (name, way) = ("patient", Way::ServerSide);
    site.commit(PROJECT, &package(site, name, way));
    site.says(PROJECT, name, "this build waits");
    for server in [Server::Results, Server::Sources] {
        site.backend.kill(&site.namespace, server);
        site.backend.start_one(&site.namespace, server);
        site.backend.wait_until_it_answers(&site.namespace, server);
    }
    // It hangs when the results come.
    let hanging = site.backend.processes(&site.namespace, Server::Results);
    assert!(!hanging.is_empty());
    let sent = site.worker(way).lines(site, "send everything back");
    hanging.iter().for_each(|process| process.signal(Signal::STOP));
    site.worker(way).go_on(&site.namespace);
    until("the worker to send", || {
        (site.worker(way).lines(site, "send everything back") > sent).then_some(())
    });
    hanging.iter().for_each(|process| process.signal(Signal::CONT));
    assert_eq!(site.ended(PROJECT, name, 1), "succeeded", "{}", site.log(PROJECT, name));
    assert!(site.result_names(PROJECT, name).iter().any(|file| file == "SHA256SUMS"));
    site.left_nothing(way);
}

pub(crate) fn refuses(site: &Site) {
    let (name, way) = ("refused", Way::ServerSide);
    site.commit(PROJECT, &package(site, name, way));
    site.says(PROJECT, name, "this build waits");
    // Nobody is to build it again while we look, and the backend no longer knows that it is being built.
    site.backend.kill(&site.namespace, Server::Dispatcher);
    let jobs = site.jobs(PROJECT, name);
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    let mut status = jobs[0].clone().into_os_string();
    status.push(":status");
    fs::remove_file(status).unwrap();
    let refused = site.worker(way).lines(site, "rpc failed");
    site.worker(way).go_on(&site.namespace);
    until("the worker to be refused", || {
        (site.worker(way).lines(site, "rpc failed") > refused).then_some(())
    });
    assert!(site.worker(way).lines(site, "job is not building") > 0);
    assert_eq!(site.history(PROJECT, name), Vec::<String>::new());
    site.left_nothing(way);
}
