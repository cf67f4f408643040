//! What hooks make goes with the packages, once.

use skink_tests_obs::{BASE, PROJECT, Package, Site, Way, module_named};

const HOOKS: &str =
    "[hooks.rpmlint]\nmodule = \"rpmlint.wasm\"\n[hooks.checksums]\nmodule = \"checksums.wasm\"\n";

pub(crate) fn delivered_and_not_rebuilt(site: &Site) {
    let modules = [module_named("rpmlint"), module_named("checksums")];
    let package =
        Package::new("delivered", "echo building").hooked(HOOKS, &modules).built_by(Way::ServerSide);
    let code = site.build(PROJECT, &package);
    assert_eq!(code, "succeeded", "{}", site.log(PROJECT, "delivered"));
    println!("{BASE} {:?}", site.results(PROJECT, "delivered"));
    println!("{}", site.log(PROJECT, "delivered"));
}
